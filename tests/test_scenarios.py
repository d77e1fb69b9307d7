"""Author files: what may stand in them, and what is said of everything that may not.

Every file in `broken_files/` is named after a rule of the loader. It says which file of the small library in
`broken_files/valid` is changed (`old` becomes `new`, or the whole file does) and all the problems that come of it.
"""

from __future__ import annotations

import itertools
import re
import shutil
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simulator import ticket
from simulator.mood import effects
from simulator.observation import conveys, read
from simulator.scenarios import desk_format, formats
from simulator.scenarios.checks import FEWEST_LINES, PLACEHOLDERS
from simulator.scenarios.fields import Format
from simulator.scenarios.library import SHIPPED, Library, UnknownChoice, load_library
from simulator.scenarios.rehearsal import rehearse
from simulator.scenarios.schemas import render_schemas
from simulator.scoring import pass_marks

BROKEN_FILES = Path(__file__).parent / "broken_files"
VALID = BROKEN_FILES / "valid"
GUIDE = (SHIPPED / "README.md").read_text("utf-8")
SCENARIO, PERSONA = "scenarios/late-parcel.yaml", "personas/plain.yaml"


@dataclass(frozen=True)
class Rule:
    """One way to break the valid library.

    Args:
        file: which file is changed.
        name: what it is saved as; the same file if not given.
        encoding: what it is saved in.
        edits: texts that stand there once, each with what they become; none for the whole file.
        problems: "file:line:column" and message of each problem.
    """

    file: str
    name: str
    encoding: str
    edits: list[tuple[str | None, str]]
    problems: list[tuple[str, str]]

    @classmethod
    def read(cls, path: Path) -> Rule:
        data: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        edits = data.get("edits", [data] if "new" in data else [])
        return cls(
            file=data["file"],
            name=data.get("name", data["file"]),
            encoding=data.get("encoding", "utf-8"),
            edits=[(edit.get("old"), edit["new"]) for edit in edits],
            problems=[(problem["at"], problem["says"]) for problem in data.get("problems", [])],
        )

    def apply(self, root: Path) -> None:
        text = (root / self.file).read_text("utf-8")
        for old, new in self.edits:
            assert old is None or text.count(old) == 1, f"{old!r} has to stand in {self.file} once"
            text = new if old is None else text.replace(old, new)
        (root / self.name).write_bytes(text.encode(self.encoding))


def copy_library(root: Path) -> None:
    """The valid library, with a second scenario, persona and product that nothing of the first can break.

    Two more personas speak other languages: `english` en and de, `german` de and es.
    """
    shutil.copytree(VALID, root)
    shutil.copytree(root / "knowledge" / "parcel-post", root / "knowledge" / "other")
    scenario, persona = (root / SCENARIO).read_text("utf-8"), (root / PERSONA).read_text("utf-8")
    other = scenario.replace("[plain]", "[other]").replace("parcel-post", "other")
    (root / "scenarios" / "other.yaml").write_text(other, "utf-8")
    (root / "personas" / "other.yaml").write_text(persona, "utf-8")
    english = re.sub(r"\bru\b", "de", persona)
    (root / "personas" / "english.yaml").write_text(english, "utf-8")
    german = re.sub(r"\ben\b", "es", english)
    (root / "personas" / "german.yaml").write_text(german, "utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    copy_library(tmp_path / "library")
    return tmp_path / "library"


def problems_of(library: Library) -> list[tuple[str, str]]:
    """ "file:line:column" and message of each problem, files relative to the library."""
    return [
        (f"{problem.path.relative_to(library.root).as_posix()}:{problem.line}:{problem.column}", problem.message)
        for problem in library.problems
    ]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_the_valid_library_has_no_problems(root: Path) -> None:
    library = load_library(root)
    assert problems_of(library) == []
    assert set(library.scenarios) == {"late-parcel", "other"}
    assert set(library.personas) == {"plain", "other", "english", "german"}


@pytest.mark.parametrize("path", sorted(BROKEN_FILES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_broken_file_is_named_and_the_others_are_usable(path: Path, root: Path) -> None:
    rule = Rule.read(path)
    rule.apply(root)
    library = load_library(root)
    assert problems_of(library) == rule.problems
    assert rule.problems
    assert "other" in library.scenarios
    used = {f"scenarios/{name}.yaml" for name in library.scenarios} | {
        f"personas/{name}.yaml" for name in library.personas
    }
    assert used.isdisjoint(at.split(":")[0] for at, _ in rule.problems)


@pytest.mark.parametrize(
    ("content", "at", "says"),
    [
        ("#" * 2_000_001, "1:1", "the file is larger than 2 MB: split it, or take out what is not text"),
        ("[" * 5_000, "1:1", "the file is nested too deeply: check the brackets"),
        (f'title: {{en: "{"x" * 2_001}"}}', "1:13", "the text has 2001 characters: shorten it to 2000"),
    ],
    ids=["file-too-large", "nested-too-deeply", "text-too-long"],
)
def test_a_file_of_an_absurd_size_is_named(root: Path, content: str, at: str, says: str) -> None:
    (root / SCENARIO).write_text(content, "utf-8")
    library = load_library(root)
    assert (f"{SCENARIO}:{at}", says) in problems_of(library)
    assert set(library.scenarios) == {"other"}


def test_a_file_that_cannot_be_read_is_named(root: Path) -> None:
    (root / SCENARIO).unlink()
    (root / SCENARIO).mkdir()
    library = load_library(root)
    [(at, says)] = problems_of(library)
    assert at == f"{SCENARIO}:1:1"
    assert says.startswith("the file cannot be read (")
    assert set(library.scenarios) == {"other"}


def test_a_folder_without_scenarios_is_no_library(tmp_path: Path) -> None:
    assert problems_of(load_library(tmp_path)) == [
        (".:1:1", "there is no scenario here: a library has scenarios/*.yaml in it")
    ]


def test_words_that_other_readers_take_for_numbers_and_truth_are_texts(root: Path) -> None:
    change(root / SCENARIO, 'goal: {en: "Kim wants the parcel.", ru: "Ким ждёт посылку."}', "goal: {en: no, ru: on}")
    change(root / SCENARIO, '"It is A 12."', "1:30")
    change(root / SCENARIO, '"Kim Lee"', "010")
    library = load_library(root)
    assert problems_of(library) == []
    scenario = library.scenario("late-parcel")
    assert scenario.goal == {"en": "no", "ru": "on"}
    assert scenario.hidden[0].told["en"] == ["1:30"]
    assert scenario.record.customer.name == "010"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(root: Path) -> None:
    before = load_library(root)
    for path in root.rglob("*.*"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    after = load_library(root)
    assert problems_of(after) == []
    assert (after.scenarios, after.personas, after.passages) == (before.scenarios, before.personas, before.passages)


def test_places_are_right_in_a_file_with_windows_line_ends(root: Path) -> None:
    change(root / SCENARIO, "trains: aggressive", "trains: agressive")
    text = (root / SCENARIO).read_bytes()
    (root / SCENARIO).write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert [at for at, _ in problems_of(load_library(root))] == [f"{SCENARIO}:2:9"]


def test_a_scenario_is_played_by_another_persona_while_its_own_is_broken(root: Path) -> None:
    change(root / PERSONA, "inertia: 0.3", "inertia: 3")
    library = load_library(root)
    assert library.personas_for("late-parcel", "ru") == ["other"]
    assert library.cast("late-parcel", language="ru").persona_id == "other"


def test_only_those_play_who_speak_what_is_needed(root: Path) -> None:
    assert load_library(root).personas_for("late-parcel", "en") == ["plain", "english", "other"]
    change(root / SCENARIO, "record:", "speech: {style: switches, after: 2, to: {en: ru, ru: en}}\nrecord:")
    library = load_library(root)
    assert library.personas_for("late-parcel", "en") == ["plain", "other"]
    with pytest.raises(UnknownChoice, match=r"persona .*“english”; there are: plain, other"):
        library.cast("late-parcel", persona="english")


def test_nobody_left_to_play_is_said(root: Path) -> None:
    for name in ("plain", "other"):
        (root / "personas" / f"{name}.yaml").write_text("", "utf-8")
    with pytest.raises(UnknownChoice, match=r"in “ru”.*there are: none"):
        load_library(root).cast("late-parcel", language="ru")


def test_the_shipped_library_has_no_problems() -> None:
    assert [str(problem) for problem in load_library().problems] == []


@pytest.mark.parametrize("name", ["scenario.schema.json", "persona.schema.json", "macros.schema.json"])
def test_the_shipped_schemas_are_fresh(name: str) -> None:
    assert (SHIPPED / "schemas" / name).read_text("utf-8") == render_schemas()[name]


def table(first_heading: str) -> list[list[str]]:
    """The rows of the guide's table whose first column has this heading."""
    lines = GUIDE.split(f"\n| {first_heading} |", 1)[1].splitlines()[2:]
    rows = [
        re.split(r"(?<!\\)\|", line)[1:-1] for line in itertools.takewhile(lambda line: line.startswith("|"), lines)
    ]
    return [[cell.strip().strip("`").replace("\\|", "|") for cell in row] for row in rows]


def test_the_example_of_the_guide_works(tmp_path: Path) -> None:
    example = re.search(r"^ +```yaml\n(.*?)^ +```", GUIDE, re.DOTALL | re.MULTILINE)
    assert example is not None
    for folder in ("personas", "knowledge"):
        shutil.copytree(SHIPPED / folder, tmp_path / folder)
    (tmp_path / "scenarios").mkdir()
    text = textwrap.dedent(example[1])
    (tmp_path / "scenarios" / "missing-label.yaml").write_text(text, "utf-8")
    library = load_library(tmp_path)
    assert problems_of(library) == []
    for persona in library.scenario("missing-label").personas:
        assert not [result for result in rehearse(library.cast("missing-label", persona=persona)) if result.problems]


@pytest.mark.parametrize(("phrase", "reply", "matches"), table("Phrase"))
def test_the_phrases_of_the_guide_match_as_it_says(phrase: str, reply: str, matches: str) -> None:
    assert (conveys([phrase], read(reply, "en")) is not None) is matches.startswith("yes")


def test_the_beats_of_the_guide_are_those_of_the_loader() -> None:
    beats = {beat: (int(fewest), placeholder.strip("{}")) for beat, _, fewest, placeholder in table("Beat")}
    assert beats == {beat: (fewest, PLACEHOLDERS.get(beat, "")) for beat, fewest in FEWEST_LINES.items()}


def test_the_moves_of_the_guide_are_those_of_the_mood() -> None:
    assert {move: kind for move, _, kind in table("Move")} == {move: effect.kind for move, effect in effects().items()}


def codes(cell: str) -> set[str]:
    """The words of a cell that stand between backticks."""
    return set(re.findall(r"`(\w+)`", f"`{cell}`"))


def test_the_actions_of_the_guide_are_those_of_the_desk() -> None:
    told = {action: (codes(fields), verified == "yes") for action, _, fields, verified in table("Action")}
    assert told == {
        name: (
            {*action.fields, *(value for field in action.fields.values() for value in field.choices)},
            action.changes_account,
        )
        for name, action in ticket.table().actions.items()
    }


def test_the_choices_of_the_guide_are_those_of_the_form() -> None:
    told = {key: codes(meaning) for key, meaning in table("Key of the desk")}
    form = ticket.table().form
    assert {key: told[key] for key in form} == {key: set(choices) for key, choices in form.items()}


def test_the_pass_marks_of_the_guide_are_those_of_the_rubric(root: Path) -> None:
    [[_, *marks]] = table("`pass_marks`")
    heading = re.search(r"^\| `pass_marks` \|(.*)$", GUIDE, re.MULTILINE)
    assert heading is not None
    names = re.findall(r"`(\w+)`", heading[1])
    told = {name: float(mark) for name, mark in zip(names, marks, strict=True)}
    assert told == pass_marks(load_library(root).cast("late-parcel"))


def test_the_macros_of_the_guide_work(root: Path) -> None:
    [example] = [block for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if block.startswith("macros:")]
    (root / "macros" / "parcel-post.yaml").write_text(example, "utf-8")
    library = load_library(root)
    assert problems_of(library) == []
    assert list(library.macros["parcel-post"]) == ["label-time"]


def test_macros_are_loaded_by_product_and_a_product_may_have_none(root: Path) -> None:
    macros = load_library(root).macros
    assert set(macros) == {"parcel-post"}
    assert macros["parcel-post"]["greeting"].text["en"] == "Hello {customer}."


def test_a_broken_file_of_macros_leaves_the_scenarios_usable(root: Path) -> None:
    change(root / "macros" / "parcel-post.yaml", "[delivery]", "[deliveries]")
    library = load_library(root)
    assert set(library.scenarios) == {"late-parcel", "other"}
    assert library.macros == {}


def test_a_scenario_without_a_desk_is_in_order(root: Path) -> None:
    text = (root / SCENARIO).read_text("utf-8")
    (root / SCENARIO).write_text(text.split("desk:")[0], "utf-8")
    library = load_library(root)
    assert problems_of(library) == []
    assert library.scenario("late-parcel").desk is None


def test_amounts_and_orders_on_the_desk_may_be_written_otherwise_than_in_the_record(root: Path) -> None:
    order = '{id: "PP-1001", item: {en: "P", ru: "П"}, placed: 2026-09-14, amount: "5 EUR", status: {en: "S", ru: "О"}}'
    change(root / SCENARIO, "since: 2026-09-14}", f"since: 2026-09-14}}\n  orders: [{order}]")
    change(
        root / SCENARIO, "    - action: refund", '    - action: refund\n      fields: {order: pp-1001, amount: "€5,00"}'
    )
    assert problems_of(load_library(root)) == []


def test_the_guide_tells_of_every_key() -> None:
    models = [
        model
        for module in (formats, desk_format)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, Format)
    ]
    keys = {key for model in models for key in model.model_fields}
    assert {key for key in keys if f"`{key}`" not in GUIDE} == set()
