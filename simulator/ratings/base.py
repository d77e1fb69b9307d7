"""What a rating is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.conversation import Role
from simulator.observation.base import Reason, quote_of

__all__ = ["Rating", "Reason", "Turns", "quote_of"]

Turns = Sequence[tuple[Role, str]]
"""A conversation so far: who said what, verbatim, in order."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A value from 0 to 100 and what it rests on, the strongest first."""

    value: float
    reasons: tuple[Reason, ...]
