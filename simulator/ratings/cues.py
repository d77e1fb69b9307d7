"""Text to cues of disputes and content: which kinds of words and phrases a message has, and where.

The cues are data (`data/cues/<language>.yaml`), in the notation of `patterns`; their `_` skips negators too. Beside the
observer's moves they are many and coarse: of one loose word less follows than of a move, but people's ratings move with
it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from simulator import yaml12
from simulator.conversation import LANGUAGES, Quote
from simulator.ratings.patterns import Patterns
from simulator.ratings.words import Words, addressed, cut

_BEFORE = 3
_NEGATED: dict[str, str | None] = {
    "positive": "negative",
    "negative": None,
    "accepted": "unresolved",
    "insult": None,
    "thanks": None,
    "concedes": "disagree",
    "offers": None,
    "apology": None,
    "compromise": None,
    "asks": None,
    "hedge": None,
    "threat": None,
    "understands": None,
}
"""Kinds that a negation before them voids, and what they are then."""


class Hit(NamedTuple):
    """A phrase found: its kind and its place in the text."""

    kind: str
    start: int
    end: int


_CALL = 2
"""A longer message is no mere call for an answer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says by its cues.

    Args:
        text: the message, as far as it was read.
        counts: how often each kind was found.
        hits: the places, in order.
        words: number of words.
        readable: whether it has words, in a language that has cues; else there is no verdict.
        questions: sentences that end in a question mark.
        exclaims: exclamation marks, more than three count as three.
        shout: share of the words of three letters or more that are written in capitals.
    """

    text: str
    counts: dict[str, int]
    hits: tuple[Hit, ...]
    words: int
    readable: bool
    questions: int
    exclaims: int
    shout: float

    def quotes(self, *kinds: str) -> list[Quote]:
        """The words found for any of the kinds."""
        return [Quote(self.text[hit.start : hit.end], hit.start, hit.end) for hit in self.hits if hit.kind in kinds]

    def calls(self) -> bool:
        """Whether it is nothing but a call for an answer: "Hello???"."""
        return bool(self.counts.get("greet") and self.questions) and self.words <= _CALL

    def rate(self, kind: str) -> float:
        """How dense a kind is: one hit is most of it in a chat message, and little in a long comment."""
        return self.counts.get(kind, 0) / (1.0 + self.words / 25.0)


_IN_CLAUSE = frozenset({"accuse", "challenge"})
"""What speaks of "you" must say it in one clause: "you are right, the mistake is ours"."""
_KIND = frozenset({"positive", "thanks", "accepted", "concedes", "offers", "apology", "compromise", "understands"})
_INNOCENT = "innocent"
_UNKIND = frozenset(
    (
        *("negative", "unresolved", "insult", "mock", "frustration", "accuse"),
        *("stonewall", "leaving", "threat", "challenge", "command", "disagree"),
    )
)


def _without_swallowed(hits: list[Hit]) -> list[Hit]:
    """Without friendly words that belong to a longer unfriendly phrase ("thanks for nothing"), and the other way round
    ("the problem is solved"); without unfriendly ones in an innocent phrase ("leave it with me")."""
    innocent = [hit for hit in hits if hit.kind == _INNOCENT]
    if innocent:
        hits = [hit for hit in hits if hit.kind != _INNOCENT and not (hit.kind in _UNKIND and _meets(hit, innocent))]
    kind = [hit for hit in hits if hit.kind in _KIND]
    unkind = [hit for hit in hits if hit.kind in _UNKIND]
    if not kind or not unkind:
        return hits
    lost = {hit for hit in kind if _is_in_longer(hit, unkind)} | {hit for hit in unkind if _is_in_longer(hit, kind)}
    return [hit for hit in hits if hit not in lost] if lost else hits


def _meets(hit: Hit, others: list[Hit]) -> bool:
    return any(other.start < hit.end and hit.start < other.end for other in others)


def _is_in_longer(hit: Hit, others: list[Hit]) -> bool:
    size = hit.end - hit.start
    return any(other.start <= hit.start and hit.end <= other.end and other.end - other.start > size for other in others)


MAX_CHARACTERS = 20_000
"""Longer texts are read up to here."""


@lru_cache(maxsize=8)
def _patterns(language: str) -> Patterns:
    data: dict[str, list[str]] = yaml12.load_resource("simulator.ratings", "data", "cues", f"{language}.yaml")
    negators = data.pop("negators")
    kinds = {kind: {1.0: cues} for kind, cues in data.items()}
    return Patterns({}, kinds, negators, before=_BEFORE, over=True, in_clause=_IN_CLAUSE)


def _hits(cut_up: Words, language: str) -> list[Hit]:
    """All that the cues find, from left to right, the negations around them taken in."""
    patterns, words, spans = _patterns(language), cut_up.words, cut_up.spans
    hits: list[Hit] = []
    for kind, _, first, last, negated in patterns.find(cut_up):
        if language == "de" and kind == "accepted":  # "funktioniert nicht"
            end = next(end for _, end, _ in cut_up.sentences if first < end)
            negated = negated or patterns.negates(words[last : min(end, last + _BEFORE)])
        actual = _NEGATED.get(kind, kind) if negated else kind
        if actual is not None:
            hits.append(Hit(actual, spans[first][0], spans[last - 1][1]))
    return _without_swallowed(hits)


_CAPS = re.compile(r"[^\W\d_]{3,}")


@lru_cache(maxsize=2_048)
def read(text: str, language: str = "en") -> Reading:
    """Reads a message. In a language without cues nothing is found but marks."""
    text = text[:MAX_CHARACTERS]
    cut_up = cut(text, brackets=False)
    if language == "de":
        cut_up = replace(cut_up, words=addressed(text, cut_up))
    has_cues = language in LANGUAGES
    hits = _hits(cut_up, language) if has_cues else []
    counts: dict[str, int] = {}
    for hit in hits:
        counts[hit.kind] = counts.get(hit.kind, 0) + 1
    letters = _CAPS.findall(text)
    shout = sum(map(str.isupper, letters)) / len(letters) if len(letters) > 1 else 0.0
    readable = has_cues and bool(cut_up.words)
    questions = sum(asks for _, _, asks in cut_up.sentences)
    exclaims = min(3, text.count("!"))
    return Reading(text, counts, tuple(hits), len(cut_up.words), readable, questions, exclaims, shout)
