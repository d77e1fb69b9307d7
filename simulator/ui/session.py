"""What a browser session knows: who practises, the interface's language, the attempts at hand. Typed, and in the URL
where it has to survive a refresh."""

from __future__ import annotations

from typing import cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from simulator import practice
from simulator.customers import Customer, choose_customer
from simulator.history import Store
from simulator.practice import Practice
from simulator.scoring import ReaderLanguage
from simulator.settings import Settings
from simulator.ui import services
from simulator.ui.answering import Writing
from simulator.ui.translations import LANGUAGES, catalogue

MAX_NAME = 60
_KEPT = 8
"""Attempts that a session keeps open: a shift and its branches."""


def settings() -> Settings:
    """The settings, read once a session."""
    if "settings" not in st.session_state:
        st.session_state["settings"] = Settings()
    return cast(Settings, st.session_state["settings"])


def language() -> ReaderLanguage:
    """The language of the interface: as chosen, else as in the URL, else the browser's."""
    if "language" not in st.session_state:
        asked = st.query_params.get("lang", "")
        local = (st.context.locale or "")[:2].lower()
        st.session_state["language"] = next((code for code in (asked, local) if code in LANGUAGES), "en")
    return cast(ReaderLanguage, st.session_state["language"])


def trainee() -> str:
    """Who practises; empty until a name was given."""
    if "trainee" not in st.session_state:
        st.session_state["trainee"] = _clean(st.query_params.get("name") or settings().trainee)
    return cast(str, st.session_state["trainee"])


def set_trainee(name: str) -> None:
    """Keeps a name."""
    st.session_state["trainee"] = _clean(name)


def keep_in_url() -> None:
    """Writes the name and the language into the URL: a refresh or a bookmark brings them back."""
    for key, value in (("name", trainee()), ("lang", language())):
        if value and st.query_params.get(key) != value:
            st.query_params[key] = value


def customer() -> Customer:
    """Who gives customers their words. What takes time is said in the background: see `simulator.ui.answering`."""
    return choose_customer(settings().voice)


def answer(practice: Practice) -> Writing:
    """The message that an attempt's customer writes, for as long as this session's browser is there."""
    return services.answering(settings()).answer(practice.id, wanted_by=_id())


def is_drawn_alone() -> bool:
    """Whether a fragment is drawn now, and not a whole page."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def is_called() -> bool:
    """Whether the browser has asked for something that is only done once the present run is over."""
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        return False
    # Streamlit has no public way to tell: it breaks a run off for a whole page, but not for another fragment.
    return context.script_requests._state is not ScriptRequestType.CONTINUE


def _id() -> str:
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def practice_at(attempt_id: str) -> Practice:
    """The attempt of an id: the session's own, else taken up from the history.

    Raises:
        UnknownAttempt: there is none of this id.
        StoreUnavailable: the history cannot be read.
    """
    kept = _practices()
    if attempt_id not in kept:
        keep_practice(resume(services.store(settings().history), attempt_id))
    else:
        kept[attempt_id] = kept.pop(attempt_id)
    return kept[attempt_id]


def resume(store: Store, attempt_id: str) -> Practice:
    """An attempt from the history, as it was left: what is unanswered is for `Attempt.catch_up` or `answer`.

    Raises:
        UnknownAttempt: there is none of this id.
    """
    return practice.resume(store, attempt_id, customer=customer(), answered=False)


def keep_practice(begun: Practice) -> None:
    """Keeps an attempt that was just begun; the one that was not used for longest makes room."""
    kept = _practices()
    kept[begun.id] = begun
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]


def _practices() -> dict[str, Practice]:
    """The attempts at hand, the one used last at the end."""
    return cast("dict[str, Practice]", st.session_state.setdefault("practices", {}))


def _(message: str) -> str:
    """A text in the language of the interface."""
    return catalogue(language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """A text that goes with a number, in the language of the interface."""
    return catalogue(language()).ngettext(one, many, count)


def _clean(name: str) -> str:
    return " ".join("".join(letter for letter in name if letter.isprintable()).split())[:MAX_NAME]
