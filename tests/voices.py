"""What tests of the model's customer share: a fair model, an endpoint with little patience, a message asked for."""

from __future__ import annotations

import re
from typing import Any

from pydantic import SecretStr
from test_customer_faults import cue_of

from simulator.customers import LanguageModelCustomer, Spoken, listen
from simulator.endpoint import Endpoint, EndpointSettings
from standin import Behaviour, Standin

GOOD = "Enough with the sorry! What are you going to DO about my robot?"
_CONTENT = re.compile("“(.*?)”")
_EXAMPLE = re.compile(r"^- (.*)$", re.MULTILINE)


def good(body: Any) -> str:
    """What a fair model says: what the task gives it, in the mood's own way where that needs none."""
    messages = body["messages"]
    heard, _, task = messages[-1]["content"].rpartition("<task>")
    said = " ".join(_CONTENT.findall(task))
    if said:
        return said
    heat = re.search(r"Mood: (\w+)", task)
    assert heat is not None
    of_mood = _EXAMPLE.findall(messages[0]["content"].partition(f"{heat[1].capitalize()}:\n")[2])
    examples = [*_EXAMPLE.findall(task), *of_mood]
    before = " ".join([*(each["content"] for each in messages[1:-1]), heard])
    return next(str(line) for line in examples if "…" not in line and line not in before)


def settings_of(url: str, **more: Any) -> EndpointSettings:
    patience: dict[str, Any] = {"connect_seconds": 1, "first_token_seconds": 0.6, "stall_seconds": 0.5, "attempts": 1}
    return EndpointSettings(url=url, model="standin", key=SecretStr("secret-key"), **{**patience, **more})


def ask(standin: Standin, endpoint: Endpoint, *answers: Behaviour | str, beat: str = "unheard") -> Spoken:
    standin.model.script(*answers)
    return listen(LanguageModelCustomer(endpoint).speak(cue_of(beat, 80.0)))
