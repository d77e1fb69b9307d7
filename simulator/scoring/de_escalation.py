"""De-escalation: what a reply does for the peace between two people. One function for attempts and real conversations.

In a real conversation only the words are there: how constructive and how hostile they are. In an attempt the situation
is known too, so that a reply goes by what it did to the mood against the best reply that the rules offered there, and
the words can only lower that: by hostility that no move shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from simulator import ratings
from simulator.case import Case
from simulator.observation import Move, beyond_suspicion, said_to_customer
from simulator.ratings import Rating
from simulator.ratings.conflict import CONSTRUCTIVE, HOSTILE
from simulator.scoring.base import Dimension, Evidence, Exchange, Note, Score
from simulator.scoring.reasons import evidence_of, lower, of_aside, with_words
from simulator.scoring.scale import worth
from simulator.scoring.tone import ReplyTone, exchange_tone

VERSION = "rules-3"
CONFLICT_PARTS = ("constructive", "hostile")
_MEANT = {sign.name: tuple(sign.moves) for sign in (*CONSTRUCTIVE, *HOSTILE)}
"""The moves that show each sign of a part."""
_POINTS_PER_LOSS = 3.2
_MOOD_SHARE = 0.25
"""How much of an attempt's value is where the mood ended; the rest is the replies."""
_NEUTRAL = 50.0
"""The value of words that are neither constructive nor hostile."""
_PLAIN = 50.0
"""How constructive a plain reply counts at least: it answers, if in few words or in words that we do not know."""
_CLEAR = 15.0
"""More hostile than this, nothing is plain."""
_VOID = frozenset({"wrong_language", "stuffed", "repeated", "canned", "empty", "unearned", "stalling"})
"""Flaws of tone with which a reply does nothing for the customer."""


def conflict_parts_of(text: str, *, language: str | None, moves: Sequence[Move]) -> dict[str, Rating]:
    """How constructive and how hostile a reply is, by the names of `CONFLICT_PARTS`, with the words that show it.

    What speaks to whoever scores the reply makes it no more constructive, and may make it more hostile.

    Args:
        text: the reply, verbatim.
        language: ISO 639-1 code of its language, None if it is not known.
        moves: what the observer found in it.

    Returns:
        Empty where nothing is known of the language, or nothing is said to the customer.
    """
    told = said_to_customer(text)
    if language is None or (told != text and not told.strip()):
        return {}
    names = frozenset(move.move for move in moves)
    heard_as = [each for each in dict.fromkeys((text, told, beyond_suspicion(text))) if each.strip() or each == text]
    rated = reduce(lower, (ratings.conflict_parts(each, language=language, moves=names) for each in heard_as))
    return {name: with_words(rating, moves, _MEANT) for name, rating in rated.items()}


def conduct(constructive: float, hostile: float, tone: ReplyTone) -> float:
    """The value of words that are so constructive and so hostile, 0-100; 50 where they are neither.

    Args:
        constructive: 0-100. A formula alone, a repetition, or what the customer cannot read is not constructive. A
            plain reply is to some degree, in whatever words.
        hostile: 0-100.
        tone: the tone of the reply.
    """
    if not _VOID.isdisjoint(tone.flaws):
        constructive = 0.0
    elif is_lifted(constructive, hostile, tone):
        constructive = _PLAIN
    return max(0.0, min(100.0, _NEUTRAL + (100 - _NEUTRAL) * worth(constructive) / 100 - hostile))


def is_lifted(constructive: float, hostile: float, tone: ReplyTone) -> bool:
    """Whether words count as more constructive than they are, because the reply is a plain one."""
    return tone.plain and hostile <= _CLEAR and constructive < _PLAIN


class DeEscalation:
    """100 for the best reply each time; points go with what a reply cost, and with hostile words."""

    dimension: Dimension = "de_escalation"

    def score(self, case: Case, exchanges: Sequence[Exchange], *, whole: bool) -> Score:
        if not exchanges:
            return Score("de_escalation", None, Note("no_reply"), (), "rules", VERSION)
        parts = [_parts(exchange) for exchange in exchanges]
        values = [_value(exchange, part) for exchange, part in zip(exchanges, parts, strict=True)]
        value = sum(values) / len(values)
        start, end = exchanges[0].before.mood, exchanges[-1].after.mood
        if whole:
            relief = 50 + (start.anger - end.anger) + 0.5 * (end.trust - start.trust) - 0.3 * max(0, end.anger - 50)
            value = (1 - _MOOD_SHARE) * value + _MOOD_SHARE * max(0.0, min(100.0, relief))
        both = zip(exchanges, parts, strict=True)
        evidence = tuple(item for exchange, part in both for item in _evidence(exchange, part))
        note = Note(
            "de_escalation_attempt" if whole else "de_escalation_reply",
            {
                "anger_before": round(start.anger),
                "anger_after": round(end.anger),
                "trust_before": round(start.trust),
                "trust_after": round(end.trust),
                "cost": round(sum(exchange.cost for exchange in exchanges), 1),
            },
        )
        return Score("de_escalation", round(value, 1), note, evidence, "rules", VERSION, _means(parts))


def _parts(exchange: Exchange) -> dict[str, Rating]:
    observation = exchange.observation
    language = observation.language or exchange.before.language
    return conflict_parts_of(exchange.reply, language=language, moves=observation.moves)


def _value(exchange: Exchange, parts: Mapping[str, Rating]) -> float:
    """What the reply did, less what hostile words take that no move shows: the moves have made the mood already."""
    value = max(0.0, 100 - _POINTS_PER_LOSS * exchange.cost)
    if parts and parts["hostile"].value > 0:
        unseen = max(0.0, parts["hostile"].value - _by_moves_alone(exchange))
        value -= max(0.0, _NEUTRAL - conduct(parts["constructive"].value, unseen, exchange_tone(exchange)))
    return max(0.0, value)


def _by_moves_alone(exchange: Exchange) -> float:
    """How hostile the moves of a reply are without its words, 0-100."""
    moves = frozenset(move.move for move in exchange.observation.moves)
    rated = ratings.conflict_parts("", language=exchange.before.language, moves=moves)
    return rated["hostile"].value if rated else 0.0


def _evidence(exchange: Exchange, parts: Mapping[str, Rating]) -> list[Evidence]:
    if not exchange.reply.strip():
        return []
    good = exchange.mark in ("best", "good")
    mark = Evidence(Note(f"mark_{exchange.mark}", {"cost": exchange.cost}), exchange.turn, exchange.reply, good=good)
    found = evidence_of(parts, exchange.observation.moves, turn=exchange.turn, text=exchange.reply)
    return [mark, *found, *of_aside(exchange.reply, turn=exchange.turn)]


def _means(parts: Sequence[Mapping[str, Rating]]) -> dict[str, float | None]:
    rated = [part for part in parts if part]
    return {
        name: round(sum(part[name].value for part in rated) / len(rated), 1) if rated else None
        for name in CONFLICT_PARTS
    }
