"""Verdicts with their reasons, as they are written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from simulator import observation, ratings, yaml12
from simulator.ratings import Rating, Reason
from simulator.scoring import Note, reason_label, sentence, telling

VERSION = f"rules-2.{observation.VERSION}.{ratings.VERSION}"
"""Version of these scorers, of the observer and of the ratings: unlike versions are not to be averaged."""

Json = dict[str, Any]
_MOST_QUOTES = 5
"""So many reasons of a rating are written out, the strongest."""
_NAMED, _LONGEST = 3, 60
"""So many are named in the explanation, and so many characters of each."""


@lru_cache(maxsize=1)
def _wording() -> dict[str, Any]:
    wording: dict[str, Any] = yaml12.load_resource("simulator.transcripts", "wording.yaml")
    return wording


def worded(key: str, **values: str | float) -> str:
    """A sentence of the wording."""
    return str(_wording()[key]).format(**values)


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


def quotes_of(ratings: Mapping[str, Rating | None]) -> list[Json]:
    """What several ratings rest on, rating by rating, the strongest first."""
    found: list[Json] = []
    for part, rating in ratings.items():
        reasons = rating.reasons if rating is not None else ()
        for reason in reasons[:_MOST_QUOTES]:
            row: Json = {"part": part, "note": reason.note, "quote": reason.quote.text if reason.quote else None}
            if reason.turn is not None:
                row["message"] = reason.turn
            found.append({**row, "weight": round(reason.weight, 3)})
    return found


def named(parts: Mapping[str, Rating | None]) -> dict[str, str]:
    """The words that raised and lowered a score most, for its explanation."""
    quoted = [each for each in telling(parts) if each.reason.quote is not None]
    return {
        "raised": _listed(each.reason for each in quoted if each.raises),
        "lowered": _listed(each.reason for each in quoted if not each.raises),
    }


def _listed(found: Iterable[Reason]) -> str:
    texts = dict.fromkeys(_quoted(reason) for reason in islice(found, 2 * _NAMED))
    return worded("between").join(list(texts)[:_NAMED]) or worded("nothing")


def _quoted(reason: Reason) -> str:
    words = " ".join(reason.quote.text.split()) if reason.quote else ""
    short = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    return worded("quoted", words=short, note=reason_label(reason.note))
