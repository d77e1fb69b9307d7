"""The judgements of a language model: which replies are judged, by whom, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "judgement",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("turn_index", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Text()),
        sa.Column("body", sa.JSON()),
        sa.PrimaryKeyConstraint("attempt_id", "turn_index", name="pk_judgement"),
        sa.ForeignKeyConstraint(
            ["attempt_id", "turn_index"],
            ["turn.attempt_id", "turn.index"],
            name="fk_judgement_attempt_id_turn_index",
            ondelete="CASCADE",
        ),
    )
