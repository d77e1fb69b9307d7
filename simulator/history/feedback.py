"""What trainees say about their attempts: ratings, and verdicts that they dispute."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from .errors import AlreadyDecided, UnknownDispute
from .locks import lock
from .records import Dispute, Rating
from .store import Store
from .tables import dispute, rating, storable


def rate_attempt(store: Store, *, attempt_id: str, stars: int, comment: str, rated_at: datetime) -> Rating:
    """Keep what the trainee thought of the attempt, in place of what was said before.

    Args:
        store: the history.
        attempt_id: the attempt.
        stars: 1 to 5.
        comment: may be empty.
        rated_at: when.

    Raises:
        UnknownAttempt.
        ValueError: so many stars cannot be given.
    """
    if not 1 <= stars <= 5:
        raise ValueError("a rating has 1 to 5 stars")
    record = Rating(attempt_id, stars, storable(comment), rated_at)
    with store.writing() as connection:
        lock(connection, attempt_id)
        connection.execute(delete(rating).where(rating.c.attempt_id == attempt_id))
        connection.execute(insert(rating), [vars(record)])
    return record


def load_rating(store: Store, *, attempt_id: str) -> Rating | None:
    """The rating of an attempt, None where it has none."""
    with store.reading() as connection:
        row = connection.execute(select(rating).where(rating.c.attempt_id == attempt_id)).one_or_none()
    return None if row is None else Rating(**row._mapping)


def list_ratings(store: Store, *, limit: int = 50) -> list[Rating]:
    """Ratings of all attempts, newest first.

    Args:
        store: the history.
        limit: at most so many.
    """
    query = select(rating).order_by(rating.c.rated_at.desc(), rating.c.attempt_id).limit(limit)
    with store.reading() as connection:
        return [Rating(**row._mapping) for row in connection.execute(query)]


def add_dispute(
    store: Store,
    *,
    attempt_id: str,
    turn_index: int | None,
    dimension: str,
    receipt: dict[str, Any],
    reason: str,
    disputed_at: datetime,
) -> Dispute:
    """Keep a verdict that the trainee disputes, for a trainer. The same one for the same reason is kept once.

    Args:
        store: the history.
        attempt_id: the attempt.
        turn_index: the agent's turn that was judged, or None for the whole attempt.
        dimension: what was judged.
        receipt: the verdict as the trainee saw it; plain JSON with string keys.
        reason: why it is disputed.
        disputed_at: when.

    Returns:
        The dispute, with the trainer's decision if it had one before.

    Raises:
        UnknownAttempt.
        Inconsistent: there is no such turn.
    """
    disputed = [attempt_id, turn_index, dimension, receipt, reason]
    canonical = json.dumps(disputed, sort_keys=True, separators=(",", ":"), allow_nan=False)
    record = Dispute(
        id=hashlib.sha256(canonical.encode("ascii")).hexdigest(),
        attempt_id=attempt_id,
        turn_index=turn_index,
        dimension=dimension,
        receipt=receipt,
        reason=storable(reason),
        disputed_at=disputed_at,
        decided_by=None,
        decided_at=None,
        decision=None,
        value=None,
    )
    with store.writing() as connection:
        lock(connection, attempt_id)
        there = connection.execute(select(dispute).where(dispute.c.id == record.id)).one_or_none()
        if there is not None:
            return Dispute(**there._mapping)
        connection.execute(insert(dispute), [vars(record)])
    return record


def decide_dispute(
    store: Store, *, dispute_id: str, decided_by: str, decision: str, value: float | None, decided_at: datetime
) -> Dispute:
    """Keep what a trainer decided about a disputed verdict, once. The score itself stays as it is.

    Args:
        store: the history.
        dispute_id: its id, or a beginning of it that no other has.
        decided_by: the trainer.
        decision: why, in words.
        value: what the score should be, 0-100; None where it stands.
        decided_at: when.

    Returns:
        The dispute as it stands now.

    Raises:
        UnknownDispute, AlreadyDecided.
        ValueError: no score has such a value.
    """
    if value is not None and not 0 <= value <= 100:
        raise ValueError("a score is from 0 to 100")
    decided = {
        "decided_by": storable(decided_by),
        "decided_at": decided_at,
        "decision": storable(decision),
        "value": value,
    }
    with store.writing() as connection:
        like = select(dispute.c.id).where(dispute.c.id.startswith(dispute_id, autoescape=True)).limit(2)
        found = connection.execute(like).scalars().all()
        if len(found) != 1 or not dispute_id:
            told = "several disputes begin with" if len(found) > 1 else "there is no dispute"
            raise UnknownDispute(f"{told} “{dispute_id}”; `tough-customer feedback` lists them")
        this = dispute.c.id == found[0]
        # The condition decides between two trainers at the same moment, whatever each has read before.
        done = connection.execute(update(dispute).where(this, dispute.c.decided_at.is_(None)).values(decided))
        row = connection.execute(select(dispute).where(this)).one()
    record = Dispute(**row._mapping)
    if not done.rowcount:
        raise AlreadyDecided(f"{record.decided_by} has decided this dispute: {record.decision}")
    return record


def list_disputes(
    store: Store, *, attempt_id: str | None = None, open_only: bool = False, limit: int = 50
) -> list[Dispute]:
    """Disputes, newest first.

    Args:
        store: the history.
        attempt_id: only those about this attempt.
        open_only: only those that no trainer has decided.
        limit: at most so many.
    """
    query = select(dispute)
    if attempt_id is not None:
        query = query.where(dispute.c.attempt_id == attempt_id)
    if open_only:
        query = query.where(dispute.c.decided_at.is_(None))
    with store.reading() as connection:
        rows = connection.execute(query.order_by(dispute.c.disputed_at.desc(), dispute.c.id).limit(limit))
        return [Dispute(**row._mapping) for row in rows]
