"""What the patterns of words (`data/parts/`, `data/manners/`) find in a message: one tree a language, walked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator import yaml12
from simulator.conversation import LANGUAGES, Quote
from simulator.ratings.patterns import Found, Patterns
from simulator.ratings.words import Words, cut

MAX_CHARACTERS = 5_000
"""Longer texts are read up to here."""
_FOLDERS = ("parts", "manners")


@dataclass(frozen=True, slots=True)
class Phrases:
    """A message, cut up, with what was found in it.

    Args:
        text: the message, as far as it was read.
        cut: its words, clauses and sentences.
        found: what was found, by kind, from left to right; exceptions left out.
    """

    text: str
    cut: Words
    found: Mapping[str, list[Found]]

    def quote(self, found: Found) -> Quote:
        """The words of a pattern that was found."""
        start, end = self.cut.spans[found.first][0], self.cut.spans[found.last - 1][1]
        return Quote(self.text[start:end], start, end)

    def places(self, kind: str, start: int, end: int) -> list[Found]:
        """What was found of a kind from one word up to another, such as in a sentence."""
        return [one for one in self.found.get(kind, ()) if start <= one.first < end]

    def closed(self, start: int, end: int) -> bool:
        """Whether a question wants no answer of its own, or only a yes; a single word closes one by standing alone."""
        found = [*self.places("rhetorical", start, end), *self.places("closed", start, end)]
        return any(one.last - one.first > 1 or end - start == 1 for one in found)


@lru_cache(maxsize=8)
def _patterns(language: str) -> Patterns:
    classes: dict[str, str] = {}
    kinds: dict[str, Mapping[float, list[str]]] = {}
    negators = ""
    for folder in _FOLDERS:
        data: dict[str, Any] = yaml12.load_resource("simulator.ratings", "data", folder, f"{language}.yaml")
        classes |= data.pop("classes", {})
        negators += data.pop("negators", "")
        for kind, weighed in data.items():
            kinds[kind] = {
                weight: [line for line in lines.splitlines() if line.strip()] for weight, lines in weighed.items()
            }
    return Patterns(classes, kinds, negators.split())


@lru_cache(maxsize=256)
def phrases_of(text: str, language: str) -> Phrases:
    """Reads a message. In a language without patterns nothing is found.

    Args:
        text: the message.
        language: ISO 639-1 code.
    """
    text = text[:MAX_CHARACTERS]
    pieces = cut(text, brackets=True)
    found: dict[str, list[Found]] = {}
    if language in LANGUAGES:
        for one in _patterns(language).find(pieces):
            if one.weight:
                found.setdefault(one.kind, []).append(one)
    return Phrases(text, pieces, found)
