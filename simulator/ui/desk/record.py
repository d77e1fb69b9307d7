"""The customer's side of the desk: briefing and record."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from simulator.case import Case
from simulator.scenarios.formats import Record
from simulator.ui.labels import day, in_interface, weekday
from simulator.ui.markup import esc
from simulator.ui.session import _, language

Row = tuple[str, object]


def customer(practice_id: str, case: Case) -> None:
    """Shows briefing and record of a case; put into words once, they do not change."""
    with st.expander(_("Briefing"), expanded=True, key="card-briefing"):
        st.html(f'<div class="tc tc-small"><p class="tc-pre">{esc(in_interface(case.scenario.briefing))}</p></div>')
    key = f"record-{practice_id}-{language()}"
    if key not in st.session_state:
        st.session_state[key] = _today_html(case) + record_html(case.scenario.record)
    st.html(st.session_state[key])


def _today_html(case: Case) -> str:
    if case.scenario.today is None:
        return ""
    said = _("Today is {day}").format(day=weekday(case.scenario.today))
    return f'<p class="tc tc-small" data-testid="today"><b>{esc(said)}</b></p>'


def record_html(record: Record) -> str:
    """A customer's record as HTML."""
    customer = record.customer
    who: list[Row] = [
        (_("Name"), customer.name),
        (_("E-mail"), customer.email),
        (_("Phone"), customer.phone),
        (_("City"), customer.city),
        (_("Customer since"), customer.since and day(customer.since)),
    ]
    sections: list[tuple[str, list[list[Row]]]] = [
        ("", [who]),
        (
            _("Orders"),
            [
                [
                    (_("Number"), order.id),
                    (_("Item"), in_interface(order.item)),
                    (_("Ordered"), day(order.placed)),
                    (_("Amount"), order.amount),
                    (_("Status"), in_interface(order.status)),
                ]
                for order in record.orders
            ],
        ),
        (
            _("Payments"),
            [
                [
                    (_("Date"), day(payment.date)),
                    (_("Amount"), payment.amount),
                    (_("Paid with"), in_interface(payment.method)),
                    (_("Status"), in_interface(payment.status)),
                ]
                for payment in record.payments
            ],
        ),
        (
            _("Devices"),
            [
                [
                    (_("Model"), device.name),
                    (_("Serial number"), device.serial),
                    (_("Bought"), day(device.bought)),
                    (_("Status"), in_interface(device.status)),
                ]
                for device in record.devices
            ],
        ),
        (
            _("Earlier contacts"),
            [
                [
                    (_("Date"), day(contact.date)),
                    (_("Channel"), in_interface(contact.channel)),
                    (_("Summary"), in_interface(contact.summary)),
                ]
                for contact in record.contacts
            ],
        ),
    ]
    shown = "".join(_section(title, entries) for title, entries in sections if entries)
    return f'<div class="tc tc-record" data-testid="record">{shown}</div>'


def _section(title: str, entries: Iterable[Iterable[Row]]) -> str:
    heading = f'<h3 class="tc-h3">{esc(title)}</h3>' if title else ""
    return f"<section>{heading}{''.join(_entry(rows) for rows in entries)}</section>"


def _entry(rows: Iterable[Row]) -> str:
    filled = "".join(f'<dt>{esc(name)}</dt><dd dir="auto">{esc(value)}</dd>' for name, value in rows if value)
    return f"<article><dl>{filled}</dl></article>"
