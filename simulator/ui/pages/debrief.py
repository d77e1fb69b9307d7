"""Debrief: what the conversation came to, and what each reply did."""

from __future__ import annotations

import json
from typing import cast

import streamlit as st

from simulator.attempt import Attempt
from simulator.practice import Practice
from simulator.report import report
from simulator.scoring import DIMENSIONS, Evidence, word
from simulator.ui import labels, reply_panel, routes, services, session
from simulator.ui.case_card import passage_text
from simulator.ui.labels import in_interface
from simulator.ui.markup import bubble, chips, esc, quiet, quoted, section
from simulator.ui.pages.conversation import open_practice
from simulator.ui.review import Review, passage_of, review
from simulator.ui.session import _, ngettext
from simulator.ui.widgets.mood_curve import chosen, mood_curve


def show() -> None:
    """The page."""
    practice = open_practice()
    if practice is None:
        return
    attempt = practice.attempt
    attempt.refresh()
    _header(practice)
    if attempt.outcome is None:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            going_on = _("The conversation is still going on: this is how it stands.")
            st.html(f'<p class="tc" role="status">{esc(going_on)}</p>')
            if st.button(_("Back to the conversation"), type="primary", key="back-to-conversation"):
                routes.go("conversation", attempt=practice.id)
    found = _review(practice)
    _verdict(practice, found)
    _scores(practice, found)
    if found.replies:
        _replies(practice, found)
        left, right = st.columns(2, gap="large")
        with left:
            _facts(attempt, found)
        with right:
            _times(found)
    _transcript(practice)


def _review(practice: Practice) -> Review:
    """The review, kept while nothing is said: working it out takes a search for every reply."""
    attempt = practice.attempt
    key = (practice.id, len(attempt.transcript), attempt.outcome, session.language())
    kept = st.session_state.get("review")
    if kept is None or kept[0] != key:
        kept = (key, review(attempt, reader=session.language()))
        st.session_state["review"] = kept
    return cast(Review, kept[1])


def _header(practice: Practice) -> None:
    attempt = practice.attempt
    case = attempt.case
    with st.container(horizontal=True, vertical_alignment="center", key="debrief-header"):
        tags = [
            (in_interface(case.persona.name), ""),
            (labels.spoken(case.language), ""),
            (labels.moment(practice.started_at), ""),
        ]
        kind = _("Debrief")
        st.html(
            f'<div class="tc"><p class="tc-quiet tc-small" style="margin:0">{esc(kind)}</p>'
            f'<h1 class="tc-title">{esc(in_interface(case.scenario.title))}</h1>{chips(tags)}</div>'
        )
        st.download_button(
            _("Export as JSON"),
            data=lambda: json.dumps(report(attempt, reader=session.language()), ensure_ascii=False, indent=2),
            file_name=f"{case.scenario_id}-{practice.started_at:%Y%m%d-%H%M}.json",
            mime="application/json",
            on_click="ignore",
            key="export",
        )
        library = services.library(session.settings().library)
        if case.scenario_id in library.scenarios and st.button(_("Practise again"), type="primary", key="again"):
            routes.go("practise", scenario=case.scenario_id)


def _verdict(practice: Practice, found: Review) -> None:
    outcome, card = practice.attempt.outcome, found.card
    if outcome is None:
        return
    values: dict[str, float | None] = {name: card.scores[name].value for name in DIMENSIONS}
    values["overall"] = card.overall
    names: dict[str, str] = {name: labels.dimension(name) for name in DIMENSIONS}
    names["overall"] = _("Overall")
    short = [_short_of(names[name], values[name], found.marks[name]) for name in values if name in card.failed]
    sentences = [labels.outcome_sentence(outcome)]
    if short:
        sentences.append(_("Below the pass mark: {list}.").format(list="; ".join(short)))
    elif card.passed:
        sentences.append(_("Every pass mark was reached."))
    title = _("Passed") if card.passed else _("Not passed")
    st.html(
        f'<div class="tc tc-panel tc-verdict" data-passed="{"yes" if card.passed else "no"}" data-testid="verdict">'
        f'<h2 class="tc-h2" style="margin-top:0">{esc(title)}</h2><p>{esc(" ".join(sentences))}</p></div>'
    )


def _short_of(name: str, value: float | None, mark: float) -> str:
    if value is None:
        return _("{name} without a verdict").format(name=name)
    return _("{name} {value} of {mark}").format(name=name, value=labels.points(value), mark=labels.points(mark))


def _scores(practice: Practice, found: Review) -> None:
    case, card = practice.attempt.case, found.card
    reader = session.language()
    cells = [(_("Overall"), card.overall, found.marks["overall"], word(card.explanation, case, reader))]
    for name in DIMENSIONS:
        score = card.scores[name]
        cells.append((labels.dimension(name), score.value, found.marks[name], word(score.explanation, case, reader)))
    st.html(f'<div class="tc tc-scores" data-testid="scores">{"".join(_score_html(*cell) for cell in cells)}</div>')
    with st.expander(_("What the scores go by"), key="evidence"):
        for tab, name in zip(st.tabs([labels.dimension(name) for name in DIMENSIONS]), DIMENSIONS, strict=True):
            with tab:
                score = card.scores[name]
                parts = [(part, value) for part, value in score.parts.items() if value is not None]
                if parts:
                    st.html(chips((f"{labels.tone_part(part)} {labels.points(value)}", "") for part, value in parts))
                if score.evidence:
                    items = "".join(_evidence_html(item, practice, found) for item in score.evidence)
                    st.html(f'<ul class="tc tc-small tc-list">{items}</ul>')
                else:
                    st.html(quiet(_("There is nothing to show.")))


def _score_html(title: str, value: float | None, mark: float, explanation: str) -> str:
    shown = "–" if value is None else labels.points(value)
    passed = "yes" if value is not None and value >= mark else "no"
    state = _("passes from {mark}").format(mark=labels.points(mark)) if value is not None else _("no verdict")
    return (
        f'<div class="tc tc-panel tc-score"><header><span>{esc(title)}</span><b>{shown}</b></header>'
        f'<div class="tc-meter" data-passed="{passed}" aria-hidden="true"><span style="width:{value or 0:.0f}%"></span>'
        f'<i style="left:{mark:.0f}%"></i></div><p class="tc-quiet tc-small" style="margin:0 0 .4rem">{esc(state)}</p>'
        f'<p class="tc-small" style="margin:0">{esc(explanation)}</p></div>'
    )


def _evidence_html(item: Evidence, practice: Practice, found: Review) -> str:
    number = next((reply.number for reply in found.replies if reply.turn == item.turn), None)
    where = _("reply {number}").format(number=number) if number else ""
    note = word(item.note, practice.attempt.case, session.language())
    tone, sign = ("tc-yes", "+") if item.good else ("tc-no", "−")
    quote = f"<br>{quoted(item.quote)}" if item.quote else ""
    return (
        f'<li><span class="{tone}" aria-hidden="true">{sign}</span> {esc(note)} '
        f'<span class="tc-quiet">{esc(where)}</span>{quote}</li>'
    )


def _replies(practice: Practice, found: Review) -> None:
    st.html(section(_("Reply by reply")))
    key, curve = f"reply-{practice.id}", f"curve-{practice.id}"
    numbers = [reply.number for reply in found.replies]
    if st.session_state.get(key) not in numbers:
        worst = max(found.replies, key=lambda reply: reply.cost)
        st.session_state[key] = worst.number

    def choose() -> None:
        number = chosen(curve)
        if number in numbers:
            st.session_state[key] = number

    left, right = st.columns([1, 1], gap="large")
    with left, st.container(key="curve-side"):
        mood_curve(curve, found, selected=st.session_state[key], on_choice=choose)
        st.selectbox(
            _("Reply shown"),
            numbers,
            key=key,
            format_func=lambda number: _("Reply {number}: {mark}").format(
                number=number, mark=labels.mark(found.replies[number - 1].mark)
            ),
        )
    with right:
        reply_panel.show(practice.attempt, found.replies[st.session_state[key] - 1])


def _facts(attempt: Attempt, found: Review) -> None:
    st.html(section(_("What had to be said and asked")))
    items = [_fact_html(label, needed, number, _("Said"), _("Not said")) for label, needed, number in found.facts]
    items += [_fact_html(label, needed, number, _("Asked"), _("Not asked")) for label, needed, number in found.hidden]
    st.html(f'<ul class="tc tc-small tc-list tc-panel" data-testid="facts">{"".join(items)}</ul>')
    missed = [attempt.case.scenario.facts[place].source for place, fact in enumerate(found.facts) if fact[2] is None]
    if missed:
        with st.expander(_("Where the rest stands in the documentation"), key="missed"):
            for id in dict.fromkeys(missed):
                passage = passage_of(attempt, id, reader=session.language())
                if passage is not None:
                    passage_text(passage)


def _fact_html(label: str, needed: bool, number: int | None, done: str, missed: str) -> str:
    where = _("in reply {number}").format(number=number) if number else ("" if needed else _("not needed"))
    state = done if number else missed
    tone = "good" if number else "poor" if needed else ""
    return (
        f'<li><span class="tc-chip" data-tone="{tone}">{esc(state)}</span> {esc(label)} '
        f'<span class="tc-quiet">{esc(where)}</span></li>'
    )


def _times(found: Review) -> None:
    st.html(section(_("Reply times")))
    whole = max(max(reply.waited, reply.good * 1.15) for reply in found.replies)
    rows = []
    for reply in found.replies:
        band = {"strong": _("strong"), "good": _("good"), "late": _("late")}[reply.band]
        marks = "".join(f'<i style="left:{100 * at / whole:.1f}%"></i>' for at in (reply.strong, reply.good))
        rows.append(
            f"<span>{reply.number}</span>"
            f'<span class="tc-bar" data-band="{reply.band}" aria-hidden="true">'
            f'<span style="width:{100 * reply.waited / whole:.1f}%"></span>{marks}</span>'
            f"<span>{labels.duration(reply.waited)} {esc(band)}</span>"
        )
    note = _("The lines mark the strong and the good target. Faster than the strong one earns nothing more.")
    st.html(
        f'<div class="tc tc-panel" data-testid="times"><div class="tc-times">{"".join(rows)}</div>'
        f'<p class="tc-quiet tc-small" style="margin:.7rem 0 0">{esc(note)}</p></div>'
    )


def _transcript(practice: Practice) -> None:
    attempt = practice.attempt
    count = len(attempt.transcript)
    label = ngettext("Whole conversation, {count} message", "Whole conversation, {count} messages", count)
    with st.expander(label.format(count=count), key="transcript"):
        names = {"customer": attempt.case.scenario.record.customer.name, "agent": _("You")}
        said = "".join(
            f'<div class="tc-says"><small>{esc(names[turn.role])} · {labels.duration(turn.at)}</small>'
            f"{bubble(turn.text, turn.role)}</div>"
            for turn in attempt.transcript
        )
        st.html(f'<div class="tc" data-testid="transcript">{said}</div>')
