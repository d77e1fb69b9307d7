"""The coach under the chat: a hint after each reply, a better reply, and taking the reply back. In practice only."""

from __future__ import annotations

from typing import cast

import streamlit as st

from simulator import coach, history
from simulator import practice as practices
from simulator.coach import BetterReply, Hint
from simulator.conversation import Quote, StepKind
from simulator.practice import Practice
from simulator.ui import routes, services, session, troubles
from simulator.ui.markup import chips, esc, quiet, quoted
from simulator.ui.session import _


@troubles.callback("take-back")
def take_back(practice: Practice, *, turn: int) -> None:
    """Takes a reply back and heads for the branch in which the conversation goes on. Called by a button, whose place
    shows the troubles of "take-back".

    Args:
        turn: index of the reply in the transcript.
    """
    branch = practices.take_back(
        services.store(session.settings().history), practice, turn=turn, customer=session.customer()
    )
    session.keep_practice(branch)
    routes.head_for("conversation", attempt=branch.id)


def taken_back(practice: Practice) -> None:
    """In a branch in which nothing was said yet: shows the reply that was taken back."""
    parent, steps = practice.parent_id, practice.attempt.steps
    if parent is None or len(practice.attempt.transcript) != practice.parent_turns:
        return
    turn = int(next(step.body["turn"] for step in reversed(steps) if step.kind == "take_back"))
    key = f"taken-back-{practice.id}"
    if key not in st.session_state:
        log = history.load_log(services.store(session.settings().history), attempt_id=parent)
        st.session_state[key] = log.turns[turn].text
    said = _("You took back:")
    st.html(
        f'<p class="tc tc-small tc-quiet tc-taken-back" data-testid="taken-back">{esc(said)} '
        f"{quoted(st.session_state[key])}</p>"
    )


def show(practice: Practice) -> None:
    """Shows the coach's word on the last reply. A hint is recorded as help, once, while the conversation runs."""
    attempt = practice.attempt
    if attempt.mode == "exam" or practice.shift_id is not None or attempt.outcome == "taken_back":
        return
    if attempt.outcome is not None and not attempt.exchanges:
        return
    with st.container(key="coach", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", key="coach-bar"):
            on = st.toggle(_("Coach"), value=True, key="coach-on", persist_state="session")
            if not on:
                return
            framework = _framework()
            if not attempt.exchanges:
                st.html(quiet(_("After each reply you get a short hint here.")))
                return
            number = len(attempt.exchanges)
            wanted = f"better-{practice.id}-{number}"
            if not st.session_state.get(wanted):
                st.button(_("Show me a better reply"), key="better-reply", on_click=_ask, args=(practice, wanted))
            st.button(
                _("Take this reply back"),
                icon=":material/undo:",
                key="take-back",
                on_click=take_back,
                args=(practice,),
                kwargs={"turn": attempt.exchanges[-1].turn},
            )
        troubles.show("take-back")
        st.html(_hint_html(_hint(practice, framework), practice))
        if st.session_state.get(wanted):
            st.html(_better_html(_better(practice, framework), practice))
    if attempt.outcome is None:
        _record(practice, "hint")


def _framework() -> str:
    known = {each.id: each for each in coach.frameworks()}
    reader = session.language()
    name = known[st.session_state.get("framework") or next(iter(known))].name[reader]
    with st.popover(name, type="tertiary", width="content", key="framework-card"):
        chosen = st.selectbox(
            _("The framework that the coach names"),
            list(known),
            format_func=lambda id: known[id].name[reader],
            key="framework",
            persist_state="session",
        )
        about, source = known[chosen].about[reader], known[chosen].source[reader]
        steps = "".join(
            f"<li><b>{esc(step.name[reader])}.</b> {esc(step.tip[reader])}</li>" for step in known[chosen].steps
        )
        st.html(
            f'<div class="tc tc-small tc-framework" tabindex="0"><p>{esc(about)}</p><ol class="tc-steps">{steps}</ol>'
            f'<p class="tc-quiet">{esc(source)}</p></div>'
        )
    return chosen


@troubles.callback("chat")
def _ask(practice: Practice, wanted: str) -> None:
    st.session_state[wanted] = True
    _record(practice, "better_reply")


def _record(practice: Practice, kind: StepKind) -> None:
    """Records help with the last reply, once."""
    reply = str(len(practice.attempt.exchanges))
    if not any(step.kind == kind and step.body.get("reply") == reply for step in practice.attempt.steps):
        practice.attempt.do(kind, {"reply": reply}, send_id=f"{kind}-{reply}")


def _hint(practice: Practice, framework: str) -> Hint:
    exchanges = practice.attempt.exchanges
    over = practice.attempt.outcome is not None
    key = (practice.id, exchanges[-1].turn, framework, session.language(), over)
    kept = st.session_state.get("hint")
    if kept is None or kept[0] != key:
        made = coach.hint(
            practice.attempt.case,
            exchanges[-1],
            framework=framework,
            reader=session.language(),
            low_pressure=practice.low_pressure,
            earlier=exchanges[:-1],
            over=over,
        )
        st.session_state["hint"] = kept = (key, made)
    return cast(Hint, kept[1])


def _better(practice: Practice, framework: str) -> BetterReply | None:
    return coach.better(
        practice.attempt.case,
        practice.attempt.exchanges[-1],
        framework=framework,
        reader=session.language(),
        low_pressure=practice.low_pressure,
    )


def _hint_html(hint: Hint, practice: Practice) -> str:
    items = [
        _item(_("Worked"), "good", hint.worked, hint.worked_quote),
        _item(_("Cost"), "poor", hint.cost, hint.cost_quote),
        _item(_("Try"), "strong", hint.advice, None, step=hint.step),
    ]
    number = len(practice.attempt.exchanges)
    return (
        f'<div class="tc tc-small tc-hint" data-testid="hint" data-reply="{number}" role="status">'
        f"<dl>{''.join(items)}</dl></div>"
    )


def _item(name: str, tone: str, sentence: str | None, quote: Quote | None, *, step: str | None = None) -> str:
    if sentence is None:
        return ""
    shown = f" {quoted(quote.text)}" if quote is not None else ""
    belongs = f' <span class="tc-chip">{esc(step)}</span>' if step else ""
    return f'<dt data-tone="{tone}">{esc(name)}</dt><dd>{esc(sentence)}{shown}{belongs}</dd>'


def _better_html(better: BetterReply | None, practice: Practice) -> str:
    if better is None:
        return quiet(_("Nothing that the coach knows would have been better."))
    moves = chips((move, "") for move in better.moves)
    return (
        f'<div class="tc tc-small tc-better" data-testid="better-reply">'
        f'<div class="tc-bubble" data-role="agent" dir="auto" lang="{practice.attempt.case.language}">'
        f"{esc(better.text)}</div><p>{esc(better.reason)}</p>{moves}</div>"
    )
