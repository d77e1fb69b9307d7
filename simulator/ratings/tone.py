"""Politeness and anger of one message: words of a lexicon, form and n-grams, weighed by a linear model.

The lexicon is by hand (`data/tone_lexicon.yaml`), the weights are made by `training/tone.py` of rated messages
(`data/politeness.json`, `data/anger.json`): shared over all languages, with a damped share of each language's own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from simulator.ratings.base import Rating, Reason, quote_of
from simulator.ratings.complaint import complaint
from simulator.ratings.cues import read
from simulator.ratings.form import FULL_SIZE, form_features, grams_of_word, units_of
from simulator.ratings.lexicon import Wording, languages, wording_of
from simulator.ratings.manners import manners

Task = Literal["politeness", "anger"]

MAX_CHARACTERS = 5_000
"""Longer texts are read up to here."""
_REASONS = 6
MOVES: Mapping[str, float] = {
    "insults": -2.0,
    "mocks": -1.2,
    "threatens": -1.2,
    "dismisses": -0.5,
    "blames": -0.4,
    "tells_to_calm_down": -0.4,
    "refuses_flat": -0.25,
    "hides_behind_policy": -0.15,
    "talks_about_self": -0.15,
    "names_feeling": 0.15,
    "reassures": 0.15,
    "offers_choice": 0.15,
    "takes_ownership": 0.15,
    "closes": 0.15,
    "offers_remedy": 0.1,
}
"""What the observer's moves add to politeness, set by hand: the rated messages have few of them. Twice as much for
those below 1 does still better on support chat, and worse on the rated messages."""

_OF_FEELINGS = frozenset({"why", "why you", "wh", "harsh words", "harsh less glad", "complaint", "complaint+"})
"""What counts against politeness and is none of it in "I understand why you are upset": the words are the other's."""


class ToneModel:
    """A trained model of politeness or anger.

    Args:
        task: what it rates.
        body: the weights, as `training/tone.py` writes them.
    """

    def __init__(self, task: Task, body: Mapping[str, Any]) -> None:
        self.task = task
        self._slope, self._offset = body["calibration"]
        self._features: dict[str, float] = body["features"]
        self._own: dict[str, dict[str, float]] = {}
        for name, weight in self._features.items():
            if name[2:3] == ":":
                self._own.setdefault(name[:2], {})[name[3:]] = weight
        self._weights = {language: self._with_own(language) for language in ("", *self._own)}
        self._grams: dict[str, float] = {gram: weight / 1000 for gram, weight in body["grams"].items()}
        self._of_word = lru_cache(maxsize=20_000)(self._weigh_word)

    def _weigh_word(self, word: str) -> tuple[float, int]:
        own = grams_of_word(word)
        known = self._grams
        return sum([known[gram] for gram in own if gram in known], 0.0), len(own)

    def _with_own(self, language: str) -> dict[str, float]:
        """The weights of features for a language: the shared ones and its own."""
        own, shared = self._own.get(language, {}), self._features
        return {name: shared.get(name, 0.0) + own.get(name, 0.0) for name in {**shared, **own}}

    def _weighed(self, wording: Wording) -> list[tuple[str, str, float]]:
        """All that counts: what it is, the word if it was learned of one, and its weight, which add up to the value."""
        weights = self._weights.get(wording.language, self._weights[""])
        parts = [
            (name, "", weight * size)
            for name, size in form_features(wording).items()
            if size and (weight := weights.get(name))
        ]
        single, others = units_of(wording.bare, wording.words)
        grams = [(word, *self._of_word(word)) for word in single]
        norm = math.sqrt(max(FULL_SIZE, len(others) + sum([number for _, _, number in grams])))
        parts += [("learned", word, weight / norm) for word, weight, _ in grams if weight]
        known = self._grams
        parts += [("learned", unit[1:], known[unit] / norm) for unit in others if unit in known]
        return parts

    def value(self, text: str, language: str) -> float:
        """The raw value: 0 is about the middle of the data."""
        return sum(weight for _, _, weight in self._weighed(wording_of(text, language)))

    def rate(self, text: str, language: str, moves: Collection[str] = ()) -> Rating:
        """The rating: 100 times the probability that people would say so."""
        wording = wording_of(text, language)
        parts = self._weighed(wording)
        if self.task == "politeness":
            cues = read(text, language).counts
            if "understands" in cues and "challenge" not in cues:
                parts = [part for part in parts if part[0] not in _OF_FEELINGS or part[2] > 0]
            parts += [(move, "", MOVES[move]) for move in sorted(moves) if move in MOVES]
            parts += manners(text, language)
        else:
            parts += complaint(text, language)
        value = self._slope * sum([weight for _, _, weight in parts]) + self._offset
        shown = sorted([part for part in parts if part[0] != "bias"], key=lambda part: -abs(part[2]))[:_REASONS]
        said = {hit.category: hit.text for hit in reversed(wording.hits)}
        reasons = tuple(
            Reason(
                quote_of(word or said.get(name.rstrip("+").removeprefix("starts:"), ""), text), name, round(weight, 3)
            )
            for name, word, weight in shown
        )
        return Rating(round(100.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value)))), 1), reasons)


@lru_cache(maxsize=2)
def _model(task: Task) -> ToneModel:
    body = json.loads(resources.files("simulator.ratings").joinpath("data", f"{task}.json").read_text("utf-8"))
    return ToneModel(task, body)


@lru_cache(maxsize=256)
def _rated(task: Task, text: str, language: str, moves: tuple[str, ...]) -> Rating | None:
    """A message is rated again with every score that looks back at it."""
    return _model(task).rate(text, language, moves) if text.strip() and language in languages() else None


def politeness(text: str, *, language: str, moves: Collection[str] = ()) -> Rating | None:
    """How polite people would find a message; None for an empty text, and in a language without a lexicon.

    Args:
        text: the message.
        language: ISO 639-1 code.
        moves: names of the moves that the observer found in it: they know mockery that no single word shows.
    """
    return _rated("politeness", text[:MAX_CHARACTERS], language, tuple(sorted(moves)))


def anger(text: str, *, language: str) -> Rating | None:
    """How angry the writer of a message seems; None for an empty text, and in a language without a lexicon.

    Args:
        text: the message.
        language: ISO 639-1 code.
    """
    return _rated("anger", text[:MAX_CHARACTERS], language, ())
