"""The model's customer in conversations: an endpoint lost in the middle, what is kept of its calls, the commands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from attempts import LIBRARY
from test_customer_model import FAULTY
from typer.testing import CliRunner
from voices import good, settings_of

from simulator import history, practice
from simulator.attempt import Attempt
from simulator.cli import app
from simulator.customers import LanguageModelCustomer
from simulator.endpoint import Endpoint
from simulator.history import Store
from simulator.log import MemoryLog
from simulator.model_call import ModelCall
from simulator.scenarios.rehearsal import trainees
from simulator.scoring import RULE_SCORERS
from standin import Behaviour, Standin


@pytest.fixture
def endpoint(standin: Standin) -> Iterator[Endpoint]:
    opened = Endpoint(settings_of(standin.url))
    with closing(opened):
        yield opened


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


def test_what_an_endpoint_reports_of_a_call_loses_no_turn(store: Store, standin: Standin, endpoint: Endpoint) -> None:
    standin.model.answer = lambda body: Behaviour(text=good(body), cached=10**30)
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Kim", customer=LanguageModelCustomer(endpoint))
    begun.attempt.reply("Please calm down.")
    assert [turn.voice for turn in history.load_log(store, attempt_id=begun.id).turns] == ["model", None, "model"]
    assert [each.call.cached for each in history.list_calls(store, attempt_id=begun.id)] == [None, None]


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
            ModelCall("customer", "small", "used", ("leaked_reasoning",), True, first_token_s=1.0, total_s=2.0),
            ModelCall("judge", "large", "used", total_s=2.0),
        ]
        history.add_calls(kept, attempt_id=begun.id, turn_index=0, calls=[*used, *others])
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(path))
    shown = CliRunner().invoke(app, ["endpoint", "report", "--json"])
    large, small = json.loads(shown.stdout)
    assert (large["model"], large["purpose"], large["cost"], large["first_token_s"]) == ("large", "judge", None, None)
    assert (small["calls"], small["used"], small["used_again"]) == (23, 21, 1)
    assert (small["faults"], small["mended"]) == ({"too_mild": 1}, {"leaked_reasoning": 1})
    assert (small["failures"], small["resting"]) == ({"overloaded": 1}, 1)
    assert (small["prompt"], small["cached"], small["completion"], small["cost"]) == (2100, 1800, 205, 10.0)
    assert small["first_token_s"] == [1.0, 1.9]
    assert small["tau2"] == {
        "too_mild": "inconsistent_behavior critical_helped",
        "leaked_reasoning": "guideline_violation critical_hindered",
    }
    text = CliRunner().invoke(app, ["endpoint", "report", "--days", "1"]).stdout
    assert re.search(r"small, customer: 23 calls, 21 used \(91%\), 1 of them at the second try", text)
    assert re.search(r"faulty +1 +4% +too_mild +inconsistent_behavior critical_helped", text)
    assert re.search(r"resting +1 ", text)
    assert "2,100 prompt (86% from a cache), 205 completion; cost 10.0000" in text
    assert "first piece: p50 1.00 s, p95 1.90 s" in text


def test_what_was_played_is_what_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, standin: Standin) -> None:
    path = tmp_path / "history.db"
    prices = {"prompt_price": 2.0, "cached_price": 0.5, "completion_price": 8.0}
    standin.model.answer = lambda body: Behaviour(text=good(body), cached=40)
    with closing(history.open_store(path)) as kept, closing(Endpoint(settings_of(standin.url, **prices))) as endpoint:
        customer = LanguageModelCustomer(endpoint)
        begun = practice.begin(kept, LIBRARY.cast("late-refund"), trainee="Kim", customer=customer)
        standin.model.script(FAULTY["too_mild"], Behaviour(fault="refusal"))
        begun.attempt.reply("Please calm down.")
        begun.attempt.reply("What is your order number?")
        standin.model.script(Behaviour(status=500))
        begun.attempt.reply("Let me look into it.")
        begun.attempt.reply("The bank needs 3 to 5 business days.")
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(path))
    (report,) = json.loads(CliRunner().invoke(app, ["endpoint", "report", "--json"]).stdout)
    assert (report["model"], report["purpose"]) == ("standin", "customer")
    assert (report["calls"], report["used"], report["resting"]) == (5, 2, 1)
    assert (report["faults"], report["failures"]) == ({"too_mild": 1}, {"refused": 1, "overloaded": 1})
    counted = [call for call in standin.records.chats if call.status == 200 and call.state == "done"]
    assert report["prompt"] == sum(call.prompt_tokens for call in counted)
    assert report["first_token_s"][0] <= report["first_token_s"][1] <= report["total_s"][1]
    assert report["cost"] > 0


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
