"""Shift: several chats at once, with a queue above the one that is open; after the end, its scorecard."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from simulator import shift as shifts
from simulator.history import Store, UnknownShift, UnknownSnapshot
from simulator.practice import Practice
from simulator.shift import Chat, Shift
from simulator.ui import routes, services, session, shift_result, troubles
from simulator.ui.markup import chips, esc, notice, quiet
from simulator.ui.pages import conversation
from simulator.ui.session import _, ngettext
from simulator.ui.widgets.queue import chosen, queue


def show() -> None:
    """The page."""
    shift = _open()
    if shift is None:
        return
    if shift.ended_at is not None and "chat" not in st.query_params:
        shift_result.show(shift)
        return
    st.session_state["shift-drawn"] = _drawn(shift)
    _top(shift.id)
    conversation.view(_selected(shift).practice)


def _open() -> Shift | None:
    """The shift that the URL names; if there is none, says so on the page."""
    # The browser's Back brings the page without what stood behind its address.
    id = st.query_params.get("shift") or st.session_state.get("open-shift", "")
    try:
        if id:
            found = _shift(id)
            if "shift" not in st.query_params:
                st.query_params["shift"] = id
            st.session_state["open-shift"] = id
            return found
        problem = _("No shift is open.")
    except UnknownShift:
        problem = _("There is no shift at this address. The link may be cut off, or from another installation.")
    except (UnknownSnapshot, ValidationError):
        problem = _("This shift was kept by another version of the program and cannot be opened by this one.")
    advice = _("Take up a shift from your history, or begin a new one.")
    st.html(notice(_("Nothing to show here"), problem, advice, name="unknown-shift"))
    routes.link("practise", _("Practise"))
    routes.link("history", _("History"))
    return None


def _shift(id: str) -> Shift:
    """The shift, its customers writing in whichever chat they have something to say."""

    def kept(_store: Store, attempt_id: str) -> Practice:
        return session.practice_at(attempt_id)

    shift = shifts.open_shift(services.store(session.settings().history), id, resume=kept)
    for chat in shift.chats:
        if chat.practice.attempt.awaits_answer:
            session.answer(chat.practice)
    return shift


def _selected(shift: Shift) -> Chat:
    """The chat that the URL names by its number, else the first that runs."""
    arrived = [chat for chat in shift.chats if chat.has_arrived]
    named = [chat for chat in arrived if str(chat.place + 1) == st.query_params.get("chat")]
    running = [chat for chat in arrived if chat.practice.attempt.outcome is None]
    return (named or running or arrived)[0]


@troubles.fragment("shift")
def _top(shift_id: str) -> None:
    """Header and queue; drawn again by themselves when something has happened in one of the chats."""
    place = st.session_state.pop("open-chat", None)
    if place is not None:
        st.query_params["chat"] = str(place + 1)
        st.rerun()
    shift = _shift(shift_id)
    if st.session_state["shift-drawn"] != _drawn(shift):
        st.rerun()
    _header(shift)
    key = f"queue-{shift_id}"

    def choose() -> None:
        place = chosen(key)
        if place is not None and 0 <= place < len(shift.chats):
            st.session_state["open-chat"] = place

    with st.container(key="shift-queue"):
        queue(
            key,
            [chat for chat in shift.chats if chat.has_arrived],
            selected=_selected(shift).place,
            due_in=shift.due_in,
            paused=shift.is_paused,
            low_pressure=shift.low_pressure,
            on_choice=choose,
        )


def _drawn(shift: Shift) -> tuple[object, ...]:
    """What the whole page goes by: where it changes, queue and header alone are not enough."""
    return shift.id, shift.ended_at is None, _selected(shift).practice.id


def _header(shift: Shift) -> None:
    running = sum(chat.has_arrived and chat.practice.attempt.outcome is None for chat in shift.chats)
    to_come = sum(not chat.has_arrived for chat in shift.chats)
    with st.container(horizontal=True, vertical_alignment="center", key="shift-header"):
        tags = [(_("Exam"), "strong")] if shift.mode == "exam" else []
        still = ngettext("{count} chat is open", "{count} chats are open", running).format(count=running)
        tags.append((_("Ended") if shift.ended_at else still, ""))
        if to_come and not shift.ended_at:
            tags.append((ngettext("{count} still to come", "{count} still to come", to_come).format(count=to_come), ""))
        title = esc(_("Shift"))
        st.html(f'<div class="tc tc-row"><h1 class="tc-title tc-title-small">{title}</h1>{chips(tags)}</div>')
        if shift.ended_at is not None:
            label, query = _("See the result"), {"shift": shift.id}
            st.button(label, type="primary", key="to-result", on_click=routes.head_for, args=("shift",), kwargs=query)
            return
        if shift.mode == "practice":
            _pause(shift)
        with st.popover(_("Stop"), width="content", key="stop-shift"):
            told = _("The chats that still run are stopped. That is held against nobody; what was said so far is kept.")
            st.html(quiet(told))
            label = _("End the shift")
            st.button(label, type="primary", key="stop-shift-sure", on_click=_do_stop, args=(shift,))


def _pause(shift: Shift) -> None:
    if shift.is_paused:
        label, sign = _("Go on"), ":material/play_arrow:"
        st.button(label, type="primary", icon=sign, key="go-on-all", on_click=_do_go_on, args=(shift,))
    else:
        st.button(_("Pause all"), icon=":material/pause:", key="pause-all", on_click=_do_pause, args=(shift,))


@troubles.callback("shift")
def _do_pause(shift: Shift) -> None:
    shift.pause()


@troubles.callback("shift")
def _do_go_on(shift: Shift) -> None:
    shift.go_on()


@troubles.callback("shift")
def _do_stop(shift: Shift) -> None:
    shift.stop()
    routes.head_for("shift", shift=shift.id)
