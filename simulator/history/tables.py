"""The tables. The migrations build them; a test holds that the two agree."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, ForeignKeyConstraint, Index, MetaData, Table, Text, TypeDecorator
from sqlmodel import JSON, Column, Field, SQLModel, UniqueConstraint

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """`text` as the database keeps it: NUL and half surrogate pairs become U+FFFD, one for one.

    PostgreSQL refuses both, SQLite refuses the second and its tools cut at the first. The length stays, so positions
    of quotes hold; losing the trainee's message instead would be worse.
    """
    return _UNSTORABLE.sub("\ufffd", text)


class StorableText(TypeDecorator[str]):
    """Text of any length that both databases can keep; see `storable`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware datetimes in, UTC out. SQLite keeps no zone, so it is put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone: use datetime.now(UTC)")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(SQLModel):
    """Base of the tables. Every constraint has a name, because a migration can only change what has one."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class SnapshotRow(Row, table=True):
    """A scenario, persona or set of documents as it was when an attempt used it."""

    __tablename__ = "snapshot"

    hash: str = Field(primary_key=True, sa_type=StorableText)
    kind: str = Field(sa_type=StorableText)
    name: str = Field(sa_type=StorableText)
    body: dict[str, Any] = Field(sa_type=JSON)


class ShiftRow(Row, table=True):
    """Several attempts that a trainee runs at once."""

    __tablename__ = "shift"
    __table_args__ = (Index(None, "trainee", "started_at"),)

    id: str = Field(primary_key=True, sa_type=StorableText)
    trainee: str = Field(sa_type=StorableText)
    mode: str = Field(sa_type=StorableText)
    low_pressure: bool
    started_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(sa_type=UtcTime)


class AttemptRow(Row, table=True):
    """One run of a trainee through a scenario, or one branch of it: the attempts of a family share their `root_id`."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index(None, "trainee", "started_at"),
        UniqueConstraint("root_id", "branch"),  # also finds the newest branch
        Index(None, "shift_id", "shift_place"),
    )

    id: str = Field(primary_key=True, sa_type=StorableText)
    trainee: str = Field(sa_type=StorableText)
    scenario: str = Field(sa_type=StorableText)
    persona: str = Field(sa_type=StorableText)
    scenario_hash: str = Field(foreign_key="snapshot.hash", sa_type=StorableText)
    persona_hash: str = Field(foreign_key="snapshot.hash", sa_type=StorableText)
    documents_hash: str = Field(foreign_key="snapshot.hash", sa_type=StorableText)
    language: str = Field(sa_type=StorableText)
    seed: int = Field(sa_type=BigInteger)
    started_at: datetime = Field(index=True, sa_type=UtcTime)
    ended_at: datetime | None = Field(sa_type=UtcTime)
    outcome: str | None = Field(sa_type=StorableText)
    scorecard: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))
    mode: str = Field(sa_type=StorableText)
    low_pressure: bool
    root_id: str = Field(foreign_key="attempt.id", ondelete="CASCADE", sa_type=StorableText)
    branch: int
    parent_id: str | None = Field(foreign_key="attempt.id", sa_type=StorableText)
    parent_turns: int | None
    shift_id: str | None = Field(foreign_key="shift.id", sa_type=StorableText)
    shift_place: int | None


class TurnRow(Row, table=True):
    """One message; the primary key also finds the turns of an attempt."""

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("attempt_id", "send_id"),)

    attempt_id: str = Field(primary_key=True, foreign_key="attempt.id", ondelete="CASCADE", sa_type=StorableText)
    index: int = Field(primary_key=True)
    role: str = Field(sa_type=StorableText)
    text: str = Field(sa_type=StorableText)
    at: float
    waited_browser: float | None
    waited_server: float | None
    voice: str | None = Field(sa_type=StorableText)
    send_id: str | None = Field(sa_type=StorableText)
    committed_at: datetime = Field(sa_type=UtcTime)


class StepRow(Row, table=True):
    """Something that the trainee did besides speaking; the primary key also finds the steps of an attempt."""

    __tablename__ = "step"
    __table_args__ = (UniqueConstraint("attempt_id", "send_id"),)

    attempt_id: str = Field(primary_key=True, foreign_key="attempt.id", ondelete="CASCADE", sa_type=StorableText)
    number: int = Field(primary_key=True)
    place: int
    kind: str = Field(sa_type=StorableText)
    body: dict[str, str] = Field(sa_type=JSON)
    at: float
    send_id: str | None = Field(sa_type=StorableText)
    committed_at: datetime = Field(sa_type=UtcTime)


class ObservationRow(Row, table=True):
    """What one version of the observer found in one agent's turn."""

    __tablename__ = "observation"
    __table_args__ = (
        ForeignKeyConstraint(["attempt_id", "turn_index"], ["turn.attempt_id", "turn.index"], ondelete="CASCADE"),
    )

    attempt_id: str = Field(primary_key=True, sa_type=StorableText)
    turn_index: int = Field(primary_key=True)
    version: str = Field(primary_key=True, sa_type=StorableText)
    body: dict[str, Any] = Field(sa_type=JSON)


class ScoreRow(Row, table=True):
    """One verdict on a turn, or on the whole attempt where `turn_index` is null."""

    __tablename__ = "score"
    __table_args__ = (
        Index(None, "attempt_id", "turn_index"),
        ForeignKeyConstraint(["attempt_id", "turn_index"], ["turn.attempt_id", "turn.index"], ondelete="CASCADE"),
    )

    id: int | None = Field(default=None, primary_key=True)
    attempt_id: str = Field(foreign_key="attempt.id", ondelete="CASCADE", sa_type=StorableText)
    turn_index: int | None
    dimension: str = Field(sa_type=StorableText)
    value: float | None
    scorer: str = Field(sa_type=StorableText)
    version: str = Field(sa_type=StorableText)
    explanation: str = Field(sa_type=StorableText)
    evidence: list[Any] = Field(sa_type=JSON)


class RatingRow(Row, table=True):
    """What a trainee thought of an attempt."""

    __tablename__ = "rating"

    attempt_id: str = Field(primary_key=True, foreign_key="attempt.id", ondelete="CASCADE", sa_type=StorableText)
    stars: int
    comment: str = Field(sa_type=StorableText)
    rated_at: datetime = Field(sa_type=UtcTime)


class DisputeRow(Row, table=True):
    """A verdict that a trainee disputes, and what the trainer decided."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index(None, "attempt_id", "turn_index"),
        ForeignKeyConstraint(["attempt_id", "turn_index"], ["turn.attempt_id", "turn.index"], ondelete="CASCADE"),
    )

    id: str = Field(primary_key=True, sa_type=StorableText)
    attempt_id: str = Field(foreign_key="attempt.id", ondelete="CASCADE", sa_type=StorableText)
    turn_index: int | None
    dimension: str = Field(sa_type=StorableText)
    receipt: dict[str, Any] = Field(sa_type=JSON)
    reason: str = Field(sa_type=StorableText)
    disputed_at: datetime = Field(index=True, sa_type=UtcTime)
    decided_by: str | None = Field(sa_type=StorableText)
    decided_at: datetime | None = Field(sa_type=UtcTime)
    decision: str | None = Field(sa_type=StorableText)
    value: float | None


class ModelCallRow(Row, table=True):
    """A call to a language model, made for a turn; `turn_index` is null where its answer came too late."""

    __tablename__ = "model_call"
    __table_args__ = (
        Index(None, "attempt_id", "turn_index"),
        ForeignKeyConstraint(["attempt_id", "turn_index"], ["turn.attempt_id", "turn.index"], ondelete="CASCADE"),
    )

    id: int | None = Field(default=None, primary_key=True)
    attempt_id: str = Field(foreign_key="attempt.id", ondelete="CASCADE", sa_type=StorableText)
    turn_index: int | None
    purpose: str = Field(sa_type=StorableText)
    model: str = Field(sa_type=StorableText)
    outcome: str = Field(sa_type=StorableText)
    faults: list[str] = Field(sa_type=JSON)
    again: bool
    prompt: int | None
    cached: int | None
    completion: int | None
    first_token_s: float | None
    total_s: float
    cost: float | None
    called_at: datetime = Field(index=True, sa_type=UtcTime)


class JudgementRow(Row, table=True):
    """A reply that a language model judges, or has judged where `judged_at` is set: never two at once."""

    __tablename__ = "judgement"
    __table_args__ = (
        ForeignKeyConstraint(["attempt_id", "turn_index"], ["turn.attempt_id", "turn.index"], ondelete="CASCADE"),
    )

    attempt_id: str = Field(primary_key=True, sa_type=StorableText)
    turn_index: int = Field(primary_key=True)
    tries: int
    claimed_until: datetime = Field(sa_type=UtcTime)
    judged_at: datetime | None = Field(sa_type=UtcTime)
    version: str | None = Field(sa_type=StorableText)
    body: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))


# The store functions write and read plain tables: inserting rows as objects takes three times as long.
snapshot: Table = Row.metadata.tables["snapshot"]
shift: Table = Row.metadata.tables["shift"]
attempt: Table = Row.metadata.tables["attempt"]
turn: Table = Row.metadata.tables["turn"]
step: Table = Row.metadata.tables["step"]
observation: Table = Row.metadata.tables["observation"]
score: Table = Row.metadata.tables["score"]
rating: Table = Row.metadata.tables["rating"]
dispute: Table = Row.metadata.tables["dispute"]
model_call: Table = Row.metadata.tables["model_call"]
judgement: Table = Row.metadata.tables["judgement"]
