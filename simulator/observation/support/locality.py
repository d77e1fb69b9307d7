"""Short replies out of a longer text: whether they stand where the question points, and are what it asks for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulator.observation.support.alignment import match
from simulator.observation.support.reading import Reading, Token
from simulator.observation.support.source import Source
from simulator.observation.support.words import Lists

REACH = 3.0
"""Words over which the nearness of a word of the question to the answer falls to a third."""
SAME_SENTENCE = 0.3
"""How much a word of the question counts anywhere in the sentence of the answer; the rest by nearness."""
PAIR = 0.5
"""What two neighbouring words of the question count that are neighbours in the text too."""
FOCUS = 2.0
"""What the word counts that a question word stands with ("which company"), against another of the question."""
RANK = 0.25
"""How much it counts that other places of the text fit less; the rest is how near the best fit this one comes."""
_NEAR = tuple((1 - SAME_SENTENCE) * math.exp(-distance / REACH) for distance in range(60))


def locality(
    tokens: Sequence[Token], found: Sequence[tuple[str, float]], asked: Reading, text: Source, words: Lists
) -> float:
    """How well the place that says the reply fits the question, against the other places of the text: 0-1."""
    answer = {key for key, how in found if key}
    if not text.tokens or not answer:
        return 0.0
    own = {token.key for token in tokens}
    wanted: list[tuple[float, tuple[int, ...]]] = []
    taken: set[str | tuple[str, str]] = set()
    before, before_weight = "", 0.0
    for token in asked.tokens:
        if asked.questions and token.sentence not in asked.questions:
            continue  # What else the customer says is not what the reply answers.
        key, how = match(token, text, words)
        if key and key not in taken and token.key not in own and key not in answer:
            taken.add(key)
            focus = FOCUS if token.start in asked.focus else 1.0
            wanted.append((focus * token.weight * how * text.rarity[key] ** 2, text.places[key]))
        if key and before and key not in answer and (before, key) not in taken:
            first = set(text.places[before])
            both = tuple(place for place in text.places[key] if place - 1 in first)
            if both:
                taken.add((before, key))
                rarity = math.log(1 + len(text.lines) / len({text.line_of[place] for place in both}))
                weight = (token.weight + before_weight) / 2 * (rarity / math.log(1 + len(text.lines))) ** 2
                wanted.append((PAIR * weight, both))
        before, before_weight = key, token.weight
    if not wanted:
        return 0.5
    score = _fit(wanted, text)
    top = max(score)
    # The reply's best occurrence: the window with most of its words, then the best place in it.
    best = most = 0.0
    span = max(3, len(tokens))
    marks = sorted({place for key in answer for place in text.places[key]})
    weight_of = {key: how * (0.3 + text.rarity[key]) for key, how in found if key}
    for index, start in enumerate(marks):
        inside: set[str] = set()
        level = 0.0
        for place in marks[index:]:
            if place - start > span:
                break
            inside.add(text.tokens[place].key)
            level = max(level, score[place])
        amount = sum(weight_of[key] for key in inside)
        if amount > most * 1.01:
            most, best = amount, level
        elif amount >= most * 0.99:
            best = max(best, level)
    below = sum(value < best - 1e-9 for value in score)
    same = sum(abs(value - best) <= 1e-9 for value in score)
    return RANK * (below + same / 2) / len(score) + (1 - RANK) * best / top


def _fit(wanted: Sequence[tuple[float, tuple[int, ...]]], text: Source) -> list[float]:
    """For each place of the text, how many of the wanted words are near, by weight."""
    size = len(text.tokens)
    score = [0.0] * size
    far = len(_NEAR) - 1
    for weight, places in wanted:
        for line in {text.line_of[place] for place in places}:
            for position in range(text.lines[line].first, text.lines[line].last):
                score[position] += weight * SAME_SENTENCE
        for index, place in enumerate(places):
            left = 0 if not index else (places[index - 1] + place) // 2 + 1
            right = size if index + 1 == len(places) else (place + places[index + 1]) // 2 + 1
            for position in range(max(left, place - far), min(right, place + far + 1)):
                score[position] += weight * _NEAR[abs(position - place)]
    return score


def kind_fit(tokens: Sequence[Token], asked: Reading, words: Lists) -> float:
    """Whether a short reply is of the kind that is asked for: a share, a time, an amount, a person: -1 to 1."""
    whole = f" {' '.join(asked.words)} "
    start = whole if words.in_situ else f" {' '.join(asked.words[:4])} "
    asks = {
        kind
        for kind, marks in words.asks.items()
        if any(mark in (start if kind in ("time", "person") else whole) for mark in marks)
    }
    if "often" in asks:
        return 0.0
    numbers = [token for token in tokens if token.number]
    share = any(token.form == "%" for token in tokens)
    if "share" in asks:
        return 1.0 if share else -1.0 if numbers else 0.0
    if share or ("rate" in asks and numbers):
        return (0.5 if share else 0.0) if "rate" in asks else -0.5
    if "time" in asks and "amount" not in asks:
        years = any(len(token.key) == 4 and token.key[0] in "12" for token in numbers)
        return 1.0 if years else 0.0 if numbers else -0.5
    if "amount" in asks and "time" not in asks:
        years = any(len(token.key) == 4 and token.key[0] in "12" and token.form.isdigit() for token in numbers)
        return (-0.5 if years else 0.5) if numbers else -1.0
    if "person" in asks:
        if numbers:
            return -1.0
        if any(token.form[0].isupper() for token in tokens):
            return 0.5
        return -0.5 if tokens and tokens[0].form[0].islower() else 0.0
    return 0.0
