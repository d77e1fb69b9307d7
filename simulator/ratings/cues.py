"""Text to cues of disputes and content: which kinds of words and phrases a message has, and where.

The cues are data (`data/cues/<language>.yaml`). Their notation: a word; `word*` begins with it; `(a|b c)` one of;
`(a|b)*` one of or none; `_` up to three other words; `*` any word; `^` the sentence begins. All the phrases of a
language are one trie, so a message costs a walk over its words, however many phrases there are. Beside the observer's
moves they are many and coarse: of one loose word less follows than of a move, but people's ratings move with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

from simulator import yaml12
from simulator.conversation import LANGUAGES, Quote

GAP = 3
_BEFORE = 3
_NEGATED: dict[str, str | None] = {
    "positive": "negative",
    "negative": None,
    "accepted": "unresolved",
    "insult": None,
    "thanks": None,
    "concedes": "disagree",
    "offers": None,
    "apology": None,
    "compromise": None,
    "asks": None,
    "hedge": None,
    "threat": None,
    "understands": None,
}
"""Kinds that a negation before them voids, and what they are then."""
_TOKEN = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|(?P<stop>[.!?…]+|\n+)|[:;=]-?[)(d](?!\w)|(?P<smile>(?<=[\w.!?])\)+(?!\w))"
    r"|(?P<pause>[,;:—–](?=\s)| - )|/s\b|[\u2639\u263a\u2764\U0001F300-\U0001FAFF]"
)


@dataclass(slots=True)
class _Node:
    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()
    gap: _Node | None = None
    kinds: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A phrase found: its kind and its place in the text."""

    kind: str
    start: int
    end: int


_CALL = 2
"""A longer message is no mere call for an answer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says by its cues.

    Args:
        text: the message, as far as it was read.
        counts: how often each kind was found.
        hits: the places, in order.
        words: number of words.
        readable: whether it has words, in a language that has cues; else there is no verdict.
        questions: sentences that end in a question mark.
        exclaims: exclamation marks, more than three count as three.
        shout: share of the words of three letters or more that are written in capitals.
    """

    text: str
    counts: dict[str, int]
    hits: tuple[Hit, ...]
    words: int
    readable: bool
    questions: int
    exclaims: int
    shout: float

    def quotes(self, *kinds: str) -> list[Quote]:
        """The words found for any of the kinds."""
        return [Quote(self.text[hit.start : hit.end], hit.start, hit.end) for hit in self.hits if hit.kind in kinds]

    def calls(self) -> bool:
        """Whether it is nothing but a call for an answer: "Hello???"."""
        return bool(self.counts.get("greet") and self.questions) and self.words <= _CALL

    def rate(self, kind: str) -> float:
        """How dense a kind is: one hit is most of it in a chat message, and little in a long comment."""
        return self.counts.get(kind, 0) / (1.0 + self.words / 25.0)


_ALIKE = str.maketrans({"’": "'", "`": "'", "ё": "е", "á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u"})
"""Letters that people leave out the marks of. ñ and the German umlauts stay: they make other words."""


def fold(text: str) -> str:
    """Case, apostrophes, accents, ё made alike; never changes the length (so places stay right)."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower.translate(_ALIKE)


_ELEMENT = re.compile(r"\(([^()]*)\)(\*?)|(\^)|(\S+)")


_MOST_SEQUENCES = 25_000
"""A phrase of more alternatives makes the first reply wait."""


def _expand(phrase: str) -> list[tuple[str, ...]]:
    """A phrase without its alternatives: all the sequences that it stands for."""
    parts: list[list[tuple[str, ...]]] = []
    for group, optional, caret, word in _ELEMENT.findall(fold(phrase)):
        if group:
            choices = [tuple(choice.split()) for choice in group.split("|")]
            parts.append([*choices, ()] if optional else choices)
        else:
            parts.append([(caret or word,)])
    if prod(map(len, parts)) > _MOST_SEQUENCES:
        raise ValueError(f"{phrase[:80]}… stands for too many sequences to be read fast: use _ for words between")
    found = [tuple(word for part in choice for word in part) for choice in product(*parts)]
    return [sequence for sequence in found if any(word not in "_*^" for word in sequence)]


@lru_cache(maxsize=8)
def _trie(language: str) -> tuple[_Node, _Node, frozenset[str]]:
    """Phrases that may stand anywhere, those that begin a sentence, and the negators."""
    anywhere, beginning = _Node(), _Node()
    cues: dict[str, list[str]] = yaml12.load_resource("simulator.ratings", "data", "cues", f"{language}.yaml")
    for kind, phrases in cues.items():
        if kind == "negators":
            continue
        for phrase in phrases:
            for sequence in _expand(phrase):
                node = anywhere
                for word in sequence:
                    if word == "^":
                        node = beginning
                    elif word == "_":
                        node.gap = node.gap or _Node()
                        node = node.gap
                    elif word.endswith("*"):
                        node = node.stems.setdefault(word[:-1], _Node())
                    else:
                        node = node.words.setdefault(word, _Node())
                if kind not in node.kinds:
                    node.kinds += (kind,)
    for root in (anywhere, beginning):
        _finish(root)
    return anywhere, beginning, frozenset(map(fold, cues["negators"]))


def _finish(node: _Node) -> None:
    node.lengths = tuple(sorted({len(stem) for stem in node.stems}))
    for child in (*node.words.values(), *node.stems.values()):
        _finish(child)
    if node.gap is not None:
        _finish(node.gap)


def _walk(node: _Node, words: list[str], place: int, end: int, found: dict[str, int]) -> None:
    """Notes for each kind the furthest end of a match from here."""
    for kind in node.kinds:
        if place > found.get(kind, -1):
            found[kind] = place
    if node.gap is not None:
        for later in range(place, min(place + GAP + 1, end)):
            _walk(node.gap, words, later, end, found)
    if place >= end:
        return
    word = words[place]
    following = node.words.get(word)
    if following is not None:
        _walk(following, words, place + 1, end, found)
    for length in node.lengths:
        following = node.stems.get(word[:length])
        if following is not None and length <= len(word):
            _walk(following, words, place + 1, end, found)


_ONE_CLAUSE = frozenset({"accuse", "challenge"})
"""What speaks of "you" must say it in one clause: "you are right, the mistake is ours"."""
_KIND = frozenset({"positive", "thanks", "accepted", "concedes", "offers", "apology", "compromise", "understands"})
_UNKIND = frozenset(
    (
        *("negative", "unresolved", "insult", "mock", "frustration", "accuse"),
        *("stonewall", "leaving", "threat", "challenge", "command", "disagree"),
    )
)


def _without_swallowed(hits: list[Hit]) -> list[Hit]:
    """Without friendly words that belong to a longer unfriendly phrase ("thanks for nothing"), and the other way round
    ("the problem is solved")."""
    kind = [hit for hit in hits if hit.kind in _KIND]
    unkind = [hit for hit in hits if hit.kind in _UNKIND]
    if not kind or not unkind:
        return hits
    lost = {hit for hit in kind if _is_in_longer(hit, unkind)} | {hit for hit in unkind if _is_in_longer(hit, kind)}
    return [hit for hit in hits if hit not in lost] if lost else hits


def _is_in_longer(hit: Hit, others: list[Hit]) -> bool:
    size = hit.end - hit.start
    return any(other.start <= hit.start and hit.end <= other.end and other.end - other.start > size for other in others)


_FIRSTS: dict[str, dict[str, tuple[_Node, ...]]] = {language: {} for language in LANGUAGES}
"""A cache: writing to it twice writes the same, so threads may share it."""
_MOST_WORDS = 50_000


def _first_nodes(word: str, language: str) -> tuple[_Node, ...]:
    """Where in the trie a phrase that begins with this word goes on; most words begin none."""
    root = _trie(language)[0]
    whole = root.words.get(word)
    nodes = [] if whole is None else [whole]
    nodes += [root.stems[word[:n]] for n in root.lengths if n <= len(word) and word[:n] in root.stems]
    if word.isdecimal():  # there is no end of numbers
        return tuple(nodes)
    known = _FIRSTS[language]
    if len(known) >= _MOST_WORDS:
        known.clear()
    known[word] = tuple(nodes)
    return known[word]


def _as_negated(
    kind: str, words: list[str], places: tuple[int, int, int, int], negators: frozenset[str], language: str
) -> str | None:
    """The kind of a match with the negation around it taken in, None where it voids it."""
    if kind not in _NEGATED:
        return kind
    start, first, last, end = places
    if any(word in negators for word in words[max(start, first - _BEFORE) : first]):
        return _NEGATED[kind]
    if language == "de" and kind == "accepted" and any(w in negators for w in words[last : min(end, last + _BEFORE)]):
        return _NEGATED[kind]
    return kind


@dataclass(frozen=True, slots=True)
class _Words:
    """A text cut up: its words, their places, where sentences end among them, how many of those ask, and for each word
    where its clause begins."""

    words: list[str]
    spans: list[tuple[int, int]]
    ends: list[int]
    questions: int
    clauses: list[int]


_FORMAL = frozenset(["sie", "ihnen", "ihr", "ihre", "ihren", "ihrem", "ihrer", "ihres"])
"""German words that address somebody with a capital, and speak of others without."""


MAX_CHARACTERS = 20_000
"""Longer texts are read up to here."""


def _cut(text: str, language: str) -> _Words:
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    ends: list[int] = []
    clauses: list[int] = []
    questions = clause = 0
    smiles = text.count(")") > text.count("(")
    # Who writes no capitals at all means "Sie" by "sie".
    third = _FORMAL if language == "de" and not text[1:].islower() else frozenset[str]()
    for match in _TOKEN.finditer(fold(text)):
        group = match.lastgroup
        if group == "pause":
            clause = len(words)
        elif group == "stop":
            clause = len(words)
            if words and (not ends or ends[-1] != len(words)):
                ends.append(len(words))
                questions += "?" in match.group()
        elif group is None or smiles:
            word = ")" if group else match.group()
            words.append("~" if word in third and text[match.start()].islower() else word)
            spans.append(match.span())
            clauses.append(clause)
    if words and (not ends or ends[-1] != len(words)):
        ends.append(len(words))
    return _Words(words, spans, ends, questions, clauses)


def _match(cut: _Words, language: str) -> list[Hit]:
    """All that the cues find, from left to right; of a kind, no two overlap."""
    _, beginning, negators = _trie(language)
    words, firsts = cut.words, _FIRSTS[language]
    hits: list[Hit] = []
    until: dict[str, int] = {}
    start = 0
    for end in cut.ends:
        for place in range(start, end):
            nodes = firsts.get(words[place])
            if nodes is None:
                nodes = _first_nodes(words[place], language)
            if not nodes and place != start:
                continue
            found: dict[str, int] = {}
            for node in nodes:
                _walk(node, words, place + 1, end, found)
            if place == start:
                _walk(beginning, words, place, end, found)
            for kind, last in found.items():
                if until.get(kind, 0) > place:
                    continue
                if kind in _ONE_CLAUSE and cut.clauses[last - 1] != cut.clauses[place]:
                    continue
                until[kind] = last
                actual = _as_negated(kind, words, (cut.clauses[place], place, last, end), negators, language)
                if actual is not None:
                    hits.append(Hit(actual, cut.spans[place][0], cut.spans[last - 1][1]))
        start = end
    return _without_swallowed(hits) if len(hits) > 1 else hits


_CAPS = re.compile(r"[^\W\d_]{3,}")


@lru_cache(maxsize=2_048)
def read(text: str, language: str = "en") -> Reading:
    """Reads a message. In a language without cues nothing is found but marks."""
    text = text[:MAX_CHARACTERS]
    cut = _cut(text, language)
    has_cues = language in LANGUAGES
    hits = _match(cut, language) if has_cues else []
    counts: dict[str, int] = {}
    for hit in hits:
        counts[hit.kind] = counts.get(hit.kind, 0) + 1
    letters = _CAPS.findall(text)
    shout = sum(map(str.isupper, letters)) / len(letters) if len(letters) > 1 else 0.0
    readable = has_cues and bool(cut.words)
    exclaims = min(3, text.count("!"))
    return Reading(text, counts, tuple(hits), len(cut.words), readable, cut.questions, exclaims, shout)
