"""Attempts in the history: resumed by id after anything, with nothing lost or doubled."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simulator import practice
from simulator.attempt import AttemptOver
from simulator.history import Store, UnknownAttempt, list_attempts, load_attempt, open_store
from simulator.scenarios.library import load_library

LIBRARY = load_library()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "history.db")


def test_an_attempt_is_resumed_by_its_id(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund", seed=7), trainee="Анна")
    begun.attempt.reply("Hello! Could you give me the order number?", browser_waited=3.5)
    begun.attempt.reply("Calm down.")
    again = practice.resume(store, begun.id)
    assert again.trainee == "Анна"
    assert again.started_at == begun.started_at
    assert again.attempt.transcript == begun.attempt.transcript
    assert again.attempt.situation == begun.attempt.situation
    assert again.attempt.exchanges == begun.attempt.exchanges


def test_an_unknown_id_is_told(store: Store) -> None:
    with pytest.raises(UnknownAttempt):
        practice.resume(store, "nothing")


def test_every_reply_is_stored_with_what_was_found_and_scored(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna")
    begun.attempt.reply("I am so sorry. The refund takes 14 days after the warehouse has received it.")
    record = load_attempt(store, attempt_id=begun.id)
    assert [turn.role for turn in record.turns] == ["customer", "agent", "customer"]
    assert record.observations[0].body["moves"]
    assert {score.dimension for score in record.scores} == {"accuracy", "tone", "de_escalation", "reply_time"}
    assert all(score.explanation and score.version for score in record.scores)


def test_the_scorecard_is_stored_when_the_attempt_ends(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna")
    begun.attempt.reply("Calm down.")
    begun.attempt.stop()
    begun.attempt.stop()
    found = list_attempts(store, trainee="Anna")[0]
    assert found.outcome == "closed"
    assert found.overall == begun.attempt.scorecard().overall
    assert found.passed is False
    again = practice.resume(store, begun.id).attempt
    assert again.outcome == "closed"
    assert len(again.transcript) == 3
    with pytest.raises(AttemptOver):
        again.reply("Hello?")


def test_an_attempt_keeps_the_files_it_began_with(store: Store) -> None:
    case = LIBRARY.cast("late-refund")
    begun = practice.begin(store, case, trainee="Anna")
    resumed = practice.resume(store, begun.id).attempt.case
    assert resumed.scenario == case.scenario
    assert resumed.persona == case.persona
    assert resumed.passages == case.passages


def test_a_process_killed_in_the_middle_of_a_reply_loses_nothing(store: Store, tmp_path: Path) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna")
    code = (
        "import os, signal, sys\n"
        "from simulator import practice\n"
        "from simulator.history import open_store\n"
        "attempt = practice.resume(open_store(sys.argv[1]), sys.argv[2]).attempt\n"
        "attempt.send('Which order is it?', send_id='one')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "history.db"), begun.id], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [turn.role for turn in load_attempt(store, attempt_id=begun.id).turns] == ["customer", "agent"]
    resumed = practice.resume(store, begun.id).attempt
    resumed.reply("Which order is it?", send_id="one")
    assert [turn.role for turn in resumed.transcript] == ["customer", "agent", "customer"]


def test_many_writers_on_one_attempt_lose_and_double_nothing(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund", persona="confused-beginner"), trainee="Anna")
    refused: list[str] = []

    def write(name: str) -> None:
        mine = practice.resume(store, begun.id).attempt
        for turn in range(4):
            text = f"Thank you, I have noted point {turn} of {name}. Which light do you see?"
            try:
                mine.reply(text, send_id=f"{name}-{turn}")
                mine.reply(text, send_id=f"{name}-{turn}")
            except AttemptOver:
                refused.append(text)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = load_attempt(store, attempt_id=begun.id)
    said = [turn.text for turn in record.turns if turn.role == "agent"]
    assert len(said) == len(set(said))
    assert len(said) + len(set(refused)) == 24
    assert [turn.index for turn in record.turns] == list(range(len(record.turns)))
    assert record.turns[-1].role == "customer"
    answered = {observation.turn_index for observation in record.observations}
    assert answered == {turn.index for turn in record.turns if turn.role == "agent"}
    assert json.dumps([observation.body for observation in record.observations])
    resumed = practice.resume(store, begun.id).attempt
    assert len(resumed.transcript) == len(record.turns)
