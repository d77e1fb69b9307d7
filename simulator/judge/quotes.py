"""Quotes of a model, searched word for word in what was really said."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from simulator.conversation import Quote
from simulator.prompts import neutral

_SAME = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»‹›‘’‚‛′″`´'", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
    }
)
"""Marks that models change when they copy. `neutral` has made look-alikes of some already."""
_WORD = re.compile(r"[^\W_]+")
_EDGE = ' ".,;:!?-'
_FEWEST_WORDS = 2
"""A single word proves nothing; unless it is all that was said."""


def find_quote(quote: str, text: str) -> Quote | None:
    """Where a text has a quote: letter by letter, but for space, quotation marks, dashes and capital letters.

    Args:
        quote: as a model gave it.
        text: as it was written.

    Returns:
        The words as they stand in the text; None where they do not, or are too few to show anything.
    """
    wanted = _fold(quote)[0].strip(_EDGE)
    folded, places = _fold(text)
    words = len(_WORD.findall(wanted))
    if not words or (words < _FEWEST_WORDS and words < len(_WORD.findall(folded))):
        return None
    for found in re.finditer(re.escape(wanted), folded):
        if not _cuts_word(folded, found.start()) and not _cuts_word(folded, found.end()):
            start, end = places[found.start()], places[found.end()]
            whole = text[start:end].rstrip()
            return Quote(whole, start, start + len(whole))
    return None


def _cuts_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


@lru_cache(maxsize=512)
def _fold(text: str) -> tuple[str, list[int]]:
    """A text as it is compared, and for each of its characters (and its end) the place in the text itself."""
    folded: list[str] = []
    places: list[int] = []
    place = 0
    while place < len(text):
        end = place + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        letter = unicodedata.normalize("NFC", neutral(text[place:end])).lower().translate(_SAME)
        letter = " " if letter.isspace() else letter
        if letter != " " or (folded and folded[-1] != " "):
            folded.extend(letter)
            places.extend([place] * len(letter))
        place = end
    return "".join(folded), [*places, len(text)]
