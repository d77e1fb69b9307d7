"""The desk beside the chat: what a support agent has at hand. Customer, knowledge, macros, ticket."""

from __future__ import annotations

import streamlit as st

from simulator.practice import Practice
from simulator.ui import drawn, troubles
from simulator.ui.desk import knowledge, macros, record, ticket
from simulator.ui.session import _


@troubles.fragment("desk")
def desk(practice: Practice) -> None:
    """Shows the desk of an attempt. Working at it does not draw the chat again, unless the customer says something."""
    case = practice.attempt.case
    tabs = {"customer": _("Customer"), "knowledge": _("Knowledge"), "macros": _("Macros")}
    if case.scenario.desk is not None:
        tabs["ticket"] = _("Ticket")
    shown = dict(zip(tabs, st.tabs(list(tabs.values()), key="desk"), strict=True))
    with shown["customer"]:
        record.customer(practice.id, case)
    with shown["knowledge"]:
        knowledge.knowledge(practice)
    with shown["macros"]:
        macros.macros(practice)
    if "ticket" in shown:
        with shown["ticket"]:
            ticket.ticket(practice)
    if drawn.chat_is_behind(practice):
        st.rerun()
