"""A reply beside the text: which word of the text stands for each of its words."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.observation.support.reading import Reading, Token, read, strip_talk
from simulator.observation.support.source import Line, Source, source
from simulator.observation.support.stems import root, variants
from simulator.observation.support.words import Lists, lists


@dataclass(slots=True)
class Aligned:
    """The reply beside the text: what `features` measures."""

    said: Reading
    told: Reading
    """The reply with its hedges."""
    asked: Reading | None
    text: Source
    words: Lists
    found: list[tuple[str, float]]
    """For each token of the reply, the key of the text that stands for it, and how well."""
    context: frozenset[str]
    """Words of the question and the titles, and what else is given: a reply may repeat them."""
    best: Line | None
    """The sentence of the text that says most of the reply."""
    conflicts: list[tuple[str, str]]
    """The feature that a conflict belongs to, and the word of the reply; "" where it is no single one."""
    lent: int
    """How many words of the reply, at its beginning, are its context."""


def align(
    reply: str,
    passages: tuple[tuple[str, str], ...],
    question: str | None,
    language: str,
    *,
    given: frozenset[str] = frozenset(),
    context: str = "",
) -> Aligned:
    """Finds each word of the reply in the text, and the sentence that says most of it.

    Args:
        reply: a statement or a whole reply.
        passages: the text, each passage as (title, text).
        question: what was asked, if anything.
        language: ISO 639-1 code of all of them.
        given: keys of further words and numbers that the reply may say without a source.
        context: words that the reply is to be read with, and that stand before it then.
    """
    words = lists(language)
    text = source(passages, language)
    told, stated = strip_talk(f"{context} {reply}" if context else reply, language)
    said = read(stated, language)
    asked = read(question, language) if question else None
    found = [match(token, text, words) for token in said.tokens]
    by_line = [0.0] * len(text.lines)
    for share, tokens, matches in (
        (1.0, said.tokens, found),
        (0.2, asked.tokens if asked else (), [match(token, text, words) for token in asked.tokens] if asked else []),
    ):
        for token, (key, how) in zip(tokens, matches, strict=True):
            if key:
                for line in text.lines_of[key]:
                    by_line[line] += share * token.weight * how * text.rarity[key]
    best = text.lines[max(range(len(by_line)), key=lambda line: by_line[line])] if by_line else None
    asked_keys = {token.key for token in asked.tokens} if asked else set()
    known = text.titles | asked_keys | given
    lent = len(read(context, language).tokens) if context else 0
    return Aligned(said, read(told, language), asked, text, words, found, known, best, [], lent)


def match(token: Token, text: Source, words: Lists) -> tuple[str, float]:
    """The key of the text that stands for a word, and how well: 1 the same, less a like beginning or a synonym."""
    key = token.key
    if token.amount and (alike := text.amounts.get((token.amount, token.number))):
        return alike, 1.0
    if token.number and token.amount and text.amounts_of.get(key) and "" not in text.amounts_of[key]:
        return "", 0.0
    if key in text.places:
        return key, 1.0
    if token.number:
        return "", 0.0
    for other in variants(key):
        if other in text.places:
            return other, 0.9
    if alike := text.roots.get(root(key)):
        return alike, 0.7
    best, how = "", 0.0
    size = len(key)
    if size >= 4:
        for other in text.starts.get(key[:3], ()):
            longest = max(size, len(other))
            same = 3
            for mine, theirs in zip(key[3:], other[3:], strict=False):
                if mine != theirs:
                    break
                same += 1
            share = same / longest
            if share > how and share >= 0.6:
                best, how = other, share
    if how < 0.7:
        for group in words.synonyms.get(key, ()):
            for other in text.groups.get(group, ()):
                return other, 0.8
    if not best and size >= 5:
        for length in (size - 1, size, size + 1):
            for other in text.shapes.get((key[0], length), ()):
                if length >= 5 and _one_slip(key, other):
                    return other, 0.75
    return best, how


def _one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter or two neighbours swapped."""
    size = min(len(one), len(other))
    first = 0
    while first < size and one[first] == other[first]:
        first += 1
    a, b = one[first:], other[first:]
    return a[1:] == b[1:] or a == b[1:] or b == a[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
