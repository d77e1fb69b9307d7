"""Conversation: the chat, with the case card beside it."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from simulator import channels, history
from simulator.attempt import Attempt, AttemptOver
from simulator.history import StoreUnavailable, UnknownAttempt, UnknownSnapshot
from simulator.practice import Practice, clock_since
from simulator.ui import labels, routes, services, session
from simulator.ui.case_card import case_card
from simulator.ui.labels import in_interface
from simulator.ui.markup import chips, esc, notice, plain, quiet
from simulator.ui.session import _
from simulator.ui.widgets.chat import Clock, chat, sending


def show() -> None:
    """The page."""
    practice = open_practice()
    if practice is None:
        return
    attempt = practice.attempt
    attempt.refresh()
    attempt.answer()
    attempt.pass_time()
    _header(practice)
    left, right = st.columns([8, 5], gap="medium")
    with left, st.container(key="chat-side"):
        _chat(practice)
    with right:
        case_card(attempt.case)


def open_practice() -> Practice | None:
    """The attempt that the URL names; if there is none, says so on the page."""
    id = st.query_params.get("attempt", "")
    try:
        if id:
            return session.practice_at(id)
        problem = _("No conversation is open.")
    except UnknownAttempt:
        problem = _("There is no conversation at this address. The link may be cut off, or from another installation.")
    except (UnknownSnapshot, ValidationError):
        problem = _("This conversation was kept by another version of the program and cannot be opened by this one.")
    advice = _("Take up an attempt from your history, or begin a new one.")
    st.html(notice(_("Nothing to show here"), problem, advice, name="unknown-attempt"))
    routes.link("practise", _("Practise"))
    routes.link("history", _("History"))
    return None


def _header(practice: Practice) -> None:
    attempt = practice.attempt
    case = attempt.case
    with st.container(horizontal=True, vertical_alignment="center", key="conversation-header"):
        tags = [
            (labels.channel(case.scenario.channel), ""),
            (labels.spoken(case.language), ""),
            (in_interface(case.persona.name), ""),
        ]
        st.html(
            f'<div class="tc"><h1 class="tc-title" style="font-size:1.35rem">{esc(in_interface(case.scenario.title))}'
            f"</h1>{chips(tags)}</div>"
        )
        if attempt.outcome is None:
            with st.popover(_("Stop"), width="content", key="stop"):
                st.write(_("End the conversation here? What was said so far is kept and looked at in the debrief."))
                if st.button(_("End the conversation"), type="primary", key="stop-sure"):
                    attempt.stop()
                    st.rerun()
        elif st.button(_("See the debrief"), type="primary", key="to-debrief"):
            routes.go("debrief", attempt=practice.id)


def _chat(practice: Practice) -> None:
    attempt = practice.attempt
    ended = None if attempt.outcome is None else labels.outcome_sentence(attempt.outcome)
    trouble = st.session_state.pop("trouble", None)
    if trouble is not None:
        st.error(plain(trouble[1]))
    due = attempt.next_silence()
    now = clock_since(practice.started_at)()
    stored = history.load_attempt(services.store(session.settings().history), attempt_id=practice.id)
    known = [turn.send_id for turn in stored.turns if turn.send_id is not None]
    chat(
        practice.id,
        turns=[{"role": turn.role, "text": turn.text} for turn in attempt.transcript],
        sent=known,
        refused=trouble[0] if trouble else None,
        customer=attempt.case.scenario.record.customer.name,
        clock=None if ended else _clock(attempt, now),
        silence=None if due is None or ended else due - now,
        ended=ended,
        language=session.language(),
        on_send=lambda: _sent(practice.id),
        on_tick=lambda: None,  # the run that follows lets the time pass
    )
    # The first run after a restart of the server brings what was sent, but calls no callback.
    missed = sending(practice.id)
    if missed is not None and missed.send_id not in known and trouble is None and not ended:
        _sent(practice.id)
        st.rerun()
    if ended:
        st.html(quiet(_("The debrief shows what each of your replies did.")))


def _clock(attempt: Attempt, now: float) -> Clock:
    target = channels.targets(attempt.case.scenario)
    first = attempt.situation.replies == 0
    return Clock(
        elapsed=max(0.0, now - attempt.shown_at),
        strong=target.first_strong if first else target.next_strong,
        good=target.first_good if first else target.next_good,
        nudged=attempt.situation.nudges > 0,
    )


def _sent(attempt_id: str) -> None:
    reply = sending(attempt_id)
    if reply is None:
        return
    try:
        attempt = session.practice_at(attempt_id).attempt
        attempt.reply(reply.text, browser_waited=reply.waited, send_id=reply.send_id)
    except AttemptOver:
        pass  # the page shows that it is over, and the browser that the reply came too late
    except StoreUnavailable as error:
        st.session_state["trouble"] = (reply.send_id, str(error))
