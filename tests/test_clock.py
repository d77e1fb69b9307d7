"""The clock: what a reply's wait is, what buys patience, and what a pause stops."""

from __future__ import annotations

import pytest

from simulator.attempt import Attempt, NotInExam
from simulator.conversation import LANGUAGES, Language, Mode
from simulator.customers import ScriptedCustomer
from simulator.log import MemoryLog
from simulator.scenarios.library import load_library
from simulator.scoring import RULE_SCORERS

LIBRARY = load_library()
ONE_MOMENT: dict[Language, list[str]] = {
    "en": ["One moment please…", "Just a second.", "Bear with me."],
    "ru": ["Одну минуту…", "Секундочку.", "Подождите немного."],
    "de": ["Einen Moment bitte…", "Eine Sekunde.", "Moment noch."],
    "es": ["Un momento, por favor…", "Un segundo.", "Espere un momento."],
}


class Talk:
    """An attempt on a clock that only moves when told."""

    def __init__(self, language: Language = "en", mode: Mode = "practice") -> None:
        self.now = 0.0
        self.log = MemoryLog()
        case = LIBRARY.cast("late-refund", language=language, persona="polite-immovable")
        self.attempt = Attempt.begin(
            case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=self.log, clock=lambda: self.now, mode=mode
        )
        self.fact = case.scenario.facts[0].answer[language]

    def say(self, text: str, after: float) -> None:
        self.now += after
        self.attempt.reply(text)

    @property
    def reply_time(self) -> float:
        value = self.attempt.scorecard().scores["reply_time"].value
        assert value is not None
        return value


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_lines_buy_no_reply_time(language: Language) -> None:
    talk = Talk(language)
    for line in ONE_MOMENT[language]:
        talk.say(line, 20)
    talk.say(talk.fact, 20)
    waits = [exchange.waited for exchange in talk.attempt.exchanges]
    assert waits == [20, 40, 60, 80]
    plain = Talk(language)
    plain.say(plain.fact, 80)
    assert talk.reply_time == plain.reply_time


def test_a_real_first_reply_starts_the_clock_again() -> None:
    talk = Talk()
    talk.say(talk.fact, 30)
    talk.say("Could you tell me the order number, please?", 15)
    assert [exchange.waited for exchange in talk.attempt.exchanges] == [30, 15]
    assert talk.attempt.shown_at == 45


def test_a_trainee_who_never_says_anything_has_no_time_to_be_proud_of() -> None:
    talk = Talk()
    for line in ONE_MOMENT["en"]:
        talk.say(line, 60)
    assert talk.reply_time < 60


def test_one_honest_moment_buys_patience_and_a_second_does_not() -> None:
    talk = Talk()
    first = talk.attempt.next_silence()
    assert first is not None
    talk.say(ONE_MOMENT["en"][0], 10)
    later = talk.attempt.next_silence()
    assert later == first + 10
    talk.say(ONE_MOMENT["en"][1], 10)
    assert talk.attempt.next_silence() == later


def test_the_same_wait_is_felt_once() -> None:
    talk, plain = Talk(), Talk()
    talk.say("One moment please…", 100)
    talk.say(talk.fact, 20)
    plain.say(plain.fact, 120)
    late = [exchange.treatment.late_minutes for exchange in talk.attempt.exchanges]
    assert sum(late) == pytest.approx(plain.attempt.exchanges[0].treatment.late_minutes)


def test_a_pause_stops_the_clock_and_the_customers_impatience() -> None:
    talk = Talk()
    talk.now = 10
    talk.attempt.pause()
    talk.now = 5_000
    assert talk.attempt.is_paused
    assert talk.attempt.pass_time() == []
    assert talk.attempt.next_silence() is None
    talk.attempt.go_on()
    assert talk.attempt.now == 10
    talk.say(talk.fact, 5)
    assert talk.attempt.exchanges[0].waited == 15
    again = Attempt.resume(
        talk.attempt.case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=talk.log, clock=lambda: talk.now
    )
    assert again.now == talk.attempt.now == 15
    assert again.exchanges == talk.attempt.exchanges


def test_a_reply_ends_a_pause() -> None:
    talk = Talk()
    talk.now = 10
    talk.attempt.pause()
    talk.say(talk.fact, 500)
    assert not talk.attempt.is_paused
    assert talk.attempt.exchanges[0].waited == 10


def test_an_exam_has_no_pause_and_gives_no_help() -> None:
    talk = Talk(mode="exam")
    with pytest.raises(NotInExam):
        talk.attempt.pause()
    with pytest.raises(NotInExam):
        talk.attempt.do("hint", {"reply": "1"})
    talk.attempt.do("breathe")
    assert [step.kind for step in talk.attempt.steps] == ["breathe"]


def test_nudges_do_not_restart_the_clock() -> None:
    talk = Talk()
    due = talk.attempt.next_silence()
    assert due is not None
    talk.now = due + 1
    assert len(talk.attempt.pass_time()) == 1
    talk.say(talk.fact, 9)
    assert talk.attempt.exchanges[0].waited == due + 10


@pytest.mark.parametrize(
    "line",
    [
        "One moment please…",
        "Please give me just one more moment, I am going to look into this for you right now, thank you.",
        "What?",
        "Ok.",
    ],
)
def test_the_same_empty_line_again_buys_no_time_either(line: str) -> None:
    talk = Talk()
    for _ in range(3):
        talk.say(line, 20)
    talk.say(talk.fact, 40)
    assert talk.attempt.exchanges[-1].waited == 100
    plain = Talk()
    plain.say(plain.fact, 100)
    assert talk.reply_time == plain.reply_time


def test_a_short_word_on_the_case_is_an_answer() -> None:
    talk = Talk()
    talk.say("The refund went out this morning.", 30)
    assert talk.attempt.shown_at == 30


def test_two_tabs_pause_and_go_on_once() -> None:
    talk = Talk()

    def tab() -> Attempt:
        return Attempt.resume(
            talk.attempt.case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=talk.log, clock=lambda: talk.now
        )

    one, other = tab(), tab()
    talk.now = 10
    one.pause()
    talk.now = 50
    other.pause()
    talk.now = 60
    one.go_on()
    other.go_on()
    assert one.now == other.now == tab().now == 10
    other.pause()
    talk.now = 100
    one.reply(talk.fact)
    assert not tab().is_paused
    assert tab().exchanges[0].waited == 10
    ats = [turn.at for turn in tab().transcript]
    assert ats == sorted(ats)


def test_a_pause_that_comes_too_late_does_not_stop_what_is_over() -> None:
    talk = Talk()
    talk.now = 100_000
    talk.attempt.pause()
    assert talk.attempt.outcome == "abandoned"
    assert not talk.attempt.is_paused
    assert talk.attempt.steps == ()


@pytest.mark.parametrize("browser", [float("nan"), float("inf"), -5.0, 1e400])
def test_a_browser_that_tells_nonsense_is_not_believed(browser: float) -> None:
    talk = Talk()
    talk.now = 30
    talk.attempt.reply(talk.fact, browser_waited=browser)
    assert talk.attempt.exchanges[0].waited in (0, 30)
    again = Attempt.resume(
        talk.attempt.case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=talk.log, clock=lambda: talk.now
    )
    assert again.exchanges == talk.attempt.exchanges
