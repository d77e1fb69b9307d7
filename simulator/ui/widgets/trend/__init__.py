"""The trends' widget: a small chart for each score, with the number of attempts below each point.

Drawn as SVG of our own, like the mood curve: it follows the theme by itself, its text is text, and nothing has to be
loaded for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.ui import labels
from simulator.ui.progress import Period
from simulator.ui.session import _, ngettext
from simulator.ui.widgets import mounted


def trend(key: str, names: Mapping[str, str], periods: Sequence[Period]) -> None:
    """Shows the charts.

    Args:
        key: of the widget.
        names: the scores, "overall" or a dimension each, with their titles.
        periods: oldest first.
    """
    days = [labels.short_day(each.day) for each in periods]
    charts = [_chart(name, title, periods) for name, title in names.items()]
    data = {"days": days, "charts": charts, "labels": {"none": _("No verdict yet.")}}
    mounted("trend")(key=key, data=data)


def _chart(name: str, title: str, periods: Sequence[Period]) -> dict[str, Any]:
    points = [_point(name, place, each) for place, each in enumerate(periods) if each.count(name)]
    shown = [point["shown"] for point in points]
    told = _("{name}: from {first} to {last}").format(name=title, first=shown[0], last=shown[-1]) if shown else title
    return {"title": title, "told": told, "last": shown[-1] if shown else "–", "points": points}


def _point(name: str, place: int, period: Period) -> dict[str, Any]:
    value, count = period.mean(name) or 0.0, period.count(name)
    attempts = ngettext("{count} attempt", "{count} attempts", count).format(count=count)
    told = f"{labels.day(period.day)}: {labels.points(value)} · {attempts}"
    return {"place": place, "value": value, "shown": labels.points(value), "count": count, "told": told}
