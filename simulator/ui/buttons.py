"""Buttons that several pages have. What a button does is done in a callback: the run of the page that a click asks for
may be broken off by another one, as when the click leaves a field that was written in."""

from __future__ import annotations

import streamlit as st


def start(label: str, *, key: str, disabled: bool = False) -> bool:
    """Shows the button that begins what the page is set to.

    Returns:
        Whether it was clicked, once: in the first run after that to get as far, which knows all that was set.
    """
    st.button(label, type="primary", key=key, width="stretch", disabled=disabled, on_click=_note, args=(key,))
    return bool(st.session_state.pop(f"clicked-{key}", False)) and not disabled


def _note(key: str) -> None:
    st.session_state[f"clicked-{key}"] = True


def back(label: str, *, without: str) -> None:
    """Shows the button that goes back to the page without one part of its query."""
    st.button("← " + label, type="tertiary", key="back", on_click=_leave, args=(without,))


def _leave(without: str) -> None:
    st.query_params.pop(without, None)
