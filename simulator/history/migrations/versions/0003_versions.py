"""The versions of a scorecard's values, in the scorecard. Those of before are worked out from what was stored."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_attempt = sa.table("attempt", sa.column("id"), sa.column("scorecard", sa.JSON(none_as_null=True)))
_score = sa.table("score", *map(sa.column, ("id", "attempt_id", "turn_index", "dimension", "scorer", "version")))
_observation = sa.table("observation", *map(sa.column, ("attempt_id", "turn_index", "version")))


def upgrade() -> None:
    connection = op.get_bind()
    judged = sa.select(_attempt.c.id, _attempt.c.scorecard).where(_attempt.c.scorecard.is_not(None))
    for id_, scorecard in connection.execute(judged).all():
        versions = _versions(connection, id_, scorecard)
        changed = sa.update(_attempt).where(_attempt.c.id == id_)
        connection.execute(changed.values(scorecard={**scorecard, "versions": versions}))


def _versions(connection: sa.Connection, attempt_id: str, scorecard: dict[str, object]) -> dict[str, str]:
    """By dimension the scorer's version and the reading's; the overall score has all of them."""
    whole = sa.select(_score.c.dimension, _score.c.scorer, _score.c.version).order_by(_score.c.id)
    rows = connection.execute(whole.where(_score.c.attempt_id == attempt_id, _score.c.turn_index.is_(None)))
    scorers = {row.dimension: f"{row.scorer} {row.version}" for row in rows if row.dimension in scorecard}
    # The whole was judged when the last reply was read.
    read = sa.select(_observation.c.version).order_by(_observation.c.turn_index.desc(), _observation.c.version.desc())
    reading = connection.execute(read.where(_observation.c.attempt_id == attempt_id).limit(1)).scalar()
    if not scorers:
        return {}
    known = [] if reading is None else [reading]
    versions = {name: ", ".join([scorer, *known]) for name, scorer in scorers.items()}
    parts = [f"{name} {scorer}" for name, scorer in sorted(scorers.items())]
    return {**versions, "overall": ", ".join([*parts, *known])}
