"""A scenario's lines in one more language, in its own file, marked as read by nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from simulator.conversation import LANGUAGES, Language
from simulator.drafting.errors import HELP, DraftError
from simulator.endpoint import Endpoint, EndpointError
from simulator.observation import language_of
from simulator.prompts import neutral, render
from simulator.prompts.customer import language_name
from simulator.scenarios.writing import change_yaml

_MAX_TOKENS = 8_000
_AT_ONCE = 40
"""Texts a call, if one item does not have more: a long list makes weak models skip some."""
_SHOWS_LANGUAGE = 8
"""A text of so many words shows its language."""
_NO_NAME = 3
"""A text of so many words is no name that is the same in every language."""
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

    @property
    def item(self) -> str:
        """What it belongs to, such as a fact: its phrases, questions and answer are translated together."""
        return ".".join(self.place.split(".")[:2])


def translate_scenario(endpoint: Endpoint, text: str, *, source: Language, to: Language) -> Translation:
    """Translates a scenario file.

    Args:
        endpoint: where the model is.
        text: the file, without problems.
        source: the language to translate from.
        to: the new one.

    Raises:
        DraftError: the file has this language already, or the model gave no usable answer, or one in another language.
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
        for portion in _portions(texts):
            translated += _translate(endpoint, portion, source, to)
        doubtful.extend(_doubts(texts, translated, to))
        left = iter(translated)
        for leaf in leaves:
            own = [next(left) for _ in leaf.texts]
            leaf.node[to] = own if leaf.is_list else own[0]
        data["languages"].append(to)
        data["unreviewed"] = [*data.get("unreviewed", ()), to]

    return Translation(change_yaml(text, add), tuple(doubtful))


def _doubts(texts: Sequence[tuple[str, _Leaf]], translated: Sequence[str], to: Language) -> Iterator[str]:
    """What a person should look at first.

    Raises:
        DraftError: most of it is in another language.
    """
    pairs = [(was, now, leaf.place) for (was, leaf), now in zip(texts, translated, strict=True) if not leaf.is_phrase]
    long = [now for _, now, _ in pairs if len(now.split()) >= _SHOWS_LANGUAGE]
    foreign = {now for now in long if language_of(now, to) not in (to, None)}
    if long and len(foreign) > len(long) / 2:
        found = language_of(next(now for now in long if now in foreign), to)
        raise DraftError(f"the model answered in another language ({found}) than “{to}”: try again, or another model")
    seen: dict[str, str] = {}
    for was, now, place in pairs:
        if _kept(was) != _kept(now):
            yield f"{place}: other numbers or {{names}} than “{was}”: “{now}”"
        if now in foreign:
            yield f"{place}: not in “{to}”: “{now}”"
        elif was == now and len(was.split()) >= _NO_NAME:
            yield f"{place}: not translated: “{now}”"
        elif seen.get(now, was) != was and len(now.split()) >= _NO_NAME:
            yield f"{place}: the same as another text: “{now}”"
        seen[now] = was


def _kept(text: str) -> list[str]:
    """What a translation keeps of a text: numbers, however their parts are divided, and names in braces."""
    return sorted(re.sub("[.,]", "", found) for found in _KEPT.findall(text))


def _portions(texts: Sequence[tuple[str, _Leaf]]) -> Iterator[list[tuple[str, _Leaf]]]:
    """Texts in portions for one call each: no item is divided."""
    portion: list[tuple[str, _Leaf]] = []
    for _, group in groupby(texts, key=lambda each: each[1].item):
        own = list(group)
        if portion and len(portion) + len(own) > _AT_ONCE:
            yield portion
            portion = []
        portion = portion + own
    if portion:
        yield portion


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
            {
                "id": number,
                "item": leaf.item,
                "kind": "phrase" if leaf.is_phrase else leaf.place.split(".")[-1],
                "text": text,
            },
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
        raise DraftError(f"the model gave no translation: {error} {HELP}") from None
    given = answer.data["texts"]
    found = {
        each["id"]: each["text"].strip()
        for each in (given if isinstance(given, list) else ())
        if isinstance(each, dict) and isinstance(each.get("text"), str) and isinstance(each.get("id"), int)
    }
    missing = [number for number in range(1, len(texts) + 1) if not found.get(number)]
    if missing:
        raise DraftError(f"the model left out {len(missing)} of {len(texts)} texts: try again, or another model")
    return [found[number] for number in range(1, len(texts) + 1)]
