"""Macros: what a text that was inserted does, edited or sent as it is."""

from __future__ import annotations

from simulator.attempt import Attempt
from simulator.customers import ScriptedCustomer
from simulator.desk import fill_macro, gaps
from simulator.log import MemoryLog
from simulator.scenarios.library import load_library
from simulator.scoring import RULE_SCORERS, Exchange, word

LIBRARY = load_library()
APOLOGY = "Thank you for your patience. Your message is important to us and we value you as a customer of our company."


def reply(text: str, *, macro: str | None = None) -> tuple[Attempt, Exchange]:
    attempt = Attempt.begin(
        LIBRARY.cast("late-refund", persona="furious"),
        customer=ScriptedCustomer(),
        scorers=RULE_SCORERS,
        log=MemoryLog(),
        clock=lambda: 20.0,
    )
    if macro is not None:
        attempt.do("macro", {"macro": "any", "text": macro})
    attempt.reply(text)
    return attempt, attempt.exchanges[0]


def test_a_macro_sent_as_it_is_where_it_does_not_fit_costs() -> None:
    attempt, canned = reply(APOLOGY, macro=APOLOGY)
    _, own = reply(APOLOGY)
    assert canned.treatment.canned
    assert not own.treatment.canned
    assert canned.after.mood.anger > own.after.mood.anger
    tone = attempt.scorecard().scores["tone"]
    assert any("macro" in word(item.note, attempt.case) for item in tone.evidence if not item.good)


def test_a_macro_that_answers_costs_nothing() -> None:
    answer = LIBRARY.scenarios["late-refund"].facts[0].answer["en"]
    _, exchange = reply(answer, macro=answer)
    assert not exchange.treatment.canned


def test_a_macro_that_was_edited_is_the_trainees_own() -> None:
    _, exchange = reply(
        f"{APOLOGY} I can see that the parcel has been with us for a while now, and I look into it.", macro=APOLOGY
    )
    assert not exchange.treatment.canned


def test_a_gap_that_was_left_costs() -> None:
    sentence = "I am sorry about the delay with order {}. I will look into it at once and write to you today."
    _, left = reply(sentence.format("[order number]"))
    _, filled = reply(sentence.format("TW-5038214"))
    assert left.treatment.gap
    assert left.after.mood.trust < filled.after.mood.trust


def test_every_shipped_macro_is_filled_from_every_case_of_its_product() -> None:
    for id, scenario in LIBRARY.scenarios.items():
        case = LIBRARY.cast(id)
        for macro in LIBRARY.macros[scenario.product].values():
            for language in scenario.languages:
                text = fill_macro(macro, case, language=language, agent="Kim")
                assert "{" not in text
                assert all(quote.text.startswith("[") for quote in gaps(text))
