"""Notes in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from simulator import yaml12
from simulator.case import Case
from simulator.scenarios.formats import Translated
from simulator.scoring.base import Note

ReaderLanguage = Literal["en", "ru"]
"""Languages that verdicts are worded in: those of the screens."""


@lru_cache(maxsize=1)
def _sentences() -> dict[str, dict[str, dict[str, str]]]:
    sentences: dict[str, dict[str, dict[str, str]]] = yaml12.load_resource("simulator.scoring", "wording.yaml")
    return sentences


def word(note: Note, case: Case, language: ReaderLanguage = "en") -> str:
    """A note in the reader's language; ids of facts, claims and moves become their labels.

    Raises:
        KeyError: the note has no wording, or lacks a value that its wording needs.
    """
    values = {name: _label(name, value, case, language) for name, value in note.values.items()}
    return _sentences()["notes"][note.key][language].format(**values)


def move_label(move: str, language: ReaderLanguage = "en") -> str:
    """The name of a move for readers."""
    return _sentences()["moves"][move][language]


def _label(name: str, value: str | float, case: Case, language: ReaderLanguage) -> str:
    if name == "move":
        return move_label(str(value), language)
    if name in _FINDERS:
        label = _FINDERS[name](case, str(value))
        return label.get(language) or next(iter(label.values()))
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


_FINDERS: dict[str, Callable[[Case, str], Translated]] = {
    "fact": lambda case, id: case.fact(id).label,
    "hidden": lambda case, id: case.hidden(id).label,
    "claim": lambda case, id: case.forbidden(id).label,
}
