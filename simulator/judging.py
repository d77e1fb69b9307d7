"""Judging in the background: replies are picked up from the history and judged, and nobody waits for it."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator import history
from simulator.endpoint import EndpointError, Kind, SettingError, open_endpoint, read_settings
from simulator.history import Store, StoredScore
from simulator.judge import Judge, Judgement
from simulator.model_call import ModelCall
from simulator.practice import Practice, of_record, summary
from simulator.reading import reading_body
from simulator.report import evidence_data
from simulator.scoring import Dimension, Exchange, counts, word
from simulator.settings import Settings

_LOG = logging.getLogger(__name__)

RECENT = timedelta(hours=24)
"""Only attempts that began so lately are judged unasked: who sets an endpoint does not pay for years of history."""
CLAIM = timedelta(minutes=5)
"""After so long, a process that claimed a reply is taken for dead."""
_AT_ONCE = 20
_IDLE, _LONGEST_REST = 3.0, 600.0
_MOST_TRIES = 4
_RETRY_AFTER = timedelta(seconds=60)
_PASSING: tuple[Kind, ...] = (
    *("unreachable", "unauthorised", "not_found", "rate_limited", "overloaded"),
    *("timeout_connect", "timeout_first_token", "timeout_stall", "timeout_total", "cancelled"),
)
"""What may be over when it is tried again; the other errors are the answer to this reply."""


class Judging:
    """Judges the replies of a history, one after the other, in a thread of its own.

    The history is the queue: what was not judged when the process ended is found by the next one, and of several
    processes only one judges a reply.

    Args:
        store: the history; it stays open as long as this works.
        judge: judges a reply.
        idle: seconds between two looks at the history.
    """

    def __init__(self, store: Store, judge: Judge, *, idle: float = _IDLE) -> None:
        self._store = store
        self._judge = judge
        self._idle = idle
        self._rest = 0.0
        self._closing = threading.Event()
        self._awake = threading.Event()
        self._readings: list[tuple[str, int, dict[str, str], float]] = []
        self._thread = threading.Thread(target=self._run, name="judging", daemon=True)

    def start(self) -> None:
        """Begins to judge in the background."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to judge: no need to wait for the next look."""
        self._awake.set()

    def close(self, timeout: float = 5.0) -> None:
        """Ends the thread; a call that is under way is broken off, and its reply is judged by whoever comes next."""
        self._closing.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def look(self) -> int:
        """Judges what waits now; how many replies that were.

        Raises:
            StoreUnavailable: the history cannot be read or written.
        """
        self._append_readings()
        waiting = history.unjudged(self._store, since=datetime.now(UTC) - RECENT, limit=_AT_ONCE)
        done = 0
        for attempt_id, turn in waiting:
            if self._closing.is_set() or self._rest:
                break
            done += self._judge_reply(attempt_id, turn)
            self._append_readings()
        return done

    def _run(self) -> None:
        while not self._closing.is_set():
            self._rest_a_while()
            try:
                done = self.look()
            except Exception:  # the thread has to outlive a locked database
                _LOG.exception("replies could not be judged")
                done = 0
            if not done:
                self._awake.wait(self._idle)
                self._awake.clear()

    def _rest_a_while(self) -> None:
        if self._rest:
            self._closing.wait(self._rest)
            self._rest = 0.0

    def _judge_reply(self, attempt_id: str, turn: int) -> bool:
        """Judges one reply, unless somebody else does."""
        until = datetime.now(UTC) + CLAIM
        tries = history.claim_judgement(self._store, attempt_id=attempt_id, turn_index=turn, until=until)
        if tries is None:
            return False
        try:
            practice = of_record(self._store, history.load_attempt(self._store, attempt_id=attempt_id))
            practice.attempt.refresh()
            exchange = next((each for each in practice.attempt.exchanges if each.turn == turn), None)
            if exchange is None:
                raise LookupError(f"turn {turn} is no reply")
            found = self._ask(practice, exchange)
        except history.StoreUnavailable:
            raise
        except Exception:
            # A scenario in an older format, or a fault of this program: the others can be judged all the same.
            _LOG.exception("reply %d of attempt %s cannot be judged", turn, attempt_id)
            self._keep(attempt_id, turn, {"failed": "error"}, [])
            return True
        if found.failed is not None:
            self._note_call(attempt_id, turn, ModelCall("judge", self._judge.model, found.failed.kind))
            if found.failed.kind in _PASSING and tries < _MOST_TRIES:
                self._put_off(attempt_id, turn, tries, found.failed)
                return True
        elif found.usage is not None:
            self._note_call(attempt_id, turn, self._call_of(found))
        scores = [_stored(found, name, practice, turn) for name in found.scores]
        self._keep(attempt_id, turn, _body(found), scores)
        self._read(practice, exchange, found)
        if practice.attempt.outcome is not None and counts() != "rules":
            card = summary(practice.attempt.scorecard())
            history.save_scores(self._store, attempt_id=attempt_id, scores=[], scorecard=card)
        return True

    def _ask(self, practice: Practice, exchange: Exchange) -> Judgement:
        attempt = practice.attempt
        return self._judge.judge(attempt.case, attempt.transcript, exchange, cancelled=self._closing.is_set)

    def _put_off(self, attempt_id: str, turn: int, tries: int, error: EndpointError) -> None:
        until = datetime.now(UTC) + (timedelta() if error.kind == "cancelled" else _RETRY_AFTER * tries)
        history.release_judgement(self._store, attempt_id=attempt_id, turn_index=turn, until=until)
        if error.kind not in ("cancelled", "timeout_total", "timeout_stall"):
            # The endpoint as a whole is in trouble: every other reply would only find that out anew.
            self._rest = min(_LONGEST_REST, max(error.retry_after or 0.0, self._idle * 5 * tries))

    def _keep(self, attempt_id: str, turn: int, body: dict[str, Any], scores: list[StoredScore]) -> None:
        history.save_judgement(
            self._store, attempt_id=attempt_id, turn_index=turn, version=self._judge.version, body=body, scores=scores
        )

    def _note_call(self, attempt_id: str, turn: int, call: ModelCall) -> None:
        try:
            history.add_calls(self._store, attempt_id=attempt_id, turn_index=turn, calls=[call])
        except Exception:
            _LOG.exception("a call of the judge could not be kept")

    def _call_of(self, found: Judgement) -> ModelCall:
        used = found.usage
        assert used is not None
        voids = tuple(sorted({each.void for each in found.verdicts if each.void not in (None, "abstained")}))
        return ModelCall(
            "judge",
            self._judge.model,
            "used",
            tuple(str(each) for each in voids),
            prompt=used.prompt,
            cached=used.cached,
            completion=used.completion,
            total_s=used.total_s,
            cost=self._judge.cost(used),
        )

    def _read(self, practice: Practice, exchange: Exchange, found: Judgement) -> None:
        """Lets the course know what the rules did not see. Never in an exam: the same replies have to meet the same
        customer there, however fast a model is and whatever it reads."""
        attempt = practice.attempt
        if attempt.mode == "exam" or attempt.outcome is not None:
            return
        seen = {each.id for each in (*exchange.observation.facts, *exchange.observation.asked)}
        facts = [pair for pair in found.reading.facts if pair[0] not in seen | attempt.situation.conveyed]
        asked = [pair for pair in found.reading.asked if pair[0] not in seen | attempt.situation.told]
        if facts or asked:
            body = reading_body(exchange.turn, facts=facts, asked=asked)
            self._readings.append((practice.id, exchange.turn, body, attempt.now))

    def _append_readings(self) -> None:
        """Appends what was read, where it is the moment; what comes too late for the conversation is dropped."""
        waiting, self._readings = self._readings, []
        for id, turn, body, at in waiting:
            if history.append_reading(self._store, attempt_id=id, turn_index=turn, body=body, at=at):
                continue
            if history.load_log(self._store, attempt_id=id).outcome is None:
                self._readings.append((id, turn, body, at))


def open_judging(store: Store, settings: Settings) -> Judging | None:
    """What judges the replies of a history, begun; None where there is no endpoint, or nobody is to judge."""
    if settings.judge == "off":
        return None
    try:
        endpoint = read_settings()
    except SettingError as error:
        _LOG.warning("the endpoint's settings cannot be used, nobody judges but the rules: %s", error)
        return None
    if not endpoint.is_set:
        return None
    judging = Judging(store, Judge(open_endpoint(endpoint), language=settings.judge_language))
    judging.start()
    return judging


def _stored(found: Judgement, name: Dimension, practice: Practice, turn: int) -> StoredScore:
    score, case = found.scores[name], practice.attempt.case
    return StoredScore(
        turn_index=turn,
        dimension=score.dimension,
        value=score.value,
        scorer=score.scorer,
        version=score.version,
        explanation=word(score.explanation, case),
        evidence=[evidence_data(item, case) for item in score.evidence],
    )


def _body(found: Judgement) -> dict[str, Any]:
    """A judgement as plain JSON, for screens in any language and for replaying what was read."""
    return {
        "why": {
            name: score.explanation.values.get("why") for name, score in found.scores.items() if score.value is None
        },
        "verdicts": [
            {
                "criterion": each.criterion,
                "band": each.band,
                "reason": each.reason,
                "quote": each.quote,
                "source": each.source,
                "passage": each.passage,
                "void": each.void,
            }
            for each in found.verdicts
        ],
        "facts": {id: quote.text for id, quote in found.reading.facts},
        "asked": {id: quote.text for id, quote in found.reading.asked},
        "moves": {id: quote.text for id, quote in found.reading.moves},
    }
