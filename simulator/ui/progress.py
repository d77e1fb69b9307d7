"""What a trainee's attempts say together: trends and retries. Pure; stopped attempts are left out by the caller."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Literal, get_args

from simulator.history import AttemptSummary

Step = Literal["attempt", "day", "week"]
"""What one point of a trend stands for."""

STEPS: tuple[Step, ...] = get_args(Step)
_DAYS = 14
"""A trend over more days than these goes by week."""


@dataclass(frozen=True, slots=True)
class Period:
    """The attempts behind one point of a trend.

    Args:
        day: the day, or the first day of the week.
        attempts: one or more, oldest first.
    """

    day: date
    attempts: tuple[AttemptSummary, ...]

    def count(self, name: str) -> int:
        """How many of them have a verdict on a dimension, or "overall"."""
        return len(self._values(name))

    def mean(self, name: str) -> float | None:
        """The mean of these verdicts, 0-100; None where there is none."""
        values = self._values(name)
        return round(sum(values) / len(values), 1) if values else None

    def _values(self, name: str) -> list[float]:
        return [value for each in self.attempts if (value := each.scores.get(name)) is not None]


@dataclass(frozen=True, slots=True)
class Retries:
    """The attempts of one scenario side by side.

    Args:
        scenario: id.
        attempts: how many, 2 or more.
        first: the oldest.
        best: the one with the best overall; of equals the newest.
        last: the newest.
        is_mixed: whether they differ in mode or language, which makes them harder to compare.
    """

    scenario: str
    attempts: int
    first: AttemptSummary
    best: AttemptSummary
    last: AttemptSummary

    is_mixed: bool

    def change(self, name: str) -> int | None:
        """Whole points of a score from the first attempt to the last, both rounded down as they are shown.

        None where one of them has no verdict.
        """
        before, after = self.first.scores.get(name), self.last.scores.get(name)
        return None if before is None or after is None else math.floor(after) - math.floor(before)


def usual_step(attempts: Sequence[AttemptSummary], zone: tzinfo) -> Step:
    """What the points of a trend over these attempts had best stand for."""
    days = {each.started_at.astimezone(zone).date() for each in attempts}
    if len(days) < 3:
        return "attempt"
    return "day" if (max(days) - min(days)).days <= _DAYS else "week"


def periods(attempts: Sequence[AttemptSummary], *, step: Step, zone: tzinfo) -> list[Period]:
    """The points of a trend, oldest first.

    Args:
        attempts: in any order.
        step: what a point stands for.
        zone: the reader's, in which days begin.
    """
    days = [(each.started_at.astimezone(zone).date(), each) for each in sorted(attempts, key=_when)]
    if step == "attempt":
        return [Period(day, (each,)) for day, each in days]
    grouped = groupby(days, key=lambda pair: _start(pair[0], step))
    return [Period(start, tuple(each for _, each in group)) for start, group in grouped]


def _when(attempt: AttemptSummary) -> datetime:
    return attempt.started_at


def _start(day: date, step: Step) -> date:
    return day - timedelta(days=day.weekday()) if step == "week" else day


def retries(attempts: Sequence[AttemptSummary]) -> list[Retries]:
    """The scenarios that were tried more than once, the one tried last first."""
    by_scenario: dict[str, list[AttemptSummary]] = {}
    for each in sorted(attempts, key=_when):
        by_scenario.setdefault(each.scenario, []).append(each)
    found = [
        Retries(
            scenario=scenario,
            attempts=len(tries),
            first=tries[0],
            best=max(tries, key=lambda each: (-1.0 if each.overall is None else each.overall, each.started_at)),
            last=tries[-1],
            is_mixed=len({(each.mode, each.language) for each in tries}) > 1,
        )
        for scenario, tries in by_scenario.items()
        if len(tries) > 1
    ]
    return sorted(found, key=lambda each: each.last.started_at, reverse=True)
