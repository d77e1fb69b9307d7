"""The bill: what was used is kept, also of answers that could not be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from attempts import LIBRARY
from endpoints import eventually
from judging import REPLY, answer, settings
from voices import GOOD, ask, settings_of

from simulator import history, practice
from simulator.customers import LanguageModelCustomer
from simulator.endpoint import Endpoint
from simulator.history import Store
from simulator.judge import Judge
from simulator.judging import Judging
from simulator.ui.answering import Answering
from standin import Behaviour, Standin


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(history.open_store(tmp_path / "history.db")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "behaviour"),
    [
        ("malformed", Behaviour(text="I would rather not say.")),
        ("truncated", Behaviour(text=answer(), finish="length")),
        ("refused", Behaviour(text=answer(), fault="content_filter")),
        ("empty", Behaviour(text="")),
    ],
)
def test_what_the_judge_used_in_vain_is_kept(store: Store, standin: Standin, kind: str, behaviour: Behaviour) -> None:
    standin.model.answer = lambda body: behaviour
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Mira")
    begun.attempt.reply(REPLY)
    priced = settings(standin, structured="json_schema", prompt_price=2, completion_price=10)
    Judging(store, Judge(Endpoint(priced)), idle=0.02).look()
    (call,) = [each.call for each in history.list_calls(store, attempt_id=begun.id)]
    assert (call.outcome, call.prompt) == (kind, standin.records.chats[0].prompt_tokens)
    assert call.cost is not None
    assert call.cost > 0


@pytest.mark.parametrize(
    ("kind", "behaviour"),
    [
        ("refused", Behaviour(text=GOOD, fault="content_filter")),
        ("empty", Behaviour(text="")),
        ("truncated", Behaviour(text="<think>Hm, so", finish="length")),
    ],
)
def test_what_the_customer_used_in_vain_is_kept(standin: Standin, kind: str, behaviour: Behaviour) -> None:
    with closing(Endpoint(settings_of(standin.url))) as endpoint:
        calls = ask(standin, endpoint, behaviour, GOOD).calls
    assert [call.outcome for call in calls] == [kind, "used"]
    assert [call.prompt for call in calls] == [call.prompt_tokens for call in standin.records.chats]


def test_what_a_customer_used_for_nobody_is_kept(store: Store, standin: Standin) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Mira")
    begun.attempt.send("Please calm down.")
    there = {"tab"}
    standin.model.script("How can I help you today?", Behaviour(text=GOOD, first_token=5, between=1))
    with closing(Endpoint(settings_of(standin.url, first_token_seconds=20))) as endpoint:
        answering = Answering(
            store,
            lambda is_wanted: LanguageModelCustomer(endpoint, is_wanted=is_wanted),
            is_there=there.__contains__,
            grace=0.1,
        )
        writing = answering.answer(begun.id, wanted_by="tab")
        assert eventually(lambda: len(standin.records.chats) == 2)
        there.clear()
        assert eventually(lambda: writing.wait(0.05))
    kept = history.list_calls(store, attempt_id=begun.id)
    assert [(each.turn_index, each.call.outcome) for each in kept] == [(None, "faulty"), (None, "cancelled")]
    assert writing.error is None
