"""The accuracy table: each fact said, missed or wrong, each thing asked or not, and whatever else was claimed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator.attempt import Attempt
from simulator.debrief.review import label_of
from simulator.observation import Verdict
from simulator.scoring import ReaderLanguage

State = Literal["said", "missed", "wrong", "asked", "unasked"]


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact of the case, or a hidden fact to ask for.

    Args:
        label: its name for the reader.
        needed: whether the case needs it.
        state: a missed fact is "wrong" where something else was claimed against its passage.
        quote: the words that say it, ask for it or get it wrong.
        reply: number of the reply that they stand in, from 1.
        passage: id of the passage that says it; hidden facts have none.
    """

    label: str
    needed: bool
    state: State
    quote: str | None
    reply: int | None
    passage: str | None


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A statement that could be checked.

    Args:
        quote: its words.
        verdict: what the documentation says to it.
        label: the claim that the scenario warns of, if it is one; else empty.
        replies: numbers of the replies that make it, from 1.
        times: how often it is made, in all of them.
        passage: id of the passage that decides, if one does.
    """

    quote: str
    verdict: Verdict
    label: str
    replies: tuple[int, ...]
    times: int
    passage: str | None


@dataclass(frozen=True, slots=True)
class AccuracyTable:
    """Facts in the scenario's order, then hidden facts; claims in the order of their words, each once."""

    facts: tuple[FactRow, ...]
    claims: tuple[ClaimRow, ...]


def accuracy_table(attempt: Attempt, *, reader: ReaderLanguage) -> AccuracyTable:
    """Makes the table of an attempt.

    Args:
        attempt: ended or not.
        reader: the language of labels.
    """
    case, scenario = attempt.case, attempt.case.scenario
    said: dict[str, tuple[str, int]] = {}
    made: dict[tuple[str, Verdict, str, str | None], list[int]] = {}
    for number, exchange in enumerate(attempt.exchanges, start=1):
        for found in (*exchange.observation.facts, *exchange.observation.asked):
            said.setdefault(found.id, (found.quote.text, number))
        for claim in exchange.observation.claims:
            label = label_of(case.forbidden(claim.forbidden).label, reader) if claim.forbidden else ""
            made.setdefault((claim.quote.text, claim.verdict, label, claim.passage), []).append(number)
    claims = [
        ClaimRow(quote, verdict, label, tuple(dict.fromkeys(replies)), len(replies), passage)
        for (quote, verdict, label, passage), replies in made.items()
    ]
    against = {claim.passage: claim for claim in reversed(claims) if claim.verdict == "contradicted"}
    rows = []
    for fact in scenario.facts:
        label, wrong = label_of(fact.label, reader), against.get(fact.source)
        if fact.id in said:
            rows.append(FactRow(label, fact.needed, "said", *said[fact.id], passage=fact.source))
        elif wrong is not None:
            rows.append(FactRow(label, fact.needed, "wrong", wrong.quote, wrong.replies[0], fact.source))
        else:
            rows.append(FactRow(label, fact.needed, "missed", None, None, fact.source))
    for hidden in case.hidden_facts:
        if hidden.id not in said and hidden not in scenario.hidden:
            continue  # who is writing is only asked where the desk needs it, and judged there
        label = label_of(hidden.label, reader)
        if hidden.id in said:
            rows.append(FactRow(label, hidden.needed, "asked", *said[hidden.id], passage=None))
        else:
            rows.append(FactRow(label, hidden.needed, "unasked", None, None, None))
    return AccuracyTable(tuple(rows), tuple(claims))
