"""Tone and de-escalation of a reply: one code for attempts and real conversations, fair to few words."""

from __future__ import annotations

from typing import Any

import pytest
from attempts import LIBRARY, attempt_of

from simulator.conversation import LANGUAGES, Language, Quote
from simulator.observation import Move, read
from simulator.observation.lexicon import lexicon
from simulator.observation.moves import cued_moves
from simulator.scenarios.rehearsal import TraineeName, play
from simulator.scoring import (
    Dimension,
    ReaderLanguage,
    ReplyTone,
    Score,
    conduct,
    in_words,
    tone_of,
    word,
)
from simulator.transcripts import score_conversation

SOUND: tuple[Dimension, ...] = ("tone", "de_escalation")


def scores_of(*replies: str, language: Language = "en") -> dict[Dimension, Score]:
    attempt = attempt_of(*replies, language=language)
    return attempt.reply_scores(attempt.exchanges[-1])


def say(language: Language, *moves: str) -> str:
    return " ".join(lexicon(language).moves[move].say[0] for move in moves)


TERSE = {
    "en": [
        "Refund sent, arrives Friday.",
        "Which model?",
        "Hold the button ten seconds.",
        "Not possible. Exchange is.",
    ],
    "de": [
        "Erstattung ist raus, kommt Freitag.",
        "Welches Modell?",
        "Taste zehn Sekunden halten.",
        "Ihre Nummer bitte?",
    ],
    "es": ["Reembolso hecho, llega el viernes.", "¿Qué modelo?", "Mantenga el botón diez segundos.", "¿Su número?"],
    "ru": ["Деньги отправлены, придут в пятницу.", "Какая модель?", "Держите кнопку десять секунд.", "Номер заказа?"],
}
RUDE = {
    "en": ["Why are you so stupid?!", "Damn, it is sent, arrives Friday."],
    "de": ["Sind Sie blöd?!", "Verdammt, es ist raus, kommt Freitag."],
    "es": ["¿Es usted idiota?!", "Joder, ya está enviado."],
    "ru": ["Вы тупой?!", "Чёрт возьми, деньги отправлены."],
}


def tone(text: str, language: Language, **more: Any) -> ReplyTone:
    moves = tuple(cued_moves(read(text, language)))
    return tone_of(text, language=language, moves=moves, before="?", **more)


def value_of(found: ReplyTone) -> float:
    assert found.value is not None
    return found.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_terse_reply_is_plain_and_a_rude_one_is_not(language: Language) -> None:
    worst = min(value_of(tone(text, language)) for text in TERSE[language])
    assert worst >= 55
    assert all(tone(text, language).plain for text in TERSE[language])
    for text in RUDE[language]:
        assert not tone(text, language).plain
        assert value_of(tone(text, language)) < worst


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_an_upset_customer_has_to_be_soothed(language: Language) -> None:
    kind, terse = say(language, "names_feeling"), TERSE[language][0]
    assert "validation" not in tone(terse, language, upset=20.0).counted
    assert value_of(tone(terse, language, upset=60.0)) < value_of(tone(terse, language, upset=20.0))
    assert value_of(tone(kind, language, upset=60.0)) > value_of(tone(terse, language, upset=60.0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_formula_that_was_heard_twice_is_worn(language: Language) -> None:
    text = f"{say(language, 'apologises')} {TERSE[language][0]}"
    fresh, worn = tone(text, language, heard={"apologises": 1}), tone(text, language, heard={"apologises": 2})
    assert (fresh.flaws, worn.flaws) == ((), ("worn",))
    assert value_of(worn) < value_of(fresh)


def test_a_language_without_words_has_no_verdict_but_for_its_flaws() -> None:
    text = "ᐊᐃᓐᓇᖅ ᐅᓪᓗᒥ"
    assert tone_of(text, language="iu", moves=()).value is None
    foreign = Move("wrong_language", Quote(text, 0, len(text)))
    assert tone_of(text, language="iu", moves=[foreign]).value == 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_reply_is_worth_by_its_words_falls_with_hostility_and_flaws(language: Language) -> None:
    plain, rude = tone(TERSE[language][0], language), tone(RUDE[language][0], language)
    assert conduct(80, 0, plain) > conduct(0, 0, plain) > conduct(0, 0, rude) == 50 > conduct(0, 40, rude)
    assert conduct(80, 60, plain) < 50
    hollow = tone(say(language, "empathises"), language)
    assert conduct(80, 0, hollow) == 50


SHOUTED = {
    "en": "WHY CAN YOU NOT JUST WAIT",
    "de": "WARTEN SIE DOCH EINFACH AB",
    "es": "ESPERE DE UNA VEZ Y NO MOLESTE",
    "ru": "ПРОСТО ЖДИТЕ И НЕ ПИШИТЕ",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_words_that_no_move_shows_lower_an_attempts_de_escalation(language: Language) -> None:
    answer = LIBRARY.scenarios["late-refund"].facts[0].answer[language]
    shouting = f"{answer.upper()} {SHOUTED[language]}"
    aloud, calm = (scores_of(text, language=language)["de_escalation"] for text in (shouting, answer))
    assert aloud.value is not None
    assert calm.value is not None
    assert aloud.value < calm.value
    assert (aloud.parts["hostile"] or 0) > (calm.parts["hostile"] or 0)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("moves", [("names_feeling", "takes_ownership"), ("blames", "insults"), ("gives_next_step",)])
def test_attempts_and_real_conversations_have_the_same_parts(language: Language, moves: tuple[str, ...]) -> None:
    text = say(language, *moves)
    attempt = attempt_of(text, language=language)
    scores = attempt.reply_scores(attempt.exchanges[0])
    said = [{"role": turn.role, "text": turn.text} for turn in attempt.transcript[:2]]
    real = score_conversation({"id": 1, "language": language, "messages": said})["messages"][-1]["scores"]
    assert real["de_escalation"]["parts"] == scores["de_escalation"].parts
    counted = {name: part for name, part in scores["tone"].parts.items() if part is not None}
    assert len(counted) >= 3
    assert counted.items() <= real["tone"]["parts"].items()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_expert_sounds_better_than_the_novice_and_the_novice_better_than_the_rude(language: Language) -> None:
    trainees: list[TraineeName] = ["expert", "novice", "rude"]
    cards = [play(LIBRARY.cast("late-refund", language=language), name).scorecard() for name in trainees]
    for dimension in SOUND:
        expert, novice, rude = (card.scores[dimension].value or 0 for card in cards)
        assert expert > novice + 5
        assert novice > rude + 30


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("move", ["empathises", "blames", "refuses_flat", "stalls"])
def test_the_better_reply_that_is_suggested_scores_better(language: Language, move: str) -> None:
    attempt = attempt_of(say(language, move), language=language)
    exchange = attempt.exchanges[0]
    better = in_words(attempt.case, exchange.best, language=language)
    own, suggested = attempt.reply_scores(exchange), scores_of(better, language=language)
    for dimension in SOUND:
        assert (suggested[dimension].value or 0) > (own[dimension].value or 0)


@pytest.mark.parametrize("reader", ["en", "ru"])
def test_the_words_behind_a_part_are_shown_with_its_name(reader: ReaderLanguage) -> None:
    score = scores_of("Thanks for waiting. Calm down.")["tone"]
    words = {item.quote: (word(item.note, LIBRARY.cast("late-refund"), reader), item.good) for item in score.evidence}
    warm = {"en": "Politeness: warm words", "ru": "Вежливость: тёплые слова"}[reader]
    calm_down = {"en": "Tells to calm down", "ru": "Требует успокоиться"}[reader]
    assert words["Thanks for waiting"] == (warm, True)
    assert words["Calm down"] == (calm_down, False)
