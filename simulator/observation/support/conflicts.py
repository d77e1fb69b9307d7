"""Where a reply and the text disagree: negation, opposites, values tied to another word."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.observation.support.alignment import Aligned
from simulator.observation.support.reading import Token
from simulator.observation.support.source import Source, clause_facts, clauses_in

_SHORTLY = 4
"""So many content words behind a period, its unit among them, what it begins with is named."""
_TWO_DAYS = 2 * 86_400


def polarity_of(it: Aligned) -> float:
    """Whether a sentence of the reply and the sentence of the text that says most of it differ in negation."""
    tokens, text, said = it.said.tokens, it.text, it.said
    if not tokens:
        denied = any(line.negative or line.opens == "no" for line in text.lines)
        return float((said.opens == "no") != denied) if said.opens and text.lines else 0.0
    polarity = 0.0
    sentences: dict[int, list[int]] = {}
    for index, token in enumerate(tokens):
        sentences.setdefault(token.sentence, []).append(index)
    for sentence, inside in sentences.items():
        by_line: dict[int, float] = {}
        whole = 0.0
        negated = False
        for index in inside:
            (key, how), token = it.found[index], tokens[index]
            weight = token.weight * (2.0 if token.number else 1.0)
            whole += 0.0 if not key and token.key in it.context else weight
            if not key:
                continue
            for line in text.lines_of[key]:
                by_line[line] = by_line.get(line, 0.0) + weight * how
            negated = negated or any(text.tokens[place].negated for place in text.places[key])
        if not by_line:
            continue
        best = max(by_line, key=lambda place: by_line[place])
        cover = by_line[best] / whole
        there_line = text.lines[best]
        near = negated or there_line.last - there_line.first <= 12
        denied = there_line.opens == "no" or (there_line.negative and near)
        denies = sentence in said.negative
        if said.opens == "no" and sentence == tokens[0].sentence and not denies:
            # "No" alone denies: unless the rest is an answer of its own ("No, we close at six").
            own = any(tokens[index].key not in it.context for index in inside)
            clash = 0.0 if denied else 0.4 if own else 1.0
        else:
            clash = float(denies != denied)
        if cover >= 0.4:
            polarity = max(polarity, clash * cover)
    if polarity >= 0.4:
        it.conflicts.append(("polarity", ""))
    return polarity


def opposite(it: Aligned) -> int:
    count = 0
    for token, (key, _how) in zip(it.said.tokens, it.found, strict=True):
        if key == token.key or token.key in it.context:
            continue
        for group, side in it.words.antonyms.get(token.key, ()):
            others = it.text.sides.get(group)
            if others and side not in others:
                count += 1
                it.conflicts.append(("opposite", token.form))
                break
    return count


def misplaced(it: Aligned) -> int:
    """Values and opposites of a reply that the text ties to another word than the reply does.

    "The battery: 24 months", where the text has "the battery for 12 months, the screen for 24": the clause with the
    value names something that the reply does not, and what the reply names has other values in its clauses.
    """
    text, words = it.text, it.words
    if len(text.clauses) < 2:
        return 0
    count = 0
    clauses = list(clauses_in(it.said.tokens).values())
    for inside in clauses:
        numbers, sides = clause_facts(inside, words)
        if not numbers and not sides:
            continue
        named = {token.key: token for token in inside if not token.number and token.weight > 0.5}
        if it.asked is not None and len(clauses) == 1 and len(inside) <= 3:
            named |= {token.key: token for token in it.asked.tokens if not token.number and token.weight > 0.5}
        for number in numbers:
            homes = text.clauses_of.get(number, ())
            if not homes or any(not (text.clauses[home].named - named.keys()) for home in homes):
                continue
            for key, token in named.items():
                where = text.clauses_of.get(key)
                if not where or any(home in homes for home in where):
                    continue
                if all(text.clauses[place].numbers - {number} for place in where):
                    count += 1
                    it.conflicts.append(("misplaced", token.form))
                    break
        for key, token in named.items():
            for group, side in sides.items():
                theirs = frozenset[int]().union(
                    *(text.clauses[place].sides.get(group, frozenset()) for place in text.clauses_of.get(key, ()))
                )
                if theirs and not theirs & side and len(theirs) + len(side) < 5:
                    count += 1
                    it.conflicts.append(("misplaced", token.form))
    return count


def misdated(it: Aligned) -> int:
    """Periods of a reply that begin with another event than in the text: "60 days after the delivery", where the text
    counts them from the invoice. What its next sentence says of it counts too ("not the date of delivery")."""
    events, text = it.words.events, it.text
    count = 0
    for inside in clauses_in(it.said.tokens).values():
        for place, token in enumerate(inside):
            event = _event_behind(inside[place + 1 :], events) if token.number and token.amount else None
            homes = text.places.get(text.amounts.get((token.amount, True), ""), ())
            there = [_events_at(text, home, events) for home in homes if text.tokens[home].amount == token.amount]
            if event and there and all(each and not each & events[event.key] for each in there):
                count += 1
                it.conflicts.append(("misdated", event.form))
    return count


def _event_behind(tokens: Sequence[Token], events: dict[str, frozenset[int]]) -> Token | None:
    """The event that a period begins with: the first one shortly behind it."""
    return next((token for token in tokens[:_SHORTLY] if token.key in events and not token.negated), None)


def _events_at(text: Source, place: int, events: dict[str, frozenset[int]]) -> frozenset[int]:
    """The events that the period at a place of the text may begin with: the one behind it, and those of the next
    sentence; all of its own sentence where none is behind it."""
    number = text.line_of[place]
    line = text.lines[number]
    nearest = _event_behind(text.tokens[place + 1 : line.last], events)
    named = [nearest] if nearest else list(text.tokens[line.first : line.last])
    if number + 1 < len(text.lines) and text.lines[number + 1].passage == line.passage:
        named += text.tokens[line.last : text.lines[number + 1].last]
    return frozenset(group for token in named if not token.negated for group in events.get(token.key, ()))


def hasty(it: Aligned) -> list[str]:
    """Words of a reply that promise within a day what takes longer by the sentence of the text that says most of it:
    "you get the money tomorrow", where that takes five working days."""
    instants, said = it.words.instants, it.said
    if not instants or it.best is None or said.negative or any(token.number for token in said.tokens):
        return []
    found = [token.form for token in said.tokens if token.key in instants and token.key not in it.text.places]
    line = it.text.tokens[it.best.first : it.best.last]
    waits = any(token.number and token.amount and float(token.amount) >= _TWO_DAYS for token in line)
    return found if waits else []
