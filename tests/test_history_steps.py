"""What the trainee does besides speaking, on disk; and a history of the first version brought up to date."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from test_history import NOON, answer, begin, end, send, tone

from simulator import history
from simulator.conversation import StepKind
from simulator.history import Store, StoredStep, StoredTurn, UnknownAttempt
from simulator.history.tables import Row

FIRST_VERSION = Path(__file__).parent / "old_histories" / "0001.sql"


def do(
    store: Store, attempt_id: str, kind: StepKind, send_id: str | None = None, *, at: float = 5.0, **body: str
) -> StoredStep:
    return history.append_step(store, attempt_id=attempt_id, kind=kind, body=body, at=at, send_id=send_id)


def test_steps_are_the_same_after_reopening_each_at_its_place(path: Path, store: Store) -> None:
    attempt_id = begin(store)
    search = do(store, attempt_id, "search", query="Päckchen 📦", language="de", found="")
    answer(store, attempt_id, -1, "Hello?")
    send(store, attempt_id, "One moment")
    pause = do(store, attempt_id, "pause", at=12.25)
    end(store, attempt_id)
    form = do(store, attempt_id, "form", disposition="closed\x00\ud83d")
    assert [(step.number, step.place, step.at) for step in (search, pause, form)] == [
        (0, 0, 5.0),
        (1, 2, 12.25),
        (2, 2, 5.0),
    ]
    assert form.body == {"disposition": "closed\ufffd\ufffd"}
    assert form.committed_at.tzinfo is UTC
    store.close()
    reopened = history.open_store(path)
    log = history.load_log(reopened, attempt_id=attempt_id)
    loaded = history.load_attempt(reopened, attempt_id=attempt_id)
    assert log.steps == loaded.steps == (search, pause, form)
    assert (log.turns, log.outcome) == (loaded.turns, loaded.outcome)
    assert ([turn.text for turn in log.turns], log.outcome) == (["Hello?", "One moment"], "closed")


def test_a_step_sent_again_is_the_one_stored_first(store: Store) -> None:
    attempt_id, other = begin(store), begin(store)
    first = do(store, attempt_id, "action", "a", action="refund", amount="68.19 EUR")
    send(store, attempt_id, "Done.", "a")
    assert do(store, attempt_id, "action", "a", at=9.0, action="refund") == first
    assert do(store, other, "action", "a", action="replace").body == {"action": "replace"}
    unnamed = [do(store, attempt_id, "breathe") for _ in range(2)]
    log = history.load_log(store, attempt_id=attempt_id)
    assert (log.outcome, log.steps) == (None, (first, *unnamed))


def test_steps_of_no_attempt_are_refused(store: Store) -> None:
    for call in (lambda: do(store, "nobody", "breathe"), lambda: history.load_log(store, attempt_id="nobody")):
        with pytest.raises(UnknownAttempt, match="nobody"):
            call()


def test_twenty_threads_speak_and_act_and_lose_and_double_nothing(store: Store) -> None:
    attempt_id = begin(store)
    ready = Barrier(20)

    def run(thread: int) -> tuple[list[StoredTurn], list[StoredStep]]:
        names = [f"{thread % 10}-{number}" for number in range(20)]  # every name is sent by two threads
        ready.wait()
        done = [(send(store, attempt_id, name, name), do(store, attempt_id, "hint", name, for_=name)) for name in names]
        return [turn for turn, _ in done], [step for _, step in done]

    with ThreadPoolExecutor(20) as pool:
        acknowledged = list(pool.map(run, range(20)))
    log = history.load_log(store, attempt_id=attempt_id)
    expected = {f"{thread}-{number}" for thread in range(10) for number in range(20)}
    assert [turn.index for turn in log.turns] == list(range(200))
    assert [step.number for step in log.steps] == list(range(200))
    assert {turn.text for turn in log.turns} == {step.body["for_"] for step in log.steps} == expected
    assert {turn for turns, _ in acknowledged for turn in turns} == set(log.turns)
    assert all(step in log.steps for _, steps in acknowledged for step in steps)
    places = [step.place for step in log.steps]
    assert places == sorted(places)
    assert places[-1] <= 200


def _unjudged(row: tuple[object, ...]) -> tuple[object, ...]:
    """A row without the scorecard of a stopped attempt, which loses its verdict."""
    return tuple(None if "closed" in row and str(value).startswith('{"') else value for value in row)


def _unversioned(row: tuple[object, ...]) -> tuple[object, ...]:
    """A row without what is told since of the versions behind its scorecard."""
    return tuple(re.sub(r', "versions": \{[^}]*\}', "", each) if isinstance(each, str) else each for each in row)


def test_a_history_of_the_first_version_keeps_every_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(FIRST_VERSION.read_text("utf-8"))
        tables = ("snapshot", "attempt", "turn", "observation", "score")
        before = {table: old.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2').fetchall() for table in tables}
    assert [len(rows) for rows in before.values()] == [3, 3, 9, 3, 7]
    store = history.open_store(path)
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        for table, rows in before.items():
            after = connection.exec_driver_sql(f'SELECT * FROM "{table}" ORDER BY 1, 2')
            kept = [tuple("closed" if value == "stopped" else value for value in row)[: len(rows[0])] for row in after]
            assert [_unversioned(_unjudged(row)) for row in kept] == [_unjudged(row) for row in rows]
    newest, running, ended = history.list_attempts(store)
    assert [each.outcome for each in (newest, running, ended)] == ["stopped", None, "resolved"]
    assert (ended.mode, ended.low_pressure, ended.root_id, ended.branch) == ("practice", False, ended.id, 0)
    assert (ended.parent_id, ended.shift_id, ended.branches) == (None, None, 1)
    assert ended.scores == {"tone": 0.5, "accuracy": None, "overall": 0.75}
    assert ended.versions == {"tone": "rules 1, 1", "overall": "tone rules 1, 1"}
    record = history.load_attempt(store, attempt_id=ended.id)
    assert (record.trainee, record.seed, record.started_at) == ("Ada", 2**63 - 1, NOON)
    assert (len(record.turns), len(record.scores), record.steps) == (5, 5, ())
    assert send(store, running.id, "Morgen.").index == 3
    assert do(store, ended.id, "debrief").place == 5
    store.close()


def test_an_upgraded_history_takes_branches_and_shifts(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(FIRST_VERSION.read_text("utf-8"))
    store = history.open_store(path)
    running = next(each for each in history.list_attempts(store) if each.outcome is None)
    fork = history.fork_attempt(
        store, attempt_id=running.id, turns=1, fork_id="again", started_at=NOON, taken_at=datetime.now(UTC)
    )
    assert (fork.root_id, fork.branch, len(fork.turns)) == (running.id, 1, 1)
    with pytest.raises(history.Inconsistent):
        begin(store, shift_id="no such shift")
    store.close()


def test_versions_of_before_they_were_recorded_follow_from_the_stored_scores(store: Store) -> None:
    judged, unscored, running = begin(store), begin(store, NOON - timedelta(days=1)), begin(store)
    send(store, judged, "Sorry.")
    answer(store, judged, 0, scores=[tone(0, value=0.5)] * 2)
    history.save_scores(store, attempt_id=judged, scores=[tone(None, value=v, version=str(v)) for v in (1, 2)])
    for id in (judged, unscored):
        end(store, id, scorecard={"tone": 2.0, "accuracy": None, "overall": 2.0, "passed": True})
    with store.writing() as connection:  # what version 3 added are values, no tables; the later ones added tables
        for table in ("judgement", "model_call"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    url = store.engine.url.render_as_string(hide_password=False)
    with closing(history.open_store(url)) as upgraded:
        listed = {each.id: each for each in history.list_attempts(upgraded)}
    assert listed[judged].versions == {"tone": "rules 2, 1", "overall": "tone rules 2, 1"}
    assert (listed[judged].scores, listed[judged].passed) == ({"tone": 2.0, "accuracy": None, "overall": 2.0}, True)
    assert (listed[unscored].versions, listed[running].versions) == ({}, {})


def test_modes_are_kept(store: Store) -> None:
    exam = begin(store, mode="exam", low_pressure=True)
    usual = begin(store, started_at=NOON + timedelta(days=1))
    listed = history.list_attempts(store)
    assert [(each.id, each.mode, each.low_pressure) for each in listed] == [
        (usual, "practice", False),
        (exam, "exam", True),
    ]
    record = history.load_attempt(store, attempt_id=exam)
    assert (record.mode, record.low_pressure, record.root_id, record.branch) == ("exam", True, exam, 0)


def test_late_scores_that_were_made_without_a_step_are_refused(store: Store) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "Sorry.")
    end(store, attempt_id, scorecard={"overall": 0.25, "passed": None})
    do(store, attempt_id, "form", category="billing")
    found = history.StoredObservation(0, "2", {"by": "late"})

    def save(steps: int, by: str) -> bool:
        return history.save_scores(
            store,
            attempt_id=attempt_id,
            scores=[tone(0, value=1.0)],
            observations=[replace(found, body={"by": by})],
            scorecard={"overall": 1.0, "passed": True, "versions": {"overall": "new"}},
            steps=steps,
        )

    assert not save(0, "early")
    before = history.load_attempt(store, attempt_id=attempt_id)
    assert (before.scores, before.observations, before.scorecard) == ((), (), {"overall": 0.25, "passed": None})
    assert save(1, "late")
    assert save(1, "again")
    after = history.load_attempt(store, attempt_id=attempt_id)
    assert (after.scores, after.observations) == ((tone(0, value=1.0),), (replace(found, body={"by": "again"}),))
    (listed,) = history.list_attempts(store)
    assert (listed.overall, listed.passed, listed.versions) == (1.0, True, {"overall": "new"})


def test_a_late_score_is_seen_in_the_list(store: Store) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "Sorry.")
    assert history.list_attempts(store)[0].scores == {}
    end(store, attempt_id, scorecard={"tone": 0.25, "overall": 0.25, "passed": None, "failed": ["tone"], "points": {}})
    (listed,) = history.list_attempts(store)
    assert (listed.scores, listed.passed) == ({"tone": 0.25, "overall": 0.25}, None)
    changed = {"tone": 1, "overall": None, "passed": True}
    history.save_scores(store, attempt_id=attempt_id, scores=[tone(0, value=1.0)], scorecard=changed)
    (again,) = history.list_attempts(store)
    assert again == replace(listed, scores={"tone": 1, "overall": None}, overall=None, passed=True)
