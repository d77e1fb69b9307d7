"""Attempts that live in the history: begun, resumed by id, every turn on disk before it is acted on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator import director, history, mood, observation
from simulator.attempt import Attempt, AttemptOver, Clock, Judged, Sent, shorter_wait
from simulator.case import Case
from simulator.conversation import Language, Outcome, Transcript, Turn
from simulator.customers import ScriptedCustomer
from simulator.documents import Passage
from simulator.history import Store, StoredObservation, StoredScore, StoredTurn
from simulator.report import evidence_data, observation_data
from simulator.scenarios.formats import Persona, Scenario
from simulator.scoring import RULE_SCORERS, Score, Scorecard, word

VERSIONS = f"observation {observation.VERSION}, mood {mood.VERSION}, director {director.VERSION}"
"""Of the rules that an observation was made under."""


@dataclass(frozen=True)
class Practice:
    """An attempt in the history.

    Args:
        id: of the attempt, as in links.
        trainee: who practises.
        started_at: when it began (UTC).
        attempt: the attempt.
    """

    id: str
    trainee: str
    started_at: datetime
    attempt: Attempt


def begin(store: Store, case: Case, *, trainee: str) -> Practice:
    """Begins an attempt; the customer's opening is on disk when this returns."""
    started = datetime.now(UTC)
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
    )
    log = HistoryLog(store, record.id, case, started)
    attempt = Attempt.begin(
        case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=log, clock=clock_since(started)
    )
    return Practice(record.id, trainee, started, attempt)


def resume(store: Store, attempt_id: str) -> Practice:
    """Takes up an attempt by its id, with the scenario, persona and documentation that it began with.

    A reply that was committed but not answered (the server was killed in between) is answered now.

    Raises:
        UnknownAttempt: there is none of this id.
    """
    record = history.load_attempt(store, attempt_id=attempt_id)
    scenario = Scenario.model_validate(history.get_snapshot(store, hash=record.scenario_hash))
    persona = Persona.model_validate(history.get_snapshot(store, hash=record.persona_hash))
    passages = _passages(history.get_snapshot(store, hash=record.documents_hash))
    case = Case(record.scenario, scenario, record.persona, persona, record.language, record.seed, passages)
    log = HistoryLog(store, record.id, case, record.started_at)
    attempt = Attempt.resume(
        case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=log, clock=clock_since(record.started_at)
    )
    attempt.answer()
    return Practice(record.id, record.trainee, record.started_at, attempt)


def clock_since(started: datetime) -> Clock:
    """Seconds since a moment, by the wall clock: it goes on across restarts."""
    return lambda: max(0.0, time.time() - started.timestamp())


class HistoryLog:
    """An attempt's log in the history."""

    def __init__(self, store: Store, attempt_id: str, case: Case, started: datetime) -> None:
        self._store, self._id, self._case, self._started = store, attempt_id, case, started

    def read(self) -> tuple[Transcript, Outcome | None]:
        record = history.load_attempt(self._store, attempt_id=self._id)
        return tuple(_turn(stored) for stored in record.turns), record.outcome

    def append_reply(self, turn: Turn, *, browser_waited: float | None, send_id: str | None) -> Sent:
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
        return Sent(stored.index, _turn(stored))

    def append_answer(
        self,
        *,
        answers: int,
        turn: Turn,
        judged: Sequence[Judged],
        outcome: Outcome | None,
        scorecard: Scorecard | None,
    ) -> bool:
        try:
            return history.append_answer(
                self._store,
                attempt_id=self._id,
                answers_index=answers,
                turns=[turn],
                observations=[
                    StoredObservation(item.exchange.turn, VERSIONS, observation_data(item.exchange.observation))
                    for item in judged
                ],
                scores=[self._score(score, item.exchange.turn) for item in judged for score in item.scores]
                + (self._whole(scorecard) if scorecard else []),
                outcome=outcome,
                scorecard=_summary(scorecard) if scorecard else None,
            )
        except history.AttemptEnded:
            return False

    def end(self, *, outcome: Outcome, at: float, scorecard: Scorecard) -> None:
        history.end_attempt(
            self._store,
            attempt_id=self._id,
            outcome=outcome,
            ended_at=self._started + timedelta(seconds=at),
            scorecard=_summary(scorecard),
            scores=self._whole(scorecard),
        )

    def _whole(self, scorecard: Scorecard) -> list[StoredScore]:
        return [self._score(score, None) for score in scorecard.scores.values()]

    def _score(self, score: Score, turn: int | None) -> StoredScore:
        return StoredScore(
            turn_index=turn,
            dimension=score.dimension,
            value=score.value,
            scorer=score.scorer,
            version=score.version,
            explanation=word(score.explanation, self._case),
            evidence=[evidence_data(item, self._case) for item in score.evidence],
        )


def _turn(stored: StoredTurn) -> Turn:
    waited = shorter_wait(stored.waited_server, stored.waited_browser)
    return Turn(stored.role, stored.text, stored.at, waited=waited, voice=stored.voice)


def _summary(scorecard: Scorecard) -> dict[str, Any]:
    values: dict[str, Any] = {name: score.value for name, score in scorecard.scores.items()}
    return {**values, "overall": scorecard.overall, "passed": scorecard.passed, "failed": list(scorecard.failed)}


def _documents(case: Case) -> dict[str, Any]:
    return {language: [asdict(passage) for passage in passages] for language, passages in case.passages.items()}


def _passages(body: dict[str, Any]) -> dict[Language, tuple[Passage, ...]]:
    return {language: tuple(Passage(**each) for each in passages) for language, passages in body.items()}  # type: ignore[misc]
