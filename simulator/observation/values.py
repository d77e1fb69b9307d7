"""Values that a text states: numbers with what they count, which can be looked up; and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from simulator.conversation import Language
from simulator.observation.phrases import Quantity, items_of
from simulator.observation.support import number_key
from simulator.observation.words import Text, read

_DAY, _WEEK, _LONGEST = 86_400.0, 7, 366
_CODE = re.compile(r".?[^\W\d_]$|[^\W\d_][-–#]$")
"""What stands before the digits of an order number or of a model."""
_LEAP_YEAR = 2024
"""Dates are read without their year; any with a 29th of February does to count days in."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value where it is stated.

    Args:
        quantity: the number, and what it counts.
        start: place of its first character.
        clause: number of its clause.
        keys: its numbers in the form in which `support` compares them.
    """

    quantity: Quantity
    start: int
    clause: int
    keys: frozenset[str]


@lru_cache(maxsize=512)
def values_in(text: Text) -> tuple[Value, ...]:
    """The values of a text, in order. A number in words without a unit is mostly a figure of speech ("one moment")."""
    found: list[Value] = []
    for item in items_of(text):
        quantity, tokens = item.atom, text.tokens[item.first : item.last + 1]
        if isinstance(quantity, Quantity) and (quantity.dimension is not None or any(t.digits for t in tokens)):
            keys = {
                key
                for token in tokens
                if token.value is not None
                for key in (
                    map(number_key, re.findall(r"\d+(?:[.,:]\d+)*", token.text))
                    if token.digits
                    else [f"{token.value:g}"]
                )
            }
            if _CODE.match(text.source, max(0, tokens[0].start - 2), tokens[0].start):
                # The number of an order has no unit, whatever stands behind it: «TW-5043691 с 12 ноября».
                quantity = Quantity(tokens[0].value or quantity.value, None)
            found.append(Value(quantity, tokens[0].start, tokens[0].clause, frozenset(keys)))
    return tuple(found)


def given_by(lines: Iterable[str], language: Language) -> frozenset[Quantity]:
    """The values that some lines state, and those that follow from them line by line (see `_following`)."""
    return frozenset().union(*(_given(line, language) for line in lines))


@lru_cache(maxsize=4_096)
def _given(line: str, language: Language) -> frozenset[Quantity]:
    """Cached: the same lines come with every reply."""
    said = frozenset(value.quantity for value in values_in(read(line, language)))
    return said | frozenset(_following(said))


def _following(said: frozenset[Quantity]) -> Iterable[Quantity]:
    """The dates that a date and a length of time in one line lead to: its end, and the weeks until then.

    "Pause of 3 weeks from 23 November" is a pause in the weeks of 23 and 30 November and 7 December, which ends on the
    13th or 14th.
    """
    lengths = [round(q.value / _DAY) for q in said if q.dimension == "duration"]
    for length in (days for days in lengths if 1 < days <= _LONGEST):
        for day in (_day(q.value) for q in said if q.dimension == "date"):
            if day is not None:
                for later in {*range(_WEEK, length, _WEEK), length - 1, length}:
                    then = day + timedelta(later)
                    yield Quantity(float(then.month * 100 + then.day), "date")


def is_span(length: Quantity, dates: Iterable[Quantity], others: Iterable[Quantity]) -> bool:
    """Whether a length of time lies between any of some dates and any of others: "6 November, 10 days ago"."""
    if length.dimension != "duration":
        return False
    days = [day for date in others if date.dimension == "date" and (day := _day(date.value))]
    return any(
        abs((day - here).days) == length.value / _DAY
        for date in dates
        if date.dimension == "date" and (here := _day(date.value))
        for day in days
    )


def _day(value: float) -> date | None:
    try:
        return date(_LEAP_YEAR, *divmod(int(value), 100))
    except ValueError:
        return None
