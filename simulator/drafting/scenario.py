"""A draft of a scenario from product pages and a brief: one call, and what of its answer the pages bear out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from simulator.conversation import Language
from simulator.documents import Passage
from simulator.drafting.errors import HELP, DraftError
from simulator.drafting.form import DraftCase, DraftFact, DraftForbidden
from simulator.endpoint import Endpoint, EndpointError
from simulator.judge import find_quote, speaks_to_judge
from simulator.prompts import neutral, render
from simulator.prompts.customer import language_name
from simulator.scenarios.writing import to_yaml

_MAX_TOKENS = 8_000
_MOST_PAGES = 24
_HEAD = (
    "# yaml-language-server: $schema=../schemas/scenario.schema.json\n"
    "# Drafted by {model}. Read it before anybody practises with it, then delete `unreviewed`.\n"
)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft.

    Args:
        text: the scenario file.
        left_out: what was left out of the model's answer, and why; for the trainer.
    """

    text: str
    left_out: tuple[str, ...]


def draft_scenario(endpoint: Endpoint, passages: Sequence[Passage], *, brief: str, personas: Sequence[str]) -> Drafted:
    """Drafts a scenario.

    Args:
        endpoint: where the model is.
        passages: what the case is about, of one product and in one language.
        brief: what the trainer wants, in a line.
        personas: ids of personas that can play it.

    Raises:
        DraftError: there is nothing to draft from, or no usable answer.
    """
    usable = [passage for passage in passages if not speaks_to_judge(passage.text)][:_MOST_PAGES]
    if not usable:
        raise DraftError("the pages have no text: name pages of one product with something to tell")
    pages = {f"P{number}": passage for number, passage in enumerate(usable, start=1)}
    language = usable[0].language
    task = render(
        "draft",
        language=language_name(language),
        brief=neutral(brief),
        pages="\n".join(f"<page {name}>\n{neutral(each.text)}\n</page>" for name, each in pages.items()),
    )
    try:
        answer = endpoint.structured(
            [{"role": "user", "content": task}], _schema(), name="case", max_tokens=_MAX_TOKENS, temperature=0.4
        )
    except EndpointError as error:
        raise DraftError(f"the model gave no draft: {error} {HELP}") from None
    try:
        case = DraftCase.model_validate(answer.data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise DraftError(f"the model's answer is no case: {place}: {first['msg']}; try again") from None
    left_out: list[str] = []
    data = _scenario(case, pages, language, personas, left_out)
    return Drafted(_HEAD.format(model=endpoint.settings.judge) + to_yaml(data), tuple(left_out))


def _schema() -> dict[str, Any]:
    return DraftCase.model_json_schema()


def _scenario(
    case: DraftCase, pages: Mapping[str, Passage], language: Language, personas: Sequence[str], left_out: list[str]
) -> dict[str, Any]:
    """The draft in the author format. What no page bears out is left out, and said."""

    def own(value: str | list[str]) -> dict[str, Any]:
        return {language: value}

    facts = [
        {
            "id": _id(fact.id),
            "label": own(fact.label),
            "source": source,
            "phrases": own(fact.phrases),
            "question": own(fact.question),
            "answer": own(fact.answer),
        }
        for fact in case.facts
        if (source := _source(fact, pages, left_out)) is not None
    ]
    forbidden = [
        {
            "id": _id(claim.id),
            "label": own(claim.label),
            "source": source,
            "phrases": own(claim.phrases),
            "example": own(claim.example),
            "reaction": own(claim.reaction),
        }
        for claim in case.forbidden
        if (source := _source(claim, pages, left_out)) is not None
    ]
    hidden = [
        {
            "id": _id(each.id),
            "label": own(each.label),
            "asked_by": own(each.asked_by),
            "ask": own(each.ask),
            "told": own(each.told),
        }
        for each in case.hidden
    ]
    return {
        "title": own(case.title),
        "trains": case.trains,
        "field": case.field,
        "difficulty": case.difficulty,
        "product": next(iter(pages.values())).product,
        "languages": [language],
        "unreviewed": [language],
        "personas": list(personas),
        "briefing": own(case.briefing),
        "goal": own(case.goal),
        "record": {"customer": case.customer.model_dump()},
        "opening": own(case.opening),
        "issue": own([word for word in case.issue if " " not in word]),
        "facts": facts,
        "hidden": hidden,
        "forbidden": forbidden,
        "objections": own(case.objections),
        "acceptance": own(case.acceptance),
    }


def _source(item: DraftFact | DraftForbidden, pages: Mapping[str, Passage], left_out: list[str]) -> str | None:
    """The passage that bears something out: the one whose words were copied, whatever number was given."""
    named = item.page.strip().upper()
    for name in sorted(pages, key=lambda name: name != named):
        if find_quote(item.proof, pages[name].text) is not None:
            return pages[name].id
    left_out.append(f"{item.id}: no page says “{item.proof}”")
    return None


def _id(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"
