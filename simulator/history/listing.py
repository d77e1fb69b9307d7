"""Lists of attempts: of a trainee, of a family of branches, of shifts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, select, tuple_

from simulator.conversation import HELP, Language, Mode, Outcome

from .locks import unknown
from .records import AttemptSummary
from .store import Store
from .tables import attempt, step

NO_VERDICT: tuple[Outcome, ...] = ("stopped", "taken_back")
"""The outcomes that say nothing about the trainee."""

_relative = attempt.alias("relative")
NEWEST = ~exists().where(_relative.c.root_id == attempt.c.root_id, _relative.c.branch > attempt.c.branch)
"""The condition that an attempt is the newest branch of its family."""

_JUDGED = and_(attempt.c.ended_at.is_not(None), attempt.c.outcome.not_in(NO_VERDICT))
_NEWEST_JUDGED = _JUDGED & ~exists().where(
    _relative.c.root_id == attempt.c.root_id,
    _relative.c.branch > attempt.c.branch,
    _relative.c.ended_at.is_not(None),
    _relative.c.outcome.not_in(NO_VERDICT),
)
"""The condition that an attempt is the newest of its family that says something about the trainee: a verdict is not
undone by taking a reply back and leaving it at that."""

_COLUMNS = [
    *(attempt.c[name] for name in ("id", "trainee", "scenario", "persona", "language")),
    *(attempt.c[name] for name in ("started_at", "ended_at", "outcome")),
    *(attempt.c[name] for name in ("mode", "low_pressure", "root_id", "branch", "parent_id", "parent_turns")),
    *(attempt.c[name] for name in ("shift_id", "shift_place")),
    select(func.count()).where(_relative.c.root_id == attempt.c.root_id).scalar_subquery().label("branches"),
]
# A branch has copies of its parent's steps, at the same moments; help with what was taken back was help all the same.
_HELP_COLUMNS = [
    select(func.count(step.c.at.distinct()))
    .where(step.c.attempt_id == _relative.c.id, _relative.c.root_id == attempt.c.root_id, step.c.kind == kind)
    .scalar_subquery()
    for kind in HELP
]
_SUMMARY = select(attempt.c.scorecard, *_HELP_COLUMNS, *_COLUMNS)


def list_attempts(
    store: Store,
    *,
    trainee: str | None = None,
    scenario: str | None = None,
    mode: Mode | None = None,
    language: Language | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    ended_only: bool = False,
    verdicts_only: bool = False,
    every_branch: bool = False,
    limit: int = 50,
    before: str | None = None,
) -> list[AttemptSummary]:
    """Attempts, newest first: of each family the newest branch, and the newest one that has a verdict.

    Args:
        store: the history.
        trainee: only this trainee's.
        scenario: only those of the scenario of this id.
        mode: only those in this mode.
        language: only those in this language.
        since: only those started at this moment or later.
        until: only those started before this moment.
        ended_only: leave out those that run.
        verdicts_only: only those that ended in a way that says something about the trainee (not as `NO_VERDICT`).
        every_branch: the older branches of each family too.
        limit: at most so many.
        before: id of the last attempt of the page before: only older ones.

    Raises:
        UnknownAttempt: there is no attempt `before`.
    """
    a = attempt.c
    query = _SUMMARY
    for column, wanted in ((a.trainee, trainee), (a.scenario, scenario), (a.mode, mode), (a.language, language)):
        if wanted is not None:
            query = query.where(column == wanted)
    if since is not None:
        query = query.where(a.started_at >= since)
    if until is not None:
        query = query.where(a.started_at < until)
    if ended_only:
        query = query.where(a.ended_at.is_not(None))
    if verdicts_only:
        query = query.where(_JUDGED)
    if not every_branch:
        query = query.where(_NEWEST_JUDGED if verdicts_only else NEWEST | _NEWEST_JUDGED)
    with store.reading() as connection:
        if before is not None:
            last = connection.execute(select(a.started_at, a.id).where(a.id == before)).one_or_none()
            if last is None:
                raise unknown(before)
            query = query.where(tuple_(a.started_at, a.id) < tuple_(*last))
        return _summaries(connection, query.order_by(a.started_at.desc(), a.id.desc()).limit(limit))


def branches(store: Store, *, root_id: str) -> list[AttemptSummary]:
    """The attempts of a family, oldest first: the first attempt, then in the order in which they branched off.

    Raises:
        UnknownAttempt: no family has this root.
    """
    query = _SUMMARY.where(attempt.c.root_id == root_id).order_by(attempt.c.branch)
    with store.reading() as connection:
        found = _summaries(connection, query)
    if not found:
        raise unknown(root_id)
    return found


def ended_attempts(store: Store, *, trainee: str | None = None, since: datetime | None = None) -> list[str]:
    """The ids of all attempts that have ended, every branch, oldest first.

    Args:
        store: the history.
        trainee: only this trainee's.
        since: only those started at this moment or later.
    """
    query = select(attempt.c.id).where(attempt.c.ended_at.is_not(None))
    if trainee is not None:
        query = query.where(attempt.c.trainee == trainee)
    if since is not None:
        query = query.where(attempt.c.started_at >= since)
    with store.reading() as connection:
        return list(connection.execute(query.order_by(attempt.c.started_at, attempt.c.id)).scalars())


def of_shifts(connection: Connection, shift_ids: list[str]) -> dict[str, tuple[AttemptSummary, ...]]:
    """The newest branch of each attempt of some shifts, in order of their places, by shift."""
    query = _SUMMARY.where(NEWEST, attempt.c.shift_id.in_(shift_ids)).order_by(attempt.c.shift_place, attempt.c.id)
    found = _summaries(connection, query)
    return {wanted: tuple(each for each in found if each.shift_id == wanted) for wanted in shift_ids}


def _summaries(connection: Connection, query: Select[Any]) -> list[AttemptSummary]:
    return [_summary(row) for row in connection.execute(query)]


def _summary(row: Row[Any]) -> AttemptSummary:
    scorecard, helped, columns = row[0] or {}, row[1 : len(HELP) + 1], row[len(HELP) + 1 :]
    return AttemptSummary(
        **dict(zip((column.name for column in _COLUMNS), columns, strict=True)),
        overall=scorecard.get("overall"),
        passed=scorecard.get("passed"),
        scores={name: value for name, value in scorecard.items() if name != "passed" and _is_score(value)},
        versions=scorecard.get("versions", {}),
        help=dict(zip(HELP, helped, strict=True)),
    )


def _is_score(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
