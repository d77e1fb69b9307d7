"""YAML by its version 1.2: `no` is a word, `1:30` a text. Read by libyaml, ten times faster than in Python."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = {
    "null": re.compile(r"(?:~|null|Null|NULL|)"),
    "bool": re.compile(r"(?:true|True|TRUE|false|False|FALSE)"),
    "int": re.compile(r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+"),
    "float": re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"),
    "timestamp": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}
"""What a text without quotation marks is, by the core schema of YAML 1.2, and dates. `010` stays a text: an id."""


def compose(text: str) -> yaml.Node | None:
    """The nodes of a document, each with its place; None if it is empty.

    Raises:
        yaml.YAMLError: it is no YAML, or uses anchors.
    """
    if any(getattr(event, "anchor", None) for event in yaml.parse(text, Loader=_Loader)):
        raise yaml.YAMLError("anchors are not used here")
    return yaml.compose(text, Loader=_Loader)


def kind_of(node: yaml.ScalarNode) -> str:
    """What a scalar is: "null", "bool", "int", "float", "timestamp" or "str"."""
    if node.style:
        return "str"
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(node.value)), "str")


def scalar(kind: str, value: str) -> Any:
    """The value of a scalar of a kind; the text itself where it only looks like one (a 31st of June)."""
    try:
        if kind == "int":
            return int(value, 0) if value[:2] in ("0o", "0x") else int(value)
        if kind == "float":
            return float(value)
        if kind == "timestamp":
            return date.fromisoformat(value)
    except ValueError:
        return value
    if kind == "bool":
        return value.lower() == "true"
    return None if kind == "null" else value


def load(text: str) -> Any:
    """The plain data of a document.

    Raises:
        yaml.YAMLError: it is no YAML, or uses anchors.
    """
    node = compose(text)
    return None if node is None else _plain(node)


def load_resource(package: str, *path: str) -> Any:
    """The plain data of a file that comes with a package."""
    return load(resources.files(package).joinpath(*path).read_text("utf-8"))


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {_plain(key): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return scalar(kind_of(node), node.value)
