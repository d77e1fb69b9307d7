"""Attempts: begin, append, end, load and list. Every writer locks its attempt first, so none overtakes another."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, tuple_, update

from simulator.conversation import Language, Outcome, Turn

from .errors import AttemptEnded, UnknownAttempt
from .records import AttemptRecord, AttemptSummary, StoredObservation, StoredScore, StoredTurn
from .store import Store
from .tables import attempt, observation, score, storable, turn

# SQLite ignores FOR UPDATE: there the whole database is locked by the transaction. The lock and the reading of the
# last index are two statements because PostgreSQL fixes what a statement sees before it waits for the lock.
_LOCK = select(attempt.c.started_at, attempt.c.ended_at).where(attempt.c.id == bindparam("id")).with_for_update()
_LAST_INDEX = select(func.max(turn.c.index)).where(turn.c.attempt_id == bindparam("id"))
_TURN = [column for column in turn.c if column.name != "attempt_id"]
_SENT = select(*_TURN).where(turn.c.attempt_id == bindparam("id"), turn.c.send_id == bindparam("send_id"))
_SUMMARY = [
    *(attempt.c[name] for name in ("id", "trainee", "scenario", "persona", "language")),
    *(attempt.c[name] for name in ("started_at", "ended_at", "outcome")),
    attempt.c.scorecard["overall"].as_float(),
    attempt.c.scorecard["passed"].as_boolean(),
]
_ADD_TURN, _ADD_OBSERVATION, _ADD_SCORE = insert(turn), insert(observation), insert(score)


def create_attempt(
    store: Store,
    *,
    trainee: str,
    scenario: str,
    persona: str,
    scenario_hash: str,
    persona_hash: str,
    documents_hash: str,
    language: Language,
    seed: int,
    started_at: datetime,
) -> AttemptRecord:
    """Begin an attempt; the hashes are those of snapshots stored before, `seed` fits 64 bits.

    Raises:
        Inconsistent: a hash is of no snapshot.
    """
    record = AttemptRecord(
        id=secrets.token_urlsafe(16),
        trainee=storable(trainee),
        scenario=scenario,
        persona=persona,
        scenario_hash=scenario_hash,
        persona_hash=persona_hash,
        documents_hash=documents_hash,
        language=language,
        seed=seed,
        started_at=started_at,
        ended_at=None,
        outcome=None,
        scorecard=None,
        turns=(),
        observations=(),
        scores=(),
    )
    row = vars(record)
    with store.writing() as connection:
        connection.execute(insert(attempt), [{column.name: row[column.name] for column in attempt.c}])
    return record


def append_agent_turn(
    store: Store,
    *,
    attempt_id: str,
    text: str,
    at: float,
    waited_browser: float | None,
    waited_server: float | None,
    send_id: str | None,
) -> StoredTurn:
    """Commit what the trainee said as the next turn. It is on disk when this returns.

    Args:
        store: the history.
        attempt_id: the attempt.
        text: the message. Read the returned turn's: it is this one as stored (see `storable`).
        at: seconds since the attempt started.
        waited_browser: seconds the customer waited by the browser's clock.
        waited_server: the same by the server's.
        send_id: names this sending. Sent again (a double click, a lost connection), it returns the turn stored the
            first time, unchanged, even after the attempt has ended.

    Raises:
        UnknownAttempt, AttemptEnded.
    """
    with store.writing() as connection:
        ended_at = _lock(connection, attempt_id).ended_at
        if send_id is not None:
            sent = connection.execute(_SENT, {"id": attempt_id, "send_id": send_id}).one_or_none()
            if sent is not None:
                return StoredTurn(*sent)
        _refuse_ended(ended_at)
        stored = StoredTurn(
            index=_last_index(connection, attempt_id) + 1,
            role="agent",
            text=storable(text),
            at=at,
            waited_browser=waited_browser,
            waited_server=waited_server,
            voice=None,
            send_id=send_id,
            committed_at=datetime.now(UTC),
        )
        connection.execute(_ADD_TURN, [{"attempt_id": attempt_id, **vars(stored)}])
    return stored


def append_answer(
    store: Store,
    *,
    attempt_id: str,
    answers_index: int,
    turns: Sequence[Turn],
    observations: Sequence[StoredObservation],
    scores: Sequence[StoredScore],
    outcome: Outcome | None = None,
    scorecard: dict[str, Any] | None = None,
) -> bool:
    """Commit the customer's answer and what was found in the turns it answers: all of it or nothing.

    Args:
        store: the history.
        attempt_id: the attempt.
        answers_index: index of the last turn the answer was made for; -1 for the opening message.
        turns: the customer's messages, at least one.
        observations: of the agent's turns that are answered.
        scores: of those turns; of the whole attempt where the answer ends it.
        outcome: ends the attempt, at the time of the last message.
        scorecard: of the attempt that ends, with the keys `overall` (number or None) and `passed`.

    Returns:
        False, having written nothing, if `answers_index` is no longer the last turn: load again and answer what is
        there now.

    Raises:
        UnknownAttempt, AttemptEnded, Inconsistent.
    """
    if not turns or any(said.role != "customer" for said in turns):
        raise ValueError("an answer is one or more turns of the customer")
    if scorecard is not None and outcome is None:
        raise ValueError("a scorecard comes with the outcome")
    with store.writing() as connection:
        lasting = _lock(connection, attempt_id)
        if _last_index(connection, attempt_id) != answers_index:
            return False
        _refuse_ended(lasting.ended_at)
        now = datetime.now(UTC)
        rows = [
            {
                "attempt_id": attempt_id,
                "index": index,
                "role": said.role,
                "text": said.text,
                "at": said.at,
                "voice": said.voice,
                "committed_at": now,
            }
            for index, said in enumerate(turns, start=answers_index + 1)
        ]
        connection.execute(_ADD_TURN, rows)
        if observations:
            connection.execute(_ADD_OBSERVATION, [{"attempt_id": attempt_id, **vars(each)} for each in observations])
        if scores:
            connection.execute(_ADD_SCORE, [{"attempt_id": attempt_id, **vars(each)} for each in scores])
        if outcome is not None:
            ended_at = lasting.started_at + timedelta(seconds=turns[-1].at)
            _end(connection, attempt_id, outcome=outcome, ended_at=ended_at, scorecard=scorecard)
    return True


def end_attempt(
    store: Store,
    *,
    attempt_id: str,
    outcome: Outcome,
    ended_at: datetime,
    scorecard: dict[str, Any] | None,
    scores: Sequence[StoredScore] = (),
) -> None:
    """End the attempt without another message, with the scores of the whole of it. One that has ended stays as it is.

    Raises:
        UnknownAttempt.
    """
    with store.writing() as connection:
        if _lock(connection, attempt_id).ended_at is None:
            _end(connection, attempt_id, outcome=outcome, ended_at=ended_at, scorecard=scorecard)
            if scores:
                connection.execute(_ADD_SCORE, [{"attempt_id": attempt_id, **vars(each)} for each in scores])


def save_scores(
    store: Store, *, attempt_id: str, scores: Sequence[StoredScore], scorecard: dict[str, Any] | None = None
) -> None:
    """Store scores that come late, such as a judge's, also after the attempt has ended.

    A score replaces what the same version of the same scorer said before about the same turn and dimension. With a
    scorecard, the attempt's is replaced in the same transaction.

    Raises:
        UnknownAttempt, Inconsistent.
    """
    with store.writing() as connection:
        _lock(connection, attempt_id)
        for each in scores:
            connection.execute(
                delete(score).where(
                    score.c.attempt_id == attempt_id,
                    score.c.turn_index.is_not_distinct_from(each.turn_index),
                    score.c.dimension == each.dimension,
                    score.c.scorer == each.scorer,
                    score.c.version == each.version,
                )
            )
        if scores:
            connection.execute(_ADD_SCORE, [{"attempt_id": attempt_id, **vars(each)} for each in scores])
        if scorecard is not None:
            connection.execute(update(attempt).where(attempt.c.id == attempt_id).values(scorecard=scorecard))


def load_attempt(store: Store, *, attempt_id: str) -> AttemptRecord:
    """The attempt with its turns, observations and scores as of one moment. Raises UnknownAttempt."""
    with store.reading() as connection:
        # FOR SHARE: on PostgreSQL each statement sees its own moment, unless the writers have to wait.
        found = connection.execute(select(attempt).where(attempt.c.id == attempt_id).with_for_update(read=True))
        row = found.one_or_none()
        if row is None:
            raise _unknown(attempt_id)
        turns = connection.execute(select(*_TURN).where(turn.c.attempt_id == attempt_id).order_by(turn.c.index))
        observations = connection.execute(
            select(observation.c.turn_index, observation.c.version, observation.c.body)
            .where(observation.c.attempt_id == attempt_id)
            .order_by(observation.c.turn_index, observation.c.version)
        )
        scores = connection.execute(
            select(*(column for column in score.c if column.name not in ("id", "attempt_id")))
            .where(score.c.attempt_id == attempt_id)
            .order_by(score.c.id)
        )
        return AttemptRecord(
            **row._mapping,
            turns=tuple(StoredTurn(*each) for each in turns),
            observations=tuple(StoredObservation(*each) for each in observations),
            scores=tuple(StoredScore(*each) for each in scores),
        )


def list_attempts(
    store: Store, *, trainee: str | None = None, limit: int = 50, before: str | None = None
) -> list[AttemptSummary]:
    """Attempts, newest first.

    Args:
        store: the history.
        trainee: only this trainee's.
        limit: at most so many.
        before: id of the last attempt of the page before: only older ones.

    Raises:
        UnknownAttempt: there is no attempt `before`.
    """
    a = attempt.c
    query = select(*_SUMMARY)
    if trainee is not None:
        query = query.where(a.trainee == trainee)
    with store.reading() as connection:
        if before is not None:
            last = connection.execute(select(a.started_at, a.id).where(a.id == before)).one_or_none()
            if last is None:
                raise _unknown(before)
            query = query.where(tuple_(a.started_at, a.id) < tuple_(*last))
        rows = connection.execute(query.order_by(a.started_at.desc(), a.id.desc()).limit(limit))
        return [AttemptSummary(*row) for row in rows]


def _lock(connection: Connection, attempt_id: str) -> Row[datetime, datetime | None]:
    row = connection.execute(_LOCK, {"id": attempt_id}).one_or_none()
    if row is None:
        raise _unknown(attempt_id)
    return row


def _last_index(connection: Connection, attempt_id: str) -> int:
    last: int | None = connection.execute(_LAST_INDEX, {"id": attempt_id}).scalar_one()
    return -1 if last is None else last


def _end(
    connection: Connection,
    attempt_id: str,
    *,
    outcome: Outcome,
    ended_at: datetime,
    scorecard: dict[str, Any] | None,
) -> None:
    ending = {"outcome": outcome, "ended_at": ended_at, "scorecard": scorecard}
    connection.execute(update(attempt).where(attempt.c.id == attempt_id).values(ending))


def _refuse_ended(ended_at: datetime | None) -> None:
    if ended_at is not None:
        raise AttemptEnded("This conversation has ended. Start a new attempt to practise again.")


def _unknown(attempt_id: str) -> UnknownAttempt:
    return UnknownAttempt(f"There is no attempt {attempt_id}. Check the address, or start a new attempt.")
