"""What of a model's answer can be kept. Pure: the answer, the reply and the passages in, verdicts out."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from simulator import yaml12
from simulator.conversation import Quote
from simulator.judge.answer import Checked, Opinion, read_findings, read_opinion
from simulator.judge.criteria import Criterion, Void, criteria
from simulator.judge.quotes import find_quote
from simulator.observation import conveys, language_of, read
from simulator.scoring import ReaderLanguage

_HIGH = 3
"""From this band on the reply itself has to be quoted: only what was left out can be shown by another's words."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What there is to quote from.

    Args:
        reply: the reply that is judged.
        asked: the customer's messages since the reply before, which it answers; the last one last.
        passages: texts of the pages by the names that the prompt gives them ("P1").
        ids: their passage ids.
    """

    reply: str
    asked: tuple[str, ...]
    passages: Mapping[str, str]
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one criterion.

    Args:
        criterion: its name.
        band: 0-5; None where there is no verdict.
        reason: the model's words; empty where it gave none.
        quote: words found in the reply, in the customer's message or in the passage.
        source: whose words the quote is.
        passage: id of the passage that decides, if one does.
        void: why there is no verdict.
    """

    criterion: str
    band: int | None
    reason: str = ""
    quote: str | None = None
    source: Literal["reply", "customer", "passage"] | None = None
    passage: str | None = None
    void: Void | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model read in a reply: ids with words of the reply.

    Args:
        facts: facts that were conveyed.
        asked: hidden facts that were asked for.
        moves: moves that were made.
    """

    facts: tuple[tuple[str, Quote], ...] = ()
    asked: tuple[tuple[str, Quote], ...] = ()
    moves: tuple[tuple[str, Quote], ...] = ()


def check_verdicts(data: Mapping[str, Any], heard: Heard, language: ReaderLanguage) -> tuple[Verdict, ...]:
    """The verdicts of an answer, one for each criterion; what cannot be kept says why.

    Args:
        data: the answer.
        heard: what there is to quote from.
        language: what the reasons have to be in.
    """
    read_ = {each: read_opinion(data.get(each.name)) for each in criteria()}
    reasons = " ".join(found.reason for found in read_.values() if not isinstance(found, str))
    # All reasons together: one alone is too short to tell its language for sure.
    foreign = language_of(reasons, language) not in (language, None)
    return tuple(_verdict(each, found, heard, language, foreign=foreign) for each, found in read_.items())


def _verdict(
    criterion: Criterion,
    found: Opinion | Checked | Literal["malformed", "out_of_range"],
    heard: Heard,
    language: ReaderLanguage,
    *,
    foreign: bool,
) -> Verdict:
    if isinstance(found, str):
        return Verdict(criterion.name, None, void=found)
    # Marks that turn the direction of a text would turn what stands behind the reason.
    reason = "".join(letter for letter in found.reason if unicodedata.category(letter) != "Cf").strip()

    def none(why: Void) -> Verdict:
        return Verdict(criterion.name, None, reason, void=why)

    if found.band is None:
        return none("abstained")
    if not reason:
        return none("malformed")
    if foreign:
        return none("wrong_language")
    passage = _named(found.passage, heard) if isinstance(found, Checked) else None
    if criterion.dimension == "accuracy" and passage is None:
        return none("no_passage")
    quoted = _quoted(found.quote, heard, passage if found.band < _HIGH else None, others=found.band < _HIGH)
    if quoted is None:
        return none("unfound_quote")
    if _contradicts(reason, found.band, language):
        return none("contradicts_itself")
    return Verdict(criterion.name, found.band, reason, quoted[0], quoted[1], heard.ids[passage] if passage else None)


def check_reading(
    data: Mapping[str, Any], reply: str, *, facts: frozenset[str], hidden: frozenset[str], moves: frozenset[str]
) -> Reading:
    """What a model read in a reply, as far as the reply really has the words.

    Args:
        data: the answer.
        reply: the reply.
        facts: the ids of facts that it was asked about.
        hidden: the same of hidden facts.
        moves: the same of moves.
    """

    def kept(name: str, known: frozenset[str]) -> tuple[tuple[str, Quote], ...]:
        found = {
            each.id: quote
            for each in read_findings(data.get(name))
            if each.id in known and (quote := find_quote(each.quote, reply)) is not None
        }
        return tuple(found.items())

    return Reading(kept("facts", facts), kept("asked", hidden), kept("moves", moves))


def _named(passage: str | None, heard: Heard) -> str | None:
    """The name of a page that an answer names: "P1", "page P1", "[p1]"."""
    words = "".join(letter if letter.isalnum() else " " for letter in passage or "").upper().split()
    named = [word for word in words if word in heard.ids]
    return named[0] if len(named) == 1 else None


def _quoted(
    quote: str, heard: Heard, passage: str | None, *, others: bool
) -> tuple[str, Literal["reply", "customer", "passage"]] | None:
    found = find_quote(quote, heard.reply)
    if found is not None:
        return found.text, "reply"
    if not others:
        return None
    for message in reversed(heard.asked):
        found = find_quote(quote, message)
        if found is not None:
            return found.text, "customer"
    found = find_quote(quote, heard.passages[passage]) if passage else None
    return None if found is None else (found.text, "passage")


@lru_cache(maxsize=1)
def contradictions() -> dict[str, Any]:
    """Words of reasons that go with low bands and with high ones, as they stand in `contradictions.yaml`."""
    loaded: dict[str, Any] = yaml12.load_resource(__package__, "contradictions.yaml")
    return loaded


def _contradicts(reason: str, band: int, language: ReaderLanguage) -> bool:
    """Whether the words are all of one side and the band is of the other."""
    cues, text = contradictions(), read(reason, language)
    bad = conveys(cues["low"][language], text) is not None
    good = conveys(cues["high"][language], text) is not None
    return (band >= cues["high_from"] and bad and not good) or (band <= cues["low_until"] and good and not bad)
