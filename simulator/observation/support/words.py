"""The word lists of a language, and the form in which words are compared."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from simulator.observation.support.stems import key_of

SIGNS = "\u3005-\u3007\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Scripts that put no spaces between words, as a range of a regular expression."""
NO_SPACES = re.compile(f"[{SIGNS}]")
_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u0655\u0670\u0640\u093c]")


@dataclass(frozen=True, slots=True)
class Lists:
    """The word lists of one language, folded."""

    function: frozenset[str]
    light: frozenset[str]
    negators: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    wh: frozenset[str]
    wh_behind: frozenset[str]
    """Question words that follow their noun ("công ty nào")."""
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
    asks: dict[str, tuple[str, ...]]
    """What asks for a share, a time, an amount, a person: words and phrases, a space before and behind each."""
    in_situ: bool
    """Whether a question word stands where the answer will, anywhere in the question (zh, hi, vi …)."""
    size: int
    """How many tokens make a word: 2 where they are signs or syllables."""
    whole: tuple[str, ...]
    """Words of several signs, longest first: in a script without spaces the rest is read sign by sign."""
    lived: tuple[str, ...]
    """Phrases that tell what the customer has been through, in the notation of cues."""
    events: dict[str, frozenset[int]]
    """Words for what a period begins with (delivery, invoice …), by the number of the event."""
    instants: frozenset[str]
    """Words that promise something within a day ("tomorrow")."""
    conditions: frozenset[str]
    """Words that begin a condition, in which a negation denies nothing ("if the money does not arrive")."""
    openers: tuple[str, ...]
    """Words before a unit that mean one of it ("within an" hour)."""
    bounds: dict[str, str]
    """Words before a number that make it a limit: to "<" or ">"."""
    own: re.Pattern[str] | None
    """Signs of the first person in which an agent tells what it does, has done or will do."""
    asking: re.Pattern[str] | None
    """How a question begins that the answer is yes or no to."""
    label: re.Pattern[str]
    """What a sentence is numbered by: "2)", "Tab two:"."""


def fold(text: str, language: str = "") -> str:
    """Case, compatibility forms, apostrophes, accents and ё made alike; accents stay where they are the word (vi)."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ё", "е")
    if text.isascii() or language == "vi":
        return text
    return _MARKS.sub("", unicodedata.normalize("NFD", text.replace("й", "\uf8ff"))).replace("\uf8ff", "й")


def _has_signs(word: str) -> bool:
    return len(word) > 1 and NO_SPACES.match(word) is not None


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
    asks = {kind: fold(by.get(language, ""), language).split() for kind, by in data["asks"].items()}  # type: ignore[attr-defined]
    known = words("function") | words("light") | words("wh") | words("negators") | frozenset().union(*asks.values())
    return Lists(
        words("function"),
        words("light", stems=True),
        words("negators"),
        words("yes"),
        words("no"),
        words("wh"),
        words("wh_behind"),
        words("strong"),
        {fold(word, language): str(value) for word, value in numbers.items()},
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
        {kind: tuple(f" {word.replace('_', ' ')} " for word in kinds) for kind, kinds in asks.items()},
        language in str(data["in_situ"]).split(),
        2 if language in str(data["in_syllables"]).split() else 1,
        tuple(sorted(filter(_has_signs, known), key=len, reverse=True)),
        tuple(data["lived"].get(language, ())),
        groups("events"),
        words("instants", stems=True),
        words("conditions"),
        tuple(data["openers"].get(language, ())),
        {fold(words): side for side, by in data["bounds"].items() for words in by.get(language, ())},  # type: ignore[attr-defined]
        re.compile("|".join(own), re.IGNORECASE) if (own := data["own"].get(language)) else None,
        re.compile(asking, re.IGNORECASE) if (asking := data["asking"].get(language)) else None,
        _label(data["labels"].get(language, ""), numbers),
    )


def _label(names: str, numbers: Iterable[str]) -> re.Pattern[str]:
    number = "|".join([r"\d{1,2}", *map(re.escape, numbers)])
    named = rf"(?:{names})\s+(?:{number})\s*[:.)–-]|" if names else ""
    return re.compile(rf"\W*(?:{named}\d{{1,2}}\))\s+(?=\S)", re.IGNORECASE)


def _either(phrases: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(phrases, key=len, reverse=True)
    if not ordered:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", re.IGNORECASE)
