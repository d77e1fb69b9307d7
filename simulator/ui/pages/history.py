"""History: one's own attempts, newest first; their trends, retries and comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar, cast, get_args

import streamlit as st

from simulator import history
from simulator.conversation import Language, Mode, Outcome
from simulator.history import NO_VERDICT, AttemptSummary, ShiftRecord
from simulator.scenarios.library import Library
from simulator.ui import history_views, judge_panel, labels, routes, services, session
from simulator.ui.labels import in_interface
from simulator.ui.markup import chips, esc, heading, quiet, subsection
from simulator.ui.progress import are_alike
from simulator.ui.session import _, ngettext

View = Literal["attempts", "trends", "retries", "compare"]
Verdict = Literal["passed", "not_passed"]
Option = TypeVar("Option", str, int, Language, Mode, Verdict)

_PAGE = 25
_MOST = 500
"""The newest attempts that are read; older ones are not shown."""
_FILTERS = ("scenario", "language", "mode", "ending", "verdict", "days")
_RUNNING = "running"
"""What the filter by outcome calls an attempt that has none yet."""


def show() -> None:
    """The page."""
    st.html(heading(_("History")))
    if not session.trainee():
        st.info(_("Say your name on the page “Practise” first: attempts are kept under it."))
        routes.link("practise", _("Practise"))
        return
    library = services.library(session.settings().library)
    store = services.store(session.settings().history)
    attempts = history.list_attempts(store, trainee=session.trainee(), limit=_MOST)
    if not attempts:
        with st.container(border=True, key="history-empty"):
            st.html(subsection(_("No attempts yet")))
            st.html(quiet(_("Every conversation that you begin is kept here with its debrief.")))
            st.button(_("Choose a scenario"), type="primary", on_click=routes.head_for, args=("practise",))
        return
    asked = st.query_params.get("view")
    st.session_state.setdefault("history-view", asked if asked in get_args(View) else "attempts")
    view = st.segmented_control(
        _("View"),
        get_args(View),
        required=True,
        format_func=_view,
        key="history-view",
        label_visibility="collapsed",
        persist_state="session",
    )
    if view is not None and view != (asked or "attempts"):
        st.query_params["view"] = view
    found = _filtered(attempts, library)
    judged = [each for each in found if each.ended_at is not None and each.outcome not in NO_VERDICT]
    if not found:
        with st.container(border=True, key="history-none"):
            st.html(quiet(_("No attempt fits all of these filters.")))
            st.button(_("Take the filters away"), on_click=_clear, key="history-clear")
    elif view == "trends":
        history_views.trends(judged)
        judge_panel.agreement(store, trainee=session.trainee())
    elif view == "retries":
        history_views.again(judged, lambda id: _scenario(library, id))
    elif view == "compare":
        ended = [each for each in found if each.ended_at is not None]
        began = _began(ended)
        history_views.compare(ended, lambda each: f"{began[each.id]}: {_scenario(library, each.scenario)}")
    else:
        shifts = history.list_shifts(store, trainee=session.trainee(), limit=_MOST)
        _list(found, {shift.id: shift for shift in shifts}, library)
        if len(attempts) == _MOST:
            st.html(quiet(_("Only your newest {count} attempts are shown.").format(count=_MOST)))


def _view(view: View) -> str:
    return {
        "attempts": _("Attempts"),
        "trends": _("Trends"),
        "retries": _("Retries"),
        "compare": _("Compare"),
    }[view]


def _filtered(attempts: Sequence[AttemptSummary], library: Library) -> list[AttemptSummary]:
    """The filters, and the attempts that pass them."""
    with st.container(horizontal=True, key="filters"):
        scenario = _filter(
            "scenario", _("Scenario"), {each.scenario for each in attempts}, lambda id: _scenario(library, id)
        )
        language = _filter("language", _("Language"), {each.language for each in attempts}, labels.spoken)
        mode = _filter("mode", _("Mode"), {each.mode for each in attempts}, labels.mode)
        ending = _filter("ending", _("How it ended"), {each.outcome or _RUNNING for each in attempts}, _ending_label)
        verdicts = {verdict for each in attempts if (verdict := _verdict(each)) is not None}
        verdict = _filter("verdict", _("Verdict"), verdicts, _verdict_label)
        days = _filter("days", _("Time"), (7, 30, 90), _days_label)
    since = None if days is None else datetime.now(UTC) - timedelta(days=days)
    return [
        each
        for each in attempts
        if scenario in (None, each.scenario)
        and language in (None, each.language)
        and mode in (None, each.mode)
        and ending in (None, each.outcome or _RUNNING)
        and verdict in (None, _verdict(each))
        and (since is None or each.started_at >= since)
    ]


def _filter(name: str, label: str, options: Iterable[Option], shown: Callable[[Option], str]) -> Option | None:
    return st.selectbox(
        label,
        sorted(options),
        index=None,
        format_func=shown,
        placeholder=_("All"),
        key=f"history-{name}",
        persist_state="session",
        width=240 if name == "scenario" else 150,
    )


def _clear() -> None:
    for name in _FILTERS:
        st.session_state[f"history-{name}"] = None


def _ending_label(ending: str) -> str:
    return labels.outcome(None if ending == _RUNNING else cast(Outcome, ending))


def _verdict(each: AttemptSummary) -> Verdict | None:
    if each.ended_at is None or each.passed is None:
        return None
    return "passed" if each.passed else "not_passed"


def _verdict_label(verdict: Verdict) -> str:
    return {"passed": _("Passed"), "not_passed": _("Not passed")}[verdict]


def _days_label(days: int) -> str:
    return _("Last {count} days").format(count=days)


def _list(found: Sequence[AttemptSummary], shifts: dict[str, ShiftRecord], library: Library) -> None:
    """The attempts, those of a shift together."""
    limit = st.session_state.get("history-limit", _PAGE)
    began = _began(found)
    groups: dict[str, list[AttemptSummary]] = {}
    for each in found:
        groups.setdefault(each.shift_id if each.shift_id in shifts else each.id, []).append(each)
    for id, group in list(groups.items())[:limit]:
        if id in shifts:
            _shift(shifts[id], group, library)
        else:
            _row(group[0], library, began[id])
    if len(groups) > limit:
        st.button(_("Show older ones"), key="history-older", on_click=_show_older, args=(limit + _PAGE,))


def _show_older(limit: int) -> None:
    st.session_state["history-limit"] = limit


def _shift(shift: ShiftRecord, shown: Sequence[AttemptSummary], library: Library) -> None:
    ended = shift.ended_at is not None
    count = len(shift.attempts)
    title = ngettext("Shift of {count} chat", "Shift of {count} chats", count).format(count=count)
    judged = [each for each in shift.attempts if each.passed is not None]
    values = [each.overall for each in judged if each.overall is not None]
    tags = [] if ended else [(_("Running"), "strong")]
    if ended and values and are_alike(judged, "overall"):
        tags.append((_("Mean {value}").format(value=labels.points(sum(values) / len(values))), ""))
    if shift.mode == "exam":
        tags.append((_("Exam"), ""))
    with st.container(border=True, key=f"shift-{shift.id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(_row_html(title, labels.moment(shift.started_at), tags))
            label, query = _("See the shift") if ended else _("Continue"), {"shift": shift.id}
            st.button(label, key=f"open-shift-{shift.id}", on_click=routes.head_for, args=("shift",), kwargs=query)
        for each in sorted(shown, key=lambda each: each.shift_place or 0):
            _row(each, library, None, shift)


def _row(each: AttemptSummary, library: Library, began: str | None, shift: ShiftRecord | None = None) -> None:
    ended = each.ended_at is not None
    about = [_persona(library, each.persona), labels.spoken(each.language)]
    if began is not None:
        about.append(began)
    with st.container(border=shift is None, horizontal=True, vertical_alignment="center", key=f"attempt-{each.id}"):
        st.html(
            _row_html(_scenario(library, each.scenario), " · ".join(about), _tags(each, in_shift=shift is not None))
        )
        if ended or shift is None or shift.ended_at is not None:
            st.button(
                _("Debrief") if ended else _("Continue"),
                key=f"open-{each.id}",
                on_click=routes.head_for,
                args=("debrief" if ended else "conversation",),
                kwargs={"attempt": each.id},
            )


def _tags(each: AttemptSummary, *, in_shift: bool) -> list[tuple[str, str]]:
    tags = [(labels.outcome(each.outcome), "" if each.ended_at else "strong")]
    if each.passed is not None:
        tags.append((_("Passed"), "good") if each.passed else (_("Not passed"), "poor"))
        if each.overall is not None:
            tags.append((_("Overall {value}").format(value=labels.points(each.overall)), ""))
    if each.mode == "exam" and not in_shift:
        tags.append((labels.mode(each.mode), ""))
    if each.branches > 1:
        tags.append((ngettext("{count} branch", "{count} branches", each.branches).format(count=each.branches), ""))
    helped = sum(each.help.values())
    if helped:
        tags.append((_("Help used: {count}").format(count=helped), ""))
    return tags


def _row_html(title: str, about: str, tags: Sequence[tuple[str, str]]) -> str:
    return (
        f'<div class="tc"><b>{esc(title)}</b>'
        f'<div class="tc-quiet tc-small" style="margin:.1rem 0 .4rem">{esc(about)}</div>{chips(tags)}</div>'
    )


def _began(attempts: Sequence[AttemptSummary]) -> dict[str, str]:
    """When each of the attempts began; to the second where another one of its scenario began in the same minute."""

    def minute(each: AttemptSummary) -> tuple[str, datetime]:
        return each.scenario, each.started_at.replace(second=0, microsecond=0)

    counted = Counter(map(minute, attempts))
    return {each.id: labels.moment(each.started_at, exact=counted[minute(each)] > 1) for each in attempts}


def _scenario(library: Library, id: str) -> str:
    return in_interface(library.scenarios[id].title) if id in library.scenarios else id


def _persona(library: Library, id: str) -> str:
    return in_interface(library.personas[id].name) if id in library.personas else id
