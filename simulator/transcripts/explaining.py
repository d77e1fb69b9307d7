"""Verdicts with their reasons, as they are written out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from simulator import observation, ratings, yaml12
from simulator.conversation import Quote
from simulator.ratings import Rating, Turns
from simulator.scoring import Note, Telling, in_context, part_label, reason_label, sentence, telling

VERSION = f"rules-3.{observation.VERSION}.{ratings.VERSION}"
"""Version of these scorers, of the observer and of the ratings: unlike versions are not to be averaged."""

Json = dict[str, Any]
_MOST_QUOTES = 5
"""So many reasons of a part are written out, the strongest."""
_NAMED, _LONGEST = 3, 60
"""So many places are named in the explanation, and so many characters of each."""


@lru_cache(maxsize=1)
def _wording() -> dict[str, str]:
    wording: dict[str, str] = yaml12.load_resource("simulator.transcripts", "wording.yaml")
    return wording


def worded(key: str, **values: str | float) -> str:
    """A sentence of the wording."""
    return _wording()[key].format(**values)


def flaw(name: str) -> str:
    """What to say of a flaw that caps the tone."""
    return sentence(Note(f"tone_{name}"))


def timed(note: Note) -> str:
    """What to say of a wait."""
    return sentence(note)


def rounded(value: float | None) -> float | None:
    """As scores are written: one place behind the point."""
    return None if value is None else round(float(value), 1)


def verdict(value: float | None, explanation: str, quotes: Iterable[Json] = (), **more: object) -> Json:
    """A score as it is written: its value, what more it has, why, and by which version of the scorers."""
    return {"value": rounded(value), **more, "explanation": explanation, "quotes": list(quotes), "version": VERSION}


class Reasons:
    """The reasons of some ratings that a reader can follow: those with a name, faint ones and doubles left out.

    Args:
        parts: the ratings.
        text: the text that was rated.
        turns: where a conversation was rated, its messages.
        first: the place of the first of those in the whole conversation.
    """

    def __init__(self, parts: Mapping[str, Rating | None], text: str, *, turns: Turns = (), first: int = 0) -> None:
        self._first = first
        self._found: list[tuple[Telling, str, Quote | None]] = []
        taken = set()
        for each in telling(parts):
            name, quote = reason_label(each.reason.note, each.part), each.reason.quote
            if quote is not None:
                quote = in_context(quote, text if each.reason.turn is None else turns[each.reason.turn][1])
            key = (each.part, name, quote.text if quote else None)
            if key not in taken:
                taken.add(key)
                self._found.append((each, name, quote))

    def quotes(self) -> list[Json]:
        """The reasons as they are written out, part by part, the strongest first."""
        rows: dict[str, list[Json]] = {}
        for each, name, quote in self._found:
            row: Json = {"part": each.part, "note": name, "quote": quote.text if quote else None}
            if each.reason.turn is not None:
                row["message"] = self._first + each.reason.turn
            rows.setdefault(each.part, []).append({**row, "weight": round(each.reason.weight, 3)})
        return [row for found in rows.values() for row in found[:_MOST_QUOTES]]

    def sentence(self, only: Collection[str]) -> str:
        """What raised and what lowered a score most, of some of its parts; empty where nothing stands out."""
        told = []
        for key, raises in (("raised", True), ("lowered", False)):
            names: dict[str, dict[str, None]] = {}
            for each, name, quote in self._found:
                if each.part in only and each.raises is raises:
                    place = worded("quoted", words=_short(quote.text)) if quote is not None else ""
                    names.setdefault(place, {}).setdefault(name)
            places = [_place(words, list(found)) for words, found in names.items()]
            if places:
                told.append(worded(key, places=worded("between").join(places[:_NAMED])))
        return " ".join(told)

    def by_part(self) -> str:
        """What raised and what lowered each part; empty where nothing stands out."""
        parts = dict.fromkeys(each.part for each, _, _ in self._found)
        return " ".join(worded("of_part", part=part_label(part), told=self.sentence([part])) for part in parts)


def _place(words: str, names: Sequence[str]) -> str:
    listed = worded("between").join(names)
    return worded("place", words=words, names=listed) if words else listed


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def estimated(rated: Mapping[str, Rating | None], reasons: Reasons, *, language: str | None, text: str) -> str:
    """What to say of estimates of the customer, and of those that have no value.

    Args:
        rated: the estimates by their names.
        reasons: their reasons.
        language: ISO 639-1 code that they were made in, None if it is not known.
        text: what was rated; of a conversation, what the customer said.
    """
    missing = [part_label(part) for part, rating in rated.items() if rating is None]
    if missing and not any(map(str.isalnum, text)):
        return worded("no_words")
    if len(missing) == len(rated):
        return no_model(language)
    told = reasons.by_part() or worded("nothing")
    if missing:
        told += " " + worded("no_model_of", parts=worded("between").join(missing), language=language or "")
    return told


def no_model(language: str | None) -> str:
    """What to say where there is no verdict for the language's sake."""
    return worded("no_language") if language is None else worded("no_model", language=language)
