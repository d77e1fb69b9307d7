"""What a trainee's attempts say together: trends and retries. Pure; stopped attempts are left out by the caller.

Scores of unlike versions are never averaged, ranked or subtracted from each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Literal, get_args

from simulator.history import AttemptSummary
from simulator.judge.opinions import policy_of, without_judge
from simulator.scoring import Counts

Step = Literal["attempt", "day", "week"]
"""What one point of a trend stands for; where the scoring changed in between, two points do."""

STEPS: tuple[Step, ...] = get_args(Step)
_DAYS = 14
"""A trend over more days than these goes by week."""


@dataclass(frozen=True, slots=True)
class Period:
    """The attempts of one step of a trend.

    Args:
        day: the day, or the first day of the week.
        attempts: one or more, oldest first.
    """

    day: date
    attempts: tuple[AttemptSummary, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a trend: attempts of a period that were judged by the same version.

    Args:
        place: of the period among all of them, from 0.
        aside: where it stands beside the other points of its period, in steps from their middle; 0 if it is alone.
        value: the mean of its verdicts, 0-100.
        count: how many there are.
        is_unlike: whether the point before it was judged by another version: the two must not be joined.
    """

    place: int
    aside: float
    value: float
    count: int
    is_unlike: bool


@dataclass(frozen=True, slots=True)
class Retries:
    """The attempts of one scenario side by side.

    Args:
        scenario: id.
        attempts: how many, 2 or more.
        first: the oldest.
        best: of those that were judged like the last one, the one with the best overall; of equals the newest.
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

        None where one of them has no verdict, or they were judged by different versions.
        """
        before, after = self.first.scores.get(name), self.last.scores.get(name)
        if before is None or after is None or not are_alike((self.first, self.last), name):
            return None
        return math.floor(after) - math.floor(before)


def are_alike(attempts: Iterable[AttemptSummary], name: str) -> bool:
    """Whether all verdicts on a dimension, or "overall", are of the same version. No verdict is unlike none."""
    return len({_version(each, name) for each in attempts if each.scores.get(name) is not None}) < 2


Difference = Literal["rules", "silent", "models"]
"""Why values cannot be compared: other rules or another rubric judged them, in some the language model gave no verdict
and the rules alone counted, or different models had a say."""


def difference(attempts: Sequence[AttemptSummary], names: Iterable[str]) -> Difference | None:
    """Why some of the scores of attempts cannot be compared; None where all can. Only "rules" is mended by rescoring.

    Args:
        attempts: in any order.
        names: of the scores.
    """
    unlike = [
        {_version(each, name) for each in attempts if each.scores.get(name) is not None}
        for name in names
        if not are_alike(attempts, name)
    ]
    if any(len({without_judge(each) for each in versions}) > 1 for versions in unlike):
        return "rules"
    if any(len({policy_of(each) for each in versions}) > 1 for versions in unlike):
        return "silent"
    return "models" if unlike else None


def scored_by(attempt: AttemptSummary, name: str) -> Counts:
    """Which opinion has a say in a score of an attempt."""
    return policy_of(_version(attempt, name))


def _version(attempt: AttemptSummary, name: str) -> str:
    return attempt.versions.get(name, "")


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


def points(periods: Sequence[Period], name: str) -> list[Point]:
    """The trend of a dimension, or "overall", oldest first. Verdicts of unlike versions are not averaged.

    Args:
        periods: oldest first; those without a verdict have no point.
        name: of the score.
    """
    found: list[Point] = []
    newest: str | None = None
    for place, period in enumerate(periods):
        by_version: dict[str, list[float]] = {}
        for each in period.attempts:
            if (value := each.scores.get(name)) is not None:
                by_version.setdefault(_version(each, name), []).append(value)
        for nth, (version, values) in enumerate(by_version.items()):
            aside, mean = nth - (len(by_version) - 1) / 2, round(sum(values) / len(values), 1)
            found.append(Point(place, aside, mean, len(values), newest not in (None, version)))
            newest = version
    return found


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
            best=_best(tries),
            last=tries[-1],
            is_mixed=len({(each.mode, each.language) for each in tries}) > 1,
        )
        for scenario, tries in by_scenario.items()
        if len(tries) > 1
    ]
    return sorted(found, key=lambda each: each.last.started_at, reverse=True)


def _best(tries: Sequence[AttemptSummary]) -> AttemptSummary:
    """Of attempts, oldest first, the best of those that can be compared with the last that has an overall score."""
    last = next((each for each in reversed(tries) if each.overall is not None), tries[-1])
    like_last = [each for each in tries if are_alike((each, last), "overall")]
    return max(like_last, key=lambda each: (-1.0 if each.overall is None else each.overall, each.started_at))
