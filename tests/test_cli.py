"""The command line, as people and scripts call it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulator import history, practice
from simulator.debrief import receipt
from simulator.scenarios.library import SHIPPED, load_library


def run(*arguments: str | Path, code: int = 0, typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "simulator", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        input=typed,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stdout + done.stderr


def run_json(*arguments: str | Path, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code))


def replies_file(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "replies.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def test_the_shipped_library_has_no_problems() -> None:
    found = run_json("check")
    assert found["ok"]
    assert found["scenarios"] >= 9
    assert found["personas"] >= 6


def test_a_broken_scenario_is_named_and_the_others_stay(tmp_path: Path) -> None:
    root = tmp_path / "library"
    shutil.copytree(SHIPPED, root)
    broken = root / "scenarios" / "late-refund.yaml"
    broken.write_text(broken.read_text("utf-8").replace("difficulty: 2", "difficulty: two", 1), "utf-8")
    out = run("check", root, code=1)
    assert "late-refund.yaml:" in out
    assert "whole number" in out
    assert run_json("check", broken, code=1)["problems"][0]["line"] > 1
    assert "late-refund.yaml:" in run("play", "late-refund", "--library", root, code=1)
    run("play", "wifi-pairing", "--library", root, typed="/stop\n")


def test_playing_a_file_prints_one_object(tmp_path: Path) -> None:
    path = replies_file(
        tmp_path,
        {"text": "I am sorry. Could you give me your order number?", "after": 30},
        {"text": "Calm down.", "after": 10},
    )
    found = run_json(
        "play", "late-refund", "--persona", "furious", "--language", "en", "--seed", "3", "--replies", path
    )
    assert {key: found[key] for key in ("scenario", "persona", "language", "seed", "outcome")} == {
        "scenario": "late-refund",
        "persona": "furious",
        "language": "en",
        "seed": 3,
        "outcome": "closed",
    }
    opening, reply = found["turns"][:2]
    assert opening["role"] == "customer"
    assert opening["voice"] == "scripted"
    assert reply["at"] == 30
    assert set(reply["mood"]) == {"anger", "confusion", "trust"}
    assert {"move": "apologises", "quote": "sorry"} in reply["observation"]["moves"]
    assert found["turns"][3]["mark"] == "blunder"
    assert found["turns"][4]["mood"]["anger"] > opening["mood"]["anger"] - 1
    for name in ("accuracy", "tone", "de_escalation", "reply_time", "overall"):
        score = found["scorecard"][name]
        assert score["explanation"]
        assert score["value"] is None or 0 <= score["value"] <= 100
        assert isinstance(score["evidence"], list)
    assert found["scorecard"]["passed"] is False


def test_the_same_play_is_the_same_to_the_letter(tmp_path: Path) -> None:
    path = replies_file(
        tmp_path, {"text": "Здравствуйте, назовите номер заказа.", "after": 20}, {"text": "", "after": 900}
    )
    first, second = (run("play", "late-refund", "--language", "ru", "--replies", path, "--json") for _ in range(2))
    assert first == second
    assert json.loads(first)["outcome"] == "abandoned"


def test_playing_by_hand() -> None:
    out = run("play", "late-refund", typed="Hello, could you give me the order number?\n/stop\n")
    assert "Outcome: closed" in out
    assert "overall" in out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"text": 5}', ":1:"),
        (b'{"text": "a"}\nnonsense', ":2:"),
        (b'{"text": "a", "after": -1}', ":1:"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_broken_replies_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_bytes(content)
    assert said in run("play", "late-refund", "--replies", path, code=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["play", "late-refunds"], "did you mean “late-refund”?"),
        (["play", "late-refund", "--persona", "nobody"], "there are"),
        (["play", "late-refund", "--language", "fr"], "en, ru, de, es"),
        (["play", "third-breakdown", "--language", "de"], "there are: en, ru"),
        (["check", "nowhere"], "no such"),
        (["rehearse", "nothing"], "no scenario"),
    ],
)
def test_wrong_choices_say_what_there_is(arguments: list[str], said: str) -> None:
    assert said in run(*arguments, code=1)


def test_rehearsing_one_scenario() -> None:
    found = run_json("rehearse", "late-refund", "--language", "en")
    assert found["ok"]
    by_trainee = {result["trainee"]: result for result in found["rehearsals"]}
    assert by_trainee["expert"]["passed"]
    assert by_trainee["silent"]["outcome"] == "abandoned"
    assert not any(result["passed"] for name, result in by_trainee.items() if name not in ("expert", "novice"))


def test_a_trainer_reads_ratings_and_disputes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(tmp_path / "history.db"))
    assert run_json("feedback") == {"ratings": [], "disputes": []}
    said_at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with closing(history.open_store(tmp_path / "history.db")) as store:
        made = practice.begin(store, load_library().cast("late-refund"), trainee="Mira")
        made.attempt.reply("Calm down.")
        turn = made.attempt.exchanges[0].turn
        history.rate_attempt(store, attempt_id=made.id, stars=4, comment="Good\x1b[2J one", rated_at=said_at)
        history.add_dispute(
            store,
            attempt_id=made.id,
            turn_index=turn,
            dimension="tone",
            receipt=receipt(made.attempt, "tone", turn, reader="en"),
            reason="It was meant kindly.",
            disputed_at=said_at,
        )
    found = run_json("feedback", "--open")
    [rating], [dispute] = found["ratings"], found["disputes"]
    assert (rating["trainee"], rating["scenario"], rating["stars"]) == ("Mira", "late-refund", 4)
    assert (dispute["reply"], dispute["reason"]) == ("Calm down.", "It was meant kindly.")
    assert dispute["receipt"]["evidence"][0]["quote"] == "Calm down"
    out = run("feedback")
    for words in ("1 ratings", "4 of 5", "Mira", "of: Calm down.", "why it is wrong: It was meant kindly."):
        assert words in out
    assert "\x1b" not in out


def test_schemas_are_fresh() -> None:
    run("schemas", "--check")


def test_knowledge_is_added_searched_listed_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUGH_CUSTOMER_DATA", str(tmp_path / "data"))
    page = tmp_path / "lamp.md"
    page.write_text("# Lamp\n\n## Bulbs {#bulbs}\n\nUse LED bulbs of up to 9 W.\n", "utf-8")
    run("knowledge", "add", page, "--product", "lamp", "--language", "en")
    hits = run_json("knowledge", "search", "which bulbs fit", "--product", "lamp")
    assert hits[0]["id"] == "lamp#bulbs"
    assert 0 < hits[0]["score"] <= 1
    assert {"product": "lamp", "language": "en", "passages": 1, "added": True} in run_json("knowledge", "list")
    assert "refund-timing" in run("knowledge", "search", "when is the refund paid", "--product", "tidewell-r4")
    run("knowledge", "remove", "lamp")
    assert "lamp" in run("knowledge", "search", "bulbs", "--product", "lamp", code=1)
    assert "cannot be removed" in run("knowledge", "remove", "larderly", code=1)
