"""The desk: what can be done with a ticket, what the customer says to it, and what is right about it in the end."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from simulator import desk, ticket
from simulator.case import Case
from simulator.conversation import Step, StepKind
from simulator.desk import BadAction, Check, Desk, DeskClosed
from simulator.scenarios.desk_format import TicketDesk
from simulator.scenarios.formats import Record
from simulator.scenarios.library import load_library

SHIPPED = load_library()
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
MUST, HALF, PART = round(300 / 11, 6), round(150 / 11, 6), round(100 / 11, 6)
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
    """Kind, entry and points of everything that is not right."""
    return [(each.kind, each.entry, round(each.points, 6)) for each in desk.checks(case, ticket) if not each.good]


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
        ({"action": "refund", "order": "PP-1"}, "Amount: fill this in", "Заполните поле «Сумма»"),
        ({"action": "note", "text": "  "}, "Note: fill this in", "Заполните поле «Заметка»"),
        ({"action": "note", "text": "x" * 2_001}, "shorten it to 2000", "сократите его до 2000"),
        ({**REFUND, "order": "PP-3"}, "Order: .* choose one of: PP-1, PP-2", "Заказ: .* из этих: PP-1, PP-2"),
        ({**REFUND, "order": "LX-7"}, "this order is not in the record", "такого заказа в карточке нет"),
        ({"action": "replace", "item": "LX"}, "one of: PP-1, PP-2, LX-7", "из этих: PP-1, PP-2, LX-7"),
        ({**REFUND, "amount": "everything"}, "Amount: write one amount", "Сумма: введите сумму"),
        ({"action": "escalate", "team": "boss"}, "Team: choose one of: Supervisor, ", "Отдел: .*: Старший смены, "),
    ],
)
def test_what_cannot_be_done_is_told_with_the_field_and_a_remedy(body: dict[str, str], en: str, ru: str) -> None:
    with pytest.raises(BadAction, match=en) as error:
        desk.validate_action(CASE, Desk(), body)
    assert re.search(ru, error.value.words("ru"))
    assert after(body) == Desk()


def test_the_form_is_filled_in_piece_by_piece_and_taken_back() -> None:
    filed = after({"category": "billing"}, {"priority": "high", "note": "First."}, {"category": "", "note": "Second."})
    assert filed == Desk(category=None, priority="high", note="Second.")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"category": "gossip"}, "Category: choose one of: Billing"),
        ({"colour": "red"}, "no field “colour”"),
        ({"note": "x" * 2_001}, "Internal note: the text is too long"),
    ],
)
def test_a_form_with_something_unknown_is_told_and_changes_nothing(body: dict[str, str], says: str) -> None:
    with pytest.raises(BadAction, match=says):
        desk.validate_form(Desk(), body)
    assert after(body) == Desk()


def test_nothing_changes_in_a_closed_ticket() -> None:
    closed = after(FORM, CLOSE)
    assert closed.closed
    assert not after(FORM, VERIFY).closed
    with pytest.raises(DeskClosed) as error:
        desk.validate_action(CASE, closed, VERIFY)
    assert "закрыто" in error.value.words("ru")
    with pytest.raises(DeskClosed):
        desk.validate_form(closed, {"category": "billing"})
    assert after(FORM, CLOSE, VERIFY, {"category": "billing"}) == closed


@pytest.mark.parametrize("kind", [kind for kind in get_args(StepKind) if kind not in ("action", "form")])
def test_other_steps_leave_the_ticket_alone(kind: StepKind) -> None:
    assert desk.take(CASE, Desk(), step({"action": "close", "category": "billing"}, kind), told=ALL_TOLD) == Desk()


def test_the_right_ticket_has_all_the_points() -> None:
    ticket = after(VERIFY, REFUND, FORM, CLOSE)
    assert all(check.good for check in desk.checks(CASE, ticket))
    assert sum(check.points for check in desk.checks(CASE, ticket)) == pytest.approx(100)
    done = judged(ticket)["done", "first-order"]
    assert done.points == pytest.approx(MUST)
    assert (done.source, done.label) == ("delivery#refunds", LABEL)
    assert done.done is not None
    assert done.done.fields["order"] == "PP-1"


def test_an_untouched_ticket_has_none() -> None:
    assert [(check.kind, check.entry) for check in desk.checks(CASE, Desk())] == [
        ("missed", "verify_identity"),
        ("missed", "first-order"),
        ("category", None),
        ("priority", None),
        ("disposition", None),
        ("note", None),
        ("not_closed", None),
    ]
    assert not any(check.good for check in desk.checks(CASE, Desk()))
    assert sum(check.points for check in desk.checks(CASE, Desk())) == pytest.approx(100)


def test_a_scenario_without_a_desk_is_not_judged() -> None:
    case = case_with(wanted=None)
    ticket = after(REFUND, CLOSE, case=case)
    assert ticket.closed
    assert desk.checks(case, ticket) == ()
    assert desk.reaction_to(case, Desk(), REFUND, language="en") is None


def test_the_route_does_not_count() -> None:
    straight = after(VERIFY, REFUND, FORM, CLOSE)
    winding = after(
        {"category": "sales"},
        {"action": "note", "text": "Looking into it."},
        VERIFY,
        FORM,
        {"action": "escalate", "team": "logistics"},
        VERIFY,
        {**REFUND, "order": "pp-1", "amount": "€68,19"},
        CLOSE,
    )
    assert wrong(winding) == wrong(straight) == []


def test_an_action_with_another_field_is_not_the_one_that_is_wanted() -> None:
    ticket = after(VERIFY, {**REFUND, "amount": "60 EUR"}, FORM, CLOSE)
    assert wrong(ticket) == [("missed", "first-order", MUST), ("forbidden", "refund", 30)]


@pytest.mark.parametrize("told", [frozenset({"identity"}), frozenset({"identity", "weight"})])
def test_what_comes_before_the_hidden_fact_that_it_waits_for_counts_half(told: frozenset[str]) -> None:
    ticket = after(VERIFY, REFUND, FORM, CLOSE, told=told)
    assert wrong(ticket) == [("too_early", "first-order", HALF)]
    assert judged(ticket)["too_early", "first-order"].lacking == "order-number"


def test_what_was_done_again_in_time_is_done_but_a_second_refund_is_one_too_many() -> None:
    early = after(VERIFY, REFUND, told=frozenset({"identity"}))
    again = desk.take(CASE, early, step(REFUND), told=ALL_TOLD)
    assert judged(again)["done", "first-order"].good
    assert judged(again)["uncalled", "first-order"].points == 15


def test_what_changes_the_account_needs_the_identity_first() -> None:
    ticket = after(REFUND, VERIFY, FORM, CLOSE)
    assert wrong(ticket) == [("too_early", "first-order", HALF), ("unverified", None, 20)]
    assert judged(ticket)["too_early", "first-order"].lacking == "verify_identity"


def test_each_unverified_action_costs() -> None:
    found = [each for each in wrong(after(REFUND, REPLACE, {"action": "reset", "target": "device"})) if "un" in each[0]]
    assert found == [
        ("unverified", None, 20),
        ("unverified", None, 20),
        ("uncalled", None, 15),
        ("unverified", None, 20),
    ]


def test_verifying_without_having_asked_is_a_violation_once() -> None:
    ticket = after(VERIFY, VERIFY, told=frozenset({"order-number"}))
    assert judged(ticket)["unverified", None].points == 20
    assert judged(ticket)["too_early", "verify_identity"].lacking == "identity"
    assert len([check for check in desk.checks(CASE, ticket) if check.kind == "unverified"]) == 1


def test_another_hidden_fact_can_tell_who_is_writing_where_the_desk_names_it() -> None:
    wanted = {**DESK, "must": [{"action": "verify_identity", "after": ["order-number"]}]}
    case = case_with(wanted=wanted)
    for told in ({"order-number"}, {"identity"}):
        assert wrong(after(VERIFY, FORM, CLOSE, told=frozenset(told), case=case), case) == []
    blind = judged(after(VERIFY, FORM, CLOSE, told=frozenset({"weight"}), case=case), case)
    assert {("unverified", None), ("too_early", "verify_identity")} <= blind.keys()


def test_what_may_be_done_earns_nothing_and_costs_nothing_in_time() -> None:
    ticket = after(VERIFY, REFUND, REPLACE, {"action": "escalate", "team": "logistics"}, FORM, CLOSE)
    assert wrong(ticket) == []
    assert judged(ticket)["done", "replace"].points == 0


def test_what_may_be_done_too_early_costs_half_of_what_nothing_called_for() -> None:
    ticket = after(VERIFY, REPLACE, REFUND, FORM, CLOSE)
    assert wrong(ticket) == [("too_early", "replace", 7.5)]


@pytest.mark.parametrize(
    "body",
    [
        {"action": "replace", "item": "PP-2"},
        {"action": "credit", "amount": "20 EUR"},
        {"action": "reset", "target": "account"},
        {"action": "book_technician", "slot": "Monday"},
        {"action": "escalate", "team": "legal"},
    ],
    ids=lambda body: body["action"],
)
def test_what_nothing_called_for_costs(body: dict[str, str]) -> None:
    assert wrong(after(VERIFY, REFUND, body, FORM, CLOSE)) == [("uncalled", None, 15)]


def test_the_same_refund_twice_is_one_too_many_and_the_same_note_is_not() -> None:
    note = {"action": "note", "text": "Refunded the fee."}
    assert wrong(after(VERIFY, REFUND, {**REFUND, "amount": "68,19 €"}, note, note, FORM, CLOSE)) == [
        ("uncalled", "first-order", 15)
    ]


def test_what_is_forbidden_costs_each_time_with_its_passage() -> None:
    credit = {"action": "credit", "amount": "€50.00"}
    ticket = after(VERIFY, REFUND, credit, credit, FORM, CLOSE)
    assert wrong(ticket) == [("forbidden", "credit", 30)] * 2
    assert judged(ticket)["forbidden", "credit"].source == "delivery#refunds"


def test_an_entry_that_allows_more_exactly_is_the_exception_of_a_ban() -> None:
    forbidden = {**DESK["must_not"][0], "id": "part", "fields": {"order": "PP-1", "amount": "10 EUR"}}
    allowed = {"id": "second", "action": "refund", "fields": {"order": "PP-1"}, "label": LABEL}
    case = case_with(wanted={**DESK, "may": [allowed], "must_not": [DESK["must_not"][0], forbidden]})
    fine = after(VERIFY, REFUND, {**REFUND, "amount": "20 EUR"}, FORM, CLOSE, case=case)
    assert wrong(fine, case) == []
    both = after(VERIFY, REFUND, {**REFUND, "amount": "10 EUR"}, FORM, CLOSE, case=case)
    assert wrong(both, case) == [("forbidden", "part", 30)]


@pytest.mark.parametrize(
    ("field", "value", "good"),
    [
        ("category", "billing", True),
        ("category", "sales", False),
        ("priority", "low", False),
        ("disposition", "", False),
    ],
)
def test_each_choice_of_the_form_is_right_or_not(field: str, value: str, good: bool) -> None:
    check = judged(after(VERIFY, REFUND, {**FORM, field: value}, CLOSE))[field, None]
    assert check.points == pytest.approx(PART)
    assert (check.good, check.value) == (good, value or None)
    assert check.right == DESK[field][0]


@pytest.mark.parametrize(
    ("bodies", "good"),
    [
        ([{"note": "Refunded the fee today."}], True),
        ([{"action": "note", "text": "Деньги за доставку возвращены."}], True),
        ([{"note": "Refunded"}, {"action": "note", "text": "the fee today"}], False),
        ([{"note": "... - !! ?"}], False),
        ([], False),
    ],
)
def test_a_note_has_at_least_four_words(bodies: list[dict[str, str]], good: bool) -> None:
    assert judged(after(*bodies))["note", None].good is good


def test_the_customer_reacts_to_what_is_done_once() -> None:
    reaction = desk.reaction_to(CASE, after(VERIFY), REFUND, language="ru")
    assert reaction == desk.Reaction(("Наконец-то.",), good=True)
    assert desk.reaction_to(CASE, after(VERIFY, REFUND), {**REFUND, "order": "pp-1"}, language="ru") is None
    assert desk.reaction_to(CASE, after(VERIFY, REFUND), {**REFUND, "order": "PP-2"}, language="en") == desk.Reaction(
        ("Why?",), good=False
    )


@pytest.mark.parametrize("body", [VERIFY, REPLACE, CLOSE, {"action": "reset", "target": "device"}])
def test_the_customer_says_nothing_where_the_desk_has_no_reaction(body: dict[str, str]) -> None:
    assert desk.reaction_to(CASE, Desk(), body, language="en") is None


@pytest.mark.parametrize("name", SHIPPED.scenarios)
def test_the_expert_can_do_all_that_a_shipped_scenario_asks_for(name: str) -> None:
    case = SHIPPED.cast(name)
    assert case.scenario.desk is not None
    wanted = case.scenario.desk
    known = ticket.table().actions
    for entry in (*wanted.must, *wanted.may, *wanted.must_not):
        free = {
            "order": ticket.ids_of(case.scenario.record, "order")[:1],
            "item": ticket.ids_of(case.scenario.record, "item")[:1],
        }
        body = {
            field: entry.fields.given.get(field) or (free.get(field) or ("1 EUR",))[0]
            for field in known[entry.action].fields
        }
        desk.validate_action(case, Desk(), {"action": entry.action, **body})
