"""The knowledge of all products: search by words and likeness, and keeping the index in step with the documents."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TypeVar

from simulator.conversation import Language
from simulator.documents import Passage
from simulator.knowledge.embeddings import Embedding, SpellingEmbedding
from simulator.knowledge.errors import KnowledgeError
from simulator.knowledge.library import Library
from simulator.knowledge.vectors import IndexBroken, VectorIndex, searchable
from simulator.knowledge.words import WordIndex, split_words

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Called with (passages done, passages in all)."""

logger = logging.getLogger(__name__)

_LONGEST_QUERY = 1_000  # characters; whole chats get pasted into search boxes
_CANDIDATES = 50
_WAIT_FOR_INGESTION = 1.0  # seconds
_RETRY_AFTER = 30.0  # seconds without vectors after they failed, so that not every search waits for a dead endpoint


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with how well it fits, above 0 and at most 1."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Holding:
    """What there is of a product in a language; `added` by people, or shipped."""

    product: str
    language: Language
    passages: int
    added: bool


@dataclass(frozen=True, slots=True)
class _Shelf:
    name: str
    passages: tuple[Passage, ...]
    words: WordIndex


class KnowledgeStore:
    """Search in the documentation of all products.

    The documents are the source; the index is a cache that follows them: a shelf (a product in a language) is compared
    with its documents at its first search and by `ingest`. Threads may share one store.

    Args:
        library: folder of the shipped documents, `<product>/<language>/*.md`.
        data: folder of this installation: added documents in `knowledge/`, the index in `knowledge-index/`.
        embedding: gives texts their vectors; without one, `SpellingEmbedding`.
        server: keep the vectors in the Chroma server at this `host:port`, which processes may share.
        fallback: where the index belongs to another process, search with a private one instead of raising.

    Raises:
        KnowledgeBusy: another process owns the index.
        KnowledgeError: the data folder cannot be written.
    """

    def __init__(
        self,
        library: Path,
        data: Path,
        *,
        embedding: Embedding | None = None,
        server: str | None = None,
        fallback: bool = False,
    ) -> None:
        self._library = Library(library, data / "knowledge")
        self._embedding = embedding or SpellingEmbedding()
        self._private: TemporaryDirectory[str] | None = None
        try:
            self._vectors = VectorIndex(self._embedding, server or data / "knowledge-index")
        except KnowledgeError:
            if not fallback:
                raise
            self._private = TemporaryDirectory(prefix="knowledge-", ignore_cleanup_errors=True)
            self._vectors = VectorIndex(self._embedding, Path(self._private.name))
        self._shelves: dict[tuple[str, Language], _Shelf] = {}
        self._writing = threading.RLock()
        self._words_only_until = 0.0

    def search(self, query: str, *, product: str, language: Language, k: int = 5) -> list[Hit]:
        """Find the passages that answer a query best, best first; without a word in the query, none.

        Where the vectors cannot be had (endpoint or Chroma server down, a long ingestion under way) the words alone
        decide, with a logged warning.

        Raises:
            KnowledgeError: there is no documentation of the product in the language.
            DocumentError: a page of it is broken.
        """
        import numpy as np

        query = query[:_LONGEST_QUERY]
        shelf = self._shelf(product, language)
        if not split_words(query):
            return []
        scores = shelf.words.scores(query)
        cosines = self._likeness(shelf, query, max(_CANDIDATES, 2 * k))
        if cosines:
            # Chroma names only the nearest; the others are at most as near as the last of them.
            least = min(cosines.values())
            likeness = np.array([cosines.get(passage.id, least) for passage in shelf.passages])
            scores = (1 - self._embedding.weight) * scores + self._embedding.weight * likeness
        best = np.argsort(-scores, kind="stable")[:k]
        return [Hit(shelf.passages[place], float(scores[place])) for place in best if scores[place] > 0]

    def ingest(self, progress: Progress = lambda done, total: None) -> int:
        """Bring the whole index in step with the documents: new, changed and deleted passages, products, languages.

        Returns:
            How many passages had to be embedded.

        Raises:
            DocumentError: a page is broken.
            KnowledgeError: the vectors cannot be made or stored; what was done so far is kept.
        """
        with self._writing:
            self._shelves = {key: self._read(*key) for key in self._library.shelves()}
            return self._healing(lambda: self._sync_all(list(self._shelves.values()), progress))

    def add(
        self, source: Path, *, product: str, language: Language, progress: Progress = lambda done, total: None
    ) -> None:
        """Copy a folder of pages (or one page) to be a product's documentation in a language, and ingest it.

        Raises:
            KnowledgeError: the product's name cannot be used, there are no pages, or the ingestion failed.
            DocumentError: a page is broken; nothing is changed then.
        """
        with self._writing:
            self._library.add(source, product=product, language=language)
            self.ingest(progress)

    def remove(self, product: str) -> None:
        """Delete the documents and the index of a product that was added.

        Raises:
            KnowledgeError: it is shipped, or there is no such product.
        """
        with self._writing:
            self._library.remove(product)
            self.ingest()

    def holdings(self) -> list[Holding]:
        """List the products and languages there are, with their numbers of passages.

        Raises:
            DocumentError: a page is broken.
        """
        return [
            Holding(product, language, len(self._shelf(product, language).passages), self._library.is_added(product))
            for product, language in self._library.shelves()
        ]

    def close(self) -> None:
        """Let go of the index; another process can then own it."""
        self._vectors.close()
        if self._private:
            self._private.cleanup()

    def __enter__(self) -> KnowledgeStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _shelf(self, product: str, language: Language) -> _Shelf:
        shelf = self._shelves.get((product, language))
        if shelf is None:
            shelf = self._shelves[(product, language)] = self._read(product, language)
        return shelf

    def _read(self, product: str, language: Language) -> _Shelf:
        passages = self._library.passages(product, language)
        # Titles count twice: a search usually names what the section is about.
        words = WordIndex([f"{passage.title}\n{searchable(passage)}" for passage in passages], language)
        return _Shelf(f"{product}.{language}", passages, words)

    def _likeness(self, shelf: _Shelf, query: str, count: int) -> dict[str, float]:
        """Cosines of the most similar passages by their ids; none where the vectors cannot be had."""
        if time.monotonic() < self._words_only_until:
            return {}
        try:
            return self._healing(lambda: self._nearest(shelf, query, count))
        except KnowledgeError as error:
            logger.warning("Searching by words only for %.0f seconds: %s", _RETRY_AFTER, error)
            self._words_only_until = time.monotonic() + _RETRY_AFTER
            return {}

    def _nearest(self, shelf: _Shelf, query: str, count: int) -> dict[str, float]:
        if not self._vectors.is_synced(shelf.name):
            if not self._writing.acquire(timeout=_WAIT_FOR_INGESTION):
                return {}
            try:
                self._vectors.sync(shelf.name, shelf.passages, lambda done: None)
            finally:
                self._writing.release()
        return self._vectors.nearest(shelf.name, query, min(count, len(shelf.passages)))

    def _sync_all(self, shelves: list[_Shelf], progress: Progress) -> int:
        self._vectors.keep_only({shelf.name for shelf in shelves})
        total = sum(len(shelf.passages) for shelf in shelves)
        embedded = done = 0
        for shelf in shelves:
            report = partial(_report, progress, done, total)
            embedded += self._vectors.sync(shelf.name, shelf.passages, report)
            done += len(shelf.passages)
        return embedded

    def _healing(self, work: Callable[[], T]) -> T:
        """Do the work; where the index turns out to be broken, start an empty one and do it again."""
        try:
            return work()
        except IndexBroken as broken:
            self._vectors.reset(broken)
            return work()


def _report(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)
