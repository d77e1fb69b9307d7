"""Text to words: tokens with their lemma, sentence, clause, negation and number, each with its place in the text."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from simulator.conversation import Language, Quote
from simulator.observation.lexicon import lexicon
from simulator.observation.numbers import parse_date, parse_digits, word_value

if TYPE_CHECKING:
    from simplemma import Lemmatizer

MAX_TOKENS = 1_000
"""Longer texts are read up to here: no honest chat message comes near it."""

_TOKEN = re.compile(
    r"(?P<number>\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}|\d+(?:[.,:]\d+)*)(?:(?<=\d)(?:st|nd|rd|th)\b)?"
    r"|(?P<word>[^\W\d_][^\W_]*(?:['’][^\W\d_]+)?)"
    r"|(?P<symbol>[€$£₽%°])"
    r"|(?P<stop>[.!?…]++(?=[\s\"'»”)]|$)|\n+)"
    r"|(?P<pause>[,;:()—]|(?<!\d)–|–(?!\d)|\s-\s)"
)
_SNOWBALL = {"en": "english", "ru": "russian", "de": "german", "es": "spanish"}
_ENGLISH_CONTRACTION = re.compile(
    r"(?P<host>.+?)(?P<tail>n't|'(?:ll|re|ve|s|m|d))|(?P<bare>can|do|does|did|is|are|was|were|would|could|should|have|has|ca|wo)"
    r"(?P<end>not|nt)"
)
_RUSSIAN_VERB = ("ть", "ться", "ти", "тись", "чь", "чься", "ю")
"""Ends of lemmas that are verbs. Marked, because stems of nouns and verbs fall together: «цену» and «ценю»."""
_CONTRACTED = {"ca": "can", "wo": "will", "sha": "shall", "ai": "be", "'ll": "will", "'re": "be", "'ve": "have"}
_CONTRACTED |= {"'s": "be", "'m": "be", "'d": "would"}


class Token(NamedTuple):
    """A word, number or currency sign. `key` is what is compared; `value` is set where it is a number.

    A tuple, because there are dozens in every text and a dataclass takes several times as long to make.
    """

    text: str
    start: int
    end: int
    key: str
    sentence: int
    clause: int
    negates: bool = False
    function: bool = False
    value: float | None = None
    digits: bool = False
    date: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text, read: its tokens in order and which sentences are questions.

    Compared by identity, so that what is computed of it can be cached; `read` gives the same object for the same text.
    """

    source: str
    language: Language
    tokens: tuple[Token, ...]
    questions: frozenset[int]
    keys: frozenset[str]

    sentences: tuple[tuple[int, int], ...]
    """Where each sentence stands in `source`: (start, end), from its first to its last token."""

    def sentence_at(self, position: int) -> int:
        """The number of the sentence that a place in `source` belongs to."""
        return max(0, bisect_right(self.sentences, (position, len(self.source))) - 1)

    def sentence_quote(self, number: int) -> Quote:
        """The words of a sentence."""
        start, end = self.sentences[number]
        return Quote(self.source[start:end], start, end)


def fold(text: str) -> str:
    """Case, compatibility forms, apostrophes and ё made alike. The length may change."""
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ё", "е")


@lru_cache(maxsize=50_000)
def exact(word: str) -> str:
    """What stands for a word in just this form, beside its key."""
    return f"={fold(word)}"


@lru_cache(maxsize=1)
def _lemmatizer() -> Lemmatizer:
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy
    from simplemma.strategies.dictionaries import TrieDictionaryFactory

    # Tries take 22 MB for four languages, the plain dictionaries 350 MB.
    return Lemmatizer(
        lemmatization_strategy=DefaultStrategy(dictionary_factory=TrieDictionaryFactory(cache_max_size=8))
    )


@lru_cache(maxsize=50_000)
def key_of(word: str, language: Language) -> str:
    """The form in which words are compared: the stem of the lemma ("вернём" and "вернуть" are the same word)."""
    from snowballstemmer import stemmer

    folded = fold(word)
    if "'" in folded:
        folded = folded.split("'")[0] or folded
    irregular = lexicon(language).forms.get(folded)
    if irregular is not None:
        return irregular
    lemma = fold(_lemmatizer().lemmatize(folded.capitalize() if language == "de" else folded, language))
    # A stemmer keeps its state while it works: threads must not share one.
    stem = str(stemmer(_SNOWBALL[language]).stemWord(lemma))
    if language == "ru" and lemma.endswith(_RUSSIAN_VERB) and stem not in lexicon(language).forms.values():
        return f"{stem}~"
    return stem


@lru_cache(maxsize=512)
def read(source: str, language: Language) -> Text:
    """Reads a text in the given language. Pure; the lexicon of the language is a data file."""
    tokens: list[Token] = []
    questions: set[int] = set()
    sentence = clause = 0
    open_sentence = False
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "stop":
            if open_sentence and not _is_ordinal(match, source, language):
                if "?" in match.group():
                    questions.add(sentence)
                sentence, clause, open_sentence = sentence + 1, clause + 1, False
            continue
        if kind == "pause":
            clause += 1
            continue
        if len(tokens) >= MAX_TOKENS:
            break
        open_sentence = True
        if kind != "word":
            tokens.append(_sign(match, sentence, clause))
            continue
        word, start = _word(match.group(), language), match.start()
        clause += word.breaks
        for part, first, last, key, negates, function, value in word.parts:
            tokens.append(Token(part, start + first, start + last, key, sentence, clause, negates, function, value))
    tokens = _join_number_words(tokens, language)
    keys = frozenset([token.key for token in tokens]).union([exact(token.text) for token in tokens])
    spans = [(group[0].start, group[-1].end) for _, run in groupby(tokens, _sentence_of) if (group := list(run))]
    return Text(source, language, tuple(tokens), frozenset(questions), keys, tuple(spans))


_sentence_of = attrgetter("sentence")


def _is_ordinal(match: re.Match[str], source: str, language: Language) -> bool:
    """Whether a full stop makes a number an ordinal, as in „15. Oktober“."""
    return language == "de" and match.group() == "." and source[match.start() - 1 : match.start()].isdigit()


def _sign(match: re.Match[str], sentence: int, clause: int) -> Token:
    """A number in digits or a sign."""
    if match.lastgroup == "symbol":
        return Token(match.group(), match.start(), match.end(), match.group(), sentence, clause)
    text = match["number"]
    date = parse_date(text)
    number = parse_digits(text) if date is None else date
    start, end = match.span()
    return Token(text, start, end, text, sentence, clause, value=number, digits=True, date=date is not None)


class _Word(NamedTuple):
    """What a written word is read as, wherever it stands.

    `breaks`: whether it begins a new clause. `parts`: each as (text, first and last place in the word, key, negates,
    function word, value).
    """

    breaks: bool
    parts: tuple[tuple[str, int, int, str, bool, bool, float | None], ...]


@lru_cache(maxsize=50_000)
def _word(text: str, language: Language) -> _Word:
    """Reads a word: words come again and again."""
    words = lexicon(language)
    found = []
    for part, form, place in _parts(text, language):
        negates = form in words.negators
        function = not negates and form in words.function_words
        value = None if function else word_value(form, language)
        found.append((part, place, place + len(part), key_of(form, language), negates, function, value))
    return _Word(fold(text) in words.breaks, tuple(found))


def _parts(text: str, language: Language) -> Iterator[tuple[str, str, int]]:
    """The words in a written word: (as written, as compared, offset). "don't" is "do" and "not"."""
    folded = fold(text)
    match = _ENGLISH_CONTRACTION.fullmatch(folded) if language == "en" and len(folded) == len(text) else None
    if match is None:
        yield text, folded, 0
        return
    host = match["host"] or match["bare"]
    tail = match["tail"] or match["end"]
    yield text[: len(host)], _CONTRACTED.get(host, host), 0
    yield text[len(host) :], "not" if tail in ("n't", "not", "nt") else _CONTRACTED[tail], len(host)


def _join_number_words(tokens: list[Token], language: Language) -> list[Token]:
    """Makes one token of a number written in several words ("twenty-one", «двадцать один»)."""
    if sum(token.value is not None for token in tokens) < 2:
        return tokens
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        adjoins = (
            last is not None
            and last.value is not None
            and token.value is not None
            and not (last.digits or token.digits)
            and last.clause == token.clause
            and token.start - last.end == 1
        )
        value = word_value(fold(f"{last.text} {token.text}".replace("-", " ")), language) if adjoins and last else None
        if last is not None and value is not None:
            text = f"{last.text} {token.text}"
            joined[-1] = Token(text, last.start, token.end, text, last.sentence, last.clause, value=value)
        else:
            joined.append(token)
    return joined
