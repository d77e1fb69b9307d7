"""What a conversation is heading for: how likely it turns into a personal attack, and how content the customer is.

Rules: every weight here was set by hand and is round; none was learned from data. What heats and cools a dispute
follows Zhang et al. 2018, "Conversations Gone Awry".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from operator import mul

from simulator.conversation import Quote, Role
from simulator.ratings.base import Rating, Reason, Turns
from simulator.ratings.cues import Reading, read

LOUD = 0.5
"""Share of words in capitals from which on a message shouts."""
_REASONS = 6
MOVES = {
    "insults": "insult",
    "mocks": "mock",
    "threatens": "threat",
    "blames": "accuse",
    "tells_to_calm_down": "command",
    "dismisses": "stonewall",
    "refuses_flat": "stonewall",
    "hides_behind_policy": "stonewall",
    "apologises": "apology",
    "thanks": "thanks",
    "offers_remedy": "offers",
    "offers_choice": "compromise",
    "sets_limit": "compromise",
    "takes_ownership": "concedes",
}
"""The kind of cue that a move of the observer stands for."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, read."""

    role: Role
    reading: Reading
    amounts: Mapping[str, float]
    """How much of each kind of cue it has, 0-1: the second cue of a kind says less than the first."""


@lru_cache(maxsize=2_048)
def _read(role: Role, text: str, moves: frozenset[str], language: str) -> Said:
    """Reads a message: it is looked at again with each message that follows it."""
    reading = read(text, language)
    rates = {kind: reading.rate(kind) for kind in reading.counts}
    # A move that no cue showed counts as one. Sorted: a set has another order in each process.
    for move in sorted(moves):
        kind = MOVES.get(move)
        if kind is not None and kind not in rates:
            rates[kind] = 1.0 / (1.0 + reading.words / 25.0)
    return Said(role, reading, {kind: 1.0 - exp(-rate) for kind, rate in rates.items()})


def _said(turns: Turns, language: str, moves: Sequence[Collection[str]]) -> list[Said]:
    found = [*map(frozenset, moves), *[frozenset[str]()] * (len(turns) - len(moves))]
    return [_read(role, text, made, language) for (role, text), made in zip(turns, found, strict=False)]


def _tone(said: Said, weights: Mapping[str, float]) -> float:
    return sum([weights[kind] * amount for kind, amount in said.amounts.items() if kind in weights], 0.0)


def _weights(count: int, decay: float, first: float = 1.0) -> list[float]:
    """How much each message counts: `decay` times as much as the next, the first one `first` times that; 1 together."""
    weights = [decay ** (count - 1 - place) for place in range(count)]
    total = sum(weights)
    if count > 1:
        weights[0] *= first
    return [weight / total for weight in weights]


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(map(mul, values, weights), 0.0)


HEAT: dict[str, float] = {
    "insult": 1.0,
    "accuse": 0.8,
    "challenge": 0.6,
    "mock": 0.5,
    "command": 0.5,
    "threat": 0.5,
    "stonewall": 0.4,
    "disagree": 0.4,
    "frustration": 0.3,
    "contrast": -0.35,
    "concedes": -0.6,
    "thanks": -0.4,
    "offers": -0.4,
    "apology": -0.3,
    "compromise": -0.3,
    "hedge": -0.25,
    "indirect": -0.25,
    "we": -0.1,
    "reason": -0.1,
    "positive": -0.1,
}
"""What heats and cools a dispute. The directions are those of Zhang et al. 2018, "Conversations Gone Awry"."""
_YOU = 10.0
"""For the share of words that speak of the other person, those of service ("thank you", "could you") apart."""
_MAX, _SHOUT, _DECAY = 0.25, 0.4, 0.85
_MIDDLE, _WIDTH = 0.55, 0.4
"""The heat that is as likely as not to end in an attack, and how fast the odds turn around it."""


def _directness(reading: Reading) -> float:
    counts = reading.counts
    return max(0, counts.get("you", 0) - counts.get("kind_you", 0)) / (reading.words + 20.0)


def heat(said: Said) -> float:
    """How hot a message is: below 0 it cools, above 1 it is an open quarrel."""
    reading = said.reading
    return _tone(said, HEAT) + _YOU * _directness(reading) + _SHOUT * (reading.shout > LOUD) + 0.05 * reading.exclaims


def escalation_risk(turns: Turns, *, language: str, moves: Sequence[Collection[str]] = ()) -> Rating | None:
    """How likely the talk turns into a personal attack, by all that was said so far; None where nothing can be read.

    A rank rather than a probability: civil talks have 10-25, quarrels 35 and more.

    Args:
        turns: what was said, in order.
        language: ISO 639-1 code.
        moves: names of the moves that the observer found in each turn, where they are known.
    """
    said = _said(turns, language, moves)
    places = [place for place, one in enumerate(said) if one.reading.readable]
    if not places:
        return None
    heats = [heat(said[place]) for place in places]
    weights = _weights(len(places), _DECAY)
    level = _mean(heats, weights) + _MAX * max(0.0, *heats)
    value = 100.0 / (1.0 + exp(-(level - _MIDDLE) / _WIDTH))
    return Rating(round(value, 1), tuple(_reasons(said, places, weights, HEAT, direct=True)))


OWN: dict[str, float] = {
    "positive": 1.0,
    "accepted": 0.8,
    "thanks": 0.6,
    "concedes": 0.4,
    "negative": -1.0,
    "unresolved": -1.0,
    "insult": -1.0,
    "frustration": -0.8,
    "threat": -0.8,
    "leaving": -0.7,
    "accuse": -0.6,
    "challenge": -0.6,
    "disagree": -0.6,
    "mock": -0.5,
    "stonewall": -0.4,
    "command": -0.4,
}
"""What a customer's own words say of how content it is."""
OTHER: dict[str, float] = {
    "positive": 0.4,
    "accepted": 0.4,
    "concedes": 0.4,
    "thanks": 0.3,
    "offers": 0.2,
    "compromise": 0.1,
    "insult": -1.0,
    "accuse": -0.7,
    "stonewall": -0.6,
    "mock": -0.6,
    "disagree": -0.5,
    "threat": -0.5,
    "negative": -0.4,
    "challenge": -0.4,
    "leaving": -0.4,
    "command": -0.3,
    "frustration": -0.3,
    "unresolved": -0.3,
    "delays": -0.4,
}
"""What the agent's words make of it."""
_OWN_DECAY, _OTHER_DECAY, _OTHER_SHARE = 0.7, 0.85, 0.5
_OPENING = 0.5
"""The customer's first message tells the problem; that is not what it thinks of the help."""
_SHORT, _LENGTH, _LONGEST = 4, 0.02, 30
"""Each further message of a talk costs a little."""
_AGAIN = 0.4
_CALLS = 0.8
"""What a mere "Hello???" costs beside what was said before: the customer still waits for an answer."""
_CONTENT = 1.6
"""Steepness of the scale: one clear word of thanks or of complaint at the end moves it far."""


def satisfaction(turns: Turns, *, language: str, moves: Sequence[Collection[str]] = ()) -> Rating | None:
    """How content the customer is by then; None before the customer has said anything readable.

    Args:
        turns: what was said, in order; one customer's message alone is rated as it sounds.
        language: ISO 639-1 code.
        moves: names of the moves that the observer found in each turn, where they are known.
    """
    said = _said(turns, language, moves)
    own = [place for place, one in enumerate(said) if one.role == "customer" and one.reading.readable]
    if not own:
        return None
    other = [place for place, one in enumerate(said) if one.role == "agent" and one.reading.readable]
    own_weights = _weights(len(own), _OWN_DECAY, _OPENING)
    other_weights = [_OTHER_SHARE * weight for weight in _weights(len(other), _OTHER_DECAY)]
    moods: list[float] = []
    for place in own:
        called = said[place].reading.calls()
        moods.append(_mood(said[place]) if not (called and moods) else min(0.0, moods[-1]) - _CALLS)
    level = _mean(moods, own_weights)
    level += _mean([_tone(said[place], OTHER) for place in other], other_weights)
    length = _LENGTH * min(max(0, len(said) - _SHORT), _LONGEST)
    level -= length
    reasons = [*_reasons(said, own, own_weights, OWN), *_reasons(said, other, other_weights, OTHER)]
    if length:
        reasons.append(Reason(None, "long_talk", round(-length, 3)))
    if _asked_again([said[place].reading for place in own]):
        level -= _AGAIN
        again = said[own[-1]].reading.text
        reasons.append(Reason(Quote(again, 0, len(again)), "asked_again", -_AGAIN, own[-1]))
    reasons.sort(key=lambda reason: -abs(reason.weight))
    return Rating(round(_scale(level), 1), tuple(reasons[:_REASONS]))


def _scale(level: float) -> float:
    return 100.0 / (1.0 + exp(-_CONTENT * level))


def _mood(said: Said) -> float:
    tone, reading = _tone(said, OWN), said.reading
    return tone + 0.15 * min(reading.exclaims, 2) * (tone > 0) - 0.3 * (reading.shout > LOUD)


def _asked_again(own: Sequence[Reading]) -> bool:
    """Whether the customer's last question repeats an earlier one: it was not answered."""
    if len(own) < 2 or not own[-1].questions:
        return False
    asked = _content(own[-1].text)
    return len(asked) >= 2 and any(
        len(asked & before) >= 0.6 * len(asked) for before in (_content(one.text) for one in own[:-1] if one.questions)
    )


_LONG_WORD = re.compile(r"[^\W_]{4,}")


@lru_cache(maxsize=2_048)
def _content(text: str) -> frozenset[str]:
    return frozenset([word[:6] for word in _LONG_WORD.findall(text.lower())])


def _reasons(
    said: Sequence[Said],
    places: Sequence[int],
    weights: Sequence[float],
    points: Mapping[str, float],
    *,
    direct: bool = False,
) -> list[Reason]:
    """The kinds that moved a level most, each with the message that had most of it."""
    sums: dict[str, float] = {}
    best: dict[str, tuple[float, int]] = {}
    for place, weight in zip(places, weights, strict=True):
        parts = {kind: points[kind] * amount for kind, amount in said[place].amounts.items() if kind in points}
        if direct and (directness := _directness(said[place].reading)):
            parts["you"] = _YOU * directness
        for kind, part in parts.items():
            sums[kind] = sums.get(kind, 0.0) + weight * part
            if kind not in best or weight * abs(part) > best[kind][0]:
                best[kind] = (weight * abs(part), place)
    strongest = sorted(sums, key=lambda kind: -abs(sums[kind]))[:_REASONS]
    return [
        Reason(next(iter(said[place].reading.quotes(kind)), None), kind, round(sums[kind], 3), place)
        for kind in strongest
        for place in (best[kind][1],)
    ]
