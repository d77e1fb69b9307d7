"""Drafts: a scenario from pages and a brief, a translation of one, both over real HTTP."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator.cli import app
from simulator.endpoint import open_endpoint
from simulator.scenarios.library import SHIPPED, load_library
from simulator.scenarios.writing import change_yaml
from standin import Behaviour, Standin

GUIDE = (SHIPPED / "README.md").read_text("utf-8")
PAGE = "tidewell-r4/en/returns-refunds.md"


def case() -> dict[str, Any]:
    """The guide's first scenario as a model gives it."""
    box = {"page": "P9", "proof": "The original box is not required"}
    return {
        "title": "Where is my return label?",
        "trains": "aggressive",
        "field": "customer_care",
        "difficulty": 1,
        "briefing": "Robin Berg wants to send a Tidewell R4 back and has no label yet.",
        "goal": "Robin wants the label now.",
        "customer": {"name": "Robin Berg", "email": "robin.berg@mail.example", "city": "Ghent"},
        "opening": [
            "I have registered a return for my robot and there is no label. I have thrown the box away as well.",
            "I want to send my robot back and I am waiting for the label. And I no longer have the box it came in.",
        ],
        "issue": ["label", "return", "robot", "box", "parcel", "registration"],
        "facts": [
            {
                "id": "Any sturdy box",
                "label": "Any sturdy box will do",
                **box,
                "phrases": ["sturdy box", "original (box|packaging) not (need|require)"],
                "question": ["What about the box?", "Do I need the original box?", "How am I to pack it?"],
                "answer": "You do not need the original box. Please pack the robot in any sturdy box.",
            },
            {
                "id": "gold",
                "label": "Gold is refunded",
                "page": "P1",
                "proof": "All gold is refunded within the hour",
                "phrases": ["gold refund"],
                "question": ["Gold?"],
                "answer": "The gold is refunded.",
            },
        ],
        "hidden": [
            {
                "id": "registered-when",
                "label": "When the return was registered",
                "asked_by": ["register return", "(day|date) (registration|register)"],
                "ask": "When did you register the return?",
                "told": ["I registered it this morning.", "That was this morning, around eight."],
            }
        ],
        "forbidden": [
            {
                "id": "original-box",
                "label": "The original box is required",
                **box,
                "phrases": ["original (box|packaging) (need|require)"],
                "example": "You need the original box for a return.",
                "reaction": [
                    "The original box? Your own site says any sturdy box will do.",
                    "Your site says otherwise.",
                ],
            }
        ],
        "objections": [f"I have said {number} times that I am waiting." for number in range(2, 8)],
        "acceptance": ["All right, then I will wait for the e-mail.", "Fine, I have another box somewhere."],
    }


@pytest.fixture
def library(tmp_path: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_URL", standin.url)
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL", "standin")
    open_endpoint.cache_clear()
    folder = tmp_path / "library"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("schemas"))
    return folder


def run(library: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["draft", *words, "--library", str(library)])
    return done.exit_code, done.output


def test_a_draft_from_pages_and_a_brief_is_accepted_and_marked(library: Path, standin: Standin) -> None:
    standin.model.script(json.dumps(case()))
    page = str(library / "knowledge" / PAGE)
    code, said = run(library, page, "--brief", "Somebody waits for a label", "--id", "no-label")
    assert (code, "no problems" in said) == (0, True), said
    assert "left out: gold: no page says" in said
    made = load_library(library).scenarios["no-label"]
    assert [(fact.id, fact.source) for fact in made.facts] == [("any-sturdy-box", "returns-refunds#return-label")]
    assert made.unreviewed == ["en"]
    checked = CliRunner().invoke(app, ["check", str(library)])
    assert checked.exit_code == 0
    assert "not reviewed: en" in checked.output
    prompt = standin.records.chats[-1].body["messages"][-1]["content"]
    assert "Somebody waits for a label" in prompt
    assert prompt.count("<page P") == prompt.count("</page>") > 3
    code, said = run(library, page, "--brief", "Again", "--id", "no-label")
    assert code == 1


def test_what_is_missing_is_listed_by_check(library: Path, standin: Standin) -> None:
    lacking = case()
    lacking["facts"][0]["answer"] = "Please pack it well."
    lacking["objections"] = []
    standin.model.script(json.dumps(lacking))
    code, said = run(library, str(library / "knowledge" / PAGE), "--brief", "A label", "--id", "no-label")
    assert code == 1
    assert "problems to mend" in said
    assert re.search(r"no-label\.yaml:\d+:\d+: ", said)
    assert (library / "scenarios" / "no-label.yaml").is_file()


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (Behaviour(fault="refusal"), "gave no draft"),
        (Behaviour(status=401), "gave no draft"),
        (Behaviour(text=json.dumps({**case(), "difficulty": 9})), "is no case: difficulty"),
    ],
)
def test_without_a_usable_answer_nothing_is_written(
    library: Path, standin: Standin, behaviour: Behaviour, told: str
) -> None:
    standin.model.script(behaviour)
    code, said = run(library, str(library / "knowledge" / PAGE), "--brief", "A label", "--id", "no-label")
    assert code == 1
    assert told in said
    assert not (library / "scenarios" / "no-label.yaml").exists()


def test_pages_from_elsewhere_and_missing_words_are_told(library: Path, tmp_path: Path) -> None:
    stray = tmp_path / "page.md"
    stray.write_text("# Page\n\nText.", "utf-8")
    assert "put it there first" in run(library, str(stray), "--brief", "x", "--id", "y")[1]
    assert "give pages and --brief" in run(library, "--id", "y")[1]
    assert "--id" in run(library, str(library / "knowledge" / PAGE), "--brief", "x")[1]
    other = str(library / "knowledge" / "larderly" / "en" / "billing.md")
    assert "one product" in run(library, str(library / "knowledge" / PAGE), other, "--brief", "x", "--id", "y")[1]


def listed(body: Any) -> list[str]:
    """The texts of a request to translate, a line each."""
    prompt: str = body["messages"][-1]["content"]
    return [line for line in prompt[prompt.index("# Texts") :].splitlines() if line.startswith("{")]


def echo(body: Any) -> str:
    """A translator that gives the texts back as they are."""
    texts = [json.loads(line) for line in listed(body)]
    return json.dumps({"texts": [{"id": each["id"], "text": each["text"]} for each in texts]})


@pytest.fixture
def translator(library: Path) -> Callable[[Any], str]:
    """What a shipped scenario has in Spanish is taken out of it; this model knows it."""
    path = library / "scenarios" / "late-refund.yaml"
    known: dict[str, str] = {}

    def forget(value: Any) -> None:
        if isinstance(value, dict):
            if "es" in value and "en" in value:
                pairs = [v if isinstance(v, list) else [v] for v in (value["en"], value.pop("es"))]
                known.update({str(en): str(es) for en, es in zip_longest(*pairs, fillvalue=pairs[1][-1])})
            for each in value.values():
                forget(each)
        elif isinstance(value, list):
            if "es" in value:
                value.remove("es")
            for each in value:
                forget(each)

    path.write_text(change_yaml(path.read_text("utf-8"), forget), "utf-8")
    assert load_library(library).problems == ()

    def translate(body: Any) -> str:
        texts = json.loads(echo(body))["texts"]
        return json.dumps({"texts": [{"id": each["id"], "text": known.get(each["text"], "")} for each in texts]})

    return translate


SPANISH = ("--translate", "late-refund", "--to", "es")


def test_a_translation_has_every_text_and_is_marked(
    library: Path, standin: Standin, translator: Callable[[Any], str]
) -> None:
    standin.model.answer = translator
    path = library / "scenarios" / "late-refund.yaml"
    before = path.read_text("utf-8").splitlines()
    code, said = run(library, *SPANISH, "--force")
    assert "not reviewed: es" in said or code == 1, said
    made = path.read_text("utf-8")
    assert "unreviewed:" in made
    added = [line for line in made.splitlines() if line not in before]
    assert all(re.match(r"\s*(es:|- |languages|unreviewed)", line) for line in added if line.strip()), added[:5]
    assert [line for line in before if line not in made.splitlines() and "languages:" not in line] == []


def test_the_texts_of_an_item_are_translated_together(
    library: Path, standin: Standin, translator: Callable[[Any], str]
) -> None:
    standin.model.answer = translator
    run(library, *SPANISH)
    seen: list[set[str]] = []
    for call in standin.records.chats:
        prompt = call.body["messages"][-1]["content"]
        seen.append({json.loads(line)["item"] for line in prompt.splitlines() if line.startswith('{"id"')})
    assert len(seen) > 1
    assert sum(map(len, seen)) == len(set().union(*seen))


def test_a_translation_with_problems_does_not_take_the_scenario_away(
    library: Path, standin: Standin, translator: Callable[[Any], str]
) -> None:
    def fits_no_phrase(body: Any) -> str:
        texts = json.loads(translator(body))["texts"]
        kinds = {n: '"kind": "phrase"' in line for n, line in enumerate(listed(body), start=1)}
        return json.dumps({"texts": [{**each, "text": "zanahoria"} if kinds[each["id"]] else each for each in texts]})

    standin.model.answer = fits_no_phrase
    path, aside = library / "scenarios" / "late-refund.yaml", library / "drafts" / "late-refund.yaml"
    before = path.read_text("utf-8")
    code, said = run(library, *SPANISH)
    assert code == 1
    assert re.search(r"drafts/late-refund\.yaml:\d+:\d+: ", said)
    assert "left as it was" in said
    assert path.read_text("utf-8") == before
    assert "zanahoria" in aside.read_text("utf-8")
    assert load_library(library).problems == ()
    code, said = run(library, *SPANISH)
    assert (code, "is there already" in said) == (1, True)
    code, said = run(library, *SPANISH, "--force")
    assert code == 1
    assert "zanahoria" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda text: text.replace("661,90", "661,99"), "opening: other numbers or {names} than"),
        (
            lambda text: "Das hat die Bank immer noch nicht auf mein Konto überwiesen." if "661" in text else text,
            "not in",
        ),
        (lambda text: "¿Y qué hago yo ahora con todo esto?" if "?" in text else text, "the same as another text"),
    ],
)
def test_what_is_doubtful_is_told(
    library: Path, standin: Standin, translator: Callable[[Any], str], spoil: Callable[[str], str], told: str
) -> None:
    def spoiled(body: Any) -> str:
        texts = json.loads(translator(body))["texts"]
        return json.dumps({"texts": [{**each, "text": spoil(each["text"])} for each in texts]})

    standin.model.answer = translator
    assert "look at:" not in run(library, *SPANISH, "--out", "-")[1]
    standin.model.answer = spoiled
    said = run(library, *SPANISH, "--out", "-")[1]
    assert told in said.partition("\n---")[0]


def test_a_text_that_was_not_translated_is_told(
    library: Path, standin: Standin, translator: Callable[[Any], str]
) -> None:
    def lazy(body: Any) -> str:
        texts, own = json.loads(translator(body))["texts"], json.loads(echo(body))["texts"]
        short = [len(each["text"].split()) < 8 for each in own]
        return json.dumps({"texts": [b if keep else a for a, b, keep in zip(texts, own, short, strict=True)]})

    standin.model.answer = lazy
    assert "not translated: “" in run(library, *SPANISH, "--out", "-")[1]


def test_a_translation_into_another_language_is_none(library: Path, standin: Standin) -> None:
    standin.model.answer = echo
    path = library / "scenarios" / "battery-warning.yaml"
    before = path.read_text("utf-8")
    code, said = run(library, "--translate", "battery-warning", "--to", "de")
    assert code == 1
    assert "answered in another language (en) than “de”" in said
    assert path.read_text("utf-8") == before


def test_texts_that_a_model_leaves_out_are_no_translation(library: Path, standin: Standin) -> None:
    standin.model.answer = lambda body: json.dumps({"texts": json.loads(echo(body))["texts"][1:]})
    path = library / "scenarios" / "battery-warning.yaml"
    before = path.read_text("utf-8")
    code, said = run(library, "--translate", "battery-warning", "--to", "de")
    assert code == 1
    assert "left out 1 of" in said
    assert str(path) in said
    assert path.read_text("utf-8") == before


@pytest.mark.parametrize("texts", [None, 5, {"1": "eins"}, "eins"])
def test_texts_that_are_no_list_are_no_translation(library: Path, standin: Standin, texts: object) -> None:
    standin.model.answer = lambda body: json.dumps({"texts": texts})
    code, said = run(library, "--translate", "battery-warning", "--to", "de")
    assert code == 1
    assert "left out" in said


def test_nothing_is_written_over_unasked_and_no_call_is_made_for_it(library: Path, standin: Standin) -> None:
    there = library / "scenarios" / "late-refund.yaml"
    before = there.read_text("utf-8")
    page = str(library / "knowledge" / PAGE)
    for words in (
        (page, "--brief", "x", "--id", "late-refund"),
        (page, "--brief", "x", "--out", str(there)),
        ("--translate", "battery-warning", "--to", "de", "--out", str(there)),
    ):
        code, said = run(library, *words)
        assert (code, "--force" in said) == (1, True)
    assert there.read_text("utf-8") == before
    assert standin.records.chats == []
    standin.model.script(json.dumps(case()))
    code, _ = run(library, page, "--brief", "x", "--id", "late-refund", "--force")
    assert "Robin Berg" in there.read_text("utf-8")


def test_a_process_that_is_killed_leaves_no_half_file(
    library: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(path: Path, text: str, encoding: str) -> int:
        with path.open("w", encoding=encoding) as file:
            file.write(text[: len(text) // 2])
        raise Killed

    standin.model.script(json.dumps(case()))
    monkeypatch.setattr(Path, "write_text", killed)
    with pytest.raises(Killed):
        CliRunner().invoke(
            app,
            ["draft", str(library / "knowledge" / PAGE), "--brief", "x", "--id", "no-label", "--library", str(library)],
            catch_exceptions=False,
        )
    assert not (library / "scenarios" / "no-label.yaml").exists()
    assert load_library(library).problems == ()


def test_a_draft_may_take_longer_than_a_message(
    library: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_TOTAL_SECONDS", "0.5")
    standin.model.script(Behaviour(text=json.dumps(case()), first_token=1))
    page = str(library / "knowledge" / PAGE)
    assert run(library, page, "--brief", "x", "--id", "no-label")[0] == 0


def test_a_language_that_is_there_is_told(library: Path) -> None:
    assert "in “ru” already" in run(library, "--translate", "late-refund", "--to", "ru")[1]
    assert "there is no language" in run(library, "--translate", "late-refund", "--to", "fr")[1]
    code, said = run(library, "--translate", "nosuch", "--to", "es")
    assert (code, "there is no scenario “nosuch”" in said) == (1, True)
    broken = library / "scenarios" / "late-refund.yaml"
    broken.write_text("title: 1", "utf-8")
    assert "without problems" in run(library, "--translate", "late-refund", "--to", "es")[1]


@pytest.mark.parametrize("id", ["../../outside", "Bad_ID", "a b", "x.yaml", "-x"])
def test_an_id_that_is_none_is_told_before_a_call(library: Path, standin: Standin, id: str) -> None:
    code, said = run(library, str(library / "knowledge" / PAGE), "--brief", "x", f"--id={id}")
    assert (code, "small letters, digits and single hyphens" in said) == (1, True)
    assert standin.records.chats == []
    assert not list(library.parent.glob("*.yaml"))


@pytest.mark.parametrize(
    ("out", "told"),
    [
        (".", "this is a folder"),
        ("nowhere/label.yaml", "make the folder"),
        ("label.txt", "the file name is the id"),
        ("Bad_ID.yaml", "the file name is the id"),
    ],
)
def test_a_place_that_cannot_be_written_is_told_before_a_call(
    library: Path, standin: Standin, out: str, told: str
) -> None:
    page = str(library / "knowledge" / PAGE)
    for words in ((page, "--brief", "x"), ("--translate", "battery-warning", "--to", "de")):
        code, said = run(library, *words, "--out", str(library.parent / out))
        assert (code, told in said) == (1, True), said
    assert standin.records.chats == []


def test_a_draft_is_checked_against_the_library_wherever_it_is_written(library: Path, standin: Standin) -> None:
    lacking = {**case(), "facts": [], "hidden": [], "forbidden": []}
    page, path = str(library / "knowledge" / PAGE), library.parent / "label.yaml"
    standin.model.script(json.dumps(lacking))
    code, said = run(library, page, "--brief", "x", "--out", str(path))
    assert (code, "problems to mend" in said) == (1, True)
    assert f"{path}:" in said
    checked = CliRunner().invoke(app, ["check", str(path), "--library", str(library)])
    assert (checked.exit_code, f"{path}:" in checked.output) == (1, True)
    standin.model.script(json.dumps(case()))
    code, said = run(library, page, "--brief", "x", "--out", str(path), "--force")
    assert (code, "written; no problems" in said, f"{path}: not reviewed: en" in said) == (0, True, True)


def test_a_draft_that_cannot_be_written_is_printed(
    library: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    standin.model.script(json.dumps(case()))
    monkeypatch.setattr(Path, "replace", full)
    code, said = run(library, str(library / "knowledge" / PAGE), "--brief", "x", "--id", "no-label")
    assert (code, "No space left" in said, "Where is my return label?" in said) == (1, True, True)


def test_a_translation_left_aside_is_told_before_a_call(library: Path, standin: Standin) -> None:
    aside = library / "drafts" / "battery-warning.yaml"
    aside.parent.mkdir()
    aside.write_text("mine", "utf-8")
    code, said = run(library, "--translate", "battery-warning", "--to", "de")
    assert (code, str(aside) in said, standin.records.chats) == (1, True, [])
    assert aside.read_text("utf-8") == "mine"
