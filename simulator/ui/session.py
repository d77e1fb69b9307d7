"""What a browser session knows: who practises, the interface's language, the attempts at hand. Typed, and in the URL
where it has to survive a refresh."""

from __future__ import annotations

from typing import cast

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from simulator import practice
from simulator.customers import Customer, choose_customer
from simulator.practice import Practice
from simulator.scoring import ReaderLanguage
from simulator.settings import Settings
from simulator.ui import services
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
    """Who gives customers their words in this session. Once the browser has gone, nobody waits for a message."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return choose_customer(settings().voice)
    sessions, id = runtime.get_instance(), context.session_id
    return choose_customer(settings().voice, is_wanted=lambda: sessions.is_active_session(id))


def practice_at(attempt_id: str) -> Practice:
    """The attempt of an id: the session's own, else taken up from the history.

    Raises:
        UnknownAttempt: there is none of this id.
        StoreUnavailable: the history cannot be read.
    """
    kept = _practices()
    if attempt_id not in kept:
        keep_practice(practice.resume(services.store(settings().history), attempt_id, customer=customer()))
    else:
        kept[attempt_id] = kept.pop(attempt_id)
    return kept[attempt_id]


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
