"""Attempts in the history: resumed by id after anything, with nothing lost or doubled."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from simulator import history, practice
from simulator.attempt import AttemptOver, NotInExam
from simulator.conversation import Mode, StepKind
from simulator.customers import ScriptedCustomer, Speech
from simulator.desk import DeskClosed
from simulator.director import Cue
from simulator.history import Store, UnknownAttempt, branches, list_attempts, load_attempt
from simulator.scenarios.library import load_library

LIBRARY = load_library()


def kill_in(path: Path, attempt_id: str, code: str) -> None:
    """Runs code on an `attempt` in a process of its own, which has to end by killing itself."""
    opened = (
        "import os, signal, sys\n"
        "from simulator import practice\n"
        "from simulator.history import open_store\n"
        "attempt = practice.resume(open_store(sys.argv[1]), sys.argv[2]).attempt\n"
    )
    killed = subprocess.run([sys.executable, "-c", opened + code, str(path), attempt_id], check=False)
    assert killed.returncode == -signal.SIGKILL


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
    assert found.outcome == "stopped"
    assert found.overall == begun.attempt.scorecard().overall
    assert found.passed is None
    again = practice.resume(store, begun.id).attempt
    assert again.outcome == "stopped"
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


def test_a_process_killed_in_the_middle_of_a_reply_loses_nothing(store: Store, path: Path) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna")
    code = "attempt.send('Which order is it?', send_id='one')\nos.kill(os.getpid(), signal.SIGKILL)\n"
    kill_in(path, begun.id, code)
    assert [turn.role for turn in load_attempt(store, attempt_id=begun.id).turns] == ["customer", "agent"]
    resumed = practice.resume(store, begun.id).attempt
    resumed.reply("Which order is it?", send_id="one")
    assert [turn.role for turn in resumed.transcript] == ["customer", "agent", "customer"]


def test_a_reply_that_was_taken_back_leaves_a_branch(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund", seed=3), trainee="Anna")
    attempt = begun.attempt
    attempt.reply("I am sorry that you have waited so long. Could you tell me the order number, please?")
    attempt.reply("Calm down.")
    branch = practice.take_back(store, begun, turn=3)
    assert branch.attempt.transcript == attempt.transcript[:3]
    assert branch.attempt.situation == attempt.situations[2]
    assert (branch.parent_id, branch.parent_turns, branch.root_id) == (begun.id, 3, begun.id)
    left = practice.resume(store, begun.id).attempt
    assert left.outcome == "taken_back"
    assert left.transcript == attempt.transcript
    assert branch.attempt.now - branch.attempt.shown_at < 5
    branch.attempt.reply("That is a long wait, and I understand that you are angry. I will look into it at once.")
    again = practice.resume(store, branch.id)
    assert again.attempt.transcript == branch.attempt.transcript
    assert again.attempt.transcript[4].text != attempt.transcript[4].text
    assert [found.id for found in list_attempts(store, trainee="Anna")] == [branch.id]
    assert [found.id for found in branches(store, root_id=begun.id)] == [begun.id, branch.id]
    assert list_attempts(store, trainee="Anna")[0].help["take_back"] == 1


def test_a_conversation_that_ended_can_still_go_another_way(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna")
    while begun.attempt.outcome is None:
        begun.attempt.reply(f"Calm down, this is your own fault. {len(begun.attempt.transcript)}")
    worst = begun.attempt.exchanges[-1].turn
    branch = practice.take_back(store, begun, turn=worst)
    assert branch.attempt.outcome is None
    assert practice.resume(store, begun.id).attempt.outcome == begun.attempt.outcome == "gave_up"


def test_a_pause_before_the_reply_taken_back_does_not_count_in_the_branch(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna")
    begun.attempt.reply("I am sorry that you have waited so long. Could you tell me the order number, please?")
    begun.attempt.pause()
    begun.attempt.go_on()
    begun.attempt.reply("Calm down.")
    branch = practice.take_back(store, begun, turn=3).attempt
    assert 0 <= branch.now - branch.shown_at < 5


def test_an_exam_takes_nothing_back(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna", mode="exam")
    begun.attempt.reply("Calm down.")
    with pytest.raises(NotInExam):
        practice.take_back(store, begun, turn=1)
    assert practice.resume(store, begun.id).attempt.mode == "exam"


def test_the_desk_is_taken_up_where_a_killed_process_left_it(store: Store, path: Path) -> None:
    begun = practice.begin(store, LIBRARY.cast("double-charge"), trainee="Anna")
    code = (
        "attempt._customer.speak = lambda cue: os.kill(os.getpid(), signal.SIGKILL)\n"
        "attempt.do('form', {'category': 'billing'}, send_id='one')\n"
        "attempt.do('action', {'action': 'refund', 'order': 'LD-204418', 'amount': '68.19 EUR'}, send_id='two')\n"
    )
    kill_in(path, begun.id, code)
    resumed = practice.resume(store, begun.id).attempt
    assert resumed.desk.category == "billing"
    assert [done.action for done in resumed.desk.done] == ["refund"]
    assert [turn.role for turn in resumed.transcript] == ["customer", "customer"]
    resumed.do("form", {"category": "billing"}, send_id="one")
    assert len(resumed.steps) == 2


def test_what_is_done_after_the_end_still_counts(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("double-charge"), trainee="Anna")
    begun.attempt.reply("Hello.")
    begun.attempt.stop()
    before = list_attempts(store, trainee="Anna")[0].scores["process"]
    begun.attempt.do("form", {"category": "billing", "priority": "normal", "disposition": "solved"})
    after = list_attempts(store, trainee="Anna")[0].scores["process"]
    assert before is not None
    assert after is not None
    assert after > before
    begun.attempt.do("debrief")
    with pytest.raises(DeskClosed):
        begun.attempt.do("form", {"priority": "high"})


def test_a_ticket_that_was_closed_ends_the_conversation_whatever_happens(store: Store, path: Path) -> None:
    begun = practice.begin(store, LIBRARY.cast("double-charge"), trainee="Anna")
    code = (
        "attempt._log.end = lambda **_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "attempt.do('action', {'action': 'close'})\n"
    )
    kill_in(path, begun.id, code)
    assert practice.resume(store, begun.id).attempt.outcome == "closed"


def test_nothing_at_the_desk_counts_after_the_debrief_in_another_tab(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("double-charge"), trainee="Anna", mode="exam")
    begun.attempt.reply("Hello.")
    begun.attempt.close()
    stale = practice.resume(store, begun.id).attempt
    begun.attempt.do("debrief")
    with pytest.raises(DeskClosed):
        stale.do("form", {"category": "billing"})
    begun.attempt.refresh()
    assert begun.attempt.desk.category is None


@pytest.mark.parametrize(
    ("kind", "body", "times"),
    [("form", {"category": "billing"}, 1), ("action", {"action": "note", "text": "The customer sees a hold."}, 2)],
)
def test_an_answer_is_made_again_only_after_what_a_customer_notices(
    store: Store, kind: StepKind, body: dict[str, str], times: int
) -> None:
    cues: list[Cue] = []

    class Slow(ScriptedCustomer):
        def speak(self, cue: Cue) -> Speech:
            cues.append(cue)
            if len(cues) == 1:
                history.append_step(store, attempt_id=begun.id, kind=kind, body=body, at=1, send_id=None)
            return super().speak(cue)

    begun = practice.begin(store, LIBRARY.cast("double-charge"), trainee="Anna")
    tab = practice.resume(store, begun.id, customer=Slow()).attempt
    tab.reply("I am sorry about the two amounts. Which status does your bank show for each of them?")
    assert len(cues) == times
    tab.refresh()
    fresh = practice.resume(store, begun.id).attempt
    assert [step.kind for step in tab.steps] == [kind]
    assert (fresh.transcript, fresh.situation, fresh.desk) == (tab.transcript, tab.situation, tab.desk)


@pytest.mark.parametrize(("mode", "waited"), [("practice", 0), ("exam", 30)])
def test_an_exam_does_not_take_the_browsers_word_for_a_long_wait(
    store: Store, mode: Mode, waited: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna", mode=mode)
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + 50)
    begun.attempt.reply("Could you tell me the order number, please?", browser_waited=0.0)
    stored = practice.resume(store, begun.id).attempt.exchanges[0].waited
    assert stored == pytest.approx(waited, abs=5)


def test_a_result_is_not_undone_by_trying_again(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna")
    begun.attempt.reply("Could you tell me the order number, please?")
    begun.attempt.close()
    branch = practice.take_back(store, begun, turn=1)
    assert {found.id for found in list_attempts(store, trainee="Anna")} == {begun.id, branch.id}
    assert [found.id for found in list_attempts(store, trainee="Anna", verdicts_only=True)] == [begun.id]


def test_two_tabs_at_one_desk_see_the_same(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("double-charge"), trainee="Anna")
    mine, other = (practice.resume(store, begun.id).attempt for _ in range(2))
    mine.do("form", {"category": "billing"})
    other.reply("Hello, I am sorry about the two amounts.")
    mine.do("action", {"action": "note", "text": "The customer sees a hold."})
    other.do("form", {"priority": "high"})
    for tab in (mine, other):
        tab.refresh()
    fresh = practice.resume(store, begun.id).attempt
    assert mine.desk == other.desk == fresh.desk
    assert mine.transcript == other.transcript == fresh.transcript
    assert mine.situation == fresh.situation


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
