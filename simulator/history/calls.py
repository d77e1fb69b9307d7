"""Calls to a language model: what they cost and what became of them, beside the turns that they were made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime

from sqlalchemy import insert, select

from simulator.model_call import ModelCall

from .records import StoredCall
from .store import Store
from .tables import model_call

_OF_CALL = [model_call.c[field.name] for field in fields(ModelCall)]
_ADD = insert(model_call)


def add_calls(store: Store, *, attempt_id: str, turn_index: int | None, calls: Sequence[ModelCall]) -> None:
    """Keep calls that were made for a turn.

    Args:
        store: the history.
        attempt_id: the attempt.
        turn_index: the turn: the customer's own, or the reply that was judged; None where the answer was not used.
        calls: in their order.

    Raises:
        Inconsistent: there is no such attempt or turn.
    """
    about = {"attempt_id": attempt_id, "turn_index": turn_index, "called_at": datetime.now(UTC)}
    if calls:
        with store.writing() as connection:
            connection.execute(_ADD, [{**asdict(call), "faults": list(call.faults), **about} for call in calls])


def list_calls(store: Store, *, attempt_id: str | None = None, since: datetime | None = None) -> list[StoredCall]:
    """Calls in the order in which they were made.

    Args:
        store: the history.
        attempt_id: only those of this attempt.
        since: only those from this moment on.
    """
    query = select(model_call.c.attempt_id, model_call.c.turn_index, model_call.c.called_at, *_OF_CALL)
    if attempt_id is not None:
        query = query.where(model_call.c.attempt_id == attempt_id)
    if since is not None:
        query = query.where(model_call.c.called_at >= since)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(model_call.c.id)).all()
    return [StoredCall(row[0], row[1], row[2], _call(row[3:])) for row in rows]


def _call(values: Sequence[object]) -> ModelCall:
    named = dict(zip((field.name for field in fields(ModelCall)), values, strict=True))
    return ModelCall(**{**named, "faults": tuple(named["faults"])})  # type: ignore[arg-type]
