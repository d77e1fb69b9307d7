"""The pages by name, and going from one to another."""

from __future__ import annotations

from typing import Literal, NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from simulator.ui.session import _, language, trainee

PageName = Literal["practise", "conversation", "debrief", "history", "shift", "settings"]


def page(name: PageName) -> StreamlitPage:
    """A page of the app."""
    # The pages link to each other, so they are imported where they are needed.
    from simulator.ui.pages import conversation, debrief, history, practise, settings, shift

    if name == "practise":
        return st.Page(practise.show, title=_("Practise"), url_path="start", default=True)
    if name == "conversation":
        return st.Page(conversation.show, title=_("Conversation"), url_path="conversation")
    if name == "debrief":
        return st.Page(debrief.show, title=_("Debrief"), url_path="debrief")
    if name == "settings":
        return st.Page(settings.show, title=_("Settings"), url_path="settings")
    if name == "shift":
        return st.Page(shift.show, title=_("Shift"), url_path="shift")
    return st.Page(history.show, title=_("History"), url_path="history")


def spelled_out() -> StreamlitPage:
    """The first page at its name: Streamlit serves a default page at the root only, and people type what they know."""
    from simulator.ui.pages import practise

    return st.Page(practise.show, title=_("Practise"), url_path="practise")


def go(name: PageName, **query: str) -> NoReturn:
    """Goes to a page."""
    st.switch_page(page(name), query_params={**query, **_who()})


def head_for(name: PageName, **query: str) -> None:
    """Goes to a page when the callback that calls this is done: `follow`, with which every run begins, does it."""
    st.session_state["heading-for"] = (name, query)


def follow() -> None:
    """Goes where a callback was heading for, if one was."""
    heading: tuple[PageName, dict[str, str]] | None = st.session_state.pop("heading-for", None)
    if heading is not None:
        go(heading[0], **heading[1])


def link(name: PageName, label: str, **query: str) -> None:
    """A link to a page."""
    st.page_link(page(name), label=label, query_params={**query, **_who()})


def _who() -> dict[str, str]:
    return {"lang": language(), **({"name": trainee()} if trainee() else {})}
