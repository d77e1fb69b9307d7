"""Ratings of messages against what a person would say of them: each failure by name, in every scenario language."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from simulator.conversation import LANGUAGES, Language, Role
from simulator.observation import Claim, check_claims
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


@dataclass(frozen=True)
class Page:
    id: str
    title: str
    text: str


# ruff: noqa: E501
PAGES: dict[Language, tuple[Page, ...]] = {
    "en": (
        Page("refunds", "Refunds", "Refunds are paid within 14 days. A full refund is possible for unused tickets."),
        Page("warranty", "Warranty", "The warranty covers the battery for 12 months and the screen for 24 months."),
        Page("pets", "Pets", "Pets are not allowed in the rooms."),
    ),
    "ru": (
        Page("refunds", "Возврат", "Деньги возвращаются в течение 14 дней. За неиспользованный билет возможен полный возврат."),
        Page("warranty", "Гарантия", "Гарантия на аккумулятор действует 12 месяцев, на экран 24 месяца."),
        Page("pets", "Животные", "С животными в номера нельзя."),
    ),
    "de": (
        Page("refunds", "Erstattung", "Erstattungen erfolgen innerhalb von 14 Tagen. Für unbenutzte Tickets ist eine volle Erstattung möglich."),
        Page("warranty", "Garantie", "Die Garantie auf den Akku gilt 12 Monate, auf das Display 24 Monate."),
        Page("pets", "Haustiere", "Haustiere sind in den Zimmern nicht erlaubt."),
    ),
    "es": (
        Page("refunds", "Reembolsos", "El reembolso se paga en 14 días. Para billetes sin usar es posible un reembolso completo."),
        Page("warranty", "Garantía", "La garantía cubre la batería 12 meses y la pantalla 24 meses."),
        Page("pets", "Mascotas", "No se admiten mascotas en las habitaciones."),
    ),
}  # fmt: skip

RIGHT: dict[Language, tuple[str, ...]] = {
    "en": (
        "You will get your refund within 14 days.",
        "A full refund is possible for unused tickets.",
        "The warranty covers the battery for 12 months.",
        "Refunds are paid within two weeks.",
        "Unfortunately pets are not allowed in the rooms.",
    ),
    "ru": (
        "Деньги вернутся в течение 14 дней.",
        "За неиспользованный билет возможен полный возврат.",
        "Гарантия на аккумулятор действует 12 месяцев.",
        "Деньги возвращаются в течение двух недель.",
        "К сожалению, с животными в номера нельзя.",
    ),
    "de": (
        "Die Erstattung erfolgt innerhalb von 14 Tagen.",
        "Für unbenutzte Tickets ist eine volle Erstattung möglich.",
        "Die Garantie auf den Akku gilt 12 Monate.",
        "Die Erstattung erfolgt innerhalb von zwei Wochen.",
        "Leider sind Haustiere in den Zimmern nicht erlaubt.",
    ),
    "es": (
        "El reembolso se paga en 14 días.",
        "Para billetes sin usar es posible un reembolso completo.",
        "La garantía cubre la batería 12 meses.",
        "El reembolso se paga en dos semanas.",
        "Lamentablemente no se admiten mascotas en las habitaciones.",
    ),
}

WRONG: dict[str, dict[Language, str]] = {
    "wrong number in a right sentence": {
        "en": "You will get your refund within 30 days.",
        "ru": "Деньги вернутся в течение 30 дней.",
        "de": "Die Erstattung erfolgt innerhalb von 30 Tagen.",
        "es": "El reembolso se paga en 30 días.",
    },
    "wrong unit": {
        "en": "Refunds are paid within 14 weeks.",
        "ru": "Деньги возвращаются в течение 14 недель.",
        "de": "Die Erstattung erfolgt innerhalb von 14 Wochen.",
        "es": "El reembolso se paga en 14 semanas.",
    },
    "right number in a wrong sentence": {
        "en": "The warranty covers the battery for 24 months.",
        "ru": "Гарантия на аккумулятор действует 24 месяца.",
        "de": "Die Garantie auf den Akku gilt 24 Monate.",
        "es": "La garantía cubre la batería 24 meses.",
    },
    "not a full refund": {
        "en": "A full refund is not possible for unused tickets.",
        "ru": "За неиспользованный билет полный возврат невозможен.",
        "de": "Für unbenutzte Tickets ist keine volle Erstattung möglich.",
        "es": "Para billetes sin usar no es posible un reembolso completo.",
    },
    "promise against the documentation": {
        "en": "I promise that pets are allowed in the rooms.",
        "ru": "Обещаю, с животными в номера можно.",
        "de": "Ich verspreche Ihnen, Haustiere sind in den Zimmern erlaubt.",
        "es": "Le prometo que se admiten mascotas en las habitaciones.",
    },
    "own step with a wrong number": {
        "en": "I will make sure that you get your refund within 3 days.",
        "ru": "Я прослежу, чтобы деньги вернулись в течение 3 дней.",
        "de": "Ich sorge dafür, dass die Erstattung innerhalb von 3 Tagen erfolgt.",
        "es": "Me aseguraré de que el reembolso se paga en 3 días.",
    },
}


def checked(text: str, language: Language) -> tuple[Claim, ...]:
    return check_claims(text, passages=PAGES[language], language=language)


@pytest.mark.parametrize(("language", "text"), [(lang, text) for lang in LANGUAGES for text in RIGHT[lang]])
def test_what_the_documentation_says_is_supported(language: Language, text: str) -> None:
    assert [claim.verdict for claim in checked(text, language)] == ["supported"]


@pytest.mark.parametrize(("failure", "language"), [(failure, language) for failure in WRONG for language in LANGUAGES])
def test_what_it_says_otherwise_is_contradicted(failure: str, language: Language) -> None:
    (claim,) = checked(WRONG[failure][language], language)
    assert claim.verdict == "contradicted"
    assert claim.passage is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_documentation_can_say_is_no_claim(language: Language) -> None:
    talk: dict[Language, str] = {
        "en": "Hello! I am so sorry about this. I will check that for you right away. Is there anything else?",
        "ru": "Здравствуйте! Мне очень жаль. Я сейчас это проверю. Чем ещё могу помочь?",
        "de": "Hallo! Es tut mir sehr leid. Ich prüfe das sofort für Sie. Kann ich sonst noch etwas für Sie tun?",
        "es": "¡Hola! Lo siento mucho. Lo reviso ahora mismo. ¿Puedo ayudarle en algo más?",
    }
    assert "contradicted" not in [claim.verdict for claim in checked(talk[language], language)]
    assert check_claims(RIGHT[language][0], passages=(), language=language) == ()


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
    claims = checked(text, language)
    return [reason for one in rated if one is not None for reason in one.reasons] + [
        reason for claim in claims for reason in (Reason(claim.quote, "claim", 0.0), *claim.reasons)
    ]


ODD = (
    "İstanbul'da kaldım, ẞ ﬁne ﷺ – 14 days!",
    "Weißt du, STRASSE? 😡😡 I’m lost…\r\n\r\n¿Qué?",
    "a\u0301\u0300 ё Ё Й",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_are_verbatim_and_verdicts_are_explained(language: Language) -> None:
    texts = [*RIGHT[language], *(by[language] for by in (*WRONG.values(), *HARMFUL.values())), KIND[language]]
    for text in (*texts, *MOODS[language], PUZZLED[language], *ODD):
        quotes = [reason.quote for reason in reasons_of(text, language) if reason.quote is not None]
        assert all(text[quote.start : quote.end] == quote.text != "" for quote in quotes), text
        if text not in ODD:
            assert quotes, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_text_is_rated_the_same(language: Language) -> None:
    once = reasons_of(KIND[language], language)
    for text in (*MOODS[language], *RIGHT[language]):
        reasons_of(text, language)
    assert reasons_of(KIND[language], language) == once


HOSTILE = {
    "brackets": "(" * 20_000,
    "closing brackets": ")" * 19_999 + "x",
    "sentences": "a. " * 6_667,
    "one word": "x" * 20_000,
    "marks": "\u0301" * 20_000,
    "cue words": "you always don't " * 1_176,
    "hedges": "I'm not sure, but " * 1_111,
    "numbers": "14.14," * 3_333,
    "blanks": " " * 20_000,
    "quotes": "a'" * 10_000,
    "ligatures": "ﷺ" * 20_000,
    "questions": "what you so it is the " * 900,
}


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
    assert all(0 <= claim.support <= 1 for claim in checked(text, language))


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_no_text_no_verdict(text: str) -> None:
    assert politeness(text, language="en") is None
    assert anger(text, language="en") is None
    assert confusion(text, language="en") is None
    assert tone_parts(text, language="en") == {}
    assert conflict_parts(text, language="en") == {}
    assert checked(text, "en") == ()
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


def test_numbers_are_checked_in_a_language_without_word_lists() -> None:
    pages = (Page("p", "", "Pengene betales tilbake innen 14 dager."),)
    (right,) = check_claims("Pengene betales innen 14 dager.", passages=pages, language="nb")
    (wrong,) = check_claims("Pengene betales innen 30 dager.", passages=pages, language="nb")
    assert right.support > wrong.support


def test_advice_that_was_asked_for_counts_less() -> None:
    text = "You should talk to your manager and take a few days off."
    asked = tone_parts(text, language="en", before="What should I do?")["advice"].value
    assert asked < tone_parts(text, language="en")["advice"].value
