"""Scores: sound in every language, explained, with evidence that stands in the reply."""

from __future__ import annotations

from dataclasses import replace

import pytest
from attempts import attempt_of

from simulator import desk
from simulator.case import Case
from simulator.conversation import LANGUAGES, Language, Outcome, Step
from simulator.desk import Desk
from simulator.observation.lexicon import lexicon
from simulator.scenarios.desk_format import TicketDesk
from simulator.scenarios.library import load_library
from simulator.scenarios.rehearsal import play
from simulator.scoring import (
    DIMENSIONS,
    Dimension,
    Note,
    ReaderLanguage,
    Score,
    best_reply,
    in_words,
    make_scorecard,
    pass_marks,
    score_process,
    word,
)
from simulator.scoring.reply_time import band_value

LIBRARY = load_library()


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


ORDER = "TW-5038214"
ALLOWED = {"en": "Ask the warehouse", "ru": "Спросить склад"}
BANNED = {"en": "Refund at once", "ru": "Вернуть деньги сразу"}
WANTED = {
    "category": ["billing"],
    "priority": ["normal"],
    "disposition": ["solved"],
    "must": [
        {"action": "verify_identity"},
        {
            "id": "warehouse",
            "action": "escalate",
            "fields": {"team": "logistics"},
            "label": ALLOWED,
            "source": "returns-refunds#refund-timing",
            "after": ["verify_identity"],
        },
    ],
    "must_not": [{"action": "refund", "label": BANNED, "source": "returns-refunds#refund-timing"}],
}
VERIFY, WAREHOUSE = {"action": "verify_identity"}, {"action": "escalate", "team": "logistics"}
REFUND, CLOSE = {"action": "refund", "order": ORDER, "amount": "661.90 EUR"}, {"action": "close"}
FORM = {
    "category": "billing",
    "priority": "normal",
    "disposition": "solved",
    "note": "The warehouse will answer tomorrow.",
}


def case_with(wanted: dict[str, object] | None = WANTED) -> Case:
    case = LIBRARY.cast("late-refund")
    right = None if wanted is None else TicketDesk.model_validate(wanted)
    return replace(case, scenario=case.scenario.model_copy(update={"desk": right}))


def ticket_of(*bodies: dict[str, str], told: frozenset[str] = frozenset({"identity"})) -> Desk:
    ticket = Desk()
    for body in bodies:
        step = Step("action" if "action" in body else "form", body, 1.0, 1)
        ticket = desk.take(case_with(), ticket, step, told=told)
    return ticket


def process_of(*bodies: dict[str, str]) -> Score:
    score = score_process(case_with(), ticket_of(*bodies))
    assert score is not None
    return score


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([VERIFY, WAREHOUSE, FORM, CLOSE], 100),
        ([WAREHOUSE, VERIFY, FORM, CLOSE], 86.4),
        ([VERIFY, FORM, CLOSE], 59),  # something needed was not done: never more than short of the mark
        ([VERIFY, WAREHOUSE, FORM], 90.9),
        ([VERIFY, WAREHOUSE, REFUND, FORM, CLOSE], 70),
        ([VERIFY, WAREHOUSE, {"action": "credit", "amount": "20 EUR"}, FORM, CLOSE], 85),
        ([REFUND, VERIFY, WAREHOUSE, FORM, CLOSE], 50),
        ([REFUND, REFUND, REFUND, VERIFY, WAREHOUSE, FORM, CLOSE], 0),
        ([VERIFY], 27.3),
        ([], 0),
    ],
)
def test_the_process_is_what_was_right_less_what_went_wrong(bodies: list[dict[str, str]], expected: float) -> None:
    assert process_of(*bodies).value == expected


def test_the_process_summary_counts_actions_parts_and_violations() -> None:
    score = process_of(VERIFY, REFUND, {**FORM, "priority": "urgent"}, CLOSE)
    assert score.explanation.values == {"done": 1, "due": 2, "violations": 1, "filed": 4, "fields": 5}
    assert (score.dimension, score.scorer, score.version) == ("process", "rules", "rules-1")


def test_without_a_desk_there_is_no_process() -> None:
    assert score_process(case_with(None), ticket_of(VERIFY, CLOSE)) is None


def test_an_untouched_ticket_is_no_verdict_only_where_nothing_was_said() -> None:
    silent = score_process(case_with(), Desk(), replied=False)
    assert silent is not None
    assert silent.value is None
    worked = score_process(case_with(), ticket_of(CLOSE), replied=False)
    assert worked is not None
    assert worked.value == 9.1


EVERYTHING = [
    ([VERIFY, WAREHOUSE, FORM, CLOSE], {"process_done", "process_form_right", "process_note", "process_closed"}),
    ([], {"process_missed", "process_form_open", "process_no_note", "process_not_closed"}),
    ([WAREHOUSE, VERIFY, {"category": "sales"}], {"process_too_early", "process_form_wrong"}),
    ([REFUND], {"process_forbidden", "process_unverified"}),
    ([{"action": "reset", "target": "account"}], {"process_uncalled"}),
]


@pytest.mark.parametrize(("bodies", "keys"), EVERYTHING, ids=["right", "untouched", "early", "forbidden", "uncalled"])
@pytest.mark.parametrize("reader", ["en", "ru"])
def test_every_check_of_the_desk_is_worded(
    bodies: list[dict[str, str]], keys: set[str], reader: ReaderLanguage
) -> None:
    score = process_of(*bodies)
    assert keys <= {item.note.key for item in score.evidence}
    for item in score.evidence:
        words = word(item.note, case_with(), reader)
        assert (item.turn, item.quote) == (None, None)
        assert words[0].isupper()
        assert words.endswith(".")
        assert "_" not in words
        assert ("−" in words) is not item.good
        assert any("а" <= letter <= "я" for letter in words) is (reader == "ru")
    assert word(score.explanation, case_with(), reader)


def test_the_passage_of_a_banned_action_is_in_the_evidence() -> None:
    [item] = [item for item in process_of(VERIFY, REFUND).evidence if item.note.key == "process_forbidden"]
    assert item.passage == "returns-refunds#refund-timing"
    assert word(item.note, case_with(), "ru") == "Здесь так делать нельзя: Вернуть деньги сразу (−30)."


def test_a_blind_verification_and_a_second_visit_are_worded() -> None:
    visit = {"action": "book_technician", "slot": "Monday"}
    wanted = {**WANTED, "must": [{"action": "book_technician", "label": ALLOWED, "after": ["identity"]}]}
    case = case_with(wanted)
    score = score_process(case, ticket_of(VERIFY, visit, visit, told=frozenset()))
    assert score is not None
    words = [word(item.note, case, "en") for item in score.evidence]
    assert "Done a second time: Ask the warehouse (−15)." in words
    assert "Too early: Ask the warehouse. First comes: Verify the identity (−19)." in words
    assert any(text.startswith("The identity was recorded as verified, but") for text in words)


def scores_of(**values: float | None) -> dict[Dimension, Score]:
    every: dict[str, float | None] = {**dict.fromkeys(DIMENSIONS, 80.0), **values}
    return {name: Score(name, every[name], Note("no_reply"), (), "rules", "rules-1") for name in DIMENSIONS}


def test_a_bad_process_fails_and_weighs_fifteen_per_cent() -> None:
    card = make_scorecard(case_with(), scores_of(process=40.0), "resolved")
    assert (card.overall, card.passed, card.failed) == (74, False, ("process",))
    assert "process 15 %" in word(card.explanation, case_with(), "en")


def test_a_process_that_was_not_scored_neither_counts_nor_fails() -> None:
    scores = scores_of(accuracy=100.0)
    del scores["process"]
    card = make_scorecard(case_with(None), scores, "resolved")
    assert card.overall == pytest.approx(80 + 20 * 0.30 / 0.85, abs=0.05)
    assert (card.passed, card.failed, "process" in card.scores) == (True, (), False)
    assert "process" not in word(card.explanation, case_with(None), "en")
    assert "35 %" in word(card.explanation, case_with(None), "ru")


def test_only_the_process_may_be_absent() -> None:
    scores = scores_of()
    del scores["tone"]
    with pytest.raises(KeyError, match="tone"):
        make_scorecard(case_with(), scores, "resolved")


@pytest.mark.parametrize("outcome", ["stopped", "taken_back"])
def test_what_was_broken_off_is_neither_passed_nor_failed(outcome: Outcome) -> None:
    card = make_scorecard(case_with(), scores_of(process=0.0, tone=None), outcome)
    assert (card.passed, card.failed) == (None, ())
    assert card.overall is not None


def test_a_scenario_can_have_its_own_mark_for_the_process() -> None:
    case = case_with()
    marks = case.scenario.pass_marks.model_copy(update={"process": 90.0})
    strict = replace(case, scenario=case.scenario.model_copy(update={"pass_marks": marks}))
    assert (pass_marks(case)["process"], pass_marks(strict)["process"]) == (60, 90)
    assert make_scorecard(strict, scores_of(), "resolved").failed == ("process",)
