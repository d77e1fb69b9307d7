"""What was said: languages, moods in numbers, quotes, turns and transcripts. Frozen values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["en", "ru", "de", "es"]
"""ISO 639-1 code of a language that a customer can speak and that replies are scored in."""

LANGUAGES: tuple[Language, ...] = get_args(Language)

Role = Literal["customer", "agent"]
"""Who speaks. The trainee plays the agent."""

Voice = Literal["scripted", "model"]
"""What gave the customer its words."""

Outcome = Literal["resolved", "gave_up", "escalated", "abandoned", "closed", "stopped", "taken_back"]
"""How an attempt ended.

`resolved`: the customer accepted. `gave_up`: the customer lost patience with what was said. `escalated`: passed to a
supervisor. `abandoned`: the customer left because nobody answered (a contact centre's "abandoned contact").
`closed`: the trainee closed the ticket before the customer agreed. `stopped`: the trainee broke off, which is never
held against anybody. `taken_back`: a reply was taken back, and the conversation goes on in another branch.
"""

Mode = Literal["practice", "exam"]
"""Practice: with a coach, take-backs and pauses. Exam: without."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words found verbatim in a text: `text[start:end] == quote.text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mood:
    """How the customer feels: anger, confusion and trust, each 0-100."""

    anger: float
    confusion: float
    trust: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation.

    Args:
        role: who said it.
        text: what was said, verbatim.
        at: seconds since the attempt started at which it was said (sent, or shown to the trainee).
        waited: for an agent's turn, the seconds the customer waited for it (since the message it answers was shown).
        voice: for a customer's turn, what gave it its words.
    """

    role: Role
    text: str
    at: float
    waited: float | None = None
    voice: Voice | None = None


StepKind = Literal[
    "action",
    "form",
    "search",
    "passage",
    "macro",
    "hint",
    "better_reply",
    "breathe",
    "pause",
    "go_on",
    "take_back",
    "debrief",
    "reading",
]
"""What a trainee can do besides speaking, and one thing that is done for it.

At the desk: carry out an `action`, fill in the ticket's `form`, `search` the documentation, open a `passage`, insert a
`macro`. Help: a `hint`, a `better_reply`, a `take_back`, a `pause` and the `go_on` after it. Neither: the `breathe`
card. `debrief`: the debrief was opened, and the desk is closed. `reading`: a language model has read more in a reply
than the rules did.
"""


HELP: tuple[StepKind, ...] = ("hint", "better_reply", "take_back", "pause")
"""The kinds of step that are help: recorded in practice, refused in an exam."""

NOTICED: tuple[StepKind, ...] = ("action",)
"""The kinds of step that a customer may say something to: after one of them an answer in the making is out of date."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the trainee did besides speaking.

    Args:
        kind: what.
        body: what it was done with, in flat texts.
        at: seconds since the attempt started.
        place: how many turns stood in the transcript then.
    """

    kind: StepKind
    body: Mapping[str, str]
    at: float
    place: int


MAX_REPLY = 20_000
"""Characters of one reply, at most."""

Transcript = tuple[Turn, ...]
"""The turns of a conversation in order; append-only."""
