"""The history of attempts: every turn on disk before anything else happens, every score with its receipt.

`open_store` opens it; the other functions each run one transaction on the store. What goes in and comes out are
plain values; JSON is handed through untouched.
"""

from .attempts import (
    append_agent_turn,
    append_answer,
    create_attempt,
    end_attempt,
    save_scores,
)
from .calls import add_calls, list_calls
from .errors import (
    AlreadyDecided,
    AttemptEnded,
    HistoryError,
    Inconsistent,
    StoreUnavailable,
    UnknownAttempt,
    UnknownDispute,
    UnknownShift,
    UnknownSnapshot,
)
from .feedback import add_dispute, decide_dispute, list_disputes, list_ratings, load_rating, rate_attempt
from .forks import fork_attempt, origins
from .judgements import (
    JUDGE,
    append_reading,
    claim_judgement,
    judge_scores,
    list_judgements,
    release_judgement,
    save_judgement,
    score_pairs,
    unjudged,
)
from .listing import NO_VERDICT, branches, ended_attempts, list_attempts
from .reading import load_attempt, load_log
from .records import (
    AttemptRecord,
    AttemptSummary,
    Dispute,
    LogRecord,
    Rating,
    ScorePair,
    ShiftRecord,
    StoredCall,
    StoredJudgement,
    StoredObservation,
    StoredScore,
    StoredStep,
    StoredTurn,
)
from .shifts import create_shift, end_shift, list_shifts, load_shift
from .snapshots import SnapshotKind, get_snapshot, put_snapshot
from .steps import append_step
from .store import Store, open_store
from .tables import storable

__all__ = [
    "JUDGE",
    "NO_VERDICT",
    "AlreadyDecided",
    "AttemptEnded",
    "AttemptRecord",
    "AttemptSummary",
    "Dispute",
    "HistoryError",
    "Inconsistent",
    "LogRecord",
    "Rating",
    "ScorePair",
    "ShiftRecord",
    "SnapshotKind",
    "Store",
    "StoreUnavailable",
    "StoredCall",
    "StoredJudgement",
    "StoredObservation",
    "StoredScore",
    "StoredStep",
    "StoredTurn",
    "UnknownAttempt",
    "UnknownDispute",
    "UnknownShift",
    "UnknownSnapshot",
    "add_calls",
    "add_dispute",
    "append_agent_turn",
    "append_answer",
    "append_reading",
    "append_step",
    "branches",
    "claim_judgement",
    "create_attempt",
    "create_shift",
    "decide_dispute",
    "end_attempt",
    "end_shift",
    "ended_attempts",
    "fork_attempt",
    "get_snapshot",
    "judge_scores",
    "list_attempts",
    "list_calls",
    "list_disputes",
    "list_judgements",
    "list_ratings",
    "list_shifts",
    "load_attempt",
    "load_log",
    "load_rating",
    "load_shift",
    "open_store",
    "origins",
    "put_snapshot",
    "rate_attempt",
    "release_judgement",
    "save_judgement",
    "save_scores",
    "score_pairs",
    "storable",
    "unjudged",
]
