"""The model endpoint over real HTTP: what comes, what goes wrong, how long it may take, who may stop it."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from endpoints import ASK, GOOD, KEY, PIECES, TEXT, ask, endpoint_at, eventually, failure, judge
from pytest_httpserver import HTTPServer

from simulator.endpoint import Endpoint, EndpointSettings, transport
from standin import Behaviour, Fault, Standin, free_port


@pytest.fixture
def endpoint(standin: Standin) -> Endpoint:
    return endpoint_at(standin.url)


class TestStreaming:
    def test_the_pieces_come_as_the_model_says_them(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text=TEXT, between=0.1))
        reply = ask(endpoint)
        came = [(piece, time.monotonic()) for piece in reply]
        assert [piece for piece, _ in came] == PIECES
        assert came[-1][1] - came[0][1] > 0.2
        assert (reply.text, reply.finish, reply.tries) == (TEXT, "stop", 1)

    def test_usage_is_what_the_endpoint_reports_with_times_measured_here(
        self, standin: Standin, endpoint: Endpoint
    ) -> None:
        standin.model.script(Behaviour(text=TEXT, first_token=0.2, between=0.05, cached=3))
        reply = ask(endpoint)
        list(reply)
        call = standin.records.chats[0]
        assert (reply.usage.prompt, reply.usage.cached) == (call.prompt_tokens, 3)
        assert reply.usage.completion == call.completion_tokens
        assert reply.usage.first_token_s == pytest.approx(0.2, abs=0.15)
        assert reply.usage.total_s == pytest.approx(0.35, abs=0.2)

    def test_usage_that_is_not_reported_is_none(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text=TEXT, usage=False))
        reply = ask(endpoint)
        list(reply)
        assert (reply.usage.prompt, reply.usage.cached, reply.usage.completion) == (None, None, None)

    def test_the_request_has_what_was_asked_for(self, standin: Standin, endpoint: Endpoint) -> None:
        list(endpoint.stream(ASK, max_tokens=70, temperature=0.5, seed=7))
        body, headers = standin.records.chats[0].body, standin.records.chats[0].headers
        assert body["messages"] == ASK
        assert (body["model"], body["max_tokens"], body["temperature"], body["seed"]) == ("standin", 70, 0.5, 7)
        assert headers["authorization"] == f"Bearer {KEY}"

    def test_thoughts_are_no_text_but_a_sign_of_life(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text=TEXT, reasoning="hm " * 8 + "well", between=0.15))
        assert list(ask(endpoint)) == PIECES  # 1.4 s of thinking at a first-token limit of 0.6 s

    def test_an_answer_in_one_body_is_one_piece(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text=TEXT, fault="whole"))
        assert list(ask(endpoint)) == [TEXT]

    def test_an_answer_that_ran_out_of_tokens_says_so(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text=TEXT, finish="length"))
        reply = ask(endpoint)
        assert "".join(reply) == TEXT
        assert reply.finish == "length"

    def test_one_connection_serves_many_calls(self, standin: Standin, endpoint: Endpoint) -> None:
        for _ in range(5):
            list(ask(endpoint))
            judge(endpoint)
        assert len(standin.records.chats) == 10
        assert len({call.client for call in standin.records.chats}) == 1


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("truncate", "truncated"),
            ("cut", "truncated"),
            ("malformed", "malformed"),
            ("error_event", "overloaded"),
            ("stall", "timeout_stall"),
            ("drip", "timeout_stall"),
        ],
    )
    def test_in_the_middle_of_a_stream(self, standin: Standin, endpoint: Endpoint, fault: Fault, kind: str) -> None:
        standin.model.script(Behaviour(text=TEXT, fault=fault, after=2))
        reply = ask(endpoint)
        assert failure(lambda: list(reply)).kind == kind
        assert reply.text == "My kettle "
        assert len(standin.records.chats) == 1  # what was shown cannot be asked for again

    @pytest.mark.parametrize(
        ("fault", "kind", "tries"),
        [
            ("nothing", "truncated", 2),
            ("truncate", "truncated", 2),
            ("cut", "truncated", 2),
            ("error_event", "overloaded", 2),
            ("malformed", "malformed", 1),
            ("html", "malformed", 1),
            ("no_choices", "empty", 1),
            ("refusal", "refused", 1),
            ("stall", "timeout_first_token", 1),
            ("drip", "timeout_first_token", 1),
        ],
    )
    def test_before_the_first_piece(
        self, standin: Standin, endpoint: Endpoint, fault: Fault, kind: str, tries: int
    ) -> None:
        standin.model.answer = lambda body: Behaviour(text=TEXT, fault=fault)
        assert failure(lambda: list(ask(endpoint))).kind == kind
        assert len(standin.records.chats) == tries

    def test_a_content_filter_refuses_what_came(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text=TEXT, fault="content_filter"))
        assert failure(lambda: list(ask(endpoint))).kind == "refused"

    def test_nothing_but_space_is_empty(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text="  "))
        assert failure(lambda: list(ask(endpoint))).kind == "empty"

    @pytest.mark.parametrize(
        ("status", "code", "kind", "tries"),
        [
            (400, "", "rejected", 1),
            (400, "content_filter", "refused", 1),
            (401, "invalid_api_key", "unauthorised", 1),
            (403, "", "unauthorised", 1),
            (404, "model_not_found", "not_found", 1),
            (429, "", "rate_limited", 2),
            (429, "insufficient_quota", "rate_limited", 1),
            (500, "", "overloaded", 2),
            (503, "", "overloaded", 2),
        ],
    )
    def test_a_status_of_failure(
        self, standin: Standin, endpoint: Endpoint, status: int, code: str, kind: str, tries: int
    ) -> None:
        standin.model.answer = lambda body: Behaviour(status=status, code=code, error="no luck")
        for call in (lambda: list(ask(endpoint)), lambda: judge(endpoint)):
            standin.records.clear()
            error = failure(call)
            assert (error.kind, error.status, error.code) == (kind, status, code)
            assert "no luck" in error.message
            if kind != "rejected":  # a judge's call is then tried in other ways
                assert len(standin.records.chats) == tries

    def test_a_model_that_is_not_there(self, standin: Standin) -> None:
        error = failure(lambda: list(ask(endpoint_at(standin.url, model="other"))))
        assert error.kind == "not_found"
        assert "`other` does not exist" in error.message

    def test_a_server_that_is_not_there(self) -> None:
        nowhere = endpoint_at(f"http://127.0.0.1:{free_port()}/v1")
        for call in (lambda: list(ask(nowhere)), lambda: judge(nowhere), nowhere.models):
            assert failure(call).kind == "unreachable"

    def test_a_host_that_does_not_exist(self) -> None:
        assert failure(lambda: list(ask(endpoint_at("http://no-such-host.invalid/v1")))).kind == "unreachable"

    def test_a_server_that_is_lost(self, standin: Standin, endpoint: Endpoint) -> None:
        list(ask(endpoint))
        standin.stop()
        assert failure(lambda: list(ask(endpoint))).kind == "unreachable"

    def test_a_server_that_accepts_no_connection(self) -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            address = full.getsockname()
            held = [socket.socket() for _ in range(4)]
            for each in held:
                each.setblocking(False)
                each.connect_ex(address)
            crowded = endpoint_at(f"http://127.0.0.1:{address[1]}/v1", connect_seconds=0.3, attempts=1)
            assert failure(lambda: list(ask(crowded))).kind == "timeout_connect"
            for each in held:
                each.close()

    def test_an_address_without_its_path_gives_a_web_page(self, standin: Standin) -> None:
        wrong = endpoint_at(standin.url.removesuffix("/v1"))
        error = failure(wrong.models)
        assert error.kind == "malformed"
        assert "web page" in error.message
        for call in (lambda: list(ask(wrong)), lambda: judge(wrong)):
            assert failure(call).kind == "not_found"

    def test_an_answer_that_is_nested_without_end(self, httpserver: HTTPServer) -> None:
        nested = "[" * 200_000
        endpoint = endpoint_at(httpserver.url_for("/v1"))
        for kind, body in (("text/event-stream", f"data: {nested}\n\n"), ("application/json", nested)):
            httpserver.clear()
            httpserver.expect_request("/v1/chat/completions").respond_with_data(body, content_type=kind)
            for call in (lambda: list(ask(endpoint)), lambda: judge(endpoint)):
                assert failure(call).kind == "malformed"

    def test_a_web_page_instead_of_an_answer(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.answer = lambda body: Behaviour(fault="html")
        for call in (lambda: list(ask(endpoint)), lambda: judge(endpoint)):
            error = failure(call)
            assert error.kind == "malformed"
            assert "web page" in error.message


class TestRetries:
    def test_a_server_that_recovers(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(status=500), TEXT, Behaviour(status=503), GOOD)
        reply = ask(endpoint)
        assert "".join(reply) == TEXT
        assert reply.tries == 2
        assert judge(endpoint)["score"] == 4

    def test_retry_after_is_kept_where_it_fits_in_the_budget(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(status=429, retry_after=0.8), TEXT)
        started = time.monotonic()
        assert "".join(ask(endpoint)) == TEXT
        assert 0.8 <= time.monotonic() - started < 1.5

    def test_retry_after_beyond_the_budget_ends_the_call_at_once(self, standin: Standin) -> None:
        standin.model.script(Behaviour(status=429, retry_after=3), TEXT)
        started = time.monotonic()
        error = failure(lambda: list(ask(endpoint_at(standin.url, retry_seconds=2))))
        assert (error.kind, error.retry_after) == ("rate_limited", 3)
        assert time.monotonic() - started < 1
        assert len(standin.records.chats) == 1

    def test_tries_are_counted(self, standin: Standin) -> None:
        standin.model.answer = lambda body: Behaviour(status=500, retry_after=0.01)
        assert failure(lambda: list(ask(endpoint_at(standin.url, attempts=4)))).kind == "overloaded"
        assert len(standin.records.chats) == 4

    def test_pauses_double_and_are_never_the_same(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
        pauses: list[float] = []
        monkeypatch.setattr("simulator.endpoint.watch.Watch.sleep", lambda watch, seconds: pauses.append(seconds))
        standin.model.answer = lambda body: Behaviour(status=500)
        for _ in range(6):
            failure(lambda: list(ask(endpoint_at(standin.url, attempts=3))))
        firsts, seconds = pauses[::2], pauses[1::2]
        assert all(0.25 <= each <= 0.55 for each in firsts)
        assert all(0.5 <= each <= 1.1 for each in seconds)
        assert max(firsts) - min(firsts) > 0.06  # jitter of a tenth alone would stay below


class TestLimits:
    @pytest.mark.parametrize("late_headers", [False, True])
    def test_the_first_piece(self, standin: Standin, endpoint: Endpoint, late_headers: bool) -> None:
        standin.model.script(Behaviour(text=TEXT, first_token=3, late_headers=late_headers))
        started = time.monotonic()
        assert failure(lambda: list(ask(endpoint))).kind == "timeout_first_token"
        assert 0.5 < time.monotonic() - started < 1.2
        assert eventually(lambda: standin.records.cancelled)

    def test_the_whole_stream(self, standin: Standin) -> None:
        standin.model.script(Behaviour(text=TEXT * 20, between=0.1))
        started = time.monotonic()
        reply = ask(endpoint_at(standin.url, total_seconds=1))
        assert failure(lambda: list(reply)).kind == "timeout_total"
        assert 0.9 < time.monotonic() - started < 1.5
        assert reply.text.startswith(TEXT)

    def test_time_that_is_spent_with_a_piece_is_not_the_endpoints(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text=TEXT, between=0.05))
        came = []
        for piece in ask(endpoint):
            came.append(piece)
            time.sleep(0.6)  # more than the limit of a stall
        assert came == PIECES

    @pytest.mark.parametrize("fault", ["none", "stall"])
    def test_a_whole_answer(self, standin: Standin, fault: Fault) -> None:
        standin.model.script(Behaviour(text=GOOD, first_token=3, fault=fault))
        started = time.monotonic()
        assert failure(lambda: judge(endpoint_at(standin.url, total_seconds=1))).kind == "timeout_total"
        assert 0.9 < time.monotonic() - started < 1.5

    def test_loading_the_sdk_is_no_waiting_for_the_endpoint(
        self, standin: Standin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class SlowlyMade(transport.Wire):
            def __init__(self, settings: EndpointSettings) -> None:
                time.sleep(0.6)
                super().__init__(settings)

        monkeypatch.setattr(transport, "Wire", SlowlyMade)
        settings = EndpointSettings(url=standin.url, model="standin", first_token_seconds=0.4, total_seconds=0.5)
        assert list(ask(Endpoint(settings)))
        assert judge(Endpoint(settings))


class TestCancelling:
    def test_closing_a_reply_closes_its_connection(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(text=TEXT * 50, between=0.05))
        with ask(endpoint) as reply:
            next(reply)
        assert eventually(lambda: standin.records.cancelled)
        assert len(standin.records.cancelled[0].answer.split()) < 20

    @pytest.mark.parametrize("behaviour", [Behaviour(first_token=30), Behaviour(text=TEXT, fault="stall", after=1)])
    def test_a_silent_stream_is_cancelled_soon(self, standin: Standin, behaviour: Behaviour) -> None:
        patient = endpoint_at(standin.url, first_token_seconds=20, stall_seconds=20, total_seconds=30)
        standin.model.script(behaviour)
        left = threading.Event()
        threading.Timer(0.3, left.set).start()
        started = time.monotonic()
        assert failure(lambda: list(ask(patient, left.is_set))).kind == "cancelled"
        assert time.monotonic() - started < 1
        assert eventually(lambda: standin.records.cancelled)

    def test_a_pause_between_tries_is_cancelled_soon(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(status=429, retry_after=4))
        left = threading.Event()
        threading.Timer(0.3, left.set).start()
        started = time.monotonic()
        assert failure(lambda: list(ask(endpoint, left.is_set))).kind == "cancelled"
        assert time.monotonic() - started < 1
