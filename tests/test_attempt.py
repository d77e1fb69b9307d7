"""The conversation: what the customer does next, how it ends, and that a log is all an attempt needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator import yaml12
from simulator.attempt import Attempt, AttemptOver, ReplyTooLong
from simulator.case import Case
from simulator.conversation import LANGUAGES, MAX_REPLY, Language
from simulator.customers import ScriptedCustomer
from simulator.director import next_fact, next_hidden
from simulator.log import MemoryLog
from simulator.observation.lexicon import lexicon
from simulator.scenarios.library import load_library
from simulator.scenarios.rehearsal import play
from simulator.scoring import RULE_SCORERS

LIBRARY = load_library()


class Talk:
    """An attempt on a clock that only moves when told."""

    def __init__(self, case: Case) -> None:
        self.now = 0.0
        self.log = MemoryLog()
        self.attempt = Attempt.begin(
            case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=self.log, clock=lambda: self.now
        )

    def say(self, text: str, after: float = 20) -> str:
        self.now += after
        return self.attempt.reply(text)


def refund(language: Language = "en", persona: str = "furious", seed: int = 0) -> Talk:
    return Talk(LIBRARY.cast("late-refund", language=language, persona=persona, seed=seed))


def test_the_customer_gives_what_it_is_asked_for() -> None:
    talk = refund()
    hidden = next_hidden(talk.attempt.case, talk.attempt.situation)
    assert hidden is not None
    assert not any(told in talk.attempt.transcript[0].text for told in hidden.told["en"])
    answer = talk.say(hidden.ask["en"])
    assert any(told in answer for told in hidden.told["en"])


def test_a_question_that_hurts_is_not_answered_until_it_is_asked_again() -> None:
    talk = refund()
    hidden = talk.attempt.case.scenario.hidden[0]
    rude = talk.say("Calm down. " + hidden.ask["en"])
    assert not any(told in rude for told in hidden.told["en"])
    assert hidden.id not in talk.attempt.situation.told
    answer = talk.say("I am sorry. " + hidden.ask["en"])
    assert any(told in answer for told in hidden.told["en"])


def test_what_was_told_is_told_again_when_asked_again() -> None:
    talk = refund()
    hidden = talk.attempt.case.scenario.hidden[0]
    talk.say(hidden.ask["en"])
    answer = talk.say("Sorry, I lost it. " + hidden.ask["en"])
    assert any(told in answer for told in hidden.told["en"])


def test_the_customer_notices_that_another_question_was_answered() -> None:
    talk = refund()
    first, second = talk.attempt.case.scenario.facts[:2]
    talk.say(first.answer["en"])
    assert talk.attempt.situation.pending == second.id
    answer = talk.say(talk.attempt.case.fact("express-fee").answer["en"])
    assert any(question in answer for question in second.question["en"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_whose_case_does_not_get_on_asks_what_is_missing(language: Language) -> None:
    talk = refund(language)
    for fact in talk.attempt.case.scenario.facts:
        talk.say(fact.answer[language])
    good = lexicon(language).moves["takes_ownership"].say[0]
    answers = [talk.say(f"{good} {turn}") for turn in range(4)]
    assert any(
        line in answer for answer in answers for line in yaml12.load_resource("simulator", "stuck.yaml")[language]
    )
    told = [line for hidden in talk.attempt.case.scenario.hidden for line in hidden.told[language]]
    assert not any(line in answer for answer in answers for line in told)


def test_a_tab_that_stops_late_changes_nothing() -> None:
    talk = refund()
    late = Attempt.resume(
        talk.attempt.case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=talk.log, clock=lambda: talk.now
    )
    talk.say("Hello, which order is it?")
    talk.attempt.stop()
    late.stop()
    assert late.transcript == talk.attempt.transcript
    assert late.outcome == talk.attempt.outcome == "stopped"


def test_a_falsehood_is_noticed() -> None:
    talk = refund()
    claim = talk.attempt.case.scenario.forbidden[0]
    answer = talk.say(claim.example["en"])
    assert any(line in answer for line in claim.reaction["en"])


@pytest.mark.parametrize("language", ["en", "ru", "de", "es"])
def test_the_wrong_language_is_noticed(language: Language) -> None:
    talk = refund(language)
    other: Language = "ru" if language != "ru" else "en"
    fact = next_fact(talk.attempt.case, talk.attempt.situation)
    assert fact is not None
    answer = talk.say(fact.answer[other])
    lines = talk.attempt.case.persona.lines[language]["wrong_language"]
    assert answer in {line for band in lines.values() for line in band}
    assert talk.attempt.situation.conveyed == frozenset()


@pytest.mark.parametrize("persona", sorted(LIBRARY.personas))
@pytest.mark.parametrize("language", LANGUAGES)
def test_ten_replies_never_hear_one_line_twice(persona: str, language: Language) -> None:
    say = lexicon(language).moves
    for replies in (
        ["%d"],
        ["Hm, %d."],
        [say["tells_to_calm_down"].say[0] + " %d"],
        [say["stalls"].say[0] + " %d"],
        [say["asks"].say[0] + " %d"],
        [say["takes_ownership"].say[0] + " %d"],
        ["Je comprends votre situation, numéro %d"],
    ):
        talk = refund(language, persona)
        heard = [talk.attempt.transcript[0].text]
        for turn in range(10):
            if talk.attempt.outcome is None:
                heard.append(talk.say(replies[0] % turn))
        assert len(heard) == len(set(heard))


def test_the_same_seed_and_replies_give_the_same_conversation() -> None:
    def texts(seed: int) -> list[str]:
        talk = refund(seed=seed)
        for text in ("Hello", "Which order is it?", "Calm down.", "It takes 14 days."):
            talk.say(text)
        return [turn.text for turn in talk.attempt.transcript]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)


def test_silence_is_nudged_and_then_the_customer_leaves() -> None:
    talk = refund()
    waiting = talk.attempt.case.persona.waiting
    talk.now = waiting.nudges_after[0] - 1
    assert talk.attempt.pass_time() == []
    talk.now += 2
    assert len(talk.attempt.pass_time()) == 1
    assert talk.attempt.pass_time() == []
    talk.now = waiting.leaves_after + 1
    said = talk.attempt.pass_time()
    assert len(said) == len(waiting.nudges_after)
    assert talk.attempt.outcome == "abandoned"
    assert [turn.at for turn in talk.attempt.transcript] == [0, *waiting.nudges_after, waiting.leaves_after]
    with pytest.raises(AttemptOver):
        talk.say("Hello?")


def test_a_nudge_does_not_restart_the_clock_of_the_reply() -> None:
    talk = refund()
    talk.now = talk.attempt.case.persona.waiting.nudges_after[0] + 1
    talk.attempt.pass_time()
    talk.say("Hello", after=10)
    assert talk.attempt.exchanges[0].waited == talk.now


@pytest.mark.parametrize(
    ("trainee", "outcome"),
    [("expert", "resolved"), ("rude", "gave_up"), ("silent", "abandoned"), ("wrong-language", "gave_up")],
)
def test_how_it_ends(trainee: str, outcome: str) -> None:
    assert play(LIBRARY.cast("late-refund"), trainee).outcome == outcome  # type: ignore[arg-type]


def test_a_reply_that_is_too_long_is_refused_and_nothing_is_lost() -> None:
    talk = refund()
    before = talk.attempt.transcript
    with pytest.raises(ReplyTooLong, match=f"{MAX_REPLY:,} characters, and this one has {MAX_REPLY + 1:,}.*shorten"):
        talk.say("x" * (MAX_REPLY + 1))
    assert talk.attempt.transcript == before
    assert talk.say("x" * MAX_REPLY)
    assert talk.attempt.transcript[1].text == "x" * MAX_REPLY


def test_stopping_is_never_held_against_the_trainee() -> None:
    talk = refund()
    talk.say("Calm down.")
    talk.attempt.stop()
    assert talk.attempt.outcome == "stopped"
    card = talk.attempt.scorecard()
    assert card.passed is None
    assert card.failed == ()
    with pytest.raises(AttemptOver):
        talk.say("Hello?")


def test_closing_on_the_customer_is_no_pass() -> None:
    talk = refund()
    talk.say("Hello, which order is it?")
    talk.attempt.close()
    assert talk.attempt.outcome == "closed"
    assert talk.attempt.scorecard().passed is False


def test_passing_a_case_that_may_be_escalated_ends_it() -> None:
    talk = Talk(LIBRARY.cast("third-breakdown"))
    talk.say(lexicon("en").moves["escalates"].say[0])
    assert talk.attempt.outcome == "escalated"


def test_a_supervisor_is_no_way_out_of_a_case_that_needs_none() -> None:
    talk = refund()
    talk.say(lexicon("en").moves["escalates"].say[0])
    assert talk.attempt.outcome is None


def test_a_customer_that_switches_language_expects_to_be_followed() -> None:
    case = LIBRARY.cast("customs-parcel", language="en")
    talk = Talk(case)
    first, then = case.language, talk.attempt.case.scenario.speech.to["en"]  # type: ignore[union-attr]
    assert first != then
    after = case.scenario.speech.after  # type: ignore[union-attr]
    for turn in range(after):
        assert talk.attempt.situation.language == first
        talk.say(f"I have checked your parcel and I will tell you what happens next, step {turn}.")
    assert talk.attempt.situation.language == then
    talk.say("I have checked your parcel once more and I will write to you.")
    assert talk.attempt.exchanges[-1].observation.makes("wrong_language")


EDGES = [
    "Could you? " * 1_800,
    "5 days. " * 2_500,
    "word 7 days " * 1_600,
    "a. " * 6_600,
    "sorry " * 3_300,
    "." * 19_999 + "x",
    "?" * 19_999 + "x",
    "€5 " * 6_600,
    "(" * 10_000 + ")" * 10_000,
    "",
    "   ",
    "👍🏽👍🏽",
    "‮שלום‬ abc",
    "x" * 20_000,
    "word " * 4_000,
    "<script>alert(1)</script>",
    "\x00",
    "{question}",
    "**bold** [a](javascript:b)",
]


@pytest.mark.parametrize("text", EDGES, ids=lambda text: repr(text[:12]))
def test_any_text_gets_an_answer_and_scores(text: str) -> None:
    talk = refund()
    assert talk.say(text)
    assert talk.attempt.transcript[1].text == text
    scores = talk.attempt.reply_scores(talk.attempt.exchanges[0])
    assert all(score.value is None or 0 <= score.value <= 100 for score in scores.values())


def test_an_attempt_is_resumed_from_its_log_alone() -> None:
    talk = refund()
    for text in ("Hello", "Which order number is it?", "One moment, please."):
        talk.say(text)
    talk.now += 300
    talk.attempt.pass_time()
    again = Attempt.resume(
        talk.attempt.case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=talk.log, clock=lambda: talk.now
    )
    assert again.transcript == talk.attempt.transcript
    assert again.situation == talk.attempt.situation
    assert again.exchanges == talk.attempt.exchanges


def test_a_reply_that_was_committed_and_not_answered_is_answered_on_resuming() -> None:
    talk = refund()
    talk.now = 20
    talk.attempt.send("Hello, which order is it?")
    again = Attempt.resume(
        talk.attempt.case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=talk.log, clock=lambda: talk.now
    )
    assert not again.is_answered
    assert again.answer() == again.transcript[-1].text
    assert again.is_answered
    assert len(talk.log.read().turns) == 3


def test_a_message_sent_twice_is_one_turn() -> None:
    talk = refund()
    talk.now = 20
    talk.attempt.reply("Hello", send_id="a")
    talk.attempt.reply("Hello", send_id="a")
    assert [turn.role for turn in talk.attempt.transcript] == ["customer", "agent", "customer"]


@pytest.mark.parametrize(("browser", "waited"), [(12.0, 12.0), (50.0, 20.0), (-3.0, 0.0), (None, 20.0)])
def test_reply_time_is_the_browsers_clamped_to_the_servers(browser: float | None, waited: float) -> None:
    talk = refund()
    talk.now = 20
    talk.attempt.reply("Hello", browser_waited=browser)
    assert talk.attempt.exchanges[0].waited == waited


def test_two_tabs_on_one_log_lose_and_double_nothing() -> None:
    talk = refund()
    clock: Callable[[], float] = lambda: talk.now  # noqa: E731
    other = Attempt.resume(
        talk.attempt.case, customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=talk.log, clock=clock
    )
    talk.say("Hello from the first tab")
    talk.now += 5
    other.reply("Hello from the second tab")
    talk.attempt.refresh()
    assert talk.attempt.transcript == other.transcript == talk.log.read().turns
    assert [turn.role for turn in other.transcript] == ["customer", "agent", "customer", "agent", "customer"]
