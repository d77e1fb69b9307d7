"""What a ticket offers, and how amounts are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from simulator import ticket
from simulator.scenarios import desk_format


def test_the_table_has_all_that_the_formats_know_and_no_more() -> None:
    table = ticket.table()
    assert set(table.actions) == set(get_args(desk_format.ActionName))
    assert set(table.form["category"]) == set(get_args(desk_format.Category))
    assert set(table.form["priority"]) == set(get_args(desk_format.Priority))
    assert set(table.form["disposition"]) == set(get_args(desk_format.Disposition))
    assert set(table.actions["escalate"].fields["team"].choices) == set(get_args(desk_format.Team))
    assert set(table.actions["reset"].fields["target"].choices) == set(get_args(desk_format.ResetTarget))
    fields = {name for action in table.actions.values() for name in action.fields}
    assert fields == set(desk_format.ActionFields.model_fields)


def texts_by_language(value: object) -> Iterator[dict[str, str]]:
    if isinstance(value, dict) and "en" in value:
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_by_language(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from texts_by_language(getattr(value, name))


def test_every_word_of_the_desk_is_there_in_both_languages_of_the_screens() -> None:
    texts = list(texts_by_language(ticket.table()))
    assert len(texts) > 60
    assert all(text.get("en") and text.get("ru") for text in texts)
    assert all(set(gap) == {"en", "ru", "de", "es"} for gap in ticket.table().gaps.values())


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("68.19 EUR", 68.19),
        ("€68,19", 68.19),
        ("68,19 евро", 68.19),
        ("1.299,00 EUR", 1299),
        ("1 299 €", 1299),
        ("EUR 5", 5),
        ("", None),
        ("all of it", None),
        ("10 or 20 EUR", None),
        ("-5 EUR", None),
        ("−5 EUR", None),
        ("0", None),
        ("9" * 500, None),
        ("TW-5038214", None),
        (".5 EUR", 0.5),
        ("$.50", 0.5),
        ("руб.500", 500),
        ("-.5 EUR", None),
        ("100%", None),
        ("100 %", None),
        ("50 процентов", None),
        ("50 Prozent", None),
    ],
)
def test_an_amount_is_its_one_number(text: str, amount: float | None) -> None:
    assert ticket.amount_of(text) == amount


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("68.19 EUR", "€68,19", True),
        ("68.19 EUR", "68,19 евро", True),
        ("68.19 EUR", "68.19", True),
        ("68.19 EUR", "68.19 USD", False),
        ("$68.19", "68.19 €", False),
        ("500 руб.", "500 ₽", True),
        ("68.19 EUR", "68.20 EUR", False),
        ("100%", "100%", False),
    ],
)
def test_amounts_are_the_same_by_number_and_currency(one: str, other: str, alike: bool) -> None:
    assert ticket.same("amount", one, other) is alike
    assert ticket.same("amount", other, one) is alike
