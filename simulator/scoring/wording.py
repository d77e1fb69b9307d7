"""Notes in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from simulator import ticket, yaml12
from simulator.case import Case
from simulator.scenarios.desk_format import IDENTITY
from simulator.scenarios.fields import Translated
from simulator.scoring.base import Note

ReaderLanguage = Literal["en", "ru"]
"""Languages that verdicts are worded in: those of the screens."""


@lru_cache(maxsize=1)
def _sentences() -> dict[str, dict[str, dict[str, str]]]:
    sentences: dict[str, dict[str, dict[str, str]]] = yaml12.load_resource("simulator.scoring", "wording.yaml")
    return sentences


def word(note: Note, case: Case, language: ReaderLanguage = "en") -> str:
    """A note in the reader's language; ids of facts, claims, moves and of what is on the desk become their labels.

    Raises:
        KeyError: the note has no wording, or lacks a value that its wording needs.
    """
    values = {name: _label(name, value, case, language) for name, value in note.values.items()}
    return _sentences()["notes"][note.key][language].format(**values)


def sentence(note: Note, language: ReaderLanguage = "en") -> str:
    """A note that names nothing of a case, in the reader's language.

    Raises:
        KeyError: the note has no wording, or lacks a value that its wording needs.
    """
    return _sentences()["notes"][note.key][language].format(**note.values)


def move_label(move: str, language: ReaderLanguage = "en") -> str:
    """The name of a move for readers."""
    return _sentences()["moves"][move][language]


def is_named(reason: str) -> bool:
    """Whether a reason of a rating has a name for readers, a kind of words or a move: others are too faint to show."""
    kind = _kind(reason)
    return kind in _sentences()["reasons"] or kind in _sentences()["moves"]


def reason_label(reason: str, language: ReaderLanguage = "en") -> str:
    """The name of a reason of a rating for readers; its key where it has none."""
    names, kind = _sentences(), _kind(reason)
    found = names["reasons"].get(kind) or names["moves"].get(kind)
    return found[language] if found else kind.replace("_", " ")


def _kind(reason: str) -> str:
    """The kind of words, wherever they stand (`starts:thanks`) and however often they come (`thanks+`)."""
    return reason.removeprefix("starts:").removesuffix("+")


def part_label(part: str, language: ReaderLanguage = "en") -> str:
    """The name of a part of tone or de-escalation for readers."""
    return _sentences()["parts"][part][language]


def _label(name: str, value: str | float, case: Case, language: ReaderLanguage) -> str:
    if name == "move":
        return move_label(str(value), language)
    if name == "part":
        return part_label(str(value), language)
    if name == "reason":
        return reason_label(str(value), language)
    if name in _FINDERS:
        label = _FINDERS[name](case, str(value))
        return label.get(language) or next(iter(label.values()))
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def _entry_label(case: Case, id: str) -> Translated:
    """The label of an entry of the scenario's desk, or of a hidden fact that one of them waits for."""
    wanted = case.scenario.desk
    entries = [*wanted.must, *wanted.may, *wanted.must_not] if wanted else []
    labels = {entry.name: entry.label or ticket.table().actions[entry.action].label for entry in entries}
    if id not in labels and id == IDENTITY:
        return ticket.table().actions["verify_identity"].label
    return labels[id] if id in labels else case.hidden(id).label


def _named(section: str, id: str) -> Translated:
    """A name from the wording itself; one of another version of the program by its id."""
    named = _sentences()[section].get(id, {})
    return {"en": named.get("en", id), "ru": named.get("ru", id)}


def _choice_label(case: Case, id: str) -> Translated:
    field, value = id.split("/")
    return ticket.table().form[field][value]


_FINDERS: dict[str, Callable[[Case, str], Translated]] = {
    "fact": lambda case, id: case.fact(id).label,
    "hidden": lambda case, id: case.hidden(id).label,
    "claim": lambda case, id: case.forbidden(id).label,
    "entry": _entry_label,
    "lacking": _entry_label,
    "action": lambda case, id: ticket.table().actions[id].label,  # type: ignore[index]
    "field": lambda case, id: ticket.table().form_labels[id],
    "criterion": lambda case, id: _named("criteria", id),
    "why": lambda case, id: _named("no_verdict", id),
    "choice": _choice_label,
    "right": _choice_label,
}
