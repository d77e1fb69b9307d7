"""What the program itself says: suggested sentences are what they claim to be, and Russian is set as Russian."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from simulator.conversation import LANGUAGES, Language
from simulator.observation import observe
from simulator.observation.lexicon import lexicon
from simulator.scenarios.library import load_library

ROOT = Path(__file__).parent.parent
RUSSIAN_PO = ROOT / "simulator/ui/translations/ru/LC_MESSAGES/tough_customer.po"
RUSSIAN_LINE = re.compile(r'\bru: "([^"]*)"')
OWN_WORDS = [
    path for folder in ("coach", "debrief", "scoring") for path in (ROOT / "simulator" / folder).glob("*.yaml")
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_suggested_sentence_makes_the_move_that_it_stands_for(language: Language) -> None:
    missed = [
        (move, line)
        for move, cues in lexicon(language).moves.items()
        if cues.phrases
        for line in cues.say
        if move not in {found.move for found in observe(line, None, language=language, customer_said=()).moves}
    ]
    assert not missed


def test_a_suggested_russian_sentence_does_not_tell_the_agents_gender() -> None:
    lines = [line for cues in lexicon("ru").moves.values() for line in cues.say]
    assert not [line for line in lines if re.search(r"\b(сам|сама|рад|рада|готов|готова)\b", line.lower())]


@pytest.mark.parametrize(
    "reply",
    [
        "Счета старше 30 дней, от 1 и 15 октября, изменить нельзя.",
        "Да, можно. Но только в счета не старше 30 дней: это счета от 29 октября и 12 ноября.",
    ],
)
def test_the_rule_of_30_days_is_heard_from_either_side(reply: str) -> None:
    case = load_library().cast("company-invoice", language="ru")
    found = observe(reply, case, language="ru", customer_said=("Можно переделать счета?",))
    assert "within-30-days" in {fact.id for fact in found.facts}


def test_a_rule_broken_in_words_is_not_taken_for_the_rule() -> None:
    case = load_library().cast("company-invoice", language="ru")
    reply = "Мы исправим даже счета старше 30 дней."
    found = observe(reply, case, language="ru", customer_said=("Можно переделать счета?",))
    assert "within-30-days" not in {fact.id for fact in found.facts}


def russian_texts(paths: list[Path]) -> list[tuple[str, str]]:
    return [(path.name, text) for path in paths for text in RUSSIAN_LINE.findall(path.read_text(encoding="utf-8"))]


def test_russian_texts_have_russian_quotation_marks() -> None:
    texts = russian_texts([*OWN_WORDS, *(ROOT / "scenario_library").rglob("*.yaml")])
    assert texts
    assert not [text for text in texts if re.search("“[^„]*”", text[1])]


def test_amounts_in_the_russian_texts_of_scenarios_have_a_comma() -> None:
    texts = russian_texts([*(ROOT / "scenario_library/scenarios").glob("*.yaml")])
    assert [text for text in texts if re.search(r"\d,\d\d ?(EUR|евро)", text[1])]
    assert not [text for text in texts if re.search(r"\d\.\d\d ?(EUR|евро)", text[1])]


def test_taking_a_reply_back_has_one_name_in_russian() -> None:
    with RUSSIAN_PO.open("rb") as file:
        texts = [str(message.string) for message in read_po(file) if message.id]
    texts += [text for _, text in russian_texts(OWN_WORDS)]
    assert [text for text in texts if "отменить ответ" in text.lower()]
    assert not [
        t
        for t in texts
        if re.search(r"(взять|взяли) (ответ )?назад|возврат\w* ответ|ответ\w* (был )?возвращ", t.lower())
    ]
