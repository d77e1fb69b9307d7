"""Search by words: what a text says, as stems and meanings, and BM25 over passages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log
from typing import TYPE_CHECKING

from simulator.conversation import Language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SNOWBALL = {"en": "english", "ru": "russian", "de": "german", "es": "spanish"}
_WORD = re.compile(r"\w+")
_SAME_LETTER = str.maketrans("áéíóúё", "aeiouе")  # often typed without the accent
_SATURATION, _LENGTH_SHARE = 1.5, 0.75  # BM25's k1 and b at their usual values


def split_words(text: str) -> list[str]:
    """Return the words of a text in order, in lower case and one spelling."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().translate(_SAME_LETTER))


def terms(text: str, language: Language) -> list[str]:
    """Return what a text is about: the stems of its words, and a term like `=refund` for each meaning found."""
    vocabulary = _vocabulary(language)
    words = split_words(text)
    stems = [_stem(word, language) for word in words]
    found = [stem for word, stem in zip(words, stems, strict=True) if word not in vocabulary.ignored]
    for place, stem in enumerate(stems):
        for meaning, rest in vocabulary.phrases.get(stem, ()):
            if _follows(stems, place, rest):
                found.append(f"={meaning}")
    return found


class WordIndex:
    """BM25 over texts in one language, in memory."""

    def __init__(self, texts: Sequence[str], language: Language) -> None:
        import numpy as np

        self._language = language
        self._size = len(texts)
        counts = [Counter(terms(text, language)) for text in texts]
        lengths = [count.total() for count in counts]
        mean = sum(lengths) / max(1, len(lengths)) or 1
        postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (count, length) in enumerate(zip(counts, lengths, strict=True)):
            damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / mean)
            for term, times in count.items():
                postings[term].append((number, times / (times + damping)))
        self._postings: dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]] = {
            term: (np.array([number for number, _ in places]), np.array([share for _, share in places]))
            for term, places in postings.items()
        }

    def scores(self, query: str) -> NDArray[np.float64]:
        """Score every text, in the order of `texts`: 0 without a term of the query, 1 were it full of all of them.

        Terms that no text has count against all texts.
        """
        import numpy as np

        total = np.zeros(self._size)
        best = 1e-9
        for term in set(terms(query, self._language)):
            found = self._postings.get(term)
            frequency = len(found[0]) if found else 0
            rarity = log(1 + (self._size - frequency + 0.5) / (frequency + 0.5))
            best += rarity
            if found:
                total[found[0]] += rarity * found[1]
        return total / best


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Words to leave out, and the meanings by the first stem of each phrase, with the stems that must follow."""

    ignored: frozenset[str]
    phrases: dict[str, list[tuple[str, tuple[str, ...]]]]


@lru_cache
def _vocabulary(language: Language) -> _Vocabulary:
    data = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    phrases: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for meaning, texts in data["meanings"].items():
        for phrase in texts[language].split(","):
            first, *rest = (_stem(word, language) for word in split_words(phrase))
            phrases[first].append((meaning, tuple(rest)))
    return _Vocabulary(frozenset(split_words(data["ignored"][language])), dict(phrases))


@lru_cache(maxsize=100_000)
def _stem(word: str, language: Language) -> str:
    import snowballstemmer

    # A new stemmer each time: it keeps the word in itself, so threads must not share one.
    return str(snowballstemmer.stemmer(_SNOWBALL[language]).stemWord(word))


def _follows(stems: Sequence[str], place: int, rest: Sequence[str]) -> bool:
    """Whether the stems of a phrase come in order after its first, with at most two other words for each."""
    end = min(len(stems), place + 1 + 3 * len(rest))
    for stem in rest:
        try:
            place = stems.index(stem, place + 1, end)
        except ValueError:
            return False
    return True
