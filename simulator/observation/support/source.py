"""Passages read as one stream of words, with indexes; and the choice among many passages."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from simulator.observation.support.reading import Token, read, strip_talk
from simulator.observation.support.stems import root
from simulator.observation.support.tables import in_sentences
from simulator.observation.support.words import Lists, lists


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a passage: its place in the stream of all tokens."""

    passage: int
    first: int
    last: int
    negative: bool
    opens: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a passage: its numbers, the sides of opposites that it takes, and its words that mean something."""

    numbers: frozenset[str]
    sides: dict[int, frozenset[int]]
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class Source:
    """Passages read as one stream of tokens, with an index by key, prefix and synonym group."""

    tokens: tuple[Token, ...]
    lines: tuple[Line, ...]
    line_of: tuple[int, ...]
    places: dict[str, tuple[int, ...]]
    starts: dict[str, tuple[str, ...]]
    shapes: dict[tuple[str, int], tuple[str, ...]]
    groups: dict[int, tuple[str, ...]]
    roots: dict[str, str]
    titles: frozenset[str]
    rarity: dict[str, float]
    strong: frozenset[str]
    sides: dict[int, frozenset[int]]
    words: frozenset[str]
    lines_of: dict[str, tuple[int, ...]]
    clauses: dict[tuple[int, int], Clause]
    clauses_of: dict[str, tuple[tuple[int, int], ...]]
    amounts: dict[tuple[str, bool], str]
    """The word of the text for an amount: of its number (True) and of its unit."""
    amounts_of: dict[str, frozenset[str]]
    """For each number, the amounts that it is of; "" where it has no unit."""


@lru_cache(maxsize=2_048)
def source(passages: tuple[tuple[str, str], ...], language: str) -> Source:
    """Reads passages, each (title, text). Cached: some tens of microseconds a sentence."""
    words = lists(language)
    tokens: list[Token] = []
    lines: list[Line] = []
    line_of: list[int] = []
    titles: set[str] = set()
    strong: set[str] = set()
    every: set[str] = set()
    clauses: dict[tuple[int, int], Clause] = {}
    clauses_of: dict[str, list[tuple[int, int]]] = {}
    for number, (title, text) in enumerate(passages):
        titles.update(token.key for token in read(title, language).tokens)
        reading = read(in_sentences(text), language)
        asked = {token.sentence for token in reading.tokens} & reading.questions
        answers = [token for token in reading.tokens if token.sentence not in asked]
        if asked and answers:  # A question of an FAQ says nothing: it is what the entry is about.
            titles.update(token.key for token in reading.tokens if token.sentence in asked)
        else:
            answers = list(reading.tokens)
        strong |= reading.strong
        every.update(reading.words)
        for clause, inside_clause in clauses_in(answers).items():
            named = frozenset(token.key for token in inside_clause if not token.number and token.weight > 0.5)
            clauses[number, clause] = Clause(*clause_facts(inside_clause, words), named)
            for token in inside_clause:
                clauses_of.setdefault(token.key, []).append((number, clause))
        run: dict[int, list[Token]] = {}
        for token in answers:
            run.setdefault(token.sentence, []).append(token)
        for place, (sentence, inside) in enumerate(sorted(run.items())):
            first = len(tokens)
            tokens.extend(inside)
            line_of.extend([len(lines)] * len(inside))
            opens = reading.opens if place == 0 else ""
            lines.append(Line(number, first, len(tokens), sentence in reading.negative, opens))
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        places.setdefault(token.key, []).append(place)
    starts: dict[str, list[str]] = {}
    shapes: dict[tuple[str, int], list[str]] = {}
    groups: dict[int, list[str]] = {}
    sides: dict[int, set[int]] = {}
    for key in places:
        if len(key) >= 4:
            starts.setdefault(key[:3], []).append(key)
            shapes.setdefault((key[0], len(key)), []).append(key)
        for group in words.synonyms.get(key, ()):
            groups.setdefault(group, []).append(key)
        for group, side in words.antonyms.get(key, ()):
            sides.setdefault(group, set()).add(side)
    count = max(1, len(lines))
    lines_of = {key: tuple(sorted({line_of[place] for place in found})) for key, found in places.items()}
    rarity = {key: math.log(1 + count / len(found)) / math.log(1 + count) for key, found in lines_of.items()}
    amounts = {(token.amount, token.number): token.key for token in tokens if token.amount}
    amounts_of: dict[str, frozenset[str]] = {}
    for token in tokens:
        if token.number:
            amounts_of[token.key] = amounts_of.get(token.key, frozenset()) | {token.amount}
    return Source(
        tuple(tokens),
        tuple(lines),
        tuple(line_of),
        {key: tuple(found) for key, found in places.items()},
        {key: tuple(found) for key, found in starts.items()},
        {key: tuple(found) for key, found in shapes.items()},
        {key: tuple(found) for key, found in groups.items()},
        {firm: key for key in places if (firm := root(key))},
        frozenset(titles),
        rarity,
        frozenset(strong),
        {group: frozenset(found) for group, found in sides.items()},
        frozenset(every),
        lines_of,
        clauses,
        {key: tuple(found) for key, found in clauses_of.items()},
        amounts,
        amounts_of,
    )


def clauses_in(tokens: Iterable[Token]) -> dict[int, list[Token]]:
    """The tokens clause by clause."""
    clauses: dict[int, list[Token]] = {}
    for token in tokens:
        clauses.setdefault(token.clause, []).append(token)
    return clauses


def clause_facts(tokens: Iterable[Token], words: Lists) -> tuple[frozenset[str], dict[int, frozenset[int]]]:
    """The numbers of a clause, and for each group of opposites the sides that it names."""
    sides: dict[int, set[int]] = {}
    numbers = set()
    for token in tokens:
        if token.number:
            numbers.add(token.key)
        for group, side in words.antonyms.get(token.key, ()):
            sides.setdefault(group, set()).add(side)
    return frozenset(numbers), {group: frozenset(found) for group, found in sides.items()}


QUESTION_SHARE = 2.0
"""What a question counts in finding the passage, against the reply; a remark counts a quarter of it."""


@lru_cache(maxsize=64)
def _index(passages: tuple[tuple[str, str], ...], language: str) -> dict[str, tuple[float, tuple[int, ...]]]:
    """For each word, how rare it is among the passages, and which have it."""
    having: dict[str, set[int]] = {}
    for number, passage in enumerate(passages):
        for part in passage:
            for key in _subjects(in_sentences(part), language):
                having.setdefault(key, set()).add(number)
    size = len(passages)
    return {key: (math.log(1 + size / len(found)) / math.log(1 + size), tuple(found)) for key, found in having.items()}


def _subjects(text: str, language: str) -> dict[str, float]:
    """The words of a text with their weights, and their synonym groups with less."""
    synonyms = lists(language).synonyms
    found: dict[str, float] = {}
    for token in read(text, language).tokens:
        found[token.key] = token.weight
        for group in synonyms.get(token.key, ()):
            found.setdefault(f"#{group}", token.weight * 0.5)
    return found


def shortlist(
    reply: str, passages: tuple[tuple[str, str], ...], question: str | None, language: str, *, most: int
) -> tuple[int, ...]:
    """The passages that the reply and the question are about, at most so many, the nearest first."""
    if len(passages) <= 1:
        return tuple(range(len(passages)))
    index = _index(passages, language)
    score = [0.0] * len(passages)
    said = _subjects(strip_talk(reply, language)[1], language)
    asked = _subjects(question, language) if question else {}
    ratio = QUESTION_SHARE * min(1.0, sum(said.values()) / sum(asked.values())) if asked and said else 1.0
    if question and not read(question, language).questions:
        ratio /= 4
    for share, keys in ((1.0, said), (ratio, asked)):
        for key, weight in keys.items():
            rarity, having = index.get(key, (0.0, ()))
            for number in having:
                score[number] += share * weight * rarity
    return tuple(sorted(range(len(passages)), key=lambda number: -score[number])[:most])
