"""Steps, modes, branches, shifts, ratings and disputes. An attempt of before is an original in practice mode."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("trainee", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("low_pressure", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
    )
    op.create_index("ix_shift_trainee_started_at", "shift", ["trainee", "started_at"])
    _extend_attempt()
    _rename_stopped()
    op.create_table(
        "step",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("send_id", sa.Text()),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", "number", name="pk_step"),
        sa.UniqueConstraint("attempt_id", "send_id", name="uq_step_attempt_id_send_id"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_step_attempt_id", ondelete="CASCADE"),
    )
    op.create_table(
        "rating",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_rating"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_rating_attempt_id", ondelete="CASCADE"),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("turn_index", sa.Integer()),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision", sa.Text()),
        sa.Column("value", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_dispute"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_dispute_attempt_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["attempt_id", "turn_index"],
            ["turn.attempt_id", "turn.index"],
            name="fk_dispute_attempt_id_turn_index",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_dispute_attempt_id_turn_index", "dispute", ["attempt_id", "turn_index"])
    op.create_index("ix_dispute_disputed_at", "dispute", ["disputed_at"])


def _extend_attempt() -> None:
    for column in (
        sa.Column("mode", sa.Text()),
        sa.Column("low_pressure", sa.Boolean()),
        sa.Column("root_id", sa.Text()),
        sa.Column("branch", sa.Integer()),
        sa.Column("parent_id", sa.Text()),
        sa.Column("parent_turns", sa.Integer()),
        sa.Column("shift_id", sa.Text()),
        sa.Column("shift_place", sa.Integer()),
    ):
        op.add_column("attempt", column)
    op.execute("UPDATE attempt SET mode = 'practice', low_pressure = false, root_id = id, branch = 0")
    with op.batch_alter_table("attempt") as attempt:
        for name in ("mode", "low_pressure", "root_id", "branch"):
            attempt.alter_column(name, nullable=False)
        attempt.create_unique_constraint("uq_attempt_root_id_branch", ["root_id", "branch"])
        attempt.create_foreign_key("fk_attempt_root_id", "attempt", ["root_id"], ["id"], ondelete="CASCADE")
        attempt.create_foreign_key("fk_attempt_parent_id", "attempt", ["parent_id"], ["id"])
        attempt.create_foreign_key("fk_attempt_shift_id", "shift", ["shift_id"], ["id"])
    op.create_index("ix_attempt_shift_id_shift_place", "attempt", ["shift_id", "shift_place"])


def _rename_stopped() -> None:
    """Until now, only the trainee's Stop closed an attempt: that is `stopped`, and has no verdict."""
    attempt = sa.table(
        "attempt", sa.column("id"), sa.column("outcome"), sa.column("scorecard", sa.JSON(none_as_null=True))
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(attempt.c.id, attempt.c.scorecard).where(attempt.c.outcome == "closed")).all()
    for id_, scorecard in rows:
        judged = None if scorecard is None else {**scorecard, "passed": None, "failed": []}
        stopped = {"outcome": "stopped", "scorecard": judged}
        connection.execute(sa.update(attempt).where(attempt.c.id == id_).values(stopped))
