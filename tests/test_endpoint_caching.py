"""Cache breakpoints, reasoning, and what an endpoint says of its models, over HTTP."""

from __future__ import annotations

from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest
from attempts import LIBRARY
from endpoints import endpoint_at, failure, judge
from judging import answer

from simulator.attempt import Attempt
from simulator.customers import LanguageModelCustomer
from simulator.endpoint import EndpointSettings
from simulator.endpoint.probe import probe, sentence
from simulator.judge import Judge
from simulator.log import MemoryLog
from simulator.scoring import RULE_SCORERS
from standin import Behaviour, Standin

FENCED = [
    {"role": "system", "content": "You are a customer."},
    {
        "role": "user",
        "content": "<agent>\nHello.\n</agent>\n\n<agent>\nStill there?\n</agent>\n\n<task>Say hello.</task>",
    },
]
MARKED = {"mode": "explicit"}


def parts(text: str, *, marked: bool) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "text", "text": text}
    return {**part, "prompt_cache_breakpoint": MARKED} if marked else part


def test_a_request_tells_where_its_beginning_ends(standin: Standin) -> None:
    with closing(endpoint_at(standin.url, breakpoints="on")) as endpoint:
        for _ in endpoint.stream(FENCED, max_tokens=50, fence="</agent>"):
            pass
    body = standin.records.chats[0].body
    assert body["messages"] == [
        {"role": "system", "content": [parts("You are a customer.", marked=True)]},
        {
            "role": "user",
            "content": [
                parts("<agent>\nHello.\n</agent>", marked=True),
                parts("\n\n<agent>\nStill there?\n</agent>", marked=True),
                parts("\n\n<task>Say hello.</task>", marked=False),
            ],
        },
    ]
    assert body["prompt_cache_options"] == MARKED
    assert body["prompt_cache_key"]


@pytest.mark.parametrize(
    ("url", "choice", "marks"),
    [
        ("https://api.openai.com/v1", "auto", True),
        ("https://team.openai.azure.com/openai/v1", "auto", True),
        ("http://localhost:11434/v1", "auto", False),
        ("https://api.openai.com.example/v1", "auto", False),
        ("https://gateway.example/v1", "on", True),
        ("https://api.openai.com/v1", "off", False),
    ],
)
def test_only_endpoints_that_want_to_be_told_are_told(url: str, choice: str, marks: bool) -> None:
    assert EndpointSettings(url=url, model="m", breakpoints=choice).marks_cache is marks


@pytest.mark.parametrize(
    "error",
    [
        "Unknown parameter: 'prompt_cache_options'.",
        "Unknown parameter: 'messages[0].content[0].prompt_cache_breakpoint'.",
    ],
)
def test_an_endpoint_that_knows_no_breakpoints_is_told_of_none_again(standin: Standin, error: str) -> None:
    standin.model.script(Behaviour(status=400, error=error), "Hello.", "Hello.")
    with closing(endpoint_at(standin.url, breakpoints="on")) as endpoint:
        for _ in range(2):
            assert "".join(endpoint.stream(FENCED, max_tokens=50, fence="</agent>")) == "Hello."
    marked, *plain = [call.body for call in standin.records.chats]
    assert "prompt_cache_options" in marked
    assert [body["messages"] for body in plain] == [FENCED, FENCED]
    assert not any(name.startswith("prompt_cache") for body in plain for name in body)


def test_what_is_kept_of_a_conversation_is_most_of_the_next_request(standin: Standin) -> None:
    """An entry is found at a breakpoint only: the longest beginning that both requests mark is served by a cache."""
    standin.model.answer = lambda body: "So what are you going to DO about it?" if body.get("stream") else answer()
    with closing(endpoint_at(standin.url, breakpoints="on")) as endpoint:
        case = LIBRARY.cast("late-refund")
        talk = Attempt.begin(
            case,
            customer=LanguageModelCustomer(endpoint),
            scorers=RULE_SCORERS,
            log=MemoryLog(),
            clock=lambda: 0.0,
        )
        for number in range(6):
            talk.reply(f"I am looking into it, and I will tell you more in {number + 2} minutes.")
            Judge(endpoint).judge(case, talk.transcript, talk.exchanges[-1])
    for streams in (True, False):
        calls = [call for call in standin.records.chats if call.streams is streams]
        for before, call in pairwise(calls[2:]):
            served = max((len(each) for each in call.kept if each in before.kept), default=0)
            assert served / len(call.prompt) > 0.75, (streams, served, len(call.prompt))
        assert len({call.body["prompt_cache_key"] for call in calls[3:]}) == 1


def test_models_are_asked_to_think_as_much_as_is_set(standin: Standin) -> None:
    """An own server is only asked where that is set: not each knows the parameter."""
    for changes in ({}, {"reasoning": "none"}, {"reasoning": "low"}, {"reasoning": "default"}):
        with closing(endpoint_at(standin.url, **changes)) as endpoint:
            judge(endpoint)
    assert [call.body.get("reasoning_effort") for call in standin.records.chats] == [None, "none", "low", None]


@pytest.mark.parametrize(
    ("url", "reasoning", "effort"),
    [
        ("https://api.openai.com/v1", "auto", "none"),
        ("https://eu.api.openai.com/v1", "auto", "none"),
        ("https://team.openai.azure.com/openai/v1", "auto", "none"),
        ("https://api.openai.com/v1", "default", None),
        ("https://api.openai.com/v1", "high", "high"),
        ("https://notapi.openai.com.example/v1", "auto", None),
        ("https://evil-api.openai.com/v1", "auto", None),
        ("http://localhost:11434/v1", "auto", None),
    ],
)
def test_only_openais_own_models_are_asked_unasked_not_to_think(url: str, reasoning: str, effort: str | None) -> None:
    assert EndpointSettings.model_validate({"url": url, "model": "m", "reasoning": reasoning}).effort == effort


@pytest.mark.parametrize(
    "error",
    [
        "Unrecognized request argument supplied: reasoning_effort",
        "Budget 0 is invalid. This model only works in thinking mode.",
    ],
)
def test_a_model_that_cannot_but_think_may(standin: Standin, error: str) -> None:
    standin.model.script(Behaviour(status=400, error=error))
    with closing(endpoint_at(standin.url, reasoning="none")) as endpoint:
        judge(endpoint)
    assert [call.body.get("reasoning_effort") for call in standin.records.chats] == ["none", None]


def test_other_refusals_are_not_taken_for_thinking(standin: Standin) -> None:
    standin.model.script(Behaviour(status=400, error="The messages are not in order."))
    with closing(endpoint_at(standin.url, reasoning="none")) as endpoint:
        assert failure(lambda: "".join(endpoint.stream(FENCED, max_tokens=50))).kind == "rejected"
    assert len(standin.records.chats) == 1


def test_the_end_of_a_model_is_told(standin: Standin) -> None:
    standin.model.shutdowns = {"standin": "2027-01-14"}
    with closing(endpoint_at(standin.url)) as endpoint:
        found = next(check for check in probe(endpoint) if check.name == "model")
    assert found.state == "ok"
    assert "2027-01-14" in sentence(found)
    assert "2027-01-14" in sentence(found, "ru")
