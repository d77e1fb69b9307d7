"""A reply read for what it states: its values, and where it tells of the agent's own steps or of the customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from simulator.conversation import LANGUAGES, Language, Quote
from simulator.observation.lexicon import lexicon
from simulator.observation.phrase_index import PhraseIndex, said
from simulator.observation.phrases import Quantity, parse_phrase
from simulator.observation.support import lists
from simulator.observation.support.reading import read as read_any
from simulator.observation.values import Value, given_by, is_span, values_in
from simulator.observation.words import Text, read
from simulator.scenarios.formats import MoveName

FEW_WORDS = 3
"""With fewer words ("They have 14 days") a statement does not tell what its value is of."""
_READ = 5_000
"""Characters of a reply in which phrases are looked for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply read: `text` is None in a language without a lexicon."""

    source: str
    language: str
    text: Text | None
    given: frozenset[Quantity]
    steps: tuple[Quote, ...] = ()
    """Where it tells what the agent does."""
    feelings: tuple[Quote, ...] = ()
    """Where it speaks of the customer, or of how sorry the agent is."""
    courtesies: tuple[Quote, ...] = ()
    """Where it thanks, takes leave or reassures."""
    reproaches: tuple[Quote, ...] = ()
    """Where it blames the customer."""
    lived: frozenset[int] = frozenset()
    """Clauses that tell what the customer has been through."""

    @classmethod
    def of(cls, source: str, language: str, lines: Iterable[str]) -> Reply:
        own: Language | None = next((known for known in LANGUAGES if known == language), None)
        if own is None:
            return cls(source, language, None, frozenset())
        text = read(source, own)
        start = text if len(source) <= _READ else read(source[:_READ], own)
        lived = [_clause_at(start, quote) for quote in _found(_lived(own), start)]
        steps, feelings, courtesies, reproaches = (
            tuple(_found(_making(moves, own), start)) for moves in (_STEPS, _FEELINGS, _COURTESIES, _REPROACHES)
        )
        return cls(
            source,
            language,
            text,
            given_by(lines, own),
            steps,
            feelings,
            courtesies,
            reproaches,
            frozenset(lived),
        )

    def values(self, quote: Quote) -> tuple[list[Value], frozenset[str]]:
        """The values of a sentence that want a source, and the numbers of the others."""
        if self.text is None:
            return [], frozenset()
        inside = [value for value in values_in(self.text) if quote.start <= value.start < quote.end]
        dates = {value.quantity for value in inside} & self.given
        new = [v for v in inside if not (self._is_given(v) or is_span(v.quantity, dates, self.given))]
        wanted = frozenset[str]().union(*(value.keys for value in new))
        return new, frozenset[str]().union(*(value.keys for value in inside)) - wanted

    def _is_given(self, value: Value) -> bool:
        number, dimension = value.quantity.value, value.quantity.dimension
        # "649 plus 12.90", "the weeks of the 23rd and the 30th": money and dates whose unit is understood.
        plain = dimension is None and any(
            number == (given.value % 100 if given.dimension == "date" else given.value) for given in self.given
        )
        return plain or value.quantity in self.given or value.clause in self.lived

    def idle(self, quote: Quote) -> frozenset[str]:
        """The numbers in words that count nothing: "tab two", "the one you have"."""
        if self.text is None:
            return frozenset()
        valued = frozenset[str]().union(
            *(value.keys for value in values_in(self.text) if quote.start <= value.start < quote.end)
        )
        said = read_any(quote.text, self.language).tokens
        return frozenset(token.key for token in said if token.number) - valued

    def is_step(self, quote: Quote) -> bool:
        own = lists(self.language).own
        found = own is not None and own.search(quote.text) is not None
        return found or any(quote.start <= other.start < quote.end for other in self.steps)

    def is_personal(self, quote: Quote) -> bool:
        return self.is_step(quote) or any(quote.start <= other.start < quote.end for other in self.feelings)

    def is_empty(self, quote: Quote) -> bool:
        """Whether a sentence is a courtesy or tells of the agent's own step, in so few words that any page has them:
        "I have noted it"."""
        courtesy = any(quote.start <= other.start < quote.end for other in self.courtesies)
        few = len(read_any(quote.text, self.language).tokens) < FEW_WORDS
        return few and (courtesy or self.is_personal(quote))

    def is_reproach(self, quote: Quote) -> bool:
        return any(quote.start <= other.start < quote.end for other in self.reproaches)

    def is_lived(self, quote: Quote) -> bool:
        if self.text is None or not self.lived:
            return False
        clauses = {token.clause for token in self.text.tokens if quote.start <= token.start < quote.end}
        return not clauses.isdisjoint(self.lived)


_STEPS: tuple[MoveName, ...] = ("gives_next_step", "stalls", "takes_ownership")
_REPROACHES: tuple[MoveName, ...] = ("blames",)
_COURTESIES: tuple[MoveName, ...] = ("thanks", "closes", "reassures", "greets")
_FEELINGS: tuple[MoveName, ...] = ("names_feeling", "empathises", "apologises", "restates")
"""Moves in which an agent speaks of its own steps, or of the customer: no documentation says that."""


@lru_cache(maxsize=16)
def _making(moves: tuple[MoveName, ...], language: Language) -> PhraseIndex:
    cues = lexicon(language).moves
    return _index_of([phrase for move in moves for phrase in cues[move].phrases], language)


@lru_cache(maxsize=8)
def _lived(language: Language) -> PhraseIndex:
    return _index_of(lists(language).lived, language)


def _index_of(phrases: Iterable[str], language: Language) -> PhraseIndex:
    return PhraseIndex([parse_phrase(phrase, language, ordered=True) for phrase in phrases])


def _found(index: PhraseIndex, text: Text) -> list[Quote]:
    return list(said(index.candidates(text), text))


def _clause_at(text: Text, quote: Quote) -> int:
    return next(token.clause for token in text.tokens if token.start >= quote.start)
