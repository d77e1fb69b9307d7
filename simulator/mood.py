"""How a customer's mood answers to what it is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from simulator import yaml12
from simulator.conversation import Mood
from simulator.scenarios.formats import Band, MoveName, Persona

VERSION = "2"
"""Version of the rules of mood. Raise it when the same treatment may give another mood."""

Kind = Literal["formula", "substance", "harm", "neutral"]

_BANDS: tuple[tuple[float, Band], ...] = ((75, "furious"), (50, "angry"), (25, "annoyed"), (0, "calm"))
_MOST_RELIEF, _MOST_UPSET = 20.0, 32.0
"""Points of anger that one reply can take away or add at most: nobody turns round within one message."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move does, in points on the 0-100 scales; `suggested`: whether a better reply may be made of it."""

    kind: Kind
    anger: float
    confusion: float
    trust: float
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one reply (or silence) means to the customer: all that its mood goes by.

    Args:
        moves: the moves made, each with how often the customer has heard it before.
        new_facts: facts conveyed that were new.
        answered: whether what the customer had asked was answered; None if it had asked nothing.
        learned: hidden facts that the agent asked for: interest in the case.
        false_claims: claims that the customer knows to be untrue.
        late_minutes: minutes of waiting beyond the channel's good reply time.
        crowded: whether the reply is too much at once, or a heap of keywords.
        empty: whether it says nothing at all.
        repeated: whether the same was sent before, word by word.
        stalling: whether it only keeps the customer waiting.
        canned: whether it is a macro, sent as it is, that does not fit.
        gap: whether a gap of a macro was left open in it.
        helped: whether something was done for the customer that it can see.
    """

    moves: tuple[tuple[MoveName, int], ...] = ()
    new_facts: int = 0
    answered: bool | None = None
    learned: int = 0
    false_claims: int = 0
    late_minutes: float = 0.0
    crowded: bool = False
    empty: bool = False
    repeated: bool = False
    stalling: bool = False
    canned: bool = False
    gap: bool = False
    helped: bool = False
    _names: frozenset[MoveName] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", frozenset(name for name, _ in self.moves))

    def makes(self, *names: MoveName) -> bool:
        """Whether any of the moves is made."""
        return not self._names.isdisjoint(names)

    @property
    def has_substance(self) -> bool:
        """Whether it gives the customer anything besides formulas."""
        return bool(
            self.new_facts
            or self.learned
            or self.answered
            or any(effects()[m].kind == "substance" for m in self._names)
        )


@lru_cache(maxsize=1)
def effects() -> dict[MoveName, Effect]:
    """What each move does, from `moves.yaml`."""
    return {name: Effect(**effect) for name, effect in yaml12.load_resource("simulator", "moves.yaml").items()}


def band(anger: float) -> Band:
    """The name of an anger of 0-100: calm below 25, annoyed below 50, angry below 75, else furious."""
    return next(name for floor, name in _BANDS if anger >= floor)


def next_mood(mood: Mood, treatment: Treatment, persona: Persona, *, bounded: bool = True) -> Mood:
    """The customer's mood after a treatment.

    Good treatment acts with inertia (the persona's, more while there is little trust) and less each time it is
    repeated; bad treatment acts at once. A formula without substance, or said for the third time, costs.

    Args:
        mood: before.
        treatment: what happened.
        persona: who it happened to.
        bounded: whether rage ends at 100 and distrust at 0. Unbounded, one more insult still shows.
    """
    anger = confusion = trust = 0.0
    for move, heard in treatment.moves:
        effect = _felt(move, heard, treatment)
        factor = persona.sensitivity.get(move, 1.0)
        anger += factor * effect.anger
        confusion += factor * effect.confusion
        trust += factor * effect.trust
    facts = min(treatment.new_facts, 2)
    anger -= 3.0 * facts + 1.5 * treatment.learned
    confusion -= 8.0 * facts
    trust += 4.0 * facts + 2.0 * treatment.learned
    if treatment.answered is True:
        anger, trust = anger - 3.0, trust + 3.0
    if treatment.answered is False:
        anger, confusion, trust = anger + 7.0, confusion + 3.0, trust - 4.0
    anger += 9.0 * treatment.false_claims + persona.waiting.anger_per_minute * treatment.late_minutes
    trust -= 12.0 * treatment.false_claims + 1.0 * min(treatment.late_minutes, 5.0)
    if treatment.crowded:
        confusion += 12.0
    if treatment.empty or treatment.repeated:
        anger, trust = anger + 8.0, trust - 4.0
    if treatment.canned:
        anger, trust = anger + 6.0, trust - 5.0
    if treatment.gap:
        anger, confusion, trust = anger + 4.0, confusion + 4.0, trust - 5.0
    if treatment.helped:
        anger, trust = anger - 4.0, trust + 5.0
    ease = (1.0 - persona.inertia) * (0.7 + 0.6 * mood.trust / 100)
    return Mood(
        anger=_moved(mood.anger, anger, ease=ease, bounded=bounded),
        confusion=_moved(mood.confusion, confusion, ease=max(ease, 0.6), bounded=bounded),
        trust=round(
            max(0.0 if bounded else -100.0, min(100.0, mood.trust + (trust * ease if trust > 0 else trust))), 2
        ),
    )


def _felt(move: MoveName, heard: int, treatment: Treatment) -> Effect:
    """What a move does to somebody who has heard it `heard` times before."""
    effect = effects()[move]
    if treatment.repeated and effect.kind != "harm":
        return Effect("neutral", 0.0, 0.0, 0.0)
    if effect.kind == "formula":
        if heard >= 2:
            return Effect("harm", 4.0, 0.0, -3.0)
        if not treatment.has_substance:
            return Effect("harm", 2.0, 0.0, -2.0)
    if effect.kind in ("formula", "substance"):
        fading = 0.6**heard
        return Effect(effect.kind, effect.anger * fading, effect.confusion * fading, effect.trust * fading)
    return effect


def _moved(level: float, change: float, *, ease: float, bounded: bool) -> float:
    if change < 0:
        return round(max(0.0, level - min(-change * ease, _MOST_RELIEF)), 2)
    if not bounded:
        return round(level + change, 2)
    # The last points to the top come harder: rage saturates.
    return round(min(100.0, level + min(change, _MOST_UPSET) * (0.5 + 0.5 * (100 - level) / 100)), 2)
