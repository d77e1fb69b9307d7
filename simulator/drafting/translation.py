"""A scenario's lines in one more language, in its own file, marked as read by nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.conversation import LANGUAGES, Language
from simulator.drafting.errors import DraftError
from simulator.endpoint import Endpoint, EndpointError
from simulator.prompts import neutral, render
from simulator.prompts.customer import language_name
from simulator.scenarios.writing import change_yaml

_MAX_TOKENS = 8_000
_AT_ONCE = 40
"""Texts a call: a long list makes weak models skip some."""
_PHRASES = ("phrases", "asked_by")
_NOT_TEXT = ("speech",)
"""Given by language, and no text."""
_KEPT = re.compile(r"\d+(?:[.,]\d+)*|\{\w+\}")
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "texts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
                "required": ["id", "text"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["texts"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Translation:
    """A translated scenario.

    Args:
        text: the scenario file with the new language in it.
        doubtful: places to look at first, and why.
    """

    text: str
    doubtful: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """Something given by language: where it hangs, its place in words, and its texts in the source language."""

    node: MutableMapping[str, Any]
    place: str
    texts: list[str]
    is_list: bool
    is_phrase: bool


def translate_scenario(endpoint: Endpoint, text: str, *, source: Language, to: Language) -> Translation:
    """Translates a scenario file.

    Args:
        endpoint: where the model is.
        text: the file, without problems.
        source: the language to translate from.
        to: the new one.

    Raises:
        DraftError: the file has this language already, or the model gave no usable answer.
    """
    doubtful: list[str] = []

    def add(data: MutableMapping[str, Any]) -> None:
        if to in data["languages"]:
            raise DraftError(f"the scenario is in “{to}” already")
        if source not in data["languages"]:
            raise DraftError(f"the scenario is not in “{source}”: translate from {', '.join(data['languages'])}")
        leaves = list(_leaves(data, source, ()))
        texts = [(text, leaf) for leaf in leaves for text in leaf.texts]
        translated: list[str] = []
        for start in range(0, len(texts), _AT_ONCE):
            translated += _translate(endpoint, texts[start : start + _AT_ONCE], source, to)
        for (was, leaf), now in zip(texts, translated, strict=True):
            if not leaf.is_phrase and sorted(_KEPT.findall(was)) != sorted(_KEPT.findall(now)):
                doubtful.append(f"{leaf.place}: other numbers than “{was}”: “{now}”")
        left = iter(translated)
        for leaf in leaves:
            own = [next(left) for _ in leaf.texts]
            leaf.node[to] = own if leaf.is_list else own[0]
        data["languages"].append(to)
        data["unreviewed"] = [*data.get("unreviewed", ()), to]

    return Translation(change_yaml(text, add), tuple(doubtful))


def _leaves(value: Any, source: Language, place: tuple[str, ...]) -> Iterator[_Leaf]:
    if isinstance(value, list):
        for number, each in enumerate(value, start=1):
            name = each.get("id", str(number)) if isinstance(each, dict) else str(number)
            yield from _leaves(each, source, (*place, name))
    elif isinstance(value, dict):
        if value and set(value) <= set(LANGUAGES):
            if source in value:
                own = value[source]
                texts = list(map(str, own)) if isinstance(own, list) else [str(own)]
                is_phrase = bool(place) and place[-1] in _PHRASES
                yield _Leaf(value, ".".join(place), texts, isinstance(own, list), is_phrase)
            return
        for name, each in value.items():
            if name not in _NOT_TEXT:
                yield from _leaves(each, source, (*place, str(name)))


def _translate(endpoint: Endpoint, texts: Sequence[tuple[str, _Leaf]], source: Language, to: Language) -> list[str]:
    listed = "\n".join(
        json.dumps(
            {"id": number, "kind": "phrase" if leaf.is_phrase else leaf.place.split(".")[-1], "text": text},
            ensure_ascii=False,
        )
        for number, (text, leaf) in enumerate(texts, start=1)
    )
    # `neutral` would change the | of phrases; a file of the library is the trainer's own, so `<` alone is enough.
    task = render(
        "translate",
        source=language_name(source),
        target=language_name(to),
        texts=listed.replace("<", neutral("<")).replace(">", neutral(">")),
    )
    try:
        answer = endpoint.structured(
            [{"role": "user", "content": task}], _SCHEMA, name="translation", max_tokens=_MAX_TOKENS, temperature=0.2
        )
    except EndpointError as error:
        raise DraftError(f"the model gave no translation: {error}") from None
    found = {
        each["id"]: each["text"].strip()
        for each in answer.data["texts"]
        if isinstance(each, dict) and isinstance(each.get("text"), str) and isinstance(each.get("id"), int)
    }
    missing = [number for number in range(1, len(texts) + 1) if not found.get(number)]
    if missing:
        raise DraftError(f"the model left out {len(missing)} of {len(texts)} texts: try again, or another model")
    return [found[number] for number in range(1, len(texts) + 1)]
