"""What is found in one reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.conversation import Quote
from simulator.scenarios.formats import MoveName

VERSION = "1"
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
class Claim:
    """A checkable statement of a reply.

    Args:
        quote: the words that state it.
        verdict: what the documentation says to it.
        passage: id of the passage that decides, if one does.
        support: 0 contradicted or found nowhere, to 1 said by the passage.
        forbidden: id of the scenario's forbidden claim that it makes, if it makes one.
    """

    quote: Quote
    verdict: Verdict
    passage: str | None
    support: float
    forbidden: str | None = None


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
