"""De-escalation: what each reply did to the mood, against the best reply that the rules offered at that point."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.case import Case
from simulator.scoring.base import Dimension, Evidence, Exchange, Note, Score
from simulator.scoring.best_reply import best_reply, loss, mark_of

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
        costs = [loss(case, exchange, best_reply(case, exchange.before)) for exchange in exchanges]
        values = [max(0.0, 100 - _POINTS_PER_LOSS * cost) for cost in costs]
        value = sum(values) / len(values)
        start, end = exchanges[0].before.mood, exchanges[-1].after.mood
        if whole:
            relief = 50 + (start.anger - end.anger) + 0.5 * (end.trust - start.trust) - 0.3 * max(0, end.anger - 50)
            value = (1 - _MOOD_SHARE) * value + _MOOD_SHARE * max(0.0, min(100.0, relief))
        evidence = tuple(
            Evidence(
                Note(f"mark_{mark_of(cost)}", {"cost": cost}),
                exchange.turn,
                exchange.reply,
                good=mark_of(cost) in ("best", "good"),
            )
            for exchange, cost in zip(exchanges, costs, strict=True)
            if exchange.reply.strip()
        )
        note = Note(
            "de_escalation_attempt" if whole else "de_escalation_reply",
            {
                "anger_before": round(start.anger),
                "anger_after": round(end.anger),
                "trust_before": round(start.trust),
                "trust_after": round(end.trust),
                "cost": round(sum(costs), 1),
            },
        )
        return Score("de_escalation", round(value, 1), note, evidence, "rules", _VERSION)
