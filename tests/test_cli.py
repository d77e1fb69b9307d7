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
from streamlit.testing.v1 import AppTest

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


def test_a_reply_by_hand_that_is_too_long_is_refused_and_the_play_goes_on() -> None:
    said = run("play", "late-refund", typed="x" * 20_001 + "\nHello, could you give me the order number?\n/stop\n")
    assert "Outcome: closed" in said
    assert "xxx" not in said
    assert "Hello, could you" in said


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
        (b'{"text": "a"}\n{"text": "' + b"x" * 20_001 + b'"}', ":2: a reply may have 20,000 characters"),
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
    value = dispute["receipt"]["value"]
    for words in (
        *("1 rating\n", "1 dispute\n", "4 of 5", "Mira", "of: Calm down.", "why it is wrong: It was meant kindly."),
        *(dispute["id"][:12], f"tone {value:g} by rules, version rules-", "“Calm down”", "    open"),
    ):
        assert words in out
    assert "\x1b" not in out


def test_a_trainer_decides_a_dispute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(tmp_path / "history.db"))
    with closing(history.open_store(tmp_path / "history.db")) as store:
        made = practice.begin(store, load_library().cast("late-refund"), trainee="Mira")
        made.attempt.reply("Calm down.")
        made.attempt.close()
        kept = [
            history.add_dispute(
                store,
                attempt_id=made.id,
                turn_index=None,
                dimension="tone",
                receipt=receipt(made.attempt, "tone", None, reader="en"),
                reason=reason,
                disputed_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
            ).id
            for reason in ("It was meant kindly.", "I had no choice.")
        ]
        before = history.load_attempt(store, attempt_id=made.id)
    decide = ("feedback", "decide", kept[0][:8], "--by", "Dana")
    for wrong in (("--reply", " "), ("--reply", "Right.", "--value", "101")):
        run(*decide, *wrong, code=2)
    assert "there is no dispute “zzz”" in run("feedback", "decide", "zzz", "--by", "Dana", "--reply", "No.", code=1)
    assert "decided: 80, by Dana: Right." in run(*decide, "--value", "80", "--reply", "Right.")
    assert "Dana has decided this dispute: Right." in run(*decide, "--reply", "No.", code=1)
    assert "the score stands" in run("feedback", "decide", kept[1], "--by", "Dana", "--reply", "It was rude.")
    out = run("feedback")
    assert "decided: 80, by Dana: Right." in out
    assert "decided: the score stands, by Dana: It was rude." in out
    assert run_json("feedback", "--open")["disputes"] == []
    with closing(history.open_store(tmp_path / "history.db")) as store:
        assert history.load_attempt(store, attempt_id=made.id) == before


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


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("VOICE", "robot", "auto or scripted"),
        ("JUDGE", "no", "auto or off"),
        ("JUDGE_LANGUAGE", "de", "en or ru"),
        ("JUDGE_AT_ONCE", "0", "a whole number from 1 to 64"),
        ("JUDGE_AT_ONCE", "many", "a whole number from 1 to 64"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(f"TOUGH_CUSTOMER_{variable}", value)
    said = f"TOUGH_CUSTOMER_{variable}: “{value}” cannot be used: it may be {allowed}"
    assert run("check", code=2) == f"{said}\n"
    app = AppTest.from_file(str(SHIPPED.parent / "streamlit_app.py"), default_timeout=60).run()
    assert not app.exception
    assert any(said in html.proto.body for html in app.get("html") if "setting-error" in html.proto.body)


def test_a_draft_is_checked_against_a_library_wherever_it_is(tmp_path: Path) -> None:
    root = tmp_path / "library"
    shutil.copytree(SHIPPED, root)
    text = (root / "scenarios" / "wifi-pairing.yaml").read_text("utf-8")
    broken = text.replace("difficulty: 1", "difficulty: one", 1)
    assert broken != text
    for place, name, content, code in (
        (root / "drafts", "fine", text, 0),
        (root / "drafts", "broken", broken, 1),
        (tmp_path, "empty", "{}", 1),
        (tmp_path, "Bad_Id", text, 1),
        (tmp_path, "fine", text, 0),
    ):
        place.mkdir(exist_ok=True)
        draft = place / f"{name}.yaml"
        draft.write_text(content, "utf-8")
        assert (f"{draft}:" in run("check", draft, "--library", root, code=code)) == bool(code)
    assert f"{root / 'drafts' / 'broken.yaml'}:" in run("check", root / "drafts" / "broken.yaml", code=1)
    (tmp_path / "draft.txt").write_text(text, "utf-8")
    assert "ends in .yaml" in run("check", tmp_path / "draft.txt", code=1)
