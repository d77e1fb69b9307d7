"""Sentences that state two things: each is checked, and the false one is what is quoted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

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
