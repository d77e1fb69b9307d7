"""Language notes: wrong language, forms of address, machine-like repetition, shouting, very long replies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from simulator import yaml12
from simulator.attempt import Attempt
from simulator.conversation import Language
from simulator.scoring import Exchange, ReaderLanguage

NoteKind = Literal[
    "wrong_language",
    "mixed_register",
    "informal",
    "casual",
    "near_duplicate",
    "same_sentence",
    "same_opening",
    "shouting",
    "long",
]

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")
_CAPITALS = re.compile(r"\b[^\W\d_a-zа-яёäöüßñáéíóú]{2,}+(?:[ ,]++[^\W\d_a-zа-яёäöüßñáéíóú]{2,}+){2,}\b")
_MARKS = re.compile(r"[!?]{3,}+")
_FEWEST_SENTENCE_WORDS, _FEWEST_REPLY_WORDS = 4, 6
_OPENING_WORDS, _FEWEST_OPENINGS = 3, 3
_MOST_SENTENCES = 3
"""Repeated sentences that are named; the more often repeated first."""
_ALIKE = 0.65
"""Share of three-word runs that two replies have in common from which they are nearly the same."""


@dataclass(frozen=True, slots=True)
class LanguageNote:
    """Something about how the replies were written.

    Args:
        kind: what.
        sentence: what to know about it, in the reader's language.
        quote: words of the first reply that show it, verbatim.
        replies: numbers of the replies that show it, from 1.
    """

    kind: NoteKind
    sentence: str
    quote: str
    replies: tuple[int, ...]


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml12.load_resource("simulator.debrief", "language.yaml")
    return data


Found = tuple[NoteKind, str, tuple[int, ...], dict[str, object]]


def language_notes(attempt: Attempt, *, reader: ReaderLanguage) -> tuple[LanguageNote, ...]:
    """What stands out in how the replies of an attempt were written; empty where nothing does."""
    exchanges = attempt.exchanges
    found = [
        *_wrong_language(exchanges, reader),
        *_register(exchanges),
        *_repetition([exchange.reply for exchange in exchanges]),
        *_shouting(exchanges),
        *_long(exchanges),
    ]
    wording: Mapping[str, Mapping[str, str]] = _data()["notes"]
    return tuple(
        LanguageNote(kind, wording[kind][reader].format(**values), quote, replies)
        for kind, quote, replies, values in found
    )


def _wrong_language(exchanges: Sequence[Exchange], reader: ReaderLanguage) -> Iterator[Found]:
    names = _data()["languages"]
    by_pair: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for number, exchange in enumerate(exchanges, start=1):
        if exchange.observation.makes("wrong_language"):
            written = names.get(exchange.observation.language or "other", names["other"])[reader]
            by_pair[written, names[exchange.before.language][reader]].append((number, exchange.reply))
    for (written, expected), replies in by_pair.items():
        numbers = tuple(number for number, _ in replies)
        yield "wrong_language", replies[0][1], numbers, {"written": written, "expected": expected}


def _register(exchanges: Sequence[Exchange]) -> Iterator[Found]:
    marked: dict[str, list[tuple[int, str]]] = {"formal": [], "informal": [], "casual": []}
    for number, exchange in enumerate(exchanges, start=1):
        cues = _cues(_written_in(exchange))
        for name, found in marked.items():
            sentence = _sentence_with(cues[name], exchange.reply, capital=name == "formal" and cues["capital"])
            if sentence:
                found.append((number, sentence))
    informal, casual = marked["informal"], marked["casual"]
    if informal:
        kind: NoteKind = "mixed_register" if marked["formal"] else "informal"
        yield kind, informal[0][1], tuple(number for number, _ in informal), {}
    if casual:
        yield "casual", casual[0][1], tuple(number for number, _ in casual), {}


def _written_in(exchange: Exchange) -> Language:
    """What a reply is written in: as found, else as expected."""
    written = exchange.observation.language
    return next((code for code in _data()["register"] if code == written), exchange.before.language)


@lru_cache(maxsize=8)
def _cues(language: Language) -> dict[str, Any]:
    cues = _data()["register"][language]
    return {**{name: frozenset(cues[name]) for name in ("formal", "informal", "casual")}, "capital": "capital" in cues}


def _sentence_with(cues: frozenset[str], text: str, *, capital: bool) -> str:
    """The first sentence that has one of the words; where these are told by a capital letter, not as its first word."""
    for sentence in _SENTENCE.findall(text):
        words = _WORD.findall(sentence)
        if not cues.isdisjoint(words[1:] if capital else [word.lower() for word in words]):
            return str(sentence.strip())
    return ""


def _repetition(replies: Sequence[str]) -> Iterator[Found]:
    alike = _alike(replies)
    if alike:
        yield "near_duplicate", replies[alike[0] - 1], alike, {}
    sentences: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    openings: dict[tuple[str, ...], list[tuple[int, str]]] = defaultdict(list)
    greetings = {word for words in _data()["greetings"] for word in words}
    for number, reply in enumerate(replies, start=1):
        if number in alike:
            continue
        seen = set()
        for place, sentence in enumerate(_SENTENCE.findall(reply)):
            folded = _folded(sentence)
            if place == 0 and len(folded) > _OPENING_WORDS and folded[0] not in greetings:
                openings[folded[:_OPENING_WORDS]].append((number, sentence.strip()))
            if len(folded) >= _FEWEST_SENTENCE_WORDS and folded not in seen:
                seen.add(folded)
                sentences[folded].append((number, sentence.strip()))
    told: set[int] = set()
    repeated = sorted((said for said in sentences.values() if len(said) > 1), key=len, reverse=True)
    for said in repeated[:_MOST_SENTENCES]:
        numbers = tuple(number for number, _ in said)
        told.update(numbers)
        yield "same_sentence", said[0][1], numbers, {}
    for said in openings.values():
        numbers = tuple(number for number, _ in said)
        if len(said) >= _FEWEST_OPENINGS and not told.issuperset(numbers):
            yield "same_opening", said[0][1], numbers, {}


def _alike(replies: Sequence[str]) -> tuple[int, ...]:
    """Numbers of the replies that are nearly the same as another one."""
    runs = []
    for reply in replies:
        words = _folded(reply)
        runs.append({words[n : n + 3] for n in range(len(words) - 2)} if len(words) >= _FEWEST_REPLY_WORDS else set())
    return tuple(
        number
        for number, run in enumerate(runs, start=1)
        if any(run and len(run & other) >= _ALIKE * len(run | other) for other in runs[: number - 1] + runs[number:])
    )


def _shouting(exchanges: Sequence[Exchange]) -> Iterator[Found]:
    found = [(number, shout) for number, exchange in enumerate(exchanges, start=1) if (shout := _shout(exchange.reply))]
    if found:
        yield "shouting", found[0][1], tuple(number for number, _ in found), {}


def _shout(text: str) -> str:
    """The first words in capitals, else the first heap of marks with the word before it; empty where there is none."""
    if capitals := _CAPITALS.search(text):
        return capitals.group()
    # The word is looked for backwards from the marks: a pattern that begins with it would try every letter of it.
    marks = _MARKS.search(text)
    return "" if marks is None else re.split(r"\s", text[: marks.start()])[-1] + marks.group()


def _long(exchanges: Sequence[Exchange]) -> Iterator[Found]:
    longest = int(_data()["longest"])
    for number, exchange in enumerate(exchanges, start=1):
        words = exchange.observation.words
        if words > longest:
            yield "long", exchange.reply, (number,), {"words": words, "longest": longest}


def _folded(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(text))
