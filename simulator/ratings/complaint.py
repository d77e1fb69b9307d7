"""What a customer's message shows of anger in the words of complaints, beside what the model has learned of posts.

The model (`tone.anger`) knows public posts, in which nobody waits for a parcel. Weights are set by hand, in the model's
log-odds; they were chosen so that on the posts the model loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from math import exp

from simulator.ratings.cues import Reading, read
from simulator.ratings.manners import manners_of

WEIGHTS: Mapping[str, float] = {
    "frustration": 1.0,
    "insult": 1.0,
    "threat": 1.0,
    "accuse": 0.7,
    "mock": 0.7,
    "challenge": 0.6,
    "command": 0.6,
    "leaving": 0.6,
    "apology": -0.4,
    "please": -0.4,
    "unsure": -0.5,
    "accepted": -0.5,
    "greet": -0.6,
    "thanks": -0.6,
    "puzzled": -0.7,
    "laughs": -0.9,
}
"""For each kind of cue: what heats, what cools, and what is confusion rather than anger."""
MANNERS: Mapping[str, float] = {"scorn": 0.8, "blame": 0.3, "order": 0.3}
"""For each kind of `manners`: who mocks what happened to them is not calm."""
_LONG = 60.0
"""In so many words a cue says half of what it says in a few."""
_EMPHASIS, _MOST_CAPITALS = 0.3, 2
"""For each of the first words in capitals, and for saying the same again: "Nine days. Nine."."""
_CALLS = 0.5
"""For "Hello?", which greets nobody; twice that for "Hello???"."""
_ASKS = -0.2
"""A plain question wants to know something."""
_CAPITALS = re.compile(r"[^\W\d_]{4,}")
_ENDS = re.compile(r"[.!?…\n]+")
_REPEATED = 2
"""A sentence of at most so many words may say again what the one before has said."""


def complaint(text: str, language: str) -> list[tuple[str, str, float]]:
    """What counts for or against anger: a key, the words in the text (may be empty), and its weight in log-odds.

    Args:
        text: a customer's message.
        language: ISO 639-1 code; in a language without cues nothing is found.
    """
    reading = read(text, language)
    if not reading.readable:
        return []
    found = [
        (kind, reading.quotes(kind)[0].text, WEIGHTS[kind] * _amount(reading, count))
        for kind, count in reading.counts.items()
        if kind in WEIGHTS and not (kind == "greet" and reading.calls())
    ]
    if reading.calls():
        found.append(("calls again", reading.text.strip(), _CALLS * (1.0 + (reading.text.count("?") > 1))))
    for kind, manner in manners_of(text, language).items():
        if kind in MANNERS:
            found.append((kind, manner.quote.text, MANNERS[kind] * manner.amount))
    loud = [word for word in _CAPITALS.findall(reading.text) if word.isupper()] if reading.shout else []
    loud = loud[:_MOST_CAPITALS]
    if loud:
        found.append(("loud words", loud[0], _EMPHASIS * len(loud)))
    again = _said_again(reading.text)
    if again:
        found.append(("said again", again, _EMPHASIS))
    if reading.questions and not reading.calls() and "?!" not in reading.text and "!?" not in reading.text:
        found.append(("questions", "?", _ASKS))
    return found


def _amount(reading: Reading, count: int) -> float:
    """The second cue of a kind says less than the first, and both say less in a long message."""
    return 1.0 - exp(-min(3, count) / (1.0 + reading.words / _LONG))


def _said_again(text: str) -> str:
    """A sentence of a word or two that takes up a word of the sentence before; empty where there is none."""
    sentences = [sentence.split() for sentence in _ENDS.split(text.lower())]
    for before, words in pairwise([words for words in sentences if words]):
        if len(words) <= _REPEATED and not set(words).isdisjoint(before):
            return " ".join(words)
    return ""
