"""Calls to a language model."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "model_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("turn_index", sa.Integer()),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("prompt", sa.Integer()),
        sa.Column("cached", sa.Integer()),
        sa.Column("completion", sa.Integer()),
        sa.Column("first_token_s", sa.Float()),
        sa.Column("total_s", sa.Float(), nullable=False),
        sa.Column("cost", sa.Float()),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_call"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_model_call_attempt_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["attempt_id", "turn_index"],
            ["turn.attempt_id", "turn.index"],
            name="fk_model_call_attempt_id_turn_index",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_model_call_attempt_id_turn_index", "model_call", ["attempt_id", "turn_index"])
    op.create_index("ix_model_call_called_at", "model_call", ["called_at"])
