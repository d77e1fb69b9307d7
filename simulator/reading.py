"""Readings: what a language model has read in a reply beyond the rules, as a step of the attempt's log.

The log keeps ids with the words that show them, so the course is replayed without the model. A reading whose words are
not in the reply is none, whoever wrote it into the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.case import Case
from simulator.conversation import Quote, Transcript
from simulator.observation import Found

_TURN, _FACT, _HIDDEN = "turn", "fact/", "hidden/"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a reply.

    Args:
        facts: facts that were conveyed, in whatever words.
        asked: hidden facts that were asked for, in whatever words.
    """

    facts: tuple[Found, ...] = ()
    asked: tuple[Found, ...] = ()


def reading_body(turn: int, *, facts: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, str]:
    """The body of the step that tells of a reading.

    Args:
        turn: index of the reply in the transcript.
        facts: ids of facts with words of the reply.
        asked: ids of hidden facts with words of the reply.
    """
    said = {f"{_FACT}{id}": words for id, words in facts.items()}
    return {_TURN: str(turn), **said, **{f"{_HIDDEN}{id}": words for id, words in asked.items()}}


def turn_of(body: Mapping[str, str]) -> int:
    """The place of the reply that a step tells of, by its body; -1 if it names none."""
    return int(body[_TURN]) if body.get(_TURN, "").isdecimal() else -1


def reading_of(case: Case, transcript: Transcript, body: Mapping[str, str]) -> Reading:
    """The reading that a step tells of, as far as the case knows it and the reply has the words."""
    place = turn_of(body)
    if not 0 <= place < len(transcript) or transcript[place].role != "agent":
        return Reading()
    text = transcript[place].text

    def found(prefix: str, known: Iterable[str]) -> tuple[Found, ...]:
        quoted = {id: body[f"{prefix}{id}"] for id in known if body.get(f"{prefix}{id}")}
        places = {id: text.find(words) for id, words in quoted.items()}
        return tuple(
            Found(id, Quote(words, places[id], places[id] + len(words)))
            for id, words in quoted.items()
            if places[id] >= 0
        )

    return Reading(
        found(_FACT, (fact.id for fact in case.scenario.facts)), found(_HIDDEN, (each.id for each in case.hidden_facts))
    )
