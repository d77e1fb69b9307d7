"""The attempt: one run of a trainee through a case. The one orchestrator; clock, customer, scorers and log are given.

What the trainee says or does is committed before anything else happens. Everything between that and the customer's
voice is a pure function of the turns and steps, so an attempt is resumed by replaying them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from simulator import desk, director
from simulator.case import Case
from simulator.conversation import HELP, MAX_REPLY, Mode, Outcome, Step, StepKind, Transcript, Turn
from simulator.course import Course
from simulator.customers import Customer, ScriptedCustomer, listen
from simulator.desk import Desk, DeskClosed
from simulator.director import Situation
from simulator.log import AttemptOver, Log, ReplyTooLong
from simulator.model_call import ModelCall
from simulator.scoring import Dimension, Exchange, Score, Scorecard, Scorer, counts
from simulator.verdicts import Counted, Verdicts

Clock = Callable[[], float]
"""Seconds since the attempt started."""

Show = Callable[[str], object]
"""Shows what the customer has written so far; what comes later may replace it."""


class NotInExam(RuntimeError):
    """Help that an exam does not give."""


class Attempt:
    """One run of a trainee through a case.

    Make one with `begin` or `resume`. All that it shows (`transcript`, `steps`, `situation`, `desk`, `exchanges`)
    follows from the turns and steps in its log.
    """

    def __init__(
        self,
        case: Case,
        *,
        customer: Customer,
        scorers: Sequence[Scorer],
        log: Log,
        clock: Clock,
        mode: Mode = "practice",
        with_desk: bool = True,
        counted: Counted = lambda scores: scores,
    ) -> None:
        self.case = case
        self.mode = mode
        self._customer = customer
        self._log = log
        self._clock = clock
        self._verdicts = Verdicts(case, tuple(scorers), counted, with_desk)
        self._course = Course(case)
        self._ended = False

    @classmethod
    def begin(
        cls,
        case: Case,
        *,
        customer: Customer,
        scorers: Sequence[Scorer],
        log: Log,
        clock: Clock,
        mode: Mode = "practice",
        with_desk: bool = True,
    ) -> Attempt:
        """Begins an attempt: the customer says its first message.

        Args:
            mode: an exam gives no help.
            with_desk: whether the trainee has the desk; without one there is no process to score.
        """
        attempt = cls(case, customer=customer, scorers=scorers, log=log, clock=clock, mode=mode, with_desk=with_desk)
        attempt.answer()
        return attempt

    @classmethod
    def resume(
        cls,
        case: Case,
        *,
        customer: Customer,
        scorers: Sequence[Scorer],
        log: Log,
        clock: Clock,
        mode: Mode = "practice",
    ) -> Attempt:
        """Takes up an attempt where its log ends. A reply that was not answered yet is answered by `answer`."""
        attempt = cls(case, customer=customer, scorers=scorers, log=log, clock=clock, mode=mode)
        attempt.refresh()
        return attempt

    @property
    def outcome(self) -> Outcome | None:
        """How the attempt ended, if it has."""
        return self.situation.outcome

    @property
    def is_answered(self) -> bool:
        """Whether the customer has spoken last."""
        return self._course.is_answered

    @property
    def awaits_answer(self) -> bool:
        """Whether the customer has something to say that may take seconds: show it as it comes, with `answer`."""
        return self._customer.takes_time and not self._ended and self._course.due is not None

    @property
    def shown_at(self) -> float:
        """When the message was shown that a reply now would answer, in seconds since the start.

        A reply that only keeps the customer waiting answers nothing, and a nudge asks nothing new.
        """
        return self._course.shown_at

    @property
    def now(self) -> float:
        """Seconds since the start, pauses left out."""
        paused_at = self._course.paused_at
        return self._clock() - self._course.paused if paused_at is None else paused_at

    @property
    def is_paused(self) -> bool:
        """Whether the clock stands."""
        return self._course.paused_at is not None

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
            ReplyTooLong: it has more than `MAX_REPLY` characters.
        """
        self.send(text, browser_waited=browser_waited, send_id=send_id)
        return self.answer()

    def send(self, text: str, *, browser_waited: float | None = None, send_id: str | None = None) -> None:
        """Commits a reply, and nothing more. Arguments and errors as for `reply`."""
        if len(text) > MAX_REPLY:
            raise ReplyTooLong(len(text))
        self.refresh()
        if self.is_paused:
            self.go_on()
        self.pass_time()
        now = self.now
        turn = Turn("agent", text, now, waited=max(0.0, now - self.shown_at) if self.is_answered else 0.0)
        sent = self._log.append_reply(turn, browser_waited=browser_waited, send_id=send_id)
        if sent.index == len(self.transcript):
            self._course.take(sent.turn)
        else:
            self.refresh()

    def do(self, kind: StepKind, body: Mapping[str, str] | None = None, *, send_id: str | None = None) -> None:
        """Commits a step; the customer may say something to it, by `answer` if that takes time. Closing the ticket ends
        the conversation.

        Args:
            kind: what the trainee does.
            body: what with, as `Step` says.
            send_id: names this step: sent again, it is the same one.

        Raises:
            NotInExam: it is help, and this is an exam.
            DeskClosed: the ticket is closed, or the debrief was opened.
            BadAction: the desk cannot carry it out or file it so; the message says what to do.
        """
        body = body or {}
        if kind in HELP and self.mode == "exam":
            raise NotInExam("an exam gives no help")
        self.refresh()
        self.pass_time()
        if kind in ("action", "form"):
            if self.desk_closed:
                raise DeskClosed("the ticket is closed")
            if kind == "action":
                desk.validate_action(self.case, self.desk, body)
            else:
                desk.validate_form(self.desk, body)
        sent = self._log.append_step(kind, body, at=self.now, send_id=send_id)
        if sent.number == len(self.steps) and sent.step.place == len(self.transcript):
            self._course.take_step(sent.step)
        else:
            self.refresh()
        if self.outcome is None:
            if self.desk.closed or not self.awaits_answer:
                self.answer()
        elif kind in ("action", "form"):
            self.rescore()

    def pause(self) -> None:
        """Stops the clock, in practice only.

        Raises:
            NotInExam: this is an exam.
        """
        self.refresh()
        self.pass_time()
        if not self.is_paused and self.outcome is None:
            self.do("pause")

    def go_on(self) -> None:
        """Lets the clock run again."""
        self.refresh()
        if self.is_paused:
            self.do("go_on", {"seconds": repr(self._clock() - self._course.paused - self.now)})

    def answer(self, show: Show | None = None, *, by: Customer | None = None) -> str:
        """Lets the customer answer what is unanswered, or open the conversation. Nothing is left unanswered after it.

        Args:
            show: gets what the customer has written so far, while it writes.
            by: gives it its words, if not its own voice. Once the ticket is closed the script does: nobody waits then.

        Returns:
            What the customer has said last.

        Raises:
            NotWanted: nobody waits for the answer any more; it is made when somebody next looks.
        """
        customer = by or (ScriptedCustomer() if self.desk.closed else self._customer)
        while not self._ended and (cue := self._course.due) is not None:
            spoken = listen(customer.speak(cue), show)
            turn = Turn("customer", spoken.text, self.now, voice=spoken.voice)
            if not self._commit(turn, self.situation, self._course.unanswered, spoken.calls):
                self.refresh()
        if self.desk.closed:
            self._finish("closed")
        return next((turn.text for turn in reversed(self.transcript) if turn.role == "customer"), "")

    def catch_up(self) -> None:
        """Takes in what others and the time have done, as far as that takes no time: see `awaits_answer`."""
        self.refresh()
        if not self.awaits_answer:
            self.answer()
            self.pass_time()

    def pass_time(self, show: Show | None = None) -> list[Turn]:
        """Lets the customer react to the silence so far: what it has said meanwhile, often nothing.

        Args:
            show: gets what the customer has written so far, while it writes.
        """
        said: list[Turn] = []
        while (due := self.next_silence()) is not None and due <= self.now:
            situation, cue = director.silence(self.case, self.situation, transcript=self.transcript)
            spoken = listen(self._customer.speak(cue), show)
            turn = Turn("customer", spoken.text, due, voice=spoken.voice)
            if self._commit(turn, situation, (), spoken.calls):
                said.append(turn)
            else:
                self.refresh()
        return said

    def next_silence(self) -> float | None:
        """When the customer will react to silence, in seconds since the start; None if it will not."""
        return self._course.next_silence()

    def stop(self) -> None:
        """The trainee breaks off, which is not held against anybody: resolved if the customer has accepted."""
        self.refresh()
        self.answer(by=ScriptedCustomer())
        self._finish("stopped")

    def close(self) -> None:
        """Ends the conversation where it is: resolved if the customer has accepted, else closed on the customer."""
        self.refresh()
        self.answer(by=ScriptedCustomer())
        self._finish("closed")

    def reply_scores(self, exchange: Exchange) -> dict[Dimension, Score]:
        """What the scorers say of one reply."""
        return self._verdicts.of_reply(exchange)

    def rule_scores(self) -> dict[Dimension, Score]:
        """What the scorers say of the whole attempt so far, whatever else counts by the rubric."""
        return self._verdicts.of_whole(self.exchanges)

    def scorecard(self) -> Scorecard:
        """The verdict on the attempt so far."""
        return self._scorecard_at(self.outcome)

    def rescore(self) -> None:
        """Judges an attempt that has ended anew, as it was said and done, and replaces its scores in the log."""
        self.refresh()
        while not self._log.rescore(
            steps=len(self.steps), judged=self._verdicts.of_replies(self.exchanges), scorecard=self.scorecard()
        ):
            self.refresh()

    def refresh(self) -> None:
        """Takes in what the log holds: another tab or process may have written to it.

        Whether the attempt is over, and how it ended, is for the log to say: rules may have changed since.
        """
        logged = self._log.read(turns=len(self.transcript), steps=len(self.steps))
        if not self._course.take_all(logged.turns, logged.steps):
            self._course, logged = Course(self.case), self._log.read()
            self._course.take_all(logged.turns, logged.steps)
        self._ended = logged.outcome is not None
        if self._ended or self.is_answered:
            self._course.end(logged.outcome)

    def rewound_to(self, turn: int) -> int:
        """How many turns are left when the reply at index `turn` is taken back: all up to the message it answered.

        Raises:
            ValueError: there is no reply at this place.
        """
        return self._course.rewound_to(turn)

    @property
    def transcript(self) -> Transcript:
        """The turns so far."""
        return self._course.transcript

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps so far."""
        return self._course.steps

    @property
    def situation(self) -> Situation:
        """Where the conversation stands."""
        return self._course.situation

    @property
    def desk(self) -> Desk:
        """How the ticket stands."""
        return self._course.desk

    @property
    def desk_closed(self) -> bool:
        """Whether nothing can be done at the desk any more."""
        return self.desk.closed or self._course.debriefed or self.outcome == "taken_back"

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The replies so far, and what each did."""
        return tuple(self._course.exchanges)

    @property
    def situations(self) -> tuple[Situation, ...]:
        """The situation after each turn, in the order of the transcript."""
        return tuple(self._course.situations)

    def _commit(
        self, turn: Turn, situation: Situation, answered: Sequence[Exchange], calls: Sequence[ModelCall]
    ) -> bool:
        card = None if situation.outcome is None else self._scorecard_at(situation.outcome)
        done = self._log.append_answer(
            answers=len(self.transcript) - 1,
            steps=len(self.steps),
            turn=turn,
            judged=self._verdicts.of_replies(answered),
            outcome=situation.outcome,
            scorecard=card,
            calls=calls,
        )
        if done is not None:
            self._course.take(done)
            self._look_again(card)
        return done is not None

    def _finish(self, outcome: Outcome) -> None:
        if self.outcome is None:
            ended: Outcome = "resolved" if self.situation.settled else outcome
            card = self._scorecard_at(ended)
            self._log.end(outcome=ended, at=self.now, scorecard=card)
            self.refresh()
            self._look_again(card)

    def _look_again(self, card: Scorecard | None) -> None:
        """A second opinion that came while the attempt was being ended counts as well: whoever gave it saw no end."""
        if card is not None and counts() != "rules" and self.scorecard() != card:
            self.rescore()

    def _scorecard_at(self, outcome: Outcome | None) -> Scorecard:
        return self._verdicts.scorecard(self.exchanges, self.desk, outcome)


__all__ = ["Attempt", "AttemptOver", "Clock", "NotInExam", "ReplyTooLong"]
