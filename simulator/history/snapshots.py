"""Scenarios, personas and documents as they were when an attempt used them, each stored once."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal, cast

from sqlalchemy import insert, select

from .errors import Inconsistent, UnknownSnapshot
from .store import Store
from .tables import snapshot

SnapshotKind = Literal["scenario", "persona", "documents"]


def put_snapshot(store: Store, *, kind: SnapshotKind, name: str, body: dict[str, Any]) -> str:
    """Store a snapshot, unless the same one is there.

    Args:
        store: the history.
        kind: what it is a snapshot of.
        name: the id of the scenario or persona, or the product of the documents.
        body: plain JSON with string keys.

    Returns:
        Its hash: SHA-256, in hexadecimal, of kind, name and body as canonical JSON.
    """
    row = {"kind": kind, "name": name, "body": body}
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), allow_nan=False)
    hash_ = hashlib.sha256(canonical.encode("ascii")).hexdigest()
    try:
        get_snapshot(store, hash=hash_)
    except UnknownSnapshot:
        try:
            with store.writing() as connection:
                connection.execute(insert(snapshot), [{"hash": hash_, **row}])
        except Inconsistent:
            get_snapshot(store, hash=hash_)  # another process stored it in between
    return hash_


def get_snapshot(store: Store, *, hash: str) -> dict[str, Any]:
    """The body of a snapshot. Raises UnknownSnapshot."""
    with store.reading() as connection:
        row = connection.execute(select(snapshot.c.body).where(snapshot.c.hash == hash)).one_or_none()
    if row is None:
        raise UnknownSnapshot(f"There is no snapshot {hash}.")
    return cast(dict[str, Any], row.body)
