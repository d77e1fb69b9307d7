"""A library of scenarios, personas and product documentation, loaded from a folder."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from simulator.case import Case
from simulator.conversation import Language
from simulator.documents import DocumentError, Passage, product_languages, read_product
from simulator.scenarios.checks import check_persona, check_scenario
from simulator.scenarios.formats import Name, Persona, Scenario
from simulator.scenarios.problems import BrokenFile, Problem
from simulator.scenarios.yaml_source import Source, read_source, validate

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
        problems: of all files.
    """

    root: Path
    scenarios: dict[str, Scenario]
    personas: dict[str, Persona]
    passages: dict[str, dict[Language, tuple[Passage, ...]]] = field(repr=False)
    problems: tuple[Problem, ...]

    def personas_for(self, scenario_id: str, language: Language) -> list[str]:
        """Ids of all personas that can play a scenario in a language, the suggested ones first."""
        suggested = self.scenario(scenario_id).personas
        able = [name for name, persona in sorted(self.personas.items()) if language in persona.languages]
        return [name for name in suggested if name in able] + [name for name in able if name not in suggested]

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
        if persona is not None and persona not in able:
            raise UnknownChoice(_unknown(f"persona that speaks “{chosen}”", persona, able))
        name = persona or able[0]
        return Case(scenario_id, scenario, name, self.personas[name], chosen, seed, self.passages[scenario.product])


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1, 0.5)
    hint = f"did you mean “{near[0]}”?" if near else f"there are: {', '.join(names) or 'none'}"
    return f"there is no {what} “{name}”; {hint}"


def load_library(root: Path = SHIPPED) -> Library:
    """Loads a library folder with `scenarios/`, `personas/` and `knowledge/`.

    Never raises for what stands in the files: their problems are in the library.
    """
    problems: list[Problem] = []
    passages = _load_documents(root / "knowledge", problems)
    personas: dict[str, Persona] = {}
    broken: set[str] = set()
    for path in _files(root / "personas", problems):
        source, persona = _load(path, Persona, problems)
        found = list(check_persona(source, persona)) if source and persona else []
        problems += found
        if persona is None or found:
            broken.add(path.stem)
        else:
            personas[path.stem] = persona
    scenarios: dict[str, Scenario] = {}
    for path in _files(root / "scenarios", problems):
        source, scenario = _load(path, Scenario, problems)
        if source is None or scenario is None:
            continue
        found = list(
            check_scenario(
                source,
                scenario,
                personas=personas,
                broken_personas=frozenset(broken),
                passages=passages.get(scenario.product, {}),
            )
        )
        problems += found
        playable = any(set(p.languages) & set(scenario.languages) for p in personas.values())
        if not found and playable:
            scenarios[path.stem] = scenario
    if not problems and not scenarios:
        problems.append(Problem(root, 1, 1, "there is no scenario here: a library has scenarios/*.yaml in it"))
    return Library(root, scenarios, personas, passages, tuple(sorted(problems)))


def _files(folder: Path, problems: list[Problem]) -> list[Path]:
    files = sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))
    named = []
    for path in files:
        try:
            _ID.model_validate({"id": path.stem})
            named.append(path)
        except ValueError:
            message = "the file name is the id: use small letters, digits and single hyphens"
            problems.append(Problem(path, 1, 1, message))
    return named


class _ID(BaseModel):
    id: Name


def _load(path: Path, model: type[Model], problems: list[Problem]) -> tuple[Source | None, Model | None]:
    try:
        source = read_source(path)
    except BrokenFile as error:
        problems += error.problems
        return None, None
    value, found = validate(source, model)
    problems += found
    return source, value  # type: ignore[return-value]


def _load_documents(folder: Path, problems: list[Problem]) -> dict[str, dict[Language, tuple[Passage, ...]]]:
    documents: dict[str, dict[Language, tuple[Passage, ...]]] = {}
    for product in sorted(path for path in folder.glob("*") if path.is_dir()):
        documents[product.name] = {}
        for language in product_languages(product):
            try:
                documents[product.name][language] = read_product(product, product=product.name, language=language)
            except DocumentError as error:
                problems.append(Problem(product / language, 1, 1, str(error)))
    return documents


def content_hash(value: BaseModel) -> str:
    """SHA-256 of a file's content in canonical form: equal content, equal hash."""
    return hashlib.sha256(value.model_dump_json().encode()).hexdigest()
