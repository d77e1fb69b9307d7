"""History: one's own attempts, newest first."""

from __future__ import annotations

import streamlit as st

from simulator import history
from simulator.history import AttemptSummary
from simulator.scenarios.library import Library
from simulator.ui import labels, routes, services, session
from simulator.ui.labels import in_interface
from simulator.ui.markup import chips, esc, heading, quiet, subsection
from simulator.ui.session import _

_PAGE = 25


def show() -> None:
    """The page."""
    st.html(heading(_("History")))
    if not session.trainee():
        st.info(_("Say your name on the page “Practise” first: attempts are kept under it."))
        routes.link("practise", _("Practise"))
        return
    library = services.library(session.settings().library)
    limit = st.session_state.get("history-limit", _PAGE)
    store = services.store(session.settings().history)
    attempts = history.list_attempts(store, trainee=session.trainee(), limit=limit + 1)
    if not attempts:
        with st.container(border=True, key="history-empty"):
            st.html(subsection(_("No attempts yet")))
            st.html(quiet(_("Every conversation that you begin is kept here with its debrief.")))
            if st.button(_("Choose a scenario"), type="primary"):
                routes.go("practise")
        return
    names = {each.scenario: _scenario(library, each.scenario) for each in attempts}
    wanted = st.selectbox(
        _("Scenario"),
        sorted(names, key=names.__getitem__),
        index=None,
        format_func=names.__getitem__,
        placeholder=_("All"),
        key="history-scenario",
        width=360,
    )
    for each in attempts[:limit]:
        if wanted is None or each.scenario == wanted:
            _row(each, library)
    if len(attempts) > limit and st.button(_("Show older ones")):
        st.session_state["history-limit"] = limit + _PAGE
        st.rerun()


def _row(each: AttemptSummary, library: Library) -> None:
    ended = each.ended_at is not None
    tags = [(labels.outcome(each.outcome), "" if ended else "strong")]
    if ended:
        tags.append((_("Passed"), "good") if each.passed else (_("Not passed"), "poor"))
    if each.overall is not None:
        tags.append((_("Overall {value}").format(value=labels.points(each.overall)), ""))
    told = [_persona(library, each.persona), labels.spoken(each.language), labels.moment(each.started_at)]
    about = " · ".join(told)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"attempt-{each.id}"):
        st.html(
            f'<div class="tc"><b>{esc(_scenario(library, each.scenario))}</b>'
            f'<div class="tc-quiet tc-small" style="margin:.1rem 0 .4rem">{esc(about)}</div>{chips(tags)}</div>'
        )
        if st.button(_("Debrief") if ended else _("Continue"), key=f"open-{each.id}"):
            routes.go("debrief" if ended else "conversation", attempt=each.id)


def _scenario(library: Library, id: str) -> str:
    return in_interface(library.scenarios[id].title) if id in library.scenarios else id


def _persona(library: Library, id: str) -> str:
    return in_interface(library.personas[id].name) if id in library.personas else id
