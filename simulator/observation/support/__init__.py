"""How far a text says a statement: both aligned, and what speaks for and against it weighed.

A small linear model over the alignment (`weights.json`, made by `training/support.py`). One set of weights for all
languages; word lists of fifteen languages help (`words.json`), others are compared by characters.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import resources
from typing import Protocol

from simulator.conversation import Quote
from simulator.observation.base import Reason, Verdict, quote_of
from simulator.observation.support.alignment import Aligned, align
from simulator.observation.support.clauses import Clause, clauses
from simulator.observation.support.conflicts import denied_part, rivals_of
from simulator.observation.support.features import FEATURES, features
from simulator.observation.support.pieces import number_key
from simulator.observation.support.reading import parts_of, statement_in
from simulator.observation.support.source import shortlist
from simulator.observation.support.tables import CELLS, in_sentences
from simulator.observation.support.words import lists

__all__ = [
    "CELLS",
    "FEATURES",
    "SUPPORTED",
    "Clause",
    "Knowledge",
    "Weighed",
    "align",
    "clauses",
    "features",
    "in_sentences",
    "lists",
    "number_key",
    "rival",
    "shortlist",
    "statements",
    "weigh",
]

SUPPORTED = 0.5
"""From this support on a statement counts as said by the passage."""
VALUE_CONTRADICTED = 0.4
"""A value that is not there contradicts where the text is about the same: so much of the statement is covered."""
AMOUNT_CONTRADICTED = 0.3
"""The same, where it is an amount and the text has another."""
SENSE_CONTRADICTED = 0.6
"""A negation, an opposite or a misplaced value contradicts where one sentence has so much of the statement's meaning;
in a whole manual a few words can be found in any sentence."""
FEWEST_SHARED = 3
"""So many words, at least, that sentence and statement share then; fewer where the statement has hardly more."""
IN_DOUBT = 0.7
"""Below this support a conflict decides."""
MOST_CONTRADICTED = 0.3
"""Support, at most, of a statement that the text contradicts: lower, right replies that only look contradicted would
rank behind wrong ones of which the text says nothing."""
MOST_STATEMENTS = 100
"""So many sentences of a reply are checked: no honest one has more."""
MOST_CHARACTERS = 2_000
"""A sentence is read up to here."""
_LEAST, _MOST_WORDS = 0.05, 3
_LIGHT = 0.5
_OF_VALUES = frozenset({"number_missing", "misplaced", "misdated", "misvalued"})
_FEATURE = {"misdated": "misplaced", "misvalued": "misplaced", "missided": "misplaced", "forbidden": "polarity"}
"""The feature that a conflict counts in, where it is not its own."""


class Knowledge(Protocol):
    """A passage to check against, such as `documents.Passage`."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a text says to a statement.

    Args:
        verdict: what it says to it.
        support: 0-1, how far it says so.
        nearness: 0-1, the share of the statement's words that a single sentence of the text has.
        by_value: whether a conflict is one of values (a number, or what it is said of), not of negation or opposites.
        lacking: whether it has a number that the text lacks.
        forbidden: whether the text denies what the statement says.
        explain: gives the `reasons`, which most verdicts are never asked for.
    """

    verdict: Verdict
    support: float
    nearness: float
    by_value: bool
    lacking: bool
    forbidden: bool
    explain: Callable[[], tuple[Reason, ...]]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What counted, in log-odds of support against an average reply. Notes are names of features (`features`)."""
        return self.explain()


@dataclass(frozen=True, slots=True)
class Weights:
    """The linear model: what a feature counts, its mean over the training rows, and the verdict on an average reply."""

    bias: float
    weight: dict[str, float]
    mean: dict[str, float]


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that come with the package."""
    data = json.loads(resources.files("simulator.observation.support").joinpath("weights.json").read_text("utf-8"))
    return Weights(data["bias"], data["weight"], data["mean"])


def statements(text: str, language: str) -> list[Quote]:
    """The sentences of a reply that are no questions, offers or closing phrases, the first hundred."""
    words = lists(language)
    found: list[Quote] = []
    for start, end in parts_of(text, language):
        part = statement_in(text[start:end].strip()[:MOST_CHARACTERS], words)
        if part:
            first = start + len(text[start:end]) - len(text[start:end].lstrip())
            if label := words.label.match(part):
                first, part = first + label.end(), part[label.end() :]
            found.append(Quote(part, first, first + len(part)))
    return found[:MOST_STATEMENTS]


def weigh(
    quote: Quote,
    text: str,
    passages: tuple[tuple[str, str], ...],
    *,
    question: str | None,
    language: str,
    given: frozenset[str] = frozenset(),
    context: str = "",
) -> Weighed | None:
    """Weighs a statement against passages, read as one.

    Args:
        quote: the statement.
        text: the reply that it is from.
        passages: each as (title, text).
        question: what the customer has just said, if anything.
        language: ISO 639-1 code of the reply's language.
        given: keys of words and numbers that the reply may say without a source.
        context: words before the statement that it is to be read with (see `Clause`).

    Returns:
        None where it states nothing.
    """
    it = align(quote.text, passages, question, language, given=given, context=context)
    if not it.said.tokens and not (it.said.opens and it.asked is not None):
        return None
    values = features(it)
    model = weights()
    parts = {name: weight * (values[name] - model.mean[name]) for name, weight in model.weight.items()}
    total = model.bias + sum(parts.values())
    value = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
    verdict: Verdict = "supported" if value >= SUPPORTED else "unsupported"
    forbidden = ("forbidden", "") in it.conflicts and len(it.said.tokens) >= FEWEST_SHARED * it.words.size
    if (value < IN_DOUBT or forbidden) and _contradicts(it, values["coverage"]):
        verdict, value = "contradicted", min(value, IN_DOUBT) * MOST_CONTRADICTED / IN_DOUBT
    names = {name for name, _ in it.conflicts}
    return Weighed(
        verdict,
        round(value, 3),
        _nearness(it),
        by_value=not names.isdisjoint(_OF_VALUES),
        lacking="number_missing" in names,
        forbidden="forbidden" in names,
        explain=partial(_reasons, it, parts, quote, text),
    )


def rival(statement: str, passages: tuple[tuple[str, str], ...], language: str) -> int | None:
    """The place of the passage that has another value of what a statement is about, where the statement's own value is
    said only of something else: "the refund takes 30 days" by a period for returns of 30 days; None without one."""
    it = align(statement, passages, None, language)
    return next((line.passage for _, line in rivals_of(it)), None)


def _contradicts(it: Aligned, coverage: float) -> bool:
    """Whether a conflict is one with a text that speaks of the same."""
    names = {name for name, _ in it.conflicts}
    if names & {"misdated", "misvalued"} and coverage >= AMOUNT_CONTRADICTED:
        return True
    if "number_missing" in names:
        amount = it.text.amounts and any(token.number and token.amount for token in it.said.tokens)
        if coverage >= (AMOUNT_CONTRADICTED if amount else VALUE_CONTRADICTED) and _has_another_value(it):
            return True
    if names == {"polarity"} and not _denies_the_same(it):
        return False
    return bool(names - {"number_missing"}) and _one_sentence_has(it)


def _words_by_line(it: Aligned) -> dict[int, list[float]]:
    """For each sentence of the text, the weights of the words, no numbers, that the statement shares with it."""
    by_line: dict[int, list[float]] = {}
    for token, (key, how) in zip(it.said.tokens, it.found, strict=True):
        for line in it.text.lines_of[key] if key and not token.number else ():
            by_line.setdefault(line, []).append(token.weight * how)
    return by_line


def _nearness(it: Aligned) -> float:
    whole = sum(token.weight for token in it.said.tokens if not token.number)
    return max(map(sum, _words_by_line(it).values()), default=0.0) / whole if whole else 0.0


def _has_another_value(it: Aligned) -> bool:
    """Whether a sentence of the text has a number of its own, and two of the statement's words, or all that it has."""
    most = sum(not token.number for token in it.said.tokens)
    return any(
        len(found) >= min(2, most)
        and any(token.number for token in it.text.tokens[it.text.lines[line].first : it.text.lines[line].last])
        for line, found in _words_by_line(it).items()
    )


def _one_sentence_has(it: Aligned) -> bool:
    """Whether a single sentence of the text has most of the statement, and not by one word alone."""
    words = [token for token in it.said.tokens if not token.number]
    whole = sum(token.weight for token in words)
    fewest = min(FEWEST_SHARED, max(2, sum(token.weight > _LIGHT for token in words) - 1))
    by_line = _words_by_line(it)
    return any(len(found) >= fewest and sum(found) >= SENSE_CONTRADICTED * whole for found in by_line.values())


def _denies_the_same(it: Aligned) -> bool:
    """Whether what a statement denies is what the text speaks of, as far as the words behind the negation tell."""
    tokens = it.said.tokens
    denied = [bool(it.found[place][0]) for place, token in enumerate(tokens) if token.negated]
    if not denied or any(denied):
        return True
    # Its object may stand before the negation: "the full price you will not get".
    part = denied_part(range(len(tokens)), tokens)
    known = [tokens[place].weight for place in part if it.found[place][0]]
    return len(known) >= len(denied) + 1 and sum(known) >= SENSE_CONTRADICTED * sum(tokens[i].weight for i in part)


def _reasons(it: Aligned, parts: dict[str, float], quote: Quote, text: str) -> tuple[Reason, ...]:
    """What each feature counted, shared out over the words that it is about."""
    pairs = list(zip(it.said.tokens, it.found, strict=True))
    missing = [token.form for token, (key, _) in pairs if not key and token.key not in it.context]
    words: dict[str, list[str]] = {
        "coverage": [token.form for token, (key, _) in pairs if key],
        "missing": missing,
        "missing_most": missing,
    }
    for name, form in it.conflicts:
        words.setdefault(_FEATURE.get(name, name), []).append(form)
    found = []
    for name, weight in parts.items():
        if abs(weight) < _LEAST:
            continue
        quotes: Sequence[Quote | None] = [
            place
            for form in dict.fromkeys(words.get(name, ()))
            if (place := quote_of(form, text, quote.start, quote.end)) is not None
        ][:_MOST_WORDS] or [None]
        found += [Reason(place, name, round(weight / len(quotes), 3)) for place in quotes]
    found.sort(key=lambda reason: -abs(reason.weight))
    return tuple(found)
