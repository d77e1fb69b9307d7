"""Numbers, codes and addresses in a text, and whether they are those of another, however they are written. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

# Each is looked for where a word begins only: a text of 20,000 letters must not take seconds.
_DETAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w"
    r"|(?<![\w-])(?=[\w-]*\d)[\w-]*[^\W_][\w-]*(?:[.,]\d+)*"
)
# 0800 123 4567, 1 299, 4471-902
_IN_GROUPS = re.compile(r"(?<!\w)\d+(?:[ \u00a0\u202f-]\d+)+(?!\w)")
_MOST_GROUPS = 8
_AMOUNT = re.compile(r"(\D*\d[\d.,]*)[.,](\d{1,2})")
_DATE = re.compile(r"(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})")
_TELLING = 3
"""Who says a number of so many digits has it from somewhere."""


def details(text: str) -> list[str]:
    """The numbers, codes and addresses of a text that nobody says by chance, as they stand there."""
    found = (each[0].rstrip(".,-") for each in _DETAIL.finditer(text))
    return [each for each in found if "@" in each or len(_digits(each)) >= _TELLING]


@lru_cache(maxsize=2_048)
def names(text: str) -> frozenset[str]:
    """What the numbers, codes and addresses of a text may be called: whole, without what separates their parts.

    An amount may go without its cents, a date in another order or without its year; groups of digits may be parts of a
    number or numbers of their own.
    """
    found: set[str] = set()
    for each in _DETAIL.finditer(text):
        detail = each[0].rstrip(".,-")
        found |= _spellings(detail)
        if amount := _AMOUNT.fullmatch(detail):
            found.add(_digits(amount[1]))
        if date := _DATE.fullmatch(detail):
            parts = sorted((date[1], date[3], date[4]), key=int)
            found |= {_key(parts), _key(parts[:2]), parts[2]}
    for run in _IN_GROUPS.finditer(text):
        groups = re.findall(r"\d+", run[0])
        for begin in range(len(groups)):
            for end in range(begin + 2, min(begin + _MOST_GROUPS, len(groups)) + 1):
                found.add("".join(groups[begin:end]))
    return frozenset(found)


def unknown(text: str, known: frozenset[str]) -> str | None:
    """The first detail of a text that is none of those known by their names; None if there is none."""
    own = _IN_GROUPS.sub(lambda run: " " if _digits(run[0]) in known else run[0], text)
    return next((each for each in details(own) if known.isdisjoint(_spellings(each))), None)


def _spellings(detail: str) -> frozenset[str]:
    """What a detail itself is called."""
    if "@" in detail:
        return frozenset({detail.lower()})
    own = {re.sub(r"[\W_]", "", detail).lower(), _digits(detail)}
    if (amount := _AMOUNT.fullmatch(detail)) and not int(amount[2]):
        own.add(_digits(amount[1]))
    parts = re.split(r"[-./]", detail)
    if len(parts) in (2, 3) and all(part.isdecimal() for part in parts):
        own.add(_key(parts))
    return frozenset(own)


def _key(parts: list[str]) -> str:
    """A date without its order."""
    return "/".join(map(str, sorted(map(int, parts))))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
