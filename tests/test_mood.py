"""Moods: calming needs reasons, formulas wear out, harm acts at once."""

from __future__ import annotations

import pytest

from simulator.conversation import Mood
from simulator.mood import Treatment, band, effects, next_mood
from simulator.scenarios.formats import Persona
from simulator.scenarios.library import load_library

FURIOUS: Persona = load_library().personas["furious"]
START = Mood(80, 30, 20)


def after(treatment: Treatment, mood: Mood = START) -> Mood:
    return next_mood(mood, treatment, FURIOUS)


def test_a_formula_with_nothing_behind_it_costs() -> None:
    assert after(Treatment(moves=(("empathises", 0),))).anger > START.anger
    assert after(Treatment(moves=(("empathises", 0), ("takes_ownership", 0)))).anger < START.anger


def test_the_same_formula_said_for_the_third_time_costs() -> None:
    first, second, third = (
        after(Treatment(moves=(("apologises", heard), ("explains", 0)), new_facts=1)).anger for heard in (0, 1, 2)
    )
    assert first < second < third


def test_good_moves_wear_out() -> None:
    falls = [START.anger - after(Treatment(moves=(("takes_ownership", heard),))).anger for heard in range(4)]
    assert falls == sorted(falls, reverse=True)
    assert falls[0] > 2 * falls[3] > 0


def test_nothing_happens_without_a_reason() -> None:
    assert after(Treatment()) == START


@pytest.mark.parametrize("move", [move for move, effect in effects().items() if effect.kind == "harm"])
def test_harm_never_helps(move: str) -> None:
    worse = after(Treatment(moves=((move, 0),)))  # type: ignore[arg-type]
    assert worse.anger + worse.confusion - worse.trust > START.anger + START.confusion - START.trust


def test_one_reply_does_not_turn_a_furious_customer() -> None:
    everything = tuple((move, 0) for move, effect in effects().items() if effect.kind != "harm")
    calmer = after(Treatment(moves=everything, new_facts=3, answered=True, learned=2), Mood(100, 0, 100))
    assert calmer.anger >= 75


def test_waiting_and_being_ignored_cost() -> None:
    assert after(Treatment(late_minutes=2)).anger > START.anger
    ignored = after(Treatment(answered=False))
    assert ignored.anger > START.anger
    assert ignored.trust < START.trust


def test_moods_stay_on_their_scales() -> None:
    worst = Treatment(moves=(("insults", 0), ("threatens", 0)), false_claims=3, late_minutes=60, answered=False)
    mood = START
    for _ in range(20):
        mood = after(worst, mood)
    assert (mood.anger, mood.trust) == (100, 0)
    best = Treatment(moves=(("takes_ownership", 0), ("names_feeling", 0)), new_facts=2, answered=True)
    for _ in range(60):
        mood = after(best, mood)
    assert mood == Mood(0, 0, 100)


def test_distrust_makes_calming_slower() -> None:
    kind = Treatment(moves=(("takes_ownership", 0),))
    assert after(kind, Mood(80, 0, 80)).anger < after(kind, Mood(80, 0, 5)).anger


@pytest.mark.parametrize(
    ("anger", "name"), [(0, "calm"), (24.9, "calm"), (25, "annoyed"), (50, "angry"), (75, "furious"), (100, "furious")]
)
def test_bands(anger: float, name: str) -> None:
    assert band(anger) == name
