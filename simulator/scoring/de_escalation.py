"""De-escalation: what each reply did to the mood, against the best reply that the rules offered at that point."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.case import Case
from simulator.scoring.base import Dimension, Evidence, Exchange, Note, Score

_VERSION = "rules-1"
_POINTS_PER_LOSS = 3.2
_MOOD_SHARE = 0.25
"""How much of an attempt's value is where the mood ended; the rest is the replies."""


class DeEscalation:
    """100 for the best reply each time; points go with what a reply cost."""

    dimension: Dimension = "de_escalation"

    def score(self, case: Case, exchanges: Sequence[Exchange], *, whole: bool) -> Score:
        if not exchanges:
            return Score("de_escalation", None, Note("no_reply"), (), "rules", _VERSION)
        values = [max(0.0, 100 - _POINTS_PER_LOSS * exchange.cost) for exchange in exchanges]
        value = sum(values) / len(values)
        start, end = exchanges[0].before.mood, exchanges[-1].after.mood
        if whole:
            relief = 50 + (start.anger - end.anger) + 0.5 * (end.trust - start.trust) - 0.3 * max(0, end.anger - 50)
            value = (1 - _MOOD_SHARE) * value + _MOOD_SHARE * max(0.0, min(100.0, relief))
        evidence = tuple(
            Evidence(
                Note(f"mark_{exchange.mark}", {"cost": exchange.cost}),
                exchange.turn,
                exchange.reply,
                good=exchange.mark in ("best", "good"),
            )
            for exchange in exchanges
            if exchange.reply.strip()
        )
        note = Note(
            "de_escalation_attempt" if whole else "de_escalation_reply",
            {
                "anger_before": round(start.anger),
                "anger_after": round(end.anger),
                "trust_before": round(start.trust),
                "trust_after": round(end.trust),
                "cost": round(sum(exchange.cost for exchange in exchanges), 1),
            },
        )
        return Score("de_escalation", round(value, 1), note, evidence, "rules", _VERSION)
