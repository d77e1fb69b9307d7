"""Patterns of words: a small notation for how things are said, found in a text in one walk over its words.

The notation, on folded words (`cues.fold`): a word; `word*` begins with it, `*word` ends with it; `<name>` a class of
words; `(a|b c)` one of, `?` behind something: or none; `_` up to three other words, none behind a negator; first of all
`^` the sentence begins, or `,` a clause begins. All patterns of a language are one tree. A group of single words is one
step in it, and a word's steps are kept, so the number of patterns hardly matters for the time that a text takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from simulator.ratings.cues import fold

_GAP = 3
_BEFORE = 2
"""How far before a pattern a negator still belongs to it."""
_MOST_WORDS = 50_000
_TOKEN = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|(?P<stop>[.!?…]+|\n+)|<3|[:;=]-?[)(d](?!\w)|(?P<pause>[,;:—–)(](?=\s)| - )"
    r"|[\u2639\u263a\u2764\U0001F300-\U0001FAFF]"
)
_ELEMENT = re.compile(r"\(([^()]*)\)(\??)|([^\s()?]+)(\??)")


class Found(NamedTuple):
    """A pattern that was found: what it shows, how strongly, and its words from `first` up to `last`.

    `negated` says that a negator stands just before it.
    """

    kind: str
    weight: float
    first: int
    last: int
    negated: bool


@dataclass(frozen=True, slots=True)
class Cut:
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


def cut(text: str) -> Cut:
    """Cuts a text into words, clauses and sentences."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    sentences: list[tuple[int, int, bool]] = []
    clauses: list[int] = []
    start = clause = 0
    for match in _TOKEN.finditer(fold(text)):
        if match.lastgroup is None:
            words.append(match.group())
            spans.append(match.span())
            clauses.append(clause)
            continue
        clause = len(words)
        if match.lastgroup == "stop" and start < clause:
            sentences.append((start, clause, "?" in match.group()))
            start = clause
    if start < len(words):
        sentences.append((start, len(words), False))
    return Cut(words, spans, sentences, clauses)


@dataclass(slots=True)
class _Node:
    steps: dict[str, _Node] = field(default_factory=dict)
    gap: _Node | None = None
    ends: dict[str, float] = field(default_factory=dict)


def _rows(pattern: str) -> Iterator[tuple[str, ...]]:
    """The rows of steps that a pattern stands for: single words of a group are one step, longer choices one row each.

    Raises:
        ValueError: the pattern is not of the notation.
    """
    rest = _ELEMENT.sub("", pattern).strip()
    if rest or not pattern.strip():
        raise ValueError(f"not a pattern of words: {pattern!r}")
    parts: list[list[tuple[str, ...]]] = []
    for group, group_may, step, step_may in _ELEMENT.findall(fold(pattern)):
        choices = [tuple(choice.split()) for choice in group.split("|")] if group else [(step,)]
        marks = [choice for choice in choices if choice in _MARKS]
        single = sorted({choice[0] for choice in choices if len(choice) == 1 and choice not in _MARKS})
        rows = [choice for choice in choices if len(choice) > 1] + marks
        if single:
            rows.append((single[0] if len(single) == 1 else "|".join(single),))
        parts.append([*rows, ()] if group_may or step_may else rows)
    for chosen in product(*parts):
        yield tuple(step for part in chosen for step in part)


_MARKS = {("^",), (",",), ("_",)}


class _Begun(NamedTuple):
    """Where the patterns that begin with a word go on: those that want another word, `wanted`, next, and the others."""

    strict: tuple[_Node, ...]
    wanted: frozenset[str]
    others: tuple[_Node, ...]


class Patterns:
    """The patterns of a language.

    Args:
        classes: the words of each class, as blanks separate them.
        kinds: for each kind and weight the patterns that show it. Of two that begin at the same word the longer one
            counts, of equally long ones the stronger; one of weight 0 is an exception and wins over its equals.
        negators: the words that negate.
    """

    def __init__(
        self,
        classes: Mapping[str, str],
        kinds: Mapping[str, Mapping[float, Sequence[str]]],
        negators: Iterable[str],
    ) -> None:
        self._anywhere, self._sentence, self._clause = _Node(), _Node(), _Node()
        self._negators = frozenset(map(fold, negators))
        self._steps: dict[str, frozenset[str]] = {}
        self._begun: dict[str, _Begun] = {}
        self._whole: dict[str, set[str]] = {}
        self._begins: dict[str, set[str]] = {}
        self._ends: dict[str, set[str]] = {}
        self._classes = {f"<{name}>": fold(words).split() for name, words in classes.items()}
        for kind, weighed in kinds.items():
            for weight, patterns in weighed.items():
                for pattern in patterns:
                    for row in _rows(pattern):
                        self._add(row, kind, float(weight))
        self._heads = tuple(sorted({len(head) for head in self._begins}))
        self._tails = tuple(sorted({len(tail) for tail in self._ends}))

    def _learn(self, step: str) -> None:
        """Notes which words a step stands for."""
        words = [word for choice in step.split("|") for word in self._classes.get(choice, [choice])]
        for word in words:
            if word.startswith("<") and word.endswith(">"):
                raise ValueError(f"no such class of words: {word}")
            if word.endswith("*"):
                self._begins.setdefault(word[:-1], set()).add(step)
            elif word.startswith("*"):
                self._ends.setdefault(word[1:], set()).add(step)
            else:
                self._whole.setdefault(word, set()).add(step)

    def _add(self, row: Sequence[str], kind: str, weight: float) -> None:
        node = {"^": self._sentence, ",": self._clause}.get(row[0], self._anywhere)
        for step in row[node is not self._anywhere :]:
            if step in ("^", ","):
                raise ValueError(f"{step} stands first: {' '.join(row)}")
            if step == "_":
                node.gap = node.gap or _Node()
                node = node.gap
            else:
                self._learn(step)
                node = node.steps.setdefault(step, _Node())
        known = node.ends.get(kind, weight)
        node.ends[kind] = max(weight, known) if weight and known else 0.0

    def steps_of(self, word: str) -> frozenset[str]:
        """Every step that a folded word can be."""
        known = self._steps.get(word)
        if known is not None:
            return known
        steps = set(self._whole.get(word, ()))
        for length in self._heads:
            steps |= self._begins.get(word[:length], set())
        for length in self._tails:
            steps |= self._ends.get(word[-length:], set())
        found = frozenset(steps)
        if word.isdecimal():
            return found
        if len(self._steps) >= _MOST_WORDS:
            self._steps.clear()
        self._steps[word] = found
        return found

    def _begun_by(self, word: str) -> _Begun:
        known = self._begun.get(word)
        if known is not None:
            return known
        roots = self._anywhere.steps
        nodes = [roots[step] for step in sorted(roots.keys() & self.steps_of(word))]
        strict = tuple(node for node in nodes if node.gap is None and not node.ends)
        others = tuple(node for node in nodes if node.gap is not None or node.ends)
        begun = _Begun(strict, frozenset(step for node in strict for step in node.steps), others)
        if word.isdecimal():  # there is no end of numbers
            return begun
        if len(self._begun) >= _MOST_WORDS:
            self._begun.clear()
        self._begun[word] = begun
        return begun

    def find(self, text: Cut) -> list[Found]:
        """All that is found, from left to right; of a kind, no two overlap."""
        steps = [self.steps_of(word) for word in text.words]
        found: list[Found] = []
        until: dict[str, int] = {}
        for start, end, _ in text.sentences:
            for place in range(start, end):
                begun = self._begun_by(text.words[place])
                begins_clause = text.clauses[place] == place
                best: dict[str, tuple[int, float]] = {}
                for node in begun.others:
                    self._walk(node, text.words, steps, place + 1, end, best)
                if place + 1 < end and not begun.wanted.isdisjoint(steps[place + 1]):
                    for node in begun.strict:
                        self._walk(node, text.words, steps, place + 1, end, best)
                if begins_clause:
                    self._walk(self._clause, text.words, steps, place, end, best)
                if place == start:
                    self._walk(self._sentence, text.words, steps, place, end, best)
                for kind, (last, weight) in best.items():
                    if until.get(kind, 0) <= place:
                        until[kind] = last
                        clause = max(text.clauses[place], place - _BEFORE)
                        negated = any(word in self._negators for word in text.words[clause:place])
                        found.append(Found(kind, weight, place, last, negated))
        return found

    def _walk(
        self,
        node: _Node,
        words: Sequence[str],
        steps: Sequence[frozenset[str]],
        place: int,
        end: int,
        best: dict[str, tuple[int, float]],
    ) -> None:
        """Notes the longest match of each kind from here, of equally long ones an exception or the strongest."""
        if node.ends:
            self._note(node.ends, place, best)
        if place >= end:
            return
        if node.steps:
            for step in node.steps.keys() & steps[place]:
                self._walk(node.steps[step], words, steps, place + 1, end, best)
        if node.gap is not None:
            following, ends = node.gap.steps, node.gap.ends
            for skipped in range(place, min(end, place + _GAP + 1)):
                if ends:
                    self._note(ends, skipped, best)
                for step in following.keys() & steps[skipped]:
                    self._walk(following[step], words, steps, skipped + 1, end, best)
                if words[skipped] in self._negators:
                    break

    @staticmethod
    def _note(ends: Mapping[str, float], place: int, best: dict[str, tuple[int, float]]) -> None:
        for kind, weight in ends.items():
            known = best.get(kind, (0, 1.0))
            if (place, not weight, weight) > (known[0], not known[1], known[1]):
                best[kind] = (place, weight)
