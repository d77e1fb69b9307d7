"""Where an attempt's turns and steps are kept: what a log has to do, and one that lives in memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from simulator.conversation import MAX_REPLY, NOTICED, Outcome, Step, StepKind, Transcript, Turn
from simulator.model_call import ModelCall
from simulator.scoring import Exchange, Score, Scorecard


class AttemptOver(RuntimeError):
    """A reply to an attempt that has ended."""


class ReplyTooLong(ValueError):
    """A reply of more than `MAX_REPLY` characters; the message says what to do."""

    def __init__(self, length: int) -> None:
        super().__init__(
            f"a reply may have {MAX_REPLY:,} characters, and this one has {length:,}: it was not sent; shorten it, or "
            "send it in several parts"
        )


@dataclass(frozen=True, slots=True)
class Logged:
    """What a log holds, or what is new in it: turns and steps in their order, and how the attempt ended, if it has."""

    turns: Transcript
    steps: tuple[Step, ...]
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class SentTurn:
    """A turn as a log stored it: its place in the transcript, and the turn."""

    index: int
    turn: Turn


@dataclass(frozen=True, slots=True)
class SentStep:
    """A step as a log stored it: its number among the steps, and the step."""

    number: int
    step: Step


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in one reply, for the log."""

    exchange: Exchange
    scores: tuple[Score, ...]


class Log(Protocol):
    """Keeps an attempt's turns and steps. Every method is durable when it returns."""

    def read(self, *, turns: int = 0, steps: int = 0) -> Logged:
        """What there is so far behind so many turns and steps. Those are never changed."""
        ...

    def append_reply(self, turn: Turn, *, browser_waited: float | None, send_id: str | None) -> SentTurn:
        """Commits a reply; the same `send_id` again gives the turn that was stored the first time.

        Args:
            turn: the reply, with the wait by the server's clock.
            browser_waited: the wait by the browser's; the turn that comes back has the shorter of the two.
            send_id: names this sending.

        Raises:
            AttemptOver: the attempt has ended.
        """
        ...

    def append_step(self, kind: StepKind, body: Mapping[str, str], *, at: float, send_id: str | None) -> SentStep:
        """Commits a step, also after the end; the same `send_id` again gives the step stored the first time."""
        ...

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
        """Commits the customer's turn with what was found in the replies that it answers.

        Args:
            answers: index of the last turn that the answer was made for; -1 for the opening.
            steps: how many steps the answer was made with; later ones matter where the customer notices them, or where
                the answer ends the attempt.
            calls: to a language model, made for the answer; kept without a turn where it came too late.

        Returns:
            The turn as it is kept; None, with nothing else written, if that is the last turn no more, too much was done
            since, or the attempt has ended.
        """
        ...

    def end(self, *, outcome: Outcome, at: float, scorecard: Scorecard) -> None:
        """Ends the attempt without another message; one that has ended stays as it is."""
        ...

    def rescore(self, *, steps: int, judged: Sequence[Judged], scorecard: Scorecard) -> bool:
        """Replaces the scorecard of an attempt that has ended: the desk was still worked at, or the scorers are newer.

        Args:
            steps: how many steps it was judged with.
            judged: what was found in the replies, all of them.
            scorecard: of the whole attempt.

        Returns:
            False, with nothing written, if there are more steps.
        """
        ...


def shorter_wait(server: float | None, browser: float | None, *, lost: float = math.inf) -> float | None:
    """How long the customer waited, in seconds: by the browser's clock, never longer than by the server's.

    Args:
        server: by the server's clock.
        browser: by the browser's, which is left out where it is no finite number.
        lost: so many seconds at most may have gone to showing and sending; the browser is not believed beyond.
    """
    if server is None or browser is None or not math.isfinite(browser):
        return None if server is None and browser is None else max(0.0, server if server is not None else 0.0)
    return min(server, max(browser, server - lost, 0.0))


class MemoryLog:
    """A log that lives as long as the process: for rehearsals and plays on a simulated clock."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._steps: list[Step] = []
        self._sent: dict[str, SentTurn] = {}
        self._done: dict[str, SentStep] = {}
        self._outcome: Outcome | None = None
        self.calls: list[tuple[int | None, ModelCall]] = []
        """The calls to a language model, each with the turn that it was made for."""

    def read(self, *, turns: int = 0, steps: int = 0) -> Logged:
        return Logged(tuple(self._turns[turns:]), tuple(self._steps[steps:]), self._outcome)

    def append_reply(self, turn: Turn, *, browser_waited: float | None, send_id: str | None) -> SentTurn:
        if send_id in self._sent:
            return self._sent[send_id]
        if self._outcome is not None:
            raise AttemptOver("the conversation is over")
        turn = replace(turn, waited=shorter_wait(turn.waited, browser_waited))
        self._turns.append(turn)
        sent = SentTurn(len(self._turns) - 1, turn)
        if send_id is not None:
            self._sent[send_id] = sent
        return sent

    def append_step(self, kind: StepKind, body: Mapping[str, str], *, at: float, send_id: str | None) -> SentStep:
        if send_id in self._done:
            return self._done[send_id]
        step = Step(kind, dict(body), at, len(self._turns))
        self._steps.append(step)
        done = SentStep(len(self._steps) - 1, step)
        if send_id is not None:
            self._done[send_id] = done
        return done

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
        since = [step for step in self._steps[steps:] if outcome is not None or step.kind in NOTICED]
        fits = len(self._turns) - 1 == answers and not since and self._outcome is None
        self.calls += [(len(self._turns) if fits else None, call) for call in calls]
        if fits:
            self._turns.append(turn)
            self._outcome = outcome
        return turn if fits else None

    def end(self, *, outcome: Outcome, at: float, scorecard: Scorecard) -> None:
        self._outcome = self._outcome or outcome

    def rescore(self, *, steps: int, judged: Sequence[Judged], scorecard: Scorecard) -> bool:
        return steps == len(self._steps)
