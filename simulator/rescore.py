"""Judging stored attempts anew with today's scorers: the talk as it was, another verdict on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError

from simulator import history
from simulator.history import AttemptRecord, Store, StoreUnavailable, UnknownAttempt, UnknownSnapshot
from simulator.practice import Practice, of_record, summary
from simulator.scoring import counts
from simulator.versions import READING

State = Literal["rescored", "up_to_date", "running"]
"""What became of an attempt; one that runs is judged when it ends."""


class CannotRescore(RuntimeError):
    """An attempt that cannot be judged anew; the message says why. It stays as it is."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """An attempt before and after.

    Args:
        attempt_id: the attempt.
        trainee: who practised.
        scenario: id.
        started: when the attempt began.
        state: whether it was judged anew.
        before: the scorecard as it was stored (see `simulator.practice.summary`); empty where there was none.
        after: as it is stored now, or would be in a dry run.
        scorers: whose values those after are, by dimension; empty where nothing was judged anew.
    """

    attempt_id: str
    trainee: str
    scenario: str
    started: datetime
    state: State
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    scorers: Mapping[str, str] = field(default_factory=dict)


def rescore(store: Store, attempt_id: str, *, dry_run: bool = False) -> Rescored:
    """Judges a stored attempt anew, unless today's scorers have judged it already.

    Turns, steps, outcome, ratings and disputes stay as they are, and so do the scores of other versions; the scorecard
    that lists and trends show is replaced, all in one transaction.

    Args:
        store: the history.
        attempt_id: the attempt.
        dry_run: only tell what would come out.

    Raises:
        CannotRescore: there is no such attempt, or it cannot be read by this version of the program.
        StoreUnavailable: the history cannot be read or written.
    """
    try:
        return _rescore(store, history.load_attempt(store, attempt_id=attempt_id), dry_run=dry_run)
    except StoreUnavailable:
        raise
    except UnknownAttempt:
        raise CannotRescore("there is no such attempt") from None
    except UnknownSnapshot as error:
        raise CannotRescore(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        told = f"its {error.title.lower()} is of another version of the program: {place}: {first['msg']}"
        raise CannotRescore(told) from error
    except Exception as error:
        # Whatever another version or hand has written into one attempt, the others can be judged.
        raise CannotRescore(f"{type(error).__name__}: {error}") from error


def _rescore(store: Store, record: AttemptRecord, *, dry_run: bool) -> Rescored:
    practice = of_record(store, record)
    before = record.scorecard or {}
    if record.outcome is None:
        return _told(record, "running", before, before)
    if _is_up_to_date(record, practice):
        return _told(record, "up_to_date", before, before)
    attempt = practice.attempt
    if dry_run:
        attempt.refresh()
    else:
        attempt.rescore()
    card = attempt.scorecard()
    scorers: dict[str, str] = {name: score.scorer for name, score in card.scores.items()}
    return replace(_told(record, "rescored", before, summary(card)), scorers=scorers)


def _is_up_to_date(record: AttemptRecord, practice: Practice) -> bool:
    """Whether the scorecard and every reply have been judged by today's versions.

    Those of rules are read from the scorecard of an attempt that has taken in nothing yet, so that no reply is judged
    for it. Where the judge has a say, it depends on the scores whether it has: then the scorecard itself is compared.
    """
    replies = {turn.index for turn in record.turns if turn.role == "agent"}
    read = {found.turn_index for found in record.observations if found.version == READING}
    if record.scorecard is None or replies != read:
        return False
    if counts() == "rules":
        return bool(record.scorecard.get("versions") == summary(practice.attempt.scorecard())["versions"])
    practice.attempt.refresh()
    return record.scorecard == summary(practice.attempt.scorecard())


def _told(record: AttemptRecord, state: State, before: Mapping[str, Any], after: Mapping[str, Any]) -> Rescored:
    return Rescored(record.id, record.trainee, record.scenario, record.started_at, state, before, after)
