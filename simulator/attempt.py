"""The attempt: one run of a trainee through a case. The one orchestrator; clock, customer, scorers and log are given.

The trainee's turn is committed before anything else happens. Everything between that and the customer's voice is a
pure function of the transcript, so an attempt is resumed by replaying its turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from simulator import director
from simulator.case import Case
from simulator.conversation import Outcome, Transcript, Turn
from simulator.customers import Customer
from simulator.director import Cue, Situation
from simulator.observation import observe
from simulator.scoring import Dimension, Exchange, Score, Scorecard, Scorer, best_reply, loss, make_scorecard

Clock = Callable[[], float]
"""Seconds since the attempt started."""


class AttemptOver(RuntimeError):
    """A reply to an attempt that has ended."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A turn as a log stored it: its place in the transcript, and the turn."""

    index: int
    turn: Turn


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in one reply, for the log."""

    exchange: Exchange
    scores: tuple[Score, ...]


class Log(Protocol):
    """Where an attempt's turns are kept. Every method is durable when it returns."""

    def read(self) -> tuple[Transcript, Outcome | None]:
        """All the turns so far, and how the attempt ended, if it has."""
        ...

    def append_reply(self, turn: Turn, *, browser_waited: float | None, send_id: str | None) -> Sent:
        """Commits a reply; the same `send_id` again gives the turn that was stored the first time.

        Args:
            turn: the reply, with the wait by the server's clock.
            browser_waited: the wait by the browser's; the turn that comes back has the shorter of the two.
            send_id: names this sending.

        Raises:
            AttemptOver: the attempt has ended.
        """
        ...

    def append_answer(
        self,
        *,
        answers: int,
        turn: Turn,
        judged: Sequence[Judged],
        outcome: Outcome | None,
        scorecard: Scorecard | None,
    ) -> bool:
        """Commits the customer's turn with what was found in the replies that it answers.

        Args:
            answers: index of the last turn that the answer was made for; -1 for the opening.

        Returns:
            False, with nothing written, if that is the last turn no more.
        """
        ...

    def end(self, *, outcome: Outcome, at: float, scorecard: Scorecard) -> None:
        """Ends the attempt without another message."""
        ...


def shorter_wait(server: float | None, browser: float | None) -> float | None:
    """How long the customer waited, in seconds: by the browser's clock, never longer than by the server's."""
    waits = [max(0.0, wait) for wait in (server, browser) if wait is not None]
    return min(waits) if waits else None


class MemoryLog:
    """A log that lives as long as the process: for rehearsals and plays on a simulated clock."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._sent: dict[str, Sent] = {}
        self._outcome: Outcome | None = None

    def read(self) -> tuple[Transcript, Outcome | None]:
        return tuple(self._turns), self._outcome

    def append_reply(self, turn: Turn, *, browser_waited: float | None, send_id: str | None) -> Sent:
        if send_id in self._sent:
            return self._sent[send_id]
        if self._outcome is not None:
            raise AttemptOver("the conversation is over")
        turn = replace(turn, waited=shorter_wait(turn.waited, browser_waited))
        self._turns.append(turn)
        sent = Sent(len(self._turns) - 1, turn)
        if send_id is not None:
            self._sent[send_id] = sent
        return sent

    def append_answer(
        self,
        *,
        answers: int,
        turn: Turn,
        judged: Sequence[Judged],
        outcome: Outcome | None,
        scorecard: Scorecard | None,
    ) -> bool:
        if len(self._turns) - 1 != answers or self._outcome is not None:
            return False
        self._turns.append(turn)
        self._outcome = outcome
        return True

    def end(self, *, outcome: Outcome, at: float, scorecard: Scorecard) -> None:
        self._outcome = self._outcome or outcome


class Attempt:
    """One run of a trainee through a case.

    Make one with `begin` or `resume`. All that it shows (`transcript`, `situation`, `exchanges`) follows from the
    turns in its log.
    """

    _situation: Situation
    _cue: Cue

    def __init__(self, case: Case, *, customer: Customer, scorers: Sequence[Scorer], log: Log, clock: Clock) -> None:
        self.case = case
        self._customer = customer
        self._scorers = tuple(scorers)
        self._log = log
        self._clock = clock
        self._restart()

    @classmethod
    def begin(cls, case: Case, *, customer: Customer, scorers: Sequence[Scorer], log: Log, clock: Clock) -> Attempt:
        """Begins an attempt: the customer says its first message."""
        attempt = cls(case, customer=customer, scorers=scorers, log=log, clock=clock)
        attempt.answer()
        return attempt

    @classmethod
    def resume(cls, case: Case, *, customer: Customer, scorers: Sequence[Scorer], log: Log, clock: Clock) -> Attempt:
        """Takes up an attempt where its log ends. A reply that was not answered yet is answered by `answer`."""
        attempt = cls(case, customer=customer, scorers=scorers, log=log, clock=clock)
        attempt.refresh()
        return attempt

    @property
    def outcome(self) -> Outcome | None:
        """How the attempt ended, if it has."""
        return self.situation.outcome

    @property
    def is_answered(self) -> bool:
        """Whether the customer has spoken last."""
        return bool(self.transcript) and self.transcript[-1].role == "customer"

    @property
    def shown_at(self) -> float:
        """When the message was shown that a reply now would answer, in seconds since the start."""
        return self.transcript[self._message].at if self.transcript else 0.0

    def reply(self, text: str, *, browser_waited: float | None = None, send_id: str | None = None) -> str:
        """Commits a reply and lets the customer answer it.

        Args:
            text: the reply.
            browser_waited: seconds from the message being shown to sending, by the browser; clamped to the server's.
            send_id: names this sending: sent again, it is the same turn.

        Returns:
            The customer's answer.

        Raises:
            AttemptOver: the attempt has ended.
        """
        self.send(text, browser_waited=browser_waited, send_id=send_id)
        return self.answer()

    def send(self, text: str, *, browser_waited: float | None = None, send_id: str | None = None) -> None:
        """Commits a reply, and nothing more. Arguments and errors as for `reply`."""
        self.pass_time()
        now = self._clock()
        turn = Turn("agent", text, now, waited=max(0.0, now - self.shown_at) if self.is_answered else 0.0)
        sent = self._log.append_reply(turn, browser_waited=browser_waited, send_id=send_id)
        if sent.index == len(self.transcript):
            self._take(sent.turn)
        else:
            self.refresh()

    def answer(self) -> str:
        """Lets the customer answer what is unanswered, or open the conversation. Nothing is left unanswered after it.

        Returns:
            What the customer has said last.
        """
        while not self.is_answered and not self._ended:
            text = "".join(self._customer.speak(self._cue))
            turn = Turn("customer", text, self._clock(), voice=self._customer.voice)
            if not self._commit(turn, self._situation, self._unanswered):
                self.refresh()
        return next((turn.text for turn in reversed(self.transcript) if turn.role == "customer"), "")

    def pass_time(self) -> list[Turn]:
        """Lets the customer react to the silence so far: what it has said meanwhile, often nothing."""
        said: list[Turn] = []
        while self.is_answered and (due := self.next_silence()) is not None and due <= self._clock():
            situation, cue = director.silence(self.case, self.situation, transcript=self.transcript)
            text = "".join(self._customer.speak(cue))
            turn = Turn("customer", text, due, voice=self._customer.voice)
            if self._commit(turn, situation, ()):
                said.append(turn)
            else:
                self.refresh()
        return said

    def next_silence(self) -> float | None:
        """When the customer will react to silence, in seconds since the start; None if it will not."""
        after = director.next_silence(self.case, self.situation)
        return None if after is None or not self.is_answered else self.shown_at + after

    def stop(self) -> None:
        """The trainee ends the conversation: resolved if the customer has accepted, else closed."""
        self.refresh()
        self.answer()
        if self.outcome is None:
            self._situation = replace(self._situation, outcome="resolved" if self.situation.settled else "closed")
            self._log.end(outcome=self._situation.outcome or "closed", at=self._clock(), scorecard=self.scorecard())
            self.refresh()

    def reply_scores(self, exchange: Exchange) -> dict[Dimension, Score]:
        """What the scorers say of one reply."""
        return {scorer.dimension: scorer.score(self.case, (exchange,), whole=False) for scorer in self._scorers}

    def scorecard(self) -> Scorecard:
        """The verdict on the attempt so far."""
        return self._scorecard(self.exchanges, self.outcome)

    def refresh(self) -> None:
        """Takes in what the log holds: another tab or process may have written to it."""
        turns, outcome = self._log.read()
        if turns[: len(self.transcript)] != self.transcript:
            self._restart()
        for turn in turns[len(self.transcript) :]:
            self._take(turn)
        if outcome is not None:
            self._ended = True
            self._situation = replace(self._situation, outcome=outcome)

    @property
    def situation(self) -> Situation:
        """Where the conversation stands."""
        return self._situation

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The replies so far, and what each did."""
        return tuple(self._exchanges)

    @property
    def situations(self) -> tuple[Situation, ...]:
        """The situation after each turn, in the order of the transcript."""
        return tuple(self._situations)

    def _restart(self) -> None:
        self._situation, self._cue = director.opening(self.case)
        self._ended = False
        self.transcript: Transcript = ()
        self._exchanges: list[Exchange] = []
        self._situations: list[Situation] = []
        self._silences: set[int] = set()
        self._message = 0

    @property
    def _unanswered(self) -> tuple[Exchange, ...]:
        last = max((n for n, turn in enumerate(self.transcript) if turn.role == "customer"), default=-1)
        return tuple(exchange for exchange in self._exchanges if exchange.turn > last)

    def _take(self, turn: Turn) -> None:
        """Takes one more turn in: the fold that makes the situation out of the transcript."""
        place = len(self.transcript)
        if turn.role == "agent":
            self._hear(turn, place)
        elif self.is_answered:
            self._silences.add(place)
            self._situation, _ = director.silence(self.case, self._situation, transcript=self.transcript)
        else:
            self._message = place
        self.transcript = (*self.transcript, turn)
        self._situations.append(self._situation)

    def _hear(self, turn: Turn, place: int) -> None:
        before = self._situation
        said = tuple(
            earlier.text
            for n, earlier in enumerate(self.transcript)
            if earlier.role == "customer" and n not in self._silences
        )
        waited = turn.waited or 0.0
        observation = observe(turn.text, self.case, language=before.language, customer_said=said, asked=before.pending)
        treatment = director.treatment_of(self.case, before, observation, reply=turn.text, waited=waited)
        if before.outcome is None:
            self._situation, self._cue = director.hear(
                self.case,
                before,
                observation,
                reply=turn.text,
                waited=waited,
                transcript=(*self.transcript, turn),
            )
        asking = treatment.learned > 0 and not treatment.new_facts
        best = best_reply(self.case, before, asking=asking)
        cost = loss(self.case, before, treatment, best)
        self._exchanges.append(
            Exchange(place, turn.text, waited, before, self._situation, treatment, observation, best, cost)
        )

    def _commit(self, turn: Turn, situation: Situation, answered: Sequence[Exchange]) -> bool:
        ended = situation.outcome is not None
        done = self._log.append_answer(
            answers=len(self.transcript) - 1,
            turn=turn,
            judged=[Judged(exchange, tuple(self.reply_scores(exchange).values())) for exchange in answered],
            outcome=situation.outcome,
            scorecard=self._scorecard(self.exchanges, situation.outcome) if ended else None,
        )
        if done:
            self._take(turn)
        return done

    def _scorecard(self, exchanges: Sequence[Exchange], outcome: Outcome | None) -> Scorecard:
        scores: Mapping[Dimension, Score] = {
            scorer.dimension: scorer.score(self.case, exchanges, whole=True) for scorer in self._scorers
        }
        return make_scorecard(self.case, scores, outcome)
