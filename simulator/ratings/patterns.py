"""Patterns of words: a small notation for how things are said, found in a text in one walk over its words.

The notation, on folded words (`words.fold`): a word; `word*` begins with it, `*word` ends with it, `*` any word;
`<name>` a class of words; `(a|b c)` one of, `?` behind something: or none; `_` up to three other words, at the end only
where the sentence goes on; first of all `^` the sentence begins, or `,` a clause begins. A group of single words is one
step.

All patterns of a language are one tree. A text is walked by an automaton that is made of it as texts ask for it: a
state is all the places in the tree where one can be, and remembers where each kind of word leads. So a word costs a
look-up or two, however many patterns there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from simulator.ratings.words import Words, fold

_GAP = 3
_MOST_WORDS, _MOST_STATES = 50_000, 20_000
_ELEMENT = re.compile(r"\(([^()]*)\)(\??)|([:;=]-?[()]|(?<!\S)\)|\^|[^\s()?^]+)(\??)")
_MARKS = {("^",), (",",), ("_",)}


class Found(NamedTuple):
    """A pattern that was found: what it shows, how strongly, and its words from `first` up to `last`.

    `negated` says that a negator stands just before it.
    """

    kind: str
    weight: float
    first: int
    last: int
    negated: bool


@dataclass(slots=True, eq=False)
class _Node:
    """A place in the tree; `ends` are the patterns that end here, with their weights."""

    steps: dict[str, _Node] = field(default_factory=dict)
    gap: _Node | None = None
    ends: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Letter:
    """What the automaton sees of a word: the steps that it can be, and whether a gap stops at it."""

    steps: frozenset[str]
    stops: bool


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """Where one can be in the tree: nodes, each with the words that its gap may still skip, -1 where it is none.

    `within` are the patterns that end here in the midst of a sentence, `last` those that do where it ends. `following`
    is None for a letter that leads nowhere.
    """

    nodes: Mapping[_Node, int]
    within: tuple[tuple[str, float], ...]
    last: tuple[tuple[str, float], ...]
    following: dict[_Letter, _State | None] = field(default_factory=dict)


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


def _end(ends: dict[str, float], kind: str, weight: float) -> None:
    """Of what ends at the same word an exception counts, else the strongest."""
    known = ends.get(kind, weight)
    ends[kind] = max(weight, known) if weight and known else 0.0


class Patterns:
    """The patterns of a language.

    Args:
        classes: the words of each class, as blanks separate them.
        kinds: for each kind and weight the patterns that show it. Of two that begin at the same word the longer one
            counts, of equally long ones the stronger; one of weight 0 is an exception and wins over its equals.
        negators: the words that negate.
        before: how many words before a pattern a negator still belongs to it, in its clause.
        over: whether `_` skips a negator.
        in_clause: kinds that must be said in one clause.
    """

    def __init__(
        self,
        classes: Mapping[str, str],
        kinds: Mapping[str, Mapping[float, Sequence[str]]],
        negators: Iterable[str],
        *,
        before: int = 2,
        over: bool = False,
        in_clause: Iterable[str] = (),
    ) -> None:
        self._kinds = tuple(kinds)
        self._negators = frozenset(map(fold, negators))
        self._before, self._over, self._in_clause = before, over, frozenset(in_clause)
        self._whole: dict[str, set[str]] = {}
        self._begins: dict[str, set[str]] = {}
        self._ends: dict[str, set[str]] = {}
        self._classes = {f"<{name}>": fold(words).split() for name, words in classes.items()}
        roots = {mark: _Node() for mark in ("", ",", "^")}
        for kind, weighed in kinds.items():
            for weight, patterns in weighed.items():
                for pattern in patterns:
                    for row in _rows(pattern):
                        self._add(roots, row, kind, float(weight))
        self._heads = tuple(sorted({len(head) for head in self._begins}))
        self._tails = tuple(sorted({len(tail) for tail in self._ends}))
        self._alphabet: dict[tuple[frozenset[str], bool], _Letter] = {}
        self._letter = lru_cache(maxsize=_MOST_WORDS)(self._letter_of)
        self._roots = [(node, -1) for node in roots.values()]
        self._forget()

    def _forget(self) -> None:
        """Begins the automaton anew; the states to begin with: in a clause, where one begins, where a sentence does."""
        self._states: dict[frozenset[tuple[_Node, int]], _State] = {}
        self._begin = [self._state(self._roots[:number]) for number in (1, 2, 3)]

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

    def _add(self, roots: Mapping[str, _Node], row: Sequence[str], kind: str, weight: float) -> None:
        node = roots.get(row[0], roots[""])
        for step in row[row[0] in roots :]:
            if step in roots:
                raise ValueError(f"{step} stands first: {' '.join(row)}")
            if step == "_":
                node.gap = node.gap or _Node()
                node = node.gap
            else:
                self._learn(step)
                node = node.steps.setdefault(step, _Node())
        _end(node.ends, kind, weight)

    def _letter_of(self, word: str) -> _Letter:
        """The letter that a folded word is: all words that can be the same steps are one."""
        steps = set(self._whole.get(word, ()))
        for length in self._heads:
            steps.update(self._begins.get(word[:length], ()))
        for length in self._tails:
            steps.update(self._ends.get(word[-length:], ()))
        key = frozenset(steps), not self._over and word in self._negators
        return self._alphabet.setdefault(key, _Letter(*key))

    def _state(self, nodes: Iterable[tuple[_Node, int]]) -> _State:
        """The state of being at these nodes, and in the gaps that begin there."""
        places: dict[_Node, int] = {}
        for node, left in nodes:
            places[node] = max(left, places.get(node, -1))
            if node.gap is not None:
                places[node.gap] = _GAP
        key = frozenset(places.items())
        known = self._states.get(key)
        if known is not None:
            return known
        if len(self._states) >= _MOST_STATES:
            self._forget()
        within: dict[str, float] = {}
        last: dict[str, float] = {}
        for node, left in places.items():
            for kind, weight in node.ends.items():
                _end(within, kind, weight)
                if left < 0:
                    _end(last, kind, weight)
        return self._states.setdefault(key, _State(places, self._in_order(within), self._in_order(last)))

    def _in_order(self, ends: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
        return tuple((kind, ends[kind]) for kind in self._kinds if kind in ends)

    def _after(self, state: _State, letter: _Letter) -> _State | None:
        """The state that a letter leads to."""
        nodes: list[tuple[_Node, int]] = []
        for node, left in state.nodes.items():
            fewer, more = sorted((node.steps.keys(), letter.steps), key=len)
            nodes += [(node.steps[step], -1) for step in fewer if step in more]
            if left > 0 and not letter.stops:
                nodes.append((node, left - 1))
        state.following[letter] = after = self._state(nodes) if nodes else None
        return after

    def negates(self, words: Iterable[str]) -> bool:
        """Whether one of some words negates."""
        return not self._negators.isdisjoint(words)

    def find(self, text: Words) -> list[Found]:
        """All that is found, from left to right; of a kind, no two overlap."""
        words, clauses = text.words, text.clauses
        letters = list(map(self._letter, words))
        found: list[Found] = []
        until: dict[str, int] = {}
        for start, end, _ in text.sentences:
            for first in range(start, end):
                state = self._begin[(clauses[first] == first) + (start == first)]
                longest: dict[str, tuple[int, float]] = {}
                for place in range(first, end):
                    letter = letters[place]
                    following = state.following
                    after = following[letter] if letter in following else self._after(state, letter)
                    if after is None:
                        break
                    state = after
                    last = place + 1
                    for kind, weight in state.within if last < end else state.last:
                        longest[kind] = last, weight
                for kind, (last, weight) in longest.items():
                    if until.get(kind, 0) > first or (kind in self._in_clause and clauses[last - 1] != clauses[first]):
                        continue
                    until[kind] = last
                    before = words[max(clauses[first], first - self._before) : first]
                    found.append(Found(kind, weight, first, last, self.negates(before)))
        return found
