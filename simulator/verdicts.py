"""The verdicts on an attempt: what the scorers say of its replies and of the whole, and the scorecard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.case import Case
from simulator.conversation import Outcome
from simulator.desk import Desk
from simulator.log import Judged
from simulator.scoring import Dimension, Exchange, Score, Scorecard, Scorer, make_scorecard, score_process

Counted = Callable[[dict[Dimension, Score]], dict[Dimension, Score]]
"""The scores that count, of those by rules: a second opinion may have a say, another one each time it is asked."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Who judges an attempt.

    Args:
        case: the case.
        scorers: they judge each reply and the whole.
        counted: which scores of the whole count.
        with_desk: whether the trainee has the desk; without one there is no process to score.
    """

    case: Case
    scorers: Sequence[Scorer]
    counted: Counted
    with_desk: bool

    def of_reply(self, exchange: Exchange) -> dict[Dimension, Score]:
        """What the scorers say of one reply."""
        return {scorer.dimension: scorer.score(self.case, (exchange,), whole=False) for scorer in self.scorers}

    def of_replies(self, exchanges: Sequence[Exchange]) -> list[Judged]:
        """The same of some replies, for the log."""
        return [Judged(exchange, tuple(self.of_reply(exchange).values())) for exchange in exchanges]

    def of_whole(self, exchanges: Sequence[Exchange]) -> dict[Dimension, Score]:
        """What the scorers say of all replies together, whatever else counts by the rubric."""
        return {scorer.dimension: scorer.score(self.case, exchanges, whole=True) for scorer in self.scorers}

    def scorecard(self, exchanges: Sequence[Exchange], desk: Desk, outcome: Outcome | None) -> Scorecard:
        """The scorecard of an attempt with these replies, this ticket and this end, as it counts now."""
        scores = self.counted(self.of_whole(exchanges))
        process = score_process(self.case, desk, outcome=outcome, replied=bool(exchanges)) if self.with_desk else None
        if process is not None:
            scores["process"] = process
        return make_scorecard(self.case, scores, outcome)
