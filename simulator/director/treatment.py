"""What a reply means to the customer at a point of the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simulator import channels
from simulator.case import Case
from simulator.desk import gaps, is_sent_as_is
from simulator.director.situation import Situation
from simulator.mood import Treatment
from simulator.observation import RUDE_MOVES, Observation, asks_for_details, read

_CROWDED_WORDS = 140
_STALLING_WORDS = 12
"""A longer reply than this, in which nothing was found, is given the benefit of the doubt."""
_FEWEST_QUESTION_WORDS = 4
"""A shorter question ("What?") asks for nothing."""


def treatment_of(
    case: Case,
    situation: Situation,
    observation: Observation,
    *,
    reply: str,
    waited: float,
    macros: Sequence[str] = (),
) -> Treatment:
    """What a reply means to this customer at this point.

    Args:
        observation: what was found in the reply.
        reply: the reply itself.
        waited: seconds that the customer waited for it.
        macros: the texts that the agent has inserted so far.
    """
    new_facts = {found.id for found in observation.facts} - situation.conveyed
    learned = {found.id for found in observation.asked} - situation.told
    works_on_it = bool(new_facts or learned) or observation.makes("asks", "stalls", "sets_limit", "escalates")
    answered = None if situation.pending is None or situation.settled or works_on_it else False
    good = channels.good_seconds(case.scenario, first=situation.answers == 0)
    late = max(0.0, waited - max(good, situation.felt)) / 60 / channels.pace(case.scenario)
    treatment = Treatment(
        moves=tuple((move.move, situation.times_heard(move.move)) for move in observation.moves),
        new_facts=len(new_facts),
        answered=True if situation.pending in new_facts else answered,
        learned=len(learned),
        false_claims=len(observation.forbidden),
        late_minutes=late,
        crowded=observation.stuffed or observation.words > _CROWDED_WORDS or len(new_facts) > 3,
        empty=observation.words == 0,
        repeated=fold(reply) in situation.said and observation.words > 1,
        canned=answered is not True
        and not works_on_it
        and not observation.makes("closes")
        and any(is_sent_as_is(reply, macro) for macro in macros),
        gap=bool(gaps(reply, macros=macros)),
    )
    on_the_case = _speaks_of_the_case(case, situation, reply)
    stalling = _is_stalling(situation, observation, treatment, reply=reply, on_the_case=on_the_case)
    return replace(treatment, stalling=stalling)


def _speaks_of_the_case(case: Case, situation: Situation, reply: str) -> bool:
    """Whether a reply has a word of the case's own, or a number."""
    language = situation.language
    text = read(reply, language)
    own = {
        read(word, language).tokens[0].key
        for word in case.scenario.issue.get(language, ())
        if read(word, language).tokens
    }
    return not own.isdisjoint(text.keys) or any(token.digits for token in text.tokens)


def _is_stalling(
    situation: Situation, observation: Observation, treatment: Treatment, *, reply: str, on_the_case: bool
) -> bool:
    """Whether a reply brings nothing: the customer still waits for an answer to what it said before."""
    if situation.settled or treatment.false_claims or observation.makes(*RUDE_MOVES, "wrong_language"):
        return False
    if treatment.new_facts or treatment.learned or observation.makes("sets_limit", "escalates"):
        return False
    if treatment.repeated or treatment.empty:
        return True
    waits = observation.makes("stalls") and not asks_for_details(read(reply, situation.language))
    asks = observation.makes("asks") and observation.words >= _FEWEST_QUESTION_WORDS
    if treatment.has_substance or (not waits and (asks or on_the_case or observation.claims)):
        return False
    return waits or observation.words <= _STALLING_WORDS


def fold(reply: str) -> str:
    """A reply without what does not make it another: case and spaces."""
    return " ".join(reply.casefold().split())
