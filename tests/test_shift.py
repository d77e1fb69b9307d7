"""Shifts: several chats at once, each with its own clock, and what it cost that they ran at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from simulator import practice
from simulator.attempt import Attempt, NotInExam
from simulator.case import Case
from simulator.customers import ScriptedCustomer
from simulator.history import Store, UnknownShift, create_shift, list_attempts, load_shift
from simulator.juggling import Juggling, shift_scorecard
from simulator.log import MemoryLog
from simulator.practice import Practice
from simulator.scenarios.library import load_library
from simulator.scoring import RULE_SCORERS
from simulator.shift import SIZES, begin_shift, open_shift, pick_cases

LIBRARY = load_library()
CASES = [LIBRARY.cast("late-refund", persona="furious"), LIBRARY.cast("wifi-pairing", persona="confused-beginner")]
ASKS = "I am sorry about the wait. Could you tell me your order number, please?"
HELPS = "Thank you, I am looking at it now. Which light do you see on the router?"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class World:
    """Several attempts on one clock that the test turns."""

    now: float = 0.0

    def begin(self, place: int = 0, *, starts: float = 0.0, persona: str | None = None) -> Practice:
        case = LIBRARY.cast(CASES[place % 2].scenario_id, persona=persona or CASES[place % 2].persona_id)
        attempt = Attempt.begin(
            case,
            customer=ScriptedCustomer(),
            scorers=RULE_SCORERS,
            log=MemoryLog(),
            clock=lambda: max(0.0, self.now - starts),
        )
        started = START + timedelta(seconds=starts)
        name = f"chat {place}"
        return Practice(name, "Mira", started, attempt, False, name, None, None, "shift")

    def reply(self, to: Practice, text: str, *, at: float) -> None:
        self.now = at
        to.attempt.reply(text)


def test_the_seconds_spent_on_other_chats_are_what_juggling_costs() -> None:
    world = World()
    first, second = world.begin(0), world.begin(1)
    world.reply(second, HELPS, at=50)
    world.reply(first, ASKS, at=150)
    card = shift_scorecard([first, second])
    # The first customer waited 150 s, of which the 50 s went to the second chat; the good target is 60 s.
    cost = card.chats[0].cost
    assert (cost.late, cost.seconds) == (1, 50)
    assert cost.points == pytest.approx(80 * 50 / 180, abs=0.1)
    rate = first.attempt.case.persona.waiting.anger_per_minute
    assert cost.anger == pytest.approx(rate * 50 / 60, abs=0.1)
    assert card.chats[1].cost == Juggling()
    assert (card.switches, card.longest_wait) == (1, 150)
    assert [chat.first_reply for chat in card.chats] == [150, 50]


def test_a_late_reply_with_nothing_else_to_do_is_no_cost_of_juggling() -> None:
    world = World()
    first, second = world.begin(0), world.begin(1, starts=100)
    world.reply(first, ASKS, at=99)
    world.reply(second, HELPS, at=110)
    card = shift_scorecard([first, second])
    assert card.chats[0].cost == Juggling()
    assert card.cost.seconds == 0


def test_the_time_before_another_message_was_there_is_not_spent_on_it() -> None:
    world = World()
    first, second = world.begin(0), world.begin(1, starts=70)
    world.reply(second, HELPS, at=80)
    world.reply(first, ASKS, at=100)
    assert shift_scorecard([first, second]).chats[0].cost.seconds == 10


def test_a_pause_is_no_wait() -> None:
    world = World()
    first, second = world.begin(0), world.begin(1)
    world.now = 10
    for each in (first, second):
        each.attempt.pause()
    world.now = 1010
    for each in (first, second):
        each.attempt.go_on()
    world.reply(second, HELPS, at=1060)
    world.reply(first, ASKS, at=1100)
    card = shift_scorecard([first, second])
    assert card.longest_wait == 100
    assert card.chats[0].cost.seconds == 60


def test_a_customer_who_leaves_while_others_are_answered_counts() -> None:
    world = World()
    first, second = world.begin(0), world.begin(1)
    leaves = first.attempt.case.persona.waiting.leaves_after
    world.reply(second, HELPS, at=leaves - 20)
    world.now = leaves + 1
    first.attempt.pass_time()
    result = shift_scorecard([first, second]).chats[0]
    assert result.outcome == "abandoned"
    assert (result.first_reply, result.longest_wait) == (None, leaves)
    assert (result.cost.late, result.cost.seconds, result.cost.points) == (1, leaves - 20, 0)
    assert result.cost.anger > 0


def test_a_stalling_line_does_not_end_the_wait_but_takes_time_from_the_others() -> None:
    world = World()
    first, second = world.begin(0), world.begin(1)
    world.reply(second, "One moment, please.", at=30)
    world.reply(first, ASKS, at=100)
    world.reply(second, HELPS, at=120)
    card = shift_scorecard([first, second])
    assert card.chats[0].cost.seconds == 30
    assert card.chats[1].first_reply == 120
    assert card.chats[1].cost.seconds == 70
    assert card.switches == 2


def test_means_and_worst_leave_out_what_was_stopped() -> None:
    world = World()
    chats = [world.begin(place) for place in range(3)]
    for place, each in enumerate(chats):
        world.reply(each, ASKS, at=20.0 + 20 * place)
    chats[2].attempt.stop()
    card = shift_scorecard(chats)
    overall = [chat.overall for chat in card.chats[:2]]
    assert None not in overall
    assert card.overall.worst == min(filter(None, overall))
    assert card.overall.mean == pytest.approx(sum(filter(None, overall)) / 2, abs=0.06)
    assert card.chats[2].passed is None
    assert (card.replies, card.switches, card.longest_wait) == (2, 1, 40)
    assert {"accuracy", "tone", "de_escalation", "reply_time"} <= set(card.scores)


def test_the_customers_of_a_shift_come_one_after_the_other(store: Store) -> None:
    shift_id = begin_shift(store, CASES, trainee="Mira", mode="exam", low_pressure=True, apart=30)
    shift = open_shift(store, shift_id)
    assert [chat.has_arrived for chat in shift.chats] == [True, False]
    assert shift.chats[1].arrives_in == pytest.approx(30, abs=5)
    assert [chat.waiting is None for chat in shift.chats] == [False, True]
    assert shift.due_in is not None
    assert shift.due_in <= 30
    assert (shift.mode, shift.low_pressure, shift.ended_at) == ("exam", True, None)
    assert [chat.practice.attempt.mode for chat in shift.chats] == ["exam", "exam"]
    assert all(len(chat.practice.attempt.transcript) == 1 for chat in shift.chats)


def in_a_hurry(case: Case) -> Case:
    waiting = case.persona.waiting.model_copy(update={"nudges_after": [0.001], "leaves_after": 0.002})
    return replace(case, persona=case.persona.model_copy(update={"waiting": waiting}))


def test_time_passes_in_all_chats(store: Store) -> None:
    shift_id = begin_shift(store, [in_a_hurry(case) for case in CASES], trainee="Mira", apart=0)
    while (shift := open_shift(store, shift_id)).ended_at is None:
        assert shift.due_in is not None
    assert [chat.practice.attempt.outcome for chat in shift.chats] == ["abandoned", "abandoned"]
    assert shift.due_in is None
    assert load_shift(store, shift_id=shift_id).ended_at == shift.ended_at


def test_a_shift_ends_with_its_last_chat_and_keeps_its_scorecard(store: Store) -> None:
    shift_id = begin_shift(store, CASES, trainee="Mira", apart=0)
    shift = open_shift(store, shift_id)
    shift.chats[0].practice.attempt.reply(ASKS)
    shift.chats[0].practice.attempt.close()
    assert open_shift(store, shift_id).ended_at is None
    open_shift(store, shift_id).stop()
    ended = open_shift(store, shift_id)
    assert ended.ended_at is not None
    assert [chat.practice.attempt.outcome for chat in ended.chats] == ["closed", "stopped"]
    kept = load_shift(store, shift_id=shift_id)
    again = open_shift(store, shift_id)
    assert again.ended_at == kept.ended_at
    assert again.scorecard() == ended.scorecard()


def test_a_pause_stops_all_chats_and_holds_back_who_has_not_come_yet(store: Store) -> None:
    now = datetime.now(UTC)
    shift_id = begin_shift(store, CASES, trainee="Mira", apart=3600, started_at=now - timedelta(seconds=5))
    shift = open_shift(store, shift_id)
    assert not shift.is_paused
    shift.pause()
    assert shift.is_paused
    assert shift.due_in is None
    again = open_shift(store, shift_id)
    assert again.is_paused
    again.go_on()
    assert not again.is_paused
    assert again.due_in is not None


def test_an_exam_has_no_pause(store: Store) -> None:
    shift = open_shift(store, begin_shift(store, CASES, trainee="Mira", mode="exam"))
    with pytest.raises(NotInExam):
        shift.pause()
    assert not shift.is_paused


def test_a_reply_taken_back_stays_in_the_shift(store: Store) -> None:
    shift_id = begin_shift(store, CASES, trainee="Mira", apart=0)
    first = open_shift(store, shift_id).chats[0].practice
    first.attempt.reply("Calm down.")
    branch = practice.take_back(store, first, turn=1)
    assert open_shift(store, shift_id).chats[0].practice.id == branch.id


def test_a_shift_has_two_to_four_chats(store: Store) -> None:
    for cases in (CASES[:1], CASES * 3):
        with pytest.raises(ValueError, match="2 to 4"):
            begin_shift(store, cases, trainee="Mira")
    assert list_attempts(store, trainee="Mira") == []


def test_an_unknown_shift_is_told(store: Store) -> None:
    with pytest.raises(UnknownShift):
        open_shift(store, "nothing")


def test_a_shift_without_attempts_was_never_begun(store: Store) -> None:
    empty = create_shift(store, trainee="Mira", mode="practice", low_pressure=False, started_at=START)
    with pytest.raises(UnknownShift, match="never begun"):
        open_shift(store, empty.id)
    assert load_shift(store, shift_id=empty.id).ended_at is None


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("seed", range(6))
def test_the_program_picks_a_mix(count: int, seed: int) -> None:
    cases = pick_cases(LIBRARY, count=count, languages=["en", "de"], seed=seed)
    assert cases == pick_cases(LIBRARY, count=count, languages=["en", "de"], seed=seed)
    assert len({case.scenario_id for case in cases}) == count
    assert {case.language for case in cases} == {"en", "de"}
    assert len({case.persona_id for case in cases}) >= 2
    assert all(case.scenario.channel == "chat" for case in cases)


def test_another_seed_picks_another_mix() -> None:
    mixes = {
        tuple(case.scenario_id for case in pick_cases(LIBRARY, count=3, languages=["en"], seed=seed))
        for seed in range(8)
    }
    assert len(mixes) > 4


def test_a_shift_is_resumed_as_it_was(store: Store) -> None:
    shift = open_shift(store, begin_shift(store, CASES, trainee="Mira", apart=0))
    for chat in shift.chats:
        chat.practice.attempt.reply(ASKS, browser_waited=2.5)
    again = open_shift(store, shift.id)
    for before, after in zip(shift.chats, again.chats, strict=True):
        assert before.practice.attempt.transcript == after.practice.attempt.transcript
        assert before.practice.attempt.situation == after.practice.attempt.situation
