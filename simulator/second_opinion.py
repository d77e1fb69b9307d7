"""The judge's opinion on whole attempts, from what the history has of it."""

from __future__ import annotations

from simulator import history
from simulator.history import Store
from simulator.judge import of_attempt
from simulator.judge.opinions import counted
from simulator.scoring import Dimension, Score, counts


def opinion_of(store: Store, attempt_id: str) -> tuple[dict[Dimension, float | None], str]:
    """The judge's verdict on an attempt so far.

    Returns:
        A value for each dimension, None where it has no verdict; and the versions that it rests on, in the order of
        their names ("" if none): of a judge that was changed within the attempt, more than one.

    Raises:
        UnknownAttempt.
    """
    replies: dict[int | None, dict[Dimension, float | None]] = {}
    versions: set[str] = set()
    for score in history.judge_scores(store, attempt_id=attempt_id):
        replies.setdefault(score.turn_index, {})[score.dimension] = score.value  # type: ignore[index]
        if score.value is not None:
            versions.add(score.version)
    turns = history.load_log(store, attempt_id=attempt_id).turns
    sent = sum(turn.role == "agent" for turn in turns)
    return of_attempt(list(replies.values()), sent=sent), " and ".join(sorted(versions))


def scores_that_count(store: Store, attempt_id: str, rules: dict[Dimension, Score]) -> dict[Dimension, Score]:
    """The scores of an attempt that count by the rubric; without a look at the history where only the rules do."""
    return rules if counts() == "rules" else counted(rules, *opinion_of(store, attempt_id))
