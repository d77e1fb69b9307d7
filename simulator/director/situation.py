"""Where a conversation stands, and what the customer's voice is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from simulator.conversation import Language, Mood, Outcome, Transcript
from simulator.scenarios.formats import BeatName, MoveName, Persona

Beat = BeatName | Literal["react"]
"""What the customer does next; `react`, to something done at the desk, is said in the scenario's words alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """One beat of the customer's next message, with what the scenario gives it to say: any of `content`."""

    beat: Beat
    content: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """What the customer's voice gets, and no more.

    Args:
        parts: the beats of the message, in order.
        mood: how the customer feels.
        language: what it speaks.
        mixed_in: a second language that it mixes in, if it does.
        persona: who it is.
        seed: decides between lines that fit equally.
        transcript: the conversation so far.
        opened_in: the language that the conversation began in.
    """

    parts: tuple[Part, ...]
    mood: Mood
    language: Language
    mixed_in: Language | None
    persona: Persona = field(repr=False)
    seed: int
    transcript: Transcript = field(repr=False)
    opened_in: Language


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a conversation stands.

    Args:
        mood: the customer's mood.
        language: what the customer speaks now and expects to be answered in.
        replies: the agent's replies so far.
        conveyed: facts that were conveyed.
        told: hidden facts that the customer has told.
        heard: how often each move was heard.
        said: the agent's replies, folded, to notice repetition.
        pending: the fact that the customer has asked for and waits to hear.
        ignored: replies in a row that went past what was asked.
        strikes: replies in a row that made it worse.
        foreign: replies in a row in the wrong language.
        stuck: objections in a row while something needed has not been asked for.
        nudges: times that the customer has asked whether anybody is there, since the last reply.
        answers: the agent's replies that did not merely keep the customer waiting.
        stalling: replies in a row that did.
        felt: seconds of the present wait that the mood has taken in already.
        demanded: whether it has asked for a supervisor.
        settled: whether it has accepted.
        outcome: how it ended, once it has.
    """

    mood: Mood
    language: Language
    replies: int = 0
    conveyed: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    heard: tuple[tuple[MoveName, int], ...] = ()
    said: frozenset[str] = frozenset()
    pending: str | None = None
    ignored: int = 0
    strikes: int = 0
    foreign: int = 0
    stuck: int = 0
    nudges: int = 0
    answers: int = 0
    stalling: int = 0
    felt: float = 0.0
    demanded: bool = False
    settled: bool = False
    outcome: Outcome | None = None

    def times_heard(self, move: MoveName) -> int:
        return dict(self.heard).get(move, 0)
