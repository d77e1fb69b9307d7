"""Shifts, ratings and disputes, on disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from test_history import NOON, answer, begin, send, tone

from simulator import history
from simulator.history import (
    AlreadyDecided,
    Dispute,
    Inconsistent,
    Store,
    UnknownAttempt,
    UnknownDispute,
    UnknownShift,
)

HOUR = timedelta(hours=1)
RECEIPT = {"value": 0.2, "scorer": "rules", "version": "1", "evidence": [{"text": "Päckchen 📦", "passage": None}]}


def start_shift(store: Store, trainee: str = "Ada", started_at: datetime = NOON) -> str:
    return history.create_shift(store, trainee=trainee, mode="exam", low_pressure=True, started_at=started_at).id


def dispute(store: Store, attempt_id: str, **changed: Any) -> Dispute:
    about = {"turn_index": 0, "dimension": "tone", "receipt": RECEIPT, "reason": "I was kind.", "disputed_at": NOON}
    return history.add_dispute(store, attempt_id=attempt_id, **{**about, **changed})


def decide(store: Store, id: str, **changed: Any) -> Dispute:
    about = {"decided_by": "Tia", "decision": "Upheld", "value": 80.0, "decided_at": NOON + HOUR}
    return history.decide_dispute(store, dispute_id=id, **{**about, **changed})


def test_a_shift_has_the_newest_branch_of_each_attempt_in_its_place(store: Store) -> None:
    shift_id = start_shift(store)
    second, first = (begin(store, shift_id=shift_id, shift_place=place) for place in (1, 0))
    begin(store)
    answer(store, first, -1, "Hello?")
    history.fork_attempt(store, attempt_id=first, turns=1, fork_id="again", started_at=NOON, taken_at=NOON)
    loaded = history.load_shift(store, shift_id=shift_id)
    assert (loaded.trainee, loaded.mode, loaded.low_pressure, loaded.started_at) == ("Ada", "exam", True, NOON)
    assert loaded.ended_at is None
    assert [(each.id, each.shift_place, each.branches) for each in loaded.attempts] == [("again", 0, 2), (second, 1, 1)]
    listed = history.list_attempts(store)
    assert {each.shift_id for each in listed} == {shift_id, None}


def test_a_shift_ends_once(store: Store) -> None:
    shift_id, other = start_shift(store), start_shift(store)
    history.end_shift(store, shift_id=shift_id, ended_at=NOON + HOUR)
    history.end_shift(store, shift_id=shift_id, ended_at=NOON + 2 * HOUR)
    ended = history.load_shift(store, shift_id=shift_id)
    assert ended.ended_at == NOON + HOUR
    assert history.load_shift(store, shift_id=other).ended_at is None


def test_shifts_are_listed_newest_first(store: Store) -> None:
    days = [start_shift(store, started_at=NOON + day * 24 * HOUR) for day in range(3)]
    start_shift(store, trainee="Bo")
    attempts = [begin(store, shift_id=shift_id, shift_place=0) for shift_id in days]
    listed = history.list_shifts(store, trainee="Ada", limit=2)
    assert [each.id for each in listed] == days[:0:-1]
    assert [[run.id for run in each.attempts] for each in listed] == [[attempts[2]], [attempts[1]]]
    assert listed[0] == history.load_shift(store, shift_id=days[2])
    assert history.list_shifts(store, trainee="Cy", limit=2) == []


def test_a_shift_that_does_not_exist_is_named(store: Store) -> None:
    for call in (
        lambda: history.load_shift(store, shift_id="none"),
        lambda: history.end_shift(store, shift_id="none", ended_at=NOON),
    ):
        with pytest.raises(UnknownShift, match="none"):
            call()


def test_the_last_rating_stands(store: Store) -> None:
    attempt_id = begin(store)
    assert history.load_rating(store, attempt_id=attempt_id) is None
    for stars, comment in ((2, "Hard 📦\x00"), (5, "")):
        given = history.rate_attempt(store, attempt_id=attempt_id, stars=stars, comment=comment, rated_at=NOON)
        assert history.load_rating(store, attempt_id=attempt_id) == given
        assert (given.stars, given.comment) == (stars, comment.replace("\x00", "\ufffd"))
    for stars in (0, 6):
        with pytest.raises(ValueError, match="1 to 5"):
            history.rate_attempt(store, attempt_id=attempt_id, stars=stars, comment="", rated_at=NOON)
    with pytest.raises(UnknownAttempt):
        history.rate_attempt(store, attempt_id="nobody", stars=3, comment="", rated_at=NOON)


def test_a_dispute_is_kept_once_with_its_receipt(store: Store) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "Sorry.")
    first = dispute(store, attempt_id)
    assert (first.receipt, first.reason, first.decided_at) == (RECEIPT, "I was kind.", None)
    assert dispute(store, attempt_id, disputed_at=NOON + HOUR) == first
    changed: list[dict[str, Any]] = [
        {"turn_index": None},
        {"dimension": "accuracy"},
        {"receipt": {"value": 0.3}},
        {"reason": "No."},
    ]
    others = [dispute(store, attempt_id, disputed_at=NOON - HOUR, **each) for each in changed]
    listed = history.list_disputes(store)
    assert listed[0] == first
    assert {each.id for each in listed} == {each.id for each in (first, *others)}
    assert len(listed) == 5


def test_a_dispute_of_nothing_is_refused(store: Store) -> None:
    attempt_id = begin(store)
    with pytest.raises(UnknownAttempt):
        dispute(store, "nobody")
    with pytest.raises(Inconsistent):
        dispute(store, attempt_id, turn_index=3)
    with pytest.raises(ValueError, match="JSON"):
        dispute(store, attempt_id, turn_index=None, receipt={"value": float("nan")})
    assert history.list_disputes(store) == []


def test_disputes_are_listed_newest_first_and_decided_ones_left_out(store: Store) -> None:
    mine, other = begin(store), begin(store)
    old, new, others = (
        dispute(store, attempt_id, turn_index=None, disputed_at=NOON + hours * HOUR, reason=str(hours))
        for attempt_id, hours in ((mine, 0), (mine, 2), (other, 1))
    )
    assert history.list_disputes(store) == [new, others, old]
    assert history.list_disputes(store, attempt_id=mine) == [new, old]
    assert history.list_disputes(store, limit=1) == [new]
    decide(store, new.id)
    assert history.list_disputes(store, open_only=True) == [others, old]
    decided = dispute(store, mine, turn_index=None, reason="2")
    assert (decided.decided_by, decided.decision, decided.value) == ("Tia", "Upheld", 80.0)


def test_a_trainer_decides_a_dispute_once(store: Store) -> None:
    attempt_id = begin(store)
    accepted, declined = (dispute(store, attempt_id, turn_index=None, reason=each) for each in ("one", "two"))
    found = decide(store, accepted.id[:12])
    assert (found.id, found.decided_by, found.decided_at, found.decision, found.value) == (
        *(accepted.id, "Tia", NOON + HOUR, "Upheld", 80.0),
    )
    assert decide(store, declined.id, value=None, decision="It was rude 📦\x00").decision == "It was rude 📦\ufffd"
    by_id = {each.id: each for each in history.list_disputes(store)}
    assert (by_id[accepted.id], by_id[declined.id].value) == (found, None)
    with pytest.raises(AlreadyDecided, match="Tia has decided this dispute: Upheld"):
        decide(store, accepted.id, decided_by="Ben", value=None)
    assert history.list_disputes(store, attempt_id=attempt_id) == list(by_id.values())


def test_a_dispute_that_is_not_one_cannot_be_decided(store: Store) -> None:
    attempt_id = begin(store)
    kept = [dispute(store, attempt_id, turn_index=None, reason=str(n)) for n in range(17)]
    shared = next(each.id[0] for each in kept if sum(other.id[0] == each.id[0] for other in kept) > 1)
    for id, told in (("nothing", "there is no dispute"), ("%", "there is no dispute"), (shared, "several")):
        with pytest.raises(UnknownDispute, match=told):
            decide(store, id)
    with pytest.raises(UnknownDispute):
        decide(store, "")
    for value in (-1, 100.5, float("nan")):
        with pytest.raises(ValueError, match="0 to 100"):
            decide(store, kept[0].id, value=value)
    assert len(history.list_disputes(store, open_only=True)) == len(kept)


def test_of_two_trainers_at_once_one_decides(store: Store) -> None:
    disputed = dispute(store, begin(store), turn_index=None)
    ready = Barrier(6)

    def run(number: int) -> str:
        ready.wait()
        try:
            return decide(store, disputed.id, decided_by=str(number)).decided_by or ""
        except AlreadyDecided:
            return ""

    with ThreadPoolExecutor(6) as pool:
        (first,) = filter(None, pool.map(run, range(6)))
    assert history.list_disputes(store)[0].decided_by == first


def test_a_dispute_sent_by_many_threads_is_one(store: Store) -> None:
    attempt_id = begin(store)
    ready = Barrier(10)

    def run(_: int) -> Dispute:
        ready.wait()
        return dispute(store, attempt_id, turn_index=None)

    with ThreadPoolExecutor(10) as pool:
        sent = list(pool.map(run, range(10)))
    assert history.list_disputes(store) == sent[:1]
    assert sent == sent[:1] * 10


def test_what_belongs_to_an_attempt_goes_with_it(store: Store) -> None:
    attempt_id = begin(store, shift_id=start_shift(store), shift_place=0)
    send(store, attempt_id, "Sorry.")
    answer(store, attempt_id, 0, scores=[tone(0, value=0.2)])
    history.append_step(store, attempt_id=attempt_id, kind="breathe", body={}, at=1.0, send_id=None)
    history.rate_attempt(store, attempt_id=attempt_id, stars=3, comment="", rated_at=NOON)
    dispute(store, attempt_id)
    history.fork_attempt(store, attempt_id=attempt_id, turns=1, fork_id="again", started_at=NOON, taken_at=NOON)
    with store.writing() as connection:
        connection.exec_driver_sql(f"DELETE FROM attempt WHERE id = '{attempt_id}'")
        for table in ("attempt", "turn", "step", "observation", "score", "rating", "dispute"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0
