"""What a ticket offers: its actions with their fields, and the choices of its form. Read from `desk.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from simulator import yaml12
from simulator.observation.numbers import parse_digits
from simulator.scenarios.desk_format import ActionName
from simulator.scenarios.fields import Translated
from simulator.scenarios.formats import Record

FieldKind = Literal["order", "item", "amount", "choice", "text"]

_NUMBER = re.compile(r"[-−]?(?:(?<!\w)[.,])?[0-9]+(?:[ \u00a0\u202f][0-9]{3}(?![0-9]))*(?:[.,][0-9]+)*")
_LONGEST_NUMBER = 15
_SPACES = re.compile(r"[ \u00a0\u202f]")
_UNIT = re.compile(r"[^\W\d_]+|[^\w\s.,]")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an action.

    Args:
        label: its name for the trainee.
        kind: what goes into it: `order` is an order's id, `item` an order's id or a device's serial number.
        choices: for the kind `choice`, the labels by value; empty for the others.
    """

    label: Translated
    kind: FieldKind
    choices: Mapping[str, Translated]


@dataclass(frozen=True, slots=True)
class Action:
    """Something an agent can do with a ticket.

    Args:
        label: its name for the trainee.
        about: what it does, in a short sentence.
        fields: by name, all of them needed.
        changes_account: whether it may only be done once the identity is verified.
        once: whether doing the same again makes a second one (a second refund).
    """

    label: Translated
    about: Translated
    fields: Mapping[str, Field]
    changes_account: bool
    once: bool


@dataclass(frozen=True, slots=True)
class Table:
    """All that the desk offers, each with its words in English and Russian.

    Args:
        actions: by name.
        form: the choices of each field of the form that has some (`category`, `priority`, `disposition`), labels by
            value.
        form_labels: names of the form's fields, the `note` included.
        gaps: what stands in a macro for a placeholder that the record cannot fill, in all the languages.
        problems: why something cannot be done, by key, with placeholders.
        currencies: the code of a currency by what it is called, in small letters.
        percent: signs and words, in small letters, with which a number is a share and no amount.
    """

    actions: Mapping[ActionName, Action]
    form: Mapping[str, Mapping[str, Translated]]
    form_labels: Mapping[str, Translated]
    gaps: Mapping[str, Translated]
    problems: Mapping[str, Translated]
    currencies: Mapping[str, str]
    percent: frozenset[str]


@lru_cache(maxsize=1)
def table() -> Table:
    """What the desk offers. Read once a process."""
    data = yaml12.load_resource("simulator", "desk.yaml")
    actions = {
        name: Action(
            label=action["label"],
            about=action["about"],
            fields={
                field: Field(given["label"], given["kind"], given.get("choices", {}))
                for field, given in action["fields"].items()
            },
            changes_account=action["changes_account"],
            once=action["once"],
        )
        for name, action in data["actions"].items()
    }
    form = {"category": data["categories"], "priority": data["priorities"], "disposition": data["dispositions"]}
    currencies = {name: code for code, names in data["currencies"].items() for name in (code.casefold(), *names)}
    percent = frozenset(data["percent"])
    return Table(actions, form, data["form"], data["gaps"], data["problems"], currencies, percent)


def amount_of(text: str) -> float | None:
    """The number of an amount such as "1.299,00 EUR", "€68.19" or ".50"; None if there is not exactly one above zero.

    A share such as "50 %" is no amount.
    """
    if not table().percent.isdisjoint(_units(text)):
        return None
    found = [_SPACES.sub("", number[0]) for number in _NUMBER.finditer(text)]
    if len(found) != 1 or found[0][0] in "-−" or len(found[0]) > _LONGEST_NUMBER:
        return None
    return parse_digits(found[0]) or None


def currency_of(text: str) -> str | None:
    """The code of the currency that an amount is given in, such as "EUR"; None where it names none that is known."""
    return next((table().currencies[unit] for unit in _units(text) if unit in table().currencies), None)


def _units(text: str) -> list[str]:
    return _UNIT.findall(text.casefold())


def ids_of(record: Record, kind: FieldKind) -> tuple[str, ...]:
    """The ids of the record that a field of a kind can hold: for `order` and `item`; none for the others."""
    orders = tuple(order.id for order in record.orders)
    if kind == "item":
        return (*orders, *(device.serial for device in record.devices))
    return orders if kind == "order" else ()


def same(kind: FieldKind, one: str, other: str) -> bool:
    """Whether two values of a field mean the same, but for case and spaces.

    Amounts go by their number, and by their currency where both name one.
    """
    if kind == "amount":
        currencies = {currency_of(one), currency_of(other)} - {None}
        return amount_of(one) is not None and amount_of(one) == amount_of(other) and len(currencies) <= 1
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
