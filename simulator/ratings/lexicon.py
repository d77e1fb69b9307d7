"""The words of tone in many languages: thanks, requests, insults and more, and where a text has them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from simulator import yaml12
from simulator.observation.language import WITHOUT_SPACES

WORD = re.compile(
    r"[^\W_]+(?:[\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0903\u093a-\u094f\u0b80-\u0b83\u0bbe-\u0bcd'’\-]+[^\W_]+)*"
    r"[\u093a-\u094f\u0900-\u0903\u0bbe-\u0bcd]*"
)
URL = re.compile(r"<url>|https?://\S+|www\.\S+", re.IGNORECASE)
MENTION = re.compile(r"<username>|@\w+")
_SPLIT = re.compile(r"(?<!\\) ")


def fold(text: str) -> str:
    """Case, compatibility forms and apostrophes made alike; ё as е."""
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ё", "е")


class Row(NamedTuple):
    """Words in a row behind a first one: the next word, or how it begins; those behind it; their category."""

    following: str
    begins: bool
    rest: tuple[str, ...]
    category: str


class Known(NamedTuple):
    """What a word says: its categories, and the rows of words that it begins."""

    categories: tuple[str, ...]
    rows: tuple[Row, ...]


_MOST_WORDS = 50_000


class Lexicon(dict[str, Known | None]):
    """The words of one language with what they say; None for the many that say nothing.

    Filled as words are met (`lexicon[word]`): writing to it twice writes the same, so threads may share it.

    Args:
        whole: categories of whole words.
        begins: categories of beginnings of words.
        rows: rows of words by their first word.
        inside: what is found anywhere in a text, for languages that put no spaces between words.
    """

    def __init__(
        self,
        whole: Mapping[str, Sequence[str]],
        begins: Mapping[str, Sequence[str]],
        rows: Mapping[str, Sequence[Row]],
        inside: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__()
        self.inside = tuple(inside)
        self._whole, self._begins, self._rows = whole, begins, rows
        self._lengths = sorted({len(entry) for entry in begins})

    def __missing__(self, word: str) -> Known | None:
        found = list(self._whole.get(word, ()))
        for length in self._lengths:
            if length <= len(word):
                found += self._begins.get(word[:length], ())
        rows = tuple(self._rows.get(word, ()))
        known = Known(tuple(dict.fromkeys(found)), rows) if found or rows else None
        if word.isdecimal():  # there is no end of numbers
            return known
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[word] = known
        return known


@lru_cache(maxsize=1)
def _lexicon_file() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = yaml12.load_resource("simulator.ratings", "data", "tone_lexicon.yaml")
    return data


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """ISO 639-1 codes of the languages that it knows words of."""
    return frozenset(language for words in _lexicon_file().values() for language in words)


@lru_cache(maxsize=64)
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language; empty where there is none."""
    whole: dict[str, list[str]] = {}
    begins: dict[str, list[str]] = {}
    rows: dict[str, list[Row]] = {}
    inside: list[tuple[str, str]] = []
    for category, languages in _lexicon_file().items():
        for entry in _SPLIT.split(languages.get(language, "")):
            entry = fold(entry.replace("\\ ", " ").strip())
            if not entry:
                continue
            if language in WITHOUT_SPACES:
                inside.append((entry, category))
            elif " " in entry:
                first, following, *rest = entry.split()
                row = Row(following.removesuffix("*"), following.endswith("*"), tuple(rest), category)
                rows.setdefault(first, []).append(row)
            elif entry.endswith("*"):
                begins.setdefault(entry[:-1], []).append(category)
            else:
                whole.setdefault(entry, []).append(category)
    return Lexicon(whole, begins, rows, inside)


class Hit(NamedTuple):
    """A word or words of a text in a category."""

    category: str
    word: int
    text: str


def words_of(folded: str) -> list[str]:
    """The words of a folded text."""
    return WORD.findall(folded)


def hits(words: list[str], folded: str, language: str) -> list[Hit]:
    """Every category that the words of a text fall into, with the words."""
    known = lexicon(language)
    if known.inside:
        return [Hit(category, folded.find(entry), entry) for entry, category in known.inside if entry in folded]
    found = []
    for place, word in enumerate(words):
        said = known[word]
        if said is None:
            continue
        for category in said.categories:
            found.append(Hit(category, place, word))
        if said.rows and place + 1 < len(words):
            following = words[place + 1]
            for row in said.rows:
                if (following.startswith(row.following) if row.begins else following == row.following) and _goes_on(
                    row.rest, words, place + 2
                ):
                    found.append(Hit(row.category, place, _written(word, row)))
    return found


def _goes_on(rest: tuple[str, ...], words: list[str], place: int) -> bool:
    return len(rest) <= len(words) - place and all(
        other.startswith(part[:-1]) if part.endswith("*") else other == part
        for part, other in zip(rest, words[place : place + len(rest)], strict=True)
    )


def _written(word: str, row: Row) -> str:
    return " ".join((word, row.following + "*" * row.begins, *row.rest))


def has_link(folded: str) -> bool:
    """Whether a folded text may have a link: looking is a tenth of the work of matching."""
    return "http" in folded or "www." in folded or "<url>" in folded


def has_mention(folded: str) -> bool:
    """Whether a folded text may have the name of a user."""
    return "@" in folded or "<username>" in folded


def without_names(text: str, folded: str) -> str:
    """A text, or its folded form, without links and names of users."""
    if has_link(folded):
        text = URL.sub(" ", text)
    return MENTION.sub(" ", text) if has_mention(folded) else text


def bare_of(text: str) -> str:
    """The folded text without links and names of users."""
    folded = fold(text)
    return without_names(folded, folded)


@dataclass(frozen=True, slots=True)
class Wording:
    """A message as its tone is rated: read once for all that looks at it.

    Args:
        text: the message.
        language: ISO 639-1 code.
        folded: its folded form.
        bare: that without links and names of users.
        words: the words of `bare`.
        hits: the categories that they fall into.
    """

    text: str
    language: str
    folded: str
    bare: str
    words: list[str]
    hits: list[Hit]


def wording_of(text: str, language: str) -> Wording:
    """Reads a message; pure, the lexicon is a data file."""
    folded = fold(text)
    bare = without_names(folded, folded)
    words = words_of(bare)
    return Wording(text, language, folded, bare, words, hits(words, bare, language))
