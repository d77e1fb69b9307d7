"""Debrief: what the conversation came to, what each reply did, and what to practise next."""

from __future__ import annotations

import json
from typing import cast

import streamlit as st

from simulator import history
from simulator import practice as practices
from simulator.debrief import Comparison, Debrief, compare, debrief, passage_of, shared_turns
from simulator.history import AttemptSummary
from simulator.practice import Practice
from simulator.ui import (
    coach_panel,
    export,
    feedback_panel,
    judge_panel,
    labels,
    reply_panel,
    routes,
    services,
    session,
    troubles,
)
from simulator.ui import debrief_sections as sections
from simulator.ui import debrief_tables as tables
from simulator.ui.labels import in_interface
from simulator.ui.markup import esc, section, subsection
from simulator.ui.pages.conversation import open_practice
from simulator.ui.passage_html import passage_html
from simulator.ui.session import _, ngettext
from simulator.ui.voices import voices
from simulator.ui.widgets.mood_curve import chosen, mood_curve
from simulator.ui.widgets.print_view import print_view


def show() -> None:
    """The page."""
    practice = open_practice()
    if practice is None:
        return
    attempt = practice.attempt
    attempt.refresh()
    if attempt.outcome is None:
        _going_on(practice)
        return
    if not any(step.kind == "debrief" for step in attempt.steps):
        attempt.do("debrief", send_id="debrief")
    found = _debrief(practice)
    other = _other_branch(practice)
    compared = None if other is None else _compared(practice, other)
    _header(practice, found, compared)
    if attempt.outcome == "taken_back":
        _taken_back(practice)
    disputed = feedback_panel.disputed(practice)
    st.html(sections.verdict(practice, found.review) + sections.scores(attempt.case, found.review, disputed))
    kept = next(each for each in _family(practice) if each.id == practice.id)
    if told := sections.recorded(kept, found.review):
        st.html(told)
    st.html(section(_("What happened")) + sections.story(found))
    if found.review.replies:
        _replies(practice, found, compared)
    st.html(section(_("Accuracy")) + tables.accuracy(found, lambda id: _source(practice, id)))
    left, right = st.columns(2, gap="large")
    with left:
        st.html(section(_("Moves")) + tables.moves(found))
        st.html(section(_("Reply times")) + sections.reply_times(found))
    with right:
        st.html(section(_("At the desk")) + tables.desk(practice, found))
        st.html(section(_("Language")) + sections.language_notes(found))
    judge_panel.show(practice)
    _advice(found)
    left, right = st.columns(2, gap="large")
    with left:
        st.html(section(_("Rate this practice")))
        feedback_panel.rating(practice)
    with right:
        st.html(section(_("Dispute a score")))
        feedback_panel.disputes(practice)
    st.html(section(_("Help used")) + sections.help_used(practice, found))
    _evidence(practice, found)
    count = len(attempt.transcript)
    label = ngettext("Whole conversation, {count} message", "Whole conversation, {count} messages", count)
    with st.expander(label.format(count=count), key="transcript"):
        st.html(sections.transcript(practice))


def _going_on(practice: Practice) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if practice.attempt.mode == "exam":
            going_on = _("This exam is still going on. Its debrief opens when it is over.")
        else:
            going_on = _("The conversation is still going on. Its debrief opens when it is over.")
        st.html(f'<p class="tc" role="status">{esc(going_on)}</p>')
        label, query = _("Back to the conversation"), {"attempt": practice.id}
        st.button(
            label,
            type="primary",
            key="back-to-conversation",
            on_click=routes.head_for,
            args=("conversation",),
            kwargs=query,
        )


def _taken_back(practice: Practice) -> None:
    newest = _family(practice)[-1]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        left = _("You took a reply back here. The conversation goes on in another branch.")
        st.html(f'<p class="tc" role="status">{esc(left)}</p>')
        if newest.id != practice.id:
            label, query = _("Open the newest branch"), {"attempt": newest.id}
            st.button(label, key="newest-branch", on_click=routes.head_for, args=("debrief",), kwargs=query)


def _debrief(practice: Practice) -> Debrief:
    """The debrief, kept while nothing is said or done: working it out takes a search for every reply."""
    attempt = practice.attempt
    used = _family(practice)[-1].help
    about = (len(attempt.transcript), len(attempt.steps), attempt.outcome, tuple(used.values()))
    key = (practice.id, *about, session.language())
    kept = st.session_state.get("debrief")
    if kept is None or kept[0] != key:
        scenarios = services.library(session.settings().library).scenarios
        kept = (key, debrief(attempt, scenarios=scenarios, reader=session.language(), help=used))
        st.session_state["debrief"] = kept
    return cast(Debrief, kept[1])


def _family(practice: Practice) -> list[AttemptSummary]:
    return history.branches(services.store(session.settings().history), root_id=practice.root_id)


def _other_branch(practice: Practice) -> AttemptSummary | None:
    """The branch to compare with: the one that was chosen, else the parent, else the newest other one."""
    others = [branch for branch in _family(practice) if branch.id != practice.id]
    if not others:
        return None
    chosen_id = st.session_state.get(f"branch-{practice.id}") or practice.parent_id
    return next((branch for branch in others if branch.id == chosen_id), others[-1])


def _compared(practice: Practice, other: AttemptSummary) -> Comparison:
    """The comparison with another branch, which is only read again when it went on."""
    kept = st.session_state.get("other-branch")
    if kept is None or kept.id != other.id:
        kept = practices.resume(services.store(session.settings().history), other.id)
        st.session_state["other-branch"] = kept
    kept.attempt.refresh()
    return compare(kept.attempt, practice.attempt, shared_turns(kept.attempt, practice.attempt))


def _header(practice: Practice, found: Debrief, compared: Comparison | None) -> None:
    attempt = practice.attempt
    case = attempt.case
    name = f"{case.scenario_id}-{practice.started_at:%Y%m%d-%H%M}"
    as_json, as_html = _exports(practice, found, compared)
    with st.container(horizontal=True, vertical_alignment="center", key="debrief-header"):
        kind = _("Debrief")
        st.html(
            f'<div class="tc"><p class="tc-quiet tc-small" style="margin:0">{esc(kind)}</p>'
            f'<h1 class="tc-title">{esc(in_interface(case.scenario.title))}</h1>{sections.about(practice)}</div>'
        )
        if practice.shift_id is not None:
            routes.link("shift", _("Back to the shift"), shift=practice.shift_id)
        st.download_button(
            _("Export as JSON"),
            data=as_json,
            file_name=f"{name}.json",
            mime="application/json",
            on_click="ignore",
            key="export",
        )
        st.download_button(
            _("Export as HTML"),
            data=as_html,
            file_name=f"{name}.html",
            mime="text/html",
            on_click="ignore",
            key="export-html",
        )
        st.checkbox(_("With every reply"), key="every-reply", help=_("In the print and in the HTML file"))
        st.button(_("Print or save as PDF"), key="print", on_click=_print)
        library = services.library(session.settings().library)
        if case.scenario_id in library.scenarios:
            label, query = _("Practise again"), {"scenario": case.scenario_id}
            st.button(label, type="primary", key="again", on_click=routes.head_for, args=("practise",), kwargs=query)
    if st.session_state.pop("printing", False):
        print_view("print-view", as_html, title=kind)


def _print() -> None:
    st.session_state["printing"] = True


def _exports(practice: Practice, found: Debrief, compared: Comparison | None) -> tuple[str, str]:
    """The files to download, JSON and HTML, kept as long as what is in them.

    They are made here and not when they are fetched: by then nothing knows the language of the interface.
    """
    every_reply = bool(st.session_state.get("every-reply"))
    disputed = feedback_panel.disputed(practice)
    judged = [each.judged_at for each in judge_panel.judgements(practice)]
    about = (id(found), compared, every_reply, judged, disputed)
    kept = st.session_state.get("exports")
    if kept is None or kept[0] != about:
        as_json = json.dumps(export.as_json(practice, found), ensure_ascii=False, indent=2)
        kept = (about, as_json, export.as_html(practice, found, compared, every_reply=every_reply))
        st.session_state["exports"] = kept
    return kept[1], kept[2]


def _evidence(practice: Practice, found: Debrief) -> None:
    case, review = practice.attempt.case, found.review
    with st.expander(_("What the scores go by"), key="evidence"):
        for name in sections.dimensions(review):
            st.html(subsection(labels.dimension(name)) + sections.evidence(case, review, name))


def _replies(practice: Practice, found: Debrief, compared: Comparison | None) -> None:
    st.html(section(_("Mood, and what each reply did to it")))
    replies = found.review.replies
    key, curve = f"reply-{practice.id}", f"curve-{practice.id}"
    numbers = [reply.number for reply in replies]
    if st.session_state.get(key) not in numbers:
        st.session_state[key] = max(replies, key=lambda reply: reply.cost).number

    def choose() -> None:
        number = chosen(curve)
        if number in numbers:
            st.session_state[key] = number

    left, right = st.columns([1, 1], gap="large")
    with left, st.container(key="curve-side"):
        mood_curve(curve, found.review, other=compared, selected=st.session_state[key], on_choice=choose)
        st.selectbox(
            _("Reply shown"),
            numbers,
            key=key,
            format_func=lambda number: _("Reply {number}: {mark}").format(
                number=number, mark=labels.mark(replies[number - 1].mark)
            ),
        )
        if compared is not None:
            _branches(practice, compared)
    with right:
        shown, worst = replies[st.session_state[key] - 1], found.costliest
        if shown == worst:
            st.html(subsection(_("Costliest reply")))
        elif worst is not None:
            with st.expander(_("Costliest reply, and the better line from there"), key="costliest"):
                st.html(sections.costliest(practice, worst))
        reply_panel.show(practice.attempt, shown, voice=voices(practice).get(shown.turn + 1, ""))
        if practice.attempt.mode == "practice" and practice.shift_id is None:
            tried = _("The conversation goes on from the message before this reply, in a branch of its own.")
            st.button(
                _("Try another reply here"),
                key="take-back-here",
                help=tried,
                on_click=coach_panel.take_back,
                args=(practice,),
                kwargs={"turn": shown.turn},
            )
            troubles.show("take-back")


def _branches(practice: Practice, compared: Comparison) -> None:
    others = {branch.id: branch for branch in _family(practice) if branch.id != practice.id}
    key = f"branch-{practice.id}"
    if len(others) > 1:
        parent = practice.parent_id if practice.parent_id in others else list(others)[-1]
        st.selectbox(
            _("Compared with"),
            list(others),
            index=list(others).index(parent),
            key=key,
            format_func=lambda id: _("Branch {number}").format(number=others[id].branch + 1),
        )
    st.html(tables.comparison(compared))


def _source(practice: Practice, id: str) -> str:
    """A passage that opens where it is cited."""
    passage = passage_of(practice.attempt, id, reader=session.language())
    if passage is None:
        return esc(id)
    text = f'<div class="tc-passage">{passage_html(passage)}</div>'
    return f"<details><summary>{esc(passage.title)}</summary>{text}</details>"


def _advice(found: Debrief) -> None:
    st.html(section(_("What to practise next")))
    for place, (column, item) in enumerate(zip(st.columns(3, gap="medium"), found.advice, strict=False)):
        with column, st.container(border=True, key=f"advice-{place}"):
            st.html(sections.advice(item))
            if item.scenario:
                label, query = _("Practise this"), {"scenario": item.scenario}
                st.button(label, key=f"practise-{place}", on_click=routes.head_for, args=("practise",), kwargs=query)
