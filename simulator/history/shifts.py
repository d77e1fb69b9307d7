"""Shifts: several attempts at once."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import insert, select, update

from simulator.conversation import Mode

from .errors import UnknownShift
from .listing import of_shifts
from .records import ShiftRecord
from .store import Store
from .tables import shift, storable


def create_shift(store: Store, *, trainee: str, mode: Mode, low_pressure: bool, started_at: datetime) -> ShiftRecord:
    """Begin a shift. Its attempts are begun one by one, with its id and their places."""
    record = ShiftRecord(
        id=secrets.token_hex(16),
        trainee=storable(trainee),
        mode=mode,
        low_pressure=low_pressure,
        started_at=started_at,
        ended_at=None,
        attempts=(),
    )
    row = vars(record)
    with store.writing() as connection:
        connection.execute(insert(shift), [{column.name: row[column.name] for column in shift.c}])
    return record


def end_shift(store: Store, *, shift_id: str, ended_at: datetime) -> None:
    """End the shift. One that has ended stays as it is.

    Raises:
        UnknownShift.
    """
    running = shift.c.id == shift_id, shift.c.ended_at.is_(None)
    with store.writing() as connection:
        done = connection.execute(update(shift).where(*running).values(ended_at=ended_at))
        if not done.rowcount and connection.execute(select(shift.c.id).where(shift.c.id == shift_id)).first() is None:
            raise _unknown(shift_id)


def load_shift(store: Store, *, shift_id: str) -> ShiftRecord:
    """The shift with its attempts. Raises UnknownShift."""
    with store.reading() as connection:
        row = connection.execute(select(shift).where(shift.c.id == shift_id)).one_or_none()
        if row is None:
            raise _unknown(shift_id)
        return ShiftRecord(**row._mapping, attempts=of_shifts(connection, [shift_id])[shift_id])


def list_shifts(store: Store, *, trainee: str, limit: int = 50) -> list[ShiftRecord]:
    """The trainee's shifts, newest first, at most `limit`."""
    newest = select(shift).where(shift.c.trainee == trainee).order_by(shift.c.started_at.desc(), shift.c.id.desc())
    with store.reading() as connection:
        rows = connection.execute(newest.limit(limit)).all()
        attempts = of_shifts(connection, [row.id for row in rows])
    return [ShiftRecord(**row._mapping, attempts=attempts[row.id]) for row in rows]


def _unknown(shift_id: str) -> UnknownShift:
    return UnknownShift(f"There is no shift {shift_id}. Check the address, or start a new shift.")
