"""What was said so far in a conversation, as far as the next message is judged by it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from simulator.conversation import Role
from simulator.observation import Claim
from simulator.transcripts.format import Message

MOST_TURNS = 10
"""So many of the last messages are remembered: what a message is judged by lies near it."""


@dataclass(slots=True)
class Talk:
    """The state of a conversation between two messages.

    Args:
        spoken: ISO 639-1 code of the language that an answer is expected in, if it is known.
    """

    spoken: str | None
    turns: list[tuple[Role, str]] = field(default_factory=list)
    moves: list[frozenset[str]] = field(default_factory=list)
    forgotten: int = 0
    """How many messages came before those that are remembered."""
    upset: float | None = None
    """Anger or confusion of the customer's last message, whichever is more, 0-100; None if unknown."""
    heard: Counter[str] = field(default_factory=Counter)
    """How many replies made each move."""
    replies: set[str] = field(default_factory=set)
    """The replies so far, with spaces and case made alike."""
    unanswered: Message | None = None
    """The first message of the customer's that no reply has answered."""
    answers: int = 0
    facts: set[str] = field(default_factory=set)
    """Ids of the scenario's facts that were conveyed, where a scenario is known."""
    claims: list[Claim] = field(default_factory=list)
    """What the agent has stated so far."""

    def waited(self, message: Message) -> float | None:
        """Seconds that the customer waited for a reply; None where it answers nothing, or a time is missing."""
        if self.unanswered is None or self.unanswered.at is None or message.at is None:
            return None
        return message.at - self.unanswered.at

    def question(self) -> str | None:
        """What the customer said since the last reply."""
        said: list[str] = []
        for role, text in reversed(self.turns):
            if role == "agent":
                break
            said.append(text)
        return "\n".join(reversed(said)) or None

    def customer_said(self) -> tuple[str, ...]:
        """The last messages of the customer's."""
        return tuple(text for role, text in self.turns if role == "customer")

    def add(self, message: Message, moves: frozenset[str] = frozenset(), *, stalling: bool = False) -> None:
        """Takes a message in; after a `stalling` reply the customer goes on waiting."""
        self.turns.append((message.role, message.text))
        self.moves.append(moves)
        if len(self.turns) > MOST_TURNS:
            del self.turns[0], self.moves[0]
            self.forgotten += 1
        if message.role == "customer":
            self.unanswered = self.unanswered or message
            return
        self.heard.update(moves)
        self.replies.add(plain(message.text))
        if message.text.strip() and not stalling:
            self.unanswered = None
            self.answers += 1


def plain(text: str) -> str:
    """A text with spaces and case made alike."""
    return " ".join(text.split()).casefold()
