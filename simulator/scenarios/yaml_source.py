"""YAML with places: plain data, and for each value and key the line and column at which it stands."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from simulator.scenarios.problems import BrokenFile, Problem

Where = tuple[str | int, ...]
"""The way to a value: keys and indices from the top."""

_MAX_BYTES = 2_000_000


@dataclass
class Source:
    """A file that was read: its data, and where everything stands in it."""

    path: Path
    data: Any
    places: dict[Where, tuple[int, int]] = field(repr=False)

    def problem(self, where: Where, message: str) -> Problem:
        """A problem at a value, or at the nearest thing around it that stands in the file."""
        while where and where not in self.places:
            where = where[:-1]
        line, column = self.places.get(where, (1, 1))
        return Problem(self.path, line, column, message)


def read_source(path: Path) -> Source:
    """Reads a YAML 1.2 file (`no` is a word, `1:30` is a text).

    Raises:
        BrokenFile: it cannot be read, is not UTF-8, is no YAML, has a key twice, or uses anchors.
    """
    text = _read_text(path)
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        fix = "check the indentation, the colons and the quotation marks here and in the line above"
        raise BrokenFile([Problem(path, line, column, f"this is no YAML ({error.problem}): {fix}")]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BrokenFile([Problem(path, line, 1, "a control character stands here: delete it")]) from None
    except RecursionError:
        raise BrokenFile([Problem(path, 1, 1, "the file is nested too deeply: an author's file has few levels")]) from None
    source = Source(path, None, {})
    problems: list[Problem] = []
    source.data = _build(root, (), source, problems) if root is not None else None
    if problems:
        raise BrokenFile(problems)
    return source


def _read_text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BrokenFile([Problem(path, 1, 1, f"cannot be read: {error.strerror}")]) from None
    if len(raw) > _MAX_BYTES:
        raise BrokenFile([Problem(path, 1, 1, "is larger than 2 MB: an author's file has some hundred lines")])
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise BrokenFile([Problem(path, line, column, "this is not UTF-8: save the file with the encoding UTF-8")]) from None


def _build(node: Node, where: Where, source: Source, problems: list[Problem]) -> Any:
    place = (node.start_mark.line + 1, node.start_mark.column + 1)
    source.places.setdefault(where, place)
    if node.anchor:
        problems.append(Problem(source.path, *place, "anchors (&name, *name) are not used here: write the text again"))
        return None
    if isinstance(node, MappingNode):
        built: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node) if isinstance(key_node, ScalarNode) else str(key_node.value)
            at = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in built:
                first = source.places[(*where, key)][0]
                message = f"the key “{key}” is here twice (first in line {first}): keep one of them"
                problems.append(Problem(source.path, *at, message))
                continue
            source.places[(*where, key)] = at
            built[key] = _build(value_node, (*where, key), source, problems)
        return built
    if isinstance(node, SequenceNode):
        return [_build(item, (*where, n), source, problems) for n, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: ScalarNode) -> Any:
    kind, value = str(node.tag).rsplit(":", 1)[-1], str(node.value)
    try:
        if kind == "int":
            return int(value.replace("_", ""), 0)
        if kind == "float":
            return float(value.replace("_", ""))
        if kind == "timestamp":
            return date.fromisoformat(value)
    except ValueError:
        return value
    if kind == "bool":
        return value.lower() == "true"
    return None if kind == "null" else value


def validate(source: Source, model: type[BaseModel]) -> tuple[BaseModel | None, list[Problem]]:
    """Checks data against a format: the value, or every problem in plain words."""
    if not isinstance(source.data, dict):
        return None, [source.problem((), "the file is empty or not a list of `key: value` lines: see the author's guide")]
    try:
        return model.model_validate(source.data), []
    except ValidationError as error:
        return None, [_explain(source, model, dict(found)) for found in error.errors()]


def _explain(source: Source, model: type[BaseModel], error: dict[str, Any]) -> Problem:
    where = tuple(part for part in error["loc"] if part != "[key]")
    where = _without_tags(where, source)
    name = str(error["loc"][-1] if error["loc"][-1] != "[key]" else error["loc"][-2])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, _known_keys(model), 1, 0.6)
        hint = f"did you mean “{near[0]}”?" if near else "delete it, or see the author's guide for the keys there are"
        return source.problem(where, f"unknown key “{name}”: {hint}")
    if kind == "missing":
        return source.problem(where[:-1], f"“{name}” is missing: add it")
    if kind == "literal_error":
        what = "unknown key" if error["loc"][-1] == "[key]" else "unknown value"
        return source.problem(where, f"{what} “{error['input']}”: choose one of {context['expected']}")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return source.problem(where, f"unknown style of speech: choose one of {context.get('expected_tags', 'the guide’s')}")
    if kind == "string_pattern_mismatch":
        return source.problem(where, f"“{error['input']}” is not written like {_PATTERNS.get(context['pattern'], 'it has to')}")
    if kind in ("too_short", "string_too_short"):
        return source.problem(where, "this is empty: write at least one entry")
    if kind == "value_error":
        return source.problem(where, str(context["error"]))
    wanted = _TYPES.get(kind)
    if wanted is not None:
        return source.problem(where, f"expected {wanted}, found “{error['input']}”: correct the value")
    return source.problem(where, f"{error['msg'][0].lower()}{error['msg'][1:]} (found “{str(error['input'])[:60]}”)")


_TYPES = {
    "string_type": "a text (put it in quotation marks)",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list ([…] or lines that begin with a dash)",
    "dict_type": "`key: value` lines",
    "model_type": "`key: value` lines",
    "date_type": "a date like 2026-09-14",
    "date_parsing": "a date like 2026-09-14",
    "date_from_datetime_parsing": "a date like 2026-09-14",
}
_PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "an id: small letters, digits and single hyphens, such as order-number",
    r"^[a-z0-9-]+#[a-z0-9-]+$": "a source: page#section, such as returns#refund-timing",
}


def _without_tags(where: Where, source: Source) -> Where:
    """The way without the names that pydantic puts in for the members of a union."""
    kept: Where = ()
    for place, part in enumerate(where):
        last = place == len(where) - 1
        if (*kept, part) in source.places or last or isinstance(part, int):
            kept = (*kept, part)
    return kept


def _known_keys(model: type[BaseModel]) -> list[str]:
    keys: set[str] = set()
    for definition in [model.model_json_schema(), *model.model_json_schema().get("$defs", {}).values()]:
        keys.update(definition.get("properties", {}))
    return sorted(keys)
