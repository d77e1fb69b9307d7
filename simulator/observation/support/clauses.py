"""A sentence taken apart into what it states: "14 days, and the shipping costs are refunded" states two things."""

from __future__ import annotations

import re
from typing import NamedTuple

from simulator.conversation import Quote
from simulator.observation.support.reading import Reading, read, strip_talk
from simulator.observation.support.seams import PAUSES, cuts, names, segments_of, signs_of

FEWEST_WORDS = 2
"""A clause with fewer words that mean something, what it inherits among them, is not checked by itself."""
_SUBJECTLESS = 3
"""A clause that names nothing before its verb, and fewer words than this behind it, is about what the first clause is
about: "(shipping) takes 10 days"."""


class Clause(NamedTuple):
    """A clause of a sentence.

    Args:
        quote: its words.
        context: words of the sentence that it needs to be understood: the condition or circumstance that the sentence
            begins with, and its subject, where it has none of its own; "" where it needs none.
        short: whether it says too little to be checked by itself, or is talk around what is said.
    """

    quote: Quote
    context: str = ""
    short: bool = False

    @property
    def whole(self) -> str:
        """The clause with its context."""
        return f"{self.context} {self.quote.text}" if self.context else self.quote.text


def clauses(sentence: Quote, language: str) -> tuple[Clause, ...]:
    """The clauses that a sentence consists of; () where it is one statement.

    Args:
        sentence: the sentence, as `statements` gives it.
        language: ISO 639-1 code of its language.
    """
    text, seams = sentence.text, cuts(sentence.text, language)
    if not seams:
        return ()
    frame, subject = _frame(text[: seams[0][0]], language)
    stated = frozenset(read(strip_talk(text, language)[1], language).words)
    found = []
    for start, end in zip([0, *(start for _, start in seams)], [*(end for end, _ in seams), len(text)], strict=True):
        part = Quote(text[start:end], sentence.start + start, sentence.start + end)
        clause = Clause(part, _context(part.text, frame, subject, language) if start else "")
        few = _words(read(clause.whole, language)) < FEWEST_WORDS
        talk = not stated.issuperset(read(part.text, language).words)  # "I am not sure, but …"
        found.append(clause._replace(short=few or talk or _is_elliptic(part.text, language)))
    return tuple(found)


def _frame(first: str, language: str) -> tuple[str, str]:
    """What the first clause lends the others: the condition or circumstance that it begins with, and that with its
    subject."""
    signs = signs_of(language)
    if signs.verbs is None:
        return "", ""
    opening, *rest = segments_of(first, language)
    head, frame = first[: opening.end], ""
    if rest and not (rest[0].joined or rest[0].opposed or signs.behind_comma.match(first, rest[0].start)):
        bare = not signs.verbs.search(head) and signs.verbs.search(first[rest[0].start : rest[0].end])
        frame = head if bare or signs.under.match(head) else ""
    verb = signs.verbs.search(first, len(frame))
    subject = first[len(frame) : verb.start()] if verb else ""
    words = re.split(f"[{PAUSES}]", subject)[0 if not frame else -1].split()
    while words and not names(words[-1], language):  # "… no (se reembolsa)": the negation is the verb's.
        words.pop()
    return frame, ", ".join(filter(None, (frame, " ".join(words))))


def _context(clause: str, frame: str, subject: str, language: str) -> str:
    verbs = signs_of(language).verbs
    verb = verbs.search(clause) if verbs else None
    size = _words(read(clause, language))
    subjectless = verb is not None and not names(clause[: verb.start()], language)
    if size < FEWEST_WORDS or (subjectless and size < _SUBJECTLESS):
        return subject
    return f"{frame}," if frame else ""


def _is_elliptic(clause: str, language: str) -> bool:
    """Whether a clause leaves what it says to the one before ("… but an agent cannot")."""
    signs = signs_of(language)
    verb = signs.verbs.search(clause) if signs.verbs else None
    if verb is None:
        return False
    return not names(clause[verb.end() if signs.modals.fullmatch(verb.group()) else verb.start() :], language)


def _words(reading: Reading) -> int:
    return sum(not token.number and not token.amount for token in reading.tokens)
