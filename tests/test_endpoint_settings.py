"""Where the endpoint's settings come from, what is tried of it, and how that is told on command line and page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from pytest_httpserver import HTTPServer
from streamlit.testing.v1 import AppTest

from simulator import yaml12
from simulator.endpoint import (
    Endpoint,
    EndpointError,
    EndpointSettings,
    Kind,
    SettingError,
    Usage,
    origins,
    read_settings,
)
from simulator.endpoint.probe import MOST_TOKENS, Check, CheckName, ReaderLanguage, label, probe, sentence
from simulator.endpoint.refusals import LASTING
from simulator.endpoint.settings import OPENAI_URL, VARIABLES
from standin import Behaviour, Standin, free_port
from standin.model import plausible

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("OPENAI_", "TOUGH_CUSTOMER_MODEL", "TOUGH_CUSTOMER_JUDGE", "TOUGH_CUSTOMER_EMBEDDING")):
            monkeypatch.delenv(name)


def read(**environ: str) -> EndpointSettings:
    return read_settings(environ)


class TestSettings:
    def test_a_key_of_openai_is_enough(self) -> None:
        found = read(OPENAI_API_KEY=KEY)
        assert (found.is_set, found.url, found.key.get_secret_value()) == (True, OPENAI_URL, KEY)
        assert found.model == found.judge != ""

    def test_without_anything_there_is_no_endpoint(self) -> None:
        assert not read().is_set
        assert not read(OPENAI_API_KEY="  ", TOUGH_CUSTOMER_MODEL="m").is_set

    def test_another_address_needs_the_name_of_a_model(self) -> None:
        assert not read(TOUGH_CUSTOMER_MODEL_URL="http://localhost:11434/v1").is_set
        found = read(TOUGH_CUSTOMER_MODEL_URL="http://localhost:11434/v1/", TOUGH_CUSTOMER_MODEL="qwen")
        assert (found.is_set, found.url, found.is_loopback) == (True, "http://localhost:11434/v1", True)

    def test_our_own_variables_come_before_those_of_openai(self) -> None:
        environ = {"OPENAI_MODEL": "a", "TOUGH_CUSTOMER_MODEL": "b", "OPENAI_BASE_URL": "http://x/v1"}
        assert (read(**environ).model, read(**environ).url) == ("b", "http://x/v1")
        assert origins(environ) == {"model": "TOUGH_CUSTOMER_MODEL", "url": "OPENAI_BASE_URL"}

    def test_the_key_of_openai_is_not_sent_to_an_address_of_ours(self) -> None:
        ours = {"TOUGH_CUSTOMER_MODEL_URL": "http://elsewhere/v1", "OPENAI_API_KEY": KEY, "TOUGH_CUSTOMER_MODEL": "m"}
        assert read(**ours).key.get_secret_value() == ""
        assert read(**ours, TOUGH_CUSTOMER_MODEL_KEY="mine").key.get_secret_value() == "mine"
        assert read(OPENAI_BASE_URL="http://proxy/v1", OPENAI_API_KEY=KEY).key.get_secret_value() == KEY

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("TOUGH_CUSTOMER_MODEL_STALL_SECONDS", "soon"),
            ("TOUGH_CUSTOMER_MODEL_TOTAL_SECONDS", "0"),
            ("TOUGH_CUSTOMER_MODEL_ATTEMPTS", "0"),
            ("TOUGH_CUSTOMER_MODEL_URL", "localhost:8000/v1"),
            ("TOUGH_CUSTOMER_MODEL_KEY", "сикрет-sk"),
            ("TOUGH_CUSTOMER_MODEL_STRUCTURED", "xml"),
            ("TOUGH_CUSTOMER_MODEL_PROMPT_PRICE", "-1"),
        ],
    )
    def test_a_value_that_cannot_be_used_is_named_by_its_variable(self, name: str, value: str) -> None:
        with pytest.raises(SettingError) as caught:
            read_settings({name: value})
        assert str(caught.value).startswith(f"{name}: ")
        assert "сикрет" not in str(caught.value)
        assert "Value error" not in str(caught.value)

    def test_every_setting_has_a_variable(self) -> None:
        assert {*VARIABLES, "login"} == set(EndpointSettings.model_fields)  # a login is part of the address

    def test_the_readme_names_every_variable(self) -> None:
        text = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
        short = {name.removeprefix("TOUGH_CUSTOMER_MODEL") for names in VARIABLES.values() for name in names}
        assert not {name for name in short if f"`{name}`" not in text and f"`TOUGH_CUSTOMER_MODEL{name}`" not in text}

    def test_costs_go_by_the_prices(self) -> None:
        usage = Usage(prompt=1_000_000, cached=400_000, completion=500_000, first_token_s=None, total_s=1)
        priced = EndpointSettings(prompt_price=1, cached_price=0.1, completion_price=4)
        assert priced.cost(usage) == pytest.approx(0.6 + 0.04 + 2)
        assert EndpointSettings(prompt_price=1, completion_price=4).cost(usage) == pytest.approx(3)
        assert EndpointSettings().cost(usage) is None
        assert priced.cost(Usage(None, None, None, None, 1)) is None

    def test_azure_gets_its_version_and_its_header(self, standin: Standin) -> None:
        base = standin.url.removesuffix("/v1") + "/openai/deployments/gpt"
        azure = EndpointSettings(url=base, key=KEY, model="standin", api_version="2024-10-21")
        standin.model.key = KEY
        assert list(Endpoint(azure).stream([{"role": "user", "content": "Hi"}], max_tokens=9))
        call = standin.records.chats[0]
        assert call.path == "/openai/deployments/gpt/chat/completions"
        assert (call.query["api-version"], call.headers["api-key"]) == ("2024-10-21", KEY)


def probed(standin: Standin, patience: float = 25.0, **changes: object) -> dict[CheckName, Check]:
    given = {"url": standin.url, "model": "standin", "first_token_seconds": 1, "total_seconds": 3, **changes}
    endpoint = Endpoint(EndpointSettings.model_validate(given))
    return {check.name: check for check in probe(endpoint, lambda: 8, patience=patience)}


def states(checks: Mapping[CheckName, Check], *names: CheckName) -> set[str]:
    return {checks[name].state for name in names or checks}


class TestProbe:
    def test_everything_works(self, standin: Standin) -> None:
        found = probed(standin)
        assert tuple(found) == get_args(CheckName)
        assert states(found) == {"ok"}
        assert found["structured"].note == "json_schema"
        assert found["embeddings"].values == {"length": 8}
        assert len(standin.records.chats) == 4

    def test_nothing_is_there(self) -> None:
        nowhere = EndpointSettings(url=f"http://127.0.0.1:{free_port()}/v1", model="m")
        found = {check.name: check for check in probe(Endpoint(nowhere))}
        assert found["reachable"].state == "failed"
        assert states(found, "key", "model", "chat", "streaming", "structured", "speed") == {"not_tried"}
        assert found["embeddings"].state == "not_needed"

    def test_the_key_is_wrong_or_missing(self, standin: Standin) -> None:
        standin.model.key = "right"
        for key, note in ((KEY, "unauthorised_with_key"), ("", "unauthorised_without_key")):
            found = probed(standin, key=key)
            assert (found["reachable"].state, found["key"].state, found["key"].note) == ("ok", "failed", note)
            assert KEY not in "".join(map(sentence, found.values()))
            rest = states(found, "model", "chat", "streaming", "structured", "speed", "room")
            assert (rest, found["model"].values["check"]) == ({"not_tried"}, "key")

    @pytest.mark.parametrize(
        ("environ", "named", "others"),
        [
            (("TOUGH_CUSTOMER_MODEL_URL", "TOUGH_CUSTOMER_MODEL_KEY"), "TOUGH_CUSTOMER_MODEL_KEY", "OPENAI_"),
            (("OPENAI_BASE_URL", "OPENAI_API_KEY"), "OPENAI_API_KEY", "TOUGH_CUSTOMER_MODEL_KEY"),
            (("TOUGH_CUSTOMER_MODEL_URL",), "TOUGH_CUSTOMER_MODEL_KEY", "OPENAI_"),
            (("TOUGH_CUSTOMER_MODEL_URL", "OPENAI_API_KEY"), "OPENAI_API_KEY is not sent", "(or "),
        ],
    )
    def test_only_what_is_used_is_named(
        self, standin: Standin, monkeypatch: pytest.MonkeyPatch, environ: tuple[str, ...], named: str, others: str
    ) -> None:
        standin.model.key = "right"
        monkeypatch.setenv("TOUGH_CUSTOMER_MODEL", "standin")
        for name in environ:
            monkeypatch.setenv(name, standin.url if "URL" in name else KEY)
        checks = probe(Endpoint(read_settings()))
        said = sentence(next(check for check in checks if check.name == "key"))
        assert (named in said, others in said) == (True, False), said

    def test_a_list_that_the_key_may_not_read(self, httpserver: HTTPServer) -> None:
        said = {"role": "assistant", "content": 'marzipan {"weeks": 3, "anger": 60}'}
        answer = {"choices": [{"message": said, "finish_reason": "stop"}]}
        httpserver.expect_request("/v1/models").respond_with_json({"error": {"message": "no list for you"}}, 403)
        httpserver.expect_request("/v1/chat/completions").respond_with_json(answer)
        settings = EndpointSettings(url=httpserver.url_for("/v1"), model="m", key=KEY)
        found = {check.name: check for check in probe(Endpoint(settings))}
        assert states(found, "key", "model", "chat", "structured", "room") == {"ok"}

    @pytest.mark.parametrize("raw", ["<html>404 Not Found", '{"detail": "Not Found"}'])
    def test_a_server_that_is_no_endpoint(self, standin: Standin, raw: str) -> None:
        standin.model.always = Behaviour(status=404, raw=raw)
        found = probed(standin, key=KEY)
        assert (found["reachable"].state, found["reachable"].note) == ("failed", "no_endpoint")
        assert states(found, "key", "model", "chat", "room") == {"not_tried"}
        assert "no model endpoint" in sentence(found["reachable"])

    def test_without_a_key_nobody_quotes_one(self, standin: Standin) -> None:
        standin.model.always = Behaviour(status=401, error="Incorrect API key provided: none.")
        with pytest.raises(EndpointError, match="none is set: set TOUGH_CUSTOMER_MODEL_KEY") as caught:
            Endpoint(EndpointSettings(url=standin.url, model="m")).complete(
                [{"role": "user", "content": "Hi"}], max_tokens=9
            )
        assert "provided" not in caught.value.message

    def test_a_key_that_only_chats_need(self, standin: Standin) -> None:
        """A public list of models says nothing of the key."""
        standin.model.answer = lambda body: Behaviour(status=401, error="no")
        assert probed(standin, key=KEY)["key"].state == "failed"

    def test_the_model_is_unknown(self, standin: Standin) -> None:
        found = probed(standin, model="standing")
        assert (found["model"].state, found["model"].values["others"]) == ("failed", "standin")
        assert (found["key"].state, found["chat"].state, found["speed"].state) == ("ok", "failed", "not_tried")

    def test_the_judges_model_is_unknown(self, standin: Standin) -> None:
        found = probed(standin, judge_model="standout")
        assert (found["model"].state, found["model"].values["model"]) == ("failed", "standout")
        assert (found["chat"].state, found["structured"].state) == ("ok", "failed")
        for name in ("model", "structured"):
            said = sentence(found[name])
            assert "Set TOUGH_CUSTOMER_JUDGE_MODEL to" in said
            assert "TOUGH_CUSTOMER_MODEL " not in said

    def test_no_model_is_named(self, standin: Standin) -> None:
        found = probed(standin, model="")
        assert (found["model"].note, found["model"].values["others"]) == ("no_model", "standin")
        assert standin.records.chats == []

    def test_there_is_no_list_of_models(self, standin: Standin) -> None:
        standin.model.lists_models = False
        assert probed(standin)["model"].note == "model_answers"

    def test_the_list_has_another_name_for_the_model(self, standin: Standin) -> None:
        standin.model.answer = lambda body: Behaviour()
        standin.model.names = ["standin:latest"]
        standin.model.script(*[Behaviour()] * 3)
        assert probed(standin)["model"].note == "model_answers"

    def test_streams_come_at_once(self, standin: Standin) -> None:
        standin.model.script(Behaviour(text="ready"), stream=False)
        standin.model.script(Behaviour(text="one two three", fault="whole"), stream=True)
        found = probed(standin)
        assert (found["streaming"].state, found["streaming"].note) == ("failed", "one_piece")

    @pytest.mark.parametrize("how", [{"fault": "whole"}, {"between": 0.0}], ids=["one piece", "held back"])
    def test_what_comes_at_once_is_measured_as_a_whole(self, standin: Standin, how: dict[str, Any]) -> None:
        standin.model.script(Behaviour(text="ready"), stream=False)
        standin.model.script(Behaviour(text="one two three four five " * 8, first_token=1.5, **how), stream=True)
        found = probed(standin, first_token_seconds=3)
        assert found["streaming"].note == "one_piece"
        assert found["speed"].note == "speed_whole"
        rate = found["speed"].values["rate"]
        assert isinstance(rate, float | int)
        assert 10 < rate < 48 / 1.5 + 1
        assert "0.0 s" not in sentence(found["speed"])

    def test_streams_stall(self, standin: Standin) -> None:
        standin.model.script(Behaviour(text="one two three", fault="stall", after=1), stream=True)
        found = probed(standin, stall_seconds=0.3)
        assert (found["streaming"].note, found["speed"].state) == ("timeout_stall", "not_tried")

    def test_schemas_are_unknown(self, standin: Standin) -> None:
        standin.model.formats = {"text"}
        standin.model.answer = lambda body: '{"weeks": 3, "anger": 60}'
        assert probed(standin)["structured"].note == "text"
        standin.model.answer = lambda body: "three weeks"
        assert probed(standin)["structured"].note == "no_object"

    def test_it_is_slow(self, standin: Standin) -> None:
        standin.model.script(Behaviour(text="one two three", between=0.3), stream=True)
        standin.model.script(Behaviour(text="ready"), stream=False)
        assert probed(standin)["speed"].note == "slow"

    def test_it_is_so_slow_that_the_script_would_speak(self, standin: Standin) -> None:
        standin.model.script(Behaviour(text="one two three", between=0.3), stream=True)
        standin.model.script(Behaviour(text="ready"), stream=False)
        check = probed(standin, patience=2.5)["speed"]
        assert (check.state, check.note) == ("failed", "too_slow")
        assert "after 2.5 s the customer speaks by script" in sentence(check)

    def test_a_server_that_cuts_in_silence(self, standin: Standin) -> None:
        """As Ollama does: it keeps the end of what is too long."""

        def cut(body: Mapping[str, Any]) -> str:
            kept = [{**each, "content": each["content"][-4 * 4_096 :]} for each in body["messages"]]
            return plausible({**body, "messages": kept})

        standin.model.answer = cut
        found = probed(standin)
        assert (found["room"].state, found["room"].note) == ("failed", "forgotten")
        assert states(found, "chat", "streaming", "structured", "speed") == {"ok"}
        for name in ("OLLAMA_CONTEXT_LENGTH=8192", "TOUGH_CUSTOMER_MODEL_CONTEXT"):
            assert name in sentence(found["room"])

    def test_a_server_that_refuses_what_is_too_long(self, standin: Standin) -> None:
        standin.model.context = 4_096
        assert probed(standin)["room"].note == "too_long"

    @pytest.mark.parametrize("context", [2_048, 4_096, 6_000])
    def test_no_more_is_sent_than_the_model_is_said_to_read(self, standin: Standin, context: int) -> None:
        standin.model.context = context
        standin.model.answer = plausible
        trial = Endpoint(EndpointSettings(url=standin.url, model="standin", context=context))
        room = next(check for check in probe(trial) if check.name == "room")
        said = standin.records.chats[-1].body
        text = said["messages"][0]["content"]
        assert 0.4 * context < len(text) / 4 < context - said["max_tokens"]
        assert room.state == "ok"

    @pytest.mark.parametrize(("limit", "note"), [(3.0, "read_slowly"), (0.4, "read_too_late")])
    def test_a_long_text_is_read_slowly(self, standin: Standin, limit: float, note: str) -> None:
        def behave(body: Mapping[str, Any]) -> Behaviour:
            is_long = len(body["messages"][0]["content"]) > 10_000
            return Behaviour(text=plausible(body), first_token=0.9 if is_long else 0.0)

        standin.model.answer = behave
        found = probed(standin, patience=0.8, first_token_seconds=limit)
        assert (found["room"].state, found["room"].note) == ("failed", note)
        assert "speak by script" in sentence(found["room"]).replace("speaks", "speak")

    def test_it_takes_no_more_tokens_than_the_page_says(self, standin: Standin) -> None:
        def never_an_object(body: Mapping[str, Any]) -> str:
            return "marzipan" if body.get("stream") else "three weeks"

        standin.model.answer = never_an_object
        probed(standin)
        taken = sum(call.prompt_tokens + call.body["max_tokens"] for call in standin.records.chats)
        assert 0.8 * MOST_TOKENS < taken <= MOST_TOKENS

    def test_embeddings_do_not_work(self, standin: Standin) -> None:
        def embed() -> int:
            raise ValueError("no such model")

        found = probe(Endpoint(EndpointSettings(url=standin.url, model="standin")), embed)
        check = next(check for check in found if check.name == "embeddings")
        assert (check.state, "no such model" in sentence(check)) == ("failed", True)

    @pytest.mark.parametrize("language", get_args(ReaderLanguage))
    def test_every_kind_of_failure_has_its_sentence(self, language: ReaderLanguage) -> None:
        for kind in get_args(Kind):
            notes = [f"{kind}_with_key", f"{kind}_without_key"] if kind == "unauthorised" else [kind]
            for note in notes:
                said = sentence(Check("chat", "failed", note, {"detail": "So it was."}), language)
                assert bool(re.search("[а-я]", said)) == (language == "ru")
        assert label("speed", language)

    def test_numbers_are_those_of_the_language(self) -> None:
        check = Check("reachable", "ok", "reachable", {"url": "http://10.0.0.1/v1", "seconds": 1.03})
        assert "http://10.0.0.1/v1 answers, after 1.03 s" in sentence(check)
        assert "http://10.0.0.1/v1 отвечает, через 1,03 с" in sentence(check, "ru")

    def test_sentences_of_both_languages_say_the_same(self) -> None:
        notes = yaml12.load_resource("simulator.endpoint", "probe.yaml")["notes"]
        assert set(LASTING) <= set(notes)
        for note, said in notes.items():
            assert set(re.findall(r"\{\w+\}", said["en"])) == set(re.findall(r"\{\w+\}", said["ru"])), note


def tough_customer(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulator", *arguments]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", env={**os.environ, **environ}, check=False, timeout=60
    )


class TestCommand:
    def test_what_works_is_listed(self, standin: Standin) -> None:
        environ = {"TOUGH_CUSTOMER_MODEL_URL": standin.url, "TOUGH_CUSTOMER_MODEL": "standin"}
        vectors = {"TOUGH_CUSTOMER_EMBEDDING_URL": standin.url, "TOUGH_CUSTOMER_EMBEDDING_MODEL": "standin"}
        done = tough_customer("endpoint", "test", "--json", TOUGH_CUSTOMER_MODEL_KEY=KEY, **environ, **vectors)
        assert done.returncode == 0, done.stdout + done.stderr
        found = json.loads(done.stdout)
        assert found["ok"]
        assert {row["state"] for row in found["checks"]} == {"ok"}
        assert KEY not in done.stdout + done.stderr

    def test_a_failure_is_told_by_the_exit_code(self, standin: Standin) -> None:
        standin.model.key = "right"
        environ = {"TOUGH_CUSTOMER_MODEL_URL": standin.url, "TOUGH_CUSTOMER_MODEL": "standin"}
        done = tough_customer("endpoint", "test", TOUGH_CUSTOMER_MODEL_KEY=KEY, **environ)
        assert done.returncode == 1
        assert re.search(r"^failed +Key accepted +The key is not accepted", done.stdout, re.MULTILINE)
        assert KEY not in done.stdout + done.stderr

    def test_without_an_endpoint_it_says_what_to_set(self) -> None:
        done = tough_customer("endpoint", "test")
        assert (done.returncode, "OPENAI_API_KEY" in done.stderr) == (1, True)
        done = tough_customer("endpoint", "test", TOUGH_CUSTOMER_MODEL_ATTEMPTS="many")
        assert (done.returncode, done.stderr.startswith("TOUGH_CUSTOMER_MODEL_ATTEMPTS: ")) == (1, True)


def page(language: ReaderLanguage = "en") -> AppTest:
    def script() -> None:
        from simulator.ui.pages import settings

        settings.show()

    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    return "\n".join(str(getattr(element, "value", "")) for element in app.get("html"))


class TestPage:
    @pytest.mark.parametrize("language", get_args(ReaderLanguage))
    def test_settings_their_origins_and_the_test(
        self, standin: Standin, monkeypatch: pytest.MonkeyPatch, language: ReaderLanguage
    ) -> None:
        monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_URL", standin.url)
        monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_KEY", KEY)
        monkeypatch.setenv("OPENAI_MODEL", "standin")
        app = page(language)
        html = shown(app)
        for each in (standin.url, "standin", "TOUGH_CUSTOMER_MODEL_URL", "OPENAI_MODEL", "TOUGH_CUSTOMER_MODEL_KEY"):
            assert each in html
        assert "data-state" not in html
        app.button(key="test-endpoint").click().run()
        html = shown(app)
        assert html.count('data-state="ok"') == len(get_args(CheckName)) - 1
        assert html.count('data-state="not_needed"') == 1
        assert KEY not in html

    def test_every_setting_is_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TOUGH_CUSTOMER_EMBEDDING_KEY", KEY)
        monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_RETRY_SECONDS", "2.5")
        own = {"voice", "judge", "judge_language", "judge_at_once"}
        own |= {"embedding_model", "embedding_url", "embedding_key"}
        html = shown(page("ru"))
        assert set(re.findall(r'data-setting="(\w+)"', html)) == VARIABLES.keys() | own
        assert "<code>TOUGH_CUSTOMER_EMBEDDING_KEY</code>" in html
        assert "TOUGH_CUSTOMER_JUDGE_AT_ONCE" in html
        assert "2,5 с" in html
        assert KEY not in html

    @pytest.mark.parametrize(
        ("environ", "said"),
        [
            ({}, "speaks for the customers and gives a second opinion"),
            ({"VOICE": "scripted"}, "by script (TOUGH_CUSTOMER_VOICE); a language model gives a second opinion"),
            ({"JUDGE": "off"}, "speaks for the customers; only rules judge (TOUGH_CUSTOMER_JUDGE)"),
            ({"VOICE": "scripted", "JUDGE": "off"}, "An endpoint is set, but not used"),
            ({"MODEL": ""}, "no model: until TOUGH_CUSTOMER_MODEL is set"),
        ],
    )
    def test_it_says_what_is_in_use(self, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], said: str) -> None:
        for name, value in {"MODEL_URL": "http://127.0.0.1:9/v1", "MODEL": "m", **environ}.items():
            monkeypatch.setenv(f"TOUGH_CUSTOMER_{name}", value)
        assert said in shown(page())

    def test_embeddings_leave_the_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "Nothing leaves this machine." in shown(page())
        monkeypatch.setenv("TOUGH_CUSTOMER_EMBEDDING_MODEL", "e5")
        assert "Nothing leaves this machine." not in shown(page())

    def test_without_an_endpoint(self) -> None:
        app = page()
        assert "by script" in shown(app)
        assert not app.button

    def test_a_setting_that_cannot_be_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_ATTEMPTS", "many")
        assert "TOUGH_CUSTOMER_MODEL_ATTEMPTS: " in shown(page())
