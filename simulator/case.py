"""A case: a scenario cast with a persona in a language, with the product's documentation at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from simulator import yaml12
from simulator.conversation import Language
from simulator.documents import Passage
from simulator.scenarios.desk_format import IDENTITY
from simulator.scenarios.formats import Fact, Forbidden, HiddenFact, Persona, Scenario


@dataclass(frozen=True)
class Case:
    """Everything that is fixed before the first message.

    Args:
        scenario_id: id of the scenario (its file name).
        scenario: the scenario.
        persona_id: id of the persona.
        persona: who plays it.
        language: the language that the customer starts in.
        seed: decides which of several fitting lines a scripted customer says.
        passages: the product's documentation, by language.
    """

    scenario_id: str
    scenario: Scenario
    persona_id: str
    persona: Persona
    language: Language
    seed: int
    passages: dict[Language, tuple[Passage, ...]] = field(repr=False)

    def passages_in(self, language: Language) -> tuple[Passage, ...]:
        """The documentation in a language, or in the first language that it has."""
        return self.passages.get(language) or next(iter(self.passages.values()), ())

    def record_texts(self, language: Language) -> tuple[str, ...]:
        """See `record_texts`."""
        return record_texts(self.scenario, language)

    def fact(self, id: str) -> Fact:
        return next(fact for fact in self.scenario.facts if fact.id == id)

    def hidden(self, id: str) -> HiddenFact:
        return next(hidden for hidden in self.hidden_facts if hidden.id == id)

    @cached_property
    def hidden_facts(self) -> tuple[HiddenFact, ...]:
        """What the customer tells only when asked; where there is a desk, who it is too.

        A scenario may say itself, as its hidden fact `identity`, what the customer then tells.
        """
        own = self.scenario.hidden
        if self.scenario.desk is None:
            return tuple(own)
        customer = self.scenario.record.customer
        body = dict(_identity())
        if any(hidden.id == IDENTITY for hidden in own):
            return tuple(_asked_by_more(hidden, body) if hidden.id == IDENTITY else hidden for hidden in own)
        body["told"] = {
            language: [line.format(name=customer.name, email=customer.email) for line in lines]
            for language, lines in body["told"].items()
        }
        return (*own, HiddenFact(id=IDENTITY, needed=False, **body))

    def forbidden(self, id: str) -> Forbidden:
        return next(forbidden for forbidden in self.scenario.forbidden if forbidden.id == id)


def record_texts(scenario: Scenario, language: Language) -> tuple[str, ...]:
    """What the case's record says, line by line: the trainee may say it without a source."""
    today = [] if scenario.today is None else [scenario.today.isoformat()]
    return (*today, *_texts(scenario.record.model_dump(mode="json"), language))


def _asked_by_more(hidden: HiddenFact, identity: dict[str, Any]) -> HiddenFact:
    """A scenario's own way of saying who is writing, asked for in the usual ways too."""
    asked_by = {
        language: [*phrases, *identity["asked_by"].get(language, ())] for language, phrases in hidden.asked_by.items()
    }
    return hidden.model_copy(update={"asked_by": asked_by})


@lru_cache(maxsize=1)
def _identity() -> dict[str, Any]:
    identity: dict[str, Any] = yaml12.load_resource("simulator", "identity.yaml")
    return identity


def _texts(value: object, language: Language) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, language)
    elif isinstance(value, dict):
        yield from _texts(value[language] if language in value else list(value.values()), language)
