"""What was said: languages, moods in numbers, quotes, turns and transcripts. Frozen values, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["en", "ru", "de", "es"]
"""ISO 639-1 code of a language that a customer can speak and that replies are scored in."""

LANGUAGES: tuple[Language, ...] = get_args(Language)

Role = Literal["customer", "agent"]
"""Who speaks. The trainee plays the agent."""

Voice = Literal["scripted", "model"]
"""What gave the customer its words."""

Outcome = Literal["resolved", "gave_up", "escalated", "abandoned", "closed"]
"""How an attempt ended.

`resolved`: the customer accepted. `gave_up`: the customer lost patience with what was said. `escalated`: passed to a
supervisor. `abandoned`: the customer left because nobody answered (a contact centre's "abandoned contact").
`closed`: the trainee stopped.
"""


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


Transcript = tuple[Turn, ...]
"""The turns of a conversation in order; append-only."""
