"""What the coach says: advice from `tips.yaml`, its other words from `wording.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator import yaml12
from simulator.case import Case
from simulator.coach.frameworks import Worded
from simulator.scenarios.formats import MoveName
from simulator.scoring import ReaderLanguage

Sentences = Mapping[ReaderLanguage, list[str]]
"""Sentences that say the same, in each of the languages of the screens."""


@dataclass(frozen=True, slots=True)
class MoveTip:
    """Advice about a move.

    Args:
        to_try: how to make it well; None for a move that nobody should make.
        avoid: what to do instead of it; None for a move that does no harm.
        instead: the move that `avoid` leads to.
        upset: whether it only helps while the customer is upset.
    """

    to_try: Sentences | None = None
    avoid: Sentences | None = None
    instead: MoveName | None = None
    upset: bool = False


@lru_cache(maxsize=1)
def _tips() -> dict[str, dict[str, Any]]:
    tips: dict[str, dict[str, Any]] = yaml12.load_resource("simulator.coach", "tips.yaml")
    return tips


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, Worded]]:
    words: dict[str, dict[str, Worded]] = yaml12.load_resource("simulator.coach", "wording.yaml")
    return words


@lru_cache(maxsize=64)
def move_tip(move: str) -> MoveTip | None:
    """The advice about a move; None if it is none."""
    entry = _tips()["moves"].get(move)
    if entry is None:
        return None
    rest = {key: value for key, value in entry.items() if key != "try"}
    return MoveTip(to_try=entry.get("try"), **rest)


def situation_tip(key: str, case: Case) -> Sentences:
    """The advice about something that is no move.

    Raises:
        KeyError: there is no such situation.
    """
    tips: Mapping[str, Sentences] = _tips()["situations"]
    return _tips()["hidden_unasked"][case.scenario.field] if key == "hidden_unasked" else tips[key]


def words(section: str, key: str, reader: ReaderLanguage) -> str:
    """One of the coach's other words.

    Raises:
        KeyError: there is none of this name.
    """
    return _words()[section][key][reader]
