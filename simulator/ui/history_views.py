"""The views of the history besides its list: trends, retries of a scenario, attempts compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from simulator import history
from simulator.conversation import HELP
from simulator.history import NO_VERDICT, AttemptSummary
from simulator.scoring import DIMENSIONS, Counts
from simulator.ui import labels, routes, services, session
from simulator.ui.markup import esc, plain, quiet, subsection
from simulator.ui.progress import (
    STEPS,
    Point,
    Step,
    are_alike,
    difference,
    periods,
    points,
    retries,
    scored_by,
    usual_step,
)
from simulator.ui.session import _
from simulator.ui.widgets.trend import trend

_MOST_POINTS = 24
"""Points of a trend that are shown; older ones are left out."""
_MOST_COMPARED = 3

Naming = Callable[[AttemptSummary], str]


def trends(attempts: Sequence[AttemptSummary]) -> None:
    """Trends of the scores over attempts that have a verdict."""
    if len(attempts) < 2:
        told = _("A trend needs two attempts that were played to the end. Stopped ones do not count.")
        _empty("trends", _("No trend yet"), told)
        return
    zone = labels.zone()
    step: Step = st.segmented_control(
        _("A point is"),
        STEPS,
        default=usual_step(attempts, zone),
        required=True,
        format_func=_step,
        key="trend-step",
        persist_state="session",
    )
    found = periods(attempts, step=step, zone=zone)[-_MOST_POINTS:]
    meaning = {
        "attempt": _("Each point is one attempt."),
        "day": _("Each point is the mean of a day; the number below it says of how many attempts."),
        "week": _("Each point is the mean of a week; the number below it says of how many attempts."),
    }[step]
    st.html(quiet(meaning + " " + _("Stopped attempts are left out.")))
    names = _names(attempts)
    trend("trend", names, found, counted=step != "attempt")
    values = {name: points(found, name) for name in names}
    changed = any(point.is_unlike for each in values.values() for point in each)
    if changed:
        told = _("A dashed line stands between values that are not averaged and cannot be compared.")
        st.html(quiet(f"{_unlike([one for each in found for one in each.attempts], names)} {told}"))
    with st.expander(_("The values as a table"), key="trend-table"):
        rows = [
            (labels.day(each.day), [_values_of(values[name], place) for name in names])
            for place, each in enumerate(found)
        ]
        caption = _("Mean, and in brackets the number of attempts behind it")
        if changed:
            caption += ". " + _("| stands before the first value of another scoring")
        st.html(table(caption, ["", *names.values()], rows))


def _step(step: Step) -> str:
    return {"attempt": _("an attempt"), "day": _("a day"), "week": _("a week")}[step]


def _values_of(found: Sequence[Point], place: int) -> str:
    """The points of a trend at one place, in a cell."""
    shown = [
        f"{'| ' if point.is_unlike else ''}{labels.points(point.value)} ({point.count})"
        for point in found
        if point.place == place
    ]
    return " ".join(shown) or "–"


def again(attempts: Sequence[AttemptSummary], titled: Callable[[str], str]) -> None:
    """Retries of the same scenario beside each other.

    Args:
        attempts: those that have a verdict.
        titled: the title of a scenario by its id.
    """
    found = retries(attempts)
    if not found:
        told = _("Play a scenario a second time: the two attempts then stand here side by side.")
        _empty("retries", _("No scenario was tried twice"), told)
        return
    for each in found:
        with st.container(border=True, key=f"retries-{each.scenario}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(subsection(titled(each.scenario)))
                tries = list({tried.id: tried for tried in (each.first, each.best, each.last)})
                st.button(
                    _("Compare them"), key=f"compare-{each.scenario}", on_click=_compare, args=(tries,), type="tertiary"
                )
                st.button(
                    _("Practise again"),
                    key=f"again-{each.scenario}",
                    type="tertiary",
                    on_click=routes.head_for,
                    args=("practise",),
                    kwargs={"scenario": each.scenario},
                )
            shown = (each.first, each.best, each.last)
            rows = [
                (title, [*(_points(tried.scores.get(name)) for tried in shown), _change(each.change(name))])
                for name, title in _names(shown).items()
            ]
            heads = [_("First"), _("Best so far"), _("Last")]
            dated = [
                f"{head}, {labels.short_day(tried.started_at.astimezone(labels.zone()).date())}"
                for head, tried in zip(heads, shown, strict=True)
            ]
            caption = _("{count} attempts; the best is the one with the best overall").format(count=each.attempts)
            st.html(table(caption, ["", *dated, _("Change")], rows))
            if each.is_mixed:
                st.html(quiet(_("These attempts differ in mode or language: the change is not only yours.")))
            if not all(are_alike(shown, name) for name in _names(shown)):
                told = _(
                    "There is no change to tell there, and the best is one of those that were judged like the last."
                )
                st.html(quiet(f"{_unlike(shown, _names(shown))} {told}"))


def _compare(ids: list[str]) -> None:
    st.session_state["compared"] = ids
    st.session_state["history-view"] = "compare"


def compare(attempts: Sequence[AttemptSummary], named: Naming) -> None:
    """Two or three attempts side by side.

    Args:
        attempts: those that have ended.
        named: an attempt in a few words.
    """
    if len(attempts) < 2:
        _empty("compare", _("Nothing to compare yet"), _("It takes two attempts that have ended."))
        return
    by_id = {each.id: each for each in attempts}
    if "compared" in st.session_state:
        st.session_state["compared"] = [id for id in st.session_state["compared"] if id in by_id]
    ids = st.multiselect(
        _("Attempts to compare, two or three"),
        list(by_id),
        format_func=lambda id: named(by_id[id]),
        max_selections=_MOST_COMPARED,
        placeholder=_("Choose"),
        key="compared",
        persist_state="session",
    )
    if len(ids) < 2:
        st.html(quiet(_("Choose at least two.")))
        return
    chosen = [by_id[id] for id in ids]
    rows = [
        *_told(chosen),
        *((title, _best_marked(chosen, name)) for name, title in _names(chosen).items()),
        *_who_counted(chosen),
        *_counted(chosen),
    ]
    heads = ["", *(named(each) for each in chosen)]
    st.html(table(_("Attempts side by side"), heads, rows, titled=True))
    if any("▲" in cell for _name, cells in rows for cell in cells):
        st.html(quiet(_("▲ marks the highest value. Stopped attempts are left out of it.")))
    if not all(are_alike(chosen, name) for name in _names(chosen)):
        told = _("No value is marked there.")
        st.html(quiet(f"{_unlike(chosen, _names(chosen))} {told}"))
    with st.container(horizontal=True):
        for each in chosen:
            label, query = _("Debrief: {attempt}").format(attempt=plain(named(each))), {"attempt": each.id}
            st.button(label, key=f"compared-{each.id}", on_click=routes.head_for, args=("debrief",), kwargs=query)


def _who_counted(chosen: Sequence[AttemptSummary]) -> Iterable[tuple[str, list[str]]]:
    """Which opinion has a say in scores where that differs."""
    for name in DIMENSIONS:
        scored = [scored_by(each, name) for each in chosen if each.scores.get(name) is not None]
        if len(set(scored)) > 1:
            title = _("{name}, scored by").format(name=labels.dimension(name))
            yield title, ["–" if each.scores.get(name) is None else _policy(scored_by(each, name)) for each in chosen]


def _policy(name: Counts) -> str:
    return {
        "rules": _("the rules alone"),
        "judge": _("a language model, unless far from the rules"),
        "mean": _("the mean of both, unless far apart"),
    }[name]


def _unlike(attempts: Sequence[AttemptSummary], names: Iterable[str]) -> str:
    """Why some values of attempts cannot be compared, and what can be done about it."""
    match difference(attempts, names):
        case "silent":
            return _(
                "In some of these attempts a language model had a say in a score, in others it gave no verdict and the "
                "rules alone counted."
            )
        case "models":
            return _("Different language models had a say in scores of these attempts.")
        case _:
            return _("Some scores of these attempts were judged by different rules.") + " " + labels.rescoring()


def _told(chosen: Sequence[AttemptSummary]) -> Iterable[tuple[str, list[str]]]:
    yield _("How it ended"), [labels.outcome(each.outcome) for each in chosen]
    yield _("Verdict"), [verdict(each) for each in chosen]
    yield _("Mode"), [labels.mode(each.mode) for each in chosen]
    yield _("Language"), [labels.spoken(each.language) for each in chosen]


def _counted(chosen: Sequence[AttemptSummary]) -> Iterable[tuple[str, list[str]]]:
    store = services.store(session.settings().history)
    turns = [history.load_log(store, attempt_id=each.id).turns for each in chosen]
    yield _("Replies"), [str(sum(turn.role == "agent" for turn in said)) for said in turns]
    yield _("Duration"), [labels.duration(said[-1].at) if said else "–" for said in turns]
    for kind in HELP:
        if any(each.help[kind] for each in chosen):
            yield labels.help(kind), [str(each.help[kind]) for each in chosen]
    if not any(sum(each.help.values()) for each in chosen):
        yield _("Help used"), [_("none") for _each in chosen]


def verdict(attempt: AttemptSummary) -> str:
    """Whether it was passed, in a word; a dash where there is nothing to pass."""
    return "–" if attempt.passed is None else _("Passed") if attempt.passed else _("Not passed")


def table(
    caption: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], *, titled: bool = False
) -> str:
    """A table as HTML that a narrow screen scrolls sideways; the first column names the rows. Cells are plain text.

    Args:
        caption: what it shows.
        heads: of all columns.
        rows: name and cells.
        titled: whether a title above says what it shows: the caption is for screen readers only then.
    """
    hidden = ' class="tc-unseen"' if titled else ""
    head = "".join(f'<th scope="col">{esc(each)}</th>' for each in heads)
    body = "".join(
        f'<tr><th scope="row">{esc(name)}</th>{"".join(f"<td>{esc(cell)}</td>" for cell in cells)}</tr>'
        for name, cells in rows
    )
    return (
        f'<div class="tc tc-scroll" tabindex="0" role="region" aria-label="{esc(caption)}"><table class="tc-sheet">'
        f"<caption{hidden}>{esc(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _names(attempts: Sequence[AttemptSummary]) -> Mapping[str, str]:
    """The scores that any of the attempts has, by name, with their titles."""
    known = {name for each in attempts for name in each.scores}
    return {"overall": _("Overall")} | {name: labels.dimension(name) for name in DIMENSIONS if name in known}


def _points(value: float | None) -> str:
    return "–" if value is None else labels.points(value)


def _best_marked(chosen: Sequence[AttemptSummary], name: str) -> list[str]:
    """The points of a score; the highest is marked where one attempt alone has it, and all were judged alike.

    What was stopped is out of it.
    """
    shown = [_points(each.scores.get(name)) for each in chosen]
    rated = [int(each) for each, of in zip(shown, chosen, strict=True) if each != "–" and of.outcome not in NO_VERDICT]
    like = are_alike((each for each in chosen if each.outcome not in NO_VERDICT), name)
    best = str(max(rated)) if like and len(rated) > 1 and rated.count(max(rated)) == 1 else None
    marked = [each == best and of.outcome not in NO_VERDICT for each, of in zip(shown, chosen, strict=True)]
    return [f"{each} ▲" if mark else each for each, mark in zip(shown, marked, strict=True)]


def _change(change: int | None) -> str:
    if change is None:
        return "–"
    return "±0" if change == 0 else f"{change:+d}".replace("-", "−")


def _empty(name: str, title: str, told: str) -> None:
    with st.container(border=True, key=f"{name}-empty"):
        st.html(subsection(title))
        st.html(quiet(told))
        label = _("Choose a scenario")
        st.button(label, type="primary", key=f"{name}-choose", on_click=routes.head_for, args=("practise",))
