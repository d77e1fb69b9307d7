"""Which language a message of a conversation is in.

What is said of a whole text (`identify`) is not enough for a short reply: names, numbers and words quoted from the
other side look like any language. To say that an agent wrote in the wrong language when it did not is worse than to
miss it, so a doubtful message is given to the language that the conversation is in.
"""

from __future__ import annotations

import re
from functools import lru_cache

from simulator.conversation import LANGUAGES, Language
from simulator.observation.identify import IN_OTHER_LETTERS, LATIN, has_letters_of, identify, is_known, latin_share
from simulator.observation.lexicon import lexicon

_READ = 1_000
"""So many characters of a text are read."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_FOREIGN = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+|`[^`]*`|<[^<>]*>|\{[^{}]*\}|«[^«»]*»|„[^„“”]*[“”]|“[^“”]*”|\"[^\"]*\""
    r"|(?<!\w)['‘][^'’\n]{3,}['’](?!\w)|\w*\d\w*|\w+_\w+"
)
"""What says nothing of the language that a message is in: addresses, code, quoted words, numbers of orders."""
_NAME = re.compile(r"(?<![.!?…\n]\s)(?<![.!?…\n])(?<!^)(?<![¿¡])\b[A-ZÄÖÜÉÁÍÓÚÑА-ЯЁ][^\W\d_]*")
"""A word with a capital inside a sentence: a name, or any noun in German."""
_ENOUGH, _SHARE, _SHARE_ALONE, _TIMES = 3, 0.2, 0.3, 3
"""So many words that only one of our languages has, such a share of all (more where nothing is expected: messages of
several languages may be among them), and so many times the next: no doubt."""
_FEW, _FEWEST = 8, 3
"""Up to so many words the identifier has to be very sure; with fewer than that, unless letters tell, it is not asked
whether the language has changed."""
_VERY_SURE, _SURE = 0.97, 0.7
_NEIGHBOURS: dict[Language, tuple[str, ...]] = {"es": ("pt", "it", "fr"), "ru": ("uk", "bg")}
"""Languages that share small words."""
_LATIN_NAMES = 0.75
"""Up to such a share of Latin letters in a text of another script are names."""
WITHOUT_SPACES = frozenset({"zh", "ja"})
"""Languages that put no spaces between words."""
_ALIKE = {("ru", "bg")}
"""A few words of one look like the other."""
_KEPT = 0.25
"""Such a share of words that only the expected language has, and more than of the other one, keeps a text in it."""


@lru_cache(maxsize=2_048)
def language_of(text: str, expected: str | None = None) -> str | None:
    """The ISO 639-1 code of the language that a message is in, or None where it has no letters.

    Args:
        text: any text.
        expected: the language that the conversation is in, if that is known; doubtful texts are given to it.
    """
    text = text[:_READ]
    plain = plainly(text, share=_SHARE if expected else _SHARE_ALONE)
    if plain is not None:
        return plain
    if expected is None:
        return identify(text)[0]
    if not _WORD.search(text):
        return None
    own = _FOREIGN.sub(" ", text)
    # Names are written in Latin letters everywhere, in others nowhere else.
    if expected in IN_OTHER_LETTERS and latin_share(own) <= _LATIN_NAMES:
        own = LATIN.sub(" ", own)
    letters = own if _WORD.search(own) else text
    if latin_share(letters) < 0.5 and not has_letters_of(letters, expected):
        return identify(letters, expected)[0]
    words = _WORD.findall(own)
    if len(words) - len(_NAME.findall(own)) < _FEWEST:
        return expected
    best, sure = identify(own, expected)
    few = len(words) <= _FEW
    if best == expected or sure < (_VERY_SURE if few else _SURE) or (few and (expected, best) in _ALIKE):
        return expected
    hits = _hits([word.casefold() for word in words])
    kept = hits.get(expected, 0)  # type: ignore[call-overload]
    return expected if kept >= _KEPT * len(words) and kept > hits.get(best, 0) else best  # type: ignore[call-overload]


def plainly(text: str, *, share: float = _SHARE) -> Language | None:
    """The one of our languages that a text is full of the small words of, None where it is not as plain as that.

    Nearly every message is; asking an identifier takes twenty times as long.

    Args:
        text: any text.
        share: such a share of its words at least have to be small words that only this language has.
    """
    words = text[:_READ].casefold().split()
    hits = _hits(words)
    best = max(hits, key=lambda language: hits[language])
    most = hits.pop(best)
    return best if most >= _ENOUGH and most >= share * len(words) and most > _TIMES * max(hits.values()) else None


def _hits(words: list[str]) -> dict[Language, int]:
    return {language: sum(map(own_words(language).__contains__, words)) for language in LANGUAGES}


@lru_cache(maxsize=8)
def own_words(language: Language) -> frozenset[str]:
    """The words that texts of a language are full of, less those of our others and of its neighbours, folded."""
    others = frozenset[str]().union(*(small_words(other) for other in LANGUAGES if other != language))
    return frozenset(
        word
        for word in small_words(language) - others
        if not any(is_known(word, neighbour) for neighbour in _NEIGHBOURS.get(language, ()))
    )


def small_words(language: Language) -> frozenset[str]:
    """The words of a language that every text is full of, folded."""
    known = lexicon(language)
    return known.function_words | known.negators
