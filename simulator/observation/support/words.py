"""The word lists of a language, and the form in which words are compared."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u0652\u0640]")


@dataclass(frozen=True, slots=True)
class Lists:
    """The word lists of one language, folded."""

    function: frozenset[str]
    light: frozenset[str]
    negators: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    wh: frozenset[str]
    strong: frozenset[str]
    numbers: dict[str, str]
    antonyms: dict[str, tuple[tuple[int, int], ...]]
    synonyms: dict[str, frozenset[int]]
    tails: tuple[str, ...]
    hedges: tuple[str, ...]
    phrases: re.Pattern[str] | None
    phrase: dict[str, str]
    forms: dict[str, str]
    breaks: frozenset[str]
    joins: frozenset[str]
    after_join: frozenset[str]
    asks: dict[str, frozenset[str]]
    lived: tuple[str, ...]
    """Phrases that tell what the customer has been through, in the notation of cues."""
    events: dict[str, frozenset[int]]
    """Words for what a period begins with (delivery, invoice …), by the number of the event."""
    instants: frozenset[str]
    """Words that promise something within a day ("tomorrow")."""


def fold(text: str, language: str = "") -> str:
    """Case, compatibility forms, apostrophes, accents and ё made alike; accents stay where they are the word (vi)."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ё", "е")
    if text.isascii() or language == "vi":
        return text
    return _MARKS.sub("", unicodedata.normalize("NFD", text.replace("й", "\uf8ff"))).replace("\uf8ff", "й")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light stem for any language: the beginning of a long word; plurals and the Arabic article off."""
    if "\u0621" <= word[:1] <= "\u064a":
        return _arabic(word)
    size = len(word)
    if word.isascii():
        for end in ("ies", "es", "s", "ing", "ed", "e", "y"):
            if word.endswith(end) and size - len(end) >= 3 and not word.endswith("ss"):
                word = word[: -len(end)]
                break
        return word[:7]
    if size <= 4:
        return word
    return word[: max(4, min(7, size - 2))]


def key_of(word: str, language: str) -> str:
    """The form in which words are compared. The one place to put a lemmatizer, where there is one for a language."""
    return stem(word)


_ARABIC_BEFORE = ("وال", "بال", "كال", "فال", "ولل", "ال", "لل", "و", "ف", "ب", "ل", "ك")
_ARABIC_BEHIND = ("ات", "ان", "ين", "ون", "ها", "هم", "ية", "يه", "وا", "ا", "ة", "ه", "ي")


def _arabic(word: str) -> str:
    """A light stem of an Arabic word: article, joined particles and plain endings off."""
    word = word.translate(_ARABIC_LETTERS)
    for before in _ARABIC_BEFORE:
        if word.startswith(before) and len(word) - len(before) >= (3 if len(before) > 1 else 4):
            word = word[len(before) :]
            break
    for _ in range(2):
        for behind in _ARABIC_BEHIND:
            if word.endswith(behind) and len(word) - len(behind) >= 3:
                word = word[: -len(behind)]
                break
    return word


_ARABIC_LETTERS = str.maketrans("أإآىؤئ", "ااايوي")


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = json.loads(
        resources.files("simulator.observation.support").joinpath("words.json").read_text("utf-8")
    )
    return data


@lru_cache(maxsize=64)
def lists(language: str) -> Lists:
    """The lists of a language; empty where we have none."""
    data = _data()

    def words(name: str, *, stems: bool = False) -> frozenset[str]:
        found = fold(str(data[name].get(language, "")), language).split()
        return frozenset(key_of(form_of.get(word, word), language) for word in found) if stems else frozenset(found)

    forms = fold(str(data["forms"].get(language, "")))
    form_of = {word: line.split()[0] for line in forms.split("/") if line.strip() for word in line.split()}
    antonyms: dict[str, list[tuple[int, int]]] = {}
    for group, line in enumerate(data["antonyms"].get(language, ())):
        for side, side_words in enumerate(fold(line).split("/")):
            for word in side_words.split():
                antonyms.setdefault(key_of(form_of.get(word, word), language), []).append((group, side))

    def groups(name: str) -> dict[str, frozenset[int]]:
        found: dict[str, set[int]] = {}
        for group, line in enumerate(data[name].get(language, ())):
            for word in fold(line).split():
                found.setdefault(key_of(form_of.get(word, word), language), set()).add(group)
        return {word: frozenset(numbers) for word, numbers in found.items()}

    phrase: dict[str, str] = data["phrases"].get(language, {})  # type: ignore[assignment]
    numbers: dict[str, int] = data["numbers"].get(language, {})  # type: ignore[assignment]
    return Lists(
        words("function"),
        words("light", stems=True),
        words("negators"),
        words("yes"),
        words("no"),
        words("wh"),
        words("strong"),
        {fold(word): str(value) for word, value in numbers.items()},
        {word: tuple(places) for word, places in antonyms.items()},
        groups("synonyms"),
        tuple(map(fold, data["tails"].get(language, ()))),
        tuple(map(fold, data["hedges"].get(language, ()))),
        _either(phrase),
        phrase,
        form_of,
        words("breaks"),
        words("joins"),
        words("after_join"),
        {kind: frozenset(fold(by.get(language, ""), language).split()) for kind, by in data["asks"].items()},  # type: ignore[attr-defined]
        tuple(data["lived"].get(language, ())),
        groups("events"),
        words("instants", stems=True),
    )


def _either(phrases: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(phrases, key=len, reverse=True)
    if not ordered:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", re.IGNORECASE)
