"""Macros: what a text that was inserted does, edited or sent as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator import desk
from simulator.attempt import Attempt
from simulator.case import Case
from simulator.customers import ScriptedCustomer
from simulator.desk import fill_macro, gaps, is_sent_as_is
from simulator.log import MemoryLog
from simulator.scenarios.desk_format import Macro
from simulator.scenarios.formats import Record
from simulator.scenarios.library import load_library
from simulator.scoring import RULE_SCORERS, Exchange, word

LIBRARY = load_library()
APOLOGY = "Thank you for your patience. Your message is important to us and we value you as a customer of our company."
ORDERS = [
    {"id": id, "item": {"en": "Box"}, "placed": "2026-09-14", "amount": amount, "status": {"en": "Sent"}}
    for id, amount in (("PP-1", "68.19 EUR"), ("PP-2", "1,299.00 EUR"))
]
RECORD: dict[str, Any] = {
    "customer": {"name": "Kim Lee", "email": "kim@mail.example"},
    "orders": ORDERS,
    "devices": [{"name": "Lamp", "serial": "LX-7", "bought": "2026-09-14", "status": {"en": "Broken"}}],
}


def case_with(record: dict[str, Any] = RECORD) -> Case:
    case = LIBRARY.cast("late-refund")
    return replace(case, scenario=case.scenario.model_copy(update={"record": Record.model_validate(record)}))


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


def test_a_macro_with_a_word_changed_costs_as_much() -> None:
    _, changed = reply(APOLOGY.replace("message", "letter"), macro=APOLOGY)
    assert changed.treatment.canned


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


def macro(**text: str) -> Macro:
    return Macro.model_validate({"title": {"en": "T", "ru": "Т"}, "category": ["billing"], "text": text})


def test_a_macro_is_filled_with_what_the_record_says_for_certain() -> None:
    record = {**RECORD, "orders": ORDERS[:1]}
    text = macro(en="Hello {customer}, order {order} ({amount}), {device}. {agent}")
    filled = desk.fill_macro(text, case_with(record), language="en", agent="Sam")
    assert filled == "Hello Kim Lee, order PP-1 (68.19 EUR), Lamp. Sam"
    assert desk.gaps(filled) == ()


@pytest.mark.parametrize(
    ("language", "gap"),
    [("en", "[order number]"), ("ru", "[номер заказа]"), ("de", "[Bestellnummer]"), ("es", "[número de pedido]")],
)
def test_what_the_record_does_not_say_for_certain_is_left_as_a_gap(language: Any, gap: str) -> None:
    text = macro(en="{order}", ru="{order}", de="{order}", es="{order}")
    assert desk.fill_macro(text, case_with(), language=language, agent="Sam") == gap
    nothing = case_with({"customer": RECORD["customer"]})
    assert desk.fill_macro(text, nothing, language=language, agent="Sam") == gap
    assert [found.text for found in desk.gaps(f"A: {gap}.")] == [gap]


def test_a_macro_without_an_agent_has_a_gap_and_without_the_language_is_english() -> None:
    assert (
        desk.fill_macro(macro(ru="Это {agent}.", en="I am {agent}."), case_with(), language="de", agent=" ")
        == "I am [your name]."
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Order {order} is on its way, [Order  number].", ["{order}", "[Order  number]"]),
        ("[номер заказа] и {amount}", ["[номер заказа]", "{amount}"]),
        ("See [our page](https://shop.example) [1] […] [...] { } {}", []),
        ("He wrote “teh box” [sic], see {note} and [date].", []),
        ("", []),
    ],
)
def test_gaps_are_quoted_verbatim(text: str, found: list[str]) -> None:
    gaps = desk.gaps(text)
    assert [gap.text for gap in gaps] == found
    assert all(text[gap.start : gap.end] == gap.text for gap in gaps)


def test_what_stood_in_brackets_in_an_inserted_macro_is_a_gap_too() -> None:
    text = "It comes on [date]. He wrote “teh” [sic]."
    assert [gap.text for gap in gaps(text, macros=["It comes on [date]."])] == ["[date]"]
    assert gaps(text) == ()


@pytest.mark.parametrize(
    ("reply", "as_is"),
    [
        (APOLOGY, True),
        (APOLOGY.upper().replace(".", "!"), True),
        (APOLOGY.replace("message", "letter"), True),
        (f"Hello! {APOLOGY.replace('patience', 'time')} Bye.", True),
        (APOLOGY.replace("Thank you for your patience. ", ""), False),
        (f"{APOLOGY} I can see that the parcel has been with us for a while now.", False),
        ("The warehouse checks your parcel today, and I write to you at six.", False),
        ("", False),
    ],
)
def test_a_macro_changed_by_a_word_is_still_sent_as_it_is(reply: str, as_is: bool) -> None:
    assert is_sent_as_is(reply, APOLOGY) is as_is


def test_a_macro_of_two_words_is_only_itself() -> None:
    assert is_sent_as_is("Thank you!", "Thank you.")
    assert not is_sent_as_is("Thank you, Kim.", "Thank you.")
    assert not is_sent_as_is("", "")


@pytest.mark.parametrize("text", ["[" * 20_000, "[" + "a" * 20_000, "[a" * 10_000, "{" + "a" * 20_000, "word " * 4_000])
def test_long_hostile_replies_are_read(text: str) -> None:
    assert gaps(text, macros=[text]) == ()
    assert not is_sent_as_is(text, APOLOGY)
