"""The history, on real files: with many threads and processes, killed, full, foreign and newer."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import getsource
from pathlib import Path
from shutil import copy, copytree
from threading import Barrier
from typing import Any, get_args

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from simulator import history
from simulator.conversation import Outcome, Turn
from simulator.history import Store, StoredObservation, StoredScore, StoredTurn, StoreUnavailable, UnknownAttempt
from simulator.history.tables import Row
from simulator.model_call import ModelCall

SIMULATOR = Path(history.__file__).parent.parent
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ODD_TEXTS = ["Wo ist mein Päckchen? 📦👩‍👩‍👧", "איפה ההזמנה שלי؟ أين طلبي", "x" * 20_000, "", " \r\n\t'; --"]


def begin(store: Store, started_at: datetime = NOON, **changed: Any) -> str:
    kinds = get_args(history.SnapshotKind)
    hashes = {f"{kind}_hash": history.put_snapshot(store, kind=kind, name="parcel", body={}) for kind in kinds}
    about = {"trainee": "Ada", "scenario": "parcel", "persona": "patient", "language": "de", "seed": 2**63 - 1}
    return history.create_attempt(store, **{**about, **hashes, "started_at": started_at, **changed}).id


def send(store: Store, attempt_id: str, text: str, send_id: str | None = None) -> StoredTurn:
    return history.append_agent_turn(
        store, attempt_id=attempt_id, text=text, at=3.5, waited_browser=2.5, waited_server=2.75, send_id=send_id
    )


def answer(store: Store, attempt_id: str, index: int, text: str = "And?", scores: Sequence[StoredScore] = ()) -> bool:
    """Answer with one turn, and an observation for each score."""
    return history.append_answer(
        store,
        attempt_id=attempt_id,
        answers_index=index,
        turns=[Turn("customer", text, 9.0, voice="scripted")],
        observations=[StoredObservation(index, str(number), {"by": text}) for number, _ in enumerate(scores)],
        scores=scores,
    )


def end(store: Store, attempt_id: str, outcome: Outcome = "closed", scorecard: dict[str, Any] | None = None) -> None:
    history.end_attempt(store, attempt_id=attempt_id, outcome=outcome, ended_at=NOON, scorecard=scorecard)


def tone(turn_index: int | None, *, value: float | None, version: str = "1") -> StoredScore:
    return StoredScore(turn_index, "tone", value, "rules", version, "It was kind.", [{"text": "sorry", "start": 0}])


def texts_in_order(store: Store, attempt_id: str) -> list[str]:
    """The texts of an attempt whose indices have neither gap nor double."""
    turns = history.load_attempt(store, attempt_id=attempt_id).turns
    assert [turn.index for turn in turns] == list(range(len(turns)))
    return [turn.text for turn in turns]


def child(code: str, *args: object, root: Path = SIMULATOR.parent) -> subprocess.Popen[str]:
    """A process of its own that runs `code` with `history`, `send` and `sys` at hand."""
    prelude = "from __future__ import annotations\nimport sys\nfrom simulator import history\n"
    script = prelude + getsource(send) + textwrap.dedent(code)
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def test_an_attempt_is_the_same_after_reopening(path: Path, store: Store) -> None:
    attempt_id = begin(store)
    for number, text in enumerate(ODD_TEXTS):
        assert answer(store, attempt_id, 2 * number - 1, text)
        sent = send(store, attempt_id, text, f"send-{number}")
        assert (sent.text, sent.index) == (text, 2 * number + 1)
    last = 2 * len(ODD_TEXTS) - 1
    score, no_verdict = tone(last, value=0.0), tone(None, value=None)
    found = StoredObservation(last, "3", {"moves": ["apologises"], "quote": "📦\x00", "none": None})
    assert history.append_answer(
        store,
        attempt_id=attempt_id,
        answers_index=last,
        turns=[Turn("customer", "Gut.", 60.0, voice="model"), Turn("customer", "Tschüss!", 61.5, voice="scripted")],
        observations=[found],
        scores=[score, no_verdict],
        outcome="resolved",
        scorecard={"overall": 0.75, "passed": True},
    )
    store.close()
    loaded = history.load_attempt(history.open_store(path), attempt_id=attempt_id)
    assert [turn.text for turn in loaded.turns] == [text for text in ODD_TEXTS for _ in "ca"] + ["Gut.", "Tschüss!"]
    agent, customer = loaded.turns[last], loaded.turns[last + 1]
    assert (agent.role, agent.at, agent.waited_browser, agent.waited_server) == ("agent", 3.5, 2.5, 2.75)
    assert (customer.role, customer.at, customer.voice, customer.send_id) == ("customer", 60.0, "model", None)
    assert (loaded.observations, loaded.scores) == ((found,), (score, no_verdict))
    assert (loaded.trainee, loaded.language, loaded.seed, loaded.started_at) == ("Ada", "de", 2**63 - 1, NOON)
    assert (loaded.outcome, loaded.ended_at) == ("resolved", NOON + timedelta(seconds=61.5))
    assert (loaded.scorecard, agent.committed_at.tzinfo) == ({"overall": 0.75, "passed": True}, UTC)


def test_what_no_database_can_keep_is_replaced_one_for_one(store: Store) -> None:
    attempt_id = begin(store, trainee="A\x00da")
    sent = send(store, attempt_id, "a\x00b\ud83dc")
    assert sent.text == "a\ufffdb\ufffdc"
    assert history.load_attempt(store, attempt_id=attempt_id).turns == (sent,)
    assert [each.id for each in history.list_attempts(store, trainee="A\x00da")] == [attempt_id]


def test_a_snapshot_is_stored_once_by_its_content(store: Store) -> None:
    first = history.put_snapshot(store, kind="scenario", name="parcel", body={"a": [1, None], "ü": "📦\x00"})
    assert first == history.put_snapshot(store, kind="scenario", name="parcel", body={"ü": "📦\x00", "a": [1, None]})
    assert history.get_snapshot(store, hash=first) == {"a": [1, None], "ü": "📦\x00"}
    assert first != history.put_snapshot(store, kind="scenario", name="parcel", body={"a": [1, None], "ü": "📦"})
    assert len(first) == 64
    with pytest.raises(history.UnknownSnapshot):
        history.get_snapshot(store, hash="0" * 64)
    with pytest.raises(history.Inconsistent):
        begin(store, scenario_hash="0" * 64)


def test_attempts_are_listed_newest_first_and_in_pages(store: Store) -> None:
    days = [begin(store, trainee="Bo", started_at=NOON + timedelta(days=day // 2)) for day in range(5)]
    other = begin(store, started_at=NOON + timedelta(days=9))
    end(store, days[4], "gave_up", scorecard={"overall": None, "passed": False})
    end(store, other, "closed")
    everything = history.list_attempts(store)
    assert [each.id for each in everything][:2] == [other, days[4]]
    assert sorted(everything, key=lambda each: each.started_at, reverse=True) == everything
    verdicts = [(each.outcome, each.overall, each.passed) for each in everything[:3]]
    assert verdicts == [("closed", None, None), ("gave_up", None, False), (None, None, None)]
    pages, last = [], None
    while page := history.list_attempts(store, trainee="Bo", limit=2, before=last):
        pages.append([each.id for each in page])
        last = page[-1].id
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {each for page in pages for each in page} == set(days)


def test_late_scores_replace_what_the_same_version_said(store: Store) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "Sorry.")
    end(store, attempt_id, scorecard={"overall": 0.1, "passed": False})
    kept = tone(0, value=0.2, version="old")
    history.save_scores(store, attempt_id=attempt_id, scores=[kept, tone(0, value=0.3), tone(None, value=None)])
    again = [tone(0, value=0.8), tone(None, value=0.9)]
    history.save_scores(store, attempt_id=attempt_id, scores=again, scorecard={"overall": 0.9, "passed": True})
    assert history.load_attempt(store, attempt_id=attempt_id).scores == (kept, *again)
    assert [(each.overall, each.passed) for each in history.list_attempts(store)] == [(0.9, True)]


def test_an_ended_attempt_takes_no_more_turns_and_ends_once(store: Store) -> None:
    attempt_id = begin(store)
    first = send(store, attempt_id, "Hello", "a")
    end(store, attempt_id, "closed", scorecard={"overall": 0.5, "passed": True})
    end(store, attempt_id, "gave_up")
    with pytest.raises(history.AttemptEnded):
        send(store, attempt_id, "Wait", "b")
    assert not answer(store, attempt_id, 0)
    assert send(store, attempt_id, "Hello?", "a") == first
    ended = history.load_attempt(store, attempt_id=attempt_id)
    assert (ended.turns, ended.outcome, ended.scorecard) == ((first,), "closed", {"overall": 0.5, "passed": True})


def test_an_attempt_that_does_not_exist_is_named(store: Store) -> None:
    for call in (
        lambda: send(store, "nobody", "Hello"),
        lambda: answer(store, "nobody", -1),
        lambda: end(store, "nobody"),
        lambda: history.save_scores(store, attempt_id="nobody", scores=[]),
        lambda: history.load_attempt(store, attempt_id="nobody"),
        lambda: history.list_attempts(store, before="nobody"),
    ):
        with pytest.raises(UnknownAttempt, match="nobody"):
            call()


def test_an_answer_is_stored_whole_or_not_at_all(store: Store) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "Hello")
    with pytest.raises(history.Inconsistent):
        answer(store, attempt_id, 0, scores=[tone(0, value=1.0), tone(5, value=1.0)])
    with pytest.raises(ValueError, match="JSON"):
        answer(store, attempt_id, 0, scores=[replace(tone(0, value=1.0), evidence=[float("nan")])])
    loaded = history.load_attempt(store, attempt_id=attempt_id)
    assert (texts_in_order(store, attempt_id), loaded.observations, loaded.scores) == (["Hello"], (), ())


def test_an_answer_to_what_is_no_longer_last_is_refused(store: Store) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "One moment")
    send(store, attempt_id, "Here it is")
    stored = [answer(store, attempt_id, index, scores=[tone(0, value=0.5)]) for index in (0, 1, 1)]
    assert stored == [False, True, False]
    assert texts_in_order(store, attempt_id) == ["One moment", "Here it is", "And?"]
    assert len(history.load_attempt(store, attempt_id=attempt_id).scores) == 1


@pytest.mark.parametrize("senders_of_each", [1, 2])
def test_twenty_threads_lose_and_double_nothing(store: Store, senders_of_each: int) -> None:
    attempt_id = begin(store)
    names = [[f"{thread}-{number}" for number in range(50)] for thread in range(20)] * senders_of_each
    ready = Barrier(len(names))

    def run(own: list[str]) -> list[StoredTurn]:
        ready.wait()
        return [send(store, attempt_id, name, name) for name in own]

    with ThreadPoolExecutor(len(names)) as pool:
        acknowledged = [turn for turns in pool.map(run, names) for turn in turns]
    assert len(acknowledged) == 1_000 * senders_of_each
    assert set(acknowledged) == set(history.load_attempt(store, attempt_id=attempt_id).turns)
    assert sorted(texts_in_order(store, attempt_id)) == sorted(name for own in names[:20] for name in own)


def test_several_processes_write_one_attempt(path: Path, store: Store) -> None:
    attempt_id = begin(store)
    code = """
        store = history.open_store(sys.argv[1])
        for number in range(100):
            send(store, sys.argv[2], f"{sys.argv[3]}-{number}", f"{sys.argv[3]}-{number}")
    """
    writers = [child(code, path, attempt_id, name) for name in "abcd"]
    assert [writer.wait() for writer in writers] == [0] * 4
    expected = sorted(f"{name}-{number}" for name in "abcd" for number in range(100))
    assert sorted(texts_in_order(store, attempt_id)) == expected


def test_of_two_answers_exactly_one_wins(store: Store) -> None:
    attempt_id = begin(store)
    ready = Barrier(2)

    def run(index: int, name: str) -> bool:
        ready.wait()
        return answer(store, attempt_id, index, name, scores=[tone(index, value=0.5)] * 3)

    with ThreadPoolExecutor(2) as pool:
        for round_ in range(30):
            send(store, attempt_id, "Hello")
            won = list(pool.map(run, [2 * round_] * 2, "ab"))
            assert sorted(won) == [False, True]
            loaded = history.load_attempt(store, attempt_id=attempt_id)
            winner = "ab"[won.index(True)]
            assert (loaded.turns[-1].text, loaded.observations[-1].body) == (winner, {"by": winner})
            assert (len(loaded.turns), len(loaded.scores)) == (2 * round_ + 2, 3 * round_ + 3)


@pytest.mark.parametrize("used", [True, False], ids=["used", "too late"])
def test_calls_are_kept_with_the_answer_or_without_a_turn(store: Store, used: bool) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "Hello")
    endless = float("inf")
    odd = ModelCall(
        "customer", "small\x00\ud83d", "faulty", ("too_mild",), prompt=10**30, cost=endless, total_s=-endless
    )
    plain = ModelCall("customer", "small", "used", (), True, 100, 90, 2**31 - 1, 0.5, 1.5, 0.25)
    done = history.append_answer(
        store,
        attempt_id=attempt_id,
        answers_index=0 if used else -1,
        turns=[Turn("customer", "And?", 9.0, voice="model")],
        observations=[],
        scores=[],
        calls=[odd, plain],
    )
    assert done == used
    assert texts_in_order(store, attempt_id) == ["Hello", "And?"][: 1 + used]
    first, second = history.list_calls(store, attempt_id=attempt_id)
    assert {first.turn_index, second.turn_index} == {1 if used else None}
    assert first.call == ModelCall("customer", "small\ufffd\ufffd", "faulty", ("too_mild",))
    assert second.call == plain


def test_calls_for_an_attempt_that_has_ended_are_kept(store: Store) -> None:
    attempt_id = begin(store)
    end(store, attempt_id)
    call = ModelCall("customer", "small", "used")
    said = [Turn("customer", "And?", 9.0, voice="model")]
    assert not history.append_answer(
        store, attempt_id=attempt_id, answers_index=-1, turns=said, observations=[], scores=[], calls=[call]
    )
    assert [(each.turn_index, each.call) for each in history.list_calls(store, attempt_id=attempt_id)] == [(None, call)]


def test_a_log_is_read_from_where_it_is_known(store: Store) -> None:
    attempt_id = begin(store)
    answer(store, attempt_id, -1, "Hello?")
    send(store, attempt_id, "One moment")
    whole = history.load_log(store, attempt_id=attempt_id)
    assert history.load_log(store, attempt_id=attempt_id, turns=1).turns == whole.turns[1:]
    end(store, attempt_id)
    known = history.load_log(store, attempt_id=attempt_id, turns=2)
    assert (known.turns, known.outcome) == ((), "closed")


def test_a_killed_process_loses_nothing_it_acknowledged(path: Path, store: Store) -> None:
    attempt_id = begin(store)
    code = """
        store = history.open_store(sys.argv[1])
        while True:
            print(send(store, sys.argv[2], "Hello").index, flush=True)
    """
    writer = child(code, path, attempt_id)
    assert writer.stdout is not None
    for _ in range(200):
        writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    acknowledged = 200 + writer.stdout.read().count("\n")
    writer.wait()
    assert len(texts_in_order(store, attempt_id)) in (acknowledged, acknowledged + 1)
    assert send(store, attempt_id, "Still here").text == "Still here"


def test_several_processes_and_threads_create_it_at_once(tmp_path: Path) -> None:
    fresh = tmp_path / "new" / "history.db"
    starters = [child("history.open_store(sys.argv[1])", fresh) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(history.open_store, [tmp_path / "threads" / f"{number % 2}.db" for number in range(8)]))
    assert [starter.wait() for starter in starters] == [0] * 4
    for opened in (*stores, history.open_store(fresh)):
        assert send(opened, begin(opened), "Hello").index == 0


@pytest.mark.sqlite
def test_the_tables_are_as_written_down_and_commits_durable(store: Store) -> None:
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        settings = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]
    assert settings[:3] == ["wal", 2, 1]
    assert settings[3] >= 5_000
    attempt_id = begin(store)
    send(store, attempt_id, "Hello")
    answer(store, attempt_id, 0, scores=[tone(0, value=0.5)])
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM attempt")
        for table in ("turn", "observation", "score"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0


def test_a_newer_version_keeps_every_row_and_is_then_left_alone(tmp_path: Path, path: Path, store: Store) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "Hello")
    answer(store, attempt_id, 0, scores=[tone(0, value=0.5)] * 2)
    before = history.load_attempt(store, attempt_id=attempt_id)
    newer = tmp_path / "newer"
    copytree(SIMULATOR / "history", newer / "simulator" / "history")
    for module in ("__init__.py", "conversation.py", "model_call.py"):
        copy(SIMULATOR / module, newer / "simulator")
    revision = """
        import sqlalchemy as sa
        from alembic import op

        revision, down_revision = "9999", "0005"

        def upgrade():
            with op.batch_alter_table("attempt") as attempt:
                attempt.alter_column("seed", type_=sa.Text())
    """
    (newer / "simulator/history/migrations/versions/9999_newer.py").write_text(textwrap.dedent(revision))
    assert child("history.open_store(sys.argv[1]).close()", path, root=newer).wait() == 0
    after = history.load_attempt(store, attempt_id=attempt_id)
    assert replace(after, seed=before.seed) == before
    store.close()
    content = path.read_bytes()
    with pytest.raises(StoreUnavailable, match="newer version"):
        history.open_store(path)
    assert path.read_bytes() == content


def test_what_is_not_ours_is_refused_and_left_alone(tmp_path: Path) -> None:
    text, foreign = tmp_path / "notes.txt", tmp_path / "chroma.sqlite3"
    text.write_text("These are my notes. " * 100)
    sqlite3.connect(foreign).execute("CREATE TABLE turn (id)").connection.close()
    contents = text.read_bytes(), foreign.read_bytes()
    for file, words in (
        (text, "notes.txt is not a database"),
        (foreign, "chroma.sqlite3 belongs to another program"),
        (tmp_path, "cannot be opened"),
        (text / "history.db", "folder .*notes.txt cannot be created"),
        (text / "deeper" / "history.db", "folder .*deeper cannot be created"),
        ("sqlite://", "name a file"),
    ):
        with pytest.raises(StoreUnavailable, match=words):
            history.open_store(file)
    assert (text.read_bytes(), foreign.read_bytes()) == contents


@pytest.mark.sqlite
def test_a_full_disk_is_told_and_loses_nothing(store: Store) -> None:
    attempt_id = begin(store)
    send(store, attempt_id, "before")
    with store.reading() as connection:  # the store's only connection so far
        connection.exec_driver_sql("PRAGMA max_page_count = 40")
    with pytest.raises(StoreUnavailable, match="is full"):
        send(store, attempt_id, "x" * 1_000_000)
    assert texts_in_order(store, attempt_id) == ["before"]
    with store.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    send(store, attempt_id, "after")
    assert texts_in_order(store, attempt_id) == ["before", "after"]


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on file sizes is POSIX")
def test_a_write_cut_short_is_told_and_loses_nothing(path: Path, store: Store) -> None:
    attempt_id = begin(store)
    code = """
        import resource
        store = history.open_store(sys.argv[1])
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, most))
        stored = 0
        try:
            while stored < 1_000:
                send(store, sys.argv[2], "x" * 5_000)
                stored += 1
        except history.StoreUnavailable as error:
            print(stored, error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        send(store, sys.argv[2], "after")
    """
    output, _ = child(code, path, attempt_id).communicate()
    stored, _, words = output.partition(" ")
    assert "Make room" in words
    assert texts_in_order(store, attempt_id) == ["x" * 5_000] * int(stored) + ["after"]
