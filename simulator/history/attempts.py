"""Writing attempts: begin, append, end, judge late."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from simulator.conversation import NOTICED, Language, Mode, Outcome, Turn
from simulator.model_call import ModelCall

from .calls import keep_calls
from .errors import AttemptEnded
from .locks import last_index, lock
from .reading import TURN
from .records import AttemptRecord, StoredObservation, StoredScore, StoredTurn
from .store import Store
from .tables import attempt, observation, score, step, storable, turn

_SENT = select(*TURN).where(turn.c.attempt_id == bindparam("id"), turn.c.send_id == bindparam("send_id"))
_STEPS = select(func.count()).select_from(step).where(step.c.attempt_id == bindparam("id"))
_NOTICED_SINCE = _STEPS.where(step.c.number >= bindparam("steps"), step.c.kind.in_(NOTICED))
_ADD_TURN, _ADD_OBSERVATION, _ADD_SCORE = insert(turn), insert(observation), insert(score)

_SAME_FOUND = ("attempt_id", "turn_index", "version")
_SAME_JUDGED = (*_SAME_FOUND, "dimension", "scorer")
_DROP_OBSERVATION, _DROP_SCORE = (
    delete(table).where(*(table.c[name].is_not_distinct_from(bindparam(f"old_{name}")) for name in names))
    for table, names in ((observation, _SAME_FOUND), (score, _SAME_JUDGED))
)


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
    mode: Mode = "practice",
    low_pressure: bool = False,
    shift_id: str | None = None,
    shift_place: int | None = None,
) -> AttemptRecord:
    """Begin an attempt; the hashes are those of snapshots stored before, `seed` fits 64 bits.

    Raises:
        Inconsistent: a hash is of no snapshot, or there is no such shift.
    """
    id_ = secrets.token_hex(16)
    record = AttemptRecord(
        id=id_,
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
        mode=mode,
        low_pressure=low_pressure,
        root_id=id_,
        branch=0,
        parent_id=None,
        parent_turns=None,
        shift_id=shift_id,
        shift_place=shift_place,
        turns=(),
        steps=(),
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
        ended_at = lock(connection, attempt_id).ended_at
        if send_id is not None:
            sent = connection.execute(_SENT, {"id": attempt_id, "send_id": send_id}).one_or_none()
            if sent is not None:
                return StoredTurn(*sent)
        if ended_at is not None:
            raise AttemptEnded("This conversation has ended. Start a new attempt to practise again.")
        stored = StoredTurn(
            index=last_index(connection, attempt_id) + 1,
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
    steps: int | None = None,
    turns: Sequence[Turn],
    observations: Sequence[StoredObservation],
    scores: Sequence[StoredScore],
    outcome: Outcome | None = None,
    scorecard: dict[str, Any] | None = None,
    calls: Sequence[ModelCall] = (),
) -> bool:
    """Commit the customer's answer and what was found in the turns it answers: all of it or nothing.

    Args:
        store: the history.
        attempt_id: the attempt.
        answers_index: index of the last turn the answer was made for; -1 for the opening message.
        steps: how many steps it was made with; not looked at if left out. More of them are no reason to refuse it where
            the customer does not notice them, unless it ends the attempt: its scorecard has to know them.
        turns: the customer's messages, at least one.
        observations: of the agent's turns that are answered.
        scores: of those turns; of the whole attempt where the answer ends it.
        outcome: ends the attempt, at the time of the last message.
        scorecard: of the attempt that ends, with the keys `overall` (number or None) and `passed`, and `versions`: a
            text for each value's name, the same for values that may be compared.
        calls: to a language model, made for the answer; kept in any case, without a turn where it was not used.

    Returns:
        False, having written nothing else, if `answers_index` is no longer the last turn, too much was done since, or
        the attempt has ended: load again and answer what is there now.

    Raises:
        UnknownAttempt, Inconsistent.
    """
    if not turns or any(said.role != "customer" for said in turns):
        raise ValueError("an answer is one or more turns of the customer")
    if scorecard is not None and outcome is None:
        raise ValueError("a scorecard comes with the outcome")
    with store.writing() as connection:
        lasting = lock(connection, attempt_id)
        if (
            lasting.ended_at is not None
            or last_index(connection, attempt_id) != answers_index
            or (steps is not None and _is_overtaken(connection, attempt_id, steps, by_any=outcome is not None))
        ):
            keep_calls(connection, attempt_id, None, calls)
            return False
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
            end(connection, attempt_id, outcome=outcome, ended_at=ended_at, scorecard=scorecard)
        keep_calls(connection, attempt_id, answers_index + 1, calls)
    return True


def _is_overtaken(connection: Connection, attempt_id: str, steps: int, *, by_any: bool) -> bool:
    """Whether there are steps behind so many: any at all, or such as the customer notices."""
    if by_any:
        return connection.execute(_STEPS, {"id": attempt_id}).scalar_one() != steps
    return connection.execute(_NOTICED_SINCE, {"id": attempt_id, "steps": steps}).scalar_one() > 0


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
        if lock(connection, attempt_id).ended_at is None:
            end(connection, attempt_id, outcome=outcome, ended_at=ended_at, scorecard=scorecard)
            if scores:
                connection.execute(_ADD_SCORE, [{"attempt_id": attempt_id, **vars(each)} for each in scores])


def save_scores(
    store: Store,
    *,
    attempt_id: str,
    scores: Sequence[StoredScore],
    observations: Sequence[StoredObservation] = (),
    scorecard: dict[str, Any] | None = None,
    steps: int | None = None,
) -> bool:
    """Store scores that come late, such as a judge's or a newer scorer's, also after the attempt has ended.

    A score replaces what the same version of the same scorer said before about the same turn and dimension, an
    observation what the same version found before in the same turn; those of other versions stay. All of it or
    nothing.

    Args:
        store: the history.
        attempt_id: the attempt.
        scores: of turns, or of the whole attempt.
        observations: of turns.
        scorecard: replaces the attempt's.
        steps: how many steps they were made with; not looked at if left out.

    Returns:
        False, having written nothing, if there are more steps.

    Raises:
        UnknownAttempt, Inconsistent.
    """
    with store.writing() as connection:
        lock(connection, attempt_id)
        if steps is not None and connection.execute(_STEPS, {"id": attempt_id}).scalar_one() != steps:
            return False
        if observations:
            rows = [{"attempt_id": attempt_id, **vars(each)} for each in observations]
            connection.execute(_DROP_OBSERVATION, [{f"old_{name}": row[name] for name in _SAME_FOUND} for row in rows])
            connection.execute(_ADD_OBSERVATION, rows)
        if scores:
            rows = [{"attempt_id": attempt_id, **vars(each)} for each in scores]
            connection.execute(_DROP_SCORE, [{f"old_{name}": row[name] for name in _SAME_JUDGED} for row in rows])
            connection.execute(_ADD_SCORE, rows)
        if scorecard is not None:
            connection.execute(update(attempt).where(attempt.c.id == attempt_id).values(scorecard=scorecard))
    return True


def end(
    connection: Connection,
    attempt_id: str,
    *,
    outcome: Outcome,
    ended_at: datetime,
    scorecard: dict[str, Any] | None,
) -> None:
    ending = {"outcome": outcome, "ended_at": ended_at, "scorecard": scorecard}
    connection.execute(update(attempt).where(attempt.c.id == attempt_id).values(ending))
