"""The trends' widget: a small chart for each score, with the number of attempts below each point where there
can be several.

Where the scoring changed, a dashed line stands in place of a joining one. Drawn as SVG of our own, like the mood curve:
it follows the theme by itself, its text is text, and nothing has to be loaded for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.ui import labels
from simulator.ui.progress import Period, Point, points
from simulator.ui.session import _, ngettext
from simulator.ui.widgets import mounted


def trend(key: str, names: Mapping[str, str], periods: Sequence[Period], *, counted: bool) -> None:
    """Shows the charts.

    Args:
        key: of the widget.
        names: the scores, "overall" or a dimension each, with their titles.
        periods: oldest first.
        counted: whether the number of attempts stands below each point.
    """
    days = [labels.short_day(each.day) for each in periods]
    charts = [_chart(name, title, periods) for name, title in names.items()]
    data = {"days": days, "charts": charts, "counted": counted, "labels": {"none": _("No verdict yet.")}}
    mounted("trend")(key=key, data=data)


def _chart(name: str, title: str, periods: Sequence[Period]) -> dict[str, Any]:
    found = points(periods, name)
    drawn = [_drawn(point, periods[point.place]) for point in found]
    return {
        "title": title,
        "told": _told(title, found),
        "last": labels.points(found[-1].value) if found else "–",
        "points": drawn,
    }


def _told(title: str, found: Sequence[Point]) -> str:
    """The chart in a sentence: of values that can be compared with the last one."""
    if not found:
        return title
    breaks = [place for place, point in enumerate(found) if point.is_unlike]
    sentence = (
        _("{name}: from {first} to {last} since the scoring changed") if breaks else _("{name}: from {first} to {last}")
    )
    first, last = found[breaks[-1] if breaks else 0], found[-1]
    return sentence.format(name=title, first=labels.points(first.value), last=labels.points(last.value))


def _drawn(point: Point, period: Period) -> dict[str, Any]:
    attempts = ngettext("{count} attempt", "{count} attempts", point.count).format(count=point.count)
    told = f"{labels.day(period.day)}: {labels.points(point.value)} · {attempts}"
    return {
        "place": point.place,
        "aside": point.aside,
        "value": point.value,
        "count": point.count,
        "unlike": point.is_unlike,
        "told": told,
    }
