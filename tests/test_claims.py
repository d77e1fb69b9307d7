"""What a reply states, checked by the documentation, the case and what the customer said, in every language."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hostile_texts import HOSTILE

from simulator import yaml12
from simulator.conversation import LANGUAGES, Language
from simulator.observation import Claim, check_claims, facts_said, observe, read, scenario_claims
from simulator.scenarios.library import load_library
from simulator.transcripts import score_conversation

LIBRARY = load_library()
Texts = dict[Language, str]
CASES: dict[str, Any] = yaml12.load((Path(__file__).parent / "claim_cases.yaml").read_text("utf-8"))
ODD = ("İstanbul'da kaldım, ẞ ﬁne ﷺ – 14 days!", "STRASSE? 😡😡 14 days…\r\n\r\n¿Qué?", "a\u0301\u0300 ё Ё Й 14")


@dataclass(frozen=True)
class Page:
    id: str
    title: str
    text: str


# ruff: noqa: E501
PAGES: dict[Language, tuple[Page, ...]] = {
    "en": (
        Page("care", "Care plan", "Tidewell Care can be bought only within 60 days of the invoice date."),
        Page("bank", "Refunds", "The bank needs 5 working days to pay the money out."),
        Page("fees", "Fees", "| Plan | Meals | Price |\n|---|---|---|\n| Duo | 2 | €56.80 |\n| Family | 3 | €79.20 |"),
    ),
    "ru": (
        Page("care", "План", "Tidewell Care можно купить только в течение 60 дней с даты счёта."),
        Page("bank", "Возврат", "Банку нужно 5 рабочих дней, чтобы выплатить деньги."),
        Page("fees", "Цены", "| План | Блюда | Цена |\n|---|---|---|\n| Дуэт | 2 | 56,80 € |\n| Семья | 3 | 79,20 € |"),
    ),
    "de": (
        Page("care", "Care-Plan", "Tidewell Care kann nur innerhalb von 60 Tagen ab Rechnungsdatum gekauft werden."),
        Page("bank", "Erstattung", "Die Bank braucht 5 Arbeitstage, um das Geld auszuzahlen."),
        Page("fees", "Preise", "| Tarif | Menüs | Preis |\n|---|---|---|\n| Duo | 2 | 56,80 € |\n| Familie | 3 | 79,20 € |"),
    ),
    "es": (
        Page("care", "Plan", "Tidewell Care solo se puede comprar en los 60 días posteriores a la factura."),
        Page("bank", "Reembolso", "El banco necesita 5 días laborables para pagar el dinero."),
        Page("fees", "Precios", "| Plan | Menús | Precio |\n|---|---|---|\n| Dúo | 2 | 56,80 € |\n| Familia | 3 | 79,20 € |"),
    ),
}  # fmt: skip

WRONG: dict[str, Texts] = {
    "a false beginning of a right period": {
        "en": "You can buy Tidewell Care within 60 days after the delivery.",
        "ru": "Tidewell Care можно купить в течение 60 дней после доставки.",
        "de": "Tidewell Care können Sie innerhalb von 60 Tagen nach der Lieferung kaufen.",
        "es": "Puede comprar Tidewell Care en los 60 días posteriores a la entrega.",
    },
    "tomorrow for what takes days": {
        "en": "The bank pays you the money tomorrow.",
        "ru": "Банк выплатит вам деньги завтра.",
        "de": "Die Bank zahlt Ihnen das Geld morgen aus.",
        "es": "El banco le paga el dinero mañana.",
    },
    "the price of another row": {
        "en": "The Family plan costs €56.80.",
        "ru": "План «Семья» стоит 56,80 €.",
        "de": "Der Tarif Familie kostet 56,80 €.",
        "es": "El plan Familia cuesta 56,80 €.",
    },
}
RIGHT: dict[str, Texts] = {
    "the beginning of the period": {
        "en": "You can buy Tidewell Care within 60 days of the invoice.",
        "ru": "Tidewell Care можно купить в течение 60 дней после выставления счёта.",
        "de": "Tidewell Care können Sie innerhalb von 60 Tagen nach der Rechnung kaufen.",
        "es": "Puede comprar Tidewell Care en los 60 días posteriores a la factura.",
    },
    "the days that it takes": {
        "en": "The bank pays you the money in 5 working days.",
        "ru": "Банк выплатит вам деньги за 5 рабочих дней.",
        "de": "Die Bank zahlt Ihnen das Geld in 5 Arbeitstagen aus.",
        "es": "El banco le paga el dinero en 5 días laborables.",
    },
    "the price of the row": {
        "en": "The Family plan with 3 meals costs €79.20.",
        "ru": "План «Семья» на 3 блюда стоит 79,20 €.",
        "de": "Der Tarif Familie mit 3 Menüs kostet 79,20 €.",
        "es": "El plan Familia con 3 menús cuesta 79,20 €.",
    },
}
WAITED: Texts = {
    "en": "You have waited over two weeks for the money.",
    "ru": "Вы ждёте деньги уже больше двух недель.",
    "de": "Sie warten schon über zwei Wochen auf das Geld.",
    "es": "Lleva más de dos semanas esperando el dinero.",
}


def checked(text: str, language: Language) -> tuple[Claim, ...]:
    return check_claims(text, passages=PAGES[language], language=language)


def in_case(text: str, language: Language, *, scenario: str, said: tuple[str, ...] = ("?",)) -> tuple[Claim, ...]:
    case = LIBRARY.cast(scenario, language=language)
    return observe(text, case, language=language, customer_said=said).claims


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("failure", WRONG)
def test_what_is_wrong_by_its_context_is_not_supported(failure: str, language: Language) -> None:
    (claim,) = checked(WRONG[failure][language], language)
    assert claim.verdict != "supported"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("failure", ["a false beginning of a right period", "tomorrow for what takes days"])
def test_a_false_condition_is_contradicted_and_its_word_named(failure: str, language: Language) -> None:
    (claim,) = checked(WRONG[failure][language], language)
    assert claim.verdict == "contradicted"
    quoted = {reason.quote.text for reason in claim.reasons if reason.quote and reason.weight < 0}
    assert quoted & {"delivery", "доставки", "Lieferung", "entrega", "tomorrow", "завтра", "morgen", "mañana"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("right", RIGHT)
def test_what_is_right_in_its_context_is_supported(right: str, language: Language) -> None:
    assert [claim.verdict for claim in checked(RIGHT[right][language], language)] == ["supported"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_customer_has_been_through_is_no_claim(language: Language) -> None:
    assert checked(WAITED[language], language) == ()
    assert in_case(WAITED[language], language, scenario="late-refund") == ()


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("en", "The weeks of 23 and 30 November are paused.", "The weeks of 2 and 9 November are paused."),
        ("ru", "На паузе недели с 23 и с 30 ноября.", "На паузе недели с 2 и с 9 ноября."),
    ],
)
def test_what_follows_from_the_record_is_not_unfounded(language: Language, right: str, wrong: str) -> None:
    """The record: a pause of 3 weeks from 23 November."""
    assert {claim.verdict for claim in in_case(right, language, scenario="missed-cutoff")} <= {"supported"}
    (claim,) = in_case(wrong, language, scenario="missed-cutoff")
    assert claim.verdict != "supported"


def test_what_the_record_says_is_supported_without_a_passage() -> None:
    (claim,) = in_case("The return parcel is at the warehouse since 6 November.", "en", scenario="late-refund")
    assert (claim.verdict, claim.passage) == ("supported", None)


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("en", "We have four days left, until 20 November.", "We have nine days left, until 20 November."),
        ("ru", "Осталось четыре дня, до 20 ноября.", "Осталось девять дней, до 20 ноября."),
        ("de", "Wir haben noch vier Tage, der 20. November ist der letzte.", "Wir haben noch neun Tage, der 20. November ist der letzte."),
        ("es", "Aún quedan cuatro días, hasta el 20 de noviembre.", "Aún quedan nueve días, hasta el 20 de noviembre."),
    ],
)  # fmt: skip
def test_days_between_two_dates_of_the_record_are_worked_out(language: Language, right: str, wrong: str) -> None:
    """The record: today is 16 November, the check is due by the 20th."""
    assert {claim.verdict for claim in in_case(right, language, scenario="late-refund")} <= {"supported"}
    assert {claim.verdict for claim in in_case(wrong, language, scenario="late-refund")} & {
        "unsupported",
        "contradicted",
    }


def test_a_german_ordinal_ends_no_sentence() -> None:
    text = "Tidewell Care gibt es ab dem 6. November. Die Bank zahlt das Geld in 5 Arbeitstagen aus."
    assert [claim.quote.text for claim in checked(text, "de")] == [
        "Tidewell Care gibt es ab dem 6. November.",
        "Die Bank zahlt das Geld in 5 Arbeitstagen aus.",
    ]


def test_a_number_of_the_customers_may_be_repeated_and_another_may_not() -> None:
    said = ("I have paid 311.70 EUR for nothing!",)
    assert "unsupported" not in {
        c.verdict for c in in_case("I see the 311.70 EUR.", "en", scenario="wifi-pairing", said=said)
    }
    (claim,) = in_case("The spare part costs 317.10 EUR today.", "en", scenario="wifi-pairing", said=said)
    assert claim.verdict != "supported"


def test_the_numbers_of_one_sentence_may_stand_in_two_passages() -> None:
    text = "You can buy Tidewell Care within 60 days of the invoice, and the bank pays the money in 5 working days."
    assert [claim.verdict for claim in checked(text, "en")] == ["supported"]


def test_without_a_value_nothing_is_unfounded_in_a_case() -> None:
    text = "Our robots are assembled by hand in a small village."
    (claim,) = checked(text, "en")
    assert (claim.verdict, claim.checkable) == ("unsupported", False)
    assert in_case(text, "en", scenario="late-refund") == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_attempts_and_transcripts_find_the_same_claims(language: Language) -> None:
    case = LIBRARY.cast("late-refund", language=language)
    scenario = case.scenario
    asked = scenario.opening[language][0]
    text = " ".join((scenario.facts[0].answer[language], scenario.forbidden[0].example[language]))
    seen = observe(text, case, language=language, customer_said=(asked,)).claims
    talk = [{"role": "customer", "text": asked}, {"role": "agent", "text": text}]
    scored = score_conversation({"id": 1, "language": language, "scenario": "late-refund", "messages": talk})
    rows = scored["messages"][1]["scores"]["accuracy"]["claims"]
    assert [(c.quote.text, c.verdict, c.passage) for c in seen] == [
        (row["quote"], row["verdict"], row["passage"]) for row in rows
    ]
    assert {"supported", "contradicted"} <= {claim.verdict for claim in seen}


def test_a_wrong_number_beside_a_fact_makes_the_sentence_wrong() -> None:
    scenario = LIBRARY.scenarios["late-refund"]
    passages = LIBRARY.cast("late-refund", language="en").passages_in("en")
    text = read("After the release the bank needs 5 business days, or 90 days for credit cards.", "en")
    facts = facts_said(scenario, text)
    assert [fact.id for fact in facts] == ["bank-days"]
    (claim,) = scenario_claims(scenario, text, passages=passages, customer_said=("When?",), facts=facts)
    assert claim.verdict == "contradicted"


STEPS: dict[str, Texts] = {
    "a promise to write": {
        "en": "I promise to write to you tomorrow.",
        "ru": "Обещаю написать вам завтра.",
        "de": "Ich verspreche, Ihnen morgen zu schreiben.",
        "es": "Le prometo que mañana le escribo.",
    },
    "a question to a colleague": {
        "en": "I will ask the bank tomorrow and write to you.",
        "ru": "Завтра я спрошу в банке и напишу вам.",
        "de": "Ich frage morgen bei der Bank nach und schreibe Ihnen.",
        "es": "Mañana pregunto en el banco y le escribo.",
    },
}
ONLY: Texts = {
    "en": "The refund is paid only to the original card. Agents cannot send it to another account.",
    "ru": "Деньги возвращаются только на карту, которой оплачен заказ. Отправить их на другой счёт сотрудники не могут.",
    "de": "Die Erstattung geht nur auf die ursprüngliche Karte. Der Support kann sie nicht auf ein anderes Konto leiten.",
    "es": "El reembolso se paga solo a la tarjeta original. Los agentes no pueden enviarlo a otra cuenta.",
}
BANNED: Texts = {
    "en": "I will send the refund to your other account.",
    "ru": "Я отправлю деньги на ваш другой счёт.",
    "de": "Ich leite die Erstattung auf Ihr anderes Konto.",
    "es": "Le envío el reembolso a su otra cuenta.",
}
ALLOWED: Texts = {
    "en": "The refund is paid only to the original card, not to another account.",
    "ru": "Деньги возвращаются только на карту, которой оплачен заказ, не на другой счёт.",
    "de": "Die Erstattung geht nur auf die ursprüngliche Karte, nicht auf ein anderes Konto.",
    "es": "El reembolso se paga solo a la tarjeta original, no a otra cuenta.",
}
LIMIT: Texts = {
    "en": "Up to 10 hours of cleaning, the full price is refunded.",
    "ru": "До 10 часов уборки возвращается полная цена.",
    "de": "Bis 10 Stunden Reinigung wird der volle Preis erstattet.",
    "es": "Hasta 10 horas de limpieza se reembolsa el precio completo.",
}
BEYOND: Texts = {
    "en": "With more than 10 hours of cleaning, the full price is not refunded.",
    "ru": "Больше 10 часов уборки: полная цена не возвращается.",
    "de": "Bei mehr als 10 Stunden Reinigung wird der volle Preis nicht erstattet.",
    "es": "Con más de 10 horas de limpieza no se reembolsa el precio completo.",
}
WITHIN: Texts = {
    "en": "With 6 hours of cleaning, the full price is not refunded.",
    "ru": "При 6 часах уборки полная цена не возвращается.",
    "de": "Bei 6 Stunden Reinigung wird der volle Preis nicht erstattet.",
    "es": "Con 6 horas de limpieza no se reembolsa el precio completo.",
}
HOUR: Texts = {
    "en": "The bank pays the money within an hour.",
    "ru": "Банк выплатит деньги в течение часа.",
    "de": "Die Bank zahlt das Geld innerhalb einer Stunde aus.",
    "es": "El banco paga el dinero en una hora.",
}


def verdicts(text: str, page: str, language: Language) -> list[str]:
    return [c.verdict for c in check_claims(text, passages=[Page("page", "", page)], language=language)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", STEPS)
def test_what_an_agent_will_do_is_no_claim(step: str, language: Language) -> None:
    assert checked(STEPS[step][language], language) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_agent_may_not_do_is_contradicted(language: Language) -> None:
    assert verdicts(BANNED[language], ONLY[language], language) == ["contradicted"]
    assert verdicts(ALLOWED[language], ONLY[language], language) == ["supported"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_limit_denies_what_lies_beyond_it_and_nothing_within(language: Language) -> None:
    assert "contradicted" not in verdicts(BEYOND[language], LIMIT[language], language)
    assert verdicts(WITHIN[language], LIMIT[language], language) == ["contradicted"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_unit_without_a_number_is_one_of_it(language: Language) -> None:
    (claim,) = checked(HOUR[language], language)
    assert claim.verdict != "supported"


def test_a_number_of_something_else_is_contradicted() -> None:
    page = "The warehouse releases the refund within 14 days. The bank needs 3 days to credit the money."
    assert verdicts("The bank needs 14 days to credit the money.", page, "en") == ["contradicted"]
    assert verdicts("The bank needs 3 days to credit the money.", page, "en") == ["supported"]


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("en", "You should have read the terms."),
        ("ru", "Надо было читать условия."),
        ("es", "Debería haber leído las condiciones."),
    ],
)
def test_a_reproach_is_no_statement(language: Language, reply: str) -> None:
    case = LIBRARY.cast("late-refund", language=language)
    assert not observe(reply, case, language=language, customer_said=("?",)).claims


def by_pages(text: str, pages: list[tuple[str, str]], language: Language) -> tuple[Claim, ...]:
    known = [Page(str(number), title, page) for number, (title, page) in enumerate(pages)]
    return check_claims(text, passages=known, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_documentation_says_is_supported_and_what_it_says_otherwise_contradicted(language: Language) -> None:
    pages = CASES["pages"][language]
    for text in CASES["right"][language]:
        assert [claim.verdict for claim in by_pages(text, pages, language)] == ["supported"], text
    for by in CASES["wrong"].values():
        (claim,) = by_pages(by[language], pages, language)
        assert claim.verdict == "contradicted", claim.quote
        assert claim.passage is not None
        assert check_claims(by[language], passages=(), language=language) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_documentation_can_say_is_no_claim(language: Language) -> None:
    claims = by_pages(CASES["talk"][language], CASES["pages"][language], language)
    assert "contradicted" not in [claim.verdict for claim in claims]


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_are_verbatim_and_verdicts_are_explained(language: Language) -> None:
    wrong = (by[language] for by in CASES["wrong"].values())
    for text in (*CASES["right"][language], *wrong, *ODD):
        claims = by_pages(text, CASES["pages"][language], language)
        quotes = [reason.quote for claim in claims for reason in claim.reasons if reason.quote is not None]
        assert all(text[one.start : one.end] == one.text != "" for one in (*quotes, *(c.quote for c in claims))), text


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_huge_and_hostile_text_is_checked_like_any_other(kind: str, language: Language) -> None:
    assert all(0 <= claim.support <= 1 for claim in checked(HOSTILE[kind], language))


def test_numbers_are_checked_in_a_language_without_word_lists() -> None:
    pages = [("", "Pengene betales tilbake innen 14 dager.")]
    (right,) = by_pages("Pengene betales innen 14 dager.", pages, "nb")  # type: ignore[arg-type]
    (wrong,) = by_pages("Pengene betales innen 30 dager.", pages, "nb")  # type: ignore[arg-type]
    assert right.support > wrong.support
