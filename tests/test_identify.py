"""The language of short texts, among two dozen, and of the replies of a conversation."""

from __future__ import annotations

import pytest

from simulator.conversation import LANGUAGES, Language
from simulator.observation import language_of, observe
from simulator.observation.identify import identify

SENTENCES = {
    "en": "My order has not arrived yet.",
    "de": "Meine Bestellung ist noch nicht angekommen.",
    "es": "Mi pedido todavía no ha llegado.",
    "ru": "Мой заказ ещё не пришёл.",
    "fr": "Ma commande n'est pas encore arrivée.",
    "it": "Il mio ordine non è ancora arrivato.",
    "pt": "A minha encomenda ainda não chegou.",
    "ro": "Comanda mea nu a ajuns încă.",
    "bg": "Поръчката ми още не е пристигнала.",
    "uk": "Моє замовлення ще не прийшло.",
    "pl": "Moje zamówienie jeszcze nie dotarło.",
    "hi": "मेरा ऑर्डर अभी तक नहीं आया है।",
    "zh": "我的订单还没有到。",
    "ja": "注文がまだ届いていません。",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence(language: str) -> None:
    code, sure = identify(SENTENCES[language])
    assert code == language
    assert sure > 0.5


@pytest.mark.parametrize(
    ("text", "language"),
    [("thank you", "en"), ("vielen Dank", "de"), ("muchas gracias", "es"), ("большое спасибо", "ru")],
)
def test_two_words(text: str, language: str) -> None:
    assert identify(text)[0] == language


def test_the_expected_language_settles_a_doubt() -> None:
    assert [identify("Material", expected)[0] for expected in ("en", "de", "es")] == ["en", "de", "es"]
    assert identify("Vielen Dank für Ihre schnelle Hilfe", "en")[0] == "de"


@pytest.mark.parametrize("text", ["", "   ", "123 456", "!!!"])
def test_no_letters_no_language(text: str) -> None:
    assert identify(text) == (None, 0.0)


REPLIES = {
    "en": "I am sorry for the delay, I will check your order right away.",
    "de": "Die Verspätung tut mir leid, ich prüfe Ihre Bestellung sofort.",
    "es": "Siento el retraso, ahora mismo reviso su pedido.",
    "ru": "Простите за задержку, я сейчас же проверю ваш заказ.",
    "fr": "Je suis désolé pour le retard, je vérifie tout de suite votre commande.",
    "it": "Mi dispiace per il ritardo, controllo subito il suo ordine.",
    "pt": "Peço desculpa pelo atraso, vou já verificar a sua encomenda.",
    "pl": "Przepraszam za opóźnienie, zaraz sprawdzę zamówienie.",
    "uk": "Вибачте за затримку, зараз перевірю ваше замовлення.",
    "tr": "Gecikme için özür dilerim, siparişinizi hemen kontrol ediyorum.",
    "zh": "很抱歉让您久等了，我马上为您查询订单。",
}


def is_wrong(text: str, language: Language) -> bool:
    return observe(text, None, language=language, customer_said=()).makes("wrong_language")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("written", REPLIES)
def test_a_reply_in_another_language_is_noticed(language: Language, written: str) -> None:
    assert is_wrong(REPLIES[written], language) == (written != language)
    assert language_of(REPLIES[written], language) == written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "Hola",
        "TW-5043691, TW-5043692, DE123456789",
        "Nordlicht Studio GmbH, Hauptstraße 5, 10115 Berlin",
        "https://example.com/track?id=1 und-so-weiter@mail.example",
        "Calle Mayor 12, 28013 Madrid",
        "iPhone 15 Pro Max, Wi-Fi 6E",
    ],
)
def test_names_and_numbers_are_in_no_wrong_language(text: str, language: Language) -> None:
    assert not is_wrong(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please send it to Lindenstraße 14, 80331 München, to the attention of Herr Müller.", "en"),
        ("You wrote «Где мой заказ, и когда он придёт?» and I will check it now.", "en"),
        ("Mon Dieu, that is a long wait!", "en"),
        ("Reset, reboot, done.", "en"),
        ("Sie schrieben: “Where is my parcel, I want it now”. Es ist unterwegs.", "de"),
        ("Das Cashback-Update ist live.", "de"),
        ("Ticket geschlossen, Betrag erstattet, Karte gesperrt.", "de"),
        ("Reset, Reboot, fertig.", "de"),
        ("Su router “Home Box Premium Edition” ya está en camino.", "es"),
        ("Importe devuelto, tarjeta bloqueada.", "es"),
        ("No hay problema", "es"),
        ("Ваша отмена принята и действует.", "ru"),
        ("Ваш iPhone 15 Pro Max и AirPods Pro уже в пути.", "ru"),
        ("Откройте Settings, General, Reset и нажмите Reset Network Settings.", "ru"),
        ("Да, конечно.", "ru"),
    ],
)
def test_foreign_words_in_a_reply_do_not_change_its_language(text: str, language: Language) -> None:
    assert not is_wrong(text, language)


def test_a_message_without_letters_has_no_language() -> None:
    assert language_of("12345 👍", "en") is None
