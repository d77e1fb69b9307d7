"""Addresses of endpoints: what is one, how it is shown, and the name and password that it may have."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from endpoints import TEXT, ask, endpoint_at, failure
from streamlit.testing.v1 import AppTest

from simulator.endpoint import EndpointSettings, SettingError, read_settings
from simulator.endpoint.settings import OPENAI_MODEL, OPENAI_URL, VARIABLES
from standin import Behaviour, Standin


@pytest.mark.parametrize(
    "url",
    [
        "http://host:abc/v1",
        "http://host:99999/v1",
        "http://host:0/v1",
        "http://[::1/v1",
        "http://ho st/v1",
        "http://:8000/v1",
        "http://somebody:pass/word@host/v1",
        "ftp://host/v1",
        "host:8000/v1",
    ],
)
def test_what_is_no_address_is_told_with_the_variable(url: str) -> None:
    with pytest.raises(SettingError, match=r"^TOUGH_CUSTOMER_MODEL_URL: .*http://") as caught:
        read_settings({"TOUGH_CUSTOMER_MODEL_URL": url})
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("end", ["?api-version=2024-10-21", "?", "#here", "?user=a@b"])
def test_what_stands_behind_the_path_is_told_where_it_belongs(end: str) -> None:
    with pytest.raises(SettingError, match="TOUGH_CUSTOMER_MODEL_API_VERSION"):
        read_settings({"TOUGH_CUSTOMER_MODEL_URL": f"https://host/v1{end}"})


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("HTTP://[FE80::1]/v1/", "http://[fe80::1]/v1"),
        (" https://Host/V1/chat/completions/ ", "https://host/V1"),
    ],
)
def test_an_address_is_kept_in_one_form(url: str, kept: str) -> None:
    assert EndpointSettings(url=url, model="m").url == kept


@pytest.mark.parametrize("url", [f"{OPENAI_URL}/", "https://API.openai.com/v1", f"{OPENAI_URL}/chat/completions"])
def test_openais_address_has_openais_model_however_it_is_written(url: str) -> None:
    found = read_settings({"OPENAI_API_KEY": "key", "OPENAI_BASE_URL": url})
    assert (found.is_set, found.url, found.model) == (True, OPENAI_URL, OPENAI_MODEL)


class TestPasswords:
    @pytest.fixture(autouse=True)
    def all_logs(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        with caplog.at_level(logging.DEBUG):
            yield

    @staticmethod
    def url(standin: Standin) -> str:
        return standin.url.replace("//", "//some%40body:hush%2Fhush@")

    def test_it_is_sent_as_basic_authentication(self, standin: Standin, caplog: pytest.LogCaptureFixture) -> None:
        standin.model.script(TEXT)
        with closing(endpoint_at(self.url(standin))) as endpoint:
            assert "".join(ask(endpoint)) == TEXT
            assert endpoint.models()
        given = {call.headers["authorization"] for call in standin.records.calls}
        assert given == {"Basic " + base64.b64encode(b"some@body:hush/hush").decode()}
        for shown in (repr(endpoint), repr(endpoint.settings), endpoint.settings.url, caplog.text):
            assert "hush" not in shown
            assert "some" not in shown

    @pytest.mark.parametrize("repeated", ["hush/hush", "some@body:hush/hush", "c29tZUBib2R5Omh1c2gvaHVzaA=="])
    def test_what_a_server_repeats_of_it_is_not_told(self, standin: Standin, repeated: str) -> None:
        standin.model.answer = lambda body: Behaviour(status=401, error=f"Not good: {repeated}")
        with closing(endpoint_at(self.url(standin))) as endpoint:
            error = failure(lambda: list(ask(endpoint)))
        assert error.kind == "unauthorised"
        assert error.message.endswith("Not good: …")


def test_the_page_has_every_setting() -> None:
    def script() -> None:
        from simulator.ui.pages import settings

        settings.show()

    app = AppTest.from_function(script, default_timeout=60).run()
    shown = "".join(str(getattr(element, "value", "")) for element in app.get("html"))
    assert {*VARIABLES} <= {*re.findall('data-setting="(.*?)"', shown)}
