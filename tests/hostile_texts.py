"""Long texts of 20,000 characters that slow rules down, or break them."""

from __future__ import annotations

HOSTILE = {
    "brackets": "(" * 20_000,
    "closing brackets": ")" * 19_999 + "x",
    "sentences": "a. " * 6_667,
    "one word": "x" * 20_000,
    "marks": "\u0301" * 20_000,
    "cue words": "you always don't " * 1_176,
    "hedges": "I'm not sure, but " * 1_111,
    "numbers": "14.14," * 3_333,
    "blanks": " " * 20_000,
    "quotes": "a'" * 10_000,
    "ligatures": "ﷺ" * 20_000,
    "questions": "what you so it is the " * 900,
}
