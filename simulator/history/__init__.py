"""The history of attempts: every turn on disk before anything else happens, every score with its receipt.

`open_store` opens it; the other functions each run one transaction on the store. What goes in and comes out are
plain values; JSON is handed through untouched.
"""

from .attempts import (
    append_agent_turn,
    append_answer,
    create_attempt,
    end_attempt,
    list_attempts,
    load_attempt,
    save_scores,
)
from .errors import AttemptEnded, HistoryError, Inconsistent, StoreUnavailable, UnknownAttempt, UnknownSnapshot
from .records import AttemptRecord, AttemptSummary, StoredObservation, StoredScore, StoredTurn
from .snapshots import SnapshotKind, get_snapshot, put_snapshot
from .store import Store, open_store

__all__ = [
    "AttemptEnded",
    "AttemptRecord",
    "AttemptSummary",
    "HistoryError",
    "Inconsistent",
    "SnapshotKind",
    "Store",
    "StoreUnavailable",
    "StoredObservation",
    "StoredScore",
    "StoredTurn",
    "UnknownAttempt",
    "UnknownSnapshot",
    "append_agent_turn",
    "append_answer",
    "create_attempt",
    "end_attempt",
    "get_snapshot",
    "list_attempts",
    "load_attempt",
    "open_store",
    "put_snapshot",
    "save_scores",
]
