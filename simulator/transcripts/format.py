"""The format of a past conversation: a mapping, as a line of JSON gives it, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast, get_args

from simulator.conversation import Role
from simulator.transcripts.markup import without_markup


class TranscriptError(ValueError):
    """A conversation cannot be read. The message names the place in it and says what is expected there."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A passage that a conversation brings with it."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `at`: when it was sent, in seconds since 1970, if that is known."""

    role: Role
    text: str
    at: float | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A past conversation.

    Args:
        id: whatever tells it from others; not looked at.
        language: ISO 639-1 code, if it is given.
        channel: "chat", "email" or any other, if it is given.
        scenario: id of a scenario that it was about, if it is given.
        product: name of a product in the documentation, if it is given.
        knowledge: passages in line.
        messages: in order.
    """

    id: str | int
    language: str | None
    channel: str | None
    scenario: str | None
    product: str | None
    knowledge: tuple[Knowledge, ...]
    messages: tuple[Message, ...]


_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*")
_ROLES: tuple[Role, ...] = get_args(Role)


def read_conversation(data: object) -> Conversation:
    """Reads a conversation. Keys that are not of the format are ignored, and null is as if the key were not there.

    Raises:
        TranscriptError: something is missing, of another type or of a value that cannot be.
    """
    body = _mapping(data, "a conversation")
    id = body.get("id")
    if isinstance(id, bool) or not isinstance(id, str | int):
        raise TranscriptError(f"id: expected a text or a whole number, found {_missing(id, body)}")
    conversation = Conversation(
        id=_whole(id) if isinstance(id, str) else id,
        language=_language(_text(body, "language")),
        channel=_text(body, "channel"),
        scenario=_text(body, "scenario"),
        product=_text(body, "product"),
        knowledge=tuple(
            _knowledge(_mapping(each, f"knowledge[{place}]"), place)
            for place, each in enumerate(
                _list([] if body.get("knowledge") is None else body["knowledge"], "knowledge", body)
            )
        ),
        messages=tuple(
            _message(_mapping(each, f"messages[{place}]"), f"messages[{place}]")
            for place, each in enumerate(_list(body.get("messages"), "messages", body))
        ),
    )
    _check_order(conversation.messages)
    return conversation


def _message(body: Mapping[str, Any], where: str) -> Message:
    role = body.get("role")
    if role not in _ROLES:
        found = f"“{role[:40]}”" if isinstance(role, str) else _missing(role, body)
        raise TranscriptError(f'{where}.role: expected "customer" or "agent", found {found}')
    text = without_markup(_required(body, "text", where))
    return Message(cast(Role, role), text, _time(_text(body, "at", where), f"{where}.at"))


def _knowledge(body: Mapping[str, Any], place: int) -> Knowledge:
    where = f"knowledge[{place}]"
    id = body.get("id")
    if id is not None and (isinstance(id, bool) or not isinstance(id, str | int)):
        raise TranscriptError(f"{where}.id: expected a text or a whole number, found {_kind(id)}")
    named = str(place + 1) if id is None else _whole(str(id))
    return Knowledge(named, _text(body, "title", where) or "", _required(body, "text", where))


def _language(code: str | None) -> str | None:
    if code is None:
        return None
    match = _LANGUAGE.fullmatch(code.strip())
    if match is None:
        raise TranscriptError(f"language: expected a code such as en or pt-BR, found “{code[:40]}”")
    return match[1].lower()


def _time(text: str | None, where: str) -> float | None:
    """Seconds since 1970. A time without a zone is taken as UTC: only differences count."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise TranscriptError(
            f"{where}: expected a date and time as in ISO 8601 (2026-03-01T09:30:00Z), found “{text[:40]}”"
        ) from None


def _check_order(messages: tuple[Message, ...]) -> None:
    last: float | None = None
    for place, message in enumerate(messages):
        if message.at is None:
            continue
        if last is not None and message.at < last:
            raise TranscriptError(f"messages[{place}].at: earlier than the message before it; put them in order")
        last = message.at


def _text(body: Mapping[str, Any], name: str, where: str = "") -> str | None:
    value = body.get(name)
    if isinstance(value, str):
        return _whole(value)
    if value is None:
        return None
    raise TranscriptError(f"{where + '.' if where else ''}{name}: expected a text, found {_kind(value)}")


def _whole(text: str) -> str:
    """The text with half characters (an emoji cut in two) replaced, so that it can be written again."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _required(body: Mapping[str, Any], name: str, where: str) -> str:
    value = _text(body, name, where)
    if value is None:
        raise TranscriptError(f"{where}.{name}: expected a text, found {_missing(value, body)}")
    return value


def _list(value: object, where: str, body: Mapping[str, Any]) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TranscriptError(f"{where}: expected a list, found {_missing(value, body)}")
    return list(value)


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TranscriptError(f"{where}: expected an object {{…}}, found {_kind(value)}")
    return value


_KINDS = (
    (type(None), "nothing"),
    (bool, "true or false"),
    (str, "a text"),
    (int | float, "a number"),
    (list, "a list"),
)


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "an object")


_MOST_KEYS = 8


def _missing(value: object, body: Mapping[str, Any]) -> str:
    """What was found instead; where there is nothing, the keys that are there, as one may be the one that was meant."""
    keys = [f"“{str(key)[:40]}”" for key in body][:_MOST_KEYS]
    return f"nothing (there is {', '.join(keys)})" if value is None and keys else _kind(value)
