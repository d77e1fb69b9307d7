"""The golden prompts: whole requests as a person can read them. `python tests/golden.py` writes them anew.

A change of a prompt shows in them: read the difference before it is committed.
"""

from __future__ import annotations

from pathlib import Path

from attempts import LIBRARY

from simulator.conversation import Language
from simulator.customers import ScriptedCustomer, Speech
from simulator.customers.faults import order_after
from simulator.customers.scripted import compose
from simulator.director import Cue
from simulator.prompts import Message, assign, customer_messages
from simulator.scenarios.rehearsal import TraineeName, trainees

FOLDER = Path(__file__).parent / "golden_prompts"

CUSTOMER: dict[str, tuple[str, str, Language, TraineeName, int, str]] = {
    "customer-opens-en": ("late-refund", "furious", "en", "expert", 0, ""),
    "customer-offended-en": ("late-refund", "furious", "en", "rude", 2, ""),
    "customer-tells-ru": ("late-refund", "furious", "ru", "expert", 4, ""),
    "customer-accepts-de": ("late-refund", "polite-immovable", "de", "expert", 7, ""),
    "customer-objects-es": ("late-refund", "sarcastic", "es", "novice", 3, ""),
    "customer-doubts-ru": ("battery-warning", "anxious", "ru", "kind-but-wrong", 1, ""),
    "customer-switches-ru": ("customs-parcel", "non-native-writer", "ru", "expert", 3, ""),
    "customer-mixes-de": ("company-invoice", "sarcastic", "de", "expert", 1, ""),
    "customer-injected-en": ("wifi-pairing", "confused-beginner", "en", "prompt-injector", 3, ""),
    "customer-again-en": ("late-refund", "furious", "en", "rude", 2, order_after("unfinished") or ""),
}
"""Scenario, persona, language, machine trainee, number of the message, and what was wrong with the first try."""


class Spy(ScriptedCustomer):
    """Notes each cue."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []

    def speak(self, cue: Cue) -> Speech:
        self.cues.append(cue)
        return super().speak(cue)


def request(cue: Cue, *, again: str = "") -> list[Message]:
    """The request for a cue."""
    return customer_messages(assign(cue, compose(cue)), again=again)


def golden_files() -> dict[str, str]:
    """The golden files as they should be, by their names."""
    found: dict[str, str] = {}
    for name, (scenario, persona, language, trainee, number, again) in CUSTOMER.items():
        spy = Spy()
        trainees.play(LIBRARY.cast(scenario, persona=persona, language=language), trainee, customer=spy)
        found[f"{name}.txt"] = _readable(request(spy.cues[number], again=again))
    return found


def _readable(messages: list[Message]) -> str:
    return "\n\n".join(f"=== {each['role']}\n{each['content']}" for each in messages) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("customer-*.txt"):
        old.unlink()
    for name, text in golden_files().items():
        (FOLDER / name).write_text(text, "utf-8")
