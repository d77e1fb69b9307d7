"""Shifts: two to four chats at once, each an attempt of its own; all that there is of a shift is in the history."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from simulator import history, practice
from simulator.case import Case
from simulator.conversation import Language, Mode
from simulator.history import Store, UnknownShift
from simulator.juggling import ShiftScorecard, shift_scorecard
from simulator.practice import Practice
from simulator.scenarios.library import Library

SIZES = (2, 3, 4)
"""How many chats a shift can have."""
_LOOK_EVERY = 1.5
"""Seconds between two looks while a customer writes: nobody knows when it will be done."""


@dataclass(frozen=True)
class Chat:
    """One chat of a shift.

    Args:
        place: its place in the shift, from 0; chats arrive in this order.
        practice: the newest branch of its attempt.
        arrives_in: seconds until its customer writes; 0 once it has, or could have while the shift was paused.
        has_arrived: whether the trainee can see it.
    """

    place: int
    practice: Practice
    arrives_in: float
    has_arrived: bool

    @property
    def waiting(self) -> float | None:
        """Seconds that the customer has waited for an answer; None where nobody waits for one."""
        attempt = self.practice.attempt
        waits = self.has_arrived and attempt.outcome is None and not attempt.awaits_answer
        return max(0.0, attempt.now - attempt.shown_at) if waits else None


@dataclass(frozen=True)
class Shift:
    """A shift as it stands.

    Args:
        id: of the shift, as in links.
        trainee: who practises.
        mode: of all its attempts.
        low_pressure: whether the trainee wants to see no clock and no numbers.
        started_at: when the first customer wrote (UTC).
        ended_at: when it ended; None while it goes on.
        chats: in order of their places.
    """

    id: str
    trainee: str
    mode: Mode
    low_pressure: bool
    started_at: datetime
    ended_at: datetime | None
    chats: tuple[Chat, ...]

    @property
    def is_paused(self) -> bool:
        """Whether the clocks stand: those of all chats that still run."""
        running = [chat.practice.attempt for chat in self.chats if chat.practice.attempt.outcome is None]
        return bool(running) and all(attempt.is_paused for attempt in running)

    @property
    def due_in(self) -> float | None:
        """Seconds until something happens by itself: a customer arrives, nudges or leaves. None if nothing will."""
        due = [chat.arrives_in for chat in self.chats if not chat.has_arrived and not self.is_paused]
        for chat in self.chats:
            at = chat.practice.attempt.next_silence() if chat.has_arrived else None
            if at is not None:
                due.append(max(0.0, at - chat.practice.attempt.now))
        if any(chat.practice.attempt.awaits_answer for chat in self.chats):
            due = [*(each for each in due if each > 0), _LOOK_EVERY]
        return min(due, default=None)

    def pause(self) -> None:
        """Stops the clocks of all chats. Raises NotInExam."""
        for chat in self.chats:
            chat.practice.attempt.pause()

    def go_on(self) -> None:
        """Lets the clocks of all chats run again."""
        for chat in self.chats:
            chat.practice.attempt.go_on()

    def stop(self) -> None:
        """The trainee breaks off: the chats that still run are stopped, which is not held against anybody."""
        for chat in self.chats:
            if chat.practice.attempt.outcome is None:
                chat.practice.attempt.stop()

    def scorecard(self) -> ShiftScorecard:
        """The verdict on the shift so far."""
        return shift_scorecard([chat.practice for chat in self.chats])


def begin_shift(
    store: Store,
    cases: Sequence[Case],
    *,
    trainee: str,
    mode: Mode = "practice",
    low_pressure: bool = False,
    apart: float = 20.0,
    started_at: datetime | None = None,
    answered: bool = True,
) -> str:
    """Begins a shift: the first customer writes now, the others one after the other.

    Args:
        store: the history.
        cases: one for each chat.
        trainee: who practises.
        mode: an exam gives no help.
        low_pressure: whether the trainee wants to see no clock and no numbers.
        apart: seconds between two customers.
        started_at: when the first customer writes (UTC), now if not given.
        answered: whether the openings are on disk when this returns; else `Attempt.answer` says them.

    Returns:
        The id of the shift.

    Raises:
        ValueError: a shift cannot have so many chats.
    """
    if len(cases) not in SIZES:
        raise ValueError(f"a shift has {SIZES[0]} to {SIZES[-1]} chats")
    start = started_at or datetime.now(UTC)
    record = history.create_shift(store, trainee=trainee, mode=mode, low_pressure=low_pressure, started_at=start)
    for place, case in enumerate(cases):
        practice.begin(
            store,
            case,
            trainee=trainee,
            mode=mode,
            low_pressure=low_pressure,
            shift_id=record.id,
            shift_place=place,
            started_at=start + timedelta(seconds=apart * place),
            answered=answered,
        )
    return record.id


def open_shift(store: Store, shift_id: str, *, resume: Callable[[Store, str], Practice] = practice.resume) -> Shift:
    """A shift as it stands: what was due meanwhile has happened. It ends when all its attempts have.

    Args:
        store: the history.
        shift_id: the shift.
        resume: takes up an attempt of this id, where the caller keeps some open.

    Raises:
        UnknownShift: there is none of this id, or it was never begun: it has no attempts.
    """
    record = history.load_shift(store, shift_id=shift_id)
    if not record.attempts:  # the program was ended between writing the shift and its first attempt
        raise UnknownShift(f"The shift {shift_id} was never begun. Start a new shift.")
    now = datetime.now(UTC)
    chats = []
    for place, summary in enumerate(record.attempts):
        each = resume(store, summary.id)
        attempt = each.attempt
        attempt.catch_up()
        until = max(0.0, (each.started_at - now).total_seconds())
        held_back = place > 0 and (not attempt.transcript or (attempt.is_paused and attempt.now == 0))
        chats.append(Chat(place, each, until, has_arrived=until == 0 and not held_back))
    shift = Shift(
        record.id, record.trainee, record.mode, record.low_pressure, record.started_at, record.ended_at, tuple(chats)
    )
    if shift.ended_at is None and all(chat.practice.attempt.outcome for chat in shift.chats):
        history.end_shift(store, shift_id=shift_id, ended_at=now)
        return replace(shift, ended_at=now)
    return shift


def pick_cases(library: Library, *, count: int, languages: Sequence[Language], seed: int) -> list[Case]:
    """A mix of chats for a shift: as many scenarios, products and personas as there are, languages in turn.

    Args:
        library: what to pick from.
        count: how many chats.
        languages: what the customers may write in, one or more.
        seed: the same seed picks the same.

    Returns:
        The cases; fewer than `count` only where no scenario of a chat fits the languages.
    """
    dice = random.Random(seed)
    turns = dice.sample(list(languages), len(languages))
    picked: list[Case] = []
    for place in range(count):
        wanted = [turns[(place + shift) % len(turns)] for shift in range(len(turns))]
        options = [
            (language, id)
            for language in wanted
            for id, scenario in sorted(library.scenarios.items())
            if scenario.channel == "chat" and language in scenario.languages and library.personas_for(id, language)
        ]
        if not options:
            break
        dice.shuffle(options)
        language, id = min(options, key=lambda option: _repeats(library, picked, wanted, option))
        able = library.personas_for(id, language)
        played = [case.persona_id for case in picked]
        persona = min(able, key=lambda name: (played.count(name), able.index(name)))
        picked.append(library.cast(id, persona=persona, language=language, seed=dice.randrange(2**31)))
    return picked


def _repeats(
    library: Library, picked: Sequence[Case], wanted: Sequence[Language], option: tuple[Language, str]
) -> tuple[int, int, int]:
    """How little an option adds to what is picked already; the least is the best."""
    language, id = option
    ids = [case.scenario_id for case in picked]
    products = [case.scenario.product for case in picked]
    return ids.count(id), wanted.index(language), products.count(library.scenarios[id].product)
