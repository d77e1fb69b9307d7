"""The pieces of a text in any script: numbers, words, signs, units, stops and pauses; and what its numerals say."""

from __future__ import annotations

import re
from functools import lru_cache

from simulator.observation.support.words import NO_SPACES, SIGNS, lists

ALIKE = {ord("٪"): "%", ord("％"): "%", ord("٫"): ".", ord("٬"): ","} | {
    zero + digit: str(digit) for zero in map(ord, "٠۰०０") for digit in range(10)
}
"""Digits and signs of other scripts, as ours."""


def number_key(text: str) -> str:
    """One form for "1,299.00", "1.299", "9:00" and "9": digits, decimals kept where they are not thousands."""
    if ":" in text:
        head, _, rest = text.partition(":")
        rest = rest.rstrip("0") if not rest.strip("0") else rest
        return f"{int(head)}:{rest}" if rest else str(int(head))
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text.lstrip("0") or "0"
    whole, fraction = re.sub(r"[.,]", "", text[:last]), text[last + 1 :]
    if len(fraction) == 3 and whole.strip("0"):
        return (whole + fraction).lstrip("0")
    fraction = fraction.rstrip("0")
    return f"{whole.lstrip('0') or '0'}.{fraction}" if fraction else whole.lstrip("0") or "0"


def numeral_key(text: str, digits: dict[str, str]) -> str:
    """What a numeral in signs says, in digits ("三十五": "35"); "" for other signs."""
    values = [int(digits[sign]) for sign in text if sign in digits]
    if len(values) < len(text):
        return ""
    if len(text) == 1:  # Others are parts of words, alone ("统一", "百货").
        return digits[text] if 2 <= values[0] <= 10 else ""
    if max(values) < 10:  # A year, sign by sign.
        return "".join(map(str, values)).lstrip("0") or "0"
    total = part = last = 0
    for value in values:
        if value < 10:
            last = value
        elif value < 10_000:
            part, last = part + (last or 1) * value, 0
        else:
            total, part, last = total + (part + last or 1) * value, 0, 0
    return str(total + part + last)


@lru_cache(maxsize=64)
def pieces(language: str) -> re.Pattern[str]:
    """A number, word, sign, unit, stop or pause; of a script without spaces, a word that the lists know or one sign."""
    words = lists(language)
    whole = "".join(f"{re.escape(word)}|" for word in words.whole)
    numerals = "".join(word for word in words.numbers if NO_SPACES.match(word))
    whole += f"[{numerals}]{{2,}}|" if numerals else ""
    return re.compile(
        r"(?P<number>\d+(?:[.,:]\d+)*)(?:(?<=\d)(?:st|nd|rd|th)\b)?"
        rf"|(?P<sign>{whole}[{SIGNS}])"
        rf"|(?P<word>(?:(?![{SIGNS}])[^\W\d_]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u064b-\u0652])+"
        r"(?:['’](?!s\b)[^\W\d_]+)?)"
        r"|(?P<unit>[€$£₽%°¥])"
        r"|(?P<stop>[?]+|[.!…]+(?=[\s\"'»”)]|$)|[。！？؟।]|\n+)"
        r"|(?P<pause>[,;:()،、，；：（）])"
    )
