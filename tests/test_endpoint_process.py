"""The model endpoint within its process: threads, the key, the proxies of the environment."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence

import pytest
from endpoints import KEY, TEXT, ask, endpoint_at, failure, judge

from simulator.endpoint import Endpoint, EndpointSettings, open_endpoint, transport
from standin import Behaviour, Standin, free_port


@pytest.fixture
def endpoint(standin: Standin) -> Endpoint:
    return endpoint_at(standin.url)


class TestThreads:
    def test_many_stream_at_once_each_its_own(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.answer = lambda body: Behaviour(text=body["messages"][-1]["content"] * 5, between=0.02)
        came: dict[int, str] = {}

        def talk(number: int) -> None:
            messages = [{"role": "user", "content": f"number {number} "}]
            came[number] = "".join(endpoint.stream(messages, max_tokens=50))

        threads = [threading.Thread(target=talk, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert came == {number: f"number {number} " * 5 for number in range(20)}
        assert standin.records.most_at_once > 10

    def test_one_process_has_one_client(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
        class SlowlyMade(transport.Wire):
            def __init__(self, settings: EndpointSettings) -> None:
                time.sleep(0.1)
                super().__init__(settings)

        monkeypatch.setattr(transport, "Wire", SlowlyMade)
        settings = {"url": standin.url, "model": "standin"}
        shared = open_endpoint(EndpointSettings(**settings))
        assert open_endpoint(EndpointSettings(**settings)) is shared
        wires: list[object] = []
        threads = [threading.Thread(target=lambda: wires.append(shared._wire)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert len(wires) == 8
        assert len(set(map(id, wires))) == 1


class TestTheKey:
    def calls(self, endpoint: Endpoint) -> Sequence[Callable[[], object]]:
        return [lambda: list(ask(endpoint)), lambda: judge(endpoint), endpoint.models]

    def test_it_is_in_no_message_trace_or_log(
        self, standin: Standin, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The server repeats the key that it refuses, as some do."""
        standin.model.key = "another"
        caplog.set_level(logging.DEBUG)
        for call in self.calls(endpoint):
            error = failure(call)
            assert error.kind == "unauthorised"
            told = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
            assert "Incorrect API key provided: …" in told
            assert KEY not in told + repr(error) + repr(error.__dict__)
            assert error.__cause__ is None
        assert caplog.text
        assert KEY not in caplog.text

    def test_it_is_in_no_repr(self, endpoint: Endpoint) -> None:
        reply = ask(endpoint)
        for each in (endpoint, endpoint.settings, reply, endpoint._wire, endpoint.settings.model_dump()):
            assert KEY not in repr(each) + str(each)

    def test_a_password_in_the_address_is_not_shown(self, standin: Standin) -> None:
        url = standin.url.replace("http://", "http://me:hush@")
        endpoint = endpoint_at(url)
        standin.model.answer = lambda body: Behaviour(status=500, error="cannot take hush")
        error = failure(lambda: list(ask(endpoint)))
        assert "hush" not in error.message + repr(endpoint)
        assert error.message.startswith(standin.url)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    standin.model.script(TEXT)
    assert "".join(ask(endpoint_at(standin.url))) == TEXT


def test_a_proxy_that_cannot_be_used_is_told_by_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "gopher://127.0.0.1:70")
    far = endpoint_at("http://models.invalid/v1")
    for call in (lambda: list(ask(far)), lambda: judge(far), far.models):
        error = failure(call)
        assert error.kind == "unreachable"
        assert "proxy" in error.message
    far.close()


def test_a_proxy_of_the_environment_is_asked_for_others(standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", standin.url.removesuffix("/v1"))
    monkeypatch.setenv("http_proxy", standin.url.removesuffix("/v1"))
    standin.model.script(Behaviour(text=TEXT, first_token=3))
    error = failure(lambda: list(ask(endpoint_at("http://models.invalid/v1"))))
    assert error.kind == "timeout_first_token"  # limits hold through a proxy, too
    assert len(standin.records.chats) == 1
