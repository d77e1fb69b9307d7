"""Macros: texts that are inserted into a reply, and the gaps that are left in them."""

from __future__ import annotations

import re

from simulator import ticket
from simulator.case import Case
from simulator.conversation import Language, Quote
from simulator.scenarios.desk_format import Macro

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_GAP = re.compile(r"\[[^\[\]\n]*[^\W\d_][^\[\]\n]*\](?!\()|\{\w+\}")
"""Words in square brackets (but no Markdown link), or a placeholder as macros have it."""


def fill_macro(macro: Macro, case: Case, *, language: Language, agent: str) -> str:
    """A macro's text for a case; what the record does not say for certain is left as a gap such as "[order number]".

    Args:
        language: the language to write in; else English, else the first that the macro has.
        agent: the trainee's name; a gap if it is empty.
    """
    record = case.scenario.record
    known = {
        "customer": {record.customer.name},
        "order": {order.id for order in record.orders},
        "device": {device.name for device in record.devices},
        "amount": {order.amount for order in record.orders} | {payment.amount for payment in record.payments},
        "agent": {agent.strip()} - {""},
    }
    gaps = ticket.table().gaps
    chosen = next((wished for wished in (language, "en") if wished in macro.text), next(iter(macro.text)))

    def fill(found: re.Match[str]) -> str:
        values = known.get(found[1], set())
        return next(iter(values)) if len(values) == 1 else f"[{gaps[found[1]][chosen]}]"

    return _PLACEHOLDER.sub(fill, macro.text[chosen])


def gaps(text: str) -> tuple[Quote, ...]:
    """The gaps that were left in a reply: words in square brackets, and placeholders such as {order}."""
    return tuple(Quote(found[0], found.start(), found.end()) for found in _GAP.finditer(text))
