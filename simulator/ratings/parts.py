"""Parts of tone: feelings validated, understanding shown, talk encouraged; advice, talk of oneself, feelings dismissed.

Patterns by hand (`data/parts/<language>.yaml`) and the observer's moves: no rated set asks this. A part is 0-100:
100 * (1 - exp(-1.2 * sum of what was found)), so that one clear sign gives about 70 and more give more.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from simulator.conversation import LANGUAGES, Quote
from simulator.ratings.base import Rating, Reason
from simulator.ratings.patterns import Found
from simulator.ratings.phrases import Phrases, phrases_of
from simulator.ratings.words import Words

PARTS = ("validation", "understanding", "elaboration", "advice", "self_focus", "dismissal")
_SHARP = 1.2
_MOVES: Mapping[str, Mapping[str, float]] = {
    "validation": {
        "names_feeling": 0.8,
        "takes_ownership": 0.4,
        "apologises": 0.3,
        "empathises": 0.3,
        "reassures": 0.2,
    },
    "understanding": {
        "restates": 0.8,
        "empathises": 0.4,
        "explains": 0.3,
        "takes_ownership": 0.3,
        "names_feeling": 0.4,
    },
    "elaboration": {"checks_understanding": 0.6, "asks": 0.3, "offers_choice": 0.3},
    "advice": {"pushes_sale": 1.0},
    "self_focus": {"talks_about_self": 1.0},
    "dismissal": {
        "insults": 1.2,
        "mocks": 1.2,
        "dismisses": 1.0,
        "threatens": 1.0,
        "tells_to_calm_down": 1.0,
        "blames": 0.8,
        "refuses_flat": 0.5,
        "hides_behind_policy": 0.4,
    },
}
_BRUSHED = 0.2
"""What is left of understanding in a sentence that dismisses the feelings."""
_NOT_DISMISSED = 0.6
"""A dismissal negated ("you are not overreacting") validates."""
_ASKED, _UNMARKED, _RHETORICAL, _ADVISING = 0.4, 0.6, 0.1, 0.3
"""Any question; what is left of an open one without its mark, of a rhetorical one, and of one that advises."""
_RHETORICAL_PUTS_DOWN = 0.3
_FEELS = 0.3
"""A question about what is felt or lived through is worth more."""
_OWN_STORY = 1.2
_TAKEN_UP = 0.2
_OF_THEM, _TOLD = 0.3, 6
"""A statement about the other person, and from how many words on it tells anything."""
_SOOTHED = 0.5
"""How far what is said to soothe takes away from a dismissal beside it."""
_LONG = 60
"""Beyond so many words, what is found counts by its density."""


def tone_parts(text: str, *, language: str, moves: Collection[str] = (), before: str = "") -> dict[str, Rating]:
    """The parts of tone of a message (`PARTS`), 0-100 each; `advice`, `self_focus` and `dismissal` are bad when high.

    Args:
        text: the message.
        language: ISO 639-1 code.
        moves: names of the moves that the observer found in it.
        before: what the other side has just said: advice that it asked for counts half, and taking up its words shows
            understanding.

    Returns:
        Empty for an empty text, and in a language without patterns where no move was found either.
    """
    if not text.strip() or not (language in LANGUAGES or moves):
        return {}
    return dict(_rated(text, language, tuple(sorted(moves)), before))


@lru_cache(maxsize=256)
def _rated(text: str, language: str, moves: tuple[str, ...], before: str) -> Mapping[str, Rating]:
    """A message is rated again with every score that looks back at it."""
    said = phrases_of(text, language)
    reasons = {part: list(_reasons(said, part)) for part in PARTS}
    reasons["elaboration"] += _questions(said)
    reasons["understanding"] += _told(said)
    reasons["dismissal"] += _put_down(said)
    share = _own_share(said)
    if share:
        reasons["self_focus"].append(Reason(None, "first_person", round(_OWN_STORY * share, 3)))
    if before:
        heard = phrases_of(before, language)
        taken_up = _stems(said.cut) & _stems(heard.cut)
        if taken_up:
            reasons["understanding"].append(Reason(None, "their_words", _TAKEN_UP * min(3, len(taken_up))))
        if heard.found.get("asks_advice"):
            reasons["advice"] = [Reason(r.quote, r.note, 0.5 * r.weight) for r in reasons["advice"]]
    length = max(1.0, len(said.cut.words) / _LONG) ** 0.5
    for part, weights in _MOVES.items():
        reasons[part] += [Reason(None, move, weights[move]) for move in moves if move in weights]
    soothing = sum(reason.weight for part in ("validation", "understanding") for reason in reasons[part])
    if soothing and reasons["dismissal"]:
        left = 1.0 / (1.0 + _SOOTHED * soothing)
        reasons["dismissal"] = [Reason(r.quote, r.note, left * r.weight) for r in reasons["dismissal"]]
    return {part: _rating(found, length) for part, found in reasons.items()}


def _told(said: Phrases) -> Iterable[Reason]:
    """Statements about the other person that neither advise nor dismiss: what somebody tells who has listened."""
    if "them" not in said.found:
        return
    other = [_sentences(said, kind, 0.0) for kind in ("advice", "dismissal", "rhetorical", "me", "elaboration")]
    for number, (start, end, asks) in enumerate(said.cut.sentences):
        if asks or end - start < _TOLD or any(number in found for found in other):
            continue
        if said.places("them", start, end):
            first, last = said.cut.spans[start][0], said.cut.spans[end - 1][1]
            yield Reason(Quote(said.text[first:last], first, last), "of them", _OF_THEM)


def _put_down(said: Phrases) -> Iterable[Reason]:
    """Rhetorical questions, which want no answer."""
    for start, end, asks in said.cut.sentences:
        for one in said.places("rhetorical", start, end)[: int(asks)]:
            yield Reason(said.quote(one), "rhetorical", _RHETORICAL_PUTS_DOWN)


def _reasons(said: Phrases, part: str) -> Iterable[Reason]:
    """What speaks for a part: its patterns, less what is negated or brushed aside."""
    brushed = _sentences(said, "dismissal") if part in ("validation", "understanding") else frozenset()
    for one in said.found.get(part, ()):
        if one.negated and part != "self_focus":
            continue
        left = _BRUSHED if brushed and _sentence(said.cut, one) in brushed else 1.0
        yield Reason(said.quote(one), "phrase", left * one.weight)
    if part == "validation":
        for one in said.found.get("dismissal", ()):
            if one.negated:
                yield Reason(said.quote(one), "not dismissed", _NOT_DISMISSED)


def _sentence(pieces: Words, one: Found) -> int:
    return next(number for number, (_, end, _) in enumerate(pieces.sentences) if one.first < end)


def _sentences(said: Phrases, kind: str, least: float = 1.0) -> frozenset[int]:
    """The sentences that have something of a kind."""
    return frozenset(
        _sentence(said.cut, one) for one in said.found.get(kind, ()) if one.weight >= least and not one.negated
    )


def _questions(said: Phrases) -> Iterable[Reason]:
    """The questions, by how far they invite to go on."""
    for start, end, asks in said.cut.sentences:
        open_ones = said.places("question", start, end)
        if not asks:
            for one in open_ones:
                if one.first == start:
                    yield Reason(said.quote(one), "question", _UNMARKED * one.weight)
            continue
        weight = max([_ASKED, *(one.weight for one in open_ones)])
        if said.places("feels", start, end):
            weight += _FEELS
        if said.closed(start, end):
            weight *= _RHETORICAL
        elif said.places("advice", start, end):
            weight *= _ADVISING
        first, last = said.cut.spans[start][0], said.cut.spans[end - 1][1]
        yield Reason(Quote(said.text[first:last], first, last), "question", weight)


def _own_share(said: Phrases) -> float:
    """The share of words in sentences that speak of the speaker, steps to help left out, and not of the other."""
    words = len(said.cut.words)
    if words < 5 or "me" not in said.found:
        return 0.0
    own = 0
    for start, end, _ in said.cut.sentences:
        mine = len(said.places("me", start, end)) - len(said.places("helping", start, end))
        if mine > len(said.places("them", start, end)):
            own += end - start
    return own / words


def _stems(pieces: Words) -> frozenset[str]:
    return frozenset(word[:6] for word in pieces.words if len(word) > 4)


def _rating(reasons: list[Reason], length: float) -> Rating:
    total = sum(reason.weight for reason in reasons) / length
    return Rating(
        round(100 * (1 - math.exp(-_SHARP * total)), 1),
        tuple(sorted(reasons, key=lambda reason: -reason.weight)),
    )
