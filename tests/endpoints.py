"""What tests of the model endpoint share: endpoints with short limits, and the two calls."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from simulator.endpoint import Endpoint, EndpointError, EndpointSettings, Reply

KEY = "sk-very-secret-0123456789"
ASK = [{"role": "system", "content": "You are a customer."}, {"role": "user", "content": "Hello, how can I help?"}]
SCHEMA = {
    "type": "object",
    "properties": {"score": {"type": "integer"}, "why": {"type": "string"}},
    "required": ["score", "why"],
    "additionalProperties": False,
}
TEXT = "My kettle is broken."
PIECES = ["My ", "kettle ", "is ", "broken."]
GOOD = '{"score": 4, "why": "polite"}'


def endpoint_at(url: str, **changes: Any) -> Endpoint:
    """An endpoint with short limits: a test must not take long to see one pass."""
    given = {
        "url": url,
        "key": KEY,
        "model": "standin",
        "first_token_seconds": 0.6,
        "stall_seconds": 0.4,
        "total_seconds": 5,
        "attempts": 2,
        **changes,
    }
    made = Endpoint(EndpointSettings(**given))
    made.warm()
    return made


def ask(endpoint: Endpoint, cancelled: Callable[[], bool] | None = None) -> Reply:
    return endpoint.stream(ASK, max_tokens=50, cancelled=cancelled)


def judge(endpoint: Endpoint) -> dict[str, Any]:
    return endpoint.structured(ASK, SCHEMA, name="verdict", max_tokens=50).data


def failure(call: Callable[[], object]) -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        call()
    return caught.value


def eventually(condition: Callable[[], object], seconds: float = 3) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False
