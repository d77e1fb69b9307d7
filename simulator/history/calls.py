"""Calls to a language model: what they cost and what became of them, beside the turns that they were made for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from simulator.model_call import ModelCall

from .records import StoredCall
from .store import Store
from .tables import model_call, storable

_NAMES = [field.name for field in fields(ModelCall)]
_OF_CALL = [model_call.c[name] for name in _NAMES]
_ADD = insert(model_call)
_MOST_TOKENS = 2**31 - 1
"""What PostgreSQL's integer holds."""


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
    if calls:
        with store.writing() as connection:
            keep_calls(connection, attempt_id, turn_index, calls)


def keep_calls(connection: Connection, attempt_id: str, turn_index: int | None, calls: Sequence[ModelCall]) -> None:
    """`add_calls` inside a transaction, which a call's content never breaks: a turn is worth more than its bill."""
    if calls:
        about = {"attempt_id": attempt_id, "turn_index": turn_index, "called_at": datetime.now(UTC)}
        connection.execute(_ADD, [{**_row(call), **about} for call in calls])


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


def _row(call: ModelCall) -> dict[str, Any]:
    """A call as any database takes it. What an endpoint reports may be any number: an absurd one is as good as none."""
    row = {name: getattr(call, name) for name in _NAMES}
    row["faults"] = [storable(name) for name in call.faults]
    for name in ("prompt", "cached", "completion"):
        if row[name] is not None and not 0 <= row[name] <= _MOST_TOKENS:
            row[name] = None
    for name, instead in (("first_token_s", None), ("cost", None), ("total_s", 0.0)):
        if row[name] is not None and not math.isfinite(row[name]):
            row[name] = instead
    return row


def _call(values: Sequence[object]) -> ModelCall:
    named = dict(zip(_NAMES, values, strict=True))
    return ModelCall(**{**named, "faults": tuple(named["faults"])})  # type: ignore[arg-type]
