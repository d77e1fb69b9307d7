"""The author formats: what a scenario file and a persona file hold.

Field descriptions are what an author's editor shows (they end up in the JSON Schemas). What one file can say about
itself is checked here; what needs a second file, a table or the observer is checked in `checks` and
`desk_checks`. The desk has its own module, `desk_format`.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.conversation import Language
from simulator.scenarios.desk_format import TicketDesk
from simulator.scenarios.fields import (
    Format,
    Name,
    Percent,
    Seconds,
    Source,
    Text,
    Texts,
    Translated,
    TranslatedList,
)

MoveName = Literal[
    "greets",
    "apologises",
    "empathises",
    "names_feeling",
    "restates",
    "asks",
    "explains",
    "offers_remedy",
    "offers_choice",
    "sets_limit",
    "refuses_flat",
    "blames",
    "promises",
    "takes_ownership",
    "gives_next_step",
    "reassures",
    "thanks",
    "checks_understanding",
    "escalates",
    "closes",
    "tells_to_calm_down",
    "stalls",
    "dismisses",
    "insults",
    "mocks",
    "threatens",
    "hides_behind_policy",
    "uses_jargon",
    "talks_about_self",
    "pushes_sale",
    "wrong_language",
]
"""The closed list of moves. What each does to a mood is in `simulator/moves.yaml`, how it is recognised in the cues."""

Band = Literal["calm", "annoyed", "angry", "furious"]

BeatName = Literal[
    "open",
    "answer",
    "ask",
    "repeat",
    "object",
    "doubt",
    "wrong_language",
    "offended",
    "unheard",
    "lost",
    "soften",
    "stall",
    "nudge",
    "supervisor",
    "give_up",
    "leave",
    "accept",
    "close",
    "handed_over",
]
"""What the customer does next."""


class StartingMood(Format):
    anger: Percent
    """0 calm to 100 furious."""
    confusion: Percent
    """0 clear to 100 lost."""
    trust: Percent
    """0 none to 100 full."""


class CustomerRecord(Format):
    name: Text
    email: Text
    city: Text | None = None
    phone: Text | None = None
    since: date | None = None


class Order(Format):
    id: Text
    item: Translated
    placed: date
    amount: Text
    """As written on the invoice, with currency: "649.00 EUR"."""
    status: Translated


class Payment(Format):
    date: date
    amount: Text
    method: Translated
    status: Translated


class Device(Format):
    name: Text
    serial: Text
    bought: date
    status: Translated


class Contact(Format):
    date: date
    channel: Translated
    summary: Translated


class Record(Format):
    """The case's CRM record, as the trainee sees it beside the conversation."""

    customer: CustomerRecord
    orders: list[Order] = Field([])
    payments: list[Payment] = Field([])
    devices: list[Device] = Field([])
    contacts: list[Contact] = Field([])


class Fact(Format):
    """Something the trainee has to tell the customer."""

    id: Name
    label: Translated
    """What it is about, in a few words, for checklists and the debrief."""
    source: Source
    """The passage that says it: `page#section` in the product's documentation."""
    phrases: TranslatedList
    """What conveys it: any one of these, in the phrase notation of the author's guide."""
    question: TranslatedList
    """How the customer asks for it: full sentences, three or more a language."""
    answer: Translated
    """How an expert says it: one to three sentences that stand on their own. Must match `phrases`."""
    needed: bool = True
    """Whether the case can only be resolved once it was said."""
    after: list[Name] = Field([])
    """Hidden facts that the trainee has to learn first; until then the customer does not ask for this one."""


class HiddenFact(Format):
    """Something the customer tells only when asked."""

    id: Name
    label: Translated
    asked_by: TranslatedList
    """Phrases that ask for it; they count inside a question or a request."""
    ask: Translated
    """How an expert asks for it. Must match `asked_by`."""
    told: TranslatedList
    """What the customer then says: full sentences, two or more a language."""
    needed: bool = True
    """Whether the case can only be resolved once it was asked for."""


class Forbidden(Format):
    """A claim that must not be made, because the documentation says otherwise."""

    id: Name
    label: Translated
    source: Source
    """The passage that contradicts it."""
    phrases: TranslatedList
    """What makes the claim: any one of these."""
    example: Translated
    """How a careless trainee says it. Must match `phrases`."""
    reaction: TranslatedList
    """What the customer says to it: full sentences, two or more a language."""


class Steady(Format):
    """The customer stays with one language."""

    style: Literal["steady"] = "steady"


class Switches(Format):
    """The customer changes language in the middle and expects to be followed."""

    style: Literal["switches"]
    after: Annotated[int, Field(ge=1, le=10)]
    """The number of the agent's replies after which the customer changes."""
    to: dict[Language, Language]
    """For each starting language, the language it changes to."""


class Mixes(Format):
    """The customer mixes a second language into the first; replies in the first are expected."""

    style: Literal["mixes"]
    other: dict[Language, Language]
    """For each main language, the language mixed in."""


class Broken(Format):
    """The customer writes the language brokenly: the scenario's own lines are written so."""

    style: Literal["broken"]


Speech = Annotated[Steady | Switches | Mixes | Broken, Field(discriminator="style")]


class ReplyTargets(Format):
    """Reply-time targets in seconds, where the channel's usual ones do not fit."""

    first_strong: Seconds
    first_good: Seconds
    next_strong: Seconds
    next_good: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> ReplyTargets:
        if self.first_strong > self.first_good or self.next_strong > self.next_good:
            raise ValueError("a strong target must not be slower than the good one: swap the two")
        return self


class PassMarks(Format):
    """Scores 0-100 that a trainee has to reach, where the rubric's usual ones do not fit."""

    accuracy: Percent | None = None
    tone: Percent | None = None
    de_escalation: Percent | None = None
    reply_time: Percent | None = None
    process: Percent | None = None
    overall: Percent | None = None


class Scenario(Format):
    """One case: what happened, what the customer wants, what must, may and must not be said."""

    title: Translated
    trains: Literal["aggressive", "confused", "multilingual"]
    field: Literal["technical_help", "customer_care", "sales"]
    difficulty: Annotated[int, Field(ge=1, le=3)]
    """1 easy, 2 demanding, 3 hard."""
    product: Name
    """The folder of the product's documentation in `knowledge/`."""
    channel: Literal["chat", "email"] = "chat"
    languages: Annotated[list[Language], Field(min_length=1)]
    unreviewed: list[Language] = Field([])
    """Languages whose texts a machine wrote and no person has read yet; `check` reminds of them."""
    personas: Annotated[list[Name], Field(min_length=1)]
    """Who plays it well; the first plays it when nobody is chosen."""
    briefing: Translated
    """What the trainee is told before the conversation: the situation at the desk, not the solution."""
    goal: Translated
    """What the customer wants, in one sentence."""
    today: date | None = None
    """The day on which it plays, shown beside the record: periods and deadlines are counted from it."""
    speech: Speech = Steady()
    record: Record
    opening: TranslatedList
    """The customer's first message without a greeting: two to four sentences, two or more variants."""
    issue: TranslatedList
    """Words of this case that show, in a reply, that the trainee speaks of it: five to twelve single words."""
    facts: Annotated[list[Fact], Field(min_length=1)]
    hidden: list[HiddenFact] = Field([])
    forbidden: list[Forbidden] = Field([])
    objections: TranslatedList
    """What an unhappy customer says of this case when the facts are on the table: full sentences, six or more."""
    acceptance: TranslatedList
    """How the customer agrees at last: full sentences, two or more."""
    settles_below: Percent = 55
    """The customer only accepts with less anger than this."""
    may_escalate: bool = False
    """Whether passing the case to a supervisor is a right end of it."""
    targets: ReplyTargets | None = None
    pass_marks: PassMarks = PassMarks()
    desk: TicketDesk | None = None
    """The right ticket; without it there is no process to score."""


class Waiting(Format):
    anger_per_minute: Annotated[float, Field(ge=0, le=60)]
    """Points of anger for each minute of waiting beyond the channel's good reply time."""
    nudges_after: Annotated[list[Seconds], Field(min_length=1)]
    """Seconds of silence after which the customer asks whether anybody is there; rising."""
    leaves_after: Seconds
    """Seconds of silence after which the customer leaves."""

    @model_validator(mode="after")
    def _rising(self) -> Waiting:
        steps = [*self.nudges_after, self.leaves_after]
        if any(a >= b for a, b in pairwise(steps)):
            raise ValueError("nudges_after must rise and end before leaves_after")
        return self


Lines = dict[BeatName, dict[Band | Literal["any"], Texts]]


class Persona(Format):
    """Who plays a case: starting mood, how strongly moves and waiting change it, and a line bank."""

    name: Translated
    about: Translated
    """One sentence for whoever chooses: what makes this customer hard."""
    languages: Annotated[list[Language], Field(min_length=1)]
    mood: StartingMood
    sensitivity: dict[MoveName, Annotated[float, Field(ge=0, le=3)]] = Field({})
    """Factors on how strongly a move acts; 1 where nothing is said."""
    waiting: Waiting
    inertia: Annotated[float, Field(ge=0, le=0.8)]
    """How slowly the mood follows good treatment: 0 at once, 0.8 hardly."""
    style: Text
    """Notes for a language model that plays this persona."""
    lines: dict[Language, Lines]
    """What the customer says, by language, beat and band of anger."""
