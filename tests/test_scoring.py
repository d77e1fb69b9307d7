"""Scores: sound in every language, explained, with evidence that stands in the reply."""

from __future__ import annotations

import pytest

from simulator.attempt import Attempt
from simulator.conversation import LANGUAGES, Language
from simulator.customers import ScriptedCustomer
from simulator.log import MemoryLog
from simulator.observation.lexicon import lexicon
from simulator.scenarios.library import load_library
from simulator.scenarios.rehearsal import play
from simulator.scoring import (
    DIMENSIONS,
    RULE_SCORERS,
    Dimension,
    Score,
    best_reply,
    in_words,
    make_scorecard,
    word,
)
from simulator.scoring.reply_time import band_value

LIBRARY = load_library()


def attempt_of(*replies: str, language: Language = "en", after: float = 20, scenario: str = "late-refund") -> Attempt:
    now = [0.0]
    attempt = Attempt.begin(
        LIBRARY.cast(scenario, language=language),
        customer=ScriptedCustomer(),
        scorers=RULE_SCORERS,
        log=MemoryLog(),
        clock=lambda: now[0],
    )
    for reply in replies:
        now[0] += after
        attempt.reply(reply)
    return attempt


def score_of(dimension: Dimension, *replies: str, language: Language = "en", after: float = 20) -> Score:
    attempt = attempt_of(*replies, language=language, after=after)
    return attempt.reply_scores(attempt.exchanges[-1])[dimension]


def value(dimension: Dimension, *replies: str, language: Language = "en") -> float:
    found = score_of(dimension, *replies, language=language).value
    assert found is not None
    return found


def say(language: Language, *moves: str) -> str:
    return " ".join(lexicon(language).moves[move].say[0] for move in moves)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("harm", ["tells_to_calm_down", "blames", "insults", "mocks", "dismisses", "threatens"])
def test_harm_lowers_tone_and_de_escalation(language: Language, harm: str) -> None:
    kind, unkind = say(language, "takes_ownership"), say(language, "takes_ownership", harm)
    assert value("tone", unkind, language=language) < value("tone", kind, language=language) - 10
    assert value("de_escalation", unkind, language=language) < value("de_escalation", kind, language=language) - 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_unearned_empathy_is_worth_less_than_none(language: Language) -> None:
    formula, earned = say(language, "empathises"), say(language, "empathises", "takes_ownership")
    assert value("de_escalation", formula, language=language) < 60
    assert value("de_escalation", earned, language=language) > value("de_escalation", formula, language=language) + 15
    assert value("tone", formula, language=language) <= 55


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_repeated_formula_costs_more_each_time(language: Language) -> None:
    formula = say(language, "apologises", "empathises")
    once, thrice = value("tone", formula, language=language), value("tone", *[formula] * 3, language=language)
    assert thrice < once
    assert value("de_escalation", *[formula] * 3, language=language) < value(
        "de_escalation", formula, language=language
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wrong_language_is_no_good_tone(language: Language) -> None:
    other: Language = "ru" if language != "ru" else "en"
    assert value("tone", say(other, "takes_ownership", "gives_next_step"), language=language) <= 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forbidden_claim_costs_accuracy_and_names_its_passage(language: Language) -> None:
    claim = LIBRARY.scenarios["late-refund"].forbidden[0]
    score = score_of("accuracy", claim.example[language], language=language)
    assert score.value is not None
    assert score.value <= 65
    assert claim.source in {item.passage for item in score.evidence if not item.good}


def test_a_right_number_in_a_wrong_sentence_is_not_the_fact() -> None:
    attempt = attempt_of("Our warehouse is closed for 14 days.")
    assert not attempt.exchanges[0].observation.facts


def test_no_reply_is_no_verdict_and_no_pass() -> None:
    attempt = attempt_of()
    attempt.close()
    card = attempt.scorecard()
    assert [card.scores[name].value for name in DIMENSIONS] == [None] * 5
    assert card.overall is None
    assert not card.passed


def test_a_missing_verdict_is_left_out_of_the_mean_and_fails() -> None:
    attempt = play(LIBRARY.cast("late-refund"), "expert")
    card = attempt.scorecard()
    assert card.passed
    scores = dict(card.scores)
    tone = scores["tone"]
    scores["tone"] = Score("tone", None, tone.explanation, (), tone.scorer, tone.version)
    without = make_scorecard(attempt.case, scores, attempt.outcome)
    assert without.overall is not None
    assert without.failed == ("tone",)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, 100), (40, 100), (50, 90), (60, 80), (61, 79.6), (150, 40), (240, 0), (9_999, 0)]
)
def test_reply_time_is_a_band(seconds: float, expected: float) -> None:
    assert band_value(seconds, strong=40, good=60) == pytest.approx(expected, abs=0.1)


def test_reply_time_tells_first_median_and_worst() -> None:
    attempt = attempt_of("Could you tell me the order number?", "When was it bought?", after=50)
    values = attempt.scorecard().scores["reply_time"].explanation.values
    assert (values["first"], values["median"], values["worst"], values["inside"]) == (50, 50, 50, 2)


def test_the_best_reply_is_marked_best_and_can_be_worded() -> None:
    attempt = attempt_of()
    for _ in range(4):
        before = attempt.situation
        option = best_reply(attempt.case, before)
        attempt.reply(in_words(attempt.case, option, language="en", variant=before.replies))
        assert attempt.exchanges[-1].best == option
        assert attempt.exchanges[-1].mark in ("best", "good")


def test_marks_get_worse_with_what_a_reply_cost() -> None:
    replies = [
        say("en", "names_feeling", "takes_ownership") + " " + LIBRARY.scenarios["late-refund"].facts[0].answer["en"],
        LIBRARY.scenarios["late-refund"].facts[0].answer["en"],
        "I understand.",
        say("en", "insults"),
    ]
    exchanges = [attempt_of(reply).exchanges[0] for reply in replies]
    costs = [exchange.cost for exchange in exchanges]
    assert costs == sorted(costs)
    assert exchanges[0].mark == "best"
    assert exchanges[-1].mark == "blunder"


@pytest.mark.parametrize("trainee", ["expert", "rude", "kind-but-wrong", "keyword-stuffer"])
@pytest.mark.parametrize("reader", ["en", "ru"])
def test_every_verdict_is_explained_with_quotes_from_the_reply(trainee: str, reader: str) -> None:
    attempt = play(LIBRARY.cast("late-refund"), trainee)  # type: ignore[arg-type]
    passages = {passage.id for passage in attempt.case.passages_in("en")}
    for exchange in attempt.exchanges:
        for score in attempt.reply_scores(exchange).values():
            assert word(score.explanation, attempt.case, reader)  # type: ignore[arg-type]
            for item in score.evidence:
                assert word(item.note, attempt.case, reader)  # type: ignore[arg-type]
                assert item.quote is None or item.quote in exchange.reply
                assert item.passage is None or item.passage in passages


@pytest.mark.parametrize("language", LANGUAGES)
def test_injected_instructions_move_no_score(language: Language) -> None:
    case = LIBRARY.cast("late-refund", language=language)
    card = play(case, "prompt-injector").scorecard()
    assert not card.passed
    assert (card.scores["accuracy"].value or 0) < 20
