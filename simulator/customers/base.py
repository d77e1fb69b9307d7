"""Who gives the customer its words."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from simulator.conversation import Voice
from simulator.director import Cue
from simulator.model_call import ModelCall


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the customer has said.

    Args:
        text: the message, never empty.
        voice: what gave it its words.
        calls: the calls to a language model that were made for it; the last one says why it is scripted, if it is.
    """

    text: str
    voice: Voice
    calls: tuple[ModelCall, ...] = ()


Speech = Generator[str, None, Spoken]
"""A message in the making: yields the message so far, each time from its beginning, and returns it when it is done.

A later yield need not begin like an earlier one: what was found faulty is replaced. Closing it stops the making.
"""


class Customer(Protocol):
    """Turns a Cue into the customer's next message."""

    takes_time: bool
    """Whether a message may take seconds, so that it should be shown as it comes."""

    def speak(self, cue: Cue) -> Speech:
        """Says the next message.

        Raises:
            NotWanted: nobody waits for it any more.
        """
        ...


class NotWanted(Exception):
    """Nobody waits for the message any more: it is made when somebody next looks.

    Args:
        calls: the calls to a language model that were made for it so far.
    """

    def __init__(self, calls: tuple[ModelCall, ...] = ()) -> None:
        super().__init__()
        self.calls = calls


def listen(speech: Speech, show: Callable[[str], object] | None = None) -> Spoken:
    """Hears a message to its end.

    Args:
        speech: the message in the making.
        show: gets the message so far, each time it has changed.
    """
    try:
        while True:
            so_far = next(speech)
            if show is not None:
                show(so_far)
    except StopIteration as end:
        spoken: Spoken = end.value
        return spoken
    finally:
        speech.close()
