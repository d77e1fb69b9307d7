"""Who gives the customer its words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from simulator.conversation import Voice
from simulator.director import Cue


class Customer(Protocol):
    """Turns a Cue into the customer's next message."""

    voice: Voice

    def speak(self, cue: Cue) -> Iterator[str]:
        """Yields the message in pieces; joined they are the message, never empty."""
        ...
