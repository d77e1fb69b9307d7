"""What in a message is said to whoever scores it, and not to the other person. Found before a model reads it."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, cast, get_args

from simulator import yaml12
from simulator.conversation import Quote

_HIDDEN = dict.fromkeys(
    place
    for first, last in (
        *((0xAD, 0xAD), (0x61C, 0x61C), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
        *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0000, 0xE007F)),
    )
    for place in range(first, last + 1)
)
"""Characters without width, which cut words apart for rules and not for models."""
_SPACED = re.compile(r"\b(?:\w[ .·_-]){4,}\w\b")
"""Letters with something between them: "i g n o r e"."""
_BETWEEN = re.compile(r"[ .·_-]")
_MARKS = re.compile(r"[\"'“”„«»*_,;!?()]+")
_END = re.compile(r"\n|(?<=[.!?])\s|(?<=[。！？])")
"""Where a line or a sentence ends: `^` of a pattern is where the next one begins."""
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN, _ALIKE = re.compile(r"[a-z]"), re.compile(r"[Ͱ-ӿ]")
"""Of a word that has both, some letters only look like the others: these are Greek and Cyrillic."""
_ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
"""What may be a sentence in base64."""


_SPREAD = 8
"""Over so many sentences an order may be spread."""

Strength = Literal["sure", "suspicious"]
"""`sure`: nobody says it to a customer. `suspicious`: attacks have it, and honest replies may."""


@lru_cache(maxsize=4_096)
def speaks_to_judge(text: str) -> Strength | None:
    """Whether a text speaks to whoever judges it: orders, points, an answer made ready, a change of roles.

    What is suspicious should not be shown to a model, and counts for the rules.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_HIDDEN).lower()
    if not folded.strip():
        return None
    table = _table()
    joined = _SPACED.sub(lambda found: _BETWEEN.sub("", found[0]), folded)
    plain = _LETTERS.sub(_undisguised, joined)
    lines = [" ".join(line.split()) for line in _END.split(plain)]
    flat = " ".join(_MARKS.sub(" ", " ".join(lines)).split())
    told = "\n".join(lines)
    decoded = [speaks_to_judge(each) for each in _decoded(text)]
    for strength in get_args(Strength):
        patterns = table[strength]
        if any(each.search(flat) for each in patterns) or patterns[0].search(told) or strength in decoded:
            return cast(Strength, strength)
    return None


@lru_cache(maxsize=4_096)
def asides(text: str) -> tuple[Quote, ...]:
    """What of a text is surely said to whoever judges it: sentence by sentence, those that follow each other as one.

    Of an order that is spread over several sentences, the fewest that hold it; the whole text where those are many.
    """
    if speaks_to_judge(text) != "sure":
        return ()
    ends = _ends(text)
    parts = [part for part in pairwise(ends) if _is_sure(text[slice(*part)])]
    if not parts:
        spread = (part for count in range(2, _SPREAD + 1) for part in zip(ends, ends[count:], strict=False))
        parts = [next((part for part in spread if _is_sure(text[slice(*part)])), (0, len(text)))]
    # A line of dashes moves models, and no rule.
    worded = [(start, end) for start, end in parts if any(map(str.isalnum, text[start:end]))]
    starts, stops = ({part[side] for part in worded} for side in (0, 1))
    joined = zip(sorted(starts - stops), sorted(stops - starts), strict=True)
    return tuple(Quote(text[start:end], start, end) for start, end in joined)


def said_to_customer(text: str) -> str:
    """A text with spaces in the place of its asides, so that places in it stay right; the text itself without any."""
    return _without(text, ((aside.start, aside.end) for aside in asides(text)))


def beyond_suspicion(text: str) -> str:
    """The same with spaces in the place of suspicious sentences too."""
    if speaks_to_judge(text) is None:
        return text
    told = said_to_customer(text)
    return _without(told, [part for part in pairwise(_ends(text)) if speaks_to_judge(told[slice(*part)])])


def _ends(text: str) -> list[int]:
    """The beginning of a text, and where its sentences and lines end."""
    return [0, *(found.end() for found in _END.finditer(text)), len(text)]


def _without(text: str, parts: Iterable[tuple[int, int]]) -> str:
    kept, last = [], 0
    for start, end in parts:
        kept += [text[last:start], " " * (end - start)]
        last = end
    return "".join([*kept, text[last:]])


def _is_sure(text: str) -> bool:
    return speaks_to_judge(text) == "sure"


def _undisguised(word: re.Match[str]) -> str:
    """A word of Latin letters and of others that look like them, in Latin letters; any other as it is."""
    disguised = _LATIN.search(word[0]) and _ALIKE.search(word[0])
    return word[0].translate(_table()["look_alikes"]) if disguised else word[0]


def _decoded(text: str) -> Iterator[str]:
    """What stands in a text in base64, as far as it is text."""
    for found in _ENCODED.finditer(text):
        try:
            yield base64.b64decode(found[0] + "=" * (-len(found[0]) % 4)).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    """By strength the patterns, those that go by punctuation too first, and the letters that look like others."""
    listed = yaml12.load_resource(__package__, "asides.yaml")
    return {
        **{strength: _patterns(listed[strength]) for strength in get_args(Strength)},
        "look_alikes": str.maketrans(listed["look_alikes"]),
    }


def _patterns(listed: Mapping[str, Any]) -> list[re.Pattern[str]]:
    words = "|".join(each for patterns in listed["words"].values() for each in patterns)
    kinds = ["|".join(listed["anywhere"]), rf"(?<!\w)(?:{words})", "|".join(listed.get("unspaced", ()))]
    # Groups that keep nothing are quicker.
    return [re.compile(re.sub(r"\((?!\?)", "(?:", kind), re.MULTILINE) for kind in kinds if kind]
