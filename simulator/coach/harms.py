"""What a reply did wrong and what it did well, what matters most first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulator.case import Case
from simulator.conversation import LANGUAGES, Mood, Quote
from simulator.desk import gaps
from simulator.mood import Treatment, effects, next_mood
from simulator.observation import RUDE_MOVES, Move, asides, read
from simulator.scenarios.formats import MoveName
from simulator.scoring import Exchange

_WORN = 2
"""From so many times heard on, a formula costs."""
_READABLE_WORDS = 3


@dataclass(frozen=True, slots=True)
class Harm:
    """Something that a reply did wrong.

    Args:
        key: a move, or what else it was; worded in `wording.yaml`.
        quote: the words that did it, if words did.
        shift: points of mood that it alone moved, at that moment: above 0 more of it, below 0 less.
        weight: how bad it is; more than the shift tells once the customer cannot get angrier.
        passage: id of the passage that has the right answer, if one has.
    """

    key: str
    quote: Quote | None
    shift: Mood
    weight: float
    passage: str | None = None


@dataclass(frozen=True, slots=True)
class Gain:
    """Something that a reply did well: a move, or `answered`, `told`, `asked`; with the words that did it."""

    key: str
    quote: Quote
    weight: float


def harms(case: Case, exchange: Exchange) -> tuple[Harm, ...]:
    """All that went wrong in a reply, what matters most first.

    What is said to the program comes first, then false claims, rudeness, the wrong language, and what makes a reply
    unreadable; the rest follows by what it does to a mood, unfounded claims last.
    """
    others = sorted(_others(case, exchange), key=lambda harm: -harm.weight)
    found = (*_grave(case, exchange), *others, *_unfounded(case, exchange))
    if exchange.treatment.stalling and not found:
        return (_harm(case, exchange, "empty", Treatment()),)
    return found


def _grave(case: Case, exchange: Exchange) -> Iterator[Harm]:
    treatment, moves = exchange.treatment, exchange.observation.moves
    rude = [move for move in moves if move.move in RUDE_MOVES]
    said = asides(exchange.reply)
    if said:
        # Whatever it sounds like, it is no insult to the customer.
        meant = [
            move for move in rude if any(move.quote.start < each.end and each.start < move.quote.end for each in said)
        ]
        rude = [move for move in rude if move not in meant]
        alone = Treatment(moves=tuple((move.move, exchange.before.times_heard(move.move)) for move in meant))
        yield _harm(case, exchange, "aside", alone, quote=said[0])
    for claim in sorted(exchange.observation.claims, key=lambda claim: claim.forbidden is None):
        if claim.verdict == "contradicted":
            alone = Treatment(false_claims=1 if claim.forbidden else 0)
            # Only the author's passage is sure to be the one that a trainee should read.
            passage = claim.passage if claim.forbidden else None
            yield _harm(case, exchange, "false_claim", alone, quote=claim.quote, passage=passage)
    yield from sorted((_of_move(case, exchange, move) for move in rude), key=lambda harm: -harm.weight)
    if treatment.makes("wrong_language"):
        yield _harm(case, exchange, "wrong_language", Treatment(moves=(("wrong_language", 0),)))
    if treatment.empty:
        yield _harm(case, exchange, "empty", Treatment(empty=True))
    if treatment.repeated:
        yield _harm(case, exchange, "repeated", Treatment(repeated=True))
    if treatment.crowded:
        yield _harm(case, exchange, "crowded", Treatment(crowded=True))
    if treatment.gap:
        yield _harm(case, exchange, "gap_left", Treatment(gap=True), quote=next(iter(gaps(exchange.reply)), None))
    if treatment.canned:
        yield _harm(case, exchange, "macro_unfit", Treatment(canned=True))


def _others(case: Case, exchange: Exchange) -> Iterator[Harm]:
    treatment = exchange.treatment
    if treatment.answered is False and not treatment.makes("wrong_language"):
        passage = case.fact(exchange.before.pending).source if exchange.before.pending else None
        yield _harm(case, exchange, "question_unanswered", Treatment(answered=False), passage=passage)
    heard = dict(treatment.moves)
    for move in exchange.observation.moves:
        kind = effects()[move.move].kind
        if kind == "harm" and move.move not in RUDE_MOVES and move.move != "wrong_language":
            yield _of_move(case, exchange, move)
        elif kind == "formula" and not treatment.repeated:
            if heard[move.move] >= _WORN:
                yield _of_move(case, exchange, move, key="formula_worn")
            elif not treatment.has_substance:
                yield _of_move(case, exchange, move, key="formula_only")
        elif move.move == "stalls" and not treatment.has_substance:
            yield _of_move(case, exchange, move)
    if treatment.late_minutes > 0:
        yield _harm(case, exchange, "late", Treatment(late_minutes=treatment.late_minutes))


def _unfounded(case: Case, exchange: Exchange) -> Iterator[Harm]:
    for claim in exchange.observation.claims:
        if claim.verdict == "unsupported":
            yield _harm(case, exchange, "unfounded_claim", Treatment(), quote=claim.quote)


def _of_move(case: Case, exchange: Exchange, move: Move, *, key: str | None = None) -> Harm:
    alone = Treatment(moves=((move.move, exchange.before.times_heard(move.move)),))
    return _harm(case, exchange, key or move.move, alone, quote=move.quote)


def _harm(
    case: Case,
    exchange: Exchange,
    key: str,
    alone: Treatment,
    *,
    quote: Quote | None = None,
    passage: str | None = None,
) -> Harm:
    before = exchange.before.mood
    felt = next_mood(before, alone, case.persona)
    unbounded = next_mood(before, alone, case.persona, bounded=False)
    return Harm(key, quote, _shift(before, felt), _weight(_shift(before, unbounded)), passage)


def gains(case: Case, exchange: Exchange) -> tuple[Gain, ...]:
    """All that helped in a reply, what helped most first: nothing of a reply that could not be read, no move of a
    sentence that the documentation contradicts."""
    treatment, before = exchange.treatment, exchange.before
    if treatment.repeated or exchange.observation.stuffed or treatment.makes("wrong_language"):
        return ()
    new = [found for found in exchange.observation.facts if found.id not in before.conveyed]
    learned = [found for found in exchange.observation.asked if found.id not in before.told]
    false = {
        _sentence(claim.quote, exchange) for claim in exchange.observation.claims if claim.verdict == "contradicted"
    }
    found = [
        Gain(move.move, move.quote, _won(case, exchange, _without(treatment, move.move)))
        for move in exchange.observation.moves
        if effects()[move.move].kind in ("substance", "formula")
        # A fact's own sentence is an explanation: one thing, not two.
        and not (move.move == "explains" and new)
        and _sentence(move.quote, exchange) not in false
    ]
    if new:
        asked = next((fact for fact in new if fact.id == before.pending), None)
        untold = replace(_without(treatment, "explains"), new_facts=0, answered=None)
        key = "answered" if asked else "told"
        found.append(Gain(key, (asked or new[0]).quote, _won(case, exchange, untold)))
    if learned:
        found.append(Gain("asked", learned[0].quote, _won(case, exchange, replace(treatment, learned=0))))
    return tuple(sorted((gain for gain in found if gain.weight > 0), key=lambda gain: -gain.weight))


def readable(quote: Quote, exchange: Exchange) -> Quote:
    """A quote that can be read by itself: a word or two become the sentence that they stand in."""
    return quote if len(quote.text.split()) >= _READABLE_WORDS else whole(quote, exchange)


def whole(quote: Quote, exchange: Exchange) -> Quote:
    """The sentence that a quote stands in; the quote itself where it goes beyond one."""
    sentence = _sentence(quote, exchange)
    return sentence if sentence.start <= quote.start and quote.end <= sentence.end else quote


def _sentence(quote: Quote, exchange: Exchange) -> Quote:
    """The sentence in which a quote begins."""
    language = exchange.observation.language
    text = read(exchange.reply, language if language in LANGUAGES else exchange.before.language)
    return text.sentence_quote(text.sentence_at(quote.start))


def _without(treatment: Treatment, move: MoveName) -> Treatment:
    return replace(treatment, moves=tuple(made for made in treatment.moves if made[0] != move))


def _won(case: Case, exchange: Exchange, otherwise: Treatment) -> float:
    """How much better the reply was than it would have been otherwise."""
    before = exchange.before.mood
    was = next_mood(before, exchange.treatment, case.persona, bounded=False)
    return _weight(_shift(was, next_mood(before, otherwise, case.persona, bounded=False)))


def _shift(start: Mood, end: Mood) -> Mood:
    return Mood(end.anger - start.anger, end.confusion - start.confusion, end.trust - start.trust)


def _weight(shift: Mood) -> float:
    """How much worse a shift of mood makes things: anger weighs most."""
    return 0.6 * shift.anger + 0.2 * shift.confusion - 0.3 * shift.trust
