"""Where a reply and the text disagree: negation, opposites, values tied to another word."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from simulator.observation.support.alignment import Aligned
from simulator.observation.support.reading import Token
from simulator.observation.support.source import Line, Source, clause_facts, clauses_in

_SHORTLY = 4
"""So many content words behind a period, its unit among them, what it begins with is named."""
_TWO_DAYS = 2 * 86_400
_SAME_LINE = 0.6
"""Share of a statement that a sentence of the text has to have to be about the same."""
_OTHER_LINE = 0.4
"""Share of it, at most, that one about something else has."""
_MUCH, _MOST = 0.6, 0.5
"""Share of a clause of the text that a statement has, or share of a statement that the clause has, from which on what
the clause denies is what the statement says."""
_TIME = "time"


def polarity_of(it: Aligned) -> float:
    """Whether a sentence of the reply and the sentence of the text that says most of it differ in negation."""
    tokens, text, said = it.said.tokens, it.text, it.said
    if not tokens:
        denied = any(line.negative or line.opens == "no" for line in text.lines)
        return float((said.opens == "no") != denied) if said.opens and text.lines else 0.0
    polarity, forbidden = 0.0, False
    sentences: dict[int, list[int]] = {}
    for index, token in enumerate(tokens):
        sentences.setdefault(token.sentence, []).append(index)
    for sentence, inside in sentences.items():
        denies = sentence in said.negative
        part = denied_part(inside, tokens) if denies else inside
        cover, nearest = _nearest_lines(part, it)
        if not nearest or len(part) < min(2, len(inside)):
            continue
        # Of sentences that have as much of it, one that agrees is enough.
        clash, denied = min(_clash(sentence, inside, part, cover, line, it) for line in nearest)
        if cover >= 0.4 and clash * cover > polarity:
            polarity, forbidden = clash * cover, denied and not denies
    if polarity >= 0.4:
        it.conflicts.append(("forbidden" if forbidden else "polarity", ""))
    return polarity


def _clash(
    sentence: int, inside: Sequence[int], part: Sequence[int], cover: float, line: int, it: Aligned
) -> tuple[float, bool]:
    """How far a sentence of the reply and a line of the text differ in negation, 0-1, and whether the line denies what
    the sentence speaks of."""
    said, text, there = it.said, it.text, it.text.lines[line]
    denies = sentence in said.negative
    part = [index for index in part if index >= it.lent] or part
    keys = {it.found[index][0] for index in part} - {""}
    negated = any(text.tokens[place].negated for key in keys for place in text.places[key])
    near = negated or there.last - there.first <= 12
    denied = there.opens == "no" or (there.negative and near and _is_in_denial(keys, part, line, it))
    if said.opens == "no" and sentence == said.tokens[0].sentence and not denies:
        # "No" alone denies: unless the rest is an answer of its own ("No, we close at six").
        own = any(said.tokens[index].key not in it.context for index in inside)
        return 0.0 if denied else 0.4 if own else 1.0, denied
    if _beyond(inside, line, it):
        # "More than 10 hours" denies what "up to 10 hours" says.
        return float(denies == denied) if cover >= _SAME_LINE else 0.0, denied
    return float(denies != denied), denied


def _is_in_denial(keys: set[str], part: Sequence[int], line: int, it: Aligned) -> bool:
    """Whether what a line of the text denies ("not A, but B" denies no B) is what some words of the reply say: a clause
    that denies has them, or much of it is among them."""
    tokens = it.text.tokens[it.text.lines[line].first : it.text.lines[line].last]
    denying: dict[int, list[Token]] = {}
    for place in denied_part(range(len(tokens)), tokens):
        denying.setdefault(tokens[place].clause, []).append(tokens[place])
    said = sum(it.said.tokens[index].weight for index in part)
    affirmed = {token.key for token in tokens if token.clause not in denying}
    if not affirmed:
        return any(token.key in keys for token in tokens)
    elsewhere = sum(it.said.tokens[index].weight for index in part if it.found[index][0] in affirmed)
    for clause in denying.values():
        there = {token.key for token in clause}
        own = sum(token.weight for token in clause if token.key in keys)
        shared = sum(it.said.tokens[index].weight for index in part if it.found[index][0] in there)
        if own >= _MUCH * sum(token.weight for token in clause) or shared >= max(_MOST * said, elsewhere):
            return True
    return False


def denied_part(inside: Sequence[int], tokens: Sequence[Token]) -> list[int]:
    """The words of a sentence in the clauses that deny something; all of them where that cannot be told."""
    return [index for index in inside if tokens[index].denied] or list(inside)


def _nearest_lines(part: Sequence[int], it: Aligned) -> tuple[float, list[int]]:
    """The sentences of the text that say most of some words of the reply, and how much of them."""
    by_line: dict[int, float] = {}
    whole = 0.0
    for index in part:
        (key, how), token = it.found[index], it.said.tokens[index]
        weight = token.weight * (2.0 if token.number else 1.0)
        whole += 0.0 if not key and token.key in it.context else weight
        for line in it.text.lines_of[key] if key else ():
            by_line[line] = by_line.get(line, 0.0) + weight * how
    if not by_line:
        return 0.0, []
    best = max(by_line.values())
    return best / whole, [line for line, share in by_line.items() if share == best]


def _beyond(inside: Sequence[int], line: int, it: Aligned) -> bool:
    """Whether a sentence speaks of what lies on the other side of a limit that a line of the text has."""
    there = it.text.tokens[it.text.lines[line].first : it.text.lines[line].last]
    limits = [token for token in there if token.bound]
    said = [token for index in inside if (token := it.said.tokens[index]).number]
    same = any(limit.key == token.key and limit.bound == token.bound for limit in limits for token in said)
    return not same and any(_is_beyond(token, limit) for limit in limits for token in said)


def _is_beyond(token: Token, limit: Token) -> bool:
    if token.bound:
        return token.key == limit.key and token.bound != limit.bound
    if not (token.amount and limit.amount) or token.amount == limit.amount:
        return False
    return (float(token.amount) > float(limit.amount)) == (limit.bound == "<")


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
    # A subject that is lent may be understood in the text too: "costs 45 EUR and is done within 10 days".
    lent = {token.start for token in it.said.tokens[: it.lent]}
    clauses = list(clauses_in(it.said.tokens).values())
    for inside in clauses:
        numbers, sides = clause_facts(inside, words)
        if not numbers and not sides:
            continue
        heavy = (token for token in inside if not token.number and token.weight > 0.5)
        named = {token.key: token for token in heavy}
        if it.asked is not None and len(clauses) == 1 and len(inside) <= 3:
            named |= {token.key: token for token in it.asked.tokens if not token.number and token.weight > 0.5}
        for number in numbers:
            homes = text.clauses_of.get(number, ())
            if not homes or any(not (text.clauses[home].named - named.keys()) for home in homes):
                continue
            for key, token in named.items():
                where = text.clauses_of.get(key) if token.start not in lent else ()
                if not where or any(home in homes for home in where):
                    continue
                if all(text.clauses[place].numbers - numbers for place in where):
                    count += 1
                    it.conflicts.append(("misplaced", token.form))
                    break
        for key, token in named.items():
            for group, side in sides.items():
                theirs = frozenset[int]().union(
                    *(text.clauses[place].sides.get(group, frozenset()) for place in text.clauses_of.get(key, ()))
                )
                if (
                    theirs
                    and not theirs & side
                    and len(theirs) + len(side) < 5
                    and not _sided(text, key, group, side, named)
                ):
                    count += 1
                    it.conflicts.append(("missided", token.form))
    return count


def _sided(text: Source, key: str, group: int, side: frozenset[int], named: Container[str]) -> bool:
    """Whether a clause behind a word takes a side of an opposite and names nothing that a statement does not: its
    subject may stand in the clause before ("… open from nine, but closed on Sundays")."""
    first = min(text.clauses_of[key])
    return any(
        place[0] == first[0]
        and place > first
        and not side.isdisjoint(clause.sides.get(group, ()))
        and len(clause.named) > 1
        and all(other in named for other in clause.named)
        for place, clause in text.clauses.items()
    )


def misvalued(it: Aligned) -> int:
    """Values of a reply that the text has of something else: "the bank needs 14 days", where the sentence about the
    bank says 3 to 5 days, and one about the warehouse 14."""
    rivals = list(rivals_of(it))
    it.conflicts.extend(("misvalued", token.form) for token, _ in rivals)
    return len(rivals)


def rivals_of(it: Aligned) -> Iterator[tuple[Token, Line]]:
    """The values of a reply that the text has of something else only, each with the sentence of the text about the same
    that has another one."""
    tokens, text = it.said.tokens, it.text
    whole = sum(token.weight for token in tokens if not token.number and not token.amount)
    if not whole:
        return
    share = [0.0] * len(text.lines)
    for token, (key, how) in zip(tokens, it.found, strict=True):
        if key and not token.number and not token.amount:
            for line in text.lines_of[key]:
                share[line] += token.weight * how / whole
    said = {it.found[place][0] for place, token in enumerate(tokens) if token.number}
    for place, token in enumerate(tokens):
        key = it.found[place][0]
        unit = _unit_of(tokens, place)
        if not (token.number and key and unit):
            continue
        homes = _lines_with(token, key, text)
        if any(share[home] > _OTHER_LINE for home in homes):
            continue
        others = [
            number
            for number, line in enumerate(text.lines)
            if share[number] >= _SAME_LINE and number not in homes and _has_other(text, line, unit, said)
        ]
        if others:
            yield token, text.lines[max(others, key=lambda number: share[number])]


def _lines_with(token: Token, key: str, text: Source) -> set[int]:
    """The sentences of a text that have a value, however it is put ("2 days", "48 hours")."""
    alike = {
        text.line_of[place] for place, there in enumerate(text.tokens) if token.amount and there.amount == token.amount
    }
    return alike.union(text.lines_of[key])


def _unit_of(tokens: Sequence[Token], place: int) -> str:
    """What a number counts: a time, or the word behind it; "" where there is none."""
    if tokens[place].amount:
        return _TIME
    behind = tokens[place + 1] if place + 1 < len(tokens) else None
    return behind.key if behind is not None and not behind.number and behind.start - tokens[place].end <= 1 else ""


def _has_other(text: Source, line: Line, unit: str, said: Container[str]) -> bool:
    """Whether a sentence of the text has a value of a unit that a statement does not say."""
    tokens = text.tokens[line.first : line.last]
    return any(
        token.number and token.key not in said and _unit_of(tokens, place) == unit for place, token in enumerate(tokens)
    )


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
