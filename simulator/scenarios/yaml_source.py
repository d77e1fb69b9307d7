"""YAML with places: plain data, and for each value and key the line and column at which it stands."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args, get_type_hints

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from simulator import yaml12
from simulator.scenarios.problems import BrokenFile, Problem, choice, closest

Where = tuple[str | int, ...]
"""The way to a value: keys and indices from the top."""

Model = TypeVar("Model", bound=BaseModel)

_MAX_BYTES = 2_000_000
_ANCHOR = "anchors (&name, *name) are not used here: put a text that begins with & or * in quotation marks"


@dataclass
class Source:
    """A file that was read.

    Args:
        path: the file.
        data: what stands in it.
        keys: line and column of each key.
        places: line and column of each value; of the key, where the value is a group or a list.
        problems: what is wrong with it before any format is asked: keys that are there twice.
    """

    path: Path
    data: Any
    keys: dict[Where, tuple[int, int]] = field(default_factory=dict, repr=False)
    places: dict[Where, tuple[int, int]] = field(default_factory=dict, repr=False)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, where: Where, message: str) -> Problem:
        """A problem of a value, or of the nearest thing around it that stands in the file."""
        while where and where not in self.places:
            where = where[:-1]
        line, column = self.places.get(where, (1, 1))
        return Problem(self.path, line, column, message)

    def key_problem(self, where: Where, message: str) -> Problem:
        """A problem of a key that stands in the file."""
        return Problem(self.path, *self.keys[where], message)


@dataclass(frozen=True)
class Checked(Generic[Model]):
    """A file held against its format.

    Args:
        value: what it holds; only the sound fields of it, if there are problems.
        sound: names of the fields at the top that fit the format.
        problems: what does not fit.
    """

    value: Model
    sound: frozenset[str]
    problems: list[Problem]


def read_text(path: Path) -> str:
    """Reads a UTF-8 file, without its byte order mark.

    Raises:
        BrokenFile: it cannot be read, is not UTF-8, or is larger than any author's file.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read ({error.strerror}): check that it is there and that you may open it"
        raise BrokenFile([Problem(path, 1, 1, message)]) from None
    if len(raw) > _MAX_BYTES:
        raise BrokenFile([Problem(path, 1, 1, "the file is larger than 2 MB: split it, or take out what is not text")])
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line, column = _place(raw[: error.start].decode("utf-8-sig"))
        message = "this is not UTF-8: save the file with the encoding UTF-8"
        raise BrokenFile([Problem(path, line, column, message)]) from None


def read_source(path: Path) -> Source:
    """Reads a YAML 1.2 file (`no` is a word, `1:30` is a text).

    Raises:
        BrokenFile: it cannot be read, is not UTF-8, is no YAML, or uses anchors.
    """
    text = read_text(path)
    try:
        root = _compose(text)
    except MarkedYAMLError as error:
        raise BrokenFile([_no_yaml(path, error)]) from None
    except ReaderError as error:
        line, column = _place(text[: error.position])
        message = f"a control character stands here (U+{ord(text[error.position]):04X}): delete it"
        raise BrokenFile([Problem(path, line, column, message)]) from None
    except RecursionError:
        raise BrokenFile([Problem(path, 1, 1, "the file is nested too deeply: check the brackets")]) from None
    source = Source(path, None)
    anchors: list[Problem] = []
    source.data = _build(root, (), source, anchors) if root is not None else None
    if anchors:
        raise BrokenFile([*anchors, *source.problems])
    return source


def _compose(text: str) -> Any:
    """The nodes of a text: fast where it is in order, else by the parser that tells best what is wrong with it."""
    try:
        return yaml12.compose(text)
    except (yaml.YAMLError, RecursionError):
        return YAML(typ="safe", pure=True).compose(text)


def _place(before: str) -> tuple[int, int]:
    """Line and column of what follows a text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _no_yaml(path: Path, error: MarkedYAMLError) -> Problem:
    problem = str(error.problem)
    mark = error.problem_mark or error.context_mark
    message = f"this is no YAML ({problem}): check the indentation, the brackets and the quotation marks here and above"
    for fragment, known in _KNOWN_MISTAKES.items():
        if fragment in problem:
            message = known
    if "end of stream" in problem and "quoted" in str(error.context):
        mark, message = error.context_mark, "this quotation mark is never closed: close it at the end of the text"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(path, line, column, message)


_KNOWN_MISTAKES = {
    "cannot start any token": "a text cannot begin with this character: put the text in quotation marks",
    r"'\t'": "a tab stands here: indent with spaces",
    "mapping values are not allowed": "no colon can stand here: put a text with a colon in quotation marks, "
    "and begin each line in the same column as its neighbours",
    "expected <block end>": "this does not belong to what stands above: begin the line in the same column as its "
    "neighbours, and check the quotation marks",
    "unknown escape character": "a backslash means something else here: write it twice",
    "found undefined alias": _ANCHOR,
    "found another document": "a second document begins here: delete the line ---",
}


def _build(node: Any, where: Where, source: Source, anchors: list[Problem]) -> Any:
    place = (node.start_mark.line + 1, node.start_mark.column + 1)
    source.places.setdefault(where, place)
    if getattr(node, "anchor", None):
        anchors.append(Problem(source.path, *place, _ANCHOR))
        return None
    if isinstance(node, (MappingNode, yaml.MappingNode)):
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, (ScalarNode, yaml.ScalarNode)) else "{…}"
            at = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key in built:
                first = source.keys[(*where, key)][0]
                message = f"the key “{key}” is here twice (first in line {first}): keep one of them"
                source.problems.append(Problem(source.path, *at, message))
                continue
            source.keys[(*where, key)] = at
            if not isinstance(value_node, (ScalarNode, yaml.ScalarNode)) or not value_node.value:
                source.places[(*where, key)] = at
            built[key] = _build(value_node, (*where, key), source, anchors)
        return built
    if isinstance(node, (SequenceNode, yaml.SequenceNode)):
        return [_build(item, (*where, n), source, anchors) for n, item in enumerate(node.value)]
    kind = yaml12.kind_of(node) if isinstance(node, yaml.Node) else str(node.tag).rsplit(":", 1)[-1]
    return yaml12.scalar(kind, str(node.value))


def validate(source: Source, model: type[Model]) -> Checked[Model]:
    """Checks data against a format. Every problem is told in plain words, and what fits can be checked further."""
    if not isinstance(source.data, dict):
        what = "the file is empty" if source.data is None else "these are no `key: value` lines"
        problem = source.problem((), f"{what}: see the author's guide, or copy a file that works")
        return Checked(model.model_construct(), frozenset(), [problem])
    try:
        return Checked(model.model_validate(source.data, strict=True), frozenset(model.model_fields), [])
    except ValidationError as error:
        errors = _merged(error.errors())
    unknown = [error for error in errors if error["is_key"] or error["type"] in _UNKNOWN_KEY]
    data = _without(source.data, [_without_tags(error["loc"], source) for error in unknown])
    sound = frozenset(model.model_fields) - {str(error["loc"][0]) for error in errors if error not in unknown}
    hints = get_type_hints(model, include_extras=True)
    fitting = {
        name: TypeAdapter(hints[name]).validate_python(data[name], strict=True) for name in sound if name in data
    }
    return Checked(model.model_construct(**fitting), sound, [_explain(source, model, error) for error in errors])


_UNKNOWN_KEY = ("extra_forbidden", "invalid_key")


def _without(data: dict[str, Any], keys: list[Where]) -> dict[str, Any]:
    """The data without some keys."""
    rest: dict[str, Any] = copy.deepcopy(data)
    for where in keys:
        inside: Any = rest
        for part in where[:-1]:
            inside = inside[part]
        del inside[where[-1]]
    return rest


def _merged(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The errors with `choices`; a key that fits none of several lists is one error with the choices of all."""
    merged: dict[tuple[str | int, ...], dict[str, Any]] = {}
    for error in errors:
        loc = error["loc"]
        is_key = "[key]" in loc
        loc = loc[: loc.index("[key]")] if is_key else loc
        choices = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
        known = merged.setdefault((*loc, error["type"]), {**error, "loc": loc, "is_key": is_key, "choices": []})
        known["choices"] += choices
    return list(merged.values())


def _explain(source: Source, model: type[BaseModel], error: dict[str, Any]) -> Problem:
    where, name = _without_tags(error["loc"], source), str(error["loc"][-1])
    kind, context, found = error["type"], error.get("ctx", {}), error["input"]
    if kind in _UNKNOWN_KEY:
        hint = closest(name, sorted(_keys_at(model, error["loc"][:-1]) - {name}))
        hint = hint or "delete it, or look the keys up in the author's guide"
        return source.key_problem(where, f"unknown key “{name}”: {hint}")
    if kind == "missing":
        return source.problem(where[:-1], f"“{name}” is missing: add it")
    if kind == "literal_error":
        hint = choice(str(found), error["choices"])
        if error["is_key"]:
            return source.key_problem(where, f"unknown key “{name}”: {hint}")
        return source.problem(where, f"unknown value {_shown(found)}: {hint}")
    if kind in ("union_tag_invalid", "union_tag_not_found", "model_attributes_type"):
        message = "unknown style of speech: write `style:` and one of steady, switches, mixes, broken"
        return source.problem((*where, "style"), message)
    if kind == "string_pattern_mismatch":
        return source.problem(where, f"{_shown(found)} is {_PATTERNS[context['pattern']]}")
    if kind == "string_too_long":
        return source.problem(where, f"the text has {len(found)} characters: shorten it to {context['max_length']}")
    if kind == "value_error":
        return source.problem(where, str(context["error"]))
    if kind in _LIMITS:
        return source.problem(where, _LIMITS[kind].format(**context, found=_shown(found)))
    if kind in _WANTED:
        what, how = _WANTED[kind]
        return source.problem(where, f"{_shown(found)} stands where {what} belongs: {how}")
    return source.problem(where, f"{error['msg'][0].lower()}{error['msg'][1:]}: correct {_shown(found)}")


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "a group of `key: value` lines"
    return f"“{str(value).lower() if isinstance(value, bool) else str(value)[:60]}”"


_LIMITS = {
    "too_short": "the list is empty: write at least one entry",
    "string_too_short": "the text is empty: write something here",
    "greater_than": "{found} is too little: write more than {gt:g}",
    "greater_than_equal": "{found} is too little: write at least {ge:g}",
    "less_than_equal": "{found} is too much: write at most {le:g}",
}
_DATE = ("a date", "write a day that exists like 2026-09-14, without quotation marks")
_GROUP = ("a group of `key: value` lines", "write them below this line, two spaces further in")
_WANTED = {
    "string_type": ("a text", "write a text in quotation marks"),
    "int_type": ("a whole number", "write it in digits, without quotation marks or a decimal point"),
    "float_type": ("a number", "write it in digits, without quotation marks"),
    "bool_type": ("true or false", "write true or false without quotation marks"),
    "list_type": ("a list", "write […, …], or lines that begin with a dash"),
    "dict_type": _GROUP,
    "model_type": _GROUP,
    "date_type": _DATE,
}
_PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "no id: write small letters, digits and single hyphens, such as order-number",
    r"^[a-z0-9-]+#[a-z0-9-]+$": "no source: write page#section, such as returns#refund-timing",
}


def _without_tags(loc: tuple[str | int, ...], source: Source) -> Where:
    """The way without the names that pydantic puts in for the members of a union."""
    kept: Where = ()
    for place, part in enumerate(loc):
        if (*kept, part) in source.places or place == len(loc) - 1:
            kept = (*kept, part)
    return kept


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    """The keys that a format knows at a place."""
    models = [model]
    for part in loc:
        fields = [known.model_fields[str(part)].annotation for known in models if part in known.model_fields]
        if fields:
            models = [inner for annotation in fields for inner in _models_in(annotation)]
    return {key for known in models for key in known.model_fields}


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
