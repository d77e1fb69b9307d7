"""Two branches of one attempt beside each other: what another reply was worth."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.attempt import Attempt
from simulator.conversation import Mood


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways that a conversation took. Differences are those of the second against the first.

    Args:
        from_reply: number of the reply from which on they differ, from 1.
        first, second: the mood before the first reply and after each reply.
        anger, trust: difference at the end, in points of mood.
        first_overall, second_overall: overall scores, 0-100; None without a verdict.
        overall: their difference; None where one is missing.
    """

    from_reply: int
    first: tuple[Mood, ...]
    second: tuple[Mood, ...]
    anger: float
    trust: float
    first_overall: float | None
    second_overall: float | None
    overall: float | None


def compare(first: Attempt, second: Attempt, common_turns: int) -> Comparison:
    """Compares two branches.

    Args:
        first: the one that was left, or came earlier.
        second: the one that went on.
        common_turns: how many turns they share; `shared_turns` counts them.
    """
    before, after = first.scorecard().overall, second.scorecard().overall
    end, other_end = first.situation.mood, second.situation.mood
    return Comparison(
        from_reply=1 + sum(turn.role == "agent" for turn in second.transcript[:common_turns]),
        first=_moods(first),
        second=_moods(second),
        anger=round(other_end.anger - end.anger, 1),
        trust=round(other_end.trust - end.trust, 1),
        first_overall=before,
        second_overall=after,
        overall=None if before is None or after is None else round(after - before, 1),
    )


def shared_turns(first: Attempt, second: Attempt) -> int:
    """How many turns two attempts share from the beginning."""
    pairs = zip(first.transcript, second.transcript, strict=False)
    differ = (n for n, (a, b) in enumerate(pairs) if (a.role, a.text) != (b.role, b.text))
    return next(differ, min(len(first.transcript), len(second.transcript)))


def _moods(attempt: Attempt) -> tuple[Mood, ...]:
    return (attempt.situations[0].mood, *(exchange.after.mood for exchange in attempt.exchanges))
