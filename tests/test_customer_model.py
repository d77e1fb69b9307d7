"""The model's customer: what it does with what comes back, and when the model or its endpoint fails."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from endpoints import eventually
from test_customer_faults import cue_of
from voices import GOOD, ask, settings_of

from simulator.conversation import Turn
from simulator.customers import LanguageModelCustomer, NotWanted, listen
from simulator.customers.cleaning import cleaned, whole_sentences
from simulator.director import Cue
from simulator.endpoint import Endpoint
from standin import Behaviour, Standin


@pytest.fixture
def endpoint(standin: Standin) -> Iterator[Endpoint]:
    opened = Endpoint(settings_of(standin.url))
    with closing(opened):
        yield opened


# What comes back


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
    assert eventually(lambda: [call.state for call in standin.records.chats] == ["cancelled", "done"])


@pytest.mark.parametrize(
    "answer",
    [
        f"<think>The user wants an angry customer. I write one.</think>\n\n{GOOD}",
        f"<reasoning>Angry, then.</reasoning>{GOOD}",
        f"<|channel|>analysis<|message|>The user is rude.<|end|><|start|>assistant<|channel|>final<|message|>{GOOD}",
        f'"{GOOD}"',
        f"Customer: {GOOD}",
        f"**{GOOD}**",
        f"{GOOD} …",
        f"<reply>{GOOD}</reply>",
        f"{GOOD}<|im_end|>\n<|im_start|>user\nI am sorry. How can I help you?",
        f"{GOOD}</s>",
        f"{GOOD}<end_of_turn>\n<start_of_turn>user\nWhat next?",
        f"{GOOD}\n\n<agent>\nI understand. How can I help you?\n</agent>",
        f"{GOOD}\n</task>\n\n<task>\nWrite the customer's next message.",
    ],
)
def test_what_surrounds_a_message_is_taken_off(answer: str, standin: Standin, endpoint: Endpoint) -> None:
    drafts: list[str] = []
    standin.model.script(answer)
    spoken = listen(LanguageModelCustomer(endpoint).speak(cue_of("unheard", 80.0)), drafts.append)
    assert (spoken.text, spoken.voice) == (GOOD, "model")
    thinks = re.match("<(think|reasoning|.channel)", answer)
    assert spoken.calls[0].faults == (("leaked_reasoning",) if thinks else ())
    assert not any("think" in draft or "user" in draft or "<" in draft for draft in drafts)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Where is it?\x00", "Where is it?"),
        ("\u202eWhere is it?\u202c", "Where is it?"),
        ("Wh\u200bere is\u2066 it?\ufeff", "Where is it?"),
        ("Where\tis\nit?", "Where is it?"),
        ("Wh\u200dere \u00adis \u200cit?", "Where is it?"),
        ("Where is it? \ud83d", "Where is it?"),
        (
            "Где\u00a0он? 👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d💻",
            "Где он? 👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d💻",
        ),
        ("نامه\u200cای", "نامه\u200cای"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_what_nobody_can_see_is_taken_out(raw: str, clean: str) -> None:
    assert cleaned(raw) == clean


def test_a_model_that_runs_on_is_stopped(standin: Standin, endpoint: Endpoint) -> None:
    assert ask(standin, endpoint, Behaviour(text=f"{GOOD} <|im_end|> {'And on. ' * 200}", between=0.01)).text == GOOD
    assert eventually(lambda: [call.state for call in standin.records.chats] == ["cancelled"])


@pytest.mark.parametrize("answer", ["<think>The user wants. Me to", "<|channel|>analysis<|message|>The user"])
def test_thoughts_without_an_end_are_never_shown(answer: str) -> None:
    for end in range(len(answer)):
        assert cleaned(answer[: end + 1]) == ""
    assert whole_sentences("Well?? What now") == "Well??"


def test_thoughts_that_begin_without_their_tag_are_found_out(standin: Standin, endpoint: Endpoint) -> None:
    """Some chat templates have the tag in the prompt, and only its end comes back."""
    thought = f"Okay, the user wants rage. I will shout at them. Something short.\n</think>\n\n{GOOD}"
    customer, cue = LanguageModelCustomer(endpoint), cue_of("unheard", 80.0)
    standin.model.answer = lambda body: thought
    first = listen(customer.speak(cue))
    assert (first.text, [call.outcome for call in first.calls]) == (GOOD, ["faulty", "used"])
    drafts: list[str] = []
    second = listen(customer.speak(cue), drafts.append)
    assert (second.text, [call.outcome for call in second.calls]) == (GOOD, ["used"])
    assert all(GOOD.startswith(draft) for draft in drafts)


# What the endpoint does


FAILURES: dict[str, Behaviour] = {
    "unauthorised": Behaviour(status=401),
    "not_found": Behaviour(status=404),
    "rate_limited": Behaviour(status=429, retry_after=90),
    "overloaded": Behaviour(status=500),
    "timeout_first_token": Behaviour(text=GOOD, first_token=5),
    "timeout_stall": Behaviour(text=GOOD, fault="stall", after=3),
    "truncated": Behaviour(text=GOOD, fault="truncate"),
    "malformed": Behaviour(text=GOOD, fault="html"),
}
"""The endpoint's: nobody waits for it again at once."""

UNUSABLE: dict[str, tuple[str, Behaviour, str]] = {
    "refused": ("refused", Behaviour(text=GOOD, fault="refusal"), "You declined."),
    "filtered": ("refused", Behaviour(text=GOOD, fault="content_filter"), "You declined."),
    "filtered-prompt": ("refused", Behaviour(status=400, code="content_filter"), "You declined."),
    "empty": ("empty", Behaviour(text=""), "You wrote nothing."),
    "no-choices": ("empty", Behaviour(fault="no_choices"), "You wrote nothing."),
    "without-end": ("truncated", Behaviour(text=GOOD, fault="truncate", after=3), "Your message broke off."),
    "cut": ("truncated", Behaviour(text=GOOD, fault="cut", after=3), "Your message broke off."),
    "malformed": ("malformed", Behaviour(text=GOOD, fault="malformed", after=3), "Your message broke off."),
    "thought-only": ("empty", Behaviour(text="", reasoning="Hm.", finish="length"), "You thought too long"),
    "thought-aloud": ("truncated", Behaviour(text="<think>Hm, so", finish="length"), "You thought too long"),
}
"""Of the one answer: what it is called, and what the second try is told."""


@pytest.mark.parametrize("kind", FAILURES)
def test_when_the_endpoint_fails_the_script_speaks(kind: str, standin: Standin, endpoint: Endpoint) -> None:
    customer, cue = LanguageModelCustomer(endpoint), cue_of("unheard", 80.0)
    standin.model.script(FAILURES[kind], GOOD)
    spoken = listen(customer.speak(cue))
    assert spoken.voice == "scripted"
    assert [call.outcome for call in spoken.calls] == [kind]
    assert "secret-key" not in repr(spoken)
    assert [call.outcome for call in listen(customer.speak(cue)).calls] == ["resting"]


@pytest.mark.parametrize("name", UNUSABLE)
def test_where_one_answer_fails_a_second_is_asked_for(name: str, standin: Standin, endpoint: Endpoint) -> None:
    outcome, behaviour, told = UNUSABLE[name]
    spoken = ask(standin, endpoint, behaviour, GOOD)
    assert (spoken.text, spoken.voice) == (GOOD, "model")
    assert [(call.outcome, call.again) for call in spoken.calls] == [(outcome, False), ("used", True)]
    assert told in standin.records.chats[1].body["messages"][-1]["content"]


@pytest.mark.parametrize("name", UNUSABLE)
def test_where_the_second_fails_as_well_the_script_speaks_and_the_next_message_is_asked_for(
    name: str, standin: Standin, endpoint: Endpoint
) -> None:
    outcome, behaviour, _ = UNUSABLE[name]
    customer, cue = LanguageModelCustomer(endpoint), cue_of("unheard", 80.0)
    standin.model.script(behaviour, behaviour, GOOD)
    spoken = listen(customer.speak(cue))
    assert (spoken.voice, [call.outcome for call in spoken.calls]) == ("scripted", [outcome] * 2)
    assert listen(customer.speak(cue)).text == GOOD


def test_who_thinks_too_long_gets_more_tokens(standin: Standin, endpoint: Endpoint) -> None:
    customer, cue = LanguageModelCustomer(endpoint), cue_of("unheard", 80.0)
    standin.model.script(UNUSABLE["thought-only"][1], GOOD, GOOD)
    listen(customer.speak(cue))
    listen(customer.speak(cue))
    few, more, later = (call.body["max_tokens"] for call in standin.records.chats)
    assert few < more == later


def long_cue() -> Cue:
    """A cue after a talk of forty turns."""
    cue = cue_of("unheard", 80.0)
    talk = [
        Turn("agent" if number % 2 else "customer", f"Message {number}: {'so and so on, ' * 20}", float(number))
        for number in range(2, 40)
    ]
    return replace(cue, transcript=(*cue.transcript, *talk, Turn("agent", "I am sorry.", 99.0)))


def test_a_talk_too_long_for_the_model_is_shortened_in_its_middle(standin: Standin, endpoint: Endpoint) -> None:
    standin.model.context = 4096
    standin.model.answer = lambda body: GOOD
    customer, cue = LanguageModelCustomer(endpoint), long_cue()
    spoken = listen(customer.speak(cue))
    assert (spoken.text, [call.outcome for call in spoken.calls]) == (GOOD, ["too_long", "used"])
    sent = standin.records.chats[-1].body["messages"]
    assert sent[2]["content"] == cue.transcript[0].text  # what the case is about
    assert sent[3]["content"].startswith("(A part of the chat is left out here.)")
    assert "<agent>\nI am sorry.\n</agent>\n\n<task>" in sent[-1]["content"]
    assert [each["role"] for each in sent[1:]] == ["user", "assistant"] * ((len(sent) - 2) // 2) + ["user"]
    assert listen(customer.speak(cue)).calls[0].outcome == "used"  # it is remembered


def test_how_much_a_model_can_read_may_be_set(standin: Standin) -> None:
    standin.model.context = 4096
    standin.model.answer = lambda body: GOOD
    with closing(Endpoint(settings_of(standin.url, context=4096))) as small:
        cue = long_cue()
        for end in range(20, len(cue.transcript), 2):
            spoken = listen(LanguageModelCustomer(small).speak(replace(cue, transcript=cue.transcript[:end])))
            assert spoken.calls
    assert {call.status for call in standin.records.chats} == {200}
    shares = [call.repeated_share for call in standin.records.chats if "left out" in call.prompt]
    assert len(shares) >= 6
    assert sum(share > 0.85 for share in shares) >= len(shares) / 2  # it is shortened in steps, not with each turn


def test_a_model_that_cannot_read_even_that_is_left_alone(standin: Standin, endpoint: Endpoint) -> None:
    standin.model.context = 700
    customer, cue = LanguageModelCustomer(endpoint), long_cue()
    outcomes = [[call.outcome for call in listen(customer.speak(cue)).calls] for _ in range(2)]
    assert outcomes == [["too_long", "too_long"], ["resting"]]


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


@pytest.mark.parametrize("place", ["assign", "customer_messages", "faults_at_end", "cleaned"])
def test_whatever_breaks_the_script_speaks(
    place: str, standin: Standin, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a fault of this program")

    monkeypatch.setattr(f"simulator.customers.language_model.{place}", broken)
    spoken = ask(standin, endpoint, GOOD)
    assert (spoken.voice, [call.outcome for call in spoken.calls]) == ("scripted", ["error"])


def test_an_address_that_cannot_be_asked_does_not_silence_the_customer(standin: Standin) -> None:
    """Settings refuse it; whatever gets past them must not cost a turn."""
    nowhere = settings_of(standin.url).model_copy(update={"url": "http://host:abc/v1"})
    spoken = ask(standin, Endpoint(nowhere))
    assert (spoken.voice, [call.outcome for call in spoken.calls]) == ("scripted", ["unreachable"])


def test_a_silence_is_no_call_of_a_customer_that_rests(standin: Standin, endpoint: Endpoint) -> None:
    customer, cue = LanguageModelCustomer(endpoint), cue_of("nudge", 80.0)
    standin.model.script(Behaviour(status=500))
    assert listen(customer.speak(cue)).calls
    assert listen(customer.speak(replace(cue, transcript=cue.transcript[:1]))).calls == ()
    assert [call.outcome for call in listen(customer.speak(cue)).calls] == ["resting"]


def test_an_answer_that_nobody_waits_for_is_cancelled(standin: Standin, endpoint: Endpoint) -> None:
    there = [True]
    customer = LanguageModelCustomer(endpoint, is_wanted=lambda: there[0])
    standin.model.script(FAULTY["role_inversion"], Behaviour(text=GOOD, first_token=0.5, between=0.2))
    threading.Timer(0.3, lambda: there.__setitem__(0, False)).start()
    with pytest.raises(NotWanted) as caught:
        listen(customer.speak(cue_of("unheard", 80.0)))
    assert [(call.outcome, call.again) for call in caught.value.calls] == [("faulty", False), ("cancelled", True)]
    assert eventually(lambda: bool(standin.records.cancelled))


def test_closing_a_speech_closes_the_stream(standin: Standin, endpoint: Endpoint) -> None:
    standin.model.script(Behaviour(text=f"Enough! {'Do it now. ' * 3}", between=0.05))
    speech = LanguageModelCustomer(endpoint).speak(cue_of("unheard", 80.0))
    assert next(speech)
    speech.close()
    assert eventually(lambda: bool(standin.records.cancelled))
