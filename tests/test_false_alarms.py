"""Innocent replies that look like bad ones, each beside one that is at fault, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import yaml12
from simulator.conversation import LANGUAGES
from simulator.transcripts import score_conversation

_CLEAR, _APART = 20.0, 15.0
"""An innocent reply has less than the one of hostility; the risk of a talk differs by the other at least."""
TWINS: dict[str, dict[str, Any]] = yaml12.load((Path(__file__).parent / "false_alarms.yaml").read_text("utf-8"))
ANGRY = {
    "en": "I have been waiting three weeks for my money and nobody answers! This is ridiculous.",
    "de": "Ich warte seit drei Wochen auf mein Geld und niemand antwortet! Das ist eine Frechheit.",
    "es": "Llevo tres semanas esperando mi dinero y nadie me contesta. ¡Es una vergüenza!",
    "ru": "Я жду деньги уже три недели, и никто не отвечает! Это безобразие.",
}


def scored(language: str, *said: tuple[str, str]) -> dict[str, Any]:
    """A conversation with these messages (role, text), a minute apart, as it is scored."""
    messages = [{"role": r, "text": t, "at": f"2026-03-02T10:{n:02d}:00Z"} for n, (r, t) in enumerate(said)]
    return score_conversation({"id": "1", "language": language, "channel": "chat", "messages": messages})


def reply_to_anger(language: str, text: str) -> dict[str, Any]:
    """A reply to an angry customer, as it is scored."""
    message: dict[str, Any] = scored(language, ("customer", ANGRY[language]), ("agent", text))["messages"][-1]
    return message


def twins() -> Iterator[Any]:
    for name, twin in TWINS.items():
        for language in LANGUAGES:
            yield pytest.param(twin["measure"], language, *twin[language], id=f"{name}-{language}")


@pytest.mark.parametrize(("measure", "language", "innocent", "at_fault"), list(twins()))
def test_only_the_reply_at_fault_is_marked_down(measure: str, language: str, innocent: str, at_fault: str) -> None:
    kind, _, name = measure.partition(" ")
    if kind == "move":
        found = [{move["move"] for move in reply_to_anger(language, text)["moves"]} for text in (innocent, at_fault)]
        assert [name in moves for moves in found] == [False, True]
    elif kind == "hostile":
        values = [
            reply_to_anger(language, text)["scores"]["de_escalation"]["parts"]["hostile"]
            for text in (innocent, at_fault)
        ]
        assert values[0] < _CLEAR < values[1]
    else:
        risks = [scored(language, ("agent", text))["outcome"]["escalation_risk"] for text in (innocent, at_fault)]
        assert risks[0] + _APART < risks[1]


POLITE = {
    "en": "I'm really sorry about the wait, and I understand why you are upset. Could you give me your order number so "
    "I can check where the refund is right now?",
    "de": "Es tut mir sehr leid, dass Sie so lange warten, und ich verstehe, warum Sie verärgert sind. Könnten Sie mir "
    "bitte Ihre Bestellnummer nennen, dann prüfe ich sofort, wo das Geld ist?",
    "es": "Siento mucho la espera y entiendo por qué está molesto. ¿Podría darme el número de pedido para ver ahora "
    "mismo dónde está el reembolso?",
    "ru": "Мне очень жаль, что вы так долго ждёте, и я понимаю, почему вы расстроены. Подскажите, пожалуйста, номер "
    "заказа, я сразу посмотрю, где возврат.",
}
TERSE = {"en": "Order number?", "de": "Bestellnummer?", "es": "¿Número de pedido?", "ru": "Номер заказа?"}
RUDE_WAIT = {
    "en": "That is not my problem, please wait like everybody else.",
    "de": "Das ist nicht mein Problem, warten Sie wie alle anderen.",
    "es": "No es mi problema, espere como todos los demás.",
    "ru": "Это не моя проблема, подождите, как все остальные.",
}
APOLOGY = {
    "en": "I'm so sorry, I can see why you are upset.",
    "de": "Es tut mir leid, ich sehe, warum Sie verärgert sind.",
    "es": "Lo siento mucho, veo por qué está molesto.",
    "ru": "Мне очень жаль, я вижу, почему вы расстроены.",
}
FORMULA = {
    "en": "I understand.",
    "de": "Ich verstehe das.",
    "es": "Entiendo.",
    "ru": "Я вас понимаю.",
}
STALL = {"en": "Please wait.", "de": "Bitte warten Sie.", "es": "Espere, por favor.", "ru": "Подождите, пожалуйста."}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exemplary_reply_is_polite_calm_and_an_answer(language: str) -> None:
    polite, terse = (reply_to_anger(language, texts[language])["scores"] for texts in (POLITE, TERSE))
    assert polite["tone"]["parts"]["politeness"] > max(70, terse["tone"]["parts"]["politeness"])
    assert polite["tone"]["value"] > terse["tone"]["value"]
    assert polite["de_escalation"]["value"] > terse["de_escalation"]["value"]
    assert polite["reply_time"]["value"] is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_makes_wait_is_never_better_than_honest_or_hollow_empathy(language: str) -> None:
    apology, formula, stall = (
        reply_to_anger(language, texts[language])["scores"] for texts in (APOLOGY, FORMULA, STALL)
    )
    for score in ("tone", "de_escalation"):
        assert apology[score]["value"] > stall[score]["value"]
        assert formula[score]["value"] >= stall[score]["value"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_calm_customer_may_be_asked_to_wait(language: str) -> None:
    calm = {"en": "When does it come?", "de": "Wann kommt es?", "es": "¿Cuándo llega?", "ru": "Когда придёт?"}
    scores = scored(language, ("customer", calm[language]), ("agent", STALL[language]))["messages"][-1]["scores"]
    assert scores["tone"]["value"] > 55
    assert scores["de_escalation"]["value"] > 80


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rude_refusal_to_answer_is_timed(language: str) -> None:
    assert reply_to_anger(language, STALL[language])["scores"]["reply_time"]["value"] is None
    assert reply_to_anger(language, RUDE_WAIT[language])["scores"]["reply_time"]["value"] is not None


@pytest.mark.parametrize(
    ("language", "call"), [("en", "HELLO???"), ("de", "HALLO???"), ("es", "¿¿HOLA???"), ("ru", "ПРИВЕТ???")]
)
def test_a_customer_who_shouts_for_an_answer_is_not_greeting(language: str, call: str) -> None:
    before, after = scored(language, ("customer", ANGRY[language]), ("customer", call))["messages"]
    greeting = call.strip("¿?").capitalize() + "!"
    greeted = scored(language, ("customer", ANGRY[language]), ("customer", greeting))["messages"][-1]
    assert after["mood"]["satisfaction"] <= before["mood"]["satisfaction"]
    assert after["mood"]["anger"] > greeted["mood"]["anger"] + 20
