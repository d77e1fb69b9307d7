"""The start of a shift: how many chats, which, and in which languages."""

from __future__ import annotations

import random
from typing import Literal, get_args

import streamlit as st

from simulator.case import Case
from simulator.conversation import LANGUAGES, Language
from simulator.scenarios.library import Library
from simulator.shift import SIZES, begin_shift, pick_cases
from simulator.ui import buttons, labels, routes, services, session
from simulator.ui.labels import in_interface
from simulator.ui.markup import heading, quiet
from simulator.ui.options import start_options
from simulator.ui.session import _

Choice = Literal["mix", "own"]


def show(library: Library) -> None:
    """Shows what is to be chosen, and begins the shift."""
    buttons.back(_("All scenarios"), without="several")
    lead = _(
        "Your customers write one after the other and then wait at the same time, each with a clock, a mood and a "
        "ticket of its own. Afterwards you see what it cost that they ran at once."
    )
    st.html(heading(_("Several chats at once"), lead))
    left, right = st.columns([3, 2], gap="large")
    with left:
        cases = _cases(library)
    with right, st.container(border=True):
        mode, low_pressure = start_options(shift=True)
        if buttons.start(_("Start the shift"), key="start-shift", disabled=not cases):
            store = services.store(session.settings().history)
            id = begin_shift(
                store,
                cases,
                trainee=session.trainee(),
                mode=mode,
                low_pressure=low_pressure,
                answered=not session.customer().takes_time,
            )
            st.session_state.pop("shift-seed", None)
            routes.go("shift", shift=id)


def _cases(library: Library) -> list[Case]:
    """What the trainee chooses; empty while something is missing."""
    count: int = st.segmented_control(
        _("How many"), SIZES, default=SIZES[0], required=True, key="shift-size", persist_state="session"
    )
    spoken = [
        code
        for code in LANGUAGES
        if any(code in each.languages and each.channel == "chat" for each in library.scenarios.values())
    ]
    own = session.language() if session.language() in spoken else spoken[0] if spoken else None
    languages: list[Language] = st.pills(
        _("The customers write in"),
        spoken,
        selection_mode="multi",
        default=own,
        format_func=labels.spoken,
        key="shift-languages",
        persist_state="session",
    )
    choice: Choice = st.segmented_control(
        _("Which"),
        get_args(Choice),
        default="mix",
        required=True,
        format_func=lambda choice: {"mix": _("A mix by the program"), "own": _("My own choice")}[choice],
        key="shift-choice",
        persist_state="session",
    )
    if not languages:
        st.info(_("Choose at least one language."))
        return []
    seed: int = st.session_state.setdefault("shift-seed", random.randrange(2**31))
    picked = pick_cases(library, count=count, languages=languages, seed=seed)
    if len(picked) < count:
        st.info(_("No scenario of a chat is written in these languages."))
        return []
    if choice == "own":
        return [_own(library, place, case, languages) for place, case in enumerate(picked)]
    st.html(quiet(_("Who writes, you will see when they write.")))
    return picked


def _own(library: Library, place: int, suggested: Case, languages: list[Language]) -> Case:
    """The chat at a place: scenario and language as chosen, played by the first suggested persona."""
    options = [
        (id, code)
        for id, scenario in library.scenarios.items()
        for code in languages
        if scenario.channel == "chat" and code in scenario.languages and library.personas_for(id, code)
    ]
    id, language = st.selectbox(
        _("Chat {number}").format(number=place + 1),
        options,
        index=options.index((suggested.scenario_id, suggested.language)),
        format_func=lambda each: f"{in_interface(library.scenarios[each[0]].title)} · {labels.spoken(each[1])}",
        key=f"shift-chat-{place}-{'-'.join(languages)}",
    )
    return library.cast(id, language=language, seed=suggested.seed)
