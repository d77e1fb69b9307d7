"""The frame of every page: style, sidebar, navigation, and what is shown when a page cannot be."""

from __future__ import annotations

import logging

import streamlit as st

from simulator.endpoint import SettingError
from simulator.history import StoreUnavailable
from simulator.scoring import ReaderLanguage
from simulator.ui import look, routes, services, session, troubles
from simulator.ui.markup import notice
from simulator.ui.session import _
from simulator.ui.translations import LANGUAGES

_LOG = logging.getLogger(__name__)


def run() -> None:
    """One run of the app."""
    st.set_page_config(page_icon=str(look.LOGO), layout="wide")
    look.apply(offline=_("No connection to the server. The page tries again by itself; what you wrote is kept."))
    page = st.navigation(
        [
            *(routes.page(name) for name in ("practise", "conversation", "debrief", "shift", "history", "settings")),
            routes.spelled_out(),
        ],
        position="hidden",
    )
    st.set_page_config(page_title=f"{page.title} · Tough Customer")
    try:
        session.settings()
    except SettingError as error:
        st.html(notice(_("A setting cannot be used"), *str(error).splitlines(), name="setting-error"))
        return
    _sidebar()
    session.keep_in_url()
    try:
        routes.follow()
        services.store(session.settings().history)
        page.run()
        services.warm(session.settings().library)
        services.judging(session.settings())
    except StoreUnavailable as error:
        mended = _("Nothing that was stored is lost. When this is mended, load the page again.")
        _problem("unavailable", _("The history cannot be opened"), *troubles.unavailable(error), mended)
    except Exception:
        _LOG.exception("a page failed")
        stored = _("What was said is stored, nothing is lost. Load the page again.")
        stays = _("If it stays so, tell whoever runs the program: its log says what happened.")
        _problem("failed", _("Something went wrong here"), stored, stays)


def _sidebar() -> None:
    st.logo(str(look.LOGO), size="large")
    with st.sidebar:
        routes.link("practise", _("Practise"))
        routes.link("history", _("History"))
        routes.link("settings", _("Settings"))
        st.space("small")
        st.selectbox(
            _("Language of the interface"),
            list(LANGUAGES),
            index=list(LANGUAGES).index(session.language()),
            format_func=LANGUAGES.__getitem__,
            key="language-choice",
            on_change=_change_language,
        )
        if session.trainee():
            st.text_input(
                _("Your name"),
                value=session.trainee(),
                max_chars=session.MAX_NAME,
                key="name-choice",
                on_change=_change_name,
            )


def _change_language() -> None:
    chosen: ReaderLanguage = st.session_state["language-choice"]
    st.session_state["language"] = chosen


def _change_name() -> None:
    session.set_trainee(st.session_state["name-choice"])


def _problem(name: str, title: str, *paragraphs: str) -> None:
    st.html(notice(title, *paragraphs, name=name))
    st.button(_("Try again"), type="primary", key="try-again")  # the run that follows is the try
