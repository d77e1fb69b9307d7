"""The forms in which words are compared: light stems, and for Arabic what else a word may look like."""

from __future__ import annotations

import re
from functools import lru_cache

_CLITICS = re.compile(r"(?<=[aei]r)(?:[mts]e|nos)?l[aeo]s?$|(?<=[aei]r)(?:[mts]e|nos)$")
"""Pronouns behind a Spanish infinitive: "enviarlo"."""


def key_of(word: str, language: str) -> str:
    """The form in which words are compared. The one place to put a lemmatizer, where there is one for a language."""
    if language == "es" and len(word) > 5:
        word = _CLITICS.sub("", word)
    return word if language == "vi" else stem(word)  # Vietnamese words never change.


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A light stem for any language: the beginning of a long word; plurals and the Arabic article off."""
    if "\u0621" <= word[:1] <= "\u064a":
        return _arabic(word)
    if "\u0904" <= word[:1] <= "\u0939":
        return _hindi(word)
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


_ARABIC_BEFORE = ("وال", "بال", "كال", "فال", "ولل", "ال", "لل", "و", "ف", "ب", "ل", "ك")
_ARABIC_BEHIND = ("ات", "ان", "ين", "ون", "ها", "هم", "ية", "يه", "وا", "ا", "ة", "ه", "ي")


def _arabic(word: str) -> str:
    """A light stem of an Arabic word: article, joined particles and plain endings off."""
    word = word.replace("ى", "ا")
    for before in _ARABIC_BEFORE:
        if word.startswith(before) and len(word) - len(before) >= (3 if len(before) > 1 else 4):
            word = word[len(before) :]
            break
    for _ in range(2):
        for behind in _ARABIC_BEHIND:
            if word.endswith(behind) and len(word) - len(behind) >= 2:
                word = word[: -len(behind)]
                break
    return word


_PARTICLES, _PERSONS = "وفبلك", "يتن"
"""And, so, with, for, like; he, she, we: written as one with the word."""


@lru_cache(maxsize=20_000)
def variants(key: str) -> tuple[str, ...]:
    """Other keys that an Arabic word may have: with or without a particle before it, and a verb's other persons.

    The first letter alone does not tell whether it is a particle, so which form a text has decides.
    """
    if not "\u0621" <= key[:1] <= "\u064a" or len(key) < 3:
        return ()
    found = [letter + key for letter in _PARTICLES]
    if len(key) > 3:
        if key[0] in _PARTICLES:
            found.append(key[1:])
        if key[0] in _PERSONS:
            found += [letter + key[1:] for letter in _PERSONS if letter != key[0]] + [key[1:]]
    found += [letter + key for letter in _PERSONS]
    return tuple(found)


_WEAK = str.maketrans("", "", "اويء")
"""Letters that come and go between a word, its plural and its verb."""
_ROOT = 3
"""Consonants of an Arabic root."""


@lru_cache(maxsize=20_000)
def root(key: str) -> str:
    """The firm consonants of an Arabic word, which its plural and its verb share; "" for other words."""
    if not "\u0621" <= key[:1] <= "\u064a":
        return ""
    firm = key.translate(_WEAK)
    for before in ("ست", "م", "ت", "ن"):
        if firm.startswith(before) and len(firm) - len(before) >= _ROOT:
            firm = firm[len(before) :]
            break
    return firm if len(firm) >= _ROOT else ""


_HINDI_BEHIND = re.compile("(?<=..)(?:ूंगा|ेंगे|ियों|ियां|ियाँ|ाओं|ाएं|ाएँ|ुओं|ुएं|ेगा|ेगी|ों|ें|ीं|ां|ाँ|ता|ती|ते|या|ये|यी|[एािीुूेैोौं])$")


def _hindi(word: str) -> str:
    """A light stem of a Hindi word: its ending of number, gender, case or tense off."""
    return _HINDI_BEHIND.sub("", word)
