"""How far rules and judge agree: measures with an interval, never a bare percentage of agreement. Pure."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from statistics import fmean, median

from simulator.history import ScorePair

FEWEST = 8
"""With fewer replies than these, no measure says anything."""
FEWEST_ATTEMPTS = 5
"""Of fewer attempts there are too few draws for an interval: the 27 of three give one that looks narrow by chance."""
_ROUNDS = 400
_BANDS = 5
"""Kappa is of bands of 20 points: 0-19, 20-39 …; a difference weighs by its square."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure from -1 to 1, and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two opinions on the same replies agree.

    Args:
        dimension: what was scored.
        version: of the judge.
        replies: how many both have scored.
        attempts: of how many attempts.
        spearman: rank correlation; None where there are too few replies or attempts, or all are alike.
        kappa: quadratically weighted; None in the same cases.
        lead: the median of the judge's value less the rules', in points: who is the kinder one.
        far_apart: how many replies the two are far apart on.
    """

    dimension: str
    version: str
    replies: int
    attempts: int
    spearman: Estimate | None
    kappa: Estimate | None
    lead: float
    far_apart: int


def agreements(pairs: Iterable[ScorePair], *, far: Callable[[float, float], bool]) -> list[Agreement]:
    """The agreement in each dimension with each version of the judge: unlike versions are never thrown together.

    Args:
        pairs: what rules and judge gave.
        far: whether two values are far apart.
    """
    ordered = sorted(pairs, key=_kind)
    return [_agreement(*kind, list(group), far) for kind, group in groupby(ordered, key=_kind)]


def by_month(pairs: Iterable[ScorePair], *, far: Callable[[float, float], bool]) -> list[tuple[date, list[Agreement]]]:
    """The same for each month in which was judged, oldest first; a month is named by its first day (UTC)."""
    ordered = sorted(pairs, key=lambda pair: pair.judged_at)
    months = groupby(ordered, key=lambda pair: pair.judged_at.date().replace(day=1))
    return [(month, agreements(group, far=far)) for month, group in months]


def _kind(pair: ScorePair) -> tuple[str, str]:
    return pair.dimension, pair.version


def _agreement(
    dimension: str, version: str, pairs: Sequence[ScorePair], far: Callable[[float, float], bool]
) -> Agreement:
    return Agreement(
        dimension,
        version,
        replies=len(pairs),
        attempts=len({pair.attempt_id for pair in pairs}),
        spearman=_estimate(spearman, pairs),
        kappa=_estimate(weighted_kappa, pairs),
        lead=round(median(pair.judge - pair.rules for pair in pairs), 1),
        far_apart=sum(far(pair.rules, pair.judge) for pair in pairs),
    )


def _estimate(
    measure: Callable[[Sequence[float], Sequence[float]], float], pairs: Sequence[ScorePair]
) -> Estimate | None:
    """A measure with its bootstrap interval: whole attempts are drawn, for the replies of one are not independent."""
    if len(pairs) < FEWEST or len({pair.attempt_id for pair in pairs}) < FEWEST_ATTEMPTS:
        return None
    value = _of(measure, pairs)
    attempts: dict[str, list[ScorePair]] = {}
    for pair in pairs:
        attempts.setdefault(pair.attempt_id, []).append(pair)
    groups = list(attempts.values())
    draw = random.Random(0)
    drawn = sorted(
        found
        for _ in range(_ROUNDS)
        if not math.isnan(
            found := _of(measure, [pair for group in draw.choices(groups, k=len(groups)) for pair in group])
        )
    )
    if math.isnan(value) or not drawn:
        return None
    low, high = drawn[int(0.025 * (len(drawn) - 1))], drawn[math.ceil(0.975 * (len(drawn) - 1))]
    return Estimate(round(value, 3), round(low, 3), round(high, 3))


def _of(measure: Callable[[Sequence[float], Sequence[float]], float], pairs: Sequence[ScorePair]) -> float:
    return measure([pair.rules for pair in pairs], [pair.judge for pair in pairs])


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation, ties sharing their mean rank; NaN where one side is all alike."""
    a, b = _ranks(one), _ranks(other)
    mean = (len(a) + 1) / 2
    spread = math.sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))
    return sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True)) / spread if spread else math.nan


def weighted_kappa(one: Sequence[float], other: Sequence[float]) -> float:
    """Cohen's kappa of bands of 20 points, weighted by the square of the difference; NaN where chance explains all."""
    a, b = [_band(value) for value in one], [_band(value) for value in other]
    seen = fmean((x - y) ** 2 for x, y in zip(a, b, strict=True))
    left, right = Counter(a), Counter(b)
    chance = sum(n * m * (x - y) ** 2 for x, n in left.items() for y, m in right.items()) / (len(a) * len(b))
    return 1 - seen / chance if chance else math.nan


def _band(value: float) -> int:
    return min(_BANDS - 1, int(value * _BANDS / 100))


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    for _, tied in groupby(enumerate(order, start=1), key=lambda pair: values[pair[1]]):
        places = list(tied)
        for _, place in places:
            ranks[place] = fmean(rank for rank, _ in places)
    return ranks
