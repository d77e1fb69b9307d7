"""Both customers: one contract; and what the model's one does when the model or its endpoint fails."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attempts import LIBRARY
from golden import Spy
from pydantic import SecretStr
from test_customer_faults import cue_of
from typer.testing import CliRunner

from simulator import history, practice
from simulator.attempt import Attempt
from simulator.cli import app
from simulator.customers import (
    Customer,
    LanguageModelCustomer,
    NoEndpoint,
    NotWanted,
    ScriptedCustomer,
    Spoken,
    choose_customer,
    listen,
)
from simulator.customers.language_model import cleaned, whole_sentences
from simulator.endpoint import Endpoint, EndpointSettings
from simulator.history import Store
from simulator.log import MemoryLog
from simulator.model_call import ModelCall
from simulator.observation import language_of
from simulator.scenarios.rehearsal import trainees
from simulator.scoring import RULE_SCORERS
from standin import Behaviour, Standin

GOOD = "Enough with the sorry! What are you going to DO about my robot?"
CONTENT = re.compile("“(.*?)”")


def good(body: Any) -> str:
    """What a fair model says: what the task gives it, in the mood's own way where that needs none."""
    task = body["messages"][-1]["content"].rpartition("<task>")[2]
    language = re.search(r"in (English|Russian|German|Spanish)", task)
    assert language is not None
    said = " ".join(CONTENT.findall(task))
    if said:
        return said
    heat = re.search(r"Mood: (\w+)", task)
    assert heat is not None
    examples: str = body["messages"][0]["content"].partition(f"{heat[1].capitalize()}:\n- ")[2]
    return next(line for line in examples.split("\n- ") if "…" not in line)


@pytest.fixture
def endpoint(standin: Standin) -> Iterator[Endpoint]:
    opened = Endpoint(settings_of(standin.url))
    with closing(opened):
        yield opened


def settings_of(url: str, **more: Any) -> EndpointSettings:
    patience: dict[str, Any] = {"connect_seconds": 1, "first_token_seconds": 0.6, "stall_seconds": 0.5, "attempts": 1}
    return EndpointSettings(url=url, model="standin", key=SecretStr("secret-key"), **{**patience, **more})


@pytest.fixture(params=["scripted", "model"])
def customer(request: pytest.FixtureRequest) -> Customer:
    if request.param == "scripted":
        return ScriptedCustomer()
    standin: Standin = request.getfixturevalue("standin")
    standin.model.answer = good
    endpoint: Endpoint = request.getfixturevalue("endpoint")
    return LanguageModelCustomer(endpoint)


# The contract


@pytest.mark.parametrize("language", ["en", "ru", "de", "es"])
def test_a_customer_plays_a_whole_conversation(customer: Customer, language: Any) -> None:
    attempt = trainees.play(LIBRARY.cast("late-refund", language=language), "expert", customer=customer)
    assert attempt.outcome == "resolved"
    said = [turn for turn in attempt.transcript if turn.role == "customer"]
    assert all(turn.text.strip() and turn.voice in ("scripted", "model") for turn in said)
    assert all(language_of(turn.text, language) == language for turn in said)
    if isinstance(customer, LanguageModelCustomer):
        assert sum(turn.voice == "model" for turn in said) >= len(said) - 1


def test_the_same_cue_has_the_same_words(customer: Customer) -> None:
    for beat, anger in (("object", 60.0), ("answer", 40.0), ("unheard", 80.0)):
        cue = cue_of(beat, anger)
        assert listen(customer.speak(cue)).text == listen(customer.speak(cue)).text


def test_a_message_grows_into_what_is_said(customer: Customer) -> None:
    drafts: list[str] = []
    spoken = listen(customer.speak(cue_of("answer", 40.0)), drafts.append)
    assert drafts[-1] == spoken.text
    assert isinstance(spoken, Spoken)


def test_a_customer_says_what_its_cue_brings(customer: Customer) -> None:
    cue = cue_of("answer", 40.0)
    assert "TW-5038214" in listen(customer.speak(cue)).text


def test_silence_is_answered_at_once(customer: Customer) -> None:
    began = time.monotonic()
    attempt = trainees.play(LIBRARY.cast("late-refund"), "silent", customer=customer)
    assert attempt.outcome == "abandoned"
    assert {turn.voice for turn in attempt.transcript[1:]} == {"scripted"}
    assert time.monotonic() - began < 5


# The model's: what comes back


def ask(standin: Standin, endpoint: Endpoint, *answers: Behaviour | str, beat: str = "unheard") -> Spoken:
    standin.model.script(*answers)
    return listen(LanguageModelCustomer(endpoint).speak(cue_of(beat, 80.0)))


def test_a_good_message_is_used(standin: Standin, endpoint: Endpoint) -> None:
    spoken = ask(standin, endpoint, Behaviour(text=GOOD, cached=64))
    assert (spoken.text, spoken.voice) == (GOOD, "model")
    (call,) = spoken.calls
    assert (call.outcome, call.faults, call.again, call.model) == ("used", (), False, "standin")
    assert call.prompt == standin.records.chats[0].prompt_tokens
    assert call.cached == 64
    assert call.completion
    assert call.first_token_s is not None
    assert call.cost is None


FAULTY = {
    "leaked_reasoning": "Okay, the user wants me to be angry. Stop pasting rubbish!",
    "role_inversion": "How can I help you today? I am happy to assist you.",
    "quoted_instructions": "Say that you want action and no phrases.",
    "stage_directions": "*sighs loudly* FIX it, you useless lot!",
    "wrong_language": "Hören Sie auf mit den Textbausteinen und tun Sie endlich etwas!",
    "invented_detail": "My order is TW-1234567 and you are useless!",
    "early_agreement": "Sounds good, I accept that. Thank you very much for your help.",
    "early_farewell": "You useless lot. Goodbye.",
    "too_mild": "I really appreciate your effort, what is the next step?",
    "too_long": "You useless lot. " * 30,
    "empty": "…!",
    "repetition": "You have my robot and you still have my 661.90 EUR. I want the money now.",
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_is_named_to_a_second_try(fault: str, standin: Standin, endpoint: Endpoint) -> None:
    spoken = ask(standin, endpoint, FAULTY[fault], GOOD)
    assert (spoken.text, spoken.voice) == (GOOD, "model")
    assert [(call.outcome, call.faults, call.again) for call in spoken.calls] == [
        ("faulty", (fault,), False),
        ("used", (), True),
    ]
    first, second = (call.body["messages"] for call in standin.records.chats)
    assert first[:-1] == second[:-1]
    assert "Your last try cannot be used." in second[-1]["content"]
    assert "Your last try cannot be used." not in first[-1]["content"]


def test_after_two_faulty_tries_the_script_speaks(standin: Standin, endpoint: Endpoint) -> None:
    spoken = ask(standin, endpoint, FAULTY["role_inversion"], FAULTY["too_mild"], GOOD)
    assert spoken.voice == "scripted"
    assert [call.faults for call in spoken.calls] == [("role_inversion",), ("too_mild",)]
    assert standin.model.left == 1


def test_what_was_shown_before_a_fault_is_replaced(standin: Standin, endpoint: Endpoint) -> None:
    standin.model.script("Enough of your sorry words! How can I help you? Bye.", GOOD)
    drafts: list[str] = []
    listen(LanguageModelCustomer(endpoint).speak(cue_of("unheard", 80.0)), drafts.append)
    assert drafts[0] == "Enough of your sorry words!"
    assert not any("help you" in draft for draft in drafts)
    assert drafts[-1] == GOOD


def test_a_fault_ends_the_stream(standin: Standin, endpoint: Endpoint) -> None:
    endless = "How can I help you? " + "Please tell me more. " * 200
    ask(standin, endpoint, Behaviour(text=endless, between=0.01), GOOD)
    assert wait_for(lambda: [call.state for call in standin.records.chats] == ["cancelled", "done"])


@pytest.mark.parametrize(
    "answer",
    [
        f"<think>The user wants an angry customer. I write one.</think>\n\n{GOOD}",
        f'"{GOOD}"',
        f"Customer: {GOOD}",
        f"**{GOOD}**",
    ],
)
def test_what_surrounds_a_message_is_taken_off(answer: str, standin: Standin, endpoint: Endpoint) -> None:
    drafts: list[str] = []
    standin.model.script(answer)
    spoken = listen(LanguageModelCustomer(endpoint).speak(cue_of("unheard", 80.0)), drafts.append)
    assert (spoken.text, spoken.voice) == (GOOD, "model")
    assert spoken.calls[0].faults == (("leaked_reasoning",) if "<think>" in answer else ())
    assert not any("think" in draft or "user" in draft for draft in drafts)


def test_thoughts_without_an_end_are_never_shown() -> None:
    for end in range(len("<think>The user wants. Me to")):
        assert cleaned("<think>The user wants. Me to"[: end + 1]) == ""
    assert whole_sentences("Well?? What now") == "Well??"


# The model's: what the endpoint does


FAILURES: dict[str, Behaviour] = {
    "unauthorised": Behaviour(status=401),
    "not_found": Behaviour(status=404),
    "rate_limited": Behaviour(status=429, retry_after=90),
    "overloaded": Behaviour(status=500),
    "timeout_first_token": Behaviour(text=GOOD, first_token=5),
    "timeout_stall": Behaviour(text=GOOD, fault="stall", after=3),
    "truncated": Behaviour(text=GOOD, fault="truncate", after=3),
    "malformed": Behaviour(text=GOOD, fault="malformed", after=3),
    "refused": Behaviour(text=GOOD, fault="refusal"),
    "empty": Behaviour(text=""),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_when_the_endpoint_fails_the_script_speaks(kind: str, standin: Standin, endpoint: Endpoint) -> None:
    spoken = ask(standin, endpoint, FAILURES[kind])
    assert spoken.voice == "scripted"
    assert [call.outcome for call in spoken.calls] == [kind]
    assert "secret-key" not in repr(spoken)


def test_where_there_is_no_server_the_script_speaks(standin: Standin, endpoint: Endpoint) -> None:
    standin.stop()
    spoken = listen(LanguageModelCustomer(endpoint).speak(cue_of("unheard", 80.0)))
    assert (spoken.voice, spoken.calls[0].outcome) == ("scripted", "unreachable")


def test_a_dead_endpoint_is_left_alone_for_a_while(standin: Standin, endpoint: Endpoint) -> None:
    now = [0.0]
    customer = LanguageModelCustomer(endpoint, clock=lambda: now[0])
    standin.model.script(Behaviour(status=500), GOOD)
    cue = cue_of("unheard", 80.0)
    outcomes = []
    for at in (0.0, 10.0, 29.0, 31.0):
        now[0] = at
        outcomes.append(listen(customer.speak(cue)).calls[-1].outcome)
    assert outcomes == ["overloaded", "resting", "resting", "used"]


def test_patience_bounds_both_tries(standin: Standin) -> None:
    with closing(Endpoint(settings_of(standin.url, first_token_seconds=20, stall_seconds=20))) as slow:
        standin.model.answer = lambda body: Behaviour(text="x " * 90, between=0.1)
        began = time.monotonic()
        spoken = listen(LanguageModelCustomer(slow, patience=2.5).speak(cue_of("unheard", 80.0)))
    assert time.monotonic() - began < 4
    assert (spoken.voice, spoken.calls[-1].outcome) == ("scripted", "timeout_total")


def test_an_answer_that_nobody_waits_for_is_cancelled(standin: Standin, endpoint: Endpoint) -> None:
    there = [True]
    customer = LanguageModelCustomer(endpoint, is_wanted=lambda: there[0])
    standin.model.script(Behaviour(text=GOOD, first_token=0.5, between=0.2))
    threading.Timer(0.2, lambda: there.__setitem__(0, False)).start()
    with pytest.raises(NotWanted):
        listen(customer.speak(cue_of("unheard", 80.0)))
    assert wait_for(lambda: bool(standin.records.cancelled))


def test_closing_a_speech_closes_the_stream(standin: Standin, endpoint: Endpoint) -> None:
    standin.model.script(Behaviour(text=f"Enough! {'Do it now. ' * 3}", between=0.05))
    speech = LanguageModelCustomer(endpoint).speak(cue_of("unheard", 80.0))
    assert next(speech)
    speech.close()
    assert wait_for(lambda: bool(standin.records.cancelled))


# In a conversation


def test_the_endpoint_is_lost_in_the_middle(standin: Standin, endpoint: Endpoint) -> None:
    standin.model.answer = lambda body: good(body) if len(standin.records.chats) < 4 else Behaviour(status=503)
    log = MemoryLog()
    now = [0.0]
    attempt = Attempt.begin(
        LIBRARY.cast("late-refund"),
        customer=LanguageModelCustomer(endpoint),
        scorers=RULE_SCORERS,
        log=log,
        clock=lambda: now[0],
    )
    for number in range(5):
        now[0] += 20
        attempt.reply(f"I am looking into it, step {number}, what is the order number?")
    voices = [turn.voice for turn in attempt.transcript if turn.role == "customer"]
    assert voices[:3] == ["model"] * 3
    assert voices[-2:] == ["scripted"] * 2
    assert len(attempt.transcript) == 11
    assert next(call.outcome for _, call in log.calls if call.outcome != "used") == "overloaded"


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


def test_what_a_model_said_is_kept_with_its_calls(store: Store, standin: Standin, endpoint: Endpoint) -> None:
    standin.model.answer = lambda body: Behaviour(text=good(body), cached=10)
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Kim", customer=LanguageModelCustomer(endpoint))
    standin.model.script(FAULTY["role_inversion"], FAULTY["role_inversion"])
    begun.attempt.reply("Please calm down.")
    calls = history.list_calls(store, attempt_id=begun.id)
    assert [(each.turn_index, each.call.outcome, each.call.faults) for each in calls] == [
        (0, "used", ()),
        (2, "faulty", ("role_inversion",)),
        (2, "faulty", ("role_inversion",)),
    ]
    assert calls[0].call.cached == 10
    turns = history.load_log(store, attempt_id=begun.id).turns
    assert [turn.voice for turn in turns] == ["model", None, "scripted"]
    assert history.list_calls(store, since=calls[1].called_at) == calls[1:]


def test_a_call_that_cannot_be_kept_loses_no_turn(
    store: Store, standin: Standin, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **named: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(history, "add_calls", fails)
    standin.model.answer = good
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Kim", customer=LanguageModelCustomer(endpoint))
    begun.attempt.reply("Please calm down.")
    assert len(history.load_log(store, attempt_id=begun.id).turns) == 3


def test_a_reply_whose_answer_was_cut_short_is_answered_once(
    store: Store, standin: Standin, endpoint: Endpoint
) -> None:
    standin.model.answer = good
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Kim", customer=LanguageModelCustomer(endpoint))

    class Killed(BaseException):
        pass

    def killed(draft: str) -> None:
        raise Killed

    begun.attempt.send("Please calm down.")
    with pytest.raises(Killed):
        begun.attempt.answer(killed)
    assert len(history.load_log(store, attempt_id=begun.id).turns) == 2
    again = practice.resume(store, begun.id, customer=LanguageModelCustomer(endpoint))
    begun.attempt.answer()
    turns = history.load_log(store, attempt_id=begun.id).turns
    assert [turn.role for turn in turns] == ["customer", "agent", "customer"]
    assert again.attempt.transcript[-1].text == turns[-1].text


def test_prompts_only_grow_at_their_end(standin: Standin, endpoint: Endpoint) -> None:
    standin.model.answer = good
    trainees.play(LIBRARY.cast("late-refund"), "expert", customer=LanguageModelCustomer(endpoint))
    shares = [call.repeated_share for call in standin.records.streams]
    assert len(shares) > 5
    assert min(shares[2:]) >= 0.85


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


def test_calls_are_reported_by_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.db"
    with closing(history.open_store(path)) as kept:
        begun = practice.begin(kept, LIBRARY.cast("late-refund"), trainee="Kim")
        used = [
            ModelCall("customer", "small", "used", (), False, 100, 90, 10, n / 10, n / 5, 0.5) for n in range(1, 21)
        ]
        others = [
            ModelCall("customer", "small", "faulty", ("too_mild",), prompt=100, completion=5),
            ModelCall("customer", "small", "overloaded"),
            ModelCall("customer", "small", "resting"),
            ModelCall("judge", "large", "used", total_s=2.0),
        ]
        history.add_calls(kept, attempt_id=begun.id, turn_index=0, calls=[*used, *others])
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(path))
    shown = CliRunner().invoke(app, ["endpoint", "report", "--json"])
    large, small = json.loads(shown.stdout)
    assert (large["model"], large["purpose"], large["cost"], large["first_token_s"]) == ("large", "judge", None, None)
    assert (small["calls"], small["used"], small["faults"]) == (22, 20, {"too_mild": 1})
    assert small["failures"] == {"overloaded": 1, "resting": 1}
    assert (small["prompt"], small["cached"], small["completion"], small["cost"]) == (2100, 1800, 205, 10.0)
    assert small["first_token_s"] == [1.0, 1.9]
    assert small["tau2"] == {"too_mild": "inconsistent_behavior critical_helped"}
    text = CliRunner().invoke(app, ["endpoint", "report", "--days", "1"]).stdout
    assert "too_mild" in text
    assert "86% from a cache" in text


def test_play_speaks_with_the_voice_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, standin: Standin
) -> None:
    replies = tmp_path / "replies.jsonl"
    replies.write_text('{"text": "What is your order number?"}\n')
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "TOUGH_CUSTOMER_MODEL_URL"):
        monkeypatch.delenv(name, raising=False)
    play = ["play", "late-refund", "--replies", str(replies), "--json", "--voice"]
    refused = CliRunner().invoke(app, [*play, "model"])
    assert refused.exit_code == 1
    assert "OPENAI_API_KEY" in refused.stderr
    standin.model.answer = good
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_URL", standin.url)
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL", "standin")
    for voice in ("model", "scripted"):
        said = json.loads(CliRunner().invoke(app, [*play, voice]).stdout)["turns"]
        assert {turn["voice"] for turn in said if turn["role"] == "customer"} == {voice}


def wait_for(condition: Callable[[], bool], seconds: float = 3) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_a_cue_is_all_that_a_model_gets(standin: Standin, endpoint: Endpoint) -> None:
    spy = Spy()
    trainees.play(LIBRARY.cast("late-refund"), "novice", customer=spy)
    standin.model.answer = good
    listen(LanguageModelCustomer(endpoint).speak(spy.cues[2]))
    sent = json.dumps(standin.records.chats[-1].body)
    assert "passages" not in sent
    assert set(standin.records.chats[-1].body) <= {
        *("model", "messages", "max_tokens", "max_completion_tokens", "temperature", "seed", "stream"),
        "stream_options",
    }
