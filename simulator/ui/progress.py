"""What a trainee's attempts say together: trends and retries. Pure; stopped attempts are left out by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from itertools import groupby
from typing import Literal, get_args

from simulator.history import AttemptSummary

Step = Literal["attempt", "day", "week"]
"""What one point of a trend stands for."""

STEPS: tuple[Step, ...] = get_args(Step)
_DAYS = 14
"""A trend over more days than these goes by week."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a trend.

    Args:
        day: the day, or the first day of the week.
        mean: of the attempts' values, 0-100.
        attempts: how many there are behind it.
    """

    day: date
    mean: float
    attempts: int


@dataclass(frozen=True, slots=True)
class Retries:
    """The attempts of one scenario side by side.

    Args:
        scenario: id.
        attempts: how many, 2 or more.
        first: the oldest.
        best: the one with the best overall; of equals the newest.
        last: the newest.
    """

    scenario: str
    attempts: int
    first: AttemptSummary
    best: AttemptSummary
    last: AttemptSummary

    def change(self, name: str) -> float | None:
        """Points of a score from the first attempt to the last; None where one of them has no verdict."""
        before, after = self.first.scores.get(name), self.last.scores.get(name)
        return None if before is None or after is None else after - before


def usual_step(attempts: Sequence[AttemptSummary], zone: tzinfo) -> Step:
    """What the points of a trend over these attempts had best stand for."""
    days = {each.started_at.astimezone(zone).date() for each in attempts}
    if len(days) < 3:
        return "attempt"
    return "day" if (max(days) - min(days)).days <= _DAYS else "week"


def trend(attempts: Sequence[AttemptSummary], name: str, *, step: Step, zone: tzinfo) -> list[Point]:
    """The trend of a score, oldest point first.

    Args:
        attempts: in any order.
        name: of the score: a dimension or "overall".
        step: what a point stands for.
        zone: the reader's, in which days begin.
    """
    scored = [
        (each.started_at, value)
        for each in sorted(attempts, key=lambda each: each.started_at)
        if (value := each.scores.get(name)) is not None
    ]
    days = [(at.astimezone(zone).date(), value) for at, value in scored]
    if step == "attempt":
        return [Point(day, value, 1) for day, value in days]
    points = []
    for start, group in groupby(days, key=lambda pair: _start(pair[0], step)):
        values = [value for _, value in group]
        points.append(Point(start, round(sum(values) / len(values), 1), len(values)))
    return points


def _start(day: date, step: Step) -> date:
    return day - timedelta(days=day.weekday()) if step == "week" else day


def retries(attempts: Sequence[AttemptSummary]) -> list[Retries]:
    """The scenarios that were tried more than once, the one tried last first."""
    by_scenario: dict[str, list[AttemptSummary]] = {}
    for each in sorted(attempts, key=lambda each: each.started_at):
        by_scenario.setdefault(each.scenario, []).append(each)
    found = [
        Retries(
            scenario=scenario,
            attempts=len(tries),
            first=tries[0],
            best=max(tries, key=lambda each: (-1.0 if each.overall is None else each.overall, each.started_at)),
            last=tries[-1],
        )
        for scenario, tries in by_scenario.items()
        if len(tries) > 1
    ]
    return sorted(found, key=lambda each: each.last.started_at, reverse=True)
