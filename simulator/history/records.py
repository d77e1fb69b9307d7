"""What the history hands out and takes in: frozen plain values, never rows of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.conversation import Language, Mode, Outcome, Role, StepKind, Voice
from simulator.model_call import ModelCall


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
class StoredStep:
    """One committed step: something that the trainee did besides speaking.

    Args:
        number: its place among the steps of the attempt, from 0 without a gap.
        place: how many turns stood in the transcript when it was done.
        kind: what was done.
        body: what it was done with, as stored.
        at: seconds since the attempt started.
        send_id: the sender's own name for the step: sent again, it is the same step.
        committed_at: when it was stored (UTC).
    """

    number: int
    place: int
    kind: StepKind
    body: dict[str, str]
    at: float
    send_id: str | None
    committed_at: datetime


@dataclass(frozen=True)
class LogRecord:
    """What an attempt is replayed from: its turns and steps in order, and how it ended (None while it runs)."""

    outcome: Outcome | None
    turns: tuple[StoredTurn, ...]
    steps: tuple[StoredStep, ...]


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
class StoredCall:
    """One call to a language model, the turn that it was made for (None: its answer was not used), and when."""

    attempt_id: str
    turn_index: int | None
    called_at: datetime
    call: ModelCall


@dataclass(frozen=True)
class StoredJudgement:
    """What a language model made of a reply.

    Args:
        turn_index: the reply.
        judged_at: when.
        version: of model and prompt.
        body: verdicts and readings as plain JSON.
    """

    turn_index: int
    judged_at: datetime
    version: str
    body: dict[str, Any]


@dataclass(frozen=True)
class ScorePair:
    """What rules and a language model gave the same reply in the same dimension, both with a value.

    Args:
        judged_at: when the model judged.
    """

    attempt_id: str
    trainee: str
    turn_index: int
    dimension: str
    rules: float
    judge: float
    version: str
    judged_at: datetime


@dataclass(frozen=True)
class AttemptRecord:
    """An attempt with all that was said, done, found and judged in it.

    Turns and steps are in order of their index and number, observations in order of turn and version, scores in the
    order they were saved. `ended_at`, `outcome` and `scorecard` are None while the attempt runs.

    Args:
        root_id: the first attempt of the family: its own id, unless it is a branch.
        branch: its number in the family: 0 for the first attempt, then in the order in which they branched off.
        parent_id: of a branch, the attempt in which a reply was taken back.
        parent_turns: of a branch, how many turns it has from its parent.
        shift_id: the shift that it belongs to.
        shift_place: its place in that shift; a branch has its parent's.
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
    mode: Mode
    low_pressure: bool
    root_id: str
    branch: int
    parent_id: str | None
    parent_turns: int | None
    shift_id: str | None
    shift_place: int | None
    turns: tuple[StoredTurn, ...]
    steps: tuple[StoredStep, ...]
    observations: tuple[StoredObservation, ...]
    scores: tuple[StoredScore, ...]


@dataclass(frozen=True)
class AttemptSummary:
    """One line of a list of attempts. What is not described here is as in `AttemptRecord`.

    Args:
        overall: the scorecard's value of this name.
        passed: the same.
        branches: how many attempts the family has, itself included.
        scores: every value in the scorecard by its name: the dimensions' and `overall`. None is no verdict.
        versions: of these values, by the same names: only values of the same version may be compared. A name is
            missing where the version is not known.
        help: how many steps the family has of each kind that is help (`HELP`), also with what was taken back.
    """

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
    mode: Mode
    low_pressure: bool
    root_id: str
    branch: int
    parent_id: str | None
    parent_turns: int | None
    shift_id: str | None
    shift_place: int | None
    branches: int
    scores: dict[str, float | None]
    versions: dict[str, str]
    help: dict[StepKind, int]


@dataclass(frozen=True)
class ShiftRecord:
    """Several attempts that a trainee ran at once.

    Args:
        ended_at: None while it goes on.
        attempts: the newest branch of each, in order of their places in the shift.
    """

    id: str
    trainee: str
    mode: Mode
    low_pressure: bool
    started_at: datetime
    ended_at: datetime | None
    attempts: tuple[AttemptSummary, ...]


@dataclass(frozen=True)
class Rating:
    """What a trainee thought of an attempt: 1 to 5 stars and a comment, which may be empty."""

    attempt_id: str
    stars: int
    comment: str
    rated_at: datetime


@dataclass(frozen=True)
class Dispute:
    """A verdict that a trainee disputes.

    Args:
        id: made from what is disputed and why.
        attempt_id: the attempt.
        turn_index: the agent's turn that was judged, or None for the whole attempt.
        dimension: what was judged.
        receipt: the verdict as the trainee saw it, as plain JSON: value, scorer, version, explanation, evidence.
        reason: why the trainee disputes it.
        disputed_at: when.
        decided_by: the trainer who decided; this and what follows is None until then.
        decided_at: when.
        decision: what was decided, in words.
        value: what the score should be by the trainer, 0-100; None where it stands. It is never put in its place.
    """

    id: str
    attempt_id: str
    turn_index: int | None
    dimension: str
    receipt: dict[str, Any]
    reason: str
    disputed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    value: float | None
