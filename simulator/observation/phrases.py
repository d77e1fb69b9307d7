"""Phrases that authors write, and where a text says them.

A phrase is a few words that must all occur close together: `(refund|money) 14 days`. Words are compared by lemma,
numbers by value and unit, and a negation on one side only is no match. `(a|b c)` gives alternatives; `=word` wants that
very form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from simulator.conversation import Language, Quote
from simulator.observation.lexicon import lexicon
from simulator.observation.words import Text, Token, exact, key_of, read

_LEFT, _RIGHT = 4, 3
"""Words before and after a match in which a negation still speaks of it; never beyond its clauses."""


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says what to do."""


GAP, WIDE_GAP = 1, 6
"""Other words that may stand between two words of an ordered phrase; the wide one where the phrase says `*`."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it counts: dimension "duration" in seconds, "money" in euros, "share" in percent,
    "date" as month * 100 + day, or None."""

    value: float
    dimension: str | None


class Item(NamedTuple):
    """A meaning-bearing place in a text: a word (its key, and as written) or a quantity, and the tokens it takes."""

    atom: str | Quantity
    form: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Alternative:
    atoms: tuple[str | Quantity, ...]
    negations: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A parsed phrase: every element must be found by one of its alternatives; an empty element is a wide gap.

    An ordered phrase, and one of a single word and a negation ("nothing happens"), demands the very `negators` that it
    names, else any negation would do ("that should not have happened"). `firsts` are, element by element, the
    alternatives by the word that they begin with, or None where one begins with something else; `gates`, the words of
    those that there are, tell at once that a text does not say it.
    """

    source: str
    elements: tuple[tuple[Alternative, ...], ...]
    negations: int
    ordered: bool
    negators: frozenset[str]
    ends_negated: bool
    firsts: tuple[Mapping[str, tuple[Alternative, ...]] | None, ...]
    gates: tuple[frozenset[str], ...]


@lru_cache(maxsize=8)
def unit_keys(language: Language) -> dict[str, tuple[str, float]]:
    """Key of a unit word to (dimension, factor)."""
    units = lexicon(language).units
    return {form if form in "€$£₽%" else key_of(form, language): unit for form, unit in units.items()}


@lru_cache(maxsize=1_024)
def items_of(text: Text, keep_function_words: bool = False) -> tuple[Item, ...]:
    """The words and quantities of a text in order; a number takes the unit beside it."""
    units, tokens = unit_keys(text.language), text.tokens
    items: list[Item] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        sign = units.get(token.key) if token.value is None else None
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        if sign and sign[0] == "money" and following is not None and following.digits:
            value = following.value or 0.0
            items.append(Item(Quantity(value * sign[1], sign[0]), "", position, position + 1))
            position += 2
            continue
        if sign and sign[0] == "month" and following is not None and following.digits and (following.value or 32) < 32:
            items.append(Item(Quantity(sign[1] * 100 + (following.value or 0), "date"), "", position, position + 1))
            position += 2
            continue
        if token.value is not None:
            dimension, factor, last = _unit_after(tokens, position, units)
            if dimension == "month":
                items.append(Item(Quantity(factor * 100 + token.value, "date"), "", position, last))
                position = last + 1
                continue
            items.append(Item(Quantity(token.value * factor, dimension), "", position, last))
            position = max(position, last if last - position <= 2 and dimension else position) + 1
            continue
        if not token.negates and (keep_function_words or not token.function):
            items.append(Item(token.key, exact(token.text), position, position))
        position += 1
    return tuple(items)


def _unit_after(
    tokens: tuple[Token, ...], position: int, units: dict[str, tuple[str, float]]
) -> tuple[str | None, float, int]:
    """The unit of the number at `position`: beside it, behind one adjective, or behind the end of a range."""
    if tokens[position].date:
        return "date", 1.0, position
    in_range, skipped = False, 0
    for place in range(position + 1, min(position + 5, len(tokens))):
        token = tokens[place]
        if token.sentence != tokens[position].sentence:
            break
        if token.value is not None:
            in_range = True
        elif token.key in units:
            dimension, factor = units[token.key]
            return dimension, factor, position if in_range else place
        else:
            skipped += 1
        if skipped > 1:
            break
    return None, 1.0, position


@lru_cache(maxsize=20_000)
def parse_phrase(source: str, language: Language, ordered: bool = False) -> Phrase:
    """Reads a phrase.

    Args:
        source: the phrase in the notation of the author's guide.
        ordered: whether the words must come in this order and function words count (the cues of moves); facts and
            claims are matched in any order.

    Raises:
        PhraseError: unbalanced brackets, or nothing but function words.
    """
    if re.search(r"[()]", re.sub(r"\([^()]*\)", " ", source)):
        raise PhraseError(f"the brackets of “{source}” do not match: write alternatives as (one|two words)")
    elements: list[tuple[Alternative, ...]] = []
    negations = 0
    for group, plain in re.findall(r"\(([^()]*)\)|([^()]+)", source):
        if group:
            alternatives = tuple(_alternative(part, language, ordered) for part in group.split("|"))
            if all(not alternative.atoms for alternative in alternatives):
                negations += 1 if any(alternative.negations for alternative in alternatives) else 0
                continue
            elements.append(tuple(a for a in alternatives if a.atoms))
        elif "|" in plain:
            raise PhraseError(f"“{source}” has a | outside brackets: write (one|other)")
        for place, part in enumerate(plain.split("*")):
            if place:
                elements.append(())
            whole = _alternative(part, language, ordered)
            elements.extend((Alternative((atom,), 0),) for atom in whole.atoms)
            negations += whole.negations
    if not any(elements):
        raise PhraseError(f"“{source}” has no meaning-bearing word: add a noun, a verb or a number")
    plain = read(re.sub(r"\([^()]*\)", " ", source), language).tokens
    named = frozenset(token.key for token in plain if token.negates)
    ends_negated = bool(plain) and plain[-1].negates and source.rstrip().endswith(plain[-1].text)
    needs = named if ordered or len(elements) == 1 else frozenset()
    firsts = tuple(map(_firsts, elements))
    gates = tuple(frozenset(first) for first in firsts if first is not None)
    return Phrase(source, tuple(elements), negations, ordered, needs, ends_negated, firsts, gates)


def _firsts(element: tuple[Alternative, ...]) -> Mapping[str, tuple[Alternative, ...]] | None:
    firsts: dict[str, tuple[Alternative, ...]] = {}
    for alternative in element:
        first = alternative.atoms[0]
        if not isinstance(first, str):
            return None
        firsts[first] = (*firsts.get(first, ()), alternative)
    return firsts or None


def _alternative(source: str, language: Language, ordered: bool) -> Alternative:
    text = read(source, language)
    atoms = tuple(
        item.form if source[: text.tokens[item.first].start].endswith("=") else item.atom
        for item in items_of(text, ordered)
    )
    return Alternative(atoms, sum(token.negates for token in text.tokens))


def find_all(
    phrase: Phrase, text: Text, *, context: frozenset[str] = frozenset(), starts: Iterable[int] | None = None
) -> Iterator[Quote]:
    """All the places at which the text says the phrase, in order, not overlapping.

    Args:
        phrase: what to look for.
        text: where.
        context: keys that the other side has just said: they may be left out of a reply that gives the number
            ("When does the money come?" — "Within 14 days.").
        starts: the only items that a match can begin at, in order, where they are known (`PhraseIndex`).
    """
    if not _possible(phrase, text, context):
        return
    items = items_of(text, phrase.ordered)
    seen_until = -1
    for start in range(len(items)) if starts is None else starts:
        matched = (
            _match_in_order(phrase, items, start, text)
            if phrase.ordered
            else _match_around(phrase, items, start, text, context)
        )
        if matched is None:
            continue
        places, negations = matched
        first, last = min(item.first for item in places), max(item.last for item in places)
        if first <= seen_until or _is_negated(text, first, last, phrase) != bool(negations):
            continue
        seen_until = last
        begin, end = text.tokens[first].start, text.tokens[last].end
        yield Quote(text.source[begin:end], begin, end)


def _possible(phrase: Phrase, text: Text, context: frozenset[str]) -> bool:
    """A cheap necessary condition: each element has an alternative that begins with a word of the text or context."""
    keys = text.keys | context if context else text.keys
    return phrase.negators <= keys and not any(gate.isdisjoint(keys) for gate in phrase.gates)


def _same(atom: str | Quantity, item: Item) -> bool:
    if isinstance(atom, str):
        return atom in (item.atom, item.form)
    found = item.atom
    return (
        isinstance(found, Quantity)
        and abs(found.value - atom.value) < 1e-9
        and (atom.dimension is None or atom.dimension == found.dimension)
    )


def _match_in_order(phrase: Phrase, items: tuple[Item, ...], start: int, text: Text) -> tuple[list[Item], int] | None:
    """The items that follow the phrase word by word from `start`, with at most a gap of others between two of them."""
    return _rest(phrase, 0, items, start, 0, text.tokens, text.tokens[items[start].first].sentence)


def _rest(
    phrase: Phrase,
    element: int,
    items: tuple[Item, ...],
    position: int,
    gap: int,
    tokens: tuple[Token, ...],
    sentence: int,
) -> tuple[list[Item], int] | None:
    """The items that follow a phrase from one of its elements on. No closure: a thousand a text would be too many."""
    if element == len(phrase.elements):
        return [], phrase.negations
    alternatives = phrase.elements[element]
    if not alternatives:
        return _rest(phrase, element + 1, items, position, WIDE_GAP, tokens, sentence)
    first = phrase.firsts[element]
    for place in range(position, min(position + gap + 1, len(items))):
        item = items[place]
        if tokens[item.first].sentence != sentence:
            break
        for alternative in alternatives if first is None else _beginning(first, item, alternatives):
            run = items[place : place + len(alternative.atoms)]
            if len(run) < len(alternative.atoms) or not all(map(_same, alternative.atoms, run)):
                continue
            tail = _rest(phrase, element + 1, items, place + len(run), GAP, tokens, sentence)
            if tail is not None:
                return [*run, *tail[0]], alternative.negations + tail[1]
    return None


def _beginning(
    first: Mapping[str, tuple[Alternative, ...]], item: Item, alternatives: tuple[Alternative, ...]
) -> tuple[Alternative, ...]:
    """The alternatives that begin with an item, in their order."""
    by_key, by_form = first.get(item.atom, ()), first.get(item.form, ())  # type: ignore[arg-type]
    return alternatives if by_key and by_form else by_key or by_form


def _match_around(
    phrase: Phrase, items: tuple[Item, ...], start: int, text: Text, context: frozenset[str]
) -> tuple[list[Item], int] | None:
    """The items nearest to `start`, in its sentence, that give every element of the phrase; the anchor is the first."""
    anchor = items[start]
    sentence = text.tokens[anchor.first].sentence
    width = 2 * len(phrase.elements) + 6
    lent = 0
    places: list[Item] = []
    negations = phrase.negations
    near = [
        item
        for item in items[max(0, start - width) : start + width + 1]
        if text.tokens[item.first].sentence == sentence
    ]
    near.sort(key=lambda item: abs(item.first - anchor.first))
    anchored = False
    for element in filter(None, phrase.elements):
        best: list[Item] | None = None
        for alternative in element:
            run = [next((item for item in near if _same(atom, item)), None) for atom in alternative.atoms]
            found = [item for item in run if item is not None]
            if len(found) == len(run) and (best is None or found[0] is anchor):
                best, extra = found, alternative.negations
        if best is not None:
            places += best
            negations += extra
            anchored = anchored or anchor in best
        elif any(all(isinstance(a, str) and a in context for a in alt.atoms) for alt in element):
            lent += 1
        else:
            return None
    if not anchored or (lent and not _answers(places, near, context, text)):
        return None
    first, last = min(item.first for item in places), max(item.last for item in places)
    return (places, negations) if last - first <= 2 * width else None


def _answers(places: list[Item], near: list[Item], context: frozenset[str], text: Text) -> bool:
    """Whether what was found answers a question by itself: a quantity with a unit or in digits, and no other matter.

    "Within 14 days" does, "the warehouse is closed for 14 days" does not.
    """
    told = any(
        isinstance(item.atom, Quantity) and (item.atom.dimension is not None or text.tokens[item.first].digits)
        for item in places
    )
    return told and all(item in places or item.atom in context for item in near if isinstance(item.atom, str))


def _is_negated(text: Text, first: int, last: int, phrase: Phrase) -> bool:
    """Whether a negation speaks of the tokens from `first` to `last`. Two are one: «ничего не сломали»."""
    behind = not phrase.ordered or phrase.ends_negated or lexicon(text.language).negates_behind
    right = _RIGHT if behind else 0
    tokens = text.tokens
    clauses = {token.clause for token in tokens[first : last + 1]}
    masked = _masked(text)
    return any(
        tokens[place].negates and tokens[place].clause in clauses and place not in masked
        for place in range(max(0, first - _LEFT), min(len(tokens), last + right + 1))
    )


@lru_cache(maxsize=512)
def _masked(text: Text) -> frozenset[int]:
    """Places of negators that negate nothing ("not only", "no problem")."""
    folded = [token.text.casefold() for token in text.tokens]
    masked: set[int] = set()
    for words in map(str.split, lexicon(text.language).not_negations):
        if words[0] not in folded:
            continue
        for start in range(len(folded) - len(words) + 1):
            if folded[start : start + len(words)] == words:
                masked.update(range(start, start + len(words)))
    return frozenset(masked)
