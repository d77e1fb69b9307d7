"""What the history hands out and takes in: frozen plain values, never rows of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.conversation import Language, Outcome, Role, Voice


@dataclass(frozen=True)
class StoredTurn:
    """One committed turn.

    Args:
        index: its place in the attempt, from 0 without a gap.
        role: who said it.
        text: what was said, as stored.
        at: seconds since the attempt started.
        waited_browser: seconds the customer waited by the browser's clock (an agent's turn).
        waited_server: the same by the server's clock.
        voice: what gave the customer its words (a customer's turn).
        send_id: the sender's own name for the message: sent again, it is the same turn.
        committed_at: when it was stored (UTC).
    """

    index: int
    role: Role
    text: str
    at: float
    waited_browser: float | None
    waited_server: float | None
    voice: Voice | None
    send_id: str | None
    committed_at: datetime


@dataclass(frozen=True)
class StoredObservation:
    """What was found in one agent's turn by one version of the observer; `body` is plain JSON."""

    turn_index: int
    version: str
    body: dict[str, Any]


@dataclass(frozen=True)
class StoredScore:
    """One verdict.

    Args:
        turn_index: the agent's turn it is about, or None for the whole attempt.
        dimension: what was judged.
        value: the verdict, or None where there is none. No verdict is never 0.
        scorer: who judged.
        version: the scorer's version.
        explanation: the reason in words.
        evidence: quotes and sources as plain JSON.
    """

    turn_index: int | None
    dimension: str
    value: float | None
    scorer: str
    version: str
    explanation: str
    evidence: list[Any]


@dataclass(frozen=True)
class AttemptRecord:
    """An attempt with all that was said, found and judged in it.

    Turns are in order of their index, observations in order of turn and version, scores in the order they were saved.
    `ended_at`, `outcome` and `scorecard` are None while the attempt runs.
    """

    id: str
    trainee: str
    scenario: str
    persona: str
    scenario_hash: str
    persona_hash: str
    documents_hash: str
    language: Language
    seed: int
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    scorecard: dict[str, Any] | None
    turns: tuple[StoredTurn, ...]
    observations: tuple[StoredObservation, ...]
    scores: tuple[StoredScore, ...]


@dataclass(frozen=True)
class AttemptSummary:
    """One line of a list of attempts; `overall` and `passed` are read out of the scorecard's keys of these names."""

    id: str
    trainee: str
    scenario: str
    persona: str
    language: Language
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    overall: float | None
    passed: bool | None
