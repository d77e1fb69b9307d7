"""The director's rules: the situation and the cue after each reply, silence or step at the desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from simulator import channels, yaml12
from simulator.case import Case
from simulator.conversation import Language, Mood, Transcript
from simulator.desk import Reaction
from simulator.director.situation import Cue, Part, Situation
from simulator.director.treatment import fold
from simulator.mood import Treatment, next_mood
from simulator.observation import RUDE_MOVES, Observation
from simulator.scenarios.formats import BeatName, Fact, HiddenFact

_LOST_FROM = 50.0
"""From this confusion on, jargon or too much at once makes the customer ask for plain words."""
_SOFTENS_AT = 5.0
"""Points of anger taken away by one reply that the customer shows."""
_STRIKES_TO_SUPERVISOR, _STRIKES_TO_GIVE_UP = 2, 4
_IGNORED_TO_GIVE_UP = 5
_RAGE = 95.0
_MOST_ANSWERS = 2
"""So many questions are answered in one message; the others have to be asked again."""
_PATIENT_STALLS = 2
_STUCK = 2
"""After so many objections the customer asks whether the agent needs something."""
_MOST_REPLIES = 30


def opening(case: Case) -> tuple[Situation, Cue]:
    """The situation before the first reply, and the cue for the customer's first message."""
    start = case.persona.mood
    situation = Situation(
        mood=Mood(start.anger, start.confusion, start.trust), language=case.language, pending=case.scenario.facts[0].id
    )
    return situation, _cue(case, situation, (Part("open", tuple(case.scenario.opening[case.language])),), ())


def hear(
    case: Case,
    situation: Situation,
    observation: Observation,
    treatment: Treatment,
    *,
    reply: str,
    waited: float,
    transcript: Transcript,
) -> tuple[Situation, Cue]:
    """The customer hears a reply.

    Args:
        observation: what was found in the reply.
        treatment: what it means to the customer.
        reply: the reply itself.
        waited: seconds that the customer waited for it.
        transcript: the conversation so far, the reply included.

    Returns:
        The situation after it, and the cue for the customer's answer.
    """
    mood = next_mood(situation.mood, treatment, case.persona)
    offended = observation.makes(*RUDE_MOVES)
    worse = offended or treatment.repeated or mood.anger - situation.mood.anger > 4 or bool(observation.forbidden)
    went_past = treatment.answered is False or treatment.repeated
    heard = dict(situation.heard)
    for move in {move.move for move in observation.moves}:
        heard[move] = heard.get(move, 0) + 1
    after = replace(
        situation,
        mood=mood,
        language=_language_after(case, situation.replies + 1),
        replies=situation.replies + 1,
        conveyed=situation.conveyed | {found.id for found in observation.facts},
        heard=tuple(sorted(heard.items())),
        said=situation.said | {fold(reply)},
        ignored=situation.ignored + 1 if went_past else 0,
        strikes=situation.strikes + 1 if worse else 0,
        foreign=situation.foreign + 1 if observation.makes("wrong_language") else 0,
        # One honest "one moment" buys patience; a second in a row does not.
        nudges=situation.nudges if treatment.stalling and situation.stalling else 0,
        answers=situation.answers + (not treatment.stalling),
        stalling=situation.stalling + 1 if treatment.stalling else 0,
        felt=waited if treatment.stalling else 0.0,
    )
    return _next(case, situation, after, observation, treatment, transcript)


def _next(
    case: Case,
    before: Situation,
    after: Situation,
    observation: Observation,
    treatment: Treatment,
    transcript: Transcript,
) -> tuple[Situation, Cue]:
    """Picks the beats: the first rule that fits."""
    language = after.language

    def act(*parts: Part, **changes: object) -> tuple[Situation, Cue]:
        situation = replace(after, **changes)  # type: ignore[arg-type]
        return situation, _cue(case, situation, parts, transcript)

    if _gives_up(after):
        return act(Part("give_up"), outcome="gave_up")
    if observation.makes("wrong_language"):
        return act(Part("wrong_language"))
    passes_on = observation.makes("escalates") and not observation.makes("asks")  # a question is an offer, or not done
    if passes_on and (case.scenario.may_escalate or before.demanded or before.times_heard("escalates")):
        return act(Part("handed_over"), outcome="escalated")
    if observation.makes(*RUDE_MOVES):
        if after.strikes >= _STRIKES_TO_SUPERVISOR and not before.demanded:
            return act(Part("supervisor"), demanded=True, settled=False)
        return act(Part("offended"), settled=False)
    if observation.forbidden:
        claim = case.forbidden(observation.forbidden[0])
        return act(Part("doubt", tuple(claim.reaction[language])), settled=False)
    if before.settled:
        return act(Part("close"), outcome="resolved")
    confusing = treatment.crowded or observation.makes("uses_jargon")
    parts: list[Part] = []
    asked = sorted((found.id for found in observation.asked), key=lambda id: id in before.told)[:_MOST_ANSWERS]
    if asked:
        parts += [Part("answer", tuple(case.hidden(id).told[language])) for id in asked]
        after = replace(after, told=after.told | set(asked))
    elif confusing and after.mood.confusion >= _LOST_FROM:
        return act(Part("lost"))
    if _accepts(case, after):
        return act(*parts, Part("accept", tuple(case.scenario.acceptance[language])), settled=True, pending=None)
    if not parts:
        if treatment.repeated or (
            not treatment.has_substance and not observation.makes("stalls", "asks", "sets_limit")
        ):
            parts = _unheard(case, after, before)
        elif not treatment.has_substance and observation.makes("stalls"):
            if after.times_heard("stalls") <= _PATIENT_STALLS:
                return act(Part("stall"))
            parts = _unheard(case, after, before)
        elif before.mood.anger - after.mood.anger >= _SOFTENS_AT and after.replies % 2:
            parts = [Part("soften")]
    if not parts or parts[-1].beat in ("soften", "answer", "unheard"):
        step, pending = _next_step(case, after, before, treatment, answers=bool(asked))
        if step is not None and len(parts) < 2:
            parts.append(step)
        stuck = after.stuck + 1 if step is not None and step.beat == "object" and next_hidden(case, after) else 0
        return act(*parts, pending=pending, stuck=stuck)
    return act(*parts)


def _unheard(case: Case, after: Situation, before: Situation) -> list[Part]:
    """What is said to an empty reply: now that it brings nothing, now the question again."""
    if after.pending is not None and before.ignored % 2 == 0:
        return [Part("repeat", tuple(case.fact(after.pending).question[after.language]))]
    return [Part("unheard")]


def _next_step(
    case: Case, after: Situation, before: Situation, treatment: Treatment, *, answers: bool
) -> tuple[Part | None, str | None]:
    """The question or objection that leads on, and the fact that is then waited for."""
    language = after.language
    wanted = next_fact(case, after)
    if wanted is not None:
        repeats = wanted.id == before.pending and before.replies > 0 and not treatment.learned
        beat: BeatName = "repeat" if repeats else "ask"
        if wanted.id == before.pending and answers and not repeats:
            return None, wanted.id
        return Part(beat, tuple(wanted.question[language])), wanted.id
    if next_hidden(case, after) is not None and after.stuck >= _STUCK:
        return Part("ask", _asks_what_is_missing(language)), None
    return Part("object", tuple(case.scenario.objections[language])), None


@lru_cache(maxsize=8)
def _asks_what_is_missing(language: Language) -> tuple[str, ...]:
    return tuple(yaml12.load_resource("simulator", "stuck.yaml")[language])


def next_fact(case: Case, situation: Situation) -> Fact | None:
    """The needed fact that the customer waits for or asks for next, if one is left that it can ask for."""
    left = [
        fact
        for fact in case.scenario.facts
        if fact.needed and fact.id not in situation.conveyed and situation.told.issuperset(fact.after)
    ]
    pending = next((fact for fact in left if fact.id == situation.pending), None)
    return pending or (left[0] if left else None)


def next_hidden(case: Case, situation: Situation) -> HiddenFact | None:
    """The needed hidden fact that was not asked for yet, if one is left."""
    return next((h for h in case.scenario.hidden if h.needed and h.id not in situation.told), None)


def is_complete(case: Case, situation: Situation) -> bool:
    """Whether all that is needed was conveyed and asked for."""
    scenario = case.scenario
    return all(fact.id in situation.conveyed for fact in scenario.facts if fact.needed) and all(
        hidden.id in situation.told for hidden in scenario.hidden if hidden.needed
    )


def _accepts(case: Case, situation: Situation) -> bool:
    return is_complete(case, situation) and situation.mood.anger < case.scenario.settles_below


def _gives_up(situation: Situation) -> bool:
    raging = situation.mood.anger >= _RAGE and situation.strikes >= _STRIKES_TO_GIVE_UP
    worn = situation.ignored >= _IGNORED_TO_GIVE_UP or situation.foreign >= _STRIKES_TO_GIVE_UP
    return raging or worn or situation.strikes > _STRIKES_TO_GIVE_UP + 1 or situation.replies >= _MOST_REPLIES


def next_silence(case: Case, situation: Situation) -> float | None:
    """Seconds of silence, since the customer's last message that was no nudge, after which it does something."""
    if situation.outcome is not None:
        return None
    waiting = case.persona.waiting
    steps = [] if situation.settled else waiting.nudges_after[situation.nudges :]
    return (steps[0] if steps else waiting.leaves_after) * channels.pace(case.scenario)


def silence(case: Case, situation: Situation, *, transcript: Transcript) -> tuple[Situation, Cue]:
    """The customer reacts to the silence that `next_silence` tells of: asks whether anybody is there, or leaves."""
    waiting = case.persona.waiting
    if situation.settled:
        situation = replace(situation, outcome="resolved")
        return situation, _cue(case, situation, (Part("close"),), transcript)
    steps = [0.0, *waiting.nudges_after, waiting.leaves_after]
    minutes = (steps[situation.nudges + 1] - steps[situation.nudges]) / 60
    mood = next_mood(situation.mood, Treatment(late_minutes=minutes / 2), case.persona)
    if situation.nudges >= len(waiting.nudges_after):
        situation = replace(situation, mood=mood, outcome="abandoned")
        return situation, _cue(case, situation, (Part("leave"),), transcript)
    situation = replace(situation, mood=mood, nudges=situation.nudges + 1)
    return situation, _cue(case, situation, (Part("nudge"),), transcript)


def learn(situation: Situation, facts: Collection[str]) -> Situation:
    """The customer has understood more facts of an earlier reply than the rules saw at once; its mood stays."""
    situation = replace(situation, conveyed=situation.conveyed.union(facts))
    return replace(situation, pending=None, ignored=0) if situation.pending in facts else situation


def acted(case: Case, situation: Situation, reaction: Reaction, *, transcript: Transcript) -> tuple[Situation, Cue]:
    """The customer sees what was done for it at the desk, and says something to it."""
    mood = next_mood(situation.mood, Treatment(helped=reaction.good), case.persona)
    situation = replace(situation, mood=mood)
    return situation, _cue(case, situation, (Part("react", reaction.lines),), transcript)


def _language_after(case: Case, replies: int) -> Language:
    speech = case.scenario.speech
    if speech.style == "switches" and replies >= speech.after:
        return speech.to.get(case.language, case.language)
    return case.language


def _cue(case: Case, situation: Situation, parts: tuple[Part, ...], transcript: Transcript) -> Cue:
    speech = case.scenario.speech
    return Cue(
        parts=parts,
        mood=situation.mood,
        language=situation.language,
        mixed_in=speech.other.get(situation.language) if speech.style == "mixes" else None,
        persona=case.persona,
        seed=case.seed,
        transcript=transcript,
        opened_in=case.language,
    )
