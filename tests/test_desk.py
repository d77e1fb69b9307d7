"""The desk: what can be done with a ticket, what the customer says to it, and what is right about it in the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from simulator import desk, ticket
from simulator.case import Case
from simulator.conversation import Step, StepKind
from simulator.desk import BadAction, Check, Desk
from simulator.scenarios import desk_format
from simulator.scenarios.desk_format import TicketDesk
from simulator.scenarios.formats import Record
from simulator.scenarios.library import load_library

LIBRARY = load_library(Path(__file__).parent / "broken_files" / "valid")
RECORD: dict[str, Any] = {
    "customer": {"name": "Kim Lee", "email": "kim@mail.example"},
    "orders": [
        {"id": id, "item": {"en": "Box"}, "placed": "2026-09-14", "amount": amount, "status": {"en": "Sent"}}
        for id, amount in (("PP-1", "68.19 EUR"), ("PP-2", "1,299.00 EUR"))
    ],
    "devices": [{"name": "Lamp", "serial": "LX-7", "bought": "2026-09-14", "status": {"en": "Broken"}}],
}
LABEL = {"en": "Why", "ru": "Почему"}
DESK: dict[str, Any] = {
    "category": ["billing", "delivery"],
    "priority": ["normal"],
    "disposition": ["solved"],
    "must": [
        {"action": "verify_identity", "source": "delivery#delivery-time"},
        {
            "id": "first-order",
            "action": "refund",
            "fields": {"order": "PP-1", "amount": "68.19 EUR"},
            "label": LABEL,
            "source": "delivery#refunds",
            "after": ["verify_identity", "order-number"],
            "reaction": {"en": ["At last."], "ru": ["Наконец-то."]},
        },
    ],
    "may": [
        {"action": "replace", "fields": {"item": "LX-7"}, "label": LABEL, "after": ["first-order"]},
        {"action": "escalate", "fields": {"team": "logistics"}, "label": LABEL},
    ],
    "must_not": [
        {
            "action": "refund",
            "label": LABEL,
            "source": "delivery#refunds",
            "reaction": {"en": ["Why?"], "ru": ["Зачем?"]},
        },
        {"action": "credit", "fields": {"amount": "50 EUR"}, "label": LABEL, "source": "delivery#refunds"},
    ],
}
ALL_TOLD = frozenset({"identity", "order-number"})
VERIFY = {"action": "verify_identity"}
REFUND = {"action": "refund", "order": "PP-1", "amount": "68.19 EUR"}
REPLACE = {"action": "replace", "item": "LX-7"}
CLOSE = {"action": "close"}
FORM = {
    "category": "delivery",
    "priority": "normal",
    "disposition": "solved",
    "note": "Fee refunded, parcel is traced.",
}
MUST, PART = 300 / 11, 100 / 11
"""Points of an entry of must and of a part of the form, with two entries."""


def case_with(*, wanted: dict[str, Any] | None = DESK, record: dict[str, Any] = RECORD) -> Case:
    case = LIBRARY.cast("late-parcel")
    changes = {
        "desk": None if wanted is None else TicketDesk.model_validate(wanted),
        "record": Record.model_validate(record),
    }
    return replace(case, scenario=case.scenario.model_copy(update=changes))


CASE = case_with()


def step(body: dict[str, str], kind: StepKind | None = None) -> Step:
    return Step(kind or ("action" if "action" in body else "form"), body, 1.0, 1)


def after(*bodies: dict[str, str], told: frozenset[str] = ALL_TOLD, case: Case = CASE) -> Desk:
    ticket = Desk()
    for body in bodies:
        ticket = desk.take(case, ticket, step(body), told=told)
    return ticket


def judged(ticket: Desk, case: Case = CASE) -> dict[tuple[str, str | None], Check]:
    return {(check.kind, check.entry): check for check in desk.checks(case, ticket)}


def wrong(ticket: Desk, case: Case = CASE) -> list[tuple[str, str | None, float]]:
    return [
        (check.kind, check.entry, pytest.approx(check.points)) for check in desk.checks(case, ticket) if not check.good
    ]


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
    ],
)
def test_an_amount_is_its_one_number(text: str, amount: float | None) -> None:
    assert ticket.amount_of(text) == amount


@pytest.mark.parametrize(
    "body",
    [
        REFUND,
        {"action": "refund", "order": " pp-2 ", "amount": "€5"},
        {"action": "replace", "item": "PP-2"},
        {"action": "replace", "item": "lx-7"},
        {"action": "credit", "amount": "5,00 евро"},
        {"action": "reset", "target": "password"},
        {"action": "book_technician", "slot": "Monday, nine o'clock"},
        {"action": "escalate", "team": "legal"},
        {"action": "note", "text": "He called."},
        VERIFY,
        CLOSE,
    ],
    ids=lambda body: "-".join(body.values()),
)
def test_what_the_desk_offers_can_be_done(body: dict[str, str]) -> None:
    desk.validate_action(CASE, Desk(), body)
    [done] = after(body).done
    assert done.action == body["action"]
    assert dict(done.fields) == {name: value for name, value in body.items() if name != "action"}
    assert (done.at, done.place, done.told) == (1.0, 1, ALL_TOLD)


@pytest.mark.parametrize(
    ("body", "en", "ru"),
    [
        ({}, "no such action", "Такого действия нет"),
        ({"action": "bribe"}, "no such action", "Такого действия нет"),
        ({**REFUND, "team": "legal"}, "no field “team”", "нет поля «team»"),
        ({"action": "refund", "order": "PP-1"}, "Amount: fill this in", "Сумма: заполните"),
        ({"action": "note", "text": "  "}, "Note: fill this in", "Заметка: заполните"),
        ({"action": "note", "text": "x" * 2_001}, "shorten it to 2000", "сократите его до 2000"),
        ({**REFUND, "order": "PP-3"}, "Order: .* choose one of: PP-1, PP-2", "Заказ: .* из этих: PP-1, PP-2"),
        ({**REFUND, "order": "LX-7"}, "this order is not in the record", "такого заказа в карточке нет"),
        ({"action": "replace", "item": "LX"}, "one of: PP-1, PP-2, LX-7", "из этих: PP-1, PP-2, LX-7"),
        ({**REFUND, "amount": "everything"}, "Amount: write one amount", "Сумма: укажите одну сумму"),
        ({"action": "escalate", "team": "boss"}, "Team: choose one of: Supervisor, ", "Отдел: .*: Старший смены, "),
    ],
)
def test_what_cannot_be_done_is_told_with_the_field_and_a_remedy(body: dict[str, str], en: str, ru: str) -> None:
    with pytest.raises(BadAction, match=en) as error:
        desk.validate_action(CASE, Desk(), body)
    with pytest.raises(AssertionError if False else BadAction, match=ru):
        raise BadAction("unknown_action") if False else error.value
    assert after(body) == Desk()
