"""The queue of replies to be judged: several at a time, in order, through outages, killed processes and a full bill."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attempts import LIBRARY
from judging import REPLY, answer, settings
from test_judging import ASKS, begun, until, values

from simulator import history, practice
from simulator.customers import LanguageModelCustomer
from simulator.endpoint import Endpoint
from simulator.history import Store
from simulator.judge import Judge
from simulator.judging import Judging
from simulator.model_call import ModelCall
from standin import Behaviour, Standin

ROOT = Path(__file__).parent.parent
SECOND = "Which country was it sent from?"


def judging(store: Store, standin: Standin, **changes: Any) -> Judging:
    """As patient as calls in these tests need it."""
    return Judging(store, Judge(Endpoint(settings(standin, total_seconds=10.0))), **{"idle": 0.02, **changes})


@contextmanager
def working(service: Judging) -> Iterator[Judging]:
    service.start()
    yield service
    service.close()


def judged(store: Store, *ids: str) -> int:
    return sum(len(history.list_judgements(store, attempt_id=id)) for id in ids)


def most_at_once(standin: Standin) -> int:
    """How many calls were under way at a time, at most."""
    changes = [(call.started, 1) for call in standin.records.chats] + [
        (call.ended, -1) for call in standin.records.chats
    ]
    under_way = most = 0
    for _, change in sorted(changes):
        under_way += change
        most = max(most, under_way)
    return most


def test_several_attempts_are_judged_at_a_time(store: Store, standin: Standin) -> None:
    standin.model.answer = lambda body: Behaviour(text=answer(), first_token=0.3)
    attempts = [begun(store, REPLY).id for _ in range(9)]
    service = judging(store, standin, at_once=4)
    before = time.monotonic()
    assert service.look() == 9
    assert time.monotonic() - before < 9 * 0.3
    assert most_at_once(standin) == 4
    assert all(values(store, id)[1, "tone"] == 80.0 for id in attempts)


def test_a_slow_call_holds_up_no_other_attempt(store: Store, standin: Standin) -> None:
    slow = begun(store, REPLY + " The slow one.")
    standin.model.answer = lambda body: Behaviour(text=answer(), first_token=9.0 * ("The slow one." in str(body)))
    others = [begun(store, REPLY).id for _ in range(4)]
    with working(judging(store, standin, at_once=2)) as service:
        until(lambda: judged(store, *others) == 4)
        late = begun(store, REPLY).id
        service.wake()
        until(lambda: judged(store, late) == 1)
        assert judged(store, slow.id) == 0


def test_the_replies_of_an_attempt_are_judged_one_after_the_other(store: Store, standin: Standin) -> None:
    standin.model.answer = lambda body: Behaviour(text=answer(), first_token=0.1)
    one = begun(store, *(f"{SECOND} I ask for number {n}." for n in range(5)))
    other = begun(store, REPLY)
    assert judging(store, standin).look() == 6
    calls = [each for each in standin.records.chats if "I ask for number" in str(each.body)]
    assert len(calls) == 5
    assert all(before.ended <= after.started for before, after in pairwise(calls))
    turns = [each.turn_index for each in history.list_calls(store, attempt_id=one.id) if each.call.purpose == "judge"]
    assert turns == [1, 3, 5, 7, 9]
    assert judged(store, other.id) == 1


@pytest.mark.parametrize("status", [401, 503])
def test_an_outage_costs_one_reply_a_try_and_not_all(
    store: Store, standin: Standin, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.judging._RETRY_AFTER", timedelta())
    standin.model.answer = lambda body: Behaviour(text=answer(), first_token=0.05)
    first = begun(store, REPLY).id
    service = judging(store, standin, at_once=6, idle=2.0)
    service.look()
    waiting = [begun(store, REPLY).id for _ in range(12)]
    standin.model.answer = lambda body: Behaviour(status=status, first_token=0.2, late_headers=True)
    service.look()
    asked = len(standin.records.chats) - 1
    assert 1 <= asked <= 6
    assert judged(store, first, *waiting) == 1
    soon = datetime.now(UTC) + timedelta(seconds=0.1)
    tries = [history.claim_judgement(store, attempt_id=id, turn_index=1, until=soon) for id in waiting]
    assert sorted(tries, key=str) == [1] * 11 + [2]
    time.sleep(0.15)
    standin.model.answer = lambda body: answer()
    assert judging(store, standin).look() == 12


def test_an_endpoint_that_never_answered_is_asked_about_one_reply(store: Store, standin: Standin) -> None:
    for _ in range(5):
        begun(store, REPLY)
    standin.model.answer = lambda body: Behaviour(status=401)
    judging(store, standin).look()
    assert len(standin.records.chats) == 1


def asked(standin: Standin, times: int) -> bool:
    return len(standin.records.chats) == times


def test_restarts_are_no_failed_tries(store: Store, standin: Standin) -> None:
    one = begun(store, REPLY)
    standin.model.answer = lambda body: Behaviour(text=answer(), first_token=30)
    for restart in range(5):
        with working(judging(store, standin)):
            until(partial(asked, standin, restart + 1))
    standin.model.answer = lambda body: answer()
    assert judging(store, standin).look() == 1
    assert values(store, one.id)[1, "tone"] == 80.0


JUDGES_UNTIL_KILLED = """
    import sys, time
    from datetime import timedelta
    from simulator import history, practice
    from simulator.endpoint import Endpoint, EndpointSettings
    from simulator.judge import Judge
    from simulator.judging import Judging

    endpoint = Endpoint(EndpointSettings(url=sys.argv[2], model="standin"))
    endpoint.warm()
    store = history.open_store(sys.argv[1])
    practice.resume(store, sys.argv[3])  # loads what is slow to load, before the claim begins to run out
    Judging(store, Judge(endpoint), idle=0.05, claim=timedelta(seconds=5)).start()
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_what_a_killed_process_was_judging_is_judged_by_another_once_its_claim_has_run_out(
    store: Store, standin: Standin
) -> None:
    one = begun(store, REPLY)
    standin.model.answer = lambda body: Behaviour(text=answer(), first_token=30)
    place = store.engine.url.render_as_string(hide_password=False)
    code = textwrap.dedent(JUDGES_UNTIL_KILLED)
    killed = subprocess.Popen([sys.executable, "-c", code, place, standin.url, one.id], cwd=ROOT)
    try:
        until(lambda: bool(standin.records.chats), seconds=60)
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    standin.model.answer = lambda body: answer()
    service = judging(store, standin)
    assert service.look() == 0
    assert history.list_judgements(store, attempt_id=one.id) == []
    until(lambda: service.look() == 1)
    assert values(store, one.id)[1, "tone"] == 80.0
    assert len(standin.records.chats) == 2


JUDGES_AND_ENDS = """
    import sys
    from simulator import history, practice
    from simulator.judging import open_judging
    from simulator.settings import Settings

    store = history.open_store(sys.argv[1])
    assert open_judging(store, Settings()) is not None
    input()
"""


def test_a_program_that_ends_gives_back_at_once_what_it_was_judging(
    store: Store, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_URL", standin.url)
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL", "standin")
    one = begun(store, REPLY)
    standin.model.answer = lambda body: Behaviour(text=answer(), first_token=30)
    place = store.engine.url.render_as_string(hide_password=False)
    code = textwrap.dedent(JUDGES_AND_ENDS)
    ending = subprocess.Popen([sys.executable, "-c", code, place], cwd=ROOT, stdin=subprocess.PIPE, text=True)
    until(partial(asked, standin, 1), seconds=60)
    before = time.monotonic()
    ending.communicate("\n")
    assert ending.returncode == 0
    assert time.monotonic() - before < 10
    soon = datetime.now(UTC) + timedelta(minutes=5)
    assert history.claim_judgement(store, attempt_id=one.id, turn_index=1, until=soon) == 1


def test_looking_for_nothing_writes_nothing(store: Store, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where what was read in a reply came too late: another was sent meanwhile, and the trainee left."""
    one = begun(store, ASKS)

    def send_meanwhile(body: Any) -> str:
        one.attempt.send("One moment.")
        return answer(asked=[{"id": "order-number", "quote": "at the top of the mail"}])

    standin.model.answer = send_meanwhile
    service = judging(store, standin)
    assert service.look() == 1
    with monkeypatch.context() as watching:
        watching.setattr(Store, "writing", lambda self: pytest.fail("something was written"))
        for _ in range(5):
            service.look()
    one.attempt.answer()
    steps: list[list[tuple[str, int]]] = []

    def told(body: Any) -> str:
        steps.append([(step.kind, step.place) for step in history.load_log(store, attempt_id=one.id).steps])
        return answer()

    standin.model.answer = told
    assert judging(store, standin).look() == 1  # another process knows as well what is still to be told
    assert steps == [[("reading", 5)]]  # before the next reply is judged, which may take long


def test_a_late_process_keeps_its_hands_off_another_ones_claim(store: Store, standin: Standin) -> None:
    """Its call fails after its claim has run out and a second process has claimed the reply."""
    one = begun(store, REPLY)
    later = datetime.now(UTC) + timedelta(minutes=5)
    taken: list[int | None] = []

    def take_over(body: Any) -> Behaviour:
        time.sleep(0.3)
        taken.append(history.claim_judgement(store, attempt_id=one.id, turn_index=1, until=later))
        return Behaviour(status=503)

    standin.model.answer = take_over
    judging(store, standin, claim=timedelta(seconds=0.1)).look()
    assert taken == [2]
    assert history.claim_judgement(store, attempt_id=one.id, turn_index=1, until=later) is None
    assert judged(store, one.id) == 0


def test_a_turn_with_its_judgement_is_four_transactions(
    store: Store, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply before anything else, the answer with its calls, the claim, the judgement with its call."""
    standin.model.answer = lambda body: "And when do I get my money back?" if body.get("stream") else answer()
    endpoint = Endpoint(settings(standin))
    one = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna", customer=LanguageModelCustomer(endpoint))
    writes: list[str] = []
    writing = Store.writing

    def counted(self: Store) -> Any:
        writes.append(threading.current_thread().name)
        return writing(self)

    monkeypatch.setattr(Store, "writing", counted)
    one.attempt.reply(REPLY)
    assert len(writes) == 2
    assert judging(store, standin).look() == 1
    assert len(writes) == 4
    calls = [(each.turn_index, each.call.purpose) for each in history.list_calls(store, attempt_id=one.id)]
    assert calls[-2:] == [(2, "customer"), (1, "judge")]
    assert calls[0] == (0, "customer")


def test_no_content_of_a_call_loses_a_judgement(store: Store) -> None:
    one = begun(store, REPLY)
    odd = ModelCall("judge", "large\x00\ud83d", "used", ("a\x00b",), prompt=10**30, completion=-1, total_s=float("nan"))
    history.save_judgement(
        store, attempt_id=one.id, turn_index=1, version="large", body={}, scores=[], calls=[odd, odd]
    )
    assert judged(store, one.id) == 1
    kept = history.list_calls(store, attempt_id=one.id)[-1].call
    assert (kept.model, kept.faults) == ("large\ufffd\ufffd", ("a\ufffdb",))
    assert (kept.prompt, kept.completion, kept.total_s) == (None, None, 0.0)
