"""How a message treats the other person, beyond rude and kind words: scorn, blame, orders, walls, and warmth.

The model of politeness (`tone.politeness`) learned of requests between editors, in which nobody mocks and nobody is
sent to read the contract. Patterns and weights are by hand; the weights are in the model's log-odds, and were chosen so
that on the rated requests the model loses next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import exp
from typing import NamedTuple

from simulator.conversation import Quote
from simulator.ratings.cues import read
from simulator.ratings.patterns import Found
from simulator.ratings.phrases import Phrases, phrases_of

WEIGHTS: Mapping[str, float] = {"scorn": -1.4, "blame": -1.0, "order": -1.0, "wall": -1.0, "warm": 0.8}
CUES: Mapping[str, float] = {"insult": -0.6, "mock": -0.5, "accuse": -0.4, "command": -0.5, "stonewall": -0.5}
"""Cues of disputes, which know fewer and looser words."""
_LONG = 60.0
"""In so many words a phrase says half of what it says in a few."""
_ALIKE = 0.4
"""What is left of warmth beside scorn: mockery dresses in kind words."""


def _said(said: Phrases, kind: str) -> list[Found]:
    """What a message says of a kind. "Right now" is an order only where its clause tells nothing of oneself or of how
    things stand: "I am checking it right now", "the shop is closed right now"."""
    found = [one for one in said.found.get(kind, ()) if not one.negated]
    if kind == "order":
        urgent = (one for one in said.found.get("urgent", ()) if not one.negated)
        found += [one for one in urgent if not said.places("states", said.cut.clauses[one.first], one.last + 1)]
    return found


class Manner(NamedTuple):
    """How much of a kind a message has, 0-1, and the words of its first phrase: the second phrase says less than the
    first, and each less in a long text."""

    amount: float
    quote: Quote


@lru_cache(maxsize=256)
def manners_of(text: str, language: str) -> Mapping[str, Manner]:
    """The kinds (`WEIGHTS`) that a message has, in the order of their weights there.

    Args:
        text: a message.
        language: ISO 639-1 code; in a language without patterns nothing is found.
    """
    said = phrases_of(text, language)
    long = 1.0 + len(said.cut.words) / _LONG
    manners = {}
    for kind in WEIGHTS:
        found = _said(said, kind)
        if found:
            amount = 1.0 - exp(-1.5 * sum(one.weight for one in found) / long)
            manners[kind] = Manner(amount, said.quote(found[0]))
    return manners


def manners(text: str, language: str) -> list[tuple[str, str, float]]:
    """What counts for or against politeness: a key, the words in the text, and its weight in log-odds.

    Args:
        text: a message.
        language: ISO 639-1 code; in a language without patterns nothing is found.
    """
    has = manners_of(text, language)
    warm = 1.0 - (1.0 - _ALIKE) * has["scorn"].amount if "scorn" in has else 1.0
    found = [
        (kind, one.quote.text, WEIGHTS[kind] * (one.amount * warm if kind == "warm" else one.amount))
        for kind, one in has.items()
    ]
    reading = read(text, language)
    for kind, weight in CUES.items():
        if reading.counts.get(kind):
            found.append((kind, reading.quotes(kind)[0].text, weight / (1.0 + reading.words / _LONG)))
    return found
