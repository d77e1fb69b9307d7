"""Numbers in digits and in words."""

from __future__ import annotations

import re
from functools import lru_cache

from simulator.conversation import Language


def parse_digits(text: str) -> float:
    """The value of digits with separators as people write them.

    "1.299,00" and "1,299.00" are 1299; a lone separator before exactly three digits groups thousands ("1.299"), any
    other is a decimal one ("12,90", "2.4"). A clock time "23:59" is its number of minutes.

    >>> parse_digits("1.299,00"), parse_digits("12,90"), parse_digits("2.4"), parse_digits("1:30")
    (1299.0, 12.9, 2.4, 90.0)
    """
    if re.fullmatch(r"\d{1,2}:\d{2}", text):
        hours, minutes = text.split(":")
        return float(int(hours) * 60 + int(minutes))
    text = text.replace(":", "")
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return float(text)
    whole, fraction = re.sub(r"[.,]", "", text[:last]), text[last + 1 :]
    separators = text.count(".") + text.count(",")
    both_kinds = "." in text and "," in text
    groups_thousands = len(fraction) == 3 and not both_kinds and whole.strip("0") != ""
    if groups_thousands or (separators > 1 and not both_kinds):
        return float(whole + fraction)
    return float(f"{whole or '0'}.{fraction}")


def parse_date(text: str) -> float | None:
    """A date in digits as month * 100 + day, or None: "2026-11-16", "16.11.2026" and "16/11/26" are 1116.

    Only the day and the month are compared: people leave the year out.
    """
    iso = re.fullmatch(r"\d{4}-(\d{2})-(\d{2})", text)
    if iso:
        return float(int(iso[1]) * 100 + int(iso[2]))
    european = re.fullmatch(r"(\d{1,2})[./](\d{1,2})(?:[./](?:\d{4}|\d{2}))", text)
    if european and 1 <= int(european[2]) <= 12 and 1 <= int(european[1]) <= 31:
        return float(int(european[2]) * 100 + int(european[1]))
    return None


@lru_cache(maxsize=1)
def _russian_numerals() -> frozenset[str]:
    """All the words that the parser knows, as it writes them. Asking it for each word costs a millisecond."""
    from number_parser.parser import LanguageData

    return frozenset(word for known in LanguageData("ru").all_numbers for word in known.split())


@lru_cache(maxsize=20_000)
def word_value(words: str, language: Language) -> float | None:
    """The value of a number written in words, or None: "twenty one" is 21, «тридцати» is 30. Expects folded text."""
    if language == "ru":
        if not _russian_numerals().issuperset(words.replace("й", "и").split()):
            return None
        from number_parser import parse_number

        value = parse_number(words, language="ru")
    else:
        from text_to_num import text2num

        try:
            value = text2num(words, language)
        except ValueError:
            return None
    return None if value is None else float(value)
