"""Cards for a pause of the trainee's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulator import yaml12
from simulator.coach.frameworks import Worded


@dataclass(frozen=True, slots=True)
class BreatheCard:
    """A short exercise.

    Args:
        id: of the card.
        title: what it is called.
        steps: what to do, in order; three to five.
        source: where it comes from.
    """

    id: str
    title: Worded
    steps: tuple[Worded, ...]
    source: Worded


@lru_cache(maxsize=1)
def breathe_cards() -> tuple[BreatheCard, ...]:
    """All the cards."""
    cards = yaml12.load_resource("simulator.coach", "breathe.yaml")
    return tuple(BreatheCard(**{**card, "steps": tuple(card["steps"])}) for card in cards)


def breathe_card(n: int) -> BreatheCard:
    """The card for the n-th time that one is asked for: each in turn, then from the first again."""
    return breathe_cards()[n % len(breathe_cards())]
