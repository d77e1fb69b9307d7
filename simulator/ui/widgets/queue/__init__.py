"""The queue's widget: the chats of a shift with their waiting times, to be chosen by click or by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from simulator import channels
from simulator.attempt import Attempt
from simulator.shift import Chat
from simulator.ui import labels
from simulator.ui.labels import in_interface
from simulator.ui.session import _
from simulator.ui.widgets import mounted


def queue(
    key: str,
    chats: Sequence[Chat],
    *,
    selected: int,
    due_in: float | None,
    paused: bool,
    low_pressure: bool,
    on_choice: Callable[[], None],
) -> None:
    """Shows the queue.

    Args:
        key: of the widget.
        chats: those that have arrived.
        selected: place of the chat that is open.
        due_in: seconds until something happens by itself; None if nothing will.
        paused: whether the clocks stand.
        low_pressure: whether waiting times are left out.
        on_choice: called when a chat was chosen; `chosen` tells which.
    """
    serial: int = st.session_state.get("queue-serial", 0) + 1
    st.session_state["queue-serial"] = serial
    data = {
        "serial": serial,
        "chats": [_entry(chat, low_pressure=low_pressure) for chat in chats],
        "selected": selected,
        "due": due_in,
        "paused": paused,
        "labels": {
            "queue": _("Chats of the shift"),
            "keys": _("Alt and the number opens a chat, Alt and an arrow up or down the one before or after it"),
            "unread": _("new message"),
            "open": _("open"),
            "waits": _("waits"),
            "writing": _("is writing…"),
            "paused": _("paused"),
            "late": _("late"),
            "arrived": _("New chat: {name}"),
            "wrote": _("{name} has written"),
            "ended": _("{name}: ended"),
        },
    }
    mounted("queue")(
        key=key,
        data=data,
        on_choice_change=on_choice,
        on_tick_change=lambda: None,  # the run that follows lets the time pass
    )


def chosen(key: str) -> int | None:
    """The place of the chat that was just chosen, inside `on_choice`."""
    state: Any = st.session_state.get(key, {})
    place = state.get("choice")
    return place if isinstance(place, int) else None


def _read(attempt: Attempt) -> int:
    """How many turns the trainee has surely read, in whatever browser: those before a reply or work at the desk."""
    replied = [exchange.turn + 1 for exchange in attempt.exchanges]
    worked = [step.place for step in attempt.steps if step.kind not in ("pause", "go_on")]
    return max([0, *replied, *worked])


def _entry(chat: Chat, *, low_pressure: bool) -> dict[str, Any]:
    attempt = chat.practice.attempt
    scenario = attempt.case.scenario
    strong, good = channels.targets_of(scenario, first=attempt.situation.answers == 0)
    return {
        "place": chat.place,
        "attempt": chat.practice.id,
        "name": scenario.record.customer.name,
        "title": in_interface(scenario.title),
        "turns": len(attempt.transcript),
        "read": _read(attempt),
        "waited": None if low_pressure else chat.waiting,
        "writing": attempt.awaits_answer,
        "strong": strong,
        "good": good,
        "ended": None if attempt.outcome is None else labels.outcome(attempt.outcome),
    }
