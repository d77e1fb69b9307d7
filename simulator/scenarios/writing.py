"""Writing author files: a new one, or a change of one that leaves its comments and its form alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

_WIDTH = 100_000
"""Texts stay on one line, as authors write them."""


def to_yaml(data: Mapping[str, Any]) -> str:
    """A file of plain data: every text that is not a bare word in double quotation marks, as the guide asks for."""
    return _text(_quoted(data))


def change_yaml(text: str, change: Callable[[MutableMapping[str, Any]], None]) -> str:
    """A file after a change of its data; what is not changed stays as it was written.

    Args:
        text: the file.
        change: changes the data in place.
    """
    data = _yaml().load(text)
    change(data)
    return _text(data)


def _quoted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _quoted(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_quoted(each) for each in value]
    if isinstance(value, str) and not value.replace("-", "").replace("_", "").isalnum():
        return DoubleQuotedScalarString(value)
    return value


def _text(data: Any) -> str:
    written = io.StringIO()
    _yaml().dump(data, written)
    return written.getvalue()


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
