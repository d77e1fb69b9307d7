"""Notes in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from simulator import ticket, yaml12
from simulator.case import Case
from simulator.scenarios.desk_format import IDENTITY
from simulator.scenarios.fields import Translated
from simulator.scoring.base import Note

ReaderLanguage = Literal["en", "ru"]
"""Languages that verdicts are worded in: those of the screens."""


_DURATIONS = frozenset({"seconds", "strong", "good", "first", "median", "worst"})
"""Values of notes that are seconds."""
_IN_SECONDS = 120
_WHOLE = frozenset({"cost"})
"""Points that no reader needs tenths of."""


@lru_cache(maxsize=1)
def _sentences() -> dict[str, dict[str, dict[str, str]]]:
    sentences: dict[str, dict[str, dict[str, str]]] = yaml12.load_resource("simulator.scoring", "wording.yaml")
    return sentences


@dataclass(frozen=True, slots=True)
class _Reasons:
    """As in `reasons.yaml`."""

    names: dict[str, dict[str, str]]
    same: dict[str, str]
    raising: list[str]
    lowering: list[str]


@lru_cache(maxsize=1)
def _reasons() -> _Reasons:
    return _Reasons(**yaml12.load_resource("simulator.scoring", "reasons.yaml"))


def word(note: Note, case: Case, language: ReaderLanguage = "en") -> str:
    """A note in the reader's language; ids of facts, claims, moves and of what is on the desk become their labels.

    Raises:
        KeyError: the note has no wording, or lacks a value that its wording needs.
    """
    if note.key == "reason":
        return _reason(str(note.values["part"]), str(note.values["reason"]), language)
    values = {name: _label(name, value, case, language) for name, value in note.values.items()}
    return _sentences()["notes"][note.key][language].format(**values)


def _reason(part: str, reason: str, language: ReaderLanguage) -> str:
    if _kind(reason) == WORDS:
        return part_label(part, language)
    names = {"part": part_label(part, language), "reason": reason_label(reason, part, language)}
    return _sentences()["notes"]["reason"][language].format(**names)


def sentence(note: Note, language: ReaderLanguage = "en") -> str:
    """A note that names nothing of a case, in the reader's language.

    Raises:
        KeyError: the note has no wording, or lacks a value that its wording needs.
    """
    values = {name: _shown(name, value, language) for name, value in note.values.items()}
    return _sentences()["notes"][note.key][language].format(**values)


def duration(seconds: float, language: ReaderLanguage = "en") -> str:
    """A duration as people say it: "45 s", "12 min", "2 h 10 min"; seconds are told below two minutes."""
    units = {name: unit[language] for name, unit in _sentences()["units"].items()}
    whole = round(seconds)
    if whole < _IN_SECONDS:
        return f"{whole} {units['second']}"
    hours, minutes = divmod(round(whole / 60), 60)
    told = [(hours, units["hour"]), (minutes, units["minute"])]
    return " ".join(f"{number} {unit}" for number, unit in told if number)


def move_label(move: str, language: ReaderLanguage = "en") -> str:
    """The name of a move for readers."""
    return _sentences()["moves"][move][language]


WORDS = "phrase"
"""A reason that has no name of its own: just these words made the part."""


def is_named(reason: str, weight: float) -> bool:
    """Whether a reason of a rating has a name for readers, one that is true of a reason of this weight."""
    kind, known = _kind(reason), _reasons()
    if kind in (known.lowering if weight > 0 else known.raising):
        return False
    return kind == WORDS or kind in known.names or kind in _sentences()["moves"]


def reason_label(reason: str, part: str, language: ReaderLanguage = "en") -> str:
    """The name of a reason of a rating for readers, to stand inside a sentence.

    Args:
        reason: its key; one that is named (`is_named`).
        part: the part that it is a reason of.
        language: the reader's.
    """
    names, kind = _reasons().names, _kind(reason)
    if kind == WORDS:
        return _inside(part_label(part, language))
    return names[kind][language] if kind in names else _inside(move_label(kind, language))


def _inside(label: str) -> str:
    """A label that begins no sentence."""
    return label[:1].lower() + label[1:]


def _kind(reason: str) -> str:
    """The kind of words, wherever they stand (`starts:thanks`), however often (`thanks+`) and by whatever key."""
    kind = reason.removeprefix("starts:").removesuffix("+")
    return _reasons().same.get(kind, kind)


def part_label(part: str, language: ReaderLanguage = "en") -> str:
    """The name of a part of tone or de-escalation for readers."""
    return _sentences()["parts"][part][language]


def _label(name: str, value: str | float, case: Case, language: ReaderLanguage) -> str:
    if name == "move":
        return move_label(str(value), language)
    if name in _FINDERS:
        label = _FINDERS[name](case, str(value))
        return label.get(language) or next(iter(label.values()))
    return _shown(name, value, language)


def _shown(name: str, value: str | float, language: ReaderLanguage) -> str:
    """What fills a placeholder that stands for no label: durations in words, points whole, Russian with a comma."""
    if isinstance(value, str):
        return value
    if name in _DURATIONS:
        return duration(value, language)
    number = f"{max(1, round(value)) if name in _WHOLE and value else round(value, 2):g}"
    return number.replace(".", ",") if language == "ru" else number


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
