"""The best reply that the rules offer in a situation, found by search over moves, and what a reply cost against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Literal

from simulator.case import Case
from simulator.conversation import Language, Mood
from simulator.director import Situation, next_fact, next_hidden
from simulator.mood import Treatment, effects, next_mood
from simulator.observation.lexicon import say
from simulator.scenarios.formats import MoveName

Mark = Literal["best", "good", "inaccuracy", "mistake", "blunder"]

_LIMITS: tuple[tuple[float, Mark], ...] = ((3.0, "best"), (7.0, "good"), (11.0, "inaccuracy"), (18.0, "mistake"))
_MOST_MOVES = 3
_ANGER, _CONFUSION, _TRUST, _PROGRESS = 0.6, 0.2, 0.3, 4.0
"""What a point of mood and a step towards the solution are worth: anger weighs most, it is what ends conversations."""


@dataclass(frozen=True, slots=True)
class Option:
    """A reply as the rules see it.

    Args:
        moves: its moves, in speaking order.
        fact: the fact it conveys, if any.
        hidden: the hidden fact it asks for, if any.
        worth: of the mood that it leads to, in points; only differences mean something.
        mood: the mood that it leads to.
    """

    moves: tuple[MoveName, ...]
    fact: str | None
    hidden: str | None
    worth: float
    mood: Mood


def best_reply(case: Case, situation: Situation, *, asking: bool = False) -> Option:
    """The best reply in a situation: at most three moves around one fact or question.

    Args:
        asking: only replies that ask for a hidden fact, where one is left. A reply that does is held against these:
            asking first is as good a way as telling first.
    """
    options = list(_options(case, situation))
    asks = [option for option in options if option.hidden is not None] if asking else []
    return max(asks or options, key=lambda option: option.worth)


def _options(case: Case, situation: Situation) -> Iterator[Option]:
    if situation.settled:
        yield _option(case, situation, ("closes",), None, None)
        return
    fact, hidden = next_fact(case, situation), next_hidden(case, situation)
    contents: list[tuple[str | None, str | None]] = [(fact.id if fact else None, None)]
    if hidden is not None:
        contents.append((None, hidden.id))
    for fact_id, hidden_id in contents:
        for size in range(_MOST_MOVES + 1):
            for moves in combinations(_suggested(), size):
                yield _option(case, situation, moves, fact_id, hidden_id)


def _option(
    case: Case, situation: Situation, moves: tuple[MoveName, ...], fact: str | None, hidden: str | None
) -> Option:
    spoken: tuple[MoveName, ...] = (*moves, *(("explains",) if fact else ()), *(("asks",) if hidden else ()))
    treatment = Treatment(
        moves=tuple((move, situation.times_heard(move)) for move in spoken),
        new_facts=1 if fact else 0,
        answered=True if fact and fact == situation.pending else None,
        learned=1 if hidden else 0,
    )
    mood = next_mood(situation.mood, treatment, case.persona, bounded=False)
    return Option(moves, fact, hidden, _worth(mood, treatment), mood)


@lru_cache(maxsize=1)
def _suggested() -> tuple[MoveName, ...]:
    return tuple(move for move, effect in effects().items() if effect.suggested)


def _worth(mood: Mood, treatment: Treatment) -> float:
    steps = min(treatment.new_facts + treatment.learned, 1)
    return _TRUST * mood.trust - _ANGER * mood.anger - _CONFUSION * mood.confusion + _PROGRESS * steps


def loss(case: Case, situation: Situation, treatment: Treatment, best: Option) -> float:
    """What a reply cost against the best one in a situation, in points of worth, 0 or more.

    Args:
        treatment: what the reply meant to the customer. Waiting is not counted here.
        best: the best reply in the situation.
    """
    treatment = replace(treatment, late_minutes=0.0)
    mood = next_mood(situation.mood, treatment, case.persona, bounded=False)
    return round(max(0.0, best.worth - _worth(mood, treatment)), 2)


def mark_of(cost: float) -> Mark:
    """The mark of a reply by its loss."""
    return next((mark for limit, mark in _LIMITS if cost <= limit), "blunder")


_FIRST: tuple[MoveName, ...] = ("names_feeling", "apologises", "reassures", "takes_ownership")


def in_words(case: Case, option: Option, *, language: Language, variant: int = 0) -> str:
    """The option in words: the cues' own sentences around the scenario's answer or question.

    Args:
        variant: which of several fitting sentences is taken.
    """
    first = [say(move, language, variant) for move in _FIRST if move in option.moves]
    middle = []
    if option.fact is not None:
        middle.append(case.fact(option.fact).answer[language])
    if option.hidden is not None:
        middle.append(case.hidden(option.hidden).ask[language])
    last = [say(move, language, variant) for move in option.moves if move not in _FIRST]
    return " ".join([*first, *middle, *last])
