"""Conversations taken back to a turn and gone on with, and the lists of attempts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from test_history import NOON, answer, begin, end, send, tone
from test_history_steps import do

from simulator import history
from simulator.conversation import StepKind, Turn
from simulator.history import AttemptRecord, AttemptSummary, Inconsistent, Store, UnknownAttempt

MINUTE = timedelta(minutes=1)


def take_back(store: Store, attempt_id: str, turns: int, fork_id: str) -> AttemptRecord:
    return history.fork_attempt(
        store,
        attempt_id=attempt_id,
        turns=turns,
        fork_id=fork_id,
        started_at=NOON + MINUTE,
        taken_at=NOON + 2 * MINUTE,
    )


def played(store: Store, **about: Any) -> str:
    """An attempt of five turns with two replies, each observed and scored, and a step at each place."""
    attempt_id = begin(store, **about)
    do(store, attempt_id, "search", query="0")
    answer(store, attempt_id, -1, "Where is it?")
    do(store, attempt_id, "passage", passage="1")
    for index in (1, 3):
        send(store, attempt_id, f"Reply {index}", f"send-{index}")
        do(store, attempt_id, "form", f"form-{index}", note=str(index + 1))
        answer(store, attempt_id, index, scores=[tone(index, value=index / 10), tone(index, value=None, version="2")])
        do(store, attempt_id, "hint", reply=str(index))
    return attempt_id


def ids(found: list[AttemptSummary]) -> list[str]:
    return [each.id for each in found]


def test_a_branch_has_everything_up_to_its_turn(store: Store) -> None:
    parent_id = played(store, mode="practice", low_pressure=True)
    history.save_scores(store, attempt_id=parent_id, scores=[tone(None, value=0.5)])
    parent = history.load_attempt(store, attempt_id=parent_id)
    fork = take_back(store, parent_id, 3, "again")
    assert fork == history.load_attempt(store, attempt_id="again")
    assert fork.turns == tuple(replace(turn, send_id=None) for turn in parent.turns[:3])
    assert [step.place for step in fork.steps] == [0, 1, 2, 3]
    assert fork.steps == tuple(replace(step, send_id=None) for step in parent.steps[:4])
    assert (fork.observations, fork.scores) == (parent.observations[:2], parent.scores[:2])
    own = {"id", "started_at", "branch", "parent_id", "parent_turns", "turns", "steps", "observations", "scores"}
    assert all(getattr(fork, name) == value for name, value in vars(parent).items() if name not in own)
    assert (fork.id, fork.started_at, fork.branch) == ("again", NOON + MINUTE, 1)
    assert (fork.root_id, fork.parent_id, fork.parent_turns) == (parent_id, parent_id, 3)
    left = history.load_attempt(store, attempt_id=parent_id)
    assert (left.outcome, left.ended_at, left.scorecard) == ("taken_back", NOON + 2 * MINUTE, None)
    assert (left.turns, left.steps, left.scores) == (parent.turns, parent.steps, parent.scores)


def test_a_branch_goes_on_by_itself(store: Store) -> None:
    parent_id = played(store)
    take_back(store, parent_id, 3, "again")
    assert send(store, "again", "Better", "send-3").index == 3
    assert do(store, "again", "hint", "form-3").number == 4
    assert answer(store, "again", 3, scores=[tone(3, value=1.0)])
    with pytest.raises(history.AttemptEnded):
        send(store, parent_id, "Too late")
    texts = [turn.text for turn in history.load_attempt(store, attempt_id=parent_id).turns]
    assert texts[3] == "Reply 3"


def test_an_attempt_that_has_ended_keeps_its_end(store: Store) -> None:
    parent_id = played(store)
    end(store, parent_id, "gave_up", scorecard={"overall": 0.2, "passed": False})
    fork = take_back(store, parent_id, 1, "again")
    assert (fork.outcome, fork.ended_at, fork.scorecard) == (None, None, None)
    left = history.load_attempt(store, attempt_id=parent_id)
    assert (left.outcome, left.scorecard) == ("gave_up", {"overall": 0.2, "passed": False})


def test_a_branch_asked_for_again_is_the_same(store: Store) -> None:
    parent_id = played(store)
    take_back(store, parent_id, 3, "again")
    send(store, "again", "Better")
    assert take_back(store, parent_id, 3, "again") == history.load_attempt(store, attempt_id="again")
    assert len(history.branches(store, root_id=parent_id)) == 2


def test_what_cannot_be_taken_back_to_is_refused(store: Store) -> None:
    parent_id = played(store)
    other = begin(store)
    for turns in (-1, 6):
        with pytest.raises(Inconsistent, match="taken back"):
            take_back(store, parent_id, turns, "again")
    with pytest.raises(UnknownAttempt):
        take_back(store, "nobody", 1, "again")
    for taken in (other, parent_id):
        with pytest.raises(Inconsistent, match="no branch"):
            take_back(store, parent_id, 1, taken)
    assert history.load_attempt(store, attempt_id=parent_id).outcome is None
    assert (len(take_back(store, parent_id, 5, "all").turns), take_back(store, "all", 0, "none").turns) == (5, ())


def test_branches_of_branches_are_one_family_oldest_first(store: Store) -> None:
    root = played(store, shift_id=None)
    for parent, turns, fork_id in ((root, 3, "b"), (root, 1, "a"), ("b", 1, "c"), ("a", 1, "0")):
        take_back(store, parent, turns, fork_id)
    begin(store)
    family = history.branches(store, root_id=root)
    assert ids(family) == [root, "b", "a", "c", "0"]
    assert [each.branch for each in family] == [0, 1, 2, 3, 4]
    assert [each.parent_id for each in family] == [None, root, root, "b", "a"]
    assert {(each.root_id, each.branches) for each in family} == {(root, 5)}
    with pytest.raises(UnknownAttempt):
        history.branches(store, root_id="b")


@pytest.mark.parametrize("names", [["again"] * 10, [f"again-{number}" for number in range(10)]])
def test_branches_made_at_once_are_one_for_each_id(store: Store, names: list[str]) -> None:
    root = played(store)
    ready = Barrier(len(names))

    def run(fork_id: str) -> AttemptRecord:
        ready.wait()
        return take_back(store, root, 3, fork_id)

    with ThreadPoolExecutor(len(names)) as pool:
        forks = list(pool.map(run, names))
    family = history.branches(store, root_id=root)
    assert sorted(ids(family)[1:]) == sorted(set(names))
    assert [each.branch for each in family] == list(range(len(family)))
    assert {each.id: each for each in forks}.keys() == set(names)
    assert all(each == history.load_attempt(store, attempt_id=each.id) for each in forks)


def test_a_list_has_the_newest_branch_of_each_family(store: Store) -> None:
    alone = begin(store, started_at=NOON - MINUTE)
    root = played(store)
    take_back(store, root, 3, "b")
    take_back(store, root, 1, "a")
    listed = history.list_attempts(store)
    assert [(each.id, each.branches) for each in listed] == [("a", 3), (alone, 1)]
    every = history.list_attempts(store, every_branch=True)
    assert set(ids(every)) == {alone, root, "a", "b"}
    assert ids(history.list_attempts(store, every_branch=True, verdicts_only=True)) == []


def test_a_list_counts_the_help_used_in_the_whole_family(store: Store) -> None:
    root = begin(store)

    def help_(attempt_id: str, at: float, kind: StepKind) -> None:
        history.append_step(store, attempt_id=attempt_id, kind=kind, body={}, at=at, send_id=None)

    answer(store, root, -1, "Where is it?")
    help_(root, 10, "pause")
    send(store, root, "Reply 1", "send-1")
    answer(store, root, 1)
    help_(root, 20, "hint")
    help_(root, 30, "hint")
    fork = take_back(store, root, 1, "again")
    assert [step.kind for step in fork.steps] == ["pause"]
    for at, kind in ((10.5, "take_back"), (40, "better_reply"), (50, "pause"), (60, "breathe")):
        help_(fork.id, at, kind)  # type: ignore[arg-type]
    (listed,) = history.list_attempts(store)
    assert listed.help == {"hint": 2, "better_reply": 1, "take_back": 1, "pause": 2}
    assert history.branches(store, root_id=root)[0].help == listed.help


def test_a_list_can_be_narrowed(store: Store) -> None:
    about: list[dict[str, Any]] = [
        {"trainee": "Bo"},
        {"scenario": "espresso"},
        {"mode": "exam"},
        {"language": "ru"},
        {},
        {"low_pressure": True},
        {},
    ]
    bo, espresso, exam, russian, stopped, gave_up, running = (
        begin(store, started_at=NOON + number * MINUTE, **each) for number, each in enumerate(about)
    )
    end(store, stopped, "stopped")
    end(store, gave_up, "gave_up", scorecard={"overall": 0.1, "passed": False})
    assert ids(history.list_attempts(store, trainee="Bo")) == [bo]
    assert ids(history.list_attempts(store, scenario="espresso")) == [espresso]
    assert ids(history.list_attempts(store, mode="exam")) == [exam]
    assert ids(history.list_attempts(store, language="ru")) == [russian]
    assert ids(history.list_attempts(store, since=NOON + 5 * MINUTE)) == [running, gave_up]
    assert ids(history.list_attempts(store, until=NOON + 2 * MINUTE)) == [espresso, bo]
    assert ids(history.list_attempts(store, ended_only=True)) == [gave_up, stopped]
    assert ids(history.list_attempts(store, verdicts_only=True)) == [gave_up]
    assert ids(history.list_attempts(store, trainee="Ada", mode="practice", until=NOON + 2 * MINUTE)) == [espresso]
    page = history.list_attempts(store, trainee="Ada", limit=2, before=gave_up)
    assert ids(page) == [stopped, russian]


def test_an_answer_that_ends_a_branch_is_its_own(store: Store) -> None:
    root = played(store)
    take_back(store, root, 3, "again")
    send(store, "again", "Here it is.")
    history.append_answer(
        store,
        attempt_id="again",
        answers_index=3,
        turns=[Turn("customer", "Thank you!", 40.0)],
        observations=[],
        scores=[],
        outcome="resolved",
        scorecard={"overall": 0.9, "passed": True},
    )
    (listed,) = history.list_attempts(store, verdicts_only=True)
    assert (listed.id, listed.outcome, listed.overall) == ("again", "resolved", 0.9)
    assert listed.ended_at == NOON + MINUTE + timedelta(seconds=40)
