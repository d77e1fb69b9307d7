"""What speaks for and against a reply, in numbers."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

from simulator.observation.support.alignment import Aligned
from simulator.observation.support.conflicts import hasty, misdated, misplaced, misvalued, opposite, polarity_of
from simulator.observation.support.locality import kind_fit, locality

FEATURES = (
    "coverage",
    "pairs",
    "missing",
    "missing_most",
    "number_missing",
    "strong_missing",
    "opposite",
    "misplaced",
    "polarity",
    "recall_new",
    "topic",
    "length",
    "told_cover",
    "asks",
    "short_locality",
    "kind_fit",
)
"""See `features`."""

SHORT, LONG = 3, 9
"""Words of a reply that is surely a fragment, and of one that is surely not."""


def features(it: Aligned) -> dict[str, float]:
    """What speaks for and against a reply.

    - coverage, told_cover, pairs: share of its meaning, of all its words and of its neighbouring words in the text
    - missing, missing_most: weight of the words that are nowhere, in all and of the heaviest
    - number_missing, strong_missing: numbers, and words such as "only" and "always", that are nowhere; "tomorrow" for
      what takes days counts as a number
    - opposite: words whose opposite the text has; misplaced: values and opposites that the text ties to another word
      or, periods, to another beginning, or has in another sentence
    - polarity: one of reply and text is negated, sentence by sentence
    - recall_new, length: how much it says of what the sentence has beyond the question, and its length beside it
    - topic: share of the question that it takes up; asks: it asks itself
    - short_locality, kind_fit: for a few words out of a longer text, whether they stand where the question points,
      and are the share, time, amount or person that it asks for
    """
    tokens, text, context = it.said.tokens, it.text, it.context
    total = got = missing = heaviest = numbers = 0.0
    for place, (token, (key, how)) in enumerate(zip(tokens, it.found, strict=True)):
        known = token.key in context
        weight = token.weight * (0.7 + 0.3 * text.rarity.get(key, 1.0))
        total += weight
        got += weight * max(how, 0.5 if known else 0.0)
        if not key and not known:
            missing += token.weight
            heaviest = max(heaviest, token.weight)
            if token.number and place >= it.lent:
                numbers += 1
                it.conflicts.append(("number_missing", token.form))
    for form in hasty(it):
        numbers += 1
        it.conflicts.append(("number_missing", form))
    coverage = got / total if total else 0.0
    size = len(tokens) / it.words.size
    short = min(1.0, max(0.0, 1.0 - (size - SHORT) / (LONG - SHORT)))
    fragment = short * coverage * min(1.0, max(0.0, (len(text.tokens) - 15) / 25))
    whole = 1 - fragment
    fit = kind = 0.0
    if fragment and it.asked is not None and (it.asked.kind or it.asked.questions):
        fit = locality(tokens, it.found, it.asked, text, it.words) - 0.5
        # A message that goes on behind its question wants more than the kind of answer that this asks for.
        if it.asked.kind or it.asked.sentences - 1 in it.asked.questions:
            kind = kind_fit(tokens, it.asked, it.words)
    told = it.told.words
    negation = polarity_of(it)
    return {
        "coverage": coverage,
        "pairs": _pairs(it, coverage),
        "missing": math.log1p(missing),
        "missing_most": heaviest,
        "number_missing": math.log1p(numbers),
        "strong_missing": math.log1p(len(it.said.strong - text.strong - context - text.places.keys())),
        "opposite": math.log1p(opposite(it)),
        "misplaced": math.log1p(misplaced(it) * whole + misdated(it) + misvalued(it)),
        "polarity": negation * (1.0 if it.said.negative or it.said.opens else whole),
        "recall_new": _recall(it) * whole,
        "topic": _topic(it) * whole,
        "length": whole * (math.log1p(len(tokens)) - math.log1p(it.best.last - it.best.first)) if it.best else 0.0,
        "told_cover": sum(word in text.words for word in told) / len(told) if told else 0.0,
        "asks": float(bool(it.said.questions)),
        "short_locality": fragment * fit,
        "kind_fit": fragment * kind,
    }


def _pairs(it: Aligned, otherwise: float) -> float:
    got = total = 0.0
    last: tuple[int, ...] = ()
    for index, (token, (key, _how)) in enumerate(zip(it.said.tokens, it.found, strict=True)):
        here = it.text.places.get(key, ()) if key else ()
        if index and token.sentence == it.said.tokens[index - 1].sentence:
            weight = token.weight + it.said.tokens[index - 1].weight
            total += weight
            if here and last and min(_nearest(here, place) for place in last) <= 2:
                got += weight
        last = here
    return got / total if total else otherwise


def _recall(it: Aligned) -> float:
    if it.best is None:
        return 0.0
    matched = {key for key, how in it.found if how >= 0.6}
    fresh = [token for token in it.text.tokens[it.best.first : it.best.last] if token.key not in it.context]
    weight = sum(token.weight for token in fresh)
    return sum(token.weight for token in fresh if token.key in matched) / weight if weight else 1.0


def _topic(it: Aligned) -> float:
    if it.asked is None:
        return 0.0
    said = {token.key for token in it.said.tokens}
    total = sum(token.weight for token in it.asked.tokens)
    return sum(token.weight for token in it.asked.tokens if token.key in said) / total if total else 0.0


def _nearest(places: Sequence[int], place: int) -> int:
    at = bisect_left(places, place)
    best = 10_000
    if at < len(places):
        best = places[at] - place
    if at:
        best = min(best, place - places[at - 1])
    return best
