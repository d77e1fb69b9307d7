"""The request for a judgement: the prefix that it shares with the customer's requests, and the judge's task last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.case import Case
from simulator.conversation import Transcript
from simulator.documents import Passage
from simulator.judge.attacks import speaks_to_judge
from simulator.judge.checking import Heard
from simulator.judge.criteria import table
from simulator.prompts import Message, conversation, neutral, render
from simulator.scoring import Exchange, ReaderLanguage

TEMPLATES = ("system", "judge")
"""The templates of the request."""

_MOST_PAGES, _PAGE_LENGTH = 4, 900
"""So many passages, cut to so many characters: a judge that reads much finds less."""
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Task:
    """A request, and what is needed to check what comes back.

    Args:
        messages: the request.
        heard: what can be quoted.
        facts: ids of the facts that it asks about.
        hidden: ids of the hidden facts that it asks about.
    """

    messages: list[Message]
    heard: Heard
    facts: frozenset[str]
    hidden: frozenset[str]


def make_task(case: Case, transcript: Transcript, exchange: Exchange, language: ReaderLanguage) -> Task:
    """The request to judge a reply.

    Args:
        case: the case.
        transcript: the talk; what comes after the reply is left out.
        exchange: the reply, and what the rules found in it.
        language: what reasons are to be written in.
    """
    pages = {f"P{number}": passage for number, passage in enumerate(passages_for(case, exchange), start=1)}
    before = exchange.before
    facts = {
        fact.id: fact.label["en"] if "en" in fact.label else next(iter(fact.label.values()))
        for fact in case.scenario.facts
        if fact.id not in before.conveyed
    }
    hidden = {
        each.id: each.label["en"] if "en" in each.label else next(iter(each.label.values()))
        for each in case.hidden_facts
        if each.id not in before.told
    }
    task = render(
        "judge",
        language=table()["languages"][language],
        pages="\n".join(_page(name, passage) for name, passage in pages.items()) or "(none)",
        facts=_listed(facts),
        hidden=_listed(hidden),
        moves=", ".join(table()["moves"]),
    )
    said = transcript[: exchange.turn + 1]
    return Task(
        messages=conversation(case.persona, case.language, said, task),
        heard=Heard(
            reply=exchange.reply,
            asked=tuple(turn.text for turn in said if turn.role == "customer"),
            passages={name: passage.text for name, passage in pages.items()},
            ids={name: passage.id for name, passage in pages.items()},
        ),
        facts=frozenset(list(facts)[:_MOST_LISTED]),
        hidden=frozenset(list(hidden)[:_MOST_LISTED]),
    )


def passages_for(case: Case, exchange: Exchange) -> tuple[Passage, ...]:
    """The passages that a reply is judged by, the most telling first: of its claims, of what was asked and told.

    A passage that speaks to the judge is left out, whoever put it into the documentation.
    """
    before, found = exchange.before, exchange.observation
    wanted = [claim.passage for claim in found.claims if claim.verdict == "contradicted"]
    if before.pending is not None:
        wanted.append(case.fact(before.pending).source)
    wanted += [case.fact(each.id).source for each in found.facts]
    wanted += [claim.passage for claim in found.claims]
    wanted += [fact.source for fact in case.scenario.facts if fact.needed and fact.id not in before.conveyed]
    known = {passage.id: passage for passage in case.passages_in(before.language)}
    ids = [id for id in dict.fromkeys(wanted) if id in known and not speaks_to_judge(known[id].text)]
    return tuple(known[id] for id in ids[:_MOST_PAGES])


def _page(name: str, passage: Passage) -> str:
    # A number and not the file's name: that is a text from outside too.
    return f"<page {name}>\n{neutral(_cut(passage.text))}\n</page>"


def _cut(text: str) -> str:
    return text if len(text) <= _PAGE_LENGTH else f"{text[:_PAGE_LENGTH].rsplit(' ', 1)[0]} …"


def _listed(labels: Mapping[str, str]) -> str:
    return "; ".join(f"{id} = {neutral(label)}" for id, label in list(labels.items())[:_MOST_LISTED]) or "(none)"
