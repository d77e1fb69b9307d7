"""Structured output: a JSON object of a schema, also from models that know nothing of schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, get_args

from simulator.endpoint.settings import StructuredMode
from simulator.endpoint.usage import Usage

Message = Mapping[str, str]
"""A message of the protocol: `role` and `content`."""
Schema = Mapping[str, Any]
"""A JSON Schema of an object."""

MODES: tuple[StructuredMode, ...] = get_args(StructuredMode)
"""From what constrains the model most to what every model takes."""

_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Structured:
    """An answer as data.

    Args:
        data: an object with at least the members that the schema requires; nothing else of it was checked.
        usage: what the call used.
        raw: the answer as it came.
        mode: how it was asked for.
    """

    data: dict[str, Any]
    usage: Usage
    raw: str
    mode: StructuredMode


def request(messages: Sequence[Message], schema: Schema, name: str, mode: StructuredMode) -> dict[str, Any]:
    """The messages and the `response_format` of a request.

    Where the endpoint is not given the schema itself, it stands at the end of the system message: there an endpoint's
    cache keeps it. Where there is none, it stands at the end of the last message.
    """
    if mode == "json_schema":
        kind = {"type": mode, "json_schema": {"name": name, "schema": schema, "strict": True}}
        return {"messages": list(messages), "response_format": kind}
    note = _note().format(schema=json.dumps(schema, ensure_ascii=False))
    place = 0 if messages[0]["role"] == "system" else len(messages) - 1
    said = [
        {**each, "content": f"{each['content']}\n\n{note}"} if number == place else each
        for number, each in enumerate(messages)
    ]
    return {"messages": said, "response_format": {"type": mode}} if mode == "json_object" else {"messages": said}


@cache
def _note() -> str:
    return resources.files("simulator.endpoint").joinpath("schema_note.md").read_text("utf-8").strip()


def dig(text: str, schema: Schema) -> dict[str, Any] | None:
    """The object in an answer that has what the schema requires; None if there is none, or more than one.

    Of two, one may be quoted from what the model was given to read: which of them is the answer cannot be told.
    """
    found = [
        each for each in _objects(_THOUGHTS.sub("", text)) if all(key in each for key in schema.get("required", ()))
    ]
    return found[0] if len(found) == 1 else None


def _objects(text: str) -> list[dict[str, Any]]:
    """The outermost JSON objects of a text, in their order."""
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    place = text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
            found.append(value)
        except (ValueError, RecursionError):
            end = place + 1
        place = text.find("{", end)
    return found
