"""Names of what is chosen from closed lists, in the language of the interface."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import TypeVar

import streamlit as st

from simulator.conversation import Language, Mode, Outcome, StepKind
from simulator.scoring import Dimension, Mark
from simulator.ui.look import MoodPart
from simulator.ui.session import _, language

Value = TypeVar("Value")


def in_interface(translated: Mapping[Language, Value]) -> Value:
    """Of a translated text, the one in the interface's language, else the first."""
    return translated.get(language()) or next(iter(translated.values()))


def rescoring() -> str:
    """What to do about attempts that were judged by an older scoring."""
    return _("The command “tough-customer rescore” judges older attempts by today's rules.")


def trains(name: str) -> str:
    return {
        "aggressive": _("Aggressive"),
        "confused": _("Confused"),
        "multilingual": _("Multilingual"),
    }[name]


def field(name: str) -> str:
    return {
        "technical_help": _("Technical help"),
        "customer_care": _("Customer care"),
        "sales": _("Sales through support"),
    }[name]


def difficulty(level: int) -> str:
    return {1: _("Easy"), 2: _("Demanding"), 3: _("Hard")}[level]


def channel(name: str) -> str:
    return {"chat": _("Chat"), "email": _("E-mail")}[name]


def spoken(code: Language) -> str:
    return {"en": _("English"), "ru": _("Russian"), "de": _("German"), "es": _("Spanish")}[code]


def product(name: str) -> str:
    """The name of a product: that of its documentation's folder."""
    return " ".join(part.capitalize() for part in name.split("-"))


def dimension(name: Dimension) -> str:
    return {
        "accuracy": _("Accuracy"),
        "tone": _("Tone"),
        "de_escalation": _("De-escalation"),
        "reply_time": _("Reply time"),
        "process": _("Process"),
    }[name]


def mode(name: Mode) -> str:
    return {"practice": _("Practice"), "exam": _("Exam")}[name]


def help(kind: StepKind) -> str:
    """What a kind of help is called where it is counted."""
    return {
        "hint": _("Hints"),
        "better_reply": _("Better replies shown"),
        "take_back": _("Replies taken back"),
        "pause": _("Pauses"),
    }[kind]


def mark(name: Mark) -> str:
    return {
        "best": _("Best"),
        "good": _("Good"),
        "inaccuracy": _("Inaccuracy"),
        "mistake": _("Mistake"),
        "blunder": _("Blunder"),
    }[name]


def mood(part: MoodPart) -> str:
    return {"anger": _("Anger"), "confusion": _("Confusion"), "trust": _("Trust")}[part]


def outcome(name: Outcome | None) -> str:
    """How an attempt ended, in one or two words."""
    if name is None:
        return _("Running")
    return {
        "resolved": _("Resolved"),
        "gave_up": _("Customer gave up"),
        "escalated": _("Passed on"),
        "abandoned": _("Customer left"),
        "closed": _("Closed early"),
        "stopped": _("Stopped"),
        "taken_back": _("Taken back"),
    }[name]


def outcome_sentence(name: Outcome | None) -> str:
    """How an attempt ended, in a sentence."""
    if name is None:
        return _("The conversation is still going on.")
    return {
        "resolved": _("The customer accepted your solution."),
        "gave_up": _("The customer lost patience with what was said and ended the conversation."),
        "escalated": _("The case went to a supervisor."),
        "abandoned": _("The customer left because nobody answered."),
        "closed": _("You closed the ticket before the customer had accepted."),
        "stopped": _("You stopped the conversation. That is held against nobody."),
        "taken_back": _("A reply was taken back here; the conversation goes on in another attempt."),
    }[name]


def verdict(name: str, *, by_page: bool) -> str:
    """What was found of a statement; what no page bears out follows from the record, or from what was said."""
    if name == "supported" and not by_page:
        return _("Follows from the record or the conversation")
    return {
        "supported": _("Stands in the documentation"),
        "contradicted": _("The documentation says otherwise"),
        "unsupported": _("Not in the documentation"),
    }[name]


def scorer(name: str) -> str:
    """Who gave a score."""
    return {
        "rules": _("the rules"),
        "judge": _("a language model"),
        "rules and judge": _("the rules and a language model"),
    }.get(name, name)


def version(name: str) -> str:
    """The version of a score in short: its numbers. It only has to tell one from another."""
    return ".".join(re.findall(r"\d+", name))


def points(value: float) -> str:
    """A score of 0-100 in whole points; rounded down, so that what fails never reads like what passes."""
    return str(math.floor(value))


def zone() -> tzinfo:
    """The browser's time zone."""
    from babel.dates import get_timezone

    try:
        found: tzinfo = get_timezone(st.context.timezone or "UTC")
    except LookupError:
        found = get_timezone("UTC")
    return found


def moment(at: datetime, *, exact: bool = False) -> str:
    """A moment as the reader would write it, in the browser's time zone; to the second where that is asked for."""
    from babel.dates import format_date, format_time

    there, length = at.astimezone(zone()), "medium" if exact else "short"
    return f"{format_date(there, 'medium', locale=language())}, {format_time(there, length, locale=language())}"


def short_day(at: date) -> str:
    """A date without its year: "3 Mar"."""
    from babel.dates import format_skeleton

    return str(format_skeleton("MMMd", at, locale=language()))


def day(at: date) -> str:
    """A date as the reader would write it."""
    from babel.dates import format_date

    return str(format_date(at, "medium", locale=language()))


def weekday(at: date) -> str:
    """A date with its day of the week, as the reader would write it."""
    from babel.dates import format_date

    return str(format_date(at, "full", locale=language()))


def duration(seconds: float) -> str:
    """A duration: "0:42", "12:05", "2:10:00"."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
