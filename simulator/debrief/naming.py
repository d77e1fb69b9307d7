"""How sentences of the debrief name labels and quote replies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from simulator import yaml12
from simulator.scoring import ReaderLanguage

_LONGEST_QUOTE = 90
_MOST_NAMED = 2


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = yaml12.load_resource("simulator.debrief", "naming.yaml")
    return words


def named(labels: Sequence[str], reader: ReaderLanguage) -> str:
    """Labels in quotation marks for a sentence: the first two, and how many more there are."""
    words = _words()
    inside = str.maketrans(dict(zip("“”«»", words["inside"][reader] * 2, strict=True)))
    shown = [words["quoted"][reader].format(label=label.translate(inside)) for label in labels[:_MOST_NAMED]]
    rest = len(labels) - _MOST_NAMED
    return words["more"][reader].format(list=", ".join(shown), count=rest) if rest > 0 else ", ".join(shown)


def shortened(text: str) -> str:
    """A text on one line for a sentence; a long one is cut after a word."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_QUOTE:
        return text
    cut = text[:_LONGEST_QUOTE]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.") + "…"
