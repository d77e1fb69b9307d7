"""Faults of messages that a model wrote for the customer: each is found, and authored lines have none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from attempts import LIBRARY
from golden import Spy

from simulator import director, yaml12
from simulator.conversation import LANGUAGES, Language, Mood, Turn
from simulator.customers.faults import FAULTS, about, faults_at_end, faults_so_far
from simulator.customers.scripted import compose
from simulator.director import Cue, Part
from simulator.prompts import Assignment, assign
from simulator.prompts.talk import BANDS
from simulator.scenarios.rehearsal import trainees

MESSAGES: list[dict[str, Any]] = yaml12.load((Path(__file__).parent / "customer_faults.yaml").read_text("utf-8"))
ANGER = {"calm": 12.0, "annoyed": 37.0, "angry": 62.0, "furious": 88.0}


def cue_of(beat: str, anger: float, *, language: Language = "en", persona: str = "furious", opening: int = 2) -> Cue:
    """A cue after the opening and one reply."""
    case = LIBRARY.cast("late-refund", persona=persona, language=language)
    scenario = case.scenario
    contents = {
        "open": scenario.opening,
        "ask": scenario.facts[0].question,
        "repeat": scenario.facts[0].question,
        "object": scenario.objections,
        "doubt": scenario.forbidden[0].reaction,
        "answer": scenario.hidden[0].told,
        "accept": scenario.acceptance,
        "react": scenario.acceptance,
    }
    said = scenario.opening[language][opening]
    talk = (Turn("customer", said, 0.0), Turn("agent", "One robot, one refund, 20 November.", 9.0))
    _, cue = director.opening(case)
    part = Part(beat, tuple(contents[beat][language]) if beat in contents else ())  # type: ignore[arg-type]
    return replace(cue, parts=(part,), mood=Mood(anger, 20, 40), transcript=() if beat == "open" else talk)


def assignment_of(message: dict[str, Any]) -> Assignment:
    cue = cue_of(
        message["beat"], message["anger"], language=message["language"], persona=message.get("persona", "furious")
    )
    return assign(cue, compose(cue))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: f"{m['fault']}-{m['language']}-{m['says'][:20]}")
def test_each_fault_is_found_and_none_in_good_messages(message: dict[str, Any]) -> None:
    found = [fault.name for fault in faults_at_end(message["says"], assignment_of(message))]
    if message["fault"] is None:
        assert found == []
    else:
        assert message["fault"] in found


def test_there_is_a_message_for_each_fault() -> None:
    assert {message["fault"] for message in MESSAGES} == {None, *FAULTS}


def test_each_fault_has_a_name_of_tau2_bench() -> None:
    tags = {"hallucination", "incorrect_interpretation", "guideline_violation", "revealed_info_early"}
    tags |= {"inconsistent_behavior", "premature_termination", "missed_required_action", "wrong_sequence", "other"}
    assert all(about(name)[0] in tags for name in FAULTS)
    assert all(about(name)[1] in {"minor", "critical_helped", "critical_hindered"} for name in FAULTS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("persona", sorted(LIBRARY.personas))
def test_authored_lines_have_no_fault(persona: str, language: Language) -> None:
    faulty = []
    for beat, banked in LIBRARY.personas[persona].lines[language].items():
        for band, lines in banked.items():
            for line in lines:
                for heat in BANDS if band == "any" else (band,):
                    cue = cue_of(beat, ANGER[heat], language=language, persona=persona, opening=0)
                    content = cue.parts[0].content
                    said = line.partition("{")[0] + content[0] + line.partition("}")[2] if "{" in line else line
                    if "{" not in line and content:
                        continue
                    found = list(faults_at_end(said, assign(cue, said)))
                    if found:
                        faulty.append((found, said))
    assert not faulty


@pytest.mark.parametrize("scenario", sorted(LIBRARY.scenarios))
def test_whole_scripted_conversations_have_no_fault(scenario: str) -> None:
    for language in LIBRARY.scenario(scenario).languages:
        for name in ("expert", "rude"):
            spy = Spy()
            trainees.play(LIBRARY.cast(scenario, language=language), name, customer=spy)
            for cue in spy.cues:
                said = compose(cue)
                assert not list(faults_at_end(said, assign(cue, said))), said


def test_a_beginning_is_not_blamed_for_what_may_follow() -> None:
    assignment = assignment_of({"language": "en", "beat": "object", "anger": 60})
    assert not list(faults_so_far("Not good enough.", assignment))
    assert [fault.name for fault in faults_at_end("Not good enough.", assignment)] == ["missing_content"]
