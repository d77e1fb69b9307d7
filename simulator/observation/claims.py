"""Checkable statements of a reply, and what the documentation says to them."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from simulator.conversation import Language, Quote
from simulator.documents import Passage
from simulator.observation.base import Claim, Verdict
from simulator.observation.lexicon import lexicon
from simulator.observation.moves import is_plain_question
from simulator.observation.phrases import Item, Quantity, find_all, items_of, parse_phrase
from simulator.observation.words import Text, Token, read
from simulator.scenarios.formats import MoveName

_SAYS_SO = 0.22
"""Share of a statement's meaning that a sentence with the same value must have to support it."""
_SAYS_OTHERWISE = 0.45
"""Share of a statement's meaning that a sentence with another value must have to contradict it."""
_SAYS_OTHERWISE_OF_PEOPLE = 0.7
"""The same for a statement about what the agent does or the customer has been through: "you have waited two weeks"."""
_FEWEST_SHARED = 3
"""So many words at least have to be the same in a sentence that contradicts."""
_FEWEST_WORDS = 4
"""Shorter statements are contradicted by a value only."""
_NOT_VAGUE = 3
"""With fewer words ("They have 14 days") a quantity that the documentation knows is given the benefit of the doubt."""
_MOST_QUANTITIES = 40
"""So many in one sentence are checked: no honest one has more."""
_SAYS_THE_OPPOSITE = 0.9
"""Share of a statement's meaning that a sentence with the other negation must have to contradict it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the documentation."""

    passage: str
    words: frozenset[str]
    title: frozenset[str]
    quantities: frozenset[Quantity]
    negated: bool


@dataclass(frozen=True, slots=True)
class Documentation:
    """The documentation of a product in one language, read sentence by sentence.

    `weight` is the idf of a word, `places` the lines that have it and the share of its weight that each gets for it.
    """

    lines: tuple[Line, ...]
    weight: dict[str, float]
    places: dict[str, tuple[tuple[int, float], ...]]

    def overlaps(self, words: frozenset[str]) -> list[float]:
        """For each line, the share of the words' weight that it has too, its title counting half: 0-1."""
        found = [0.0] * len(self.lines)
        total = sum(map(self._weight, words))
        for word in words & self.places.keys():
            weight = self._weight(word) / total
            for place, share in self.places[word]:
                found[place] += share * weight
        return found

    def _weight(self, word: str) -> float:
        return self.weight.get(word, 1.0)


@lru_cache(maxsize=32)
def documentation(passages: tuple[Passage, ...], language: Language) -> Documentation:
    """Reads passages for checking. Cached: it takes some tens of milliseconds for a product."""
    lines = [line for passage in passages for line in _lines(passage, language)]
    count = Counter(word for line in lines for word in line.words | line.title)
    weight = {word: math.log(1 + len(lines) / n) / math.log(1 + len(lines)) for word, n in count.items()}
    places: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, line in enumerate(lines):
        for word in line.words | line.title:
            places[word].append((place, 1.0 if word in line.words else 0.5))
    return Documentation(tuple(lines), weight, {word: tuple(found) for word, found in places.items()})


def _lines(passage: Passage, language: Language) -> Iterable[Line]:
    title = _words(items_of(read(passage.title, language)))
    heading: frozenset[str] = frozenset()
    in_table = False
    for part in re.split(r"(?<=[.!?])\s+|\n+", passage.text):
        begins_table = part.startswith("|") and not in_table
        in_table = part.startswith("|")
        # Cell by cell: a unit does not reach into the next one.
        texts = [read(cell, language) for cell in (part.split("|") if in_table else [part])]
        read_items = [(items_of(text), text) for text in texts if text.tokens]
        if read_items:
            words = frozenset().union(*(_words(items) for items, _ in read_items))
            # What stands above a column is said of each of its cells.
            heading = words if begins_table else heading if in_table else frozenset()
            quantities = frozenset(quantity for items, text in read_items for quantity in _quantities(items, text))
            negated = any(_negated(text.tokens) for _, text in read_items)
            yield Line(passage.id, words, title | heading, quantities, negated)


def _words(items: Iterable[Item]) -> frozenset[str]:
    return frozenset(item.atom for item in items if isinstance(item.atom, str))


def _quantities(items: Iterable[Item], text: Text) -> list[Quantity]:
    return [
        item.atom
        for item in items
        if isinstance(item.atom, Quantity)
        # A number in words without a unit is mostly a figure of speech ("one moment").
        and (item.atom.dimension is not None or text.tokens[item.first].digits)
    ]


@lru_cache(maxsize=4_096)
def _given(part: str, language: Language) -> tuple[Quantity, ...]:
    """The quantities of a line of the record or of the customer's: the same lines come with every reply."""
    text = read(part, language)
    return tuple(_quantities(items_of(text), text))


def _negated(tokens: Iterable[Token]) -> bool:
    return any(token.negates for token in tokens)


def check_claims(
    text: Text, *, passages: tuple[Passage, ...], known: Iterable[str], conveyed: Iterable[tuple[Quote, str]]
) -> tuple[Claim, ...]:
    """Finds what a reply states that can be checked, sentence by sentence, and checks it.

    Args:
        text: the reply.
        passages: the documentation in the reply's language.
        known: what else may be said without a source: the case's record and what the customer has told.
        conveyed: quotes of the facts conveyed, with the id of the passage that says each.
    """
    documents = documentation(passages, text.language)
    given = frozenset(quantity for part in known for quantity in _given(part, text.language))
    sources = {text.sentence_at(quote.start): passage for quote, passage in reversed(list(conveyed))}
    personal = {text.sentence_at(quote.start) for quote in _personal(text)}
    items: dict[int, list[Item]] = {}
    for item in items_of(text):
        items.setdefault(text.tokens[item.first].sentence, []).append(item)
    tokens = {number: list(run) for number, run in groupby(text.tokens, lambda token: token.sentence)}
    claims = []
    for number, inside in items.items():
        if is_plain_question(text, number):
            continue
        stated = tuple(dict.fromkeys(_quantities(inside, text)))[:_MOST_QUANTITIES]
        statement = _Statement(
            quote=text.sentence_quote(number),
            words=_words(inside),
            quantities=tuple(q for q in stated if q not in given),
            stated=frozenset(stated),
            negated=_negated(tokens[number]),
            source=sources.get(number),
            personal=number in personal,
        )
        claim = _check(statement, documents)
        if claim is not None:
            claims.append(claim)
    return tuple(claims)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A sentence to check: its words, its new quantities and all that it states, the passage of the fact that it
    conveys, if it does, and whether it is about what the agent does or the customer has been through."""

    quote: Quote
    words: frozenset[str]
    quantities: tuple[Quantity, ...]
    stated: frozenset[Quantity]
    negated: bool
    source: str | None
    personal: bool


_Finding = tuple[Verdict, str | None, float]


def _check(statement: _Statement, documents: Documentation) -> Claim | None:
    findings: list[_Finding] = []
    if statement.quantities:
        overlaps = documents.overlaps(statement.words)
        vague = len(statement.words) < _NOT_VAGUE
        together = _said_together(statement, overlaps, documents)
        if together is not None:
            return Claim(statement.quote, "supported", together[0], round(min(1.0, 0.5 + together[1] / 2), 3))
        for quantity in statement.quantities:
            found = _check_quantity(quantity, overlaps, documents, statement, vague=vague)
            if found is not None and not (statement.personal and found[0] == "unsupported"):
                findings.append(found)
    elif statement.source is None and len(statement.words) >= _FEWEST_WORDS:
        opposite = _opposite(statement, documents)
        if opposite is not None:
            findings.append(opposite)
    if not findings:
        return Claim(statement.quote, "supported", statement.source, 1.0) if statement.source else None
    order = ("contradicted", "unsupported", "supported")
    verdict, passage, support = min(findings, key=lambda found: (order.index(found[0]), found[2]))
    return Claim(statement.quote, verdict, passage, round(support, 3))


def _said_together(statement: _Statement, overlaps: list[float], documents: Documentation) -> tuple[str, float] | None:
    """The passage, and its share of the statement's meaning, that has all of several quantities in one line: a price
    list says "Family, 3 meals, 79.20" in few words."""
    wanted = statement.stated
    if len(wanted) < 2:
        return None
    fits = [
        (overlap, line.passage)
        for line, overlap in zip(documents.lines, overlaps, strict=True)
        if wanted <= line.quantities and overlap >= _SAYS_SO
    ]
    if not fits:
        return None
    overlap, passage = max(fits)
    return passage, overlap


def _check_quantity(
    quantity: Quantity, overlaps: list[float], documents: Documentation, statement: _Statement, *, vague: bool
) -> _Finding | None:
    """What the documentation says to a quantity; nothing where the statement is too `vague` to tell what it counts."""
    fewest = _FEWEST_SHARED if statement.personal else min(_FEWEST_SHARED, len(statement.words))
    with_it: tuple[float, str | None] = (0.0, None)
    without: tuple[float, str | None] = (0.0, None)
    for line, overlap in zip(documents.lines, overlaps, strict=True):
        if quantity in line.quantities:
            if line.passage == statement.source:
                return "supported", statement.source, 1.0
            if overlap > with_it[0] or with_it[1] is None:
                with_it = (overlap, line.passage)
        elif (
            overlap > without[0]
            and len(statement.words & (line.words | line.title)) >= fewest
            and any(other.dimension == quantity.dimension for other in line.quantities)
        ):
            without = (overlap, line.passage)
    if with_it[0] >= _SAYS_SO and with_it[0] >= 0.6 * without[0]:
        return "supported", with_it[1], min(1.0, 0.5 + with_it[0] / 2)
    if quantity.dimension is None:
        return None
    if without[0] >= (_SAYS_OTHERWISE_OF_PEOPLE if statement.personal else _SAYS_OTHERWISE):
        return "contradicted", without[1], 0.0
    if vague and with_it[1] is not None:
        return None
    return "unsupported", None, with_it[0] / 2


def _opposite(statement: _Statement, documents: Documentation) -> _Finding | None:
    """A sentence of the documentation that says nearly the same with the other negation."""
    best: dict[bool, tuple[float, str]] = {True: (0.0, ""), False: (0.0, "")}
    for line, overlap in zip(documents.lines, documents.overlaps(statement.words), strict=True):
        best[line.negated] = max(best[line.negated], (overlap, line.passage))
    same, (other, passage) = best[statement.negated][0], best[not statement.negated]
    return ("contradicted", passage, 0.0) if other >= _SAYS_THE_OPPOSITE and other > same else None


_PERSONAL: tuple[MoveName, ...] = (
    "gives_next_step",
    "stalls",
    "takes_ownership",
    "names_feeling",
    "empathises",
    "apologises",
    "restates",
)


def _personal(text: Text) -> list[Quote]:
    """Where a reply speaks of what the agent will do or the customer has been through: no documentation says that."""
    moves = lexicon(text.language).moves
    phrases = [phrase for move in _PERSONAL for phrase in moves[move].phrases]
    return [quote for phrase in phrases for quote in find_all(parse_phrase(phrase, text.language, ordered=True), text)]
