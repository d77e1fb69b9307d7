"""Practise: choosing a scenario, its briefing, and the start."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import TypeVar

import streamlit as st
from pydantic import ValidationError

from simulator import history, practice
from simulator.conversation import Language
from simulator.history import AttemptSummary, Store, UnknownSnapshot
from simulator.scenarios.formats import Scenario
from simulator.scenarios.library import Library
from simulator.scenarios.problems import Problem
from simulator.shift import open_shift
from simulator.ui import buttons, labels, routes, services, session, several
from simulator.ui.labels import in_interface
from simulator.ui.markup import chips, esc, heading, plain, quiet, subsection
from simulator.ui.options import start_options
from simulator.ui.session import _, ngettext

Option = TypeVar("Option", str, int, Language)
_UNFINISHED = 3
"""How many unfinished attempts are offered."""


def show() -> None:
    """The page."""
    if not session.trainee():
        _ask_name()
        return
    library = services.library(session.settings().library)
    if "several" in st.query_params:
        several.show(library)
        return
    chosen = st.query_params.get("scenario", "")
    if chosen in library.scenarios:
        _briefing(library, chosen)
        return
    lead = _("Choose a customer. They react to what you really write; afterwards you see, reply by reply, what it did.")
    st.html(heading(_("Practise"), lead))
    if chosen:
        st.warning(_("There is no scenario “{name}” here any more. Choose another one.").format(name=plain(chosen)))
    _offer_unfinished()
    _offer_several()
    _choose(library)
    _list_problems(library)


def _ask_name() -> None:
    lead = _("Practise with difficult customers. Nobody is harmed, and every reply is looked at.")
    st.html(heading(_("Welcome to Tough Customer"), lead))
    with st.form("who", width=420):
        name = st.text_input(_("Your name"), max_chars=session.MAX_NAME)
        st.html(quiet(_("Your attempts are kept under it.")))
        if st.form_submit_button(_("Begin"), type="primary"):
            session.set_trainee(name)
            if session.trainee():
                st.rerun()
            st.error(_("Please write a name."))


def _offer_unfinished() -> None:
    store = services.store(session.settings().history)
    found = history.list_attempts(store, trainee=session.trainee(), limit=20)
    running = [each for each in found if each.ended_at is None]
    offered: set[str] = set()
    for each in running:
        id = each.shift_id or each.id
        if len(offered) < _UNFINISHED and id not in offered:
            offered |= {id} if _offer(store, each) else set()


def _offer(store: Store, found: AttemptSummary) -> bool:
    """Offers to go on with an attempt, or with its shift. False if it is over, or cannot be gone on with."""
    try:
        shift = None if found.shift_id is None else open_shift(store, found.shift_id, resume=session.resume)
        if shift is not None and shift.ended_at is None:
            count = len(shift.chats)
            title = ngettext("Shift of {count} chat", "Shift of {count} chats", count).format(count=count)
        else:
            attempt = session.resume(store, found.id).attempt
            attempt.catch_up()
            if attempt.outcome is not None:
                return False
            shift, title = None, in_interface(attempt.case.scenario.title)
    except (UnknownSnapshot, ValidationError):  # kept by another version of the program
        return False
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"unfinished-{found.id}"):
        when = esc(_("Begun {when}, not finished").format(when=labels.moment(found.started_at)))
        st.html(f'<div class="tc"><b>{esc(title)}</b><br><span class="tc-quiet tc-small">{when}</span></div>')
        page, query = ("conversation", {"attempt": found.id}) if shift is None else ("shift", {"shift": shift.id})
        st.button(_("Continue"), key=f"continue-{found.id}", on_click=routes.head_for, args=(page,), kwargs=query)
    return True


def _offer_several() -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="several-offer"):
        told = _("Sure of single chats? Take a shift: two to four customers who write at once.")
        st.html(quiet(told))
        label, query = _("Several chats at once"), {"several": "1"}
        st.button(label, icon=":material/forum:", key="several", on_click=_turn_to, kwargs=query)


def _turn_to(**query: str) -> None:
    """Shows another side of this page: the one that the query names."""
    st.query_params.update(query)


def _choose(library: Library) -> None:
    if not library.scenarios:
        st.info(_("The library has no scenario that can be used. The list below says why."))
        return
    found = _filtered(library)
    if not found:
        st.info(_("No scenario fits all of these. Take a filter away."))
        return
    count = ngettext("{count} scenario", "{count} scenarios", len(found)).format(count=len(found))
    st.html(f'<p class="tc tc-quiet tc-small" role="status">{esc(count)}</p>')
    for place in range(0, len(found), 3):
        for column, id in zip(st.columns(3), found[place : place + 3], strict=False):
            with column:
                _card(id, library.scenarios[id])


def _filtered(library: Library) -> list[str]:
    """The filters, and the ids of the scenarios that pass them."""
    scenarios = library.scenarios
    trains = st.segmented_control(
        _("What it trains"),
        sorted({each.trains for each in scenarios.values()}),
        format_func=labels.trains,
        key="filter-trains",
        persist_state="session",
    )
    with st.container(horizontal=True, key="filters"):
        field = _filter("field", _("Field"), {each.field for each in scenarios.values()}, labels.field)
        product = _filter("product", _("Product"), {each.product for each in scenarios.values()}, labels.product)
        difficulty = _filter(
            "difficulty", _("Difficulty"), {each.difficulty for each in scenarios.values()}, labels.difficulty
        )
        codes = {code for each in scenarios.values() for code in each.languages}
        spoken = _filter("language", _("Language"), codes, labels.spoken)
        persona = _filter(
            "persona", _("Customer"), set(library.personas), lambda id: in_interface(library.personas[id].name)
        )

    def fits(id: str, each: Scenario) -> bool:
        playable = persona is None or any(persona in library.personas_for(id, code) for code in each.languages)
        wanted = ((trains, each.trains), (field, each.field), (product, each.product), (difficulty, each.difficulty))
        return (
            all(choice is None or choice == value for choice, value in wanted)
            and (spoken is None or spoken in each.languages)
            and playable
        )

    found = [id for id, each in scenarios.items() if fits(id, each)]
    return sorted(found, key=lambda id: (scenarios[id].trains, scenarios[id].difficulty, id))


def _filter(name: str, label: str, options: Iterable[Option], shown: Callable[[Option], str]) -> Option | None:
    return st.selectbox(
        label,
        sorted(options),
        index=None,
        format_func=shown,
        placeholder=_("All"),
        key=f"filter-{name}",
        persist_state="session",
        width=180,
    )


def _card(id: str, scenario: Scenario) -> None:
    with st.container(border=True, height="stretch", key=f"scenario-card-{id}", gap="xsmall"):
        st.html(chips([(labels.trains(scenario.trains), "strong"), (labels.field(scenario.field), "")]))
        title = plain(in_interface(scenario.title))
        st.button(title, key=f"open-{id}", type="tertiary", on_click=_turn_to, kwargs={"scenario": id})
        facts = [labels.product(scenario.product), " ".join(code.upper() for code in scenario.languages)]
        st.html(
            f'<div class="tc"><p class="tc-blurb">{esc(in_interface(scenario.briefing))}</p>'
            f'<p class="tc-quiet tc-small" style="margin:.6rem 0 0">{_dots(scenario.difficulty)}'
            f" · {' · '.join(esc(fact) for fact in facts)}</p></div>"
        )


def _dots(level: int) -> str:
    dots = "".join(f"<i{' data-on' if place <= level else ''}></i>" for place in (1, 2, 3))
    return f'<span class="tc-dots" aria-hidden="true">{dots}</span> {esc(labels.difficulty(level))}'


def _briefing(library: Library, id: str) -> None:
    scenario = library.scenarios[id]
    buttons.back(_("All scenarios"), without="scenario")
    tags = [
        (labels.trains(scenario.trains), "strong"),
        (labels.field(scenario.field), ""),
        (labels.product(scenario.product), ""),
        (labels.channel(scenario.channel), ""),
        (labels.difficulty(scenario.difficulty), ""),
    ]
    st.html(
        f'<div class="tc" data-testid="briefing"><h1 class="tc-title">{esc(in_interface(scenario.title))}</h1>'
        f"{chips(tags)}</div>"
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        situation = subsection(_("The situation"))
        briefing = esc(in_interface(scenario.briefing))
        st.html(f'<div class="tc tc-panel">{situation}<p class="tc-pre">{briefing}</p></div>')
    with right, st.container(border=True):
        _start(library, id, scenario)


def _start(library: Library, id: str, scenario: Scenario) -> None:
    own = session.language() if session.language() in scenario.languages else scenario.languages[0]
    language: Language = st.segmented_control(
        _("The customer writes in"),
        scenario.languages,
        default=own,
        required=True,
        format_func=labels.spoken,
        key=f"language-{id}",
    )
    suggested = scenario.personas
    if language in scenario.unreviewed:
        st.html(quiet(_("Nobody has reviewed this case in this language yet: a language model wrote it.")))
    persona = st.selectbox(
        _("Who plays the customer"),
        library.personas_for(id, language),
        format_func=lambda name: (_("{name} (suggested)") if name in suggested else "{name}").format(
            name=in_interface(library.personas[name].name)
        ),
        key=f"persona-{id}-{language}",
    )
    st.html(quiet(in_interface(library.personas[persona].about)))
    mode, low_pressure = start_options()
    if buttons.start(_("Start"), key="start"):
        case = library.cast(id, persona=persona, language=language, seed=random.randrange(2**31))
        store = services.store(session.settings().history)
        customer = session.customer()
        begun = practice.begin(
            store,
            case,
            trainee=session.trainee(),
            mode=mode,
            low_pressure=low_pressure,
            customer=customer,
            answered=not customer.takes_time,
        )
        session.keep_practice(begun)
        routes.go("conversation", attempt=begun.id)


def _list_problems(library: Library) -> None:
    if not library.problems:
        return
    files = len({problem.path for problem in library.problems})
    label = ngettext(
        "{count} file of the library cannot be used", "{count} files of the library cannot be used", files
    ).format(count=files)
    with st.expander(label, key="problems"):
        st.html(quiet(_("The others work.")))
        st.html(f'<ul class="tc tc-small tc-list">{"".join(_problem(each, library) for each in library.problems)}</ul>')


def _problem(problem: Problem, library: Library) -> str:
    place = str(problem).removesuffix(problem.message).removeprefix(f"{library.root}/").rstrip(": ")
    return f"<li><b>{esc(place)}</b><br>{esc(problem.message)}</li>"
