"""What a file cannot say about itself: translations, ids, sources, phrases and lines that must fit together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import get_args

from simulator.conversation import LANGUAGES, Language
from simulator.documents import Passage
from simulator.observation import PhraseError, conveys, parse_phrase, read, requests
from simulator.scenarios.formats import BeatName, Persona, Scenario
from simulator.scenarios.problems import Problem
from simulator.scenarios.yaml_source import Source, Where

PLACEHOLDERS: dict[BeatName, str] = {
    "open": "opening",
    "answer": "told",
    "ask": "question",
    "repeat": "question",
    "object": "objection",
    "doubt": "reaction",
    "accept": "acceptance",
}
"""What a beat's lines must have room for; the other beats have no placeholder."""

FEWEST_LINES: dict[BeatName, int] = {
    "open": 3,
    "answer": 6,
    "ask": 8,
    "repeat": 10,
    "object": 8,
    "doubt": 5,
    "wrong_language": 8,
    "offended": 10,
    "unheard": 10,
    "lost": 6,
    "soften": 6,
    "stall": 5,
    "nudge": 4,
    "supervisor": 3,
    "give_up": 3,
    "leave": 3,
    "accept": 4,
    "close": 4,
    "handed_over": 2,
}
"""So many lines a language keep a customer from repeating itself within ten replies."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_persona(source: Source, persona: Persona) -> Iterator[Problem]:
    """The problems of a persona that fits the format."""
    yield from _translations(source, persona.languages, persona.model_dump(exclude={"lines"}), ())
    for language in persona.languages:
        if language not in persona.lines:
            yield source.problem(
                ("lines",), f"there are no lines in “{language}”: write them, or take it out of languages"
            )
    for language, beats in persona.lines.items():
        if language not in persona.languages:
            yield source.problem(
                ("lines", language), f"“{language}” is not in languages: add it there, or delete the lines"
            )
        for beat in get_args(BeatName):
            yield from _check_beat(source, persona, language, beat)
        every = [line for bands in beats.values() for lines in bands.values() for line in lines]
        for line, count in Counter(every).items():
            if count > 1:
                where = _where_is(persona, language, line)
                yield source.problem(
                    where, f"the line “{line}” is here {count} times in “{language}”: write another one"
                )


def _check_beat(source: Source, persona: Persona, language: Language, beat: BeatName) -> Iterator[Problem]:
    bands = persona.lines[language].get(beat, {})
    where: Where = ("lines", language, beat)
    count = sum(len(lines) for lines in bands.values())
    if count < FEWEST_LINES[beat]:
        yield source.problem(
            where,
            f"“{beat}” has {count} lines in “{language}”, it needs {FEWEST_LINES[beat]}: a customer must not repeat itself",
        )
    wanted = PLACEHOLDERS.get(beat)
    for heat, lines in bands.items():
        for place, line in enumerate(lines):
            at = (*where, heat, place)
            found = _PLACEHOLDER.findall(line)
            for name in found:
                if name != wanted:
                    room = f"“{beat}” has {{{wanted}}}" if wanted else f"“{beat}” has none"
                    yield source.problem(at, f"unknown placeholder {{{name}}}: {room}")
            if wanted and wanted not in found:
                yield source.problem(
                    at, f"{{{wanted}}} is missing: without it the customer does not say what it has to"
                )


def _where_is(persona: Persona, language: Language, line: str) -> Where:
    places = [
        ("lines", language, beat, heat, place)
        for beat, bands in persona.lines[language].items()
        for heat, lines in bands.items()
        for place, other in enumerate(lines)
        if other == line
    ]
    return places[-1]


def check_scenario(
    source: Source,
    scenario: Scenario,
    *,
    personas: dict[str, Persona],
    broken_personas: frozenset[str],
    passages: dict[Language, tuple[Passage, ...]],
) -> Iterator[Problem]:
    """The problems of a scenario that fits the format.

    Args:
        personas: the personas that could be loaded.
        broken_personas: ids of persona files with problems of their own, told elsewhere.
        passages: the documentation of the scenario's product, by language; empty if there is none.
    """
    yield from _translations(source, scenario.languages, scenario.model_dump(mode="json", exclude={"speech"}), ())
    yield from _ids(source, scenario)
    yield from _speech(source, scenario)
    for place, name in enumerate(scenario.personas):
        if name in broken_personas:
            continue
        if name not in personas:
            known = ", ".join(sorted(personas)) or "none"
            yield source.problem(("personas", place), f"there is no persona “{name}”: choose of {known}")
        elif not set(personas[name].languages) & set(scenario.languages):
            yield source.problem(
                ("personas", place), f"“{name}” speaks none of this scenario's languages: choose another"
            )
    if not passages:
        yield source.problem(
            ("product",),
            f"there is no documentation of “{scenario.product}”: add knowledge/{scenario.product}/<language>/*.md",
        )
    else:
        yield from _sources(source, scenario, {passage.id for part in passages.values() for passage in part})
    for key in ("opening", "objections", "acceptance"):
        yield from _plain(source, getattr(scenario, key), (key,))
    yield from _phrases(source, scenario)


def _translations(source: Source, languages: list[Language], value: object, where: Where) -> Iterator[Problem]:
    """Wherever something is given by language, all the languages must be there and no other."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _translations(source, languages, item, (*where, place))
    if not isinstance(value, dict):
        return
    if value and all(key in LANGUAGES for key in value):
        for language in languages:
            if language not in value:
                yield source.problem(where, f"the translation into “{language}” is missing: add `{language}: …`")
        for language in value:
            if language not in languages:
                yield source.problem(
                    (*where, language), f"“{language}” is not in languages: add it there, or delete this translation"
                )
        return
    for key, item in value.items():
        yield from _translations(source, languages, item, (*where, key))


def _ids(source: Source, scenario: Scenario) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    hidden = {item.id for item in scenario.hidden}
    for key in ("facts", "hidden", "forbidden"):
        for place, item in enumerate(getattr(scenario, key)):
            if item.id in seen:
                yield source.problem(
                    (key, place, "id"), f"the id “{item.id}” is taken (in {seen[item.id]}): choose another"
                )
            seen[item.id] = key
    for place, fact in enumerate(scenario.facts):
        for step, name in enumerate(fact.after):
            if name not in hidden:
                known = ", ".join(sorted(hidden)) or "none"
                yield source.problem(
                    ("facts", place, "after", step), f"there is no hidden fact “{name}”: choose of {known}"
                )


def _speech(source: Source, scenario: Scenario) -> Iterator[Problem]:
    speech = scenario.speech
    if speech.style not in ("switches", "mixes"):
        return
    key = "to" if speech.style == "switches" else "other"
    targets: dict[Language, Language] = getattr(speech, key)
    for language in scenario.languages:
        if language not in targets:
            yield source.problem(("speech", key), f"it does not say what “{language}” goes with: add `{language}: …`")
    for language, other in targets.items():
        if other == language or other not in scenario.languages:
            yield source.problem(
                ("speech", key, language), f"“{other}” has to be another one of this scenario's languages"
            )


def _sources(source: Source, scenario: Scenario, known: set[str]) -> Iterator[Problem]:
    for key in ("facts", "forbidden"):
        for place, item in enumerate(getattr(scenario, key)):
            if item.source not in known:
                page = item.source.split("#")[0]
                near = sorted(passage for passage in known if passage.startswith(f"{page}#"))
                hint = f"the page has {', '.join(near)}" if near else f"there is no page “{page}”"
                yield source.problem((key, place, "source"), f"there is no passage “{item.source}”: {hint}")


def _plain(source: Source, texts: dict[Language, list[str]], where: Where) -> Iterator[Problem]:
    for language, lines in texts.items():
        for place, line in enumerate(lines):
            if _PLACEHOLDER.search(line):
                yield source.problem((*where, language, place), "unknown placeholder: a scenario's sentences have none")


def _phrases(source: Source, scenario: Scenario) -> Iterator[Problem]:
    """Phrases can be read, and what an expert (or a careless trainee) says matches them."""
    for key, phrases_key, example_key, hint in (
        ("facts", "phrases", "answer", "nobody could convey the fact"),
        ("hidden", "asked_by", "ask", "nothing can unlock it"),
        ("forbidden", "phrases", "example", "nobody could be caught"),
    ):
        for place, item in enumerate(getattr(scenario, key)):
            for language in scenario.languages:
                phrases = getattr(item, phrases_key).get(language)
                example = getattr(item, example_key).get(language)
                if not phrases or not example:
                    continue
                where: Where = (key, place, phrases_key, language)
                broken = list(_unreadable(source, phrases, language, where))
                yield from broken
                if broken:
                    continue
                matches = requests if key == "hidden" else conveys
                if matches(phrases, read(example, language)) is None:
                    yield source.problem(
                        (key, place, example_key, language),
                        f"“{example_key}” matches none of {phrases_key} in “{language}”, so {hint}: reword one of them",
                    )
    yield from _conflicts(source, scenario)


def _conflicts(source: Source, scenario: Scenario) -> Iterator[Problem]:
    """An expert's answer must not make a forbidden claim."""
    for place, fact in enumerate(scenario.facts):
        for language, answer in fact.answer.items():
            for claim in scenario.forbidden:
                try:
                    made = conveys(claim.phrases.get(language, []), read(answer, language))
                except PhraseError:
                    continue
                if made is not None:
                    yield source.problem(
                        ("facts", place, "answer", language),
                        f"“{made.text}” makes the forbidden claim “{claim.id}”: reword the answer or the claim's phrases",
                    )


def _unreadable(source: Source, phrases: list[str], language: Language, where: Where) -> Iterator[Problem]:
    for place, phrase in enumerate(phrases):
        try:
            parse_phrase(phrase, language)
        except PhraseError as error:
            yield source.problem((*where, place), str(error))
