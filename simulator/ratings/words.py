"""A text cut into words, clauses and sentences: once, for all that looks for words in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = (
    r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|(?P<stop>[.!?…]+|\n+)|<3(?!\d)|[:;=]-?[)(d](?!\w)|(?P<pause>[,;:—–](?=\s)| - )"
    r"|/s\b|[\u2639\u263a\u2764\U0001F300-\U0001FAFF]"
)
_SMILING = re.compile(_TOKEN + r"|(?P<smile>(?<=[\w.!?])\)+(?!\w))")
_SET_OFF = re.compile(_TOKEN + r"|(?P<bracket>[)(](?=\s))")
_ALIKE = str.maketrans({"’": "'", "`": "'", "ё": "е", "á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u"})
"""Letters that people leave out the marks of. ñ and the German umlauts stay: they make other words."""
_FORMAL = frozenset(["sie", "ihnen", "ihr", "ihre", "ihren", "ihrem", "ihrer", "ihres"])
"""German words that address somebody with a capital, and speak of others without."""


def fold(text: str) -> str:
    """Case, apostrophes, accents, ё made alike; never changes the length (so places stay right)."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower.translate(_ALIKE)


@dataclass(frozen=True, slots=True)
class Words:
    """A text cut up.

    Args:
        words: the folded words, faces among them.
        spans: where each of them stands in the text.
        sentences: for each sentence its first word, the word after its last, and whether it asks.
        clauses: for each word the first word of its clause.
    """

    words: Sequence[str]
    spans: Sequence[tuple[int, int]]
    sentences: Sequence[tuple[int, int, bool]]
    clauses: Sequence[int]


def cut(text: str, *, brackets: bool) -> Words:
    """Cuts a text into words, clauses and sentences.

    Args:
        text: the text.
        brackets: whether brackets end a clause. Else they do not, and where more are closed than opened they smile,
            which is a word.
    """
    return _cut(text, brackets and ("(" in text or ")" in text))


@lru_cache(maxsize=256)
def _cut(text: str, brackets: bool) -> Words:
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    sentences: list[tuple[int, int, bool]] = []
    clauses: list[int] = []
    start = clause = 0
    smiles = text.count(")") > text.count("(")
    for match in (_SET_OFF if brackets else _SMILING).finditer(fold(text)):
        group = match.lastgroup
        if group is None or (group == "smile" and smiles):
            words.append(")" if group else match.group())
            spans.append(match.span())
            clauses.append(clause)
        elif group != "smile":
            clause = len(words)
            if group == "stop" and start < clause:
                sentences.append((start, clause, "?" in match.group()))
                start = clause
    if start < len(words):
        sentences.append((start, len(words), False))
    return Words(words, spans, sentences, clauses)


def addressed(text: str, cut_up: Words) -> Sequence[str]:
    """The words of a German text with `~` for those that speak of others ("sie" without its capital)."""
    if text[1:].islower():  # who writes no capitals at all means "Sie" by "sie"
        return cut_up.words
    return [
        "~" if word in _FORMAL and text[span[0]].islower() else word
        for word, span in zip(cut_up.words, cut_up.spans, strict=True)
    ]
