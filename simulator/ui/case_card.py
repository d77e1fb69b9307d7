"""The case card: what a support agent has beside the chat. Briefing, customer record, documentation."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from simulator.case import Case
from simulator.documents import Passage
from simulator.scenarios.formats import Record
from simulator.ui import labels
from simulator.ui.labels import day, in_interface
from simulator.ui.markup import esc, passage_markdown, quiet
from simulator.ui.session import _, language

Row = tuple[str, object]


def case_card(case: Case) -> None:
    """Shows the card of a case."""
    with st.expander(_("Briefing"), expanded=True, key="card-briefing"):
        st.html(f'<div class="tc tc-small"><p class="tc-pre">{esc(in_interface(case.scenario.briefing))}</p></div>')
    with st.expander(_("Customer record"), expanded=True, key="card-record"):
        st.html(record_html(case.scenario.record))
    title = _("Documentation of {product}").format(product=labels.product(case.scenario.product))
    with st.expander(title, key="card-documentation"):
        _documentation(case)


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


def _documentation(case: Case) -> None:
    passages = case.passages_in(language())
    wanted = st.text_input(_("Find in the documentation"), type="search", key="documentation-search", live=True) or ""
    words = wanted.casefold().split()
    if words:
        found = [each for each in passages if all(word in f"{each.title} {each.text}".casefold() for word in words)]
    else:
        pages = {each.page: each.title.partition(" · ")[0] for each in passages}
        page = st.selectbox(_("Page"), list(pages), format_func=pages.__getitem__, key="documentation-page")
        found = [each for each in passages if each.page == page]
    if not found:
        st.html(quiet(_("No section has all of these words.")))
    for each in found[:8]:
        passage_text(each)


def passage_text(passage: Passage) -> None:
    """Shows a passage of the documentation."""
    st.html(f'<p class="tc tc-h3">{esc(passage.title)}</p>')
    st.markdown(passage_markdown(passage.text))
