"""What goes wrong in what a button does, or in a part of a page that is drawn by itself: said in place, in the language
of the interface. Streamlit would show an English box with the error instead."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec, assert_never

import streamlit as st

from simulator.attempt import AttemptOver, NotInExam
from simulator.desk import BadAction, DeskClosed
from simulator.history import AttemptEnded, StoreUnavailable
from simulator.ui import routes
from simulator.ui.markup import esc
from simulator.ui.session import _, language

P = ParamSpec("P")
Kind = Literal["full", "locked", "read-only", "other"]

_LOG = logging.getLogger(__name__)
_KINDS: dict[str, Kind] = {
    "SQLITE_FULL": "full",
    "SQLITE_BUSY": "locked",
    "SQLITE_READONLY": "read-only",
    "53100": "full",
    "55P03": "locked",
    "25006": "read-only",
}
"""How the codes of SQLite and PostgreSQL begin."""


def callback(place: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Makes a function fit to be called by a widget: what goes wrong in it is shown at a place of the page.

    Args:
        place: shows it, by a call of `show` or by being a `fragment` of this name.
    """

    def guarded(work: Callable[P, None]) -> Callable[P, None]:
        @wraps(work)
        def tried(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                work(*args, **kwargs)
            except Exception as error:
                _keep(place, error)

        return tried

    return guarded


def fragment(place: str, *, every: float | None = None) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Makes a function a fragment of Streamlit that says in its own place what goes wrong in it.

    Args:
        place: its name; what goes wrong in the callbacks of this place is shown below it.
        every: seconds after which it is drawn anew by itself; never if not given.
    """

    def guarded(body: Callable[P, None]) -> Callable[P, None]:
        @wraps(body)
        def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
            routes.follow()
            try:
                body(*args, **kwargs)
            except Exception as error:
                _keep(place, error)
                show(place)
                st.button(_("Try again"), key=f"try-again-{place}")
            else:
                show(place)

        return st.fragment(drawn, run_every=every)

    return guarded


def show(place: str) -> None:
    """Shows, once, what last went wrong in the callbacks of a place."""
    sentences: tuple[str, ...] | None = st.session_state.pop(_key(place), None)
    if sentences is not None:
        paragraphs = "".join(f"<p>{esc(each)}</p>" for each in sentences)
        st.html(f'<div class="tc tc-small tc-problem" role="alert" data-testid="trouble">{paragraphs}</div>')


def unavailable(error: StoreUnavailable) -> tuple[str, str]:
    """What is wrong with the history and what to do, and the same in the words of the error, which name the file."""
    kind = _kind(error)
    match kind:
        case "full":
            told = _("The disk of the history is full. Make room on it, and try again.")
        case "locked":
            told = _("Another program keeps the history busy. Close what else has it open, and try again.")
        case "read-only":
            told = _("The history may be read but not written. Allow writing to its file and its folder.")
        case "other":
            told = _("The history cannot be used now. Try again; if it stays so, tell whoever runs the program.")
        case _:
            assert_never(kind)
    return told, str(error)


def _kind(error: StoreUnavailable) -> Kind:
    cause = error.__cause__
    origin = getattr(cause, "orig", cause)
    code = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or ""
    return next((kind for start, kind in _KINDS.items() if code.startswith(start)), "other")


def _keep(place: str, error: Exception) -> None:
    st.session_state[_key(place)] = _sentences(error)


def _sentences(error: Exception) -> tuple[str, ...]:
    match error:
        case BadAction() | DeskClosed():
            return (error.words(language()),)
        case StoreUnavailable():
            return _("This was not stored; everything before it was."), *unavailable(error)
        case AttemptOver() | AttemptEnded():
            return (_("This came too late: the conversation was over."),)
        case NotInExam():
            return (_("An exam gives no help."),)
        case _:
            _LOG.error("a part of a page failed", exc_info=error)
            stays = _("If it stays so, tell whoever runs the program: its log says what happened.")
            return _("Something went wrong here"), stays


def _key(place: str) -> str:
    return f"trouble-{place}"
