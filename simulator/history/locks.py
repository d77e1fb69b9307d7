"""Locking an attempt. Every writer locks its attempt first, so none overtakes another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, select

from .errors import UnknownAttempt
from .tables import attempt, turn

# SQLite ignores FOR UPDATE: there the whole database is locked by the transaction. The lock and the reading of the
# last index are two statements because PostgreSQL fixes what a statement sees before it waits for the lock.
_LOCK = select(attempt.c.started_at, attempt.c.ended_at).where(attempt.c.id == bindparam("id")).with_for_update()
_LAST_INDEX = select(func.max(turn.c.index)).where(turn.c.attempt_id == bindparam("id"))


def lock(connection: Connection, attempt_id: str) -> Row[datetime, datetime | None]:
    """Lock the attempt until the transaction ends; its `started_at` and `ended_at`. Raises UnknownAttempt."""
    row = connection.execute(_LOCK, {"id": attempt_id}).one_or_none()
    if row is None:
        raise unknown(attempt_id)
    return row


def last_index(connection: Connection, attempt_id: str) -> int:
    """The index of the last turn of an attempt that is locked; -1 where there is none."""
    last: int | None = connection.execute(_LAST_INDEX, {"id": attempt_id}).scalar_one()
    return -1 if last is None else last


def unknown(attempt_id: str) -> UnknownAttempt:
    """The error for an id of no attempt."""
    return UnknownAttempt(f"There is no attempt {attempt_id}. Check the address, or start a new attempt.")
