"""The author formats of the desk: what has to be done with a ticket, and the macros of a product.

What each action is and which fields it has is in `simulator/desk.yaml`, read by `simulator.ticket`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.scenarios.fields import Format, Name, Source, Text, Translated, TranslatedList

IDENTITY = "identity"
"""Id of the hidden fact, built into every case, that tells who is writing."""

ActionName = Literal[
    "refund",
    "replace",
    "credit",
    "reset",
    "book_technician",
    "escalate",
    "verify_identity",
    "note",
    "close",
]
"""The closed list of what an agent can do with a ticket."""

Category = Literal["billing", "delivery", "subscription", "technical", "warranty", "sales", "account", "complaint"]
Priority = Literal["low", "normal", "high", "urgent"]
Disposition = Literal["solved", "waiting_for_customer", "passed_on", "refused", "not_solved"]
"""How the case stands when the ticket is closed."""
Team = Literal["supervisor", "billing", "logistics", "technical", "legal"]
ResetTarget = Literal["device", "account", "password", "payment"]


class ActionFields(Format):
    """Fields of an action that are compared; what is left out may be anything."""

    order: Text | None = None
    """An order's id, as in the record."""
    item: Text | None = None
    """What is replaced: an order's id or a device's serial number, as in the record."""
    amount: Text | None = None
    """With currency: "68.19 EUR". Compared by the number."""
    target: ResetTarget | None = None
    """What is reset."""
    slot: Text | None = None
    """When the technician comes."""
    team: Team | None = None
    """Who takes the case over."""
    text: Text | None = None
    """What the note says."""

    @property
    def given(self) -> dict[str, str]:
        """The fields that are compared, by name."""
        return {name: value for name, value in self if value is not None}


class DeskEntry(Format):
    """Something that must, may or must not be done with the ticket."""

    id: Name | None = None
    """Its name in this file; the action's name if it is left out."""
    action: ActionName
    fields: ActionFields = ActionFields()
    label: Translated | None = None
    """What and why, in a few words, for the debrief. Only verify_identity, note and close have a usual one."""
    source: Source | None = None
    """The passage that says so: `page#section`. Has to be there in must_not."""
    after: list[Text] = Field([])
    """What has to come first: ids of other entries of the desk, or of hidden facts (`identity` is always one)."""
    reaction: TranslatedList | None = None
    """What the customer says when it is done: full sentences, one or more a language; nothing if it is left out."""

    @property
    def name(self) -> str:
        """The id, or the action's name."""
        return self.id or self.action


class TicketDesk(Format):
    """The right ticket: how it is filed, what must, may and must not be done with it."""

    category: Annotated[list[Category], Field(min_length=1)]
    """The right ones; the first is the expert's."""
    priority: Annotated[list[Priority], Field(min_length=1)]
    """The right ones; the first is the expert's."""
    disposition: Annotated[list[Disposition], Field(min_length=1)]
    """The right ones; the first is the expert's."""
    must: list[DeskEntry] = Field([])
    """What a good agent does here."""
    may: list[DeskEntry] = Field([])
    """Sensible, not needed."""
    must_not: list[DeskEntry] = Field([])
    """What the documentation forbids here."""


class Macro(Format):
    """A text that agents insert into their replies."""

    title: Translated
    """What the list of macros shows; in English and Russian at least."""
    category: Annotated[list[Category], Field(min_length=1)]
    """The tickets that it is meant for."""
    text: Translated
    """With {customer}, {order}, {device}, {amount} and {agent} where they belong."""


class MacroFile(Format):
    """The macros of a product."""

    macros: dict[Name, Macro]
