"""The mood curve's widget: anger, confusion and trust over the replies, each reply with its mark, to be chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from simulator.conversation import Mood
from simulator.debrief import Comparison, Review
from simulator.ui import labels
from simulator.ui.look import MARKS, MOODS
from simulator.ui.session import _
from simulator.ui.widgets import mounted


def mood_curve(
    key: str, review: Review, *, other: Comparison | None, selected: int, on_choice: Callable[[], None]
) -> None:
    """Shows the curve.

    Args:
        key: of the widget.
        review: the attempt.
        other: a comparison with it, whose first branch is drawn pale behind it.
        selected: number of the reply that is shown below.
        on_choice: called when a reply was chosen; `chosen` tells which.
    """
    replies = [
        {
            "number": reply.number,
            "mood": _mood(reply.after),
            "mark": reply.mark,
            "label": _("Reply {number}: {mark}").format(number=reply.number, mark=labels.mark(reply.mark)),
        }
        for reply in review.replies
    ]
    moods: dict[str, str] = {part: labels.mood(part) for part in MOODS}
    data = {
        "start": _mood(review.start),
        "replies": replies,
        "other": [] if other is None else [_mood(mood) for mood in other.first],
        "selected": selected,
        "marks": {name: {"shape": look.shape, "label": labels.mark(name)} for name, look in MARKS.items()},
        "labels": {
            "chart": _("Mood of the customer after each reply"),
            "other": _("the other branch, paler"),
            **moods,
        },
    }
    mounted("mood_curve")(key=key, data=data, on_reply_change=on_choice)


def chosen(key: str) -> int | None:
    """The number of the reply that was just chosen, inside `on_choice`."""
    state: Any = st.session_state.get(key, {})
    number = state.get("reply")
    return number if isinstance(number, int) else None


def _mood(mood: Mood) -> dict[str, float]:
    return {"anger": mood.anger, "confusion": mood.confusion, "trust": mood.trust}
