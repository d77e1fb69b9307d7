"""The scorecard of a shift: its chats side by side, and what it cost that they ran at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from simulator import channels
from simulator.attempt import Attempt
from simulator.conversation import Outcome
from simulator.practice import Practice
from simulator.scoring import DIMENSIONS, Dimension, Exchange
from simulator.scoring.reply_time import band_value

Span = tuple[float, float]
"""From when to when, in seconds."""


@dataclass(frozen=True, slots=True)
class Juggling:
    """What late replies owe to the other chats.

    Args:
        late: replies, or customers who left unanswered, later than the good target while others were answered.
        seconds: of these waits that passed while others were answered.
        points: by which the chat's reply time would have been better without these seconds.
        anger: points of anger that waiting through them makes, before the persona's inertia.
    """

    late: int = 0
    seconds: float = 0.0
    points: float = 0.0
    anger: float = 0.0


@dataclass(frozen=True, slots=True)
class ChatResult:
    """One chat of a shift.

    Args:
        attempt_id: the attempt.
        scenario: id of its scenario.
        outcome: how it ended; None while it runs.
        passed: as in its scorecard.
        overall: as in its scorecard.
        scores: the value of each dimension that its scorecard has.
        first_reply: seconds that the customer waited for the first reply; None where there was none.
        longest_wait: seconds of its longest wait, in vain or not; None where nobody waited.
        cost: what the other chats cost it.
    """

    attempt_id: str
    scenario: str
    outcome: Outcome | None
    passed: bool | None
    overall: float | None
    scores: Mapping[Dimension, float | None]
    first_reply: float | None
    longest_wait: float | None
    cost: Juggling


@dataclass(frozen=True, slots=True)
class Summary:
    """The mean and the worst of some values of 0-100; None where there is no verdict."""

    mean: float | None
    worst: float | None


@dataclass(frozen=True, slots=True)
class ShiftScorecard:
    """The verdict on a shift.

    Args:
        chats: in their order. Those that the trainee stopped count in nothing below.
        overall: over the chats.
        scores: the same by dimension, for those that any chat has.
        longest_wait: seconds.
        replies: how many there were.
        switches: how often a reply went to another chat than the one before it.
        cost: what the juggling cost in all; its points are the mean over the chats.
    """

    chats: tuple[ChatResult, ...]
    overall: Summary
    scores: Mapping[Dimension, Summary]
    longest_wait: float | None
    replies: int
    switches: int
    cost: Juggling


@dataclass(frozen=True, slots=True)
class _Wait:
    """A customer's wait on the clock of the shift; `exchange` is the reply that ended it, None if none did."""

    chat: int
    span: Span
    exchange: Exchange | None


def shift_scorecard(practices: Sequence[Practice]) -> ShiftScorecard:
    """Scores a shift.

    Args:
        practices: its attempts, in the order of their places.
    """
    clock = _clock(practices)
    waits = [wait for chat, practice in enumerate(practices) for wait in _waits(chat, practice, clock)]
    replies = sorted((wait for wait in waits if wait.exchange), key=lambda wait: wait.span[1])
    busy = _attention(replies)
    chats = tuple(
        _result(practice, [wait for wait in waits if wait.chat == chat], [each for each in busy if each[0] != chat])
        for chat, practice in enumerate(practices)
    )
    counted = [chat for chat in chats if chat.outcome != "stopped"]
    answers = [wait for wait in replies if chats[wait.chat].outcome != "stopped"]
    costs = [chat.cost for chat in counted]
    return ShiftScorecard(
        chats=chats,
        overall=_summary(chat.overall for chat in counted),
        scores={
            name: _summary(chat.scores.get(name) for chat in counted)
            for name in DIMENSIONS
            if any(name in chat.scores for chat in counted)
        },
        longest_wait=max((chat.longest_wait for chat in counted if chat.longest_wait is not None), default=None),
        replies=len(answers),
        switches=sum(before.chat != after.chat for before, after in pairwise(answers)),
        cost=Juggling(
            late=sum(cost.late for cost in costs),
            seconds=sum(cost.seconds for cost in costs),
            points=round(sum(cost.points for cost in costs) / len(costs), 1) if costs else 0.0,
            anger=round(sum(cost.anger for cost in costs), 1),
        ),
    )


def _clock(practices: Sequence[Practice]) -> Callable[[float], float]:
    """Turns a moment in the world into one on a clock that all chats share and that stands while they are paused."""
    pauses: list[Span] = []
    for practice in practices:
        paused = 0.0
        for step in practice.attempt.steps:
            if step.kind == "go_on":
                seconds = float(step.body["seconds"])
                begun = practice.started_at.timestamp() + step.at + paused
                pauses.append((begun, begun + seconds))
                paused += seconds
    merged = _merged(pauses)
    return lambda moment: moment - _overlap((0.0, moment), merged)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _overlap(span: Span, spans: Iterable[Span]) -> float:
    return sum(max(0.0, min(span[1], end) - max(span[0], start)) for start, end in spans)


def _waits(chat: int, practice: Practice, clock: Callable[[float], float]) -> Iterable[_Wait]:
    attempt = practice.attempt

    def moment(turn: int) -> float:
        paused = sum(
            float(step.body["seconds"]) for step in attempt.steps if step.kind == "go_on" and step.place <= turn
        )
        return clock(practice.started_at.timestamp() + attempt.transcript[turn].at + paused)

    for exchange in attempt.exchanges:
        end = moment(exchange.turn)
        yield _Wait(chat, (end - exchange.waited, end), exchange)
    if attempt.outcome == "abandoned":
        end = moment(len(attempt.transcript) - 1)
        yield _Wait(chat, (end - (attempt.transcript[-1].at - attempt.shown_at), end), None)


def _attention(replies: Sequence[_Wait]) -> list[tuple[int, Span]]:
    """What the trainee was at when: with the chat of the next reply, since that message or the reply before it."""
    busy: list[tuple[int, Span]] = []
    free_from = float("-inf")
    for reply in replies:
        busy.append((reply.chat, (max(free_from, reply.span[0]), reply.span[1])))
        free_from = reply.span[1]
    return busy


def _result(practice: Practice, waits: Sequence[_Wait], elsewhere: Sequence[tuple[int, Span]]) -> ChatResult:
    attempt = practice.attempt
    card = attempt.scorecard()
    answers = [wait for wait in waits if wait.exchange is None or not wait.exchange.treatment.stalling]
    lengths = [wait.span[1] - wait.span[0] for wait in answers or waits]
    replied = bool(attempt.exchanges)
    return ChatResult(
        attempt_id=practice.id,
        scenario=attempt.case.scenario_id,
        outcome=attempt.outcome,
        passed=card.passed,
        overall=card.overall,
        scores={name: score.value for name, score in card.scores.items()},
        first_reply=lengths[0] if replied else None,
        longest_wait=max(lengths, default=None),
        cost=_cost(attempt, answers or waits, [span for _, span in elsewhere]),
    )


def _cost(attempt: Attempt, waits: Sequence[_Wait], elsewhere: Sequence[Span]) -> Juggling:
    case = attempt.case
    rate = case.persona.waiting.anger_per_minute
    late, seconds, points, anger = 0, 0.0, 0.0, 0.0
    for wait in waits:
        before = wait.exchange.before if wait.exchange else attempt.situation
        strong, good = channels.targets_of(case.scenario, first=before.answers == 0)
        waited = wait.span[1] - wait.span[0]
        lost = _overlap(wait.span, elsewhere)
        if waited <= good or lost == 0:
            continue
        late += 1
        seconds += lost
        anger += rate * min(waited - good, lost) / 60 / channels.pace(case.scenario)
        if wait.exchange is not None:
            points += band_value(waited - lost, strong=strong, good=good) - band_value(waited, strong=strong, good=good)
    replies = sum(wait.exchange is not None for wait in waits)
    return Juggling(late, round(seconds, 1), round(points / replies, 1) if replies else 0.0, round(anger, 1))


def _summary(values: Iterable[float | None]) -> Summary:
    known = [value for value in values if value is not None]
    return Summary(sum(known) / len(known), min(known)) if known else Summary(None, None)
