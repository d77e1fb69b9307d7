"""Ratings of messages against what a person would say of them: each failure by name, in every scenario language."""

from __future__ import annotations

import pytest
from hostile_texts import HOSTILE

from simulator.conversation import LANGUAGES, Language, Role
from simulator.observation.moves import cued_moves
from simulator.observation.words import read
from simulator.ratings import (
    Rating,
    Reason,
    anger,
    conflict_parts,
    confusion,
    escalation_risk,
    politeness,
    satisfaction,
    tone_parts,
)


def moves_of(text: str, language: Language) -> frozenset[str]:
    return frozenset(move.move for move in cued_moves(read(text, language)))


def part(text: str, language: Language, name: str) -> float:
    return tone_parts(text, language=language, moves=moves_of(text, language))[name].value


def hostile(text: str, language: Language) -> float:
    return conflict_parts(text, language=language, moves=moves_of(text, language))["hostile"].value


def constructive(text: str, language: Language) -> float:
    return conflict_parts(text, language=language, moves=moves_of(text, language))["constructive"].value


HARMFUL: dict[str, dict[Language, str]] = {
    "calm down": {
        "en": "You need to calm down first.",
        "ru": "Успокойтесь, пожалуйста.",
        "de": "Beruhigen Sie sich erst einmal.",
        "es": "Cálmese, por favor.",
    },
    "sarcasm": {
        "en": "Oh wow, congratulations, you managed to lose your own password. Genius.",
        "ru": "Поздравляю, гений, вы умудрились потерять собственный пароль. Браво.",
        "de": "Glückwunsch, Sie Genie, das eigene Passwort verloren. Bravo.",
        "es": "Felicidades, genio, ha perdido su propia contraseña. Bravo.",
    },
    "brushed aside": {
        "en": "It is not that bad, you are overreacting.",
        "ru": "Ничего страшного, вы преувеличиваете.",
        "de": "Das ist doch nicht so schlimm, Sie übertreiben.",
        "es": "No es para tanto, está exagerando.",
    },
}

# ruff: noqa: E501
KIND: dict[Language, str] = {
    "en": "I am sorry, that must be very frustrating. Could you tell me your order number? I can send a new one today.",
    "ru": "Мне очень жаль, это наверняка очень неприятно. Подскажите, пожалуйста, номер заказа? Могу отправить новый сегодня.",
    "de": "Es tut mir leid, das ist sicher sehr ärgerlich. Könnten Sie mir die Bestellnummer nennen? Ich kann heute einen neuen schicken.",
    "es": "Lo siento, debe de ser muy frustrante. ¿Podría decirme el número de pedido? Puedo enviarle uno nuevo hoy mismo.",
}  # fmt: skip


@pytest.mark.parametrize(("failure", "language"), [(name, lang) for name in HARMFUL for lang in LANGUAGES])
def test_harm_shows_in_tone_and_in_conflict(failure: str, language: Language) -> None:
    text = HARMFUL[failure][language]
    assert part(text, language, "dismissal") >= 50 > part(KIND[language], language, "dismissal")
    assert hostile(text, language) >= 35 > hostile(KIND[language], language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_kindness_shows_in_every_part(language: Language) -> None:
    text = KIND[language]
    assert part(text, language, "validation") >= 50
    assert part(text, language, "elaboration") >= 35
    assert constructive(text, language) >= 60
    rated = politeness(text, language=language)
    mocking = HARMFUL["sarcasm"][language]
    rude = politeness(mocking, language=language, moves=moves_of(mocking, language))
    assert rated is not None
    assert rude is not None
    assert rated.value >= 60 > rude.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bare_i_understand_validates_less_than_naming_what_is_felt(language: Language) -> None:
    bare: dict[Language, str] = {"en": "I understand.", "ru": "Я понимаю.", "de": "Ich verstehe.", "es": "Entiendo."}
    assert part(bare[language], language, "validation") < 50 <= part(KIND[language], language, "validation")


def test_a_cold_limit_is_hostile_and_a_limit_with_an_offer_is_not() -> None:
    assert hostile("No. That is impossible and not my problem.", "en") >= 35
    assert hostile("A refund is not possible here, but I can offer you a voucher or an exchange.", "en") < 35


MOODS: dict[Language, tuple[str, str]] = {
    "en": ("Thanks, that is all I needed.", "This is outrageous! You are LYING to me, I am sick of this!!!"),
    "ru": ("Спасибо, это всё, что мне было нужно.", "Это возмутительно! Вы мне ВРЁТЕ, мне это надоело!!!"),
    "de": ("Danke, mehr brauche ich nicht.", "Das ist eine Frechheit! Sie LÜGEN mich an, ich habe es satt!!!"),
    "es": ("Gracias, es todo lo que necesitaba.", "¡Esto es una vergüenza! ¡¡Me están MINTIENDO, estoy harto!!"),
}

PUZZLED: dict[Language, str] = {
    "en": "I don't understand, what does that mean?",
    "ru": "Я не понимаю, что это значит?",
    "de": "Das verstehe ich nicht, was heißt das?",
    "es": "No entiendo, ¿qué significa eso?",
}


def value(rating: Rating | None) -> float:
    assert rating is not None
    return rating.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_moods_of_a_message(language: Language) -> None:
    calm, furious = MOODS[language]
    assert value(anger(furious, language=language)) >= 60 > value(anger(calm, language=language)) + 20
    puzzled = value(confusion(PUZZLED[language], language=language))
    assert puzzled >= 60 > max(value(confusion(text, language=language)) for text in (calm, furious))


def talk(*texts: str) -> tuple[tuple[Role, str], ...]:
    return tuple(("agent" if place % 2 else "customer", text) for place, text in enumerate(texts))


@pytest.mark.parametrize("language", LANGUAGES)
def test_outcomes_of_a_conversation(language: Language) -> None:
    calm, furious = MOODS[language]
    good = talk(PUZZLED[language], KIND[language], calm)
    bad = talk(PUZZLED[language], HARMFUL["sarcasm"][language], furious)
    assert value(satisfaction(good, language=language)) >= 60 > 40 >= value(satisfaction(bad, language=language))
    assert value(escalation_risk(bad, language=language)) >= 40 > value(escalation_risk(good, language=language))


def reasons_of(text: str, language: Language) -> list[Reason]:
    moves = moves_of(text, language)
    rated = [
        politeness(text, language=language, moves=moves),
        anger(text, language=language),
        confusion(text, language=language),
        satisfaction((("customer", text),), language=language),
        escalation_risk((("customer", text),), language=language),
        *tone_parts(text, language=language, moves=moves).values(),
        *conflict_parts(text, language=language, moves=moves).values(),
    ]
    return [reason for one in rated if one is not None for reason in one.reasons]


ODD = (
    "İstanbul'da kaldım, ẞ ﬁne ﷺ – 14 days!",
    "Weißt du, STRASSE? 😡😡 I’m lost…\r\n\r\n¿Qué?",
    "a\u0301\u0300 ё Ё Й",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_are_verbatim_and_verdicts_are_explained(language: Language) -> None:
    texts = [*(by[language] for by in HARMFUL.values()), KIND[language]]
    for text in (*texts, *MOODS[language], PUZZLED[language], *ODD):
        quotes = [reason.quote for reason in reasons_of(text, language) if reason.quote is not None]
        assert all(text[quote.start : quote.end] == quote.text != "" for quote in quotes), text
        if text not in ODD:
            assert quotes, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_text_is_rated_the_same(language: Language) -> None:
    once = reasons_of(KIND[language], language)
    for text in MOODS[language]:
        reasons_of(text, language)
    assert reasons_of(KIND[language], language) == once


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_huge_and_hostile_text_is_rated_like_any_other(kind: str, language: Language) -> None:
    text = HOSTILE[kind]
    rated = [
        politeness(text, language=language),
        anger(text, language=language),
        confusion(text, language=language),
        satisfaction(talk(text, text), language=language),
        escalation_risk(talk(text, text), language=language),
        *tone_parts(text, language=language).values(),
        *conflict_parts(text, language=language).values(),
    ]
    assert all(0 <= one.value <= 100 for one in rated if one is not None)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_no_text_no_verdict(text: str) -> None:
    assert politeness(text, language="en") is None
    assert anger(text, language="en") is None
    assert confusion(text, language="en") is None
    assert tone_parts(text, language="en") == {}
    assert conflict_parts(text, language="en") == {}
    assert escalation_risk((("customer", text),), language="en") is None
    assert satisfaction((("customer", text),), language="en") is None
    assert satisfaction((), language="en") is None


def test_a_language_without_a_model_has_no_verdict() -> None:
    text = "Dette er en god melding, takk for hjelpen."
    assert politeness(text, language="nb") is None
    assert anger(text, language="nb") is None
    assert confusion(text, language="nb") is None
    assert tone_parts(text, language="nb") == {}
    assert conflict_parts(text, language="nb") == {}
    assert satisfaction((("customer", text),), language="nb") is None


def test_advice_that_was_asked_for_counts_less() -> None:
    text = "You should talk to your manager and take a few days off."
    asked = tone_parts(text, language="en", before="What should I do?")["advice"].value
    assert asked < tone_parts(text, language="en")["advice"].value
