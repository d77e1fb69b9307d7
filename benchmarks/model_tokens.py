"""What a conversation of ten turns with a language model is billed for: calls, tokens, repeated prefixes."""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import Any, get_args

from model_server import model_of
from model_talk import Talk, answers, case

from simulator import practice
from simulator.customers import LanguageModelCustomer
from simulator.endpoint import Endpoint, EndpointSettings
from simulator.endpoint.settings import StructuredMode
from simulator.history import open_store
from simulator.judge import Judge
from simulator.judging import Judging
from standin import Call, Standin

TURNS = 10
_LEAST_CACHED = 1_024
"""Tokens under which OpenAI caches nothing."""
_CACHED_PRICE = 0.1
_FROM_TURN = 3
PEERS = {"openevals": 3_842, "tau2-bench": 6_590, "sotopia": 9_990, "deepeval": 29_812, "scenario with judge": 34_056}
"""Prompt tokens of a 10-turn conversation; our own measurement in November 2026, the judge's
included where they have one."""
SETTINGS: tuple[tuple[str, StructuredMode | None], ...] = (
    ("customer_alone", None),
    *((f"with_judge_{mode}", mode) for mode in get_args(StructuredMode)),
)


def measure_tokens(talk: Talk, folder: Path) -> dict[str, Any]:
    """The figures of a conversation, without a judge and with one in each way to ask for structure.

    Args:
        talk: the conversation; its first turns are played.
        folder: for the histories.
    """
    found: dict[str, Any] = {}
    with Standin(model_of(answers(talk))) as standin:
        for name, mode in SETTINGS:
            standin.records.clear()
            _play(standin, talk, folder / f"{name}.db", mode)
            found[name] = _bill(standin.records.chats)
    most = max(found[name]["uncached"] for name, mode in SETTINGS if mode is not None)
    shares = {name: round(most / tokens, 2) for name, tokens in PEERS.items()}
    return {**found, "peers_prompt": PEERS, "most_uncached_with_judge_to_peers_prompt": shares}


def _play(standin: Standin, talk: Talk, database: Path, mode: StructuredMode | None) -> None:
    settings = EndpointSettings(url=standin.url, model="standin", structured=mode or "auto")
    endpoint, store = Endpoint(settings), open_store(database)
    held = practice.begin(store, case(), trainee="benchmark", customer=LanguageModelCustomer(endpoint))
    judging = Judging(store, Judge(endpoint))
    for each in talk[1 : TURNS + 1]:
        held.attempt.reply(each.reply)
        if mode is not None:
            judging.look()
    endpoint.close()
    store.close()


def _bill(calls: list[Call]) -> dict[str, Any]:
    """A cache serves what any earlier request of the conversation began with, not only the last one."""
    cached = [_cached(call, calls[:n]) for n, call in enumerate(calls)]
    prompt = sum(call.prompt_tokens for call in calls)
    uncached = prompt - sum(cached)
    shares = [(call, tokens / call.prompt_tokens) for call, tokens in zip(calls, cached, strict=True)]
    late = {
        streams: [share for call, share in shares if call.streams is streams and _replies(call) >= _FROM_TURN]
        for streams in (True, False)
    }
    return {
        "calls": len(calls),
        "customer_calls": sum(call.streams for call in calls),
        "prompt": prompt,
        "completion": sum(call.completion_tokens for call in calls),
        "uncached": uncached,
        "billed": round(uncached + _CACHED_PRICE * (prompt - uncached)),
        "repeated_share": round(1 - uncached / prompt, 3),
        "least_share_from_turn_3": {
            name: round(min(late[streams]), 3)
            for name, streams in (("customer", True), ("judge", False))
            if late[streams]
        },
    }


def _replies(call: Call) -> int:
    """How many replies of the agent a request has."""
    return sum(each["content"].count("</agent>") for each in call.body["messages"][1:])


def _cached(call: Call, earlier: list[Call]) -> int:
    common = (os.path.commonprefix([call.prompt, each.prompt]) for each in earlier)  # noqa: RUF071
    shared = max((len(each) // 4 for each in common), default=0)
    return shared if shared >= _LEAST_CACHED else 0
