"""How parts and replies make a value."""

from __future__ import annotations

from collections.abc import Sequence

_MIDDLE = 70.0
"""What a part of 50 is worth."""
_WORST_SHARE = 0.3
"""How much of an attempt's value is its worst reply: one insult is not averaged away."""


def worth(part: float) -> float:
    """What a part of 0-100 is worth, 0-100: the way to the middle counts more than the way from there to the top.

    To be polite or constructive at all is what customers miss; how much of it there is grows with the length of a
    reply, and a terse one must not be held against its writer.
    """
    return part * _MIDDLE / 50 if part <= 50 else _MIDDLE + (part - 50) * (100 - _MIDDLE) / 50


def over_all(values: Sequence[float]) -> float:
    """The value of several replies: their mean, with a share for the worst."""
    return (1 - _WORST_SHARE) * sum(values) / len(values) + _WORST_SHARE * min(values)
