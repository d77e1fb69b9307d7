"""A library of scenarios, personas, product documentation and macros, loaded from a folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from simulator.case import Case
from simulator.conversation import LANGUAGES, Language
from simulator.documents import DocumentError, Passage, product_languages, split_page
from simulator.scenarios.checks import can_play, check_persona, check_scenario
from simulator.scenarios.desk_checks import check_macros
from simulator.scenarios.desk_format import Macro, MacroFile
from simulator.scenarios.fields import Name
from simulator.scenarios.formats import Persona, Scenario
from simulator.scenarios.problems import BrokenFile, Problem, closest
from simulator.scenarios.yaml_source import Source, read_source, read_text, validate

SHIPPED = Path(__file__).resolve().parents[2] / "scenario_library"
"""The library that comes with the program."""

Model = TypeVar("Model", bound=BaseModel)


class UnknownChoice(LookupError):
    """A scenario, persona or language that is not there; the message names those that are."""


@dataclass(frozen=True)
class Library:
    """What could be loaded, and what could not: a broken file leaves the others usable.

    Args:
        root: the folder.
        scenarios: by id.
        personas: by id.
        passages: documentation by product and language.
        macros: by product and id; nothing for a product that has none.
        problems: of all files.
    """

    root: Path
    scenarios: dict[str, Scenario]
    personas: dict[str, Persona]
    passages: dict[str, dict[Language, tuple[Passage, ...]]] = field(repr=False)
    macros: dict[str, dict[str, Macro]] = field(repr=False)
    problems: tuple[Problem, ...]

    def personas_for(self, scenario_id: str, language: Language) -> list[str]:
        """Ids of all personas that can play a scenario in a language, the suggested ones first."""
        scenario = self.scenario(scenario_id)
        able = [name for name, persona in sorted(self.personas.items()) if can_play(persona, scenario, language)]
        suggested = [name for name in scenario.personas if name in able]
        return suggested + [name for name in able if name not in suggested]

    def scenario(self, id: str) -> Scenario:
        """The scenario of an id.

        Raises:
            UnknownChoice: there is none, or its file has problems.
        """
        if id not in self.scenarios:
            raise UnknownChoice(_unknown("scenario", id, self.scenarios))
        return self.scenarios[id]

    def cast(
        self, scenario_id: str, *, persona: str | None = None, language: Language | None = None, seed: int = 0
    ) -> Case:
        """Casts a scenario.

        Args:
            scenario_id: id of the scenario.
            persona: id of the persona; else the first suggested one that speaks the language.
            language: what the customer starts in; else the scenario's first.
            seed: decides between lines that fit equally.

        Raises:
            UnknownChoice: the scenario, persona or language is not there.
        """
        scenario = self.scenario(scenario_id)
        chosen = language or scenario.languages[0]
        if chosen not in scenario.languages:
            raise UnknownChoice(_unknown(f"language of “{scenario_id}”", chosen, scenario.languages))
        able = self.personas_for(scenario_id, chosen)
        name = persona or next(iter(able), "")
        if name not in able:
            raise UnknownChoice(_unknown(f"persona that can play in “{chosen}”", name, able))
        return Case(scenario_id, scenario, name, self.personas[name], chosen, seed, self.passages[scenario.product])


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    hint = closest(name, known) or f"there are: {', '.join(known) or 'none'}"
    return f"there is no {what} “{name}”; {hint}"


def load_library(root: Path = SHIPPED) -> Library:
    """Loads a library folder with `scenarios/`, `personas/`, `knowledge/` and `macros/`.

    Never raises for what stands in the files: their problems are in the library.
    """
    problems: list[Problem] = []
    passages = _load_documents(root / "knowledge", problems)
    personas: dict[str, Persona] = {}
    broken: set[str] = set()
    for path in _files(root / "personas", problems):
        persona = _load(path, Persona, check_persona, problems)
        if persona is None:
            broken.add(path.stem)
        else:
            personas[path.stem] = persona
    check = partial(check_scenario, personas=personas, broken_personas=frozenset(broken), documentation=passages)
    scenarios: dict[str, Scenario] = {}
    for path in _files(root / "scenarios", problems):
        scenario = _load(path, Scenario, check, problems)
        if scenario and any(
            can_play(p, scenario, language) for p in personas.values() for language in scenario.languages
        ):
            scenarios[path.stem] = scenario
    macros: dict[str, dict[str, Macro]] = {}
    for path in _files(root / "macros", problems):
        file = _load(path, MacroFile, partial(check_macros, documentation=passages), problems)
        if file is not None:
            macros[path.stem] = file.macros
    if not problems and not scenarios:
        problems.append(Problem(root, 1, 1, "there is no scenario here: a library has scenarios/*.yaml in it"))
    return Library(root, scenarios, personas, passages, macros, tuple(sorted(problems)))


class _ID(BaseModel):
    id: Name


def _files(folder: Path, problems: list[Problem]) -> list[Path]:
    """The author files of a folder, by id; a file that could be meant as one is never passed over in silence."""
    files: dict[str, Path] = {}
    for path in sorted(path for path in folder.glob("*") if not path.name.startswith(".")):
        if path.suffix not in (".yaml", ".yml"):
            if re.search(r"\.ya?ml", path.name, re.IGNORECASE):
                problems.append(
                    Problem(path, 1, 1, "the file is not read: rename it so that it ends in .yaml, or delete it")
                )
            continue
        try:
            _ID(id=path.stem)
        except ValueError:
            message = "the file name is the id: use small letters, digits and single hyphens, such as late-refund.yaml"
            problems.append(Problem(path, 1, 1, message))
            continue
        if path.stem in files:
            message = f"the id “{path.stem}” is taken (by {files[path.stem].name}): rename or delete one of the two"
            problems.append(Problem(path, 1, 1, message))
            continue
        files[path.stem] = path
    return list(files.values())


def _load(
    path: Path,
    model: type[Model],
    check: Callable[[Source, Model, frozenset[str]], Iterable[Problem]],
    problems: list[Problem],
) -> Model | None:
    """What a file holds, or None if it has problems."""
    try:
        source = read_source(path)
    except BrokenFile as error:
        problems += error.problems
        return None
    checked = validate(source, model)
    found = [*source.problems, *checked.problems, *check(source, checked.value, checked.sound)]
    problems += found
    return None if found else checked.value


def _load_documents(folder: Path, problems: list[Problem]) -> dict[str, dict[Language, tuple[Passage, ...]]]:
    documents: dict[str, dict[Language, tuple[Passage, ...]]] = {}
    for product in sorted(path for path in folder.glob("*") if path.is_dir()):
        for path in sorted(product.rglob("*.md")):
            if path.parent.parent != product or path.parent.name not in LANGUAGES:
                message = f"the page is not read: move it to {product.name}/<language>/, one of {', '.join(LANGUAGES)}"
                problems.append(Problem(path, 1, 1, message))
        documents[product.name] = {
            language: tuple(_read_pages(product / language, product.name, language, problems))
            for language in product_languages(product)
        }
    return documents


def _read_pages(folder: Path, product: str, language: Language, problems: list[Problem]) -> Iterator[Passage]:
    """The passages of the pages in a folder; a broken page leaves the others usable."""
    for path in sorted(folder.glob("*.md")):
        try:
            yield from split_page(read_text(path), product=product, language=language, page=path.stem)
        except BrokenFile as error:
            problems += error.problems
        except DocumentError as error:
            # The error says "<page>.md:<line>: <what to do>".
            _, line, message = re.split(r"\.md:(\d+): ", str(error), maxsplit=1)
            problems.append(Problem(path, int(line), 1, message))
