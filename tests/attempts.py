"""Attempts for tests, on a clock that only moves with the replies."""

from __future__ import annotations

from simulator.attempt import Attempt
from simulator.case import Case
from simulator.conversation import Language
from simulator.customers import ScriptedCustomer
from simulator.log import MemoryLog
from simulator.scenarios.library import load_library
from simulator.scoring import RULE_SCORERS

LIBRARY = load_library()


def attempt_of(
    *replies: str, language: Language = "en", after: float = 20, scenario: str = "late-refund", case: Case | None = None
) -> Attempt:
    """An attempt at a shipped scenario, or at a case, in which these replies were sent, `after` seconds apart."""
    now = [0.0]
    attempt = Attempt.begin(
        case or LIBRARY.cast(scenario, language=language),
        customer=ScriptedCustomer(),
        scorers=RULE_SCORERS,
        log=MemoryLog(),
        clock=lambda: now[0],
    )
    for reply in replies:
        now[0] += after
        attempt.reply(reply)
    return attempt
