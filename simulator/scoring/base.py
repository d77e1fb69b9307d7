"""What a scorer reads and gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from simulator.case import Case
from simulator.director import Situation
from simulator.mood import Treatment
from simulator.observation import Observation
from simulator.scoring.best_reply import Mark, Option, mark_of

Dimension = Literal["accuracy", "tone", "de_escalation", "reply_time", "process"]
DIMENSIONS: tuple[Dimension, ...] = ("accuracy", "tone", "de_escalation", "reply_time", "process")
"""In the order of the scorecard. `process` is only scored where the scenario has a desk."""

Value = str | float
"""What a note is filled with: a text, or a number."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence to be worded in the reader's language: a key of `wording.yaml`, and what fills its placeholders."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a point was given or taken.

    Args:
        note: what it shows.
        turn: index of the agent's turn in the transcript; None where it is about the desk or something not said.
        quote: the words, verbatim in that turn; None where it is about something not said.
        passage: id of the passage that decides, if one does.
        good: whether it speaks for the reply.
    """

    note: Note
    turn: int | None
    quote: str | None = None
    passage: str | None = None
    good: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """A verdict on one reply or a whole attempt.

    Args:
        dimension: what was scored.
        value: 0-100, or None where there is no verdict (which is never 0).
        explanation: why, in words.
        evidence: what it goes by.
        parts: what it is made of, each 0-100 or None.
        scorer: who scored.
        version: of the scorer.
    """

    dimension: Dimension
    value: float | None
    explanation: Note
    evidence: tuple[Evidence, ...]
    scorer: str
    version: str
    parts: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One reply, and what it did: all that scorers go by.

    Args:
        turn: index of the reply in the transcript.
        reply: the reply.
        waited: seconds that the customer waited for it.
        before: the situation that it met.
        after: the situation that it led to.
        treatment: what it meant to the customer.
        observation: what was found in it.
        best: the best reply that the rules offered instead.
        cost: points that the reply cost against it, 0 or more.
        answers: the customer's message that it answers, verbatim; empty if none.
    """

    turn: int
    reply: str
    waited: float
    before: Situation
    after: Situation
    treatment: Treatment
    observation: Observation
    best: Option
    cost: float
    answers: str = ""

    @property
    def mark(self) -> Mark:
        """How good the reply was against the best one."""
        return mark_of(self.cost)


class Scorer(Protocol):
    """Scores replies by rule or by model."""

    dimension: Dimension

    def score(self, case: Case, exchanges: Sequence[Exchange], *, whole: bool) -> Score:
        """Scores some replies.

        Args:
            case: the case.
            exchanges: the replies, in order.
            whole: whether they are the whole attempt; else what was not asked yet is not missed.
        """
        ...
