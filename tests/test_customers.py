"""Both customers keep one contract: the script, and the model's over a real HTTP endpoint."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import get_args

import pytest
from attempts import LIBRARY
from golden import Spy
from test_customer_faults import cue_of
from voices import good, settings_of

from simulator.attempt import Attempt
from simulator.conversation import LANGUAGES, Language, Turn
from simulator.customers import (
    Customer,
    LanguageModelCustomer,
    NoEndpoint,
    ScriptedCustomer,
    Speech,
    choose_customer,
    listen,
)
from simulator.customers.scripted import compose
from simulator.director import Cue
from simulator.director.situation import Beat
from simulator.endpoint import Endpoint
from simulator.log import MemoryLog
from simulator.observation import language_of
from simulator.prompts import assign
from simulator.scenarios.formats import BeatName
from simulator.scenarios.rehearsal import TraineeName, trainees
from simulator.scoring import RULE_SCORERS
from standin import Standin

BEATS: tuple[Beat, ...] = (*get_args(BeatName), "react")
CALM: tuple[Beat, ...] = ("accept", "close", "handed_over", "soften", "stall", "react")
"""Beats of a customer that is not angry, or not any more."""


@pytest.fixture
def endpoint(standin: Standin) -> Iterator[Endpoint]:
    opened = Endpoint(settings_of(standin.url))
    with closing(opened):
        yield opened


@pytest.fixture(params=["scripted", "model"])
def customer(request: pytest.FixtureRequest) -> Customer:
    if request.param == "scripted":
        return ScriptedCustomer()
    standin: Standin = request.getfixturevalue("standin")
    standin.model.answer = good
    endpoint: Endpoint = request.getfixturevalue("endpoint")
    return LanguageModelCustomer(endpoint)


def mood_of(beat: Beat) -> float:
    return 20.0 if beat in CALM else 80.0


class Heard:
    """A customer that notes what it was told to say, and what it said."""

    takes_time = False

    def __init__(self, customer: Customer) -> None:
        self._customer = customer
        self.said: list[tuple[Cue, str]] = []

    def speak(self, cue: Cue) -> Speech:
        spoken = yield from self._customer.speak(cue)
        self.said.append((cue, spoken.text))
        return spoken


# One message


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_beat_has_its_words_in_every_language(customer: Customer, language: Language) -> None:
    for beat in BEATS:
        cue = cue_of(beat, mood_of(beat), language=language)
        drafts: list[str] = []
        spoken = listen(customer.speak(cue), drafts.append)
        assert spoken.text.strip(), beat
        assert drafts[-1] == spoken.text, beat
        assert spoken.voice in ("scripted", "model")
        assert language_of(spoken.text, language) in (language, None), (beat, spoken.text)
        assert len(spoken.text.split()) <= assign(cue, compose(cue)).most_words, (beat, spoken.text)
        assert not re.search(r"[{}<>]|\*\*", spoken.text), (beat, spoken.text)
        for part in cue.parts:
            assert not part.content or any(said in spoken.text for said in part.content), (beat, spoken.text)


def test_the_same_cue_has_the_same_words(customer: Customer) -> None:
    for beat in BEATS:
        cue = cue_of(beat, mood_of(beat))
        assert listen(customer.speak(cue)).text == listen(customer.speak(cue)).text


def test_nothing_is_said_over_again(customer: Customer) -> None:
    for beat in BEATS:
        cue = cue_of(beat, mood_of(beat))
        heard = {turn.text for turn in cue.transcript if turn.role == "customer"}
        for _ in range(3):
            text = listen(customer.speak(cue)).text
            if cue.parts[0].content:
                break  # a scenario's sentence may be all that there is to say
            assert text not in heard, beat
            heard.add(text)
            cue = replace(cue, transcript=(*cue.transcript, Turn("customer", text, 20.0), Turn("agent", "Hm.", 30.0)))


def test_closing_a_speech_ends_it(customer: Customer) -> None:
    speech = customer.speak(cue_of("unheard", 80.0))
    assert next(speech)
    speech.close()
    with pytest.raises(StopIteration):
        next(speech)


# Whole conversations


@pytest.mark.parametrize("name", ["expert", "novice", "rude", "prompt-injector"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_conversation(customer: Customer, language: Language, name: TraineeName) -> None:
    """It ends as it should, in its language, without a word over again, and nothing is told before it was asked for."""
    heard = Heard(customer)
    attempt = trainees.play(LIBRARY.cast("late-refund", language=language), name, customer=heard)
    said = [turn for turn in attempt.transcript if turn.role == "customer"]
    assert attempt.outcome is not None
    assert name == "novice" or (attempt.outcome == "resolved") == (name == "expert")
    assert attempt.transcript[-1].role == "customer"
    assert all(language_of(turn.text, language) in (language, None) for turn in said)
    assert len({turn.text for turn in said}) == len(said)
    if isinstance(customer, LanguageModelCustomer):
        assert sum(turn.voice == "model" for turn in said) >= 0.5 * len(said)
    for cue, text in heard.said:
        told = attempt.situations[len(cue.transcript) - 1].told if cue.transcript else frozenset()
        unlocked = " ".join(line for part in cue.parts for line in part.content)
        for hidden in attempt.case.hidden_facts:
            if hidden.id not in told:
                secrets = re.findall(r"\S+@\S+\w|\b[A-Z\d]+-\d+\b", " ".join(hidden.told[language]))
                before = unlocked + " ".join(turn.text for turn in cue.transcript)
                assert not [each for each in secrets if each in text and each not in before]


def test_silence_is_answered_at_once(customer: Customer) -> None:
    began = time.monotonic()
    attempt = trainees.play(LIBRARY.cast("late-refund"), "silent", customer=customer)
    assert attempt.outcome == "abandoned"
    assert {turn.voice for turn in attempt.transcript[1:]} == {"scripted"}
    assert time.monotonic() - began < 5


def test_what_was_said_is_taken_up_as_it_was(customer: Customer) -> None:
    """Resuming asks nobody to say anything anew."""
    log, now = MemoryLog(), [0.0]
    case = LIBRARY.cast("late-refund")
    begun = Attempt.begin(case, customer=customer, scorers=RULE_SCORERS, log=log, clock=lambda: now[0])
    for reply in ("I'm sorry. What is your order number?", "Please calm down."):
        now[0] += 20
        begun.reply(reply)
    mute = Heard(ScriptedCustomer())
    again = Attempt.resume(case, customer=mute, scorers=RULE_SCORERS, log=log, clock=lambda: now[0])
    assert (again.transcript, again.situation) == (begun.transcript, begun.situation)
    assert mute.said == []


def test_both_customers_lead_to_the_same_situations(standin: Standin, endpoint: Endpoint) -> None:
    """Code, not the model, owns mood, unlocking and ending: the same replies lead to the same place."""
    standin.model.answer = good
    replies = ("I'm sorry. What is your order number?", "The bank needs 3 to 5 business days.", "Calm down.", "Bye.")
    ends = []
    for customer in (ScriptedCustomer(), LanguageModelCustomer(endpoint)):
        now = [0.0]
        attempt = Attempt.begin(
            LIBRARY.cast("late-refund"),
            customer=customer,
            scorers=RULE_SCORERS,
            log=MemoryLog(),
            clock=lambda now=now: now[0],  # type: ignore[misc]
        )
        for reply in replies:
            now[0] += 20
            attempt.reply(reply)
        ends.append(attempt.situation)
    assert ends[0] == ends[1]


# Choosing


def test_who_speaks_is_chosen_by_setting_and_endpoint(monkeypatch: pytest.MonkeyPatch, standin: Standin) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "TOUGH_CUSTOMER_MODEL_URL", "TOUGH_CUSTOMER_MODEL_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(choose_customer("auto"), ScriptedCustomer)
    with pytest.raises(NoEndpoint, match="OPENAI_API_KEY"):
        choose_customer("model")
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_URL", standin.url)
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL", "standin")
    assert isinstance(choose_customer("auto"), LanguageModelCustomer)
    assert isinstance(choose_customer("scripted"), ScriptedCustomer)
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_STALL_SECONDS", "often")
    assert isinstance(choose_customer("auto"), ScriptedCustomer)


def test_a_cue_is_all_that_a_model_gets(standin: Standin, endpoint: Endpoint) -> None:
    spy = Spy()
    trainees.play(LIBRARY.cast("late-refund"), "novice", customer=spy)
    standin.model.answer = good
    listen(LanguageModelCustomer(endpoint).speak(spy.cues[2]))
    sent = json.dumps(standin.records.chats[-1].body)
    assert "passages" not in sent
    assert set(standin.records.chats[-1].body) <= {
        *("model", "messages", "max_tokens", "max_completion_tokens", "temperature", "seed", "stream"),
        *("stream_options", "reasoning_effort"),
    }
