"""The course of an attempt: the fold that makes the situation out of its turns and steps. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from simulator import desk, director
from simulator.case import Case
from simulator.conversation import Outcome, Step, Transcript, Turn
from simulator.desk import Desk
from simulator.director import Cue, Situation
from simulator.observation import Found, Observation, observe
from simulator.reading import Reading, reading_of
from simulator.scoring import Exchange, best_reply, loss


class Course:
    """How an attempt has gone so far; it only goes forward.

    `paused` is the seconds of all pauses that are over, `paused_at` when the present one began; `debriefed` tells
    whether the debrief was opened, after which nothing at the desk counts.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self.situation, self._cue = director.opening(case)
        self.transcript: Transcript = ()
        self.steps: tuple[Step, ...] = ()
        self.desk = Desk()
        self.exchanges: list[Exchange] = []
        self.situations: list[Situation] = []
        self.paused = 0.0
        self.paused_at: float | None = None
        self.debriefed = False
        self._silences: set[int] = set()
        self._reaction: Cue | None = None
        self._message = self._patient_from = 0
        self._macros: list[str] = []
        self._read_as_asked: tuple[Found, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether the customer has spoken last."""
        return bool(self.transcript) and self.transcript[-1].role == "customer"

    @property
    def due(self) -> Cue | None:
        """What the customer has to say now; None where it waits."""
        return self._reaction if self.is_answered else self._cue

    @property
    def unanswered(self) -> tuple[Exchange, ...]:
        """The replies that the customer has not answered yet."""
        last = max((n for n, turn in enumerate(self.transcript) if turn.role == "customer"), default=-1)
        return tuple(exchange for exchange in self.exchanges if exchange.turn > last)

    @property
    def shown_at(self) -> float:
        """When the message was shown that a reply now would answer, in seconds since the start."""
        return self.transcript[self._message].at if self.transcript else 0.0

    @property
    def patient_from(self) -> float:
        """Since when the customer's patience with silence counts, in seconds since the start."""
        return self.transcript[self._patient_from].at if self.transcript else 0.0

    def next_silence(self) -> float | None:
        """When the customer will react to silence, in seconds since the start; None if it will not."""
        after = director.next_silence(self._case, self.situation)
        if after is None or self.due is not None or self.paused_at is not None:
            return None
        return self.patient_from + after

    def take_all(self, turns: Transcript, steps: Sequence[Step]) -> bool:
        """Takes in what is new in a log.

        Returns:
            False, with nothing taken, if a step came before a turn that was taken already.
        """
        new_steps = list(steps)
        if any(step.place < len(self.transcript) for step in new_steps):
            return False
        for turn in turns:
            while new_steps and new_steps[0].place <= len(self.transcript):
                self.take_step(new_steps.pop(0))
            self.take(turn)
        for step in new_steps:
            self.take_step(step)
        return True

    def take(self, turn: Turn) -> None:
        """Takes one more turn in."""
        place = len(self.transcript)
        if turn.role == "agent":
            self.paused_at = None
            self._hear(turn, place)
        elif self._reaction is not None:
            self._reaction = None
        elif self.is_answered:
            self._silences.add(place)
            self.situation, _ = director.silence(self._case, self.situation, transcript=self.transcript)
        else:
            if self.situation.stalling == 0:
                self._message = place
            if self.situation.stalling < 2:
                self._patient_from = place
        self.transcript = (*self.transcript, turn)
        self.situations.append(self.situation)

    def take_step(self, step: Step) -> None:
        """Takes one more step in."""
        self.steps = (*self.steps, step)
        if step.kind in ("action", "form"):
            if self.debriefed:
                return
            if step.kind == "action" and self.situation.outcome is None:
                self._react(step)
            self.desk = desk.take(self._case, self.desk, step, told=self.situation.told)
        elif step.kind == "macro":
            self._macros.append(step.body.get("text", ""))
        elif step.kind == "debrief":
            self.debriefed = True
        elif step.kind == "reading":
            self._take_reading(reading_of(self._case, self.transcript, step.body))
        # Two tabs may have paused or gone on at once: the second did nothing.
        elif step.kind == "pause" and self.paused_at is None:
            self.paused_at = step.at
        elif step.kind == "go_on" and self.paused_at is not None:
            self.paused += float(step.body.get("seconds", 0))
            self.paused_at = None

    def end(self, outcome: Outcome | None) -> None:
        """The attempt is over, or with None goes on, whatever today's rules make of it."""
        self.situation = replace(self.situation, outcome=outcome)

    def rewound_to(self, turn: int) -> int:
        """How many turns are left when the reply at index `turn` is taken back: all up to the message it answered.

        Raises:
            ValueError: there is no reply at this place.
        """
        if not 0 <= turn < len(self.transcript) or self.transcript[turn].role != "agent":
            raise ValueError(f"turn {turn} is no reply of the trainee")
        left = turn
        while left - 1 in self._silences:
            left -= 1
        return left

    def _with_read(self, observation: Observation) -> Observation:
        """An observation as the customer hears it: with what was read as asked in earlier replies and not answered."""
        own = {found.id for found in observation.asked}
        waiting = tuple(f for f in self._read_as_asked if f.id not in own and f.id not in self.situation.told)
        return replace(observation, asked=(*observation.asked, *waiting)) if waiting else observation

    def _react(self, step: Step) -> None:
        language = self.situation.language
        reaction = desk.reaction_to(self._case, self.desk, step.body, language=language)
        if reaction is not None:
            self.situation, self._reaction = director.acted(
                self._case, self.situation, reaction, transcript=self.transcript
            )

    def _take_reading(self, reading: Reading) -> None:
        """What was read in an earlier reply is known from now on; what was asked there is answered with the next reply.

        The exchange that it was read in, and with it every score by rules, stays as it is.
        """
        self.situation = director.learn(self.situation, {found.id for found in reading.facts})
        known = {found.id for found in self._read_as_asked}
        new = (found for found in reading.asked if found.id not in known)
        self._read_as_asked = (*self._read_as_asked, *new)

    def _hear(self, turn: Turn, place: int) -> None:
        if self.is_answered:
            self.end(None)  # the log goes on, even if it was written under rules that end a conversation later
        case, before, waited = self._case, self.situation, turn.waited or 0.0
        said = tuple(
            earlier.text
            for n, earlier in enumerate(self.transcript)
            if earlier.role == "customer" and n not in self._silences
        )
        observation = observe(turn.text, case, language=before.language, customer_said=said, asked=before.pending)
        treatment = director.treatment_of(
            case, before, observation, reply=turn.text, waited=waited, macros=self._macros
        )
        self._reaction = None
        if before.outcome is None:
            self.situation, self._cue = director.hear(
                case,
                before,
                self._with_read(observation),
                treatment,
                reply=turn.text,
                waited=waited,
                transcript=(*self.transcript, turn),
            )
        asking = treatment.learned > 0 and not treatment.new_facts
        best = best_reply(case, before, asking=asking)
        cost = loss(case, before, treatment, best)
        self.exchanges.append(
            Exchange(
                place,
                turn.text,
                waited,
                before,
                self.situation,
                treatment,
                observation,
                best,
                cost,
                answers=said[-1] if said else "",
            )
        )
