"""Attempts with their turns, observations and scores, and the snapshots they were played from."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_snapshot"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("trainee", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("persona", sa.Text(), nullable=False),
        sa.Column("scenario_hash", sa.Text(), nullable=False),
        sa.Column("persona_hash", sa.Text(), nullable=False),
        sa.Column("documents_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.Text()),
        sa.Column("scorecard", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.ForeignKeyConstraint(["scenario_hash"], ["snapshot.hash"], name="fk_attempt_scenario_hash"),
        sa.ForeignKeyConstraint(["persona_hash"], ["snapshot.hash"], name="fk_attempt_persona_hash"),
        sa.ForeignKeyConstraint(["documents_hash"], ["snapshot.hash"], name="fk_attempt_documents_hash"),
    )
    op.create_index("ix_attempt_started_at", "attempt", ["started_at"])
    op.create_index("ix_attempt_trainee_started_at", "attempt", ["trainee", "started_at"])
    op.create_table(
        "turn",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("waited_browser", sa.Float()),
        sa.Column("waited_server", sa.Float()),
        sa.Column("voice", sa.Text()),
        sa.Column("send_id", sa.Text()),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", "index", name="pk_turn"),
        sa.UniqueConstraint("attempt_id", "send_id", name="uq_turn_attempt_id_send_id"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_turn_attempt_id", ondelete="CASCADE"),
    )
    op.create_table(
        "observation",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("turn_index", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", "turn_index", "version", name="pk_observation"),
        sa.ForeignKeyConstraint(
            ["attempt_id", "turn_index"],
            ["turn.attempt_id", "turn.index"],
            name="fk_observation_attempt_id_turn_index",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("turn_index", sa.Integer()),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Float()),
        sa.Column("scorer", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_score"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_score_attempt_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["attempt_id", "turn_index"],
            ["turn.attempt_id", "turn.index"],
            name="fk_score_attempt_id_turn_index",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_score_attempt_id_turn_index", "score", ["attempt_id", "turn_index"])
