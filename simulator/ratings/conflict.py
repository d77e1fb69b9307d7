"""The two parts of de-escalation that a message shows: constructive and hostile. Rules with weights set by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from simulator.conversation import Quote
from simulator.ratings.base import Rating, Reason
from simulator.ratings.cues import Reading, read
from simulator.ratings.manners import Manner, manners_of
from simulator.ratings.outcome import LOUD


@dataclass(frozen=True, slots=True)
class Sign:
    """What makes a part of de-escalation: cues and moves of the observer that show it, with their chance each; and a
    kind of `manners` with the chance that a clear one shows it."""

    name: str
    cues: Mapping[str, float]
    moves: Mapping[str, float]
    manner: tuple[str, float] = ("", 0.0)


CONSTRUCTIVE = (
    Sign("asks", {"asks": 0.5, "question": 0.5}, {"asks": 0.5}),
    Sign("clarifies", {"clarifies": 0.5}, {"restates": 0.45, "checks_understanding": 0.4, "explains": 0.3}),
    Sign("offers", {"offers": 0.55}, {"offers_remedy": 0.6, "gives_next_step": 0.4, "escalates": 0.3}),
    Sign("concedes", {"concedes": 0.45, "apology": 0.2}, {"takes_ownership": 0.5, "apologises": 0.2}),
    Sign("compromises", {"compromise": 0.55}, {"offers_choice": 0.55, "sets_limit": 0.5}),
    Sign("validates", {"thanks": 0.1, "hedge": 0.1}, {"names_feeling": 0.35, "empathises": 0.15, "thanks": 0.1}),
)
HOSTILE = (
    Sign(
        "attacks",
        {"insult": 0.7, "threat": 0.6, "mock": 0.5},
        {"insults": 0.8, "threatens": 0.7, "mocks": 0.6},
        ("scorn", 0.7),
    ),
    Sign("blames", {"accuse": 0.55, "challenge": 0.4}, {"blames": 0.65}, ("blame", 0.7)),
    Sign("orders", {"command": 0.5, "shouting": 0.4}, {"tells_to_calm_down": 0.5}, ("order", 0.7)),
    Sign(
        "stonewalls",
        {"stonewall": 0.5, "disagree": 0.15},
        {"dismisses": 0.6, "refuses_flat": 0.4, "hides_behind_policy": 0.35},
        ("wall", 0.6),
    ),
)
_SOFTENS = ("offers", "compromises", "concedes")
"""Beside these a limit is no wall: "that is not possible, but I can ..."."""
_CLEAR = 0.4
_COVERS = 0.4
"""What is left of a wall where a way is offered, and of a question where the message attacks."""


def conflict_parts(text: str, *, language: str, moves: Collection[str] = ()) -> dict[str, Rating]:
    """How constructive a message is (asks, clarifies, offers, concedes, compromises) and how hostile (attacks, blames,
    orders, stonewalls).

    Args:
        text: the message.
        language: ISO 639-1 code.
        moves: names of the moves that the observer found in it.

    Returns:
        "constructive" and "hostile"; empty where nothing can be read.
    """
    reading = read(text, language)
    if not reading.readable and not moves:
        return {}
    manners = manners_of(reading.text, language)
    good = {sign.name: _chance(sign, reading, manners, moves) for sign in CONSTRUCTIVE}
    bad = {sign.name: _chance(sign, reading, manners, moves) for sign in HOSTILE}
    if max(good[name] for name in _SOFTENS) >= _CLEAR:
        bad["stonewalls"] *= _COVERS
    if max(bad["attacks"], bad["blames"], bad["orders"]) >= _CLEAR:
        good["asks"] *= _COVERS
    return {
        "constructive": _part(CONSTRUCTIVE, good, reading, manners),
        "hostile": _part(HOSTILE, bad, reading, manners),
    }


def _chance(sign: Sign, reading: Reading, manners: Mapping[str, Manner], moves: Collection[str]) -> float:
    """The chance that a message does this: its strongest sign, and a little more for a second one."""
    found = [chance for move, chance in sign.moves.items() if move in moves]
    for cue, chance in sign.cues.items():
        if cue == "question":
            count = reading.questions
        elif cue == "shouting":
            count = int(reading.shout > LOUD)
        else:
            count = reading.counts.get(cue, 0)
        if count:
            found.append(1.0 - (1.0 - chance) * 0.75 ** (min(count, 3) - 1))
    kind, chance = sign.manner
    if kind in manners:
        found.append(chance * manners[kind].amount)
    if not found:
        return 0.0
    found.sort()
    return 1.0 - (1.0 - found[-1]) * (0.75 if len(found) > 1 else 1.0)


def _words(sign: Sign, reading: Reading, manners: Mapping[str, Manner]) -> Quote | None:
    """The words of a sign: of its cues, else of its manner."""
    manner = manners.get(sign.manner[0])
    return next(iter(reading.quotes(*sign.cues)), None) or (manner.quote if manner is not None else None)


def _part(
    signs: Sequence[Sign], chances: Mapping[str, float], reading: Reading, manners: Mapping[str, Manner]
) -> Rating:
    left = 1.0
    for chance in chances.values():
        left *= 1.0 - chance
    reasons = [
        Reason(_words(sign, reading, manners), sign.name, round(100 * chances[sign.name], 1))
        for sign in signs
        if chances[sign.name] > 0
    ]
    reasons.sort(key=lambda reason: -reason.weight)
    return Rating(round(100 * (1.0 - left), 1), tuple(reasons))
