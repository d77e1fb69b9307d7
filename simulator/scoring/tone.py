"""Tone: how a reply was put, in parts. One function for attempts and for real conversations."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

from simulator import ratings, yaml12
from simulator.case import Case
from simulator.conversation import LANGUAGES
from simulator.mood import effects
from simulator.observation import Move, beyond_suspicion, said_to_customer
from simulator.ratings import Rating
from simulator.scenarios.formats import MoveName
from simulator.scoring.base import Dimension, Evidence, Exchange, Note, Score
from simulator.scoring.reasons import evidence_of, lower, of_aside, with_words
from simulator.scoring.scale import over_all, worth

VERSION = "rules-4"
PARTS = ("politeness", "validation", "understanding", "elaboration", "advice", "self_focus", "dismissal")
_UPSET = 25.0
"""Below this anger and confusion there is no feeling that asks to be validated."""
_FADES = 0.6
"""What is left of a formula each time it is said again."""
_WORN = 2
"""A formula that was heard so often before is worn."""
_COURTESIES: frozenset[MoveName] = frozenset({"greets", "thanks", "closes"})
"""Moves that give a formula no substance."""
_HELPING: frozenset[MoveName] = frozenset({"takes_ownership", "offers_remedy", "gives_next_step", "stalls"})
"""Moves in which agents say what they themselves do for the customer."""
_BARE = 5
"""In more words than these an agent who asks for time says what for."""
_CLEARLY = -0.5
"""With this weight rude manners are no slip of a word."""
_HOLLOW: frozenset[str] = frozenset({"unearned", "worn", "stalling"})
"""Flaws of a reply with nothing behind it: it is no ruder for that, only worth no more than its cap."""
_LIFTED = 5.0
"""So many points by the parts of a plain reply are worth a word in the explanation."""
_SENTENCES, _CLAUSES = re.compile(r"[^.!?…\n]+"), re.compile(r"[^.!?…\n,;:—–]+")
_CLAUSE_WORDS = 3
"""A shorter clause beside a formula ("really", "Ms Weber") is part of it."""


@dataclass(frozen=True, slots=True)
class ReplyTone:
    """The tone of one reply.

    Args:
        value: 0-100; None where there is no verdict: nothing is known of the language.
        parts: the ratings by the names of `PARTS`, None where a part has none; `advice`, `self_focus` and `dismissal`
            lower the tone when they are high.
        counted: names of the parts that the value goes by.
        flaws: what caps the value, as in `tone.yaml`.
        plain: whether it has neither a flaw nor anything rude.
        lifted: whether the value is clearly higher than by its words alone, as nothing in it is rude.
    """

    value: float | None
    parts: Mapping[str, Rating | None]
    counted: frozenset[str]
    flaws: tuple[str, ...]
    plain: bool
    lifted: bool


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml12.load_resource("simulator.scoring", "tone.yaml")
    return {**table, **{name: frozenset(table[name]) for name in ("rude", "rude_if_clear")}}


def tone_of(
    text: str,
    *,
    language: str | None,
    moves: Sequence[Move],
    before: str = "",
    upset: float | None = None,
    heard: Mapping[str, int] | None = None,
    flaws: Collection[str] = (),
    gave: bool = False,
) -> ReplyTone:
    """The tone of one reply: its parts, its flaws and its value.

    A plain reply, one without a flaw and without anything rude, has a plain tone however few words it takes: its parts
    count as what `tone.yaml` says at least. Only in the languages that flaws are known of: in another one a rude reply
    would pass for plain.

    What speaks to whoever scores the reply, and not to the customer, raises nothing, surely or not: each part is the
    lower one of the reply's with and without it. A reply that surely says nothing else has no tone.

    Args:
        text: the reply, verbatim.
        language: ISO 639-1 code of its language, None if it is not known.
        moves: what the observer found in it.
        before: what the customer said that it answers; empty where there is nothing to answer any more: then nobody
            has to show understanding or to draw the customer out.
        upset: anger or confusion of the customer, whichever is more, 0-100; a calm one needs no soothing. None if
            unknown.
        heard: how often the customer has heard each move before: a formula fades as it is repeated.
        flaws: what else caps the value and only the caller knows: "stuffed", "repeated", "canned", "gap", "empty", and
            "stalling", which counts only where an upset customer gets nothing else.
        gave: whether the reply gave the customer something that it needs, where the caller knows: advice then was asked
            for.
    """
    heard = heard or {}
    names = frozenset(move.move for move in moves)
    parts: dict[str, Rating | None] = dict.fromkeys(PARTS)
    told = said_to_customer(text)
    if language is not None and told.strip():
        # What is suspicious counts, but buys no kindness; unless there is nothing else.
        heard_as = dict.fromkeys((text, told, beyond_suspicion(text)))
        rated = reduce(
            lower, (_rated(each, language=language, moves=names, before=before) for each in heard_as if each.strip())
        )
        parts.update({name: with_words(rating, moves) for name, rating in rated.items()})
    flaws = (*flaws, *_own_flaws(told, moves, heard))
    is_more = len(told.split()) > _BARE or names - _COURTESIES - {"stalls"} or _shows(parts["validation"])
    if upset is None or upset < _UPSET or is_more:
        flaws = tuple(flaw for flaw in flaws if flaw != "stalling")
    civil = language in LANGUAGES and not _is_rude(parts["politeness"], moves)
    plain = civil and not flaws
    values = _counted(parts, names, before=before, upset=upset, heard=heard, gave=gave)
    floors: Mapping[str, float] = _table()["plain"] if civil and _HOLLOW.issuperset(flaws) else {}
    value, bare = _value(values, flaws, floors), _value(values, flaws, {})
    lifted = value is not None and bare is not None and value - bare > _LIFTED
    return ReplyTone(value, parts, frozenset(values), flaws, plain, lifted)


def _rated(text: str, *, language: str, moves: frozenset[MoveName], before: str) -> dict[str, Rating]:
    rated = {
        "politeness": ratings.politeness(text, language=language, moves=moves),
        **ratings.tone_parts(text, language=language, moves=moves, before=before),
    }
    return {name: rating for name, rating in rated.items() if rating is not None}


def _counted(
    parts: Mapping[str, Rating | None],
    moves: frozenset[MoveName],
    *,
    before: str,
    upset: float | None,
    heard: Mapping[str, int],
    gave: bool,
) -> dict[str, float]:
    """The parts that count here, 0-100."""
    values = {name: rating.value for name, rating in parts.items() if rating is not None}
    if not before:
        values.pop("understanding", None)
        values.pop("elaboration", None)
    if upset is None or upset < _UPSET:
        values.pop("validation", None)
    elif "validation" in values:
        values["validation"] *= _FADES ** min((heard.get(move, 0) for move in moves if _is_formula(move)), default=0)
    if gave and "pushes_sale" not in moves:
        values.pop("advice", None)  # it was asked for
    if not _HELPING.isdisjoint(moves) and "talks_about_self" not in moves:
        values.pop("self_focus", None)  # "I will take care of it" is about the customer
    return values


def _value(values: Mapping[str, float], flaws: Collection[str], floors: Mapping[str, float]) -> float | None:
    table = _table()
    caps = [table["caps"][flaw] for flaw in flaws]
    weights = {name: weight for name, weight in table["weights"].items() if name in values}
    if not weights:
        return min(caps, default=None)
    raised = {name: worth(max(values[name], floors.get(name, 0.0))) for name in weights}
    value = sum(weight * raised[name] for name, weight in weights.items()) / sum(weights.values())
    for name, cost in table["costs"].items():
        clear = table["clear"][name]
        value -= cost * 100 * max(0.0, values.get(name, 0.0) - clear) / (100 - clear)
    return float(max(0.0, min(100.0, value, *caps)))


def _own_flaws(text: str, moves: Sequence[Move], heard: Mapping[str, int]) -> tuple[str, ...]:
    """The flaws that the words show."""
    formulas = [move.move for move in moves if _is_formula(move.move)]
    found = {
        "wrong_language": any(move.move == "wrong_language" for move in moves),
        "unearned": bool(formulas) and _is_formula_only(text, moves),
        "worn": bool(formulas) and all(heard.get(move, 0) >= _WORN for move in formulas),
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _shows(rating: Rating | None) -> bool:
    return rating is not None and rating.value > 0


def _is_formula(move: MoveName) -> bool:
    return effects()[move].kind == "formula"


def _is_formula_only(text: str, moves: Sequence[Move]) -> bool:
    """Whether a reply has a formula, and no sentence or longer clause in which anything else could be."""
    made = {move.move for move in moves}
    # To claim understanding and name the feeling in one breath ("I understand your frustration") is still to claim it;
    # beside an apology it tells what the apology is for.
    claimed = "empathises" in made and "apologises" not in made
    hollow = _COURTESIES | ({"names_feeling"} if claimed else set())
    if not all(_is_formula(move) for move in made - hollow):
        return False
    return not any(
        len(piece.group().split()) >= fewest
        and any(map(str.isalpha, piece.group()))
        and not any(move.quote.start < piece.end() and piece.start() < move.quote.end for move in moves)
        for pieces, fewest in ((_SENTENCES, 1), (_CLAUSES, _CLAUSE_WORDS))
        for piece in pieces.finditer(text)
    )


def _is_rude(politeness: Rating | None, moves: Sequence[Move]) -> bool:
    """Whether a reply does harm, or its low politeness has another reason than few words."""
    reasons = politeness.reasons if politeness is not None else ()
    table = _table()
    return any(effects()[move.move].kind == "harm" for move in moves) or any(
        (reason.note in table["rude"] and reason.weight < 0)
        or (reason.note in table["rude_if_clear"] and reason.weight < _CLEARLY)
        for reason in reasons
    )


class Tone:
    """The tone of the replies, and how much of it the worst one is."""

    dimension: Dimension = "tone"

    def score(self, case: Case, exchanges: Sequence[Exchange], *, whole: bool) -> Score:
        tones = [exchange_tone(exchange) for exchange in exchanges]
        values = [tone.value for tone in tones if tone.value is not None]
        if not values:
            return Score("tone", None, Note("no_reply"), (), "rules", VERSION)
        both = zip(exchanges, tones, strict=True)
        evidence = tuple(item for exchange, tone in both for item in _evidence(exchange, tone))
        merged = {name: _mean([tone.parts[name] for tone in tones if name in tone.counted]) for name in PARTS}
        helpful = sum(item.good for item in evidence)
        note = Note(
            "tone_summary", {"raised": helpful, "lowered": len(evidence) - helpful, "weakest": round(min(values))}
        )
        return Score("tone", round(over_all(values), 1), note, evidence, "rules", VERSION, merged)


def exchange_tone(exchange: Exchange) -> ReplyTone:
    """The tone of an attempt's reply."""
    observation, treatment, before = exchange.observation, exchange.treatment, exchange.before
    flaws = {
        "stuffed": observation.stuffed,
        "repeated": treatment.repeated,
        "canned": treatment.canned,
        "gap": treatment.gap,
        "empty": treatment.empty,
        "stalling": treatment.stalling and observation.makes("stalls"),
    }
    return tone_of(
        exchange.reply,
        language=observation.language or before.language,
        moves=observation.moves,
        before="" if before.settled else exchange.answers,
        upset=None if before.settled else max(before.mood.anger, before.mood.confusion),
        heard={move: times for move, times in treatment.moves},  # noqa: C416
        flaws=[name for name, is_so in flaws.items() if is_so],
        gave=treatment.has_substance,
    )


def _evidence(exchange: Exchange, tone: ReplyTone) -> list[Evidence]:
    """The words that raised or lowered the tone, and the flaws of the whole reply."""
    parts = {name: tone.parts[name] for name in PARTS if name in tone.counted}
    found = evidence_of(parts, exchange.observation.moves, turn=exchange.turn, text=exchange.reply)
    return [*found, *of_aside(exchange.reply, turn=exchange.turn)] + [
        Evidence(Note(f"tone_{flaw}"), exchange.turn, exchange.reply, good=False)
        for flaw in tone.flaws
        if flaw not in ("wrong_language", "empty")  # the one is a move, the other has no words
    ]


def _mean(ratings: Sequence[Rating | None]) -> float | None:
    known = [rating.value for rating in ratings if rating is not None]
    return round(sum(known) / len(known), 1) if known else None
