"""Files that are no JSON lines: what they are, and how to make such of them."""

from __future__ import annotations

import re
from typing import BinaryIO

_BEGINNING = 4_096
_KINDS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x1f\x8b"), "it is compressed; unpack it first (gunzip)"),
    (re.compile(rb"PK\x03\x04"), "it is compressed; unpack it first (unzip)"),
    (re.compile(rb"\xff\xfe|\xfe\xff"), "it is UTF-16; save it with the encoding UTF-8"),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*(?:\{|\r?\n)"),
        "it is one list (JSON array); write one conversation a line, such as by: jq -c '.[]' list.json > lines.jsonl",
    ),
)
"""How a file begins, and what to do then."""


def wrong_kind(file: BinaryIO) -> str:
    """What is wrong with a whole file, by its beginning; empty for anything that may be JSON lines.

    Args:
        file: at its beginning; it is there again afterwards.
    """
    beginning = file.read(_BEGINNING)
    file.seek(0)
    return next((problem for pattern, problem in _KINDS if pattern.match(beginning)), "")
