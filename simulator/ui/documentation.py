"""Searching a case's documentation: in the knowledge store, or by words alone where that cannot be had."""

from __future__ import annotations

import logging
import re
from functools import lru_cache

from simulator.case import Case
from simulator.conversation import Language
from simulator.documents import DocumentError, Passage
from simulator.knowledge import KnowledgeError
from simulator.knowledge.words import WordIndex, split_words, terms
from simulator.settings import Settings
from simulator.ui import services
from simulator.ui.markup import highlighted

_LOG = logging.getLogger(__name__)
_MARKDOWN = re.compile(r"[*_`#>|]+|^\s*[-+] |\[([^\]]*)\]\([^)]*\)", re.MULTILINE)
_BEFORE, _LENGTH = 40, 170
"""Characters of a snippet before the first word that was searched for, and in all."""
_ENDING = 4
"""Every so many letters of a word, one at its end may differ: "refund", "refunds"."""
_FAINTEST = 0.03
"""Hits below this have no word of the query, nor one spelled like it; a typo is found with 0.04."""


def search(settings: Settings, case: Case, query: str, *, language: Language, most: int) -> tuple[Passage, ...]:
    """The passages of a case's product that answer a query best, best first, with the texts that the case has.

    Args:
        query: as typed; without a word in it, nothing is found.
        language: one that the documentation has.
        most: how many at most.
    """
    passages = case.passages_in(language)
    store = services.knowledge(settings)
    if store is not None:
        own = {passage.id: passage for passage in passages}
        try:
            hits = store.search(query, product=case.scenario.product, language=language, k=most)
            return tuple(own.get(hit.passage.id, hit.passage) for hit in hits if hit.score >= _FAINTEST)
        except (KnowledgeError, DocumentError) as error:
            _LOG.warning("searching by words only: %s", error)
    scores = _words(passages, language).scores(query)
    best = sorted(range(len(passages)), key=lambda place: -scores[place])[:most]
    return tuple(passages[place] for place in best if scores[place] > 0)


def snippet(passage: Passage, query: str) -> str:
    """A piece of a passage around the first word of the query that it has, as HTML with these words marked."""
    text = " ".join(_MARKDOWN.sub(r"\1", passage.text).split())
    telling = [word for word in split_words(query) if terms(word, passage.language)]
    words = [word[: len(word) - len(word) // _ENDING] for word in telling]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\w*", re.IGNORECASE) if words else None
    first = pattern.search(text) if pattern else None
    start = max(0, first.start() - _BEFORE) if first else 0
    if start:
        start = text.index(" ", start) + 1
    cut = text[start : start + _LENGTH]
    if start + _LENGTH < len(text):
        cut = cut.rpartition(" ")[0] + " …"
    cut = f"… {cut}" if start else cut
    return highlighted(cut, [(*found.span(), "") for found in pattern.finditer(cut)] if pattern else [])


@lru_cache(maxsize=16)
def _words(passages: tuple[Passage, ...], language: Language) -> WordIndex:
    # Titles count twice: a search usually names what the section is about.
    return WordIndex([f"{each.title}\n{each.title}\n{each.text}" for each in passages], language)
