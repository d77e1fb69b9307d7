"""What the product itself recommends to say is polite by its own ratings: better replies, experts' answers, macros."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attempts import LIBRARY

from simulator.conversation import LANGUAGES, Language
from simulator.mood import effects
from simulator.observation import observe
from simulator.observation.lexicon import lexicon
from simulator.ratings import conflict_parts, politeness

RUDE = {"scorn", "blame", "order", "wall", "insult", "mock", "accuse", "command", "stonewall", "profanity", "?!"}
_HOSTILE = 40
"""From here on a reply is shown as hostile; a limit that is put politely stays below."""


class _Filled(dict[str, str]):
    """Something for every gap of a macro."""

    def __missing__(self, gap: str) -> str:
        return "Alex"


def recommended() -> Iterator[Any]:
    for language in LANGUAGES:
        for move, effect in effects().items():
            if effect.kind != "harm" and move in lexicon(language).moves:
                for number, text in enumerate(lexicon(language).moves[move].say):
                    yield pytest.param(language, text, id=f"{language}-{move}-{number}")
        for id, scenario in LIBRARY.scenarios.items():
            if language in scenario.languages:
                for fact in scenario.facts:
                    yield pytest.param(language, fact.answer[language], id=f"{language}-{id}-{fact.id}")
                for hidden in scenario.hidden:
                    yield pytest.param(language, hidden.ask[language], id=f"{language}-{id}-{hidden.id}")
        for product, macros in LIBRARY.macros.items():
            for id, macro in macros.items():
                if language in macro.text:
                    text = macro.text[language].format_map(_Filled())
                    yield pytest.param(language, text, id=f"{language}-{product}-{id}")


@pytest.mark.parametrize(("language", "text"), list(recommended()))
def test_what_we_recommend_is_not_called_rude(language: Language, text: str) -> None:
    moves = [move.move for move in observe(text, None, language=language, customer_said=()).moves]
    rating = politeness(text, language=language, moves=moves)
    assert rating is not None
    words = [(reason.note, reason.quote) for reason in rating.reasons if reason.note in RUDE and reason.weight < 0]
    assert not words
    assert conflict_parts(text, language=language, moves=moves)["hostile"].value < _HOSTILE


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Stop complaining and leave me alone."),
        ("en", "Keep your hands off it and sort it out yourself."),
        ("de", "Kümmern Sie sich selbst darum, Sie haben nichts zu melden."),
        ("es", "Deje de quejarse, ¿y qué?"),
        ("ru", "Прекратите ныть. Ну и что?"),
    ],
)
def test_the_rude_ones_like_it_still_are(language: Language, text: str) -> None:
    assert conflict_parts(text, language=language)["hostile"].value >= _HOSTILE
