"""Branches: the same conversation up to a turn, and another way on from there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, literal, null, select, update

from .errors import Inconsistent
from .locks import last_index, lock, unknown
from .reading import read_attempt
from .records import AttemptRecord, StoredStep
from .store import Store
from .tables import attempt, observation, score, turn
from .tables import step as steps

_FAMILY = select(attempt.c.root_id, attempt.c.parent_id)
_PARENT = select(attempt.c.parent_id, attempt.c.parent_turns).where(attempt.c.id == bindparam("id"))
_OWN = ("id", "started_at", "ended_at", "outcome", "scorecard", "branch", "parent_id", "parent_turns")
_INHERITED = [column.name for column in attempt.c if column.name not in _OWN]


def fork_attempt(
    store: Store,
    *,
    attempt_id: str,
    turns: int,
    fork_id: str,
    started_at: datetime,
    taken_at: datetime,
    step: StoredStep | None = None,
) -> AttemptRecord:
    """Begin a branch that holds what was said, done, found and judged in an attempt up to a turn.

    Its turns and steps are copies without the names of their sendings; scores of the whole attempt are left behind.
    The attempt it branches off from ends as `taken_back`, unless it has ended.

    Args:
        store: the history.
        attempt_id: the attempt to branch off from, which may be a branch.
        turns: how many of its turns are copied, with the steps that were done before the next one.
        fork_id: the id of the branch. Called again with it, nothing is done but returning the branch as it is.
        started_at: when the branch began, which the seconds of its turns count from.
        taken_at: when the reply was taken back.
        step: the branch's first step of its own, which tells of the taking back; its number is given here.

    Raises:
        UnknownAttempt.
        Inconsistent: the attempt has fewer turns, or `fork_id` is the id of something else.
    """
    with store.writing() as connection:
        family = connection.execute(_FAMILY.where(attempt.c.id == attempt_id)).one_or_none()
        if family is None:
            raise unknown(attempt_id)
        lock(connection, family.root_id)  # one branch of a family after the other: each gets its own number
        ended_at = lock(connection, attempt_id).ended_at
        there = connection.execute(_FAMILY.where(attempt.c.id == fork_id)).one_or_none()
        if there is None:
            if not 0 <= turns <= last_index(connection, attempt_id) + 1:
                raise Inconsistent(f"The attempt {attempt_id} cannot be taken back to {turns} turns.")
            _copy(connection, attempt_id, family.root_id, turns=turns, fork_id=fork_id, started_at=started_at)
            if step is not None:
                number = connection.execute(select(func.count()).where(steps.c.attempt_id == fork_id)).scalar_one()
                connection.execute(insert(steps), [{"attempt_id": fork_id, **vars(step), "number": number}])
            if ended_at is None:
                ending = {"outcome": "taken_back", "ended_at": taken_at, "scorecard": None}
                connection.execute(update(attempt).where(attempt.c.id == attempt_id).values(ending))
        elif there.parent_id != attempt_id:
            raise Inconsistent(f"{fork_id} is no branch of the attempt {attempt_id}.")
        return read_attempt(connection, fork_id)


def origins(store: Store, *, attempt_id: str) -> list[tuple[str, range]]:
    """The attempts that the turns of an attempt were said in, its own first: their ids, and which turns.

    Where turns of a branch are from its parent, what models did for them is kept there.

    Raises:
        UnknownAttempt.
    """
    with store.reading() as connection:
        return read_origins(connection, attempt_id)


def read_origins(connection: Connection, attempt_id: str) -> list[tuple[str, range]]:
    """`origins` inside a transaction. Raises UnknownAttempt."""
    found: list[tuple[str, range]] = []
    end = last_index(connection, attempt_id) + 1
    parent: str | None = attempt_id
    while parent is not None:
        id = parent
        row = connection.execute(_PARENT, {"id": id}).one_or_none()
        if row is None:
            raise unknown(id)
        parent, first = row.parent_id, min(row.parent_turns or 0, end)
        found.append((id, range(first, end)))
        end = first
    return found


def _copy(
    connection: Connection, attempt_id: str, root_id: str, *, turns: int, fork_id: str, started_at: datetime
) -> None:
    inherited = connection.execute(
        select(*(attempt.c[name] for name in _INHERITED)).where(attempt.c.id == attempt_id)
    ).one()
    last = connection.execute(select(func.max(attempt.c.branch)).where(attempt.c.root_id == root_id)).scalar_one()
    row = {"id": fork_id, "started_at": started_at, "branch": last + 1, "parent_id": attempt_id, "parent_turns": turns}
    connection.execute(insert(attempt), [{**inherited._mapping, **row}])
    for table, kept in (
        (turn, turn.c.index < turns),
        (steps, steps.c.place <= turns),
        (observation, observation.c.turn_index < turns),
        (score, score.c.turn_index < turns),
    ):
        replaced = {"attempt_id": literal(fork_id), "send_id": null()}
        names = [column.name for column in table.c if column is not score.c.id]
        values = [replaced.get(name, table.c[name]) for name in names]
        source = select(*values).where(table.c.attempt_id == attempt_id, kept)
        connection.execute(insert(table).from_select(names, source.order_by(*table.primary_key)))
