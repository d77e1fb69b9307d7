"""What is found in a reply: moves by the cases of every language's cues, facts, questions, claims, language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest

from simulator.case import Case
from simulator.conversation import LANGUAGES, Language
from simulator.mood import effects
from simulator.observation import Observation, language_of, observe, read
from simulator.observation.lexicon import lexicon
from simulator.observation.moves import cued_moves
from simulator.scenarios.formats import MoveName
from simulator.scenarios.library import load_library

LIBRARY = load_library()


BY_FORM = ("asks", "uses_jargon")
"""Moves that more shows than their cues."""


def move_cases(kind: str) -> list[tuple[Language, str, str]]:
    return list(_move_cases(kind))


def _move_cases(kind: str) -> Iterator[tuple[Language, str, str]]:
    for language in LANGUAGES:
        for move, cues in lexicon(language).moves.items():
            if cues.phrases and move not in BY_FORM:
                for text in getattr(cues, kind):
                    yield language, move, text


@pytest.mark.parametrize(("language", "move", "text"), move_cases("yes"))
def test_a_move_is_found_by_its_cues(language: Language, move: str, text: str) -> None:
    assert move in {found.move for found in cued_moves(read(text, language))}


@pytest.mark.parametrize(("language", "move", "text"), move_cases("no"))
def test_what_only_looks_like_a_move_is_not_found(language: Language, move: str, text: str) -> None:
    assert move not in {found.move for found in cued_moves(read(text, language))}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("move", BY_FORM)
def test_moves_that_more_than_cues_show_hold_to_their_cases_too(language: Language, move: MoveName) -> None:
    cues = lexicon(language).moves[move]
    assert cues.yes
    assert [text for text in cues.yes if not seen(text, language=language).makes(move)] == []
    assert [text for text in cues.no if seen(text, language=language).makes(move)] == []


RUDE = {"insults", "mocks", "threatens", "blames", "dismisses", "tells_to_calm_down", "talks_about_self", "pushes_sale"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_documentation_makes_no_rude_move(language: Language) -> None:
    found = [
        (passage.id, move.move, move.quote.text)
        for languages in LIBRARY.passages.values()
        for passage in languages[language]
        for move in cued_moves(read(passage.text, language))
        if move.move in RUDE
    ]
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_experts_words_make_no_harmful_move(language: Language) -> None:
    found = []
    for id, scenario in LIBRARY.scenarios.items():
        if language not in scenario.languages:
            continue
        for text in [*(fact.answer[language] for fact in scenario.facts), *(h.ask[language] for h in scenario.hidden)]:
            harmful = [m for m in seen(text, scenario=id, language=language).moves if effects()[m.move].kind == "harm"]
            found += [(id, move.move, move.quote.text) for move in harmful]
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_experts_say_for_a_good_move_makes_no_harmful_one(language: Language) -> None:
    found = [
        (name, move.move, move.quote.text)
        for name, cues in lexicon(language).moves.items()
        if effects()[name].kind != "harm"  # type: ignore[index]
        for line in cues.say
        for move in cued_moves(read(line, language))
        if effects()[move.move].kind == "harm" and (name, move.move) != ("sets_limit", "refuses_flat")
    ]
    assert not found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_all_the_moves_and_has_cases_for_them(language: Language) -> None:
    moves = lexicon(language).moves
    assert moves.keys() == effects().keys() == set(get_args(MoveName))
    assert not [move for move, cues in moves.items() if cues.phrases and not (cues.yes and cues.no)]


def seen(
    text: str, *, scenario: str = "late-refund", language: Language = "en", said: str = "Where is my money?"
) -> Observation:
    case: Case = LIBRARY.cast(scenario, language=language)
    return observe(text, case, language=language, customer_said=(said,))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_expert_answer_conveys_its_fact_and_stands_in_the_documentation(language: Language) -> None:
    for scenario_id, scenario in LIBRARY.scenarios.items():
        if language not in scenario.languages:
            continue
        for fact in scenario.facts:
            found = seen(fact.answer[language], scenario=scenario_id, language=language)
            assert fact.id in {each.id for each in found.facts}
            assert not [claim for claim in found.claims if claim.verdict == "contradicted"], (scenario_id, fact.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forbidden_claim_is_contradicted_with_its_passage(language: Language) -> None:
    for scenario_id, scenario in LIBRARY.scenarios.items():
        if language not in scenario.languages:
            continue
        for claim in scenario.forbidden:
            found = seen(claim.example[language], scenario=scenario_id, language=language)
            made = [each for each in found.claims if each.forbidden == claim.id]
            assert made, (scenario_id, claim.id)
            assert made[0].verdict == "contradicted"
            assert made[0].passage == claim.source


def test_quotes_stand_verbatim_in_the_reply() -> None:
    text = "I’m so sorry — that must be frustrating. Could you give me the order number? The refund takes 14 days."
    found = seen(text)
    quotes = (
        [m.quote for m in found.moves]
        + [f.quote for f in (*found.facts, *found.asked)]
        + [c.quote for c in found.claims]
    )
    assert quotes
    assert all(text[quote.start : quote.end] == quote.text for quote in quotes)


def test_asking_for_the_order_number_is_found_in_questions_and_requests_only() -> None:
    assert seen("Could you give me your order number?").asked
    assert seen("Please send me the order number.").asked
    assert not seen("The order number is on the invoice.").asked


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("en", "The bank needs another 3 to 5 business days.", "The bank needs another 20 business days."),
        ("ru", "Банку нужно ещё 3–5 рабочих дней.", "Банку нужно ещё 20 рабочих дней."),
        ("de", "Die Bank braucht danach noch 3 bis 5 Arbeitstage.", "Die Bank braucht danach noch 20 Arbeitstage."),
        ("es", "El banco necesita después de 3 a 5 días laborables.", "El banco necesita después 20 días laborables."),
    ],
)
def test_a_wrong_number_is_not_supported(language: Language, right: str, wrong: str) -> None:
    assert {claim.verdict for claim in seen(right, language=language).claims} == {"supported"}
    assert {claim.verdict for claim in seen(wrong, language=language).claims} <= {"contradicted", "unsupported"}
    assert seen(wrong, language=language).claims


def test_what_the_record_says_needs_no_source() -> None:
    assert not [c for c in seen("I see your payment of 661.90 EUR.").claims if c.verdict != "supported"]


def test_a_heap_of_keywords_conveys_nothing() -> None:
    found = seen(
        "refund warehouse 14 days bank 3 5 business days original payment method card order frustrating sorry robot"
    )
    assert found.stuffed
    assert not found.facts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I have checked your order and the refund is on its way.", "en"),
        ("Здравствуйте, сейчас всё проверю.", "ru"),
        ("Ich habe Ihre Bestellung geprüft.", "de"),
        ("He revisado su pedido y ya está en camino.", "es"),
        ("Je comprends, votre commande est en route.", "fr"),
        ("Przepraszam za opóźnienie, zaraz sprawdzę zamówienie.", "pl"),
        ("🙂🙂", None),
        ("12345", None),
        ("", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["ok", "TW-5038214", "👍", "Alex?", "14 days", "Wi-Fi"])
def test_what_has_no_language_is_not_the_wrong_one(text: str) -> None:
    for language in LANGUAGES:
        assert not seen(text, language=language).makes("wrong_language")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wrong_language_is_noticed(language: Language) -> None:
    other: Language = "ru" if language != "ru" else "en"
    text = {"ru": "Я сейчас проверю ваш заказ и напишу вам.", "en": "I will check your order and write to you."}[other]
    found = seen(text, language=language)
    assert found.makes("wrong_language")
    assert not found.facts
