"""Reading one attempt: the whole of it, or only what it is replayed from."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from .locks import unknown
from .records import AttemptRecord, LogRecord, StoredObservation, StoredScore, StoredStep, StoredTurn
from .store import Store
from .tables import attempt, observation, score, step, turn

TURN = [column for column in turn.c if column.name != "attempt_id"]
"""The columns of a `StoredTurn`, in its order."""

STEP = [column for column in step.c if column.name != "attempt_id"]
"""The columns of a `StoredStep`, in its order."""

# FOR SHARE: on PostgreSQL each statement sees its own moment, unless the writers have to wait.
_ATTEMPT = select(attempt).where(attempt.c.id == bindparam("id")).with_for_update(read=True)
_OUTCOME = select(attempt.c.outcome).where(attempt.c.id == bindparam("id")).with_for_update(read=True)
_TURNS = (
    select(*TURN).where(turn.c.attempt_id == bindparam("id"), turn.c.index >= bindparam("turns")).order_by(turn.c.index)
)
_STEPS = (
    select(*STEP)
    .where(step.c.attempt_id == bindparam("id"), step.c.number >= bindparam("steps"))
    .order_by(step.c.number)
)
_OBSERVATIONS = (
    select(observation.c.turn_index, observation.c.version, observation.c.body)
    .where(observation.c.attempt_id == bindparam("id"))
    .order_by(observation.c.turn_index, observation.c.version)
)
_SCORES = (
    select(*(column for column in score.c if column.name not in ("id", "attempt_id")))
    .where(score.c.attempt_id == bindparam("id"))
    .order_by(score.c.id)
)


def load_attempt(store: Store, *, attempt_id: str) -> AttemptRecord:
    """The attempt with its turns, steps, observations and scores as of one moment. Raises UnknownAttempt."""
    with store.reading() as connection:
        return read_attempt(connection, attempt_id)


def load_log(store: Store, *, attempt_id: str, turns: int = 0, steps: int = 0) -> LogRecord:
    """What the attempt is replayed from, as of one moment: quicker than `load_attempt`.

    Args:
        store: the history.
        attempt_id: the attempt.
        turns: so many turns are known and left out; turns and steps never change.
        steps: the same of steps.

    Raises:
        UnknownAttempt.
    """
    with store.reading() as connection:
        row = connection.execute(_OUTCOME, {"id": attempt_id}).one_or_none()
        if row is None:
            raise unknown(attempt_id)
        return LogRecord(row.outcome, *_said_and_done(connection, attempt_id, turns, steps))


def read_attempt(connection: Connection, attempt_id: str) -> AttemptRecord:
    """`load_attempt` inside a transaction. Raises UnknownAttempt."""
    which = {"id": attempt_id}
    row = connection.execute(_ATTEMPT, which).one_or_none()
    if row is None:
        raise unknown(attempt_id)
    turns, steps = _said_and_done(connection, attempt_id, 0, 0)
    return AttemptRecord(
        **row._mapping,
        turns=turns,
        steps=steps,
        observations=tuple(StoredObservation(*each) for each in connection.execute(_OBSERVATIONS, which)),
        scores=tuple(StoredScore(*each) for each in connection.execute(_SCORES, which)),
    )


def _said_and_done(
    connection: Connection, attempt_id: str, turns: int, steps: int
) -> tuple[tuple[StoredTurn, ...], tuple[StoredStep, ...]]:
    said = connection.execute(_TURNS, {"id": attempt_id, "turns": turns})
    done = connection.execute(_STEPS, {"id": attempt_id, "steps": steps})
    return tuple(StoredTurn(*each) for each in said), tuple(StoredStep(*each) for each in done)
