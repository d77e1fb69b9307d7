"""Stored attempts judged anew: the talk as it was, today's verdict, the older one kept."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_history import begin, end

from simulator import history, practice
from simulator.case import Case
from simulator.conversation import Turn
from simulator.history import Store
from simulator.practice import Practice
from simulator.rescore import CannotRescore, rescore
from simulator.scenarios.library import load_library
from simulator.scoring import RULE_SCORERS, Dimension, Exchange, Score, Scorer
from simulator.shift import begin_shift, open_shift

LIBRARY = load_library()
KIND = "I am sorry that you have waited so long. Could you tell me the order number, please?"
RUDE = "Calm down."


TONE = next(each for each in RULE_SCORERS if each.dimension == "tone")


class OlderTone:
    """The tone as another version judged it: nearer to nothing."""

    dimension: Dimension = "tone"

    def score(self, case: Case, exchanges: Sequence[Exchange], *, whole: bool) -> Score:
        score = TONE.score(case, exchanges, whole=whole)
        return replace(score, value=None if score.value is None else score.value / 2 + 1, version="rules-0")


OLDER_SCORERS: tuple[Scorer, ...] = tuple(OlderTone() if each.dimension == "tone" else each for each in RULE_SCORERS)
SCORERS = (OLDER_SCORERS, RULE_SCORERS)


def played(store: Store, *replies: str, trainee: str = "Mira", days_ago: float = 0) -> Practice:
    """An attempt that was closed by the agent."""
    started = datetime.now(UTC) - timedelta(days=days_ago)
    made = practice.begin(store, LIBRARY.cast("late-refund"), trainee=trainee, started_at=started)
    for reply in replies:
        made.attempt.reply(reply)
    made.attempt.close()
    return made


@pytest.fixture
def old(store: Store, monkeypatch: pytest.MonkeyPatch) -> Practice:
    """An attempt that was judged by the older scorers."""
    with monkeypatch.context() as then:
        then.setattr(practice, "RULE_SCORERS", OLDER_SCORERS)
        return played(store, KIND, RUDE)


@pytest.fixture
def path_of_old(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history with two older attempts of Mira, one of them a month old, and one of Bo."""
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(path))
    with monkeypatch.context() as then, closing(history.open_store(path)) as store:
        then.setattr(practice, "RULE_SCORERS", OLDER_SCORERS)
        played(store, KIND, days_ago=30)
        played(store, KIND, RUDE, days_ago=1)
        played(store, RUDE, trainee="Bo")
    return path


def run(*arguments: str, code: int = 0) -> str:
    """What the command says, on both channels."""
    command = [sys.executable, "-m", "simulator", "rescore", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_scores_are_todays_and_all_else_is_as_it_was(store: Store, old: Practice) -> None:
    before = history.load_attempt(store, attempt_id=old.id)
    rating = history.rate_attempt(store, attempt_id=old.id, stars=2, comment="", rated_at=datetime.now(UTC))
    dispute = history.add_dispute(
        store,
        attempt_id=old.id,
        turn_index=1,
        dimension="tone",
        receipt={"value": 1},
        reason="It was kind.",
        disputed_at=datetime.now(UTC),
    )
    done = rescore(store, old.id)
    after = history.load_attempt(store, attempt_id=old.id)
    today = practice.resume(store, old.id).attempt.scorecard()
    assert done.state == "rescored"
    assert done.after["tone"] == today.scores["tone"].value
    assert done.before["tone"] == pytest.approx(done.after["tone"] / 2 + 1)
    assert (done.after["overall"], done.after["accuracy"]) == (today.overall, done.before["accuracy"])
    assert (done.before, done.after) == (before.scorecard, after.scorecard)
    assert replace(after, scores=(), scorecard=None) == replace(before, scores=(), scorecard=None)
    assert history.load_rating(store, attempt_id=old.id) == rating
    assert history.list_disputes(store) == [dispute]
    (listed,) = history.list_attempts(store)
    assert listed.overall == today.overall


def test_the_older_scores_stay(store: Store, old: Practice) -> None:
    def tones() -> list[tuple[int | None, str, float | None]]:
        scores = history.load_attempt(store, attempt_id=old.id).scores
        return [(each.turn_index, each.version[:7], each.value) for each in scores if each.dimension == "tone"]

    before = tones()
    assert {version for _turn, version, _value in before} == {"rules-0"}
    rescore(store, old.id)
    assert tones()[: len(before)] == before
    assert [turn for turn, _version, _value in tones()[len(before) :]] == [1, 3, None]


def test_only_what_rests_on_the_changed_scorer_is_of_another_version(store: Store, old: Practice) -> None:
    played(store, KIND)
    newer, older = (each.versions for each in history.list_attempts(store))
    assert {name for name in newer if newer[name] != older[name]} == {"tone", "overall"}


def test_a_scenario_without_a_desk_is_of_no_other_version(store: Store) -> None:
    bare = LIBRARY.cast("late-refund")
    bare = replace(bare, scenario=bare.scenario.model_copy(update={"desk": None}))
    practice.begin(store, bare, trainee="Mira").attempt.close()
    played(store, KIND)
    with_desk, without = (each.versions for each in history.list_attempts(store))
    assert "process" in with_desk
    assert "process" not in without
    assert with_desk["overall"] == without["overall"]


def test_a_second_run_changes_nothing(store: Store, old: Practice) -> None:
    rescore(store, old.id)
    once = history.load_attempt(store, attempt_id=old.id)
    again = rescore(store, old.id)
    assert (again.state, again.before) == ("up_to_date", again.after)
    assert history.load_attempt(store, attempt_id=old.id) == once


def test_a_dry_run_writes_nothing(store: Store, old: Practice) -> None:
    before = history.load_attempt(store, attempt_id=old.id)
    done = rescore(store, old.id, dry_run=True)
    assert done.after["tone"] > done.before["tone"]
    assert history.load_attempt(store, attempt_id=old.id) == before


def test_what_runs_is_judged_when_it_ends(store: Store) -> None:
    running = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Mira")
    running.attempt.reply(KIND)
    before = history.load_attempt(store, attempt_id=running.id)
    assert rescore(store, running.id).state == "running"
    assert history.load_attempt(store, attempt_id=running.id) == before


def test_the_branch_that_was_left_is_judged_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as then:
        then.setattr(practice, "RULE_SCORERS", OLDER_SCORERS)
        begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Mira")
        begun.attempt.reply(RUDE)
        practice.take_back(store, begun, turn=1)
    assert history.ended_attempts(store) == [begun.id]
    assert rescore(store, begun.id).state == "rescored"
    record = history.load_attempt(store, attempt_id=begun.id)
    assert record.outcome == "taken_back"
    assert {each.version[:7] for each in record.scores if each.dimension == "tone"} > {"rules-0"}
    assert history.list_attempts(store, verdicts_only=True) == []


def test_a_talk_that_would_end_earlier_today_stays_as_it_was(store: Store) -> None:
    """So many insults are one too many today; here the customer was as patient as under other rules."""
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Mira")
    while begun.attempt.outcome is None:
        begun.attempt.reply(f"This is your own fault, number {len(begun.attempt.transcript)}.")
    assert begun.attempt.outcome == "gave_up"
    turns = history.load_attempt(store, attempt_id=begun.id).turns
    patient = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Mira")
    for turn in [*turns[1:], replace(turns[1], index=len(turns), text=KIND)]:
        if turn.role == "agent":
            history.append_agent_turn(
                store,
                attempt_id=patient.id,
                text=turn.text,
                at=turn.at,
                waited_browser=None,
                waited_server=5.0,
                send_id=None,
            )
        else:
            said = Turn("customer", turn.text, turn.at, voice="scripted")
            assert history.append_answer(
                store, attempt_id=patient.id, answers_index=turn.index - 1, turns=[said], observations=[], scores=[]
            )
    last = Turn("customer", "Well, all right.", turns[-1].at, voice="scripted")
    assert history.append_answer(
        store,
        attempt_id=patient.id,
        answers_index=len(turns),
        turns=[last],
        observations=[],
        scores=[],
        outcome="resolved",
        scorecard={"overall": 1.0, "passed": False},
    )
    before = history.load_attempt(store, attempt_id=patient.id)
    rescore(store, patient.id)
    after = history.load_attempt(store, attempt_id=patient.id)
    assert (after.turns, after.outcome, after.ended_at) == (before.turns, "resolved", before.ended_at)
    attempt = practice.resume(store, patient.id).attempt
    assert attempt.outcome == "resolved"
    kind = attempt.exchanges[-1]
    assert kind.after.replies == len(attempt.exchanges)
    assert kind.after.mood != kind.before.mood


def test_a_running_talk_goes_on_even_if_it_would_have_ended_today(store: Store) -> None:
    begun = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Mira")
    for number in range(12):
        history.append_agent_turn(
            store,
            attempt_id=begun.id,
            text=f"This is your own fault, number {number}.",
            at=float(number),
            waited_browser=None,
            waited_server=1.0,
            send_id=None,
        )
        said = Turn("customer", "What?", float(number), voice="scripted")
        history.append_answer(
            store, attempt_id=begun.id, answers_index=2 * number + 1, turns=[said], observations=[], scores=[]
        )
    attempt = practice.resume(store, begun.id).attempt
    assert attempt.outcome is None
    attempt.reply("This is your own fault, the last time.")
    assert attempt.outcome == "gave_up"
    assert history.load_attempt(store, attempt_id=begun.id).outcome == "gave_up"


def test_what_cannot_be_read_is_named(store: Store) -> None:
    of_another_version = begin(store)
    end(store, of_another_version, scorecard={"overall": 0.5, "passed": True})
    with pytest.raises(CannotRescore, match=r"its scenario is of another version of the program: .*: Field required"):
        rescore(store, of_another_version)
    with pytest.raises(CannotRescore, match="there is no such attempt"):
        rescore(store, "nobody")


def test_a_broken_step_is_named(store: Store, old: Practice) -> None:
    history.append_step(store, attempt_id=old.id, kind="go_on", body={"seconds": "many"}, at=1.0, send_id=None)
    history.append_step(store, attempt_id=old.id, kind="pause", body={}, at=1.0, send_id=None)
    history.append_step(store, attempt_id=old.id, kind="go_on", body={"seconds": "many"}, at=1.0, send_id=None)
    with pytest.raises(CannotRescore, match=r"ValueError: .*many"):
        rescore(store, old.id)


def test_the_command_judges_all_and_then_none(path_of_old: Path) -> None:
    dry = run("--dry-run")
    assert "3 would be judged anew, 3 with another result; 0 up to date" in dry
    out = run()
    assert out.replace("judged anew", "would be judged anew") == dry
    assert out.count("late-refund") == 3
    assert "tone " in out
    assert "→" in out
    assert run() == "0 judged anew, 0 with another result; 3 up to date\n"


def test_the_command_takes_some(path_of_old: Path) -> None:
    with closing(history.open_store(path_of_old)) as store:
        bo, newest, month_old = (each.id for each in history.list_attempts(store))
    assert bo in run("--trainee", "Bo")
    yesterday = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    since = run("--since", yesterday)
    assert newest in since
    assert "1 judged anew, 1 with another result; 1 up to date" in since
    assert month_old in run("--attempt", month_old)
    assert "leave out --trainee" in run("--attempt", bo, "--trainee", "Bo", code=2)


def test_the_command_names_what_fails_and_does_the_rest(path_of_old: Path) -> None:
    with closing(history.open_store(path_of_old)) as store:
        broken = begin(store, trainee="Mira")
        end(store, broken, scorecard={"overall": 0.5, "passed": True})
    out = run("--trainee", "Mira", code=1)
    assert f"{broken}: not rescored: its scenario is of another version" in out
    assert "2 judged anew, 2 with another result; 0 up to date; 1 failed" in out
    assert "Traceback" not in out


def test_killed_it_goes_on_where_it_was(path_of_old: Path) -> None:
    code = (
        "import os, signal\n"
        "from simulator import cli, history\n"
        "save, saved = history.save_scores, []\n"
        "def save_one(*args, **named):\n"
        "    saved.append(1) if not saved else os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return save(*args, **named)\n"
        "history.save_scores = save_one\n"
        "cli.app(['rescore'])\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    assert "2 judged anew, 2 with another result; 1 up to date" in run()


def history_page(store: Store, view: str, language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a view of Mira's history says, without a browser."""
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(store.engine.url.database))

    def script() -> None:
        from simulator.ui.pages import history

        history.show()

    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["name"] = "Mira"
    app.query_params["view"] = view
    app.query_params["lang"] = language
    app.session_state["compared"] = [each.id for each in history.list_attempts(store, trainee="Mira")]
    app.run()
    assert not app.exception
    return "\n".join(str(getattr(element, "value", "")) for element in app.get("html"))


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("view", "language", "told"),
    [
        ("trends", "en", "A dashed line stands between values"),
        ("trends", "ru", "Пунктирная линия стоит между значениями"),
        ("retries", "en", "There is no change to tell"),
        ("retries", "ru", "изменение не показано"),
        ("compare", "en", "No value is marked"),
        ("compare", "ru", "лучшее значение не отмечено"),
    ],
)
def test_the_history_tells_that_the_scoring_changed_until_it_is_judged_anew(
    store: Store, old: Practice, view: str, language: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(store, KIND)
    before = history_page(store, view, language, monkeypatch)
    assert told in before
    assert "tough-customer rescore" in before
    assert bool(re.search(r"<td>\| \d", before)) == (view == "trends")
    rescore(store, old.id)
    after = history_page(store, view, language, monkeypatch)
    assert "tough-customer rescore" not in after
    assert "|" not in after


@pytest.mark.sqlite
def test_a_shift_has_no_mean_over_unlike_scorings(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [LIBRARY.cast("late-refund", persona="anxious", seed=seed) for seed in range(2)]
    shift_id = begin_shift(store, cases, trainee="Mira", apart=0)
    for chat, scorers in zip(history.load_shift(store, shift_id=shift_id).attempts, SCORERS, strict=True):
        with monkeypatch.context() as then:
            then.setattr(practice, "RULE_SCORERS", scorers)
            attempt = practice.resume(store, chat.id).attempt
            attempt.reply(KIND)
            attempt.close()
    assert open_shift(store, shift_id).ended_at is not None
    assert ">Mean " not in history_page(store, "attempts", "en", monkeypatch)
    for id in history.ended_attempts(store):
        rescore(store, id)
    assert ">Mean " in history_page(store, "attempts", "en", monkeypatch)


@pytest.mark.sqlite
def test_the_debrief_tells_that_the_history_has_another_result(
    store: Store, old: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(store.engine.url.database))

    def page() -> str:
        def script() -> None:
            from simulator.ui.pages import debrief

            debrief.show()

        app = AppTest.from_function(script, default_timeout=60)
        app.query_params["attempt"] = old.id
        app.run()
        assert not app.exception
        return "\n".join(str(getattr(element, "value", "")) for element in app.get("html"))

    shown = int(history.list_attempts(store)[0].overall or 0)
    assert f"The history has {shown} for this attempt, by an older scoring" in page()
    rescore(store, old.id)
    assert "older scoring" not in page()
