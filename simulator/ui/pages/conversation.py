"""Conversation: the chat with its coach, the desk beside it, and what ends or interrupts it."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from simulator import channels, history
from simulator.attempt import AttemptOver
from simulator.coach import breathe_card
from simulator.history import StoreUnavailable, UnknownAttempt, UnknownSnapshot
from simulator.practice import Practice
from simulator.ui import coach_panel, drawn, labels, routes, services, session, troubles
from simulator.ui.desk import desk
from simulator.ui.labels import in_interface
from simulator.ui.markup import chips, esc, notice, quiet, subsection
from simulator.ui.session import _
from simulator.ui.widgets.chat import Clock, chat, draft, sending

_WATCH = 0.2
"""Seconds after which a call of the browser is noticed while the customer writes."""


def show() -> None:
    """The page."""
    practice = open_practice()
    if practice is None:
        return
    _bring_up_to_date(practice)
    drawn.note_page(practice)
    _header(practice)
    view(practice)


def view(practice: Practice) -> None:
    """Chat and desk of an attempt, without the page's header: brings the attempt up to date, and draws it.

    The coach is beside the chat where the attempt is practice and no part of a shift.
    """
    drawn.note_page(practice)
    left, right = st.columns([8, 5], gap="medium")
    with left, st.container(key="chat-side"):
        _chat_side(practice)
    with right, st.container(key="desk-side"):
        desk(practice)


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


def _bring_up_to_date(practice: Practice) -> list[str]:
    """Takes in what other tabs and the time have done, in one reading.

    Returns:
        The send ids of the replies that are stored.
    """
    attempt = practice.attempt
    log = history.load_log(services.store(session.settings().history), attempt_id=practice.id)
    known = (len(attempt.transcript), len(attempt.steps), attempt.outcome)
    if (len(log.turns), len(log.steps), log.outcome) != known:
        attempt.refresh()
    if not attempt.awaits_answer:
        attempt.answer()
        attempt.pass_time()
    return [turn.send_id for turn in log.turns if turn.send_id is not None]


@troubles.fragment("header")
def _header(practice: Practice) -> None:
    attempt = practice.attempt
    with st.container(horizontal=True, vertical_alignment="center", key="conversation-header"):
        st.html(_title(practice))
        if practice.shift_id is not None:
            routes.link("shift", _("Back to the shift"), shift=practice.shift_id)
        if attempt.outcome is None:
            if attempt.mode == "practice" and practice.shift_id is None:
                _pause(practice)
            _breathe(practice)
            _stop(practice)
        elif attempt.outcome == "taken_back":
            st.button(
                _("Go to where it goes on"), type="primary", key="to-branch", on_click=_to_branch, args=(practice,)
            )
        else:
            _to_debrief(practice)
    if drawn.page_is_behind(practice):
        st.rerun()


@troubles.callback("header")
def _to_branch(practice: Practice) -> None:
    store = services.store(session.settings().history)
    routes.head_for("conversation", attempt=history.branches(store, root_id=practice.root_id)[-1].id)


def _to_debrief(practice: Practice) -> None:
    """The way to the debrief; with a word of warning while the ticket is open, which is judged too."""
    attempt = practice.attempt
    unfinished = attempt.case.scenario.desk is not None and not attempt.desk_closed and attempt.outcome != "stopped"
    if unfinished:
        with st.popover(_("See the debrief"), width="content", key="debrief-popover"):
            st.write(
                _("The ticket is still open. It is scored too, and once you have seen the debrief it stays as it is.")
            )
            label = _("See the debrief all the same")
            st.button(label, key="to-debrief", on_click=_see_debrief, args=(practice,))
    else:
        label = _("See the debrief")
        st.button(label, type="primary", key="to-debrief", on_click=_see_debrief, args=(practice,))


@troubles.callback("header")
def _see_debrief(practice: Practice) -> None:
    if not any(step.kind == "debrief" for step in practice.attempt.steps):
        practice.attempt.do("debrief", send_id="debrief")
    routes.head_for("debrief", attempt=practice.id)


def _title(practice: Practice) -> str:
    case = practice.attempt.case
    tags = [
        (labels.channel(case.scenario.channel), ""),
        (labels.spoken(case.language), ""),
        (in_interface(case.persona.name), ""),
    ]
    if practice.attempt.mode == "exam":
        tags.insert(0, (_("Exam"), "strong"))
    title = esc(in_interface(case.scenario.title))
    return f'<div class="tc"><h1 class="tc-title tc-title-small">{title}</h1>{chips(tags)}</div>'


def _pause(practice: Practice) -> None:
    if practice.attempt.is_paused:
        label, sign = _("Go on"), ":material/play_arrow:"
        st.button(label, type="primary", icon=sign, key="go-on", on_click=_do_go_on, args=(practice,))
    else:
        st.button(_("Pause"), icon=":material/pause:", key="pause", on_click=_do_pause, args=(practice,))


@troubles.callback("header")
def _do_pause(practice: Practice) -> None:
    practice.attempt.pause()


@troubles.callback("header")
def _do_go_on(practice: Practice) -> None:
    practice.attempt.go_on()


def _breathe(practice: Practice) -> None:
    @troubles.callback("header")
    def opened() -> None:
        if st.session_state["breathe"]:
            practice.attempt.do("breathe")

    @troubles.callback("header")
    def another() -> None:
        st.session_state["breathe-card"] = st.session_state.get("breathe-card", 0) + 1
        practice.attempt.do("breathe")

    with st.popover(_("Breathe"), icon=":material/spa:", width="content", key="breathe", on_change=opened):
        reader = session.language()
        card = breathe_card(st.session_state.get("breathe-card", 0))
        steps = "".join(f"<li>{esc(step[reader])}</li>" for step in card.steps)
        st.html(
            f'<div class="tc tc-small tc-breathe" data-testid="breathe">{subsection(card.title[reader])}'
            f'<ol>{steps}</ol><p class="tc-quiet">{esc(card.source[reader])}</p></div>'
        )
        st.button(_("Another one"), key="breathe-next", on_click=another)
        if practice.attempt.mode == "practice" and not practice.attempt.is_paused:
            st.html(quiet(_("“Pause” stops the clock meanwhile.")))


def _stop(practice: Practice) -> None:
    with st.popover(_("Stop"), width="content", key="stop"):
        free = _("You can stop at any time, for any reason.")
        kept = _("It is never held against you: nothing is passed or failed, and your trends leave it out.")
        st.html(f'<div class="tc tc-small tc-stop"><p>{esc(free)}</p><p>{esc(kept)}</p></div>')
        label = _("End the conversation")
        st.button(label, type="primary", key="stop-sure", on_click=_do_stop, args=(practice,))


@troubles.callback("header")
def _do_stop(practice: Practice) -> None:
    practice.attempt.stop()


@troubles.fragment("chat")
def _chat_side(practice: Practice) -> None:
    known = _bring_up_to_date(practice)
    attempt = practice.attempt
    coach_panel.taken_back(practice)
    ended = None if attempt.outcome is None else labels.outcome_sentence(attempt.outcome)
    refused: str | None = st.session_state.pop(f"refused-{practice.id}", None)
    chat(
        practice.id,
        turns=[{"role": turn.role, "text": turn.text} for turn in attempt.transcript],
        sent=known,
        refused=refused,
        customer=attempt.case.scenario.record.customer.name,
        clock=_clock(practice),
        insertion=drawn.insertion(practice),
        ended=ended,
        writing=attempt.awaits_answer,
        language=session.language(),
        on_send=lambda: _sent(practice.id),
        on_tick=lambda: None,  # the run that follows lets the time pass
    )
    drawn.note_chat(practice)
    if attempt.awaits_answer:
        _watch(practice)
    # The first run after a restart of the server brings what was sent, but calls no callback.
    missed = sending(practice.id)
    if missed is not None and missed.send_id not in known and refused is None and not ended:
        _sent(practice.id)
        st.rerun()
    if ended and attempt.outcome != "taken_back":
        st.html(quiet(_what_next(practice)))
    if not attempt.awaits_answer:  # a hint is about the reply and what it led to
        coach_panel.show(practice)
    if drawn.page_is_behind(practice):
        st.rerun()


def _watch(practice: Practice) -> None:
    """Shows what the customer writes until it is done, then draws the chat again.

    Where something else is to be drawn, now or meanwhile, that comes first: the browser asks for the chat again.
    """
    writing = session.answer(practice)
    slot = st.empty()
    while session.is_drawn_alone() and not session.is_called():
        slot.html(draft(practice.id, writing.text))
        if writing.wait(_WATCH):
            if writing.error is not None:
                raise writing.error
            st.rerun(scope="fragment")
    slot.html(draft(practice.id, writing.text, watched=False))


def _what_next(practice: Practice) -> str:
    attempt = practice.attempt
    if attempt.case.scenario.desk is None or attempt.desk_closed or attempt.outcome == "stopped":
        return _("The debrief shows what each of your replies did.")
    return _("Finish the ticket, then see the debrief: it shows what each of your replies did.")


def _clock(practice: Practice) -> Clock:
    attempt = practice.attempt
    now, due, shown_at = attempt.now, attempt.next_silence(), attempt.shown_at
    targets = channels.targets_of(attempt.case.scenario, first=attempt.situation.answers == 0)
    return Clock(
        message=next((place for place, turn in enumerate(attempt.transcript) if turn.at == shown_at), -1),
        elapsed=max(0.0, now - shown_at),
        silence=None if due is None or attempt.outcome is not None else due - now,
        paused=attempt.is_paused,
        targets=None if practice.low_pressure else targets,
    )


@troubles.callback("chat")
def _sent(attempt_id: str) -> None:
    reply = sending(attempt_id)
    if reply is None:
        return
    try:
        attempt = session.practice_at(attempt_id).attempt
        attempt.send(reply.text, browser_waited=reply.waited, send_id=reply.send_id)
    except AttemptOver:
        pass  # the page shows that it is over, and the browser that the reply came too late
    except StoreUnavailable:
        st.session_state[f"refused-{attempt_id}"] = reply.send_id
        raise
