"""What tests of the judge share: a judge on the stand-in, and answers as a model gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attempts import attempt_of

from simulator.attempt import Attempt
from simulator.endpoint import Endpoint, EndpointSettings
from simulator.judge import Judge, Judgement
from standin import Standin

REPLY = (
    "I am sorry that you have waited so long for your money. We refund within 14 days of the day on which the "
    "warehouse has received the robot. Which order number is it?"
)
"""A good reply to the customer of `late-refund`."""
SORRY, DAYS = "I am sorry that you have waited so long", "We refund within 14 days"
"""Words of it."""


def settings(standin: Standin, **changes: Any) -> EndpointSettings:
    """Settings for the stand-in that give up at once."""
    quick = {"attempts": 1, "first_token_seconds": 0.5, "stall_seconds": 0.5, "total_seconds": 1.0}
    return EndpointSettings.model_validate({"url": standin.url, "model": "standin", **quick, **changes})


def judged(standin: Standin, attempt: Attempt | None = None, **changes: Any) -> Judgement:
    """What the judge says of the last reply of an attempt, by default of `REPLY`."""
    attempt = attempt or attempt_of(REPLY)
    judge = Judge(Endpoint(settings(standin, **changes)))
    return judge.judge(attempt.case, attempt.transcript, attempt.exchanges[-1])


def opinion(
    band: Any = 4, quote: str = SORRY, reason: str = "It says so in its own words.", **more: Any
) -> dict[str, Any]:
    """An opinion on one criterion."""
    return {"reason": reason, "quote": quote, **more, "band": band}


def answer(changes: Mapping[str, Any] | None = None, **criteria: Any) -> str:
    """A whole answer in which every criterion has band 4, but for the changes."""
    data: dict[str, Any] = {
        "accuracy": opinion(quote=DAYS, passage="P1"),
        **{
            name: opinion()
            for name in ("politeness", "validation", "understanding", "elaboration", "respect", "de_escalation")
        },
        "facts": [],
        "asked": [],
        "moves": [],
    }
    return json.dumps({**data, **(changes or {}), **criteria}, ensure_ascii=False)
