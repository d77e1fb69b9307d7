"""The conversation's widget: log, composer, clock."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from simulator.conversation import MAX_REPLY
from simulator.scoring import ReaderLanguage
from simulator.ui.session import _
from simulator.ui.widgets import mounted

_MAX_WAITED = 1e7
"""Seconds, some months: no number of a clock is larger."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A reply as the browser sent it.

    Args:
        text: the reply.
        send_id: names this sending.
        waited: seconds from the message being fully shown to sending, by the browser.
    """

    text: str
    send_id: str
    waited: float


@dataclass(frozen=True, slots=True)
class Clock:
    """What the browser's clock starts with, in seconds.

    Args:
        message: place of the message that a reply now would answer, -1 before the first one; the clock starts again
            only with another one.
        elapsed: since that message was shown, pauses left out.
        silence: until the customer reacts to silence; None if it will not.
        paused: whether the clock stands and nothing can be sent.
        targets: the strong and the good target; None where no clock is shown.
    """

    message: int
    elapsed: float
    silence: float | None
    paused: bool
    targets: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Insertion:
    """A text that goes into the reply where the cursor is, once.

    Args:
        serial: names this insertion.
        text: what goes in; gaps such as "[order number]" are selected one after the other.
    """

    serial: str
    text: str


def chat(
    attempt_id: str,
    *,
    turns: list[dict[str, str]],
    sent: list[str],
    refused: str | None,
    customer: str,
    clock: Clock,
    insertion: Insertion | None,
    ended: str | None,
    writing: bool,
    language: ReaderLanguage,
    on_send: Callable[[], None],
    on_tick: Callable[[], None],
) -> None:
    """Shows the conversation.

    Args:
        attempt_id: the attempt.
        turns: role and text of every turn so far.
        sent: send ids of the replies that are stored.
        refused: send id of a reply that could not be stored.
        customer: what the customer is called.
        clock: since when a reply is waited for.
        insertion: what was last inserted into the reply from the desk.
        ended: how it ended, in words; None while it runs.
        writing: whether the customer writes: what it has written so far is shown from the `draft` on the page.
        language: of the interface.
        on_send: called when a reply was sent; `sending` tells which.
        on_tick: called when the silence is over.
    """
    data = {
        "attempt": attempt_id,
        "serial": _next_serial(),
        "turns": turns,
        "sent": sent,
        "refused": refused,
        "message": clock.message,
        "elapsed": clock.elapsed,
        "silence": clock.silence,
        "paused": clock.paused,
        "targets": clock.targets and {"strong": clock.targets[0], "good": clock.targets[1]},
        "insert": insertion and {"serial": insertion.serial, "text": insertion.text},
        "ended": ended,
        "writing": writing,
        "language": language,
        "limit": MAX_REPLY,
        "labels": {**_labels(), "customer": customer},
    }
    mounted("chat")(key=_key(attempt_id), data=data, on_send_change=on_send, on_tick_change=on_tick)


def draft(attempt_id: str, text: str, *, watched: bool = True) -> str:
    """HTML that hands a message in the making to the chat, which shows it in its place: what is drawn once is not drawn
    anew for each word.

    Args:
        attempt_id: the attempt.
        text: what the customer has written so far.
        watched: whether more is handed over as it comes; else the chat asks for it, by a tick.
    """
    asks = "" if watched else " data-ask"
    return f'<div hidden data-draft="{html.escape(attempt_id)}"{asks}>{html.escape(text)}</div>'


def sending(attempt_id: str) -> Sending | None:
    """The reply that was just sent, inside `on_send`. None if what came is not one: the browser is not trusted."""
    sent: Any = st.session_state.get(_key(attempt_id), {}).get("send")
    match sent:
        case {"text": str(text), "send_id": str(send_id), "waited": int() | float() as waited}:
            fits = 0 < len(text) <= MAX_REPLY and text.strip() and 0 < len(send_id) <= 64
            return Sending(text, send_id, float(waited)) if fits and 0 <= waited < _MAX_WAITED else None
    return None


def _key(attempt_id: str) -> str:
    # Streamlit takes no key with two underscores in a row, which an id may have.
    return f"chat-{attempt_id.encode().hex()}"


def _next_serial() -> int:
    serial: int = st.session_state.get("chat-serial", 0) + 1
    st.session_state["chat-serial"] = serial
    return serial


def _labels() -> dict[str, str]:
    return {
        "log": _("Conversation"),
        "you": _("You"),
        "reply": _("Your reply"),
        "placeholder": _("Write your reply"),
        "send": _("Send"),
        "keys": _("Enter sends, Shift+Enter starts a new line"),
        "left": _("{left} characters left"),
        "too_long": _("{over} characters too many: a reply may have {most}"),
        "unsent": _("This reply did not get through."),
        "too_late": _("This reply came too late: the conversation was over."),
        "again": _("Send again"),
        "strong": _("strong until {until}"),
        "good": _("good until {until}"),
        "late": _("later than the good target of {until}"),
        "writing": _("The customer is still writing: you can send when the message is there."),
        "paused": _("Paused: the clock stands, and the customer waits with you."),
    }
