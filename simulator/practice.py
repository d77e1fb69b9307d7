"""Attempts that live in the history: begun, resumed by id, every turn on disk before it is acted on."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from simulator import history
from simulator.attempt import Attempt, Clock, NotInExam
from simulator.case import Case
from simulator.conversation import Language, Mode, Outcome, Step, StepKind, Turn
from simulator.customers import Customer, ScriptedCustomer
from simulator.documents import Passage
from simulator.history import AttemptRecord, Store, StoredObservation, StoredScore, StoredStep, StoredTurn
from simulator.log import AttemptOver, Judged, Logged, SentStep, SentTurn, shorter_wait
from simulator.model_call import ModelCall
from simulator.report import evidence_data, observation_data
from simulator.scenarios.formats import Persona, Scenario
from simulator.scoring import RULE_SCORERS, Score, Scorecard, check_rubric, word
from simulator.second_opinion import scores_that_count
from simulator.versions import READING, version_of, versions_of

_LOST_IN_EXAM = 20.0
"""Seconds by which the browser's wait may be the shorter one in an exam: a message takes time to be shown and sent. In
practice an outage of a minute is believed too; nobody gains anything there."""


@dataclass(frozen=True)
class Practice:
    """An attempt in the history.

    Args:
        id: of the attempt, as in links.
        trainee: who practises.
        started_at: when it began (UTC); of a branch, when it would have begun without what was taken back.
        attempt: the attempt.
        low_pressure: whether the trainee wants to see no clock and no numbers.
        root_id: the first attempt of the family: its own id, unless a reply was taken back.
        parent_id: of a branch, the attempt in which a reply was taken back.
        parent_turns: of a branch, how many turns it has from its parent.
        shift_id: the shift that it belongs to, if it does.
    """

    id: str
    trainee: str
    started_at: datetime
    attempt: Attempt
    low_pressure: bool
    root_id: str
    parent_id: str | None
    parent_turns: int | None
    shift_id: str | None


def begin(
    store: Store,
    case: Case,
    *,
    trainee: str,
    mode: Mode = "practice",
    low_pressure: bool = False,
    shift_id: str | None = None,
    shift_place: int | None = None,
    started_at: datetime | None = None,
    customer: Customer | None = None,
    answered: bool = True,
) -> Practice:
    """Begins an attempt.

    Args:
        store: the history.
        case: the case.
        trainee: who practises.
        mode: an exam gives no help.
        low_pressure: whether the trainee wants to see no clock and no numbers.
        shift_id: the shift that it belongs to.
        shift_place: its place in that shift.
        started_at: when the customer writes (UTC), now if not given; in a shift, customers come one after the other.
        customer: gives the customer its words; the scripted one if not given.
        answered: whether the opening is on disk when this returns; else `Attempt.answer` says it.

    Raises:
        RubricError: the rubric cannot be used, so that the attempt could not be judged.
    """
    check_rubric()
    started = started_at or datetime.now(UTC)
    record = history.create_attempt(
        store,
        trainee=trainee,
        scenario=case.scenario_id,
        persona=case.persona_id,
        scenario_hash=history.put_snapshot(
            store, kind="scenario", name=case.scenario_id, body=case.scenario.model_dump(mode="json")
        ),
        persona_hash=history.put_snapshot(
            store, kind="persona", name=case.persona_id, body=case.persona.model_dump(mode="json")
        ),
        documents_hash=history.put_snapshot(store, kind="documents", name=case.scenario.product, body=_documents(case)),
        language=case.language,
        seed=case.seed,
        started_at=started,
        mode=mode,
        low_pressure=low_pressure,
        shift_id=shift_id,
        shift_place=shift_place,
    )
    practice = _open(store, record, case, customer)
    if answered:
        practice.attempt.answer()
    return practice


def resume(store: Store, attempt_id: str, *, customer: Customer | None = None, answered: bool = True) -> Practice:
    """Takes up an attempt by its id, with the scenario, persona and documentation that it began with.

    Args:
        store: the history.
        attempt_id: the attempt.
        customer: gives the customer its words; the scripted one if not given.
        answered: whether a reply that was committed but not answered (the server was killed in between) is answered
            now; else `Attempt.answer` does it.

    Raises:
        UnknownAttempt: there is none of this id.
        RubricError: the rubric cannot be used, so that the attempt could not be judged.
    """
    check_rubric()
    practice = of_record(store, history.load_attempt(store, attempt_id=attempt_id), customer)
    practice.attempt.refresh()
    if answered:
        practice.attempt.answer()
    return practice


def of_record(store: Store, record: AttemptRecord, customer: Customer | None = None) -> Practice:
    """A stored attempt that has taken in nothing of its log yet, with the files that it began with.

    Raises:
        UnknownSnapshot: one of them is not in the history.
        ValidationError: one of them is in a format of another version.
    """
    case = Case(
        record.scenario,
        _scenario(store, record.scenario_hash),
        record.persona,
        _persona(store, record.persona_hash),
        record.language,
        record.seed,
        _documentation(store, record.documents_hash),
    )
    return _open(store, record, case, customer)


def take_back(store: Store, practice: Practice, *, turn: int, customer: Customer | None = None) -> Practice:
    """Takes a reply back: the conversation goes on from the message that it answered, in a branch of its own.

    The attempt stays as it is; if it still ran, it ends as taken back.

    Args:
        store: the history.
        practice: where the reply was sent.
        turn: index of the reply in the transcript.
        customer: gives the customer its words in the branch; the scripted one if not given.

    Returns:
        The branch, its clock at the moment when the message was shown.

    Raises:
        NotInExam: this is an exam.
        ValueError: there is no reply at this place.
    """
    attempt = practice.attempt
    if attempt.mode == "exam":
        raise NotInExam("an exam takes nothing back")
    attempt.refresh()
    left = attempt.rewound_to(turn)
    now = datetime.now(UTC)
    branch_id = secrets.token_hex(16)
    at = attempt.transcript[left - 1].at
    paused = sum(
        float(step.body.get("seconds", 0)) for step in attempt.steps if step.kind == "go_on" and step.place <= left
    )
    history.fork_attempt(
        store,
        attempt_id=practice.id,
        turns=left,
        fork_id=branch_id,
        started_at=now - timedelta(seconds=at + paused),
        taken_at=now,
        step=StoredStep(0, left, "take_back", {"turn": str(turn)}, at, None, now),
    )
    return resume(store, branch_id, customer=customer)


def _open(store: Store, record: AttemptRecord, case: Case, customer: Customer | None) -> Practice:
    """An attempt that has taken in nothing of its log yet."""
    attempt = Attempt(
        case,
        customer=customer or ScriptedCustomer(),
        scorers=RULE_SCORERS,
        log=HistoryLog(store, record, case),
        clock=clock_since(record.started_at),
        mode=record.mode,
        counted=lambda scores: scores_that_count(store, record.id, scores),
    )
    return Practice(
        id=record.id,
        trainee=record.trainee,
        started_at=record.started_at,
        attempt=attempt,
        low_pressure=record.low_pressure,
        root_id=record.root_id,
        parent_id=record.parent_id,
        parent_turns=record.parent_turns,
        shift_id=record.shift_id,
    )


def clock_since(started: datetime) -> Clock:
    """Seconds since a moment, by the wall clock: it goes on across restarts."""
    return lambda: max(0.0, time.time() - started.timestamp())


class HistoryLog:
    """An attempt's log in the history."""

    def __init__(self, store: Store, record: AttemptRecord, case: Case) -> None:
        self._store, self._id, self._case, self._started = store, record.id, case, record.started_at
        self._lost = _LOST_IN_EXAM if record.mode == "exam" else math.inf

    def read(self, *, turns: int = 0, steps: int = 0) -> Logged:
        record = history.load_log(self._store, attempt_id=self._id, turns=turns, steps=steps)
        return Logged(
            tuple(self._turn(stored) for stored in record.turns),
            tuple(_step(stored) for stored in record.steps),
            record.outcome,
        )

    def append_reply(self, turn: Turn, *, browser_waited: float | None, send_id: str | None) -> SentTurn:
        try:
            stored = history.append_agent_turn(
                self._store,
                attempt_id=self._id,
                text=turn.text,
                at=turn.at,
                waited_browser=browser_waited,
                waited_server=turn.waited,
                send_id=send_id,
            )
        except history.AttemptEnded as error:
            raise AttemptOver(str(error)) from None
        return SentTurn(stored.index, self._turn(stored))

    def append_step(self, kind: StepKind, body: Mapping[str, str], *, at: float, send_id: str | None) -> SentStep:
        stored = history.append_step(self._store, attempt_id=self._id, kind=kind, body=body, at=at, send_id=send_id)
        return SentStep(stored.number, _step(stored))

    def append_answer(
        self,
        *,
        answers: int,
        steps: int,
        turn: Turn,
        judged: Sequence[Judged],
        outcome: Outcome | None,
        scorecard: Scorecard | None,
        calls: Sequence[ModelCall],
    ) -> Turn | None:
        done = history.append_answer(
            self._store,
            attempt_id=self._id,
            answers_index=answers,
            steps=steps,
            turns=[turn],
            observations=_observations(judged),
            scores=[*self._replies(judged), *(self._whole(scorecard) if scorecard else ())],
            outcome=outcome,
            scorecard=summary(scorecard) if scorecard else None,
            calls=calls,
        )
        return replace(turn, text=history.storable(turn.text)) if done else None

    def end(self, *, outcome: Outcome, at: float, scorecard: Scorecard) -> None:
        history.end_attempt(
            self._store,
            attempt_id=self._id,
            outcome=outcome,
            ended_at=self._started + timedelta(seconds=at),
            scorecard=summary(scorecard),
            scores=self._whole(scorecard),
        )

    def rescore(self, *, steps: int, judged: Sequence[Judged], scorecard: Scorecard) -> bool:
        return history.save_scores(
            self._store,
            attempt_id=self._id,
            steps=steps,
            observations=_observations(judged),
            scores=[*self._replies(judged), *self._whole(scorecard)],
            scorecard=summary(scorecard),
        )

    def _turn(self, stored: StoredTurn) -> Turn:
        waited = shorter_wait(stored.waited_server, stored.waited_browser, lost=self._lost)
        return Turn(stored.role, stored.text, stored.at, waited=waited, voice=stored.voice)

    def _replies(self, judged: Sequence[Judged]) -> list[StoredScore]:
        return [self._score(score, item.exchange.turn) for item in judged for score in item.scores]

    def _whole(self, scorecard: Scorecard) -> list[StoredScore]:
        return [self._score(score, None) for score in scorecard.scores.values()]

    def _score(self, score: Score, turn: int | None) -> StoredScore:
        return StoredScore(
            turn_index=turn,
            dimension=score.dimension,
            value=score.value,
            scorer=score.scorer,
            version=version_of(score),
            explanation=word(score.explanation, self._case),
            evidence=[evidence_data(item, self._case) for item in score.evidence],
        )


def _step(stored: StoredStep) -> Step:
    return Step(stored.kind, stored.body, stored.at, stored.place)


def _observations(judged: Sequence[Judged]) -> list[StoredObservation]:
    return [
        StoredObservation(item.exchange.turn, READING, observation_data(item.exchange.observation)) for item in judged
    ]


def summary(scorecard: Scorecard) -> dict[str, Any]:
    """A scorecard as an attempt's list keeps it: values by dimension and "overall", passed, failed, versions."""
    values: dict[str, Any] = {name: score.value for name, score in scorecard.scores.items()}
    return {
        **values,
        "overall": scorecard.overall,
        "passed": scorecard.passed,
        "failed": list(scorecard.failed),
        "versions": versions_of(scorecard),
    }


def _documents(case: Case) -> dict[str, Any]:
    return {language: [asdict(passage) for passage in passages] for language, passages in case.passages.items()}


# A snapshot's hash is of its content, so what was read once need not be read again; many attempts share them.


@lru_cache(maxsize=64)
def _scenario(store: Store, hash: str) -> Scenario:
    return Scenario.model_validate(history.get_snapshot(store, hash=hash))


@lru_cache(maxsize=64)
def _persona(store: Store, hash: str) -> Persona:
    return Persona.model_validate(history.get_snapshot(store, hash=hash))


@lru_cache(maxsize=16)
def _documentation(store: Store, hash: str) -> dict[Language, tuple[Passage, ...]]:
    return _passages(history.get_snapshot(store, hash=hash))


def _passages(body: dict[str, Any]) -> dict[Language, tuple[Passage, ...]]:
    return {language: tuple(Passage(**each) for each in passages) for language, passages in body.items()}  # type: ignore[misc]
