"""Judging in the background: replies are picked up from the history and judged, and nobody waits for it."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Container, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator import history
from simulator.endpoint import Kind, SettingError, Usage, open_endpoint, read_settings
from simulator.history import Store, StoredScore
from simulator.judge import Judge, Judgement
from simulator.model_call import ModelCall
from simulator.practice import Practice, of_record
from simulator.reading import reading_body, turn_of
from simulator.report import evidence_data
from simulator.scoring import Dimension, Exchange, RubricError, check_rubric, counts, word
from simulator.second_opinion import opinion_of
from simulator.settings import Settings

_LOG = logging.getLogger(__name__)

RECENT = timedelta(hours=24)
"""Only attempts that began so lately are judged unasked: who sets an endpoint does not pay for years of history."""
CLAIM = timedelta(minutes=5)
"""After so long, a process that claimed a reply is taken for dead."""
_AT_ONCE = 16
"""At some six seconds a reply that is more than two a second, what twenty people send who read and write for eight."""
_MOST_HELD = 100
_IDLE, _MOST_DOUBLED, _LONGEST_REST = 3.0, 3, 600.0
_MOST_TRIES = 4
_RETRY_AFTER = timedelta(seconds=60)
_PASSING: tuple[Kind, ...] = (
    *("unreachable", "unauthorised", "not_found", "rate_limited", "overloaded"),
    *("timeout_connect", "timeout_first_token", "timeout_stall", "timeout_total", "cancelled"),
)
"""What may be over when it is tried again; the other errors are the answer to this reply."""
_OF_ONE_REPLY: tuple[Kind, ...] = ("cancelled", "timeout_total", "timeout_stall")
"""What passes and says nothing of the endpoint as a whole."""


class Judging:
    """Judges the replies of a history, several at a time, in threads that wait for the endpoint.

    The history is the queue: what was not judged when the process ended is found by the next one, and of several
    processes only one judges a reply. The replies of an attempt are judged one after the other. As long as the endpoint
    has not answered, and after it was in trouble, one reply at a time is tried.

    Args:
        store: the history; it stays open as long as this works.
        judge: judges a reply.
        idle: seconds between two looks at the history.
        at_once: how many replies are judged at a time, at most.
        claim: after how long without a judgement another process may judge a reply; longer than any call.
    """

    def __init__(
        self, store: Store, judge: Judge, *, idle: float = _IDLE, at_once: int = _AT_ONCE, claim: timedelta = CLAIM
    ) -> None:
        self._store = store
        self._judge = judge
        self._idle = idle
        self._rest = 5 * idle
        self._at_once = at_once
        self._claim = claim
        self._closing = threading.Event()
        self._awake = threading.Event()
        self._lock = threading.Lock()
        self._has_answered = False
        self.trouble: Kind | None = None
        """What keeps the endpoint from judging, as far as it is known; None if nothing does."""
        self._troubles = 0
        self._troubled_at = self._rests_until = 0.0
        # What was read of an attempt is not read again for its next reply: of a long talk that takes 0.1 s.
        self._held: OrderedDict[str, Practice] = OrderedDict()
        self._under_way: dict[str, Future[bool]] = {}
        self._thread = threading.Thread(target=self._run, name="judging", daemon=True)

    def start(self) -> None:
        """Begins to judge in the background."""
        self._thread.start()

    def wake(self) -> None:
        """There may be something to judge: no need to wait for the next look."""
        self._awake.set()

    def close(self, timeout: float = 5.0) -> None:
        """Ends the threads; calls under way are broken off, and their replies are judged by whoever comes next."""
        self._closing.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def look(self) -> int:
        """Judges what waits now, and what comes meanwhile; how many replies that were.

        Raises:
            StoreUnavailable: the history cannot be read or written.
        """
        done = 0
        while True:
            self._begin()
            if not self._under_way:
                return done
            self._awake.wait(self._idle)
            self._awake.clear()
            for attempt_id, judged in [pair for pair in self._under_way.items() if pair[1].done()]:
                del self._under_way[attempt_id]
                done += judged.result()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.look()
            except Exception:  # the thread has to outlive a locked database
                _LOG.exception("replies could not be judged")
            if not self._closing.is_set():
                self._awake.wait(self._idle)
                self._awake.clear()

    def _begin(self) -> None:
        """Begins to judge as many waiting replies as may be judged now, of attempts with none under way."""
        begun = time.monotonic()
        places = (self._at_once if self._has_answered else 1) - len(self._under_way)
        if places <= 0 or self._closing.is_set() or begun < self._rests_until:
            return
        since = datetime.now(UTC) - RECENT
        waiting = history.unjudged(self._store, since=since, limit=places + len(self._under_way))
        for attempt_id, turn in [each for each in waiting if each[0] not in self._under_way][:places]:
            judged: Future[bool] = Future()
            # Not a pool: its threads would hold up the end of the program until the endpoint has answered.
            given = (judged, attempt_id, turn, begun)
            threading.Thread(target=self._work, args=given, name="judge", daemon=True).start()
            self._under_way[attempt_id] = judged

    def _work(self, judged: Future[bool], attempt_id: str, turn: int, begun: float) -> None:
        try:
            judged.set_result(self._judge_reply(attempt_id, turn, begun))
        except Exception as error:
            judged.set_exception(error)
        self._awake.set()

    def _judge_reply(self, attempt_id: str, turn: int, begun: float) -> bool:
        """Judges one reply, unless somebody else does."""
        claim = datetime.now(UTC) + self._claim
        tries = history.claim_judgement(self._store, attempt_id=attempt_id, turn_index=turn, until=claim)
        if tries is None:
            return False
        try:
            practice = self._hold(attempt_id)
            exchange = next((each for each in practice.attempt.exchanges if each.turn == turn), None)
            if exchange is None:
                raise LookupError(f"turn {turn} is no reply")
            if begun < self._troubled_at:
                self._give_back(attempt_id, turn, claim)
                return False
            self._append_readings(practice)  # of replies that another one was sent behind while they were judged
            found = self._ask(practice, exchange)
        except history.StoreUnavailable:
            raise
        except Exception:
            # A scenario in an older format, or a fault of this program: the others can be judged all the same.
            _LOG.exception("reply %d of attempt %s cannot be judged", turn, attempt_id)
            self._keep(attempt_id, turn, claim, {"failed": "error"}, [])
            return True
        calls = self._calls_of(found)
        was_try = self._learn(found, begun)
        if found.failed is not None and found.failed.kind in _PASSING and (tries < _MOST_TRIES or not was_try):
            self._give_back(attempt_id, turn, claim, tries if was_try else 0, calls)
            return True
        scores = [_stored(found, name, practice, turn) for name in found.scores]
        self._keep(attempt_id, turn, claim, _body(found), scores, calls)
        practice.attempt.refresh()
        self._append_readings(practice)
        if counts() != "rules":
            self._count(practice, turn)
        return True

    def _hold(self, attempt_id: str) -> Practice:
        """The attempt as it stands now."""
        with self._lock:
            held = self._held.pop(attempt_id, None)
        if held is None:
            held = of_record(self._store, history.load_attempt(self._store, attempt_id=attempt_id))
        held.attempt.refresh()
        with self._lock:
            self._held[attempt_id] = held
            while len(self._held) > _MOST_HELD:
                self._held.popitem(last=False)
        return held

    def _ask(self, practice: Practice, exchange: Exchange) -> Judgement:
        attempt = practice.attempt
        return self._judge.judge(attempt.case, attempt.transcript, exchange, cancelled=self._closing.is_set)

    def _give_back(
        self, attempt_id: str, turn: int, claim: datetime, tries: int = 0, calls: Sequence[ModelCall] = ()
    ) -> None:
        """Lets a reply be judged later: the later, the more often that was tried; with 0, as if it never had been."""
        history.release_judgement(
            self._store,
            attempt_id=attempt_id,
            turn_index=turn,
            claim=claim,
            until=datetime.now(UTC) + _RETRY_AFTER * tries,
            was_try=tries > 0,
            calls=calls,
        )

    def _learn(self, found: Judgement, begun: float) -> bool:
        """Learns from a call how the endpoint does.

        Returns:
            Whether it was a try. One that was broken off here was none, and of those that were under way when an outage
            began only the first that failed was one.
        """
        with self._lock:
            is_news = begun >= self._troubled_at
            if found.failed is None or found.failed.kind not in _PASSING:
                if is_news and (found.failed or found.usage):
                    self._has_answered, self._troubles, self.trouble = True, 0, None
                return True
            if found.failed.kind in _OF_ONE_REPLY:
                return found.failed.kind != "cancelled"
            if is_news:
                if self.trouble != found.failed.kind:
                    _LOG.warning("replies wait to be judged: %s", found.failed.message)
                self.trouble = found.failed.kind
                now = time.monotonic()
                rest = self._rest * 2 ** min(self._troubles, _MOST_DOUBLED)
                self._has_answered, self._troubles, self._troubled_at = False, self._troubles + 1, now
                self._rests_until = now + min(_LONGEST_REST, max(found.failed.retry_after or 0.0, rest))
            return is_news

    def _keep(
        self,
        attempt_id: str,
        turn: int,
        claim: datetime,
        body: dict[str, Any],
        scores: list[StoredScore],
        calls: Sequence[ModelCall] = (),
    ) -> None:
        history.save_judgement(
            self._store,
            attempt_id=attempt_id,
            turn_index=turn,
            version=self._judge.version,
            body=body,
            scores=scores,
            claim=claim,
            calls=calls,
        )

    def _count(self, practice: Practice, turn: int) -> None:
        """Lets the judgements count in an attempt that has ended, and in its branches that have the reply; in one that
        runs they do when it ends."""
        family = {practice.id}
        self._count_in(practice)
        for each in history.branches(self._store, root_id=practice.root_id):
            if each.parent_id in family and turn < (each.parent_turns or 0):
                family.add(each.id)
                if each.outcome is not None:
                    self._count_in(of_record(self._store, history.load_attempt(self._store, attempt_id=each.id)))

    def _count_in(self, practice: Practice) -> None:
        attempt, counted = practice.attempt, None
        attempt.refresh()
        # Another process may judge another reply meanwhile: whoever is last has seen both.
        while attempt.outcome is not None and (opinion := opinion_of(self._store, practice.id)) != counted:
            attempt.rescore()
            counted = opinion

    def _calls_of(self, found: Judgement) -> list[ModelCall]:
        used = found.usage if found.failed is None else found.failed.usage
        if used is None:
            return [] if found.failed is None else [ModelCall("judge", self._judge.model, found.failed.kind)]
        return [self._call_of(found, used)]

    def _call_of(self, found: Judgement, used: Usage) -> ModelCall:
        voids = tuple(sorted({each.void for each in found.verdicts if each.void not in (None, "abstained")}))
        return ModelCall(
            "judge",
            self._judge.model,
            "used" if found.failed is None else found.failed.kind,
            tuple(str(each) for each in voids),
            prompt=used.prompt,
            cached=used.cached,
            completion=used.completion,
            total_s=used.total_s,
            cost=self._judge.cost(used),
        )

    def _append_readings(self, practice: Practice) -> None:
        """Lets the course know what the rules did not see in the replies so far, if it is the moment for it. Never in
        an exam: the same replies have to meet the same customer there, however fast a model is and whatever it
        reads."""
        attempt = practice.attempt
        if attempt.mode == "exam" or attempt.outcome is not None or not attempt.is_answered:
            return
        done = {turn_of(step.body) for step in attempt.steps if step.kind == "reading"}
        observed = {exchange.turn: exchange.observation for exchange in attempt.exchanges}
        for judged in history.list_judgements(self._store, attempt_id=practice.id):
            turn = judged.turn_index
            if turn in done or turn not in observed:
                continue
            seen = {each.id for each in (*observed[turn].facts, *observed[turn].asked)}
            facts = _without(judged.body.get("facts", {}), seen | attempt.situation.conveyed)
            asked = _without(judged.body.get("asked", {}), seen | attempt.situation.told)
            if facts or asked:
                body = reading_body(turn, facts=facts, asked=asked)
                history.append_reading(self._store, attempt_id=practice.id, turn_index=turn, body=body, at=attempt.now)


def open_judging(store: Store, settings: Settings) -> Judging | None:
    """What judges the replies of a history, begun; None where there is no endpoint, or nobody is to judge."""
    if settings.judge == "off":
        return None
    try:
        check_rubric()
        endpoint = read_settings()
    except (RubricError, SettingError) as error:
        _LOG.warning("nobody judges but the rules: %s", error)
        return None
    if not endpoint.is_set:
        return None
    claim = max(CLAIM, timedelta(seconds=2 * endpoint.total_seconds))
    judge = Judge(open_endpoint(endpoint), language=settings.judge_language)
    judging = Judging(
        store, judge, at_once=settings.judge_at_once or (1 if endpoint.is_loopback else _AT_ONCE), claim=claim
    )
    judging.start()
    atexit.register(judging.close)
    return judging


def _without(read: Mapping[str, str], known: Container[str]) -> dict[str, str]:
    return {id: words for id, words in read.items() if id not in known}


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
