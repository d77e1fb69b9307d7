"""The mood curve as a picture, for files that have no scripts."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.conversation import Mood
from simulator.debrief import Comparison, Review
from simulator.ui import labels
from simulator.ui.look import MARKS, MOODS
from simulator.ui.markup import esc
from simulator.ui.session import _

_WIDTH, _HEIGHT, _LEFT, _TOP, _SIGNS = 720, 190, 34, 12, 44
_DASHES = {"anger": "", "confusion": "2 5", "trust": "8 4"}


def curve_svg(review: Review, other: Comparison | None = None) -> str:
    """The curve with its legend, as HTML.

    Args:
        review: the attempt.
        other: a comparison with it, whose first branch is drawn pale.
    """
    moods = [review.start, *(reply.after for reply in review.replies)]
    longest = max(len(moods), len(other.first) if other else 0)
    step = (_WIDTH - _LEFT - 26) / max(longest - 1, 1)
    shapes = [_grid()]
    for part in reversed(MOODS):
        if other is not None and part != "confusion":
            shapes.append(_line(other.first, part, step, pale=True))
        shapes.append(_line(moods, part, step, pale=False))
    for reply in review.replies:
        x = _LEFT + 8 + step * reply.number
        y = _TOP + _HEIGHT + 18
        sign = f'<path d="{MARKS[reply.mark].shape}" fill="var(--tc-mark-{reply.mark})"/>'
        shapes.append(f'<g transform="translate({x:.1f} {y})">{sign}</g>')
        shapes.append(f'<text x="{x:.1f}" y="{y + 24}" text-anchor="middle">{reply.number}</text>')
    title = _("Mood of the customer after each reply")
    size = f"0 0 {_WIDTH} {_TOP + _HEIGHT + _SIGNS + 6}"
    picture = f'<svg class="tc-curve" viewBox="{size}" role="img" aria-label="{esc(title)}">{"".join(shapes)}</svg>'
    return f"<figure>{picture}<figcaption>{_legend(review, other)}</figcaption></figure>"


def _grid() -> str:
    lines = []
    for value in (0, 25, 50, 75, 100):
        y = _y(value)
        lines.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 6}" y1="{y}" y2="{y}" stroke="var(--tc-line)"/>')
        lines.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{value}</text>')
    return "".join(lines)


def _line(moods: Sequence[Mood], part: str, step: float, *, pale: bool) -> str:
    points = " ".join(f"{_LEFT + 8 + step * n:.1f},{_y(getattr(mood, part))}" for n, mood in enumerate(moods))
    return f'<polyline points="{points}" {_stroke(part, pale=pale)}/>'


def _stroke(part: str, *, pale: bool) -> str:
    dashes = f' stroke-dasharray="{_DASHES[part]}"' if _DASHES[part] else ""
    width = 2.6 if part == "anger" else 2
    return f'fill="none" stroke="var(--tc-mood-{part})" stroke-width="{width}"{dashes} opacity="{0.35 if pale else 1}"'


def _legend(review: Review, other: Comparison | None) -> str:
    entries = [(_sample(part, pale=False), labels.mood(part)) for part in MOODS]
    if other is not None:
        entries.append((_sample("anger", pale=True), _("the other branch, paler")))
    for mark in dict.fromkeys(reply.mark for reply in review.replies):
        sign = f'<path d="{MARKS[mark].shape}" fill="var(--tc-mark-{mark})"/>'
        entries.append((f'<svg viewBox="-10 -10 20 20" width="13">{sign}</svg>', labels.mark(mark)))
    return "".join(f"<span>{picture} {esc(text)}</span>" for picture, text in entries)


def _sample(part: str, *, pale: bool) -> str:
    return f'<svg viewBox="0 0 28 14" width="26"><path d="M2 7H26" {_stroke(part, pale=pale)}/></svg>'


def _y(value: float) -> float:
    return round(_TOP + _HEIGHT * (1 - value / 100), 1)
