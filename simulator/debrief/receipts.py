"""Receipts: what a score goes by, as the trainee sees it when disputing it."""

from __future__ import annotations

from typing import Any

from simulator.attempt import Attempt
from simulator.report import score_data
from simulator.scoring import DIMENSIONS, Dimension, ReaderLanguage, Score


def disputable(attempt: Attempt, turn: int | None) -> tuple[Dimension, ...]:
    """What can be disputed: the dimensions that a reply, or the whole attempt, has a value for.

    Args:
        attempt: the attempt.
        turn: index of the reply in the transcript; None for the whole attempt.
    """
    scores = _scores(attempt, turn)
    return tuple(name for name in DIMENSIONS if name in scores and scores[name].value is not None)


def receipt(attempt: Attempt, dimension: Dimension, turn: int | None, *, reader: ReaderLanguage) -> dict[str, Any]:
    """The receipt of a score as JSON-ready data: value, explanation, evidence, parts, scorer, version.

    Raises:
        KeyError: the reply or the attempt has no score of this dimension.
    """
    return score_data(_scores(attempt, turn)[dimension], attempt.case, reader=reader)


def _scores(attempt: Attempt, turn: int | None) -> dict[Dimension, Score]:
    if turn is None:
        return dict(attempt.scorecard().scores)
    exchange = next((exchange for exchange in attempt.exchanges if exchange.turn == turn), None)
    return {} if exchange is None else attempt.reply_scores(exchange)
