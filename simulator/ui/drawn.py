"""What of a conversation stands on the screen. Header, chat and desk are drawn apart, so that work in one leaves the
others alone; where it does not, the page has to be drawn again."""

from __future__ import annotations

import streamlit as st

from simulator.practice import Practice
from simulator.ui.widgets.chat import Insertion


def insertion(practice: Practice) -> Insertion | None:
    """What was last inserted into the reply from the desk, in this session."""
    last: Insertion | None = st.session_state.get(_key("insertion", practice))
    return last


def insert(practice: Practice, text: str) -> None:
    """Has a text inserted into the reply when the chat is drawn next."""
    st.session_state[_key("insertion", practice)] = Insertion(str(len(practice.attempt.steps)), text)


def note_page(practice: Practice) -> None:
    """The whole page is drawn now as the attempt stands."""
    st.session_state[_key("drawn-page", practice)] = _page(practice)


def note_chat(practice: Practice) -> None:
    """The chat is drawn now as the attempt stands."""
    st.session_state[_key("drawn-chat", practice)] = _chat(practice)


def page_is_behind(practice: Practice) -> bool:
    """Whether header and desk show what is no longer so: the conversation has ended since, or stands still."""
    return st.session_state.get(_key("drawn-page", practice)) != _page(practice)


def chat_is_behind(practice: Practice) -> bool:
    """Whether something was said, is to be said, was inserted or ended since the chat was drawn."""
    return st.session_state.get(_key("drawn-chat", practice)) != _chat(practice)


def _page(practice: Practice) -> tuple[object, ...]:
    return practice.attempt.outcome, practice.attempt.is_paused, practice.attempt.desk_closed


def _chat(practice: Practice) -> tuple[object, ...]:
    attempt = practice.attempt
    return len(attempt.transcript), attempt.awaits_answer, insertion(practice), *_page(practice)


def _key(what: str, practice: Practice) -> str:
    return f"{what}-{practice.id}"
