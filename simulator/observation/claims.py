"""What a reply states, and what the documentation says to it: one way to check, for attempts and for transcripts.

Every sentence that states something is weighed against the passage that is about it (`observation.support`). Around
that model stand a few rules for what it cannot know: which passages have the very values of a sentence, what the case
gives, and what no documentation says, because it is about the agent's own steps or the customer's experience.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from simulator.conversation import Language, Quote
from simulator.observation.base import Claim
from simulator.observation.phrases import Quantity, items_of
from simulator.observation.reply import FEW_WORDS, Reply
from simulator.observation.support import (
    CELLS,
    Clause,
    Knowledge,
    Weighed,
    clauses,
    in_sentences,
    rival,
    shortlist,
    statements,
    weigh,
)
from simulator.observation.support.reading import read as read_any
from simulator.observation.values import Value, values_in
from simulator.observation.words import Text, read

_CONVEYED = 0.9
"""Support, at least, of a statement that conveys a fact of the scenario: its author says so."""
_SAME_MATTER = 0.34
"""Share of a statement's words that a sentence with its value must have to be about the same."""
_SURE = 0.8
"""Support by the record that outweighs a passage in which a value is said of something else."""
_IN_DOUBT = 0.4
"""Support from which on a statement whose values are all there is no proof of anything, though it is not supported."""
_NEAREST = 3
"""Passages that are asked whether one contradicts a statement; what supports it is the nearest, for in a whole manual
any word can be found somewhere."""
_NEAR = 0.5
"""Share of a statement that a sentence of such a passage must have."""


class Conveyed(NamedTuple):
    """A fact that a reply conveys: its words, the id of the passage that says it, and what an expert says of it."""

    quote: Quote
    passage: str
    answer: str


def check_claims(
    text: str,
    *,
    language: str,
    passages: Iterable[Knowledge],
    question: str | None = None,
    record: Sequence[str] = (),
    said: Sequence[str] = (),
    conveyed: Sequence[Conveyed] = (),
) -> tuple[Claim, ...]:
    """Finds what a reply states, sentence by sentence, and checks it.

    Questions, offers and greetings are no claims. What the agent does, and what the customer has been through, is one
    only where a passage contradicts it.

    Args:
        text: the reply.
        language: ISO 639-1 code of the reply's language. Values are read with their units in those of the scenarios,
            and compared as plain numbers in others.
        passages: what to check against; without any there is no claim.
        question: what the customer has just said, if anything.
        record: what is known of the case, line by line: it supports a statement as a passage does.
        said: what else may be repeated: of these lines the values count only, for customers say what is not so.
        conveyed: facts of the scenario that the reply conveys, as far as they are known.
    """
    known = tuple(passages)
    if not known:
        return ()
    reply = Reply.of(text, language, (*record, *said, *(fact.answer for fact in conveyed)))
    check = _Check(known, tuple((p.title, p.text) for p in known), question, tuple(record), tuple(conveyed), reply)
    claims = (check.claim(quote) for quote in statements(text, language))
    return tuple(claim for claim in claims if claim is not None)


@dataclass(frozen=True, slots=True)
class _Check:
    known: tuple[Knowledge, ...]
    pages: tuple[tuple[str, str], ...]
    question: str | None
    record: tuple[str, ...]
    conveyed: tuple[Conveyed, ...]
    reply: Reply

    def claim(self, quote: Quote) -> Claim | None:
        """A sentence checked; None where it states nothing that could be.

        Clause by clause too: one that is contradicted decides, and where all are right by themselves, what contradicts
        the sentence as a whole comes of taking them together; so does a wrong value if those with a value are right.
        """
        whole = self._judged(Clause(quote))
        parts = clauses(quote, self.reply.language)
        near = None if whole is None else whole.passage
        found = [claim for part in parts if not part.short and (claim := self._judged(part, near)) is not None]
        false = [claim for claim in found if claim.verdict == "contradicted"]
        if false:
            return min(false, key=_support)
        right = all(claim.verdict == "supported" for claim in found)
        if found and right and whole is not None and whole.verdict == "contradicted":
            checked = {claim.quote for claim in found}
            others = [part.quote for part in parts if part.quote not in checked]
            if not others or not (_is_denied(whole) or any(self.reply.values(other)[0] for other in others)):
                return replace(min(found, key=_support), quote=quote)
        return whole

    def _judged(self, clause: Clause, near: str | None = None) -> Claim | None:
        """A sentence or clause checked; `near` is the id of the passage that its sentence is about."""
        quote = clause.quote
        new, given = self.reply.values(quote)
        facts = [f for f in self.conveyed if quote.start < f.quote.end and f.quote.start < quote.end]
        if facts:
            return self._conveying(clause, facts, new, given)
        places = list(shortlist(clause.whole, self.pages, self.question, self.reply.language, most=_NEAREST))
        place, weighed = places[0], self._weigh(clause, (self.pages[places[0]],), given)
        if weighed is None:
            return None
        of_sentence = next((number for number, page in enumerate(self.known) if page.id == near), place)
        if of_sentence != place:
            other = self._weigh(clause, (self.pages[of_sentence],), given)
            if other is not None and _is_nearer(other, weighed):
                places = [of_sentence, *(number for number in places if number != of_sentence)]
                place, weighed = of_sentence, other
        passage = self.known[place].id
        # In a whole manual the numbers of one honest sentence can stand in two passages.
        homes = self._homes(quote, new) if new else []
        if weighed.verdict == "unsupported" or (weighed.verdict == "contradicted" and weighed.lacking):
            texts = tuple(self.pages[home] for home in homes)
            other = self._weigh(clause, texts, given) if set(homes) - {place} else None
            if other is not None and _says_more(other, weighed):
                weighed, passage = other, self.known[homes[0]].id
        others = places[1:]
        if new and not homes and weighed.verdict != "contradicted":
            about = rival(clause.whole, self.pages, self.reply.language)
            others += [about] if about is not None and about not in places else []
        for other_place in others:
            against = self._weigh(clause, (self.pages[other_place],), given)
            if against is None or against.verdict != "contradicted":
                continue
            if against.nearness > max(weighed.nearness, _NEAR):
                weighed, passage = against, self.known[other_place].id
        step, contradicted = self.reply.is_step(quote), weighed.verdict == "contradicted"
        if contradicted and step and not (weighed.by_value or weighed.forbidden):
            return None
        if contradicted and not new and (self.reply.is_lived(quote) or self.reply.is_reproach(quote)):
            return None
        if weighed.verdict == "unsupported" and (self.reply.is_personal(quote) or self.reply.is_lived(quote)):
            return None
        if weighed.verdict == "supported" and not new and self.reply.is_empty(quote):
            return None
        # What agents may not do, they may not do however the record puts it ("wants it on another card").
        banned = contradicted and step and weighed.forbidden
        if weighed.verdict != "supported" and not new and not banned:
            known = self._known(clause, given, weighed)
            if known is not None:
                return known
        in_doubt = weighed.verdict == "unsupported" and weighed.support >= _IN_DOUBT and not weighed.by_value
        checkable = self._checkable(quote, new) and not in_doubt
        return Claim(quote, weighed.verdict, passage, weighed.support, checkable=checkable, reasons=weighed.reasons)

    def _conveying(self, clause: Clause, facts: list[Conveyed], new: list[Value], given: frozenset[str]) -> Claim:
        """What says what a fact says: only a wrong value beside it can make it wrong."""
        quote = clause.quote
        places = {fact.passage: place for fact in facts for place, p in enumerate(self.known) if p.id == fact.passage}
        more = [place for place in self._homes(quote, new) if place not in places.values()] if new else []
        answers = tuple(("", fact.answer) for fact in facts)
        texts = (*(self.pages[place] for place in (*places.values(), *more)), *answers)
        weighed = self._weigh(clause, texts, given | self.reply.idle(quote))
        passage = facts[0].passage
        if weighed is None:
            return Claim(quote, "supported", passage, 1.0)
        if weighed.verdict == "contradicted" and weighed.by_value:
            return Claim(quote, "contradicted", passage, weighed.support, reasons=weighed.reasons)
        return Claim(quote, "supported", passage, max(_CONVEYED, weighed.support), reasons=weighed.reasons)

    def _weigh(self, clause: Clause, texts: tuple[tuple[str, str], ...], given: frozenset[str]) -> Weighed | None:
        source, language = self.reply.source, self.reply.language
        return weigh(
            clause.quote, source, texts, question=self.question, language=language, given=given, context=clause.context
        )

    def _known(self, clause: Clause, given: frozenset[str], weighed: Weighed) -> Claim | None:
        """The claim that an expert makes too beside a fact that is conveyed, or that the case's record supports; the
        record has a word for much, and outweighs that a value is said of something else only where it is plain."""
        answers = tuple(fact.answer for fact in self.conveyed)
        denied = weighed.verdict == "contradicted"
        sure = _SURE if denied and weighed.by_value else 0.0
        for lines, passage, least in (
            (answers, next((fact.passage for fact in self.conveyed), None), 0.0),
            (self.record, None, sure),
        ):
            found = self._weigh(clause, (("", "\n".join(lines)),), given) if lines else None
            nearer = not denied or (found is not None and found.nearness >= weighed.nearness)
            if found is not None and found.verdict == "supported" and found.support >= least and nearer:
                return Claim(clause.quote, "supported", passage, found.support, reasons=found.reasons)
        return None

    def _checkable(self, quote: Quote, new: list[Value]) -> bool:
        """Whether a sentence has a value that wants a source, and tells what it is of."""
        text = self.reply.text
        if text is None:
            return any(token.number for token in read_any(quote.text, self.reply.language).tokens)
        words = _words(text, quote)
        homes = (line for value in new for _, line in self._homes_of(value.quantity))
        vague = len(words) < FEW_WORDS and any(words & line or not words for line in homes)
        return bool(new) and not vague

    def _homes_of(self, quantity: Quantity) -> tuple[tuple[int, frozenset[str]], ...]:
        if self.reply.text is None:
            return ()
        return _value_index(self.pages, self.reply.text.language).get(quantity, ())

    def _homes(self, quote: Quote, new: list[Value]) -> list[int]:
        """The passages with the values of a sentence, each in the line that has most of its words; in a whole manual
        the numbers of one honest sentence can stand in two of them."""
        if self.reply.text is None:
            return []
        words = _words(self.reply.text, quote)
        found: list[int] = []
        for value in new:
            overlaps = [
                (len(words & line) / max(1, len(words)), -place) for place, line in self._homes_of(value.quantity)
            ]
            best = max(overlaps, default=(0.0, 0))
            if best[0] >= _SAME_MATTER and -best[1] not in found:
                found.append(-best[1])
        return found


_support = attrgetter("support")


def _is_denied(claim: Claim) -> bool:
    """Whether a claim is contradicted by a negation or an opposite, and not only by a value."""
    return any(reason.note in ("polarity", "opposite") and reason.weight < 0 for reason in claim.reasons)


def _is_nearer(other: Weighed, weighed: Weighed) -> bool:
    """Whether a text is rather about a statement than another; of two that are alike, the one that says it."""
    if other.nearness == weighed.nearness:
        return other.support > weighed.support
    return other.nearness > weighed.nearness


def _says_more(other: Weighed, weighed: Weighed) -> bool:
    """Whether what a text says outweighs what another says: a wrong value stands unless it is right in this one, a
    denial unless this one has more of the statement."""
    if weighed.verdict != "contradicted":
        return other.support > weighed.support
    nearer = other.nearness > weighed.nearness
    if other.verdict == "supported":
        return weighed.by_value or nearer
    return other.verdict == "unsupported" and weighed.lacking and not other.lacking and nearer


def _words(text: Text, quote: Quote) -> frozenset[str]:
    return frozenset(
        item.atom
        for item in items_of(text)
        if isinstance(item.atom, str) and quote.start <= text.tokens[item.first].start < quote.end
    )


@lru_cache(maxsize=32)
def _value_index(
    pages: tuple[tuple[str, str], ...], language: Language
) -> dict[Quantity, tuple[tuple[int, frozenset[str]], ...]]:
    """For each value of a documentation, the passages that have it, with the words of the line that it stands in.

    Cached: it takes some tens of milliseconds for a product.
    """
    index: dict[Quantity, list[tuple[int, frozenset[str]]]] = {}
    for place, (title, text) in enumerate(pages):
        above = read(title, language).keys
        for line in in_sentences(text).replace(". ", ".\n").splitlines():
            # Cell by cell: a unit does not reach into the next one.
            cells = [read(cell, language) for cell in line.split(CELLS)]
            words = above.union(*(cell.keys for cell in cells))
            for value in chain.from_iterable(map(values_in, cells)):
                index.setdefault(value.quantity, []).append((place, words))
    return {quantity: tuple(homes) for quantity, homes in index.items()}
