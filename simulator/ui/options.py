"""The options that every start has: mode and low pressure. Remembered for the session."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from simulator.conversation import Mode
from simulator.ui import labels
from simulator.ui.markup import quiet
from simulator.ui.session import _


def start_options(*, shift: bool = False) -> tuple[Mode, bool]:
    """Shows the options.

    Args:
        shift: whether they are those of a shift, which has no coach.

    Returns:
        The mode, and whether low pressure is wanted.
    """
    mode: Mode = st.segmented_control(
        _("Mode"),
        get_args(Mode),
        default="practice",
        required=True,
        format_func=labels.mode,
        key="start-mode",
        persist_state="session",
    )
    practice = (
        _("You can pause all chats. The coach is silent in a shift, and nothing can be taken back.")
        if shift
        else _("With a coach after each reply, take-backs and pauses. What you use is noted.")
    )
    told = {
        "practice": practice,
        "exam": _("No hints, no take-backs, no pauses: as it would be at work."),
    }
    st.html(quiet(told[mode]))
    low_pressure = st.toggle(_("Low pressure"), key="start-low-pressure", persist_state="session")
    st.html(quiet(_("Hides the clock and all numbers during the conversation. Times are still measured.")))
    return mode, low_pressure
