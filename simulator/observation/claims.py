"""Checkable statements of a reply, and what the documentation says to them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from simulator.conversation import Language, Quote
from simulator.documents import Passage
from simulator.observation.base import Claim, Verdict
from simulator.observation.lexicon import lexicon
from simulator.observation.moves import is_plain_question
from simulator.observation.phrases import Quantity, find_all, items_of, parse_phrase
from simulator.observation.words import Text, read
from simulator.scenarios.formats import MoveName

_SAYS_SO = 0.22
"""Share of a statement's meaning that a sentence with the same value must have to support it."""
_SAYS_OTHERWISE = 0.45
"""Share of a statement's meaning that a sentence with another value must have to contradict it."""
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
    """The documentation of a product in one language, read sentence by sentence; `weight` is the idf of a word."""

    lines: tuple[Line, ...]
    weight: dict[str, float]

    def overlap(self, words: frozenset[str], line: Line) -> float:
        """The share of the words' weight that the line, its title counting half, has too: 0-1."""
        total = sum(self._weight(word) for word in words)
        shared = sum(self._weight(word) for word in words & line.words)
        titled = sum(self._weight(word) for word in (words & line.title) - line.words) / 2
        return (shared + titled) / total if total else 0.0

    def _weight(self, word: str) -> float:
        return self.weight.get(word, 1.0)


@lru_cache(maxsize=32)
def documentation(passages: tuple[Passage, ...], language: Language) -> Documentation:
    """Reads passages for checking. Cached: it takes some tens of milliseconds for a product."""
    lines = [line for passage in passages for line in _lines(passage, language)]
    count = Counter(word for line in lines for word in line.words | line.title)
    weight = {word: math.log(1 + len(lines) / n) / math.log(1 + len(lines)) for word, n in count.items()}
    return Documentation(tuple(lines), weight)


def _lines(passage: Passage, language: Language) -> Iterable[Line]:
    title = _words(read(passage.title, language))
    for part in re.split(r"(?<=[.!?])\s+|\n+", passage.text):
        text = read(part, language)
        if text.tokens:
            yield Line(passage.id, _words(text), title, frozenset(_quantities(text)), _negated(text))


def _words(text: Text, sentence: int | None = None) -> frozenset[str]:
    return frozenset(
        item.atom
        for item in items_of(text)
        if isinstance(item.atom, str) and sentence in (None, text.tokens[item.first].sentence)
    )


def _quantities(text: Text, sentence: int | None = None) -> list[Quantity]:
    return [
        item.atom
        for item in items_of(text)
        if isinstance(item.atom, Quantity)
        and sentence in (None, text.tokens[item.first].sentence)
        # A number in words without a unit is mostly a figure of speech ("one moment").
        and (item.atom.dimension is not None or text.tokens[item.first].digits)
    ]


def _negated(text: Text, sentence: int | None = None) -> bool:
    return any(t.negates for t in text.tokens if sentence in (None, t.sentence))


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
    given = frozenset(
        (quantity.value, quantity.dimension) for part in known for quantity in _quantities(read(part, text.language))
    )
    sources = list(conveyed)
    personal = _personal(text)
    claims = []
    for number in sorted({token.sentence for token in text.tokens}):
        if is_plain_question(text, number):
            continue
        start, end = text.sentence(number)
        quote = Quote(text.source[start:end], start, end)
        source = next((passage for said, passage in sources if start <= said.start < end), None)
        own = any(start <= said.start < end for said in personal)
        claim = _check(text, number, quote, documents, given, source, own=own)
        if claim is not None:
            claims.append(claim)
    return tuple(claims)


def _check(
    text: Text,
    number: int,
    quote: Quote,
    documents: Documentation,
    given: frozenset[tuple[float, str | None]],
    source: str | None,
    *,
    own: bool,
) -> Claim | None:
    words = _words(text, number)
    quantities = [q for q in _quantities(text, number) if (q.value, q.dimension) not in given]
    verdicts: list[tuple[Verdict, str | None, float]] = []
    for quantity in quantities:
        verdict = _check_quantity(quantity, words, documents, source)
        if verdict is not None and not (own and verdict[0] == "unsupported"):
            verdicts.append(verdict)
    if not verdicts and not quantities:
        opposite = _opposite(text, number, words, documents)
        if opposite is not None and source is None:
            verdicts.append(opposite)
    if not verdicts:
        return Claim(quote, "supported", source, 1.0) if source else None
    order = ("contradicted", "unsupported", "supported")
    worst, passage, support = min(verdicts, key=lambda found: (order.index(found[0]), found[2]))
    return Claim(quote, worst, passage, round(support, 3))


def _check_quantity(
    quantity: Quantity, words: frozenset[str], documents: Documentation, source: str | None
) -> tuple[Verdict, str | None, float] | None:
    with_it: tuple[float, str | None] = (0.0, None)
    without: tuple[float, str | None] = (0.0, None)
    for line in documents.lines:
        overlap = documents.overlap(words, line)
        if quantity in line.quantities:
            if line.passage == source:
                return "supported", source, 1.0
            with_it = max(with_it, (overlap, line.passage), key=lambda found: found[0])
        elif any(other.dimension == quantity.dimension for other in line.quantities):
            without = max(without, (overlap, line.passage), key=lambda found: found[0])
    if with_it[0] >= _SAYS_SO and with_it[0] >= 0.6 * without[0]:
        return "supported", with_it[1], min(1.0, 0.5 + with_it[0] / 2)
    if quantity.dimension is None:
        return None
    if without[0] >= _SAYS_OTHERWISE:
        return "contradicted", without[1], 0.0
    return "unsupported", None, with_it[0] / 2


def _opposite(
    text: Text, number: int, words: frozenset[str], documents: Documentation
) -> tuple[Verdict, str | None, float] | None:
    """A sentence of the documentation that says nearly the same with the other negation."""
    if len(words) < 4:
        return None
    negated = _negated(text, number)
    same = max((documents.overlap(words, line) for line in documents.lines if line.negated == negated), default=0.0)
    best = max(
        ((documents.overlap(words, line), line.passage) for line in documents.lines if line.negated != negated),
        default=(0.0, ""),
    )
    return ("contradicted", best[1], 0.0) if best[0] >= _SAYS_THE_OPPOSITE and best[0] > same else None


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
