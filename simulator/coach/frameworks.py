"""Frameworks of customer service, kept as data: what their steps are, and which moves make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator import yaml12
from simulator.scenarios.formats import MoveName
from simulator.scoring import ReaderLanguage

Worded = Mapping[ReaderLanguage, str]
"""A text in each of the languages of the screens."""


@dataclass(frozen=True, slots=True)
class FrameworkStep:
    """A step of a framework.

    Args:
        id: unique in its framework.
        name: what it is called.
        tip: one sentence that a trainee can act on at once.
        moves: the moves that make it.
        situations: other findings of the coach that it answers, keys of `tips.yaml`.
        stage: the part of the conversation that it belongs to, in a framework that has such parts.
    """

    id: str
    name: Worded
    tip: Worded
    moves: tuple[MoveName, ...]
    situations: tuple[str, ...] = ()
    stage: Worded | None = None


@dataclass(frozen=True, slots=True)
class Framework:
    """A known order of doing things in a hard conversation.

    Args:
        id: for settings and for `framework`.
        name: what it is called.
        about: what it is good for, in a sentence or two.
        source: where it comes from, as far as that is established.
        steps: in order.
    """

    id: str
    name: Worded
    about: Worded
    source: Worded
    steps: tuple[FrameworkStep, ...]

    def step_for(self, key: str) -> FrameworkStep | None:
        """The step that a move or situation belongs to: the first that lists it, if one does."""
        return next((step for step in self.steps if key in (*step.moves, *step.situations)), None)


@lru_cache(maxsize=1)
def _all() -> dict[str, Framework]:
    data: dict[str, dict[str, Any]] = yaml12.load_resource("simulator.coach", "frameworks.yaml")
    return {id: Framework(**{**entry, "id": id, "steps": _steps(entry["steps"])}) for id, entry in data.items()}


def _steps(entries: list[dict[str, Any]]) -> tuple[FrameworkStep, ...]:
    return tuple(
        FrameworkStep(**{**entry, "moves": tuple(entry["moves"]), "situations": tuple(entry.get("situations", ()))})
        for entry in entries
    )


def frameworks() -> tuple[Framework, ...]:
    """The frameworks that there are, the usual one first."""
    return tuple(_all().values())


def framework(id: str) -> Framework:
    """A framework by its id.

    Raises:
        ValueError: there is none of this id; the message names those that exist.
    """
    if id not in _all():
        raise ValueError(f"there is no framework “{id}”; there are: {', '.join(_all())}")
    return _all()[id]
