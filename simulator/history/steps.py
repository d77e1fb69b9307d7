"""Steps: what the trainee does besides speaking, kept beside the turns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, insert, select

from simulator.conversation import StepKind

from .locks import last_index, lock
from .reading import STEP
from .records import StoredStep
from .store import Store
from .tables import step, storable

_SENT = select(*STEP).where(step.c.attempt_id == bindparam("id"), step.c.send_id == bindparam("send_id"))
_NEXT = select(func.coalesce(func.max(step.c.number) + 1, 0)).where(step.c.attempt_id == bindparam("id"))
_ADD = insert(step)


def append_step(
    store: Store, *, attempt_id: str, kind: StepKind, body: Mapping[str, str], at: float, send_id: str | None
) -> StoredStep:
    """Commit what the trainee did, also after the attempt has ended: the ticket is wrapped up then.

    Args:
        store: the history.
        attempt_id: the attempt.
        kind: what was done.
        body: what it was done with. Read the returned step's: it is this one as stored (see `storable`).
        at: seconds since the attempt started.
        send_id: names this sending. Sent again, it returns the step stored the first time, unchanged.

    Returns:
        The step, placed behind the turns that were committed before it.

    Raises:
        UnknownAttempt.
    """
    with store.writing() as connection:
        lock(connection, attempt_id)
        if send_id is not None:
            sent = connection.execute(_SENT, {"id": attempt_id, "send_id": send_id}).one_or_none()
            if sent is not None:
                return StoredStep(*sent)
        stored = StoredStep(
            number=connection.execute(_NEXT, {"id": attempt_id}).scalar_one(),
            place=last_index(connection, attempt_id) + 1,
            kind=kind,
            body={storable(name): storable(value) for name, value in body.items()},
            at=at,
            send_id=send_id,
            committed_at=datetime.now(UTC),
        )
        connection.execute(_ADD, [{"attempt_id": attempt_id, **vars(stored)}])
    return stored
