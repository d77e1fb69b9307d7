"""What to practise next: the weakest points of an attempt, each with a scenario of the library that fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator import yaml12
from simulator.attempt import Attempt
from simulator.debrief.accuracy import AccuracyTable
from simulator.debrief.naming import named
from simulator.debrief.review import Review, label_of
from simulator.scenarios.formats import Scenario
from simulator.scoring import DIMENSIONS, ReaderLanguage

_MOST = 3
_FINE = 90.0
"""A dimension at this value or above needs no practice."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to practise next.

    Args:
        key: which advice of `advice.yaml`.
        title: in a few words.
        text: what to do in the next conversation.
        scenario: id of a scenario that fits; None where the library has none but the one just played.
        scenario_title: its title in the reader's language; empty without a scenario.
    """

    key: str
    title: str
    text: str
    scenario: str | None
    scenario_title: str


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml12.load_resource("simulator.debrief", "advice.yaml")
    return data


def advise(
    attempt: Attempt,
    found: Review,
    table: AccuracyTable,
    *,
    scenarios: Mapping[str, Scenario],
    reader: ReaderLanguage,
) -> tuple[Advice, ...]:
    """Advice for the next conversation: one to three, the most pressing first.

    Args:
        attempt: ended or not.
        found: its review.
        table: its accuracy table.
        scenarios: the library's, by id.
        reader: the language to word it in.
    """
    advised: list[Advice] = []
    taken: set[str] = set()
    for key, values in _pressing(attempt, found, table, reader):
        entry = _data()["advice"][key]
        id = _fitting(attempt, entry["fits"], scenarios, taken=taken)
        if id is not None:
            taken.add(id)
        title = "" if id is None else label_of(scenarios[id].title, reader)
        advised.append(Advice(key, entry["title"][reader], entry["text"][reader].format(**values), id, title))
        if len(advised) == _MOST:
            break
    return tuple(advised)


def _pressing(
    attempt: Attempt, found: Review, table: AccuracyTable, reader: ReaderLanguage
) -> Iterator[tuple[str, dict[str, object]]]:
    """Keys of advice with what fills them, the most pressing first; at least one."""
    if not found.replies:
        yield "reply_time" if attempt.outcome == "abandoned" else "again", {}
        return
    values = {name: found.card.scores[name].value for name in DIMENSIONS if name in found.card.scores}
    gaps = {name: value - found.marks[name] for name, value in values.items() if value is not None and value < _FINE}
    foreign = sum(exchange.observation.makes("wrong_language") for exchange in attempt.exchanges)
    any_yet = False
    if foreign:
        any_yet = True
        yield "language", {}
    for name in sorted(gaps, key=lambda name: gaps[name]):
        if any_yet and gaps[name] >= 0:
            break
        any_yet = True
        yield _about_facts(table, reader) if name == "accuracy" else (name, {})
    if not any_yet:
        yield "harder", {}


def _about_facts(table: AccuracyTable, reader: ReaderLanguage) -> tuple[str, dict[str, object]]:
    """What made accuracy weak: false claims before missing questions before missing facts."""
    unfounded = sum(claim.times for claim in table.claims if claim.verdict != "supported")
    unasked = [row.label for row in table.facts if row.needed and row.state == "unasked"]
    missed = [row.label for row in table.facts if row.needed and row.state in ("missed", "wrong")]
    if any(claim.verdict == "contradicted" for claim in table.claims) and unfounded > 1:
        return "false_claims", {"count": unfounded}
    if len(missed) > len(unasked):
        return "missed_facts", {"list": named(missed, reader)}
    if unasked:
        return "unasked", {"list": named(unasked, reader)}
    return "accuracy", {}


def _fitting(
    attempt: Attempt, fits: Mapping[str, Any], scenarios: Mapping[str, Scenario], *, taken: set[str]
) -> str | None:
    """The id of the scenario that fits best: what it trains, the language, its field, its difficulty, then the id."""
    played = attempt.case.scenario
    wanted = played.difficulty + (1 if fits.get("harder") else -1 if fits.get("easier") else 0)

    def unfit(id: str) -> tuple[object, ...]:
        scenario = scenarios[id]
        return (
            "trains" in fits and scenario.trains not in fits["trains"],
            "desk" in fits and scenario.desk is None,
            attempt.case.language not in scenario.languages,
            abs(scenario.difficulty - wanted),
            "field" in fits and scenario.field not in fits["field"],
            id,
        )

    free = [id for id in scenarios if id != attempt.case.scenario_id and id not in taken]
    return min(free, key=unfit, default=None)
