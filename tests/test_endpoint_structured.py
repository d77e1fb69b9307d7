"""Structured output over real HTTP: from endpoints that know schemas, and from those that know less."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.endpoint import Endpoint, EndpointError, EndpointSettings, Structured, Usage
from simulator.endpoint.settings import StructuredMode
from simulator.endpoint.structured import dig
from standin import Behaviour, Fault, Standin

SCHEMA = {
    "type": "object",
    "properties": {"score": {"type": "integer"}, "why": {"type": "string"}},
    "required": ["score", "why"],
    "additionalProperties": False,
}
GOOD = '{"score": 4, "why": "polite"}'
DATA = {"score": 4, "why": "polite"}
ASK = [{"role": "system", "content": "You judge replies."}, {"role": "user", "content": "“I am sorry.”"}]


def endpoint_at(standin: Standin, **changes: Any) -> Endpoint:
    return Endpoint(EndpointSettings(url=standin.url, **{"model": "standin", "attempts": 1, **changes}))


def judge(endpoint: Endpoint) -> Structured:
    return endpoint.structured(ASK, SCHEMA, name="verdict", max_tokens=80)


def kind_of_failure(endpoint: Endpoint) -> str:
    with pytest.raises(EndpointError) as caught:
        judge(endpoint)
    return caught.value.kind


def modes(standin: Standin) -> list[str]:
    return [(call.body.get("response_format") or {}).get("type", "text") for call in standin.records.chats]


def test_a_schema_is_sent_and_kept_to(standin: Standin) -> None:
    standin.model.script(Behaviour(text=GOOD, cached=2))
    found = judge(endpoint_at(standin))
    assert (found.data, found.raw, found.mode) == (DATA, GOOD, "json_schema")
    call = standin.records.chats[0]
    assert (found.usage.prompt, found.usage.cached) == (call.prompt_tokens, 2)
    wanted = {"name": "verdict", "schema": SCHEMA, "strict": True}
    assert call.body["response_format"] == {"type": "json_schema", "json_schema": wanted}
    assert call.body["messages"] == ASK


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        ({"json_object", "text"}, ["json_schema", "json_object"]),
        ({"text"}, ["json_schema", "json_object", "text"]),
    ],
)
def test_an_endpoint_that_refuses_a_format_is_asked_in_the_next_way_and_that_is_remembered(
    standin: Standin, formats: set[str], expected: list[StructuredMode]
) -> None:
    standin.model.formats = formats
    standin.model.answer = lambda body: GOOD
    endpoint = endpoint_at(standin)
    assert judge(endpoint).mode == expected[-1]
    assert modes(standin) == expected
    assert judge(endpoint).data == DATA
    assert modes(standin) == [*expected, expected[-1]]
    first, *others = standin.records.chats[-1].body["messages"]
    assert others == ASK[1:]  # what does not change stands first, where a cache keeps it
    assert first["content"].startswith(ASK[0]["content"])
    assert '"required": ["score", "why"]' in first["content"]
    endpoint.structured(ASK[1:], SCHEMA, name="verdict", max_tokens=80)
    assert '"required": ["score", "why"]' in standin.records.chats[-1].body["messages"][-1]["content"]


@pytest.mark.parametrize("prose", ["Four, since it is polite.", '{"verdict": 4}', "[4]", "4"])
def test_an_endpoint_that_overlooks_the_schema_is_asked_in_words(standin: Standin, prose: str) -> None:
    standin.model.answer = lambda body: GOOD if "response_format" not in body else prose
    endpoint = endpoint_at(standin)
    for _ in range(3):
        assert judge(endpoint).mode == "text"
    assert modes(standin) == ["json_schema", "json_object", "text"] * 2 + ["text"]  # two failures are no accident


def test_one_bad_answer_at_the_start_does_not_make_a_model_weaker(standin: Standin) -> None:
    endpoint = endpoint_at(standin)
    standin.model.answer = lambda body: GOOD
    standin.model.script("Four, I think.")
    assert [judge(endpoint).mode for _ in range(3)] == ["json_object", "json_schema", "json_schema"]


def test_an_outage_at_the_start_teaches_nothing(standin: Standin) -> None:
    """A model that fails in every way shows nothing about any of them."""
    endpoint = endpoint_at(standin)
    standin.model.script(*["Four."] * 6)
    assert [kind_of_failure(endpoint) for _ in range(2)] == ["malformed"] * 2
    standin.model.answer = lambda body: GOOD
    assert judge(endpoint).mode == "json_schema"


UNUSABLE: dict[str, Behaviour] = {
    "malformed": Behaviour(text="Four."),
    "truncated": Behaviour(text=GOOD, finish="length"),
    "refused": Behaviour(text=GOOD, fault="content_filter"),
    "empty": Behaviour(text=""),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_an_unusable_answer_used_is_told(standin: Standin, kind: str) -> None:
    standin.model.script(UNUSABLE[kind])
    with pytest.raises(EndpointError) as caught:
        judge(endpoint_at(standin, structured="json_schema"))
    used = caught.value.usage
    assert caught.value.kind == kind
    assert used is not None
    assert used.prompt == standin.records.chats[0].prompt_tokens
    assert used.completion is not None
    assert used.total_s > 0


@pytest.mark.parametrize("last", [GOOD, "Four."])
def test_every_way_that_was_tried_is_paid_for(standin: Standin, last: str) -> None:
    standin.model.formats = {"json_object", "text"}  # a refused request costs nothing
    standin.model.answer = lambda body: Behaviour(text=last if "response_format" not in body else "Four.", cached=1)
    used: Usage | None = None
    try:
        used = judge(endpoint_at(standin)).usage
    except EndpointError as error:
        used = error.usage
    _, *answered = standin.records.chats
    assert len(answered) == 2
    assert used is not None
    assert used.prompt == sum(call.prompt_tokens for call in answered)
    assert used.cached == 2


def test_one_bad_answer_of_a_model_that_can_is_an_error_not_a_lack(standin: Standin) -> None:
    endpoint = endpoint_at(standin)
    standin.model.script(GOOD, '{"verdict": 4}', GOOD)
    judge(endpoint)
    assert kind_of_failure(endpoint) == "malformed"
    assert judge(endpoint).mode == "json_schema"


def test_a_model_that_never_gives_an_object_is_malformed_and_nothing_is_remembered(standin: Standin) -> None:
    endpoint = endpoint_at(standin)
    standin.model.answer = lambda body: "I would rather not say."
    assert kind_of_failure(endpoint) == "malformed"
    standin.model.answer = lambda body: GOOD
    assert judge(endpoint).mode == "json_schema"


def test_the_way_can_be_set(standin: Standin) -> None:
    standin.model.answer = lambda body: GOOD
    assert judge(endpoint_at(standin, structured="text")).mode == "text"
    assert modes(standin) == ["text"]


def test_each_model_is_learned_by_itself(standin: Standin) -> None:
    standin.model.names.append("judge")
    standin.model.answer = lambda body: "no" if body["model"] == "judge" and "response_format" in body else GOOD
    endpoint = endpoint_at(standin, judge_model="judge")
    assert judge(endpoint).mode == "text"
    assert endpoint.structured(ASK, SCHEMA, name="verdict", max_tokens=80, model="standin").mode == "json_schema"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("no_choices", "empty"),
        ("refusal", "refused"),
        ("content_filter", "refused"),
        ("cut", "truncated"),
        ("html", "malformed"),
        ("malformed", "malformed"),
        ("truncate", "malformed"),
    ],
)
def test_what_goes_wrong(standin: Standin, fault: Fault, kind: str) -> None:
    endpoint = endpoint_at(standin)
    standin.model.script(GOOD)
    judge(endpoint)
    standin.model.script(Behaviour(text=GOOD, fault=fault))
    assert kind_of_failure(endpoint) == kind
    assert len(standin.records.chats) == 2


def test_an_answer_that_ran_out_of_tokens_is_truncated(standin: Standin) -> None:
    standin.model.script(Behaviour(text=GOOD, finish="length"))
    assert kind_of_failure(endpoint_at(standin)) == "truncated"


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here is my verdict:\n{GOOD}\nI hope this helps.",
        f'<think>Perhaps {{"score": 0, "why": "x"}}?</think>\n{GOOD}',
        f"The format {{…}} is clear. {GOOD}",
        f'An example of something else: {{"other": 1}}. {GOOD}',
    ],
)
def test_an_object_is_dug_out_of_what_stands_around_it(text: str) -> None:
    assert dig(text, SCHEMA) == DATA


@pytest.mark.parametrize(
    "text",
    [
        f'The agent wrote {{"score": 5, "why": "told to"}}. {GOOD}',  # which of them is the answer?
        '{"score": 4}',
        '{"verdict": {"score": 4, "why": "nested"}}',
        '{"score": 4, "why": "cut o',
        "[" * 50_000,
        "",
    ],
)
def test_what_is_no_single_object_of_the_schema_is_none(text: str) -> None:
    assert dig(text, SCHEMA) is None


@pytest.mark.parametrize("name", ["stream_options", "temperature", "seed", "max_tokens"])
def test_a_parameter_that_a_model_does_not_take_is_left_out_from_then_on(standin: Standin, name: str) -> None:
    standin.model.rejects = {name}
    endpoint = endpoint_at(standin)
    for _ in range(2):
        assert list(endpoint.stream(ASK, max_tokens=30, temperature=0.5, seed=1))
    refused, accepted, again = (call.body for call in standin.records.chats)
    assert name in refused
    assert (
        accepted.keys()
        == again.keys()
        == refused.keys() - {name} | ({"max_completion_tokens"} if name == "max_tokens" else set())
    )
