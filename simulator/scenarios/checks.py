"""What a file cannot say about itself: translations, ids, sources, phrases and lines that must fit together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from simulator.conversation import LANGUAGES, Language
from simulator.documents import Passage
from simulator.observation import PhraseError, conveys, parse_phrase, read, requests
from simulator.scenarios.desk_checks import check_desk
from simulator.scenarios.formats import BeatName, Fact, Forbidden, HiddenFact, Persona, Scenario
from simulator.scenarios.problems import Problem, choice
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

Documentation = Mapping[Language, Sequence[Passage]]
"""The passages of a product, by language."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def can_play(persona: Persona, scenario: Scenario, language: Language) -> bool:
    """Whether a persona can play a scenario that starts in a language, to its end."""
    speech = scenario.speech
    changes_to = speech.to.get(language, language) if speech.style == "switches" else language
    return {language, changes_to} <= set(persona.languages)


def check_persona(source: Source, persona: Persona, sound: frozenset[str]) -> Iterator[Problem]:
    """The problems of a persona besides its form.

    Args:
        source: where everything stands.
        persona: the persona.
        sound: its fields that fit the format; the others are left out.
    """
    if "languages" not in sound:
        return
    yield from _repeated(source, persona.languages, ("languages",))
    yield from _translations(source, persona.languages, persona.model_dump(include={"name", "about"} & sound), ())
    for language in persona.languages if "lines" in sound else ():
        if language not in persona.lines:
            message = f"there are no lines in “{language}”: write them, or take it out of languages"
            yield source.problem(("lines",), message)
    for language, beats in persona.lines.items() if "lines" in sound else ():
        if language not in persona.languages:
            message = f"“{language}” is not in languages: add it there, or delete these lines"
            yield source.key_problem(("lines", language), message)
            continue
        for beat in get_args(BeatName):
            yield from _check_beat(source, persona, language, beat)
        every = [line for bands in beats.values() for lines in bands.values() for line in lines]
        for line, count in Counter(every).items():
            if count > 1:
                message = f"the line “{line}” is here {count} times in “{language}”: write another one"
                yield source.problem(_last_place(persona, language, line), message)


def _check_beat(source: Source, persona: Persona, language: Language, beat: BeatName) -> Iterator[Problem]:
    bands = persona.lines[language].get(beat, {})
    where: Where = ("lines", language, beat)
    count, fewest = sum(len(lines) for lines in bands.values()), FEWEST_LINES[beat]
    if count < fewest:
        message = f"“{beat}” has {count} lines in “{language}”: write {fewest - count} more, so that none comes twice"
        yield source.problem(where, message)
    wanted = PLACEHOLDERS.get(beat)
    room = (
        f"a line of “{beat}” has {{{wanted}}}" if wanted else f"a line of “{beat}” has none, write the words themselves"
    )
    for heat, lines in bands.items():
        for place, line in enumerate(lines):
            at = (*where, heat, place)
            found = _PLACEHOLDER.findall(line)
            for name in found:
                if name != wanted:
                    yield source.problem(at, f"unknown placeholder {{{name}}}: {room}")
            if wanted and wanted not in found:
                yield source.problem(at, f"{{{wanted}}} is missing: put it where the scenario's sentence belongs")


def _last_place(persona: Persona, language: Language, line: str) -> Where:
    places: list[Where] = [
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
    sound: frozenset[str],
    *,
    personas: Mapping[str, Persona],
    broken_personas: frozenset[str],
    documentation: Mapping[str, Documentation],
) -> Iterator[Problem]:
    """The problems of a scenario besides its form.

    Args:
        source: where everything stands.
        scenario: the scenario.
        sound: its fields that fit the format; the others are left out.
        personas: the personas that could be loaded.
        broken_personas: ids of persona files with problems of their own, told elsewhere.
        documentation: passages by product and language.
    """

    def fit(*names: str) -> bool:
        return sound.issuperset(names)

    texts = scenario.model_dump(mode="json", include=set(sound - {"speech"}))
    yield from _placeholders(source, texts, ())
    for name in {"languages", "personas"} & sound:
        yield from _repeated(source, getattr(scenario, name), (name,))
    if fit("languages"):
        yield from _translations(source, scenario.languages, texts, ())
    if fit("facts", "hidden", "forbidden"):
        yield from _ids(source, scenario)
    if fit("speech", "languages"):
        yield from _speech(source, scenario)
    if fit("personas", "speech", "languages"):
        yield from _personas(source, scenario, personas, broken_personas)
    if fit("product") and not documentation.get(scenario.product):
        message = f"there is no documentation of “{scenario.product}”: add knowledge/{scenario.product}/<language>/*.md"
        yield source.problem(("product",), message)
    elif fit("product", "languages"):
        yield from _sources(source, scenario, sound, documentation[scenario.product])
    for language, words in scenario.issue.items() if fit("issue") else ():
        for place, word in enumerate(words):
            if " " in word:
                yield source.problem(("issue", language, place), f"“{word}” is no single word: write one word an entry")
    for key in {"facts", "hidden", "forbidden"} & sound:
        yield from _phrases(source, key, getattr(scenario, key))
    if fit("facts", "forbidden"):
        yield from _conflicts(source, scenario)
    if fit("desk", "hidden") and scenario.desk is not None:
        hidden = [item.id for item in scenario.hidden]
        yield from check_desk(source, scenario.desk, hidden=hidden, record=scenario.record if fit("record") else None)


def _repeated(source: Source, names: Sequence[str], where: Where) -> Iterator[Problem]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield source.problem((*where, place), f"“{name}” is here twice: delete one of them")


def _translations(source: Source, languages: list[Language], value: object, where: Where) -> Iterator[Problem]:
    """Wherever something is given by language, all the languages must be there and no other."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _translations(source, languages, item, (*where, place))
    if not isinstance(value, dict):
        return
    if any(key not in LANGUAGES for key in value):
        for key, item in value.items():
            yield from _translations(source, languages, item, (*where, key))
        return
    for language in languages:
        if language not in value:
            yield source.problem(where, f"the translation into “{language}” is missing: add `{language}: …`")
    for language in value:
        if language not in languages:
            message = f"“{language}” is not in languages: add it there, or delete this translation"
            yield source.key_problem((*where, language), message)


def _placeholders(source: Source, value: object, where: Where) -> Iterator[Problem]:
    """Only a persona's lines have placeholders: a scenario's sentences are what is put into them."""
    if isinstance(value, str):
        for name in _PLACEHOLDER.findall(value):
            message = f"unknown placeholder {{{name}}}: a scenario has none, write the words themselves"
            yield source.problem(where, message)
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _placeholders(source, item, (*where, key))


def _ids(source: Source, scenario: Scenario) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    hidden = [item.id for item in scenario.hidden]
    for key in ("facts", "hidden", "forbidden"):
        for place, item in enumerate(getattr(scenario, key)):
            if item.id in seen:
                message = f"the id “{item.id}” is taken (in {seen[item.id]}): choose another"
                yield source.problem((key, place, "id"), message)
            seen[item.id] = key
    for place, fact in enumerate(scenario.facts):
        for step, name in enumerate(fact.after):
            if name not in hidden:
                hint = choice(name, hidden) or "add it under hidden, or take it out"
                yield source.problem(("facts", place, "after", step), f"there is no hidden fact “{name}”: {hint}")
    if not any([fact.needed for fact in scenario.facts] + [item.needed for item in scenario.hidden]):
        message = "no fact is needed, so the case is solved before it begins: say needed: true for at least one"
        yield source.problem(("facts",), message)


def _speech(source: Source, scenario: Scenario) -> Iterator[Problem]:
    speech = scenario.speech
    if speech.style not in ("switches", "mixes"):
        return
    key = "to" if speech.style == "switches" else "other"
    targets: dict[Language, Language] = getattr(speech, key)
    for language in scenario.languages:
        if language not in targets:
            message = f"“{language}” is missing: add `{language}:` and the language that goes with it"
            yield source.problem(("speech", key), message)
    for language, other in targets.items():
        where = ("speech", key, language)
        others = [known for known in scenario.languages if known != language]
        if language not in scenario.languages:
            yield source.key_problem(where, f"“{language}” is not in languages: add it there, or delete this line")
        elif other not in others:
            hint = f"choose one of {', '.join(others)}" if others else "add one to languages, or take speech out"
            yield source.problem(where, f"“{other}” is no other language of this scenario: {hint}")


def _personas(
    source: Source, scenario: Scenario, personas: Mapping[str, Persona], broken: frozenset[str]
) -> Iterator[Problem]:
    able: list[Persona] = []
    for place, name in enumerate(scenario.personas):
        where = ("personas", place)
        if name in broken:
            continue
        if name not in personas:
            hint = choice(name, list(personas)) or f"add personas/{name}.yaml"
            yield source.problem(where, f"there is no persona “{name}”: {hint}")
        elif not any(can_play(personas[name], scenario, language) for language in scenario.languages):
            message = f"“{name}” cannot play this scenario: choose a persona that speaks its languages"
            yield source.problem(where, message)
        else:
            able.append(personas[name])
    if len(able) < len(scenario.personas):
        return
    for place, language in enumerate(scenario.languages):
        if not any(can_play(persona, scenario, language) for persona in able):
            message = f"none of personas can play in “{language}”: add a persona that speaks it, or take it out"
            yield source.problem(("languages", place), message)


def _sourced(scenario: Scenario, sound: frozenset[str]) -> Iterator[tuple[Where, str]]:
    """Where a passage is named, and its id."""
    for key in ("facts", "forbidden"):
        for place, item in enumerate(getattr(scenario, key)) if key in sound else ():
            yield (key, place, "source"), item.source
    for key in ("must", "may", "must_not") if "desk" in sound and scenario.desk else ():
        for place, entry in enumerate(getattr(scenario.desk, key)):
            if entry.source is not None:
                yield ("desk", key, place, "source"), entry.source


def _sources(source: Source, scenario: Scenario, sound: frozenset[str], passages: Documentation) -> Iterator[Problem]:
    known = sorted({passage.id for part in passages.values() for passage in part if "~" not in passage.section})
    pages = sorted({passage.split("#")[0] for passage in known})
    for where, named in _sourced(scenario, sound):
        page, section = named.split("#")
        if page not in pages:
            yield source.problem(where, f"there is no page “{page}”: {choice(page, pages) or 'write it'}")
            continue
        if named not in known:
            hint = choice(named, [passage for passage in known if passage.startswith(f"{page}#")])
            yield source.problem(where, f"there is no passage “{named}”: {hint}")
            continue
        for language in scenario.languages:
            part = passages.get(language, ())
            if part and all(passage.id != named for passage in part):
                fix = f"add a section {{#{section}}} to knowledge/{scenario.product}/{language}/{page}.md"
                yield source.problem(where, f"there is no passage “{named}” in “{language}”: {fix}")


_SAYINGS = {
    "facts": ("phrases", "answer", conveys, "nobody could convey the fact: reword one of them"),
    "hidden": ("asked_by", "ask", requests, "nothing could unlock it: reword one of them, and ask in a question"),
    "forbidden": ("phrases", "example", conveys, "nobody could be caught: reword one of them"),
}
"""What has phrases, where, and what is said that has to match them."""


def _phrases(source: Source, key: str, items: Sequence[Fact | HiddenFact | Forbidden]) -> Iterator[Problem]:
    """Phrases can be read, and what an expert (or a careless trainee) says matches them."""
    phrases_key, saying_key, finds, hint = _SAYINGS[key]
    for place, item in enumerate(items):
        sayings: dict[Language, str] = getattr(item, saying_key)
        for language, phrases in getattr(item, phrases_key).items():
            broken = list(_unreadable(source, phrases, language, (key, place, phrases_key, language)))
            yield from broken
            if not broken and language in sayings and finds(phrases, read(sayings[language], language)) is None:
                message = f"“{saying_key}” matches none of {phrases_key} in “{language}”, so {hint}"
                yield source.problem((key, place, saying_key, language), message)


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
                    message = f"“{made.text}” makes the forbidden claim “{claim.id}”: reword the answer or the phrases"
                    yield source.problem(("facts", place, "answer", language), message)


def _unreadable(source: Source, phrases: list[str], language: Language, where: Where) -> Iterator[Problem]:
    for place, phrase in enumerate(phrases):
        try:
            parse_phrase(phrase, language)
        except PhraseError as error:
            yield source.problem((*where, place), str(error))
