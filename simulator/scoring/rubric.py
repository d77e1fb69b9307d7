"""The scorecard of an attempt: the scores, and the rubric's weights and pass marks applied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from simulator import yaml12
from simulator.case import Case
from simulator.conversation import Outcome
from simulator.scoring.base import DIMENSIONS, Dimension, Note, Score

_UNJUDGED: tuple[Outcome, ...] = ("stopped", "taken_back")
"""Ends that are nobody's success or failure."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The verdict on an attempt.

    Args:
        scores: by dimension.
        overall: weighted mean of the dimensions that have a verdict, 0-100; None if none has.
        explanation: how it was reached.
        passed: whether the case ended well and every pass mark was reached; a missing verdict is no pass. None where
            there is nothing to pass: the trainee stopped, or took a reply back and went on in another branch.
        failed: what was not reached: "outcome", "overall" or a dimension; nothing where `passed` is None.
    """

    scores: Mapping[Dimension, Score]
    overall: float | None
    explanation: Note
    passed: bool | None
    failed: tuple[str, ...]


Counts = Literal["rules", "judge", "mean"]
"""Which of two opinions on the same thing counts."""

_FILE = "rubric.yaml"
_Mark = Annotated[float, Field(ge=0, le=100)]
_Scored = Literal[Dimension, "overall"]


class RubricError(ValueError):
    """The rubric cannot be used; the message names its file, the keys and what they may be."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Judge(_Part):
    counts: Counts
    far_apart: _Mark


class _Rubric(_Part):
    weights: dict[Dimension, Annotated[float, Field(gt=0)]]
    pass_marks: dict[_Scored, _Mark]
    judge: _Judge

    @field_validator("weights", "pass_marks")
    @classmethod
    def _is_complete(cls, given: dict[str, float], field: ValidationInfo) -> dict[str, float]:
        wanted = get_args(Dimension if field.field_name == "weights" else _Scored)
        if missing := [name for name in wanted if name not in given]:
            raise PydanticCustomError("missing", "{names} missing", {"names": ", ".join(missing)})
        return given


@lru_cache(maxsize=1)
def _rubric() -> dict[str, dict[str, Any]]:
    rubric: dict[str, dict[str, Any]] = yaml12.load_resource("simulator.scoring", _FILE)
    try:
        _Rubric.model_validate(rubric)
    except ValidationError as error:
        wrong = [
            f"{'.'.join(map(str, each['loc']))}: {each['msg']} (found {each['input']!r})" for each in error.errors()
        ]
        raise RubricError(f"simulator/scoring/{_FILE}: {'; '.join(wrong)}") from None
    return rubric


def check_rubric() -> None:
    """Sees to it that no attempt begins, or goes on, that cannot be judged when it ends.

    Raises:
        RubricError: the rubric cannot be used.
    """
    _rubric()


@lru_cache(maxsize=1)
def rubric_version() -> str:
    """A name for the weights and pass marks as they are: eight hexadecimal digits that change with any of them."""
    return hashlib.sha256(json.dumps(_rubric(), sort_keys=True).encode()).hexdigest()[:8]


def pass_marks(case: Case) -> dict[str, float]:
    """The marks to reach, by dimension and "overall": the scenario's own where it has them, else the rubric's."""
    own = {name: mark for name, mark in case.scenario.pass_marks if mark is not None}
    return {**_rubric()["pass_marks"], **own}


def overall_of(values: Mapping[Dimension, float | None]) -> float | None:
    """The mean of the dimensions that have a verdict, by the rubric's weights, 0-100; None if none has."""
    weights = _rubric()["weights"]
    known = {name: value for name, value in values.items() if value is not None}
    total = sum(weights[name] for name in known)
    return round(sum(weights[name] * value for name, value in known.items()) / total, 1) if known else None


def counts() -> Counts:
    """Which opinion counts by the rubric."""
    chosen: Counts = _rubric()["judge"]["counts"]
    return chosen


def policy() -> str:
    """Which opinion counts, and up to what difference, as versions name it: "judge within 25"."""
    return f"{counts()} within {float(_rubric()['judge']['far_apart']):g}"


def far_apart(rules: float, judge: float) -> bool:
    """Whether two opinions, 0-100 each, differ so much that a reader should be told."""
    return abs(rules - judge) >= float(_rubric()["judge"]["far_apart"])


def make_scorecard(case: Case, scores: Mapping[Dimension, Score], outcome: Outcome | None) -> Scorecard:
    """Applies the rubric.

    Args:
        case: the case.
        scores: of the whole attempt, one for each dimension; `process` is absent where the scenario has no desk, is
            not counted then and cannot fail.
        outcome: how the attempt ended; only `resolved`, or `escalated` where the scenario allows it, can pass, and
            `stopped` and `taken_back` can neither pass nor fail.
    """
    weights = _rubric()["weights"]
    overall = overall_of({name: score.value for name, score in scores.items()})
    marks = pass_marks(case)
    scored = [name for name in DIMENSIONS if name in scores or name != "process"]
    values: dict[str, float | None] = {**{name: scores[name].value for name in scored}, "overall": overall}
    failed = [name for name, value in values.items() if value is None or value < marks[name]]
    ended_well = outcome == "resolved" or (outcome == "escalated" and case.scenario.may_escalate)
    if not ended_well:
        failed.insert(0, "outcome")
    whole = sum(weights[name] for name in scored)
    shares: dict[str, str | float] = {name: round(100 * weights[name] / whole) for name in scored}
    worded = "overall_with_process" if "process" in scored else "overall"
    note = Note("overall_missing" if overall is None else worded, {**shares})
    if outcome in _UNJUDGED:
        return Scorecard(dict(scores), overall, note, None, ())
    return Scorecard(dict(scores), overall, note, not failed, tuple(failed))
