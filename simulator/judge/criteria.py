"""What is judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from simulator import yaml12
from simulator.scoring import Dimension

TOP_BAND = 5
DIMENSIONS: tuple[Dimension, ...] = ("accuracy", "tone", "de_escalation")
"""What the judge scores; reply time and process need no opinion."""

Void = Literal[
    "abstained",
    "unfound_quote",
    "no_passage",
    "out_of_range",
    "malformed",
    "contradicts_itself",
    "wrong_language",
    "speaks_to_judge",
    "nothing_said",
    "refused",
    "truncated",
    "empty",
    "slow",
    "unreachable",
    "not_served",
    "too_few",
]
"""Why there is no verdict."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of the things that are judged.

    Args:
        name: as in the prompt and the answer.
        dimension: which score it is a part of.
        weight: in that score.
    """

    name: str
    dimension: Dimension
    weight: float


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """The data as it stands in `criteria.yaml`."""
    loaded: dict[str, Any] = yaml12.load_resource(__package__, "criteria.yaml")
    return loaded


@lru_cache(maxsize=1)
def criteria() -> tuple[Criterion, ...]:
    """All of them, in the order of the prompt."""
    return tuple(Criterion(name, each["dimension"], each["weight"]) for name, each in table()["criteria"].items())
