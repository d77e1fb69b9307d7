"""Phrases: matched by lemma, value and negation, close together, never by substring."""

from __future__ import annotations

import pytest

from simulator.conversation import Language
from simulator.observation import PhraseError, conveys, parse_phrase, read

SAYS = [
    ("en", "(refund|money) 14 days", "You will have your money back within 14 days."),
    ("en", "(refund|money) 14 days", "Refunds take up to two weeks."),
    ("en", "(refund|money) 14 days", "The refund is paid within fourteen days after arrival."),
    ("en", "5 business days", "It takes 3 to 5 business days."),
    ("en", "5 business days", "It takes 3-5 business days."),
    ("en", "fee 12.90 EUR", "There is a fee of €12.90 on top."),
    ("en", "fee 12.90 EUR", "The fee is 12,90 euros."),
    ("en", "full refund not", "We cannot give you a full refund."),
    ("en", "hold Home 5 seconds", "Could you hold the Home button for five seconds?"),
    ("en", "release 20 November", "It will be released by November 20."),
    ("en", "release 20 November", "It will be released by 20.11.2026."),
    ("ru", "(деньги|возврат) 14 дней", "Деньги вернутся в течение четырнадцати дней."),
    ("ru", "(деньги|возврат) 14 дней", "Возврат занимает две недели."),
    ("ru", "вернуть 649 евро", "Мы вернём вам 649,00 €."),
    ("ru", "не вернуть сбор", "Сбор за срочную доставку не возвращается."),
    ("de", "(Geld|Erstattung) 14 Tage", "Sie erhalten Ihr Geld innerhalb von vierzehn Tagen."),
    ("de", "Gebühr 12,90 Euro", "Die Gebühr beträgt 12,90 €."),
    ("de", "nicht erstatten Gebühr", "Die Gebühr wird leider nicht erstattet."),
    ("es", "(dinero|reembolso) 14 días", "Recibirá el dinero en un plazo de catorce días."),
    ("es", "no reembolsar tarifa", "La tarifa no se reembolsa."),
]
DOES_NOT_SAY = [
    ("en", "full refund", "That would not be a full refund."),
    ("en", "full refund", "A full refund is not possible."),
    ("en", "full refund", "Is it a full refund?"),
    ("en", "(refund|money) 14 days", "The refund takes 15 days."),
    ("en", "(refund|money) 14 days", "The refund takes 14 hours."),
    ("en", "(refund|money) 14 days", "Your money is safe. The box arrives on time. We are closed for 14 days."),
    ("en", "rest", "The restocking fee applies."),
    ("en", "nothing happen", "That should not have happened."),
    ("ru", "полный возврат", "Полный возврат невозможен."),
    ("ru", "полный возврат", "Это не полный возврат."),
    ("ru", "(деньги|возврат) 14 дней", "Возврат занимает 15 дней."),
    ("de", "volle Erstattung", "Eine volle Erstattung ist leider nicht möglich."),
    ("de", "volle Erstattung", "Es gibt keine volle Erstattung."),
    ("es", "reembolso completo", "No es posible un reembolso completo."),
    ("es", "reembolso completo", "El reembolso no es completo."),
]


@pytest.mark.parametrize(("language", "phrase", "text"), SAYS)
def test_says(language: Language, phrase: str, text: str) -> None:
    quote = conveys([phrase], read(text, language))
    assert quote is not None
    assert text[quote.start : quote.end] == quote.text


@pytest.mark.parametrize(("language", "phrase", "text"), DOES_NOT_SAY)
def test_does_not_say(language: Language, phrase: str, text: str) -> None:
    assert conveys([phrase], read(text, language)) is None


def test_a_number_alone_answers_what_was_just_asked() -> None:
    asked = read("How long does the refund take?", "en").keys
    assert conveys(["refund 14 days"], read("Up to 14 days.", "en"), context=asked)
    assert not conveys(["refund 14 days"], read("Up to 14 days.", "en"))
    assert not conveys(["refund 14 days"], read("Up to 15 days.", "en"), context=asked)


@pytest.mark.parametrize("phrase", ["(refund|money 14 days", "refund|money", "the of a", "((a|b)|c) refund"])
def test_an_unreadable_phrase_is_named(phrase: str) -> None:
    with pytest.raises(PhraseError, match="“"):
        parse_phrase(phrase, "en")


@pytest.mark.parametrize("text", ["", " ", "👍🏽", "‏שלום", "1 2 3 " * 5_000, "a" * 20_000, "((((", "\x00", "<b>hi</b>"])
def test_any_text_can_be_read(text: str) -> None:
    for token in read(text, "en").tokens:
        assert text[token.start : token.end]
