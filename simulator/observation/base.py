"""What is found in one reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.conversation import Quote
from simulator.scenarios.formats import MoveName

VERSION = "3"
"""Version of the observer. Raise it when the same reply may be observed differently."""

Verdict = Literal["supported", "contradicted", "unsupported"]


@dataclass(frozen=True, slots=True)
class Move:
    """A move that a reply makes, with the words that make it."""

    move: MoveName
    quote: Quote


@dataclass(frozen=True, slots=True)
class Found:
    """A fact conveyed, a hidden fact asked for or a forbidden claim made, with the words that do it."""

    id: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that counted.

    Args:
        quote: the words, verbatim in the text that was rated; None where it is no single place in it.
        note: what it is, as a key: a category of words, a move, a mark of form ("shouts").
        weight: how much it counted: above 0 it raised the value, below 0 it lowered it. To be compared inside one
            rating only.
        turn: index of the message that the quote is from, where a conversation was rated.
    """

    quote: Quote | None
    note: str
    weight: float
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A checkable statement of a reply.

    Args:
        quote: the words that state it.
        verdict: what the documentation says to it.
        passage: id of the passage that decides, or that an unsupported claim was compared with; None where the case's
            record decides.
        support: 0-1, how far what is known says so.
        forbidden: id of the scenario's forbidden claim that it makes, if it makes one.
        checkable: whether it has a value (a number, a date, an amount) that can be looked up, with a plain outcome.
        reasons: what counted, in log-odds of support; notes are names of features (`observation.support`).
    """

    quote: Quote
    verdict: Verdict
    passage: str | None
    support: float
    forbidden: str | None = None
    checkable: bool = True
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything found in one reply, once; mood and every scorer read the same one.

    Args:
        language: ISO 639-1 code of the reply's language, or None where it cannot be told.
        moves: in the order of their words; a move made twice is there once.
        facts: facts conveyed.
        asked: hidden facts asked for.
        claims: checkable statements, forbidden ones among them.
        words: number of words.
        stuffed: whether it is a heap of keywords rather than sentences; then it conveys nothing.
    """

    language: str | None
    moves: tuple[Move, ...]
    facts: tuple[Found, ...]
    asked: tuple[Found, ...]
    claims: tuple[Claim, ...]
    words: int
    stuffed: bool = False

    def makes(self, *moves: MoveName) -> bool:
        """Whether the reply makes any of the moves."""
        return any(move.move in moves for move in self.moves)

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Ids of the forbidden claims that were made."""
        return tuple(claim.forbidden for claim in self.claims if claim.forbidden)


def quote_of(words: str, text: str, start: int = 0, end: int | None = None) -> Quote | None:
    """The first place of some words in a part of a text, whatever their case; None where they are not there as such."""
    place = text.find(words, start, len(text) if end is None else end)
    if place < 0:
        lower = text.lower()
        if len(lower) != len(text):
            return None
        place = lower.find(words.lower(), start, len(text) if end is None else end)
    if place < 0 or not words:
        return None
    return Quote(text[place : place + len(words)], place, place + len(words))
