"""What people meet who set up an endpoint: certificates, proxies, wrong addresses, empty accounts, small models, and
the words that servers have for it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from os.path import commonprefix
from pathlib import Path

import pytest
from endpoints import ASK, TEXT, ask, endpoint_at, failure, judge
from pytest_httpserver import HTTPServer

from simulator.endpoint import Endpoint, EndpointSettings
from simulator.endpoint.probe import Check, CheckName, probe, sentence
from standin import Behaviour, Standin


@pytest.fixture
def endpoint(standin: Standin) -> Endpoint:
    return endpoint_at(standin.url)


def probed(url: str, **changes: object) -> dict[CheckName, Check]:
    settings = EndpointSettings.model_validate({"url": url, "model": "standin", "total_seconds": 3, **changes})
    return {check.name: check for check in probe(Endpoint(settings), lambda: 8)}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of an authority that nobody knows, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl program is not installed")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=models.example", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = [openssl, "req", *kind, *names, "-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


class TestCertificates:
    @pytest.fixture
    def secure(self, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name, raising=False)
        with Standin(certificate=certificate) as running:
            yield running

    def test_one_that_is_not_trusted_is_told_at_once_with_what_to_do(self, secure: Standin) -> None:
        endpoint = endpoint_at(secure.url, attempts=5)
        started = time.monotonic()
        for call in (lambda: list(ask(endpoint)), lambda: judge(endpoint), endpoint.models):
            error = failure(call)
            assert (error.kind, error.code) == ("unreachable", "certificate")
        assert time.monotonic() - started < 1  # another try changes nothing
        check = probed(secure.url)["reachable"]
        assert (check.state, check.note) == ("failed", "certificate")
        assert "SSL_CERT_FILE" in sentence(check)
        assert "self-signed" in sentence(check)

    def test_it_is_trusted_once_its_authority_is_named(
        self, secure: Standin, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        secure.model.script(TEXT)
        assert "".join(ask(endpoint_at(secure.url))) == TEXT
        assert {check.state for check in probed(secure.url).values()} == {"ok"}

    def test_limits_hold_under_tls(self, secure: Standin, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        secure.model.script(Behaviour(text=TEXT, fault="stall", after=2))
        assert failure(lambda: list(ask(endpoint_at(secure.url)))).kind == "timeout_stall"

    def test_a_file_of_authorities_that_is_not_there_is_told(
        self, standin: Standin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/company.pem")
        error = failure(lambda: list(ask(endpoint_at("https://127.0.0.1:1/v1"))))
        assert error.kind == "unreachable"
        assert "certificates" in error.message

    def test_https_where_there_is_none(self, standin: Standin) -> None:
        check = probed(standin.url.replace("http://", "https://"))["reachable"]
        assert (check.state, check.note) == ("failed", "tls")
        assert "http://" in sentence(check)


class TestAddresses:
    def test_a_forgotten_v1_is_found(self, standin: Standin) -> None:
        found = probed(standin.url.removesuffix("/v1"))
        check = found["reachable"]
        assert (check.state, check.note, check.values["better"]) == ("failed", "wrong_path", standin.url)
        assert found["chat"].state == "not_tried"
        assert standin.url in sentence(check)

    def test_the_address_of_the_chat_itself_is_taken_for_what_is_meant(self, standin: Standin) -> None:
        standin.model.script(TEXT)
        assert "".join(ask(endpoint_at(f"{standin.url}/chat/completions/"))) == TEXT

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_nothing_follows_to_another_address(self, standin: Standin, status: int) -> None:
        with Standin() as other:
            standin.model.always = Behaviour(status=status, headers={"location": f"{other.url}/chat/completions"})
            endpoint = endpoint_at(standin.url, key="secret")
            for call in (lambda: list(ask(endpoint)), lambda: judge(endpoint), endpoint.models):
                error = failure(call)
                assert (error.kind, error.code) == ("not_found", "redirect")
                assert other.url in error.message
            check = probed(standin.url)["reachable"]
            assert (check.state, check.note) == ("failed", "redirect")
            assert other.url in sentence(check)
            assert other.records.calls == []

    def test_a_page_of_a_server_before_it(self, standin: Standin) -> None:
        """nginx answers for a model server that is down."""
        page = "<html><head><title>502 Bad Gateway</title></head></html>"
        standin.model.always = Behaviour(status=502, raw=page)
        check = probed(standin.url)["reachable"]
        assert (check.state, check.note) == ("failed", "overloaded")
        assert "502" in sentence(check)
        assert "<" not in sentence(check)

    def test_a_model_that_is_not_there_without_a_list(self, standin: Standin) -> None:
        standin.model.lists_models = False
        raw = '{"error": "model \'standin\' not found, try pulling it first"}'
        standin.model.answer = lambda body: Behaviour(status=404, raw=raw)
        check = probed(standin.url)["chat"]
        assert (check.state, check.note) == ("failed", "model_not_found")
        assert "try pulling it" in sentence(check)

    def test_a_proxy_that_wants_a_password(self, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, httpserver.url_for(""))
        httpserver.expect_request("/v1/models").respond_with_data("<html>Who are you?", 407, content_type="text/html")
        for scheme in ("http", "https"):  # the one is passed on, the other a tunnel
            check = probed(f"{scheme}://models.invalid/v1")["reachable"]
            assert (check.state, check.note) == ("failed", "proxy")
            assert "HTTPS_PROXY" in sentence(check)


class TestAccounts:
    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (429, '{"error": {"message": "You exceeded your quota", "type": "insufficient_quota", "code": null}}'),
            (429, '{"error": {"message": "Limit", "type": "x", "code": "billing_hard_limit_reached"}}'),
            (402, '{"error": {"message": "Insufficient Balance", "type": "unknown_error", "code": "invalid_request"}}'),
        ],
    )
    def test_no_money_is_not_waited_for(self, standin: Standin, status: int, body: str) -> None:
        standin.model.answer = lambda _: Behaviour(status=status, raw=body)
        error = failure(lambda: list(ask(endpoint_at(standin.url, attempts=3))))
        assert (error.kind, error.code) == ("rate_limited", "insufficient_quota")
        assert len(standin.records.chats) == 1
        assert "add credit" in sentence(probed(standin.url)["chat"])

    @pytest.mark.parametrize("zone", [UTC, None])
    def test_retry_after_may_be_a_date(self, standin: Standin, endpoint: Endpoint, zone: object) -> None:
        at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
        told = at if zone else at.replace("GMT", "-0000")
        standin.model.script(Behaviour(status=429, headers={"retry-after": told}))
        error = failure(lambda: list(ask(endpoint)))
        assert error.retry_after == pytest.approx(89.5, abs=2)

    @pytest.mark.parametrize(("told", "seconds"), [("in a while", None), ("-5", 0.0), ("", None)])
    def test_retry_after_that_is_neither(
        self, standin: Standin, endpoint: Endpoint, told: str, seconds: float | None
    ) -> None:
        standin.model.answer = lambda body: Behaviour(status=503, headers={"retry-after": told})
        assert failure(lambda: list(ask(endpoint))).retry_after == seconds

    def test_retry_after_in_milliseconds_comes_first(self, standin: Standin, endpoint: Endpoint) -> None:
        headers = {"retry-after-ms": "700", "retry-after": "50"}
        standin.model.script(Behaviour(status=429, headers=headers), TEXT)
        started = time.monotonic()
        assert "".join(ask(endpoint)) == TEXT
        assert 0.7 <= time.monotonic() - started < 1.5


# As servers say it: OpenAI, vLLM, llama.cpp (400, formerly 500), LM Studio, Ollama, text-generation-inference.
TOO_LONG = [
    (400, '{"error": {"message": "Too many.", "type": "invalid_request_error", "code": "context_length_exceeded"}}'),
    (400, '{"object": "error", "message": "This model\'s maximum context length is 4096 tokens.", "code": 400}'),
    (400, '{"error": {"code": 400, "message": "the request exceeds it", "type": "exceed_context_size_error"}}'),
    (500, '{"error": {"code": 500, "message": "the request exceeds the available context size.", "type": "x"}}'),
    (400, '{"error": "Trying to keep the first 9000 tokens when context overflows. Use a larger context length"}'),
    (400, '{"error": {"message": "prompt too long; exceeded max context length by 10 tokens", "type": "api_error"}}'),
    (422, '{"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096"}'),
]
NO_SYSTEM = [
    (400, '{"object": "error", "message": "System role not supported", "type": "BadRequestError", "code": 400}'),
    (500, '{"error": {"code": 500, "message": "System role not supported at row 1, column 60", "type": "x"}}'),
    (400, '{"error": "Error rendering prompt with jinja template: Only user and assistant roles are supported!"}'),
    (400, '{"message": "Conversation roles must alternate user/assistant/user/assistant/..."}'),
]


class TestSmallModels:
    @pytest.mark.parametrize(("status", "body"), TOO_LONG)
    def test_a_request_that_is_too_long_is_told_apart(
        self, standin: Standin, endpoint: Endpoint, status: int, body: str
    ) -> None:
        standin.model.answer = lambda _: Behaviour(status=status, raw=body)
        for call in (lambda: list(ask(endpoint)), lambda: judge(endpoint)):
            standin.records.clear()
            assert failure(call).kind == "too_long"
            assert len(standin.records.chats) == 1

    def test_so_it_is_in_a_stream(self, standin: Standin, endpoint: Endpoint) -> None:
        """LM Studio sends its errors as events."""
        told = "The number of tokens to keep from the initial prompt is greater than the context length."
        standin.model.script(Behaviour(fault="error_event", error=told))
        error = failure(lambda: list(ask(endpoint)))
        assert error.kind == "too_long"
        assert told in error.message

    def test_what_an_event_says_is_told_without_the_key(self, standin: Standin) -> None:
        standin.model.answer = lambda _: Behaviour(fault="error_event", error="out of memory for hush-hush")
        error = failure(lambda: list(ask(endpoint_at(standin.url, key="hush-hush"))))
        assert error.kind == "overloaded"
        assert "out of memory for …" in error.message

    @pytest.mark.parametrize(("status", "body"), NO_SYSTEM)
    def test_a_template_without_system_messages_gets_them_with_the_first_of_the_users(
        self, standin: Standin, endpoint: Endpoint, status: int, body: str
    ) -> None:
        standin.model.script(Behaviour(status=status, raw=body))
        standin.model.answer = lambda _: TEXT
        for _ in range(2):
            assert "".join(ask(endpoint)) == TEXT
        assert endpoint.complete(ASK, max_tokens=9)[0] == TEXT
        folded = [{"role": "user", "content": f"{ASK[0]['content']}\n\n{ASK[1]['content']}"}]
        assert [call.body["messages"] for call in standin.records.chats] == [ASK, folded, folded, folded]

    def test_so_it_is_when_a_stream_tells(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.script(Behaviour(fault="error_event", error="System role not supported"), TEXT)
        assert "".join(ask(endpoint)) == TEXT

    def test_folded_requests_grow_at_their_end_as_well(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.knows_system = False
        talk = list(ASK)
        for number in range(3):
            list(endpoint.stream(talk, max_tokens=9))
            talk += [{"role": "assistant", "content": f"Answer {number}"}, {"role": "user", "content": "More"}]
        folded = [call.prompt for call in standin.records.chats if call.status == 200]
        assert len(folded) == 3
        assert all(commonprefix([a, b]) == a for a, b in pairwise(folded))  # noqa: RUF071

    def test_without_a_system_message_that_complaint_is_an_error(self, standin: Standin, endpoint: Endpoint) -> None:
        standin.model.answer = lambda _: Behaviour(status=400, error="System role not supported")
        error = failure(lambda: endpoint.complete(ASK[1:], max_tokens=9))
        assert (error.kind, len(standin.records.chats)) == ("rejected", 1)

    @pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
    def test_thoughts_in_a_field_of_their_own_are_no_text(
        self, standin: Standin, endpoint: Endpoint, field: str
    ) -> None:
        for fault in ("none", "whole"):
            standin.model.script(
                Behaviour(text=TEXT, reasoning="They want me to …", thoughts_in=field, fault=fault)  # type: ignore[arg-type]
            )
            assert "".join(ask(endpoint)) == TEXT
