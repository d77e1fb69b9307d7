"""What in a message is said to whoever scores it, and not to the other person. Found before a model reads it."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

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
_MIXED = re.compile(r"[^\W\d_]*(?:[a-z][Ͱ-ӿ]|[Ͱ-ӿ][a-z])[^\W\d_]*")
"""A word of Latin letters and of Greek or Cyrillic ones: some only look like the others."""
_ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
"""What may be a sentence in base64."""


@lru_cache(maxsize=4_096)
def speaks_to_judge(text: str) -> bool:
    """Whether a text speaks to whoever judges it: orders, points, an answer made ready, a change of roles."""
    folded = unicodedata.normalize("NFKC", text).translate(_HIDDEN).lower()
    if not folded.strip():
        return False
    table = _table()
    joined = _SPACED.sub(lambda found: _BETWEEN.sub("", found[0]), folded)
    plain = _MIXED.sub(lambda found: found[0].translate(table["look_alikes"]), joined)
    lines = [" ".join(line.split()) for line in _END.split(plain)]
    flat = " ".join(_MARKS.sub(" ", " ".join(lines)).split())
    if any(pattern.search(flat) for pattern in table["patterns"]) or table["patterns"][0].search("\n".join(lines)):
        return True
    return any(map(speaks_to_judge, _decoded(text)))


@lru_cache(maxsize=4_096)
def aside(text: str) -> Quote | None:
    """What of a text is said to whoever judges it: from the first sentence that is to the last one.

    The whole text where that shows in no single sentence; None where nothing is.
    """
    if not speaks_to_judge(text):
        return None
    ends = [0, *(found.end() for found in _END.finditer(text)), len(text)]
    parts = [(start, end) for start, end in pairwise(ends) if speaks_to_judge(text[start:end])] or [(0, len(text))]
    worded = [part for part in parts if any(map(str.isalnum, text[slice(*part)]))]
    if not worded:
        return None  # a line of dashes moves models, and no rule
    start, end = worded[0][0], worded[-1][1]
    return Quote(text[start:end], start, end)


def said_to_customer(text: str) -> str:
    """A text with spaces in the place of its aside, so that places in it stay right; the text itself without one."""
    said = aside(text)
    return text if said is None else text[: said.start] + " " * len(said.text) + text[said.end :]


def _decoded(text: str) -> Iterator[str]:
    """What stands in a text in base64, as far as it is text."""
    for found in _ENCODED.finditer(text):
        try:
            yield base64.b64decode(found[0] + "=" * (-len(found[0]) % 4)).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    """The patterns, those that go by punctuation too first, and the letters that look like others."""
    listed = yaml12.load_resource(__package__, "asides.yaml")
    words = "|".join(each for patterns in listed["words"].values() for each in patterns)
    kinds = ("|".join(listed["anywhere"]), rf"(?<!\w)(?:{words})", "|".join(listed["unspaced"]))
    return {
        # Groups that keep nothing are quicker.
        "patterns": [re.compile(re.sub(r"\((?!\?)", "(?:", kind), re.MULTILINE) for kind in kinds],
        "look_alikes": str.maketrans(listed["look_alikes"]),
    }
