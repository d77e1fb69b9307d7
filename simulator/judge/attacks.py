"""Texts that speak to the judge. Found by rules, before a model reads them: a model may obey."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from simulator import yaml12

_HIDDEN = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF])
"""Characters without width, which cut words apart for rules and not for models."""
_SPACED = re.compile(r"\b(?:\w[ .·_-]){4,}\w\b")
"""Letters with something between them: "i g n o r e"."""
_SENTENCE = re.compile(r"\n|(?<=[.!?])\s")
"""Where a line or a sentence ends: `^` of a pattern is where the next one begins."""


@lru_cache(maxsize=4_096)
def speaks_to_judge(text: str) -> bool:
    """Whether a text speaks to whoever judges it: orders, points, an answer made ready, a change of roles."""
    folded = unicodedata.normalize("NFKC", text).translate(_HIDDEN).lower()
    if not folded.strip():
        return False
    joined = _SPACED.sub(lambda found: re.sub(r"[ .·_-]", "", found[0]), folded)
    lines = [" ".join(line.split()) for line in _SENTENCE.split(joined)]
    flat = re.sub(r"[\"'“”„«»*_,;!?()]+", " ", " ".join(lines))
    return any(
        pattern.search(each) for pattern in _patterns() for each in (joined, *lines, " ".join(flat.split())) if each
    )


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    listed: dict[str, list[str]] = yaml12.load_resource(__package__, "attacks.yaml")
    words = [
        rf"(?<!\w)(?:{pattern})" for language, patterns in listed.items() if language != "any" for pattern in patterns
    ]
    return tuple(re.compile(pattern) for pattern in (*listed["any"], *words))
