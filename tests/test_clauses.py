"""Sentences that state two things: each is checked, and the false one is what is quoted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attempts import attempt_of

from simulator import yaml12
from simulator.conversation import LANGUAGES, Language, Quote
from simulator.observation import Claim, check_claims
from simulator.observation.support import clauses
from simulator.scenarios.library import load_library

LIBRARY = load_library()
DATA: dict[str, Any] = yaml12.load((Path(__file__).parent / "clause_twins.yaml").read_text("utf-8"))
TWINS = [
    pytest.param(name, language, id=f"{name}-{language}")
    for name, twin in DATA["twins"].items()
    for language in LANGUAGES
    if language in twin
]


def checked(text: str, language: Language, *, manual: bool = False) -> tuple[Claim, ...]:
    if manual:
        return check_claims(
            text, language=language, passages=LIBRARY.cast("late-refund", language=language).passages_in(language)
        )
    pages = enumerate(DATA["pages"][language])
    known = [SimpleNamespace(id=str(number), title=title, text=page) for number, (title, page) in pages]
    return check_claims(text, passages=known, language=language)


@pytest.mark.parametrize(("name", "language"), TWINS)
def test_a_false_half_or_a_number_of_something_else_is_contradicted(name: str, language: Language) -> None:
    twin = DATA["twins"][name]
    right, wrong = (checked(text, language, manual=twin["manual"]) for text in twin[language])
    assert [claim.verdict for claim in right] == ["supported"]
    assert [claim.verdict for claim in wrong] == ["contradicted"]


@pytest.mark.parametrize(
    ("language", "half"),
    [
        ("en", "the shipping costs are refunded."),
        ("de", "die Versandkosten werden erstattet."),
        ("es", "los gastos de envío se reembolsan."),
        ("ru", "стоимость доставки возвращается."),
    ],
)
def test_the_false_half_is_what_is_quoted(language: Language, half: str) -> None:
    (claim,) = checked(DATA["twins"]["shipping refunded"][language][1], language)
    assert claim.quote.text == half


@pytest.mark.parametrize(
    ("language", "sentence", "parts"),
    [
        # A subject and a condition are lent to the clauses behind.
        ("en", "Shipping costs 19 EUR and takes 10 days.", ["Shipping costs 19 EUR", "Shipping takes 10 days."]),
        ("ru", "Доставка стоит 19 € и занимает 10 дней.", ["Доставка стоит 19 €", "Доставка занимает 10 дней."]),
        (
            "en",
            "If you return all of it, the fee is refunded, and the express fee is kept.",
            ["If you return all of it, the fee is refunded", "If you return all of it, the express fee is kept."],
        ),
        # Lists, decimals, conditions in two parts and relative clauses are no clauses of their own.
        ("en", "Visa, Mastercard and PayPal are accepted.", []),
        ("de", "Der Versand kostet 12,90 EUR.", []),
        ("en", "You get it back if the box is whole and the label is there.", []),
        ("de", "Der Preis, den Sie bezahlt haben, wird erstattet.", []),
        ("es", "El producto que llega roto y no funciona se cambia.", []),
        # In a language without a list of verbs it takes a number on both sides.
        ("zh", "退款需要14天，运费为19元。", ["退款需要14天", "运费为19元。"]),
        ("zh", "退款很快，运费为19元。", []),
    ],
)
def test_where_a_sentence_is_taken_apart(language: str, sentence: str, parts: list[str]) -> None:
    assert [clause.whole for clause in clauses(Quote(sentence, 0, len(sentence)), language)] == parts


def test_a_negation_in_a_condition_denies_nothing() -> None:
    text = "If the money does not arrive within 7 days, the order is cancelled automatically."
    assert [claim.verdict for claim in checked(text, "en", manual=True)] == ["supported"]


TRUTHS: dict[str, Any] = yaml12.load((Path(__file__).parent / "claim_truths.yaml").read_text("utf-8"))


def claims_in(scenario: str, language: Language, text: str) -> tuple[Claim, ...]:
    return attempt_of(text, language=language, scenario=scenario).exchanges[-1].observation.claims


@pytest.mark.parametrize(
    ("scenario", "language", "text"),
    [(scenario, language, text) for scenario, by in TRUTHS.items() for language, texts in by.items() for text in texts],
)
def test_a_true_sentence_is_never_called_false(scenario: str, language: Language, text: str) -> None:
    false = [claim.quote.text for claim in claims_in(scenario, language, text) if claim.verdict == "contradicted"]
    assert not false


@pytest.mark.parametrize(
    ("scenario", "language", "text"),
    [
        ("late-refund", "en", "Step two: the bank needs another 20 business days."),
        (
            "late-refund",
            "en",
            "I can't speed the check up, but I can offer you a voucher of up to 50 EUR, and a supervisor would call "
            "you back within one business day.",
        ),
        (
            "late-refund",
            "en",
            "Once the warehouse has released it, the bank needs another 20 business days, and so on.",
        ),
        ("late-refund", "ru", "Вернём деньги на любую другую карту через час, и ещё 500 евро сверху."),
        ("late-refund", "ru", "Дадим вам 20 евро деньгами."),
    ],
)
def test_what_is_false_beside_it_still_is(scenario: str, language: Language, text: str) -> None:
    assert "contradicted" in [claim.verdict for claim in claims_in(scenario, language, text)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I have noted it."),
        ("en", "Leave it with me."),
        ("en", "Thank you for waiting."),
        ("en", "Does that answer everything, and is there anything else I can do for you?"),
        ("en", "Have I answered all of it, or is there anything else?"),
        ("de", "Ist damit alles geklärt, und kann ich sonst noch etwas für Sie tun?"),
        ("es", "¿Responde eso a todo, y puedo ayudarle en algo más?"),
        ("ru", "Мне жаль, что так долго."),
        ("ru", "Всё ли понятно, и могу ли я ещё чем-то помочь?"),
    ],
)
def test_a_courtesy_states_nothing(language: Language, text: str) -> None:
    assert claims_in("late-refund", language, text) == ()


@pytest.mark.parametrize("text", ["Деньги придут на исходную карту.", "Возврат уйдёт на карту, с которой вы платили."])
def test_the_original_card_in_other_words(text: str) -> None:
    facts = attempt_of(text, language="ru").exchanges[-1].observation.facts
    assert [fact.id for fact in facts] == ["original-method"]
