"""Claims on replies: one that has run out and was taken over changes nothing of the other's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from judging import REPLY
from test_judging import begun, values

from simulator import history
from simulator.history import Store, StoredScore
from simulator.model_call import ModelCall

SOON, LATER = timedelta(milliseconds=50), timedelta(minutes=5)
CALL = ModelCall("judge", "large", "used")


@pytest.fixture
def taken_over(store: Store) -> tuple[str, datetime, datetime]:
    """A reply whose first claim has run out and that somebody else has claimed since: the attempt, and both claims."""
    id = begun(store, REPLY).id
    first = datetime.now(UTC) - SOON
    assert history.claim_judgement(store, attempt_id=id, turn_index=1, until=first) == 1
    second = datetime.now(UTC) + LATER
    assert history.claim_judgement(store, attempt_id=id, turn_index=1, until=second) == 2
    return id, first, second


def claim(store: Store, id: str) -> int | None:
    return history.claim_judgement(store, attempt_id=id, turn_index=1, until=datetime.now(UTC) + LATER)


def save(store: Store, id: str, claim: datetime, value: float | None, *, version: str = "large") -> bool:
    score = StoredScore(1, "tone", value, "judge", version, "", [])
    return history.save_judgement(
        store, attempt_id=id, turn_index=1, version=version, body={}, scores=[score], claim=claim, calls=[CALL]
    )


@pytest.mark.parametrize("was_try", [True, False])
def test_who_is_late_does_not_give_another_ones_claim_up(
    store: Store, taken_over: tuple[str, datetime, datetime], was_try: bool
) -> None:
    id, first, second = taken_over
    now = datetime.now(UTC) - SOON
    history.release_judgement(store, attempt_id=id, turn_index=1, claim=first, until=now, was_try=was_try, calls=[CALL])
    assert claim(store, id) is None
    assert len([each for each in history.list_calls(store, attempt_id=id) if each.call == CALL]) == 1
    history.release_judgement(store, attempt_id=id, turn_index=1, claim=second, until=now, was_try=was_try)
    assert claim(store, id) == (3 if was_try else 2)


def test_no_verdict_that_comes_late_is_not_kept(store: Store, taken_over: tuple[str, datetime, datetime]) -> None:
    id, first, second = taken_over
    assert not save(store, id, first, None)
    assert (history.list_judgements(store, attempt_id=id), values(store, id)) == ([], {})
    assert save(store, id, second, None)
    assert values(store, id) == {(1, "tone"): None}


def test_a_verdict_that_comes_late_is_kept_where_there_is_none(
    store: Store, taken_over: tuple[str, datetime, datetime]
) -> None:
    id, first, second = taken_over
    assert save(store, id, first, 80.0, version="first")
    assert not save(store, id, second, 20.0, version="second")
    assert values(store, id) == {(1, "tone"): 80.0}
    assert [each.version for each in history.list_judgements(store, attempt_id=id)] == ["first"]
    assert len([each for each in history.list_calls(store, attempt_id=id) if each.call == CALL]) == 2


def test_what_is_judged_is_not_judged_again_by_who_is_late(
    store: Store, taken_over: tuple[str, datetime, datetime]
) -> None:
    id, first, second = taken_over
    assert save(store, id, second, 20.0, version="second")
    assert not save(store, id, first, 80.0, version="first")
    assert values(store, id) == {(1, "tone"): 20.0}
