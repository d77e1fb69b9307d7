"""Judgements of a language model: the history is the queue, and a row is the claim.

A reply without a row waits to be judged. Whoever inserts the row judges it; where that process dies, the claim runs
out and another one takes over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, insert, or_, select, update

from simulator.model_call import ModelCall

from .calls import keep_calls
from .errors import Inconsistent
from .forks import read_origins
from .locks import last_index, lock
from .records import ScorePair, StoredJudgement, StoredScore
from .store import Store
from .tables import attempt, judgement, score, step, storable, turn

JUDGE = "judge"
"""The scorer's name in the scores of a language model."""

_later = turn.alias("later")
_ANSWERED = or_(
    attempt.c.ended_at.is_not(None),
    exists().where(
        _later.c.attempt_id == turn.c.attempt_id, _later.c.index > turn.c.index, _later.c.role == "customer"
    ),
)


_UNJUDGED = (
    select(turn.c.attempt_id, func.min(turn.c.index))
    .join(attempt, attempt.c.id == turn.c.attempt_id)
    .join(
        judgement,
        and_(judgement.c.attempt_id == turn.c.attempt_id, judgement.c.turn_index == turn.c.index),
        isouter=True,
    )
    .where(attempt.c.started_at >= bindparam("since"), turn.c.role == "agent")
    .where(turn.c.index >= func.coalesce(attempt.c.parent_turns, 0), _ANSWERED)
    .where(
        or_(
            judgement.c.attempt_id.is_(None),
            and_(judgement.c.judged_at.is_(None), judgement.c.claimed_until < bindparam("now")),
        )
    )
    .group_by(turn.c.attempt_id)
    .order_by(func.max(turn.c.committed_at).desc(), turn.c.attempt_id)
    .limit(bindparam("most"))
)
_OF_REPLY = and_(judgement.c.attempt_id == bindparam("id"), judgement.c.turn_index == bindparam("turn"))
_CLAIM = select(judgement.c.tries, judgement.c.claimed_until, judgement.c.judged_at).where(_OF_REPLY)
_ADD, _DROP, _CHANGE = insert(judgement), delete(judgement).where(_OF_REPLY), update(judgement).where(_OF_REPLY)
_DROP_SCORES = delete(score).where(
    score.c.attempt_id == bindparam("id"), score.c.turn_index == bindparam("turn"), score.c.scorer == JUDGE
)
_ADD_SCORE = insert(score)
_SCORES = (
    select(*(score.c[field.name] for field in fields(StoredScore)))
    .where(score.c.attempt_id == bindparam("id"), score.c.scorer == JUDGE)
    .where(score.c.turn_index >= bindparam("first"), score.c.turn_index < bindparam("end"))
    .order_by(score.c.turn_index, score.c.id)
)


def unjudged(store: Store, *, since: datetime, limit: int) -> list[tuple[str, int]]:
    """Of each attempt the first reply that waits to be judged, as attempt and turn; the attempts with the newest first.

    A reply waits until the customer has answered it: then nothing that comes of judging can get into the answer's way.
    What a branch has from its parent was judged there.

    Args:
        store: the history.
        since: only in attempts that began at this moment or later.
        limit: at most so many attempts.
    """
    with store.reading() as connection:
        rows = connection.execute(_UNJUDGED, {"since": since, "now": datetime.now(UTC), "most": limit})
        return [(row[0], row[1]) for row in rows]


def claim_judgement(store: Store, *, attempt_id: str, turn_index: int, until: datetime) -> int | None:
    """Claim a reply for judging it.

    Args:
        store: the history.
        attempt_id: the attempt.
        turn_index: the reply.
        until: when the claim runs out, should nothing come of it.

    Returns:
        How often it was claimed, this time included; None if somebody else has it, or it is judged.

    Raises:
        UnknownAttempt.
        Inconsistent: there is no such turn.
    """
    which = {"id": attempt_id, "turn": turn_index}
    with store.writing() as connection:
        lock(connection, attempt_id)
        found = connection.execute(_CLAIM, which).one_or_none()
        if found is None:
            claim = {"attempt_id": attempt_id, "turn_index": turn_index, "tries": 1, "claimed_until": until}
            connection.execute(_ADD, [claim])
            return 1
        if found.judged_at is not None or found.claimed_until >= datetime.now(UTC):
            return None
        tries: int = found.tries + 1
        connection.execute(_CHANGE.values(tries=tries, claimed_until=until), which)
        return tries


def release_judgement(
    store: Store,
    *,
    attempt_id: str,
    turn_index: int,
    claim: datetime,
    until: datetime,
    was_try: bool = True,
    calls: Sequence[ModelCall] = (),
) -> None:
    """Give a claim up: the reply can be claimed again after a moment. One that is judged stays as it is, and so does
    one that somebody else has claimed since, because this claim had run out.

    Args:
        store: the history.
        attempt_id: the attempt.
        turn_index: the reply.
        claim: when the claim runs out, as it was claimed.
        until: the moment.
        was_try: whether judging it was tried; else it is as if it had not been claimed this time.
        calls: to a language model, made for it.

    Raises:
        Inconsistent: there is no such attempt or turn, and calls were made for it.
    """
    change = {"claimed_until": until} if was_try else {"claimed_until": until, "tries": judgement.c.tries - 1}
    with store.writing() as connection:
        own = _CHANGE.where(judgement.c.judged_at.is_(None), judgement.c.claimed_until == claim)
        released = own.values(change)
        connection.execute(released, {"id": attempt_id, "turn": turn_index})
        keep_calls(connection, attempt_id, turn_index, calls)


def save_judgement(
    store: Store,
    *,
    attempt_id: str,
    turn_index: int,
    version: str,
    body: Mapping[str, Any],
    scores: Sequence[StoredScore],
    claim: datetime | None = None,
    calls: Sequence[ModelCall] = (),
) -> bool:
    """Keep what came of judging a reply, in place of what a model said of it before; claimed or not.

    Args:
        store: the history.
        attempt_id: the attempt.
        turn_index: the reply.
        version: of model and prompt.
        body: verdicts and readings as plain JSON.
        scores: of this reply, by the scorer `JUDGE`.
        claim: when the claim that it was judged under runs out; whose claim it is does not matter if left out.
        calls: to a language model, made for it; kept in any case.

    Returns:
        False, with nothing else written, if somebody else has claimed the reply since, because this claim had run out,
        and has judged it, or may still do better: no score here has a value.

    Raises:
        UnknownAttempt.
        Inconsistent: there is no such turn, or a score is of another one.
    """
    if any(each.turn_index != turn_index or each.scorer != JUDGE for each in scores):
        raise Inconsistent("A judgement has scores of its own reply only.")
    which = {"id": attempt_id, "turn": turn_index}
    now = datetime.now(UTC)
    with store.writing() as connection:
        lock(connection, attempt_id)
        found = connection.execute(_CLAIM, which).one_or_none()
        is_judged = found is not None and found.judged_at is not None
        is_late = claim is not None and found is not None and found.claimed_until != claim
        if is_late and (is_judged or all(each.value is None for each in scores)):
            keep_calls(connection, attempt_id, turn_index, calls)
            return False
        connection.execute(_DROP, which)
        row = {"attempt_id": attempt_id, "turn_index": turn_index, "tries": found.tries if found else 1}
        judged = {"claimed_until": now, "judged_at": now, "version": version, "body": dict(body)}
        connection.execute(_ADD, [{**row, **judged}])
        connection.execute(_DROP_SCORES, which)
        if scores:
            connection.execute(_ADD_SCORE, [{"attempt_id": attempt_id, **vars(each)} for each in scores])
        keep_calls(connection, attempt_id, turn_index, calls)
    return True


def judge_scores(store: Store, *, attempt_id: str) -> list[StoredScore]:
    """What a language model gave the replies of an attempt, in their order; of those that a branch has from its parent
    what they have there, for they may have been judged after the branch was made.

    Raises:
        UnknownAttempt.
    """
    found: list[StoredScore] = []
    with store.reading() as connection:
        for id, turns in read_origins(connection, attempt_id):
            rows = connection.execute(_SCORES, {"id": id, "first": turns.start, "end": turns.stop})
            found[:0] = [StoredScore(*row) for row in rows]
    return found


def list_judgements(store: Store, *, attempt_id: str) -> list[StoredJudgement]:
    """The judgements of an attempt in order of its replies; those that are still in the making are left out."""
    j = judgement.c
    query = select(j.turn_index, j.judged_at, j.version, j.body)
    query = query.where(j.attempt_id == attempt_id, j.judged_at.is_not(None)).order_by(j.turn_index)
    with store.reading() as connection:
        return [StoredJudgement(*row) for row in connection.execute(query)]


def append_reading(store: Store, *, attempt_id: str, turn_index: int, body: Mapping[str, str], at: float) -> bool:
    """Commit what a model read in a reply as a step, if the customer has spoken last and the attempt runs.

    Between a reply and its answer nothing is appended: the answer would have to be made anew. Once a reply.

    Args:
        store: the history.
        attempt_id: the attempt.
        turn_index: the reply.
        body: of the step.
        at: seconds since the attempt started.

    Returns:
        False, having written nothing, if this is not the moment for it.

    Raises:
        UnknownAttempt.
    """
    send_id = f"reading-{turn_index}"
    with store.writing() as connection:
        if lock(connection, attempt_id).ended_at is not None:
            return False
        last = last_index(connection, attempt_id)
        role = select(turn.c.role).where(turn.c.attempt_id == attempt_id, turn.c.index == last)
        if connection.execute(role).scalar_one_or_none() != "customer":
            return False
        own = select(func.count()).where(step.c.attempt_id == attempt_id)
        if connection.execute(own.where(step.c.send_id == send_id)).scalar_one() == 0:
            row = {
                "attempt_id": attempt_id,
                "number": connection.execute(own).scalar_one(),
                "place": last + 1,
                "kind": "reading",
                "body": {storable(name): storable(value) for name, value in body.items()},
                "at": at,
                "send_id": send_id,
                "committed_at": datetime.now(UTC),
            }
            connection.execute(insert(step), [row])
    return True


def score_pairs(store: Store, *, trainee: str | None = None, since: datetime | None = None) -> list[ScorePair]:
    """The replies that rules and a language model have both given a value, oldest first.

    Of several versions of the rules, the one that scored last counts. What a branch has from its parent is left out.

    Args:
        store: the history.
        trainee: only this trainee's.
        since: only those judged at this moment or later.
    """
    rules = score.alias("rules")
    newer = score.alias("newer")

    def same(table: Any) -> Any:
        return and_(
            table.c.attempt_id == score.c.attempt_id,
            table.c.turn_index == score.c.turn_index,
            table.c.dimension == score.c.dimension,
            table.c.scorer != JUDGE,
        )

    query = (
        select(
            *(score.c.attempt_id, attempt.c.trainee, score.c.turn_index, score.c.dimension),
            *(rules.c.value, score.c.value, score.c.version, judgement.c.judged_at),
        )
        .join(rules, same(rules))
        .join(attempt, attempt.c.id == score.c.attempt_id)
        .join(
            judgement,
            and_(judgement.c.attempt_id == score.c.attempt_id, judgement.c.turn_index == score.c.turn_index),
        )
        .where(score.c.scorer == JUDGE, score.c.value.is_not(None), rules.c.value.is_not(None))
        .where(~exists().where(same(newer), newer.c.id > rules.c.id))
        .where(score.c.turn_index >= func.coalesce(attempt.c.parent_turns, 0))
        .order_by(judgement.c.judged_at, score.c.id)
    )
    if trainee is not None:
        query = query.where(attempt.c.trainee == trainee)
    if since is not None:
        query = query.where(judgement.c.judged_at >= since)
    with store.reading() as connection:
        return [ScorePair(*row) for row in connection.execute(query)]
