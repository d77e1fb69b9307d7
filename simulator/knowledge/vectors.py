"""Passages as vectors in Chroma, one collection a product and language. A cache: the documents are the source."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from simulator.documents import Passage
from simulator.knowledge.embeddings import Embedding
from simulator.knowledge.errors import KnowledgeError
from simulator.knowledge.ownership import own

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from langchain_chroma import Chroma

logger = logging.getLogger(__name__)

BATCH = 64
"""Passages written at a time: one request to an embeddings endpoint, and well below Chroma's limit of 5,461."""

_PREFIX = "tough-customer."

# After this many changes Chroma writes its search graph to files of its own. Broken graph files crash the process or
# lose passages without a word, and a kill in between breaks them; below the threshold everything is in SQLite.
_CHANGES_IN_SQLITE = 100_000


class IndexBroken(KnowledgeError):
    """Chroma cannot use what it has stored, or its server does not answer."""

    def __init__(self, reason: Exception, client: ClientAPI | None) -> None:
        super().__init__(f"{type(reason).__name__}: {reason}")
        self.client = client


class VectorIndex:
    """The vectors of all passages.

    Args:
        embedding: gives passages and queries their vectors.
        place: the folder to keep them in, which this process then owns; or a Chroma server, `host:port`.

    Raises:
        KnowledgeBusy: another process owns the folder.
        KnowledgeError: the folder cannot be written.
    """

    def __init__(self, embedding: Embedding, place: Path | str) -> None:
        self._embedding = embedding
        self._place = place
        self._owner = own(place) if isinstance(place, Path) else None
        self._lock = threading.RLock()
        self._client: ClientAPI | None = None
        self._synced: dict[str, Chroma] = {}

    def is_synced(self, name: str) -> bool:
        """Whether the collection was brought in step with the documents since it was opened."""
        return name in self._synced

    def sync(self, name: str, passages: Sequence[Passage], progress: Callable[[int], None]) -> int:
        """Bring a collection in step with the passages; unchanged ones are not embedded again.

        Args:
            progress: called with the number of passages that are in place, after each batch.

        Returns:
            How many passages were embedded.

        Raises:
            IndexBroken, KnowledgeError: Chroma or the embedding failed; what was done so far is kept.
        """
        with self._lock, self._chroma() as client:
            collection = self._collection(client, name)
            stored = collection.get(include=["metadatas"])
            contents = {id: meta["content"] for id, meta in zip(stored["ids"], stored["metadatas"], strict=True)}
            changed = [passage for passage in passages if contents.get(passage.id) != _content(passage)]
            gone = list(contents.keys() - {passage.id for passage in passages})
            for start in range(0, len(gone), BATCH):
                collection.delete(ids=gone[start : start + BATCH])
            progress(len(passages) - len(changed))
            for start in range(0, len(changed), BATCH):
                batch = changed[start : start + BATCH]
                collection.add_texts(
                    [searchable(passage) for passage in batch],
                    metadatas=[{"content": _content(passage), "title": passage.title} for passage in batch],
                    ids=[passage.id for passage in batch],
                )
                progress(len(passages) - len(changed) + start + len(batch))
            self._synced[name] = collection
            return len(changed)

    def nearest(self, name: str, query: str, count: int) -> dict[str, float]:
        """Return the passages of a collection most like the query: passage id to cosine, 0-1; none if not synced.

        Raises:
            IndexBroken, KnowledgeError: Chroma or the embedding failed.
        """
        collection = self._synced.get(name)
        if collection is None:
            return {}
        with self._chroma():
            found = collection.similarity_search_with_score(query, k=count)
            return {str(document.id): min(1.0, max(0.0, 1 - distance)) for document, distance in found}

    def keep_only(self, names: set[str]) -> None:
        """Delete all other collections.

        Raises:
            IndexBroken: Chroma failed.
        """
        with self._lock, self._chroma() as client:
            for collection in client.list_collections():
                name = collection.name.removeprefix(_PREFIX)
                if collection.name.startswith(_PREFIX) and name not in names:
                    self._synced.pop(name, None)
                    client.delete_collection(collection.name)

    def reset(self, broken: IndexBroken) -> None:
        """Throw the broken index away, unless another thread has done it; the next call starts an empty one."""
        with self._lock:
            if self._client is not broken.client:
                return
            logger.warning("The knowledge index cannot be used and is built again from the documents: %s", broken)
            self._disconnect()
            if isinstance(self._place, Path):
                # Not the same folder again: it may be held open, and Chroma remembers a broken one by its path.
                (self._place / str(_newest(self._place) + 1)).mkdir()

    def close(self) -> None:
        """Let go of the index; another process can then own it."""
        with self._lock:
            self._disconnect()
            if self._owner:
                self._owner.release()

    @contextmanager
    def _chroma(self) -> Iterator[ClientAPI]:
        client = self._client
        try:
            if client is None:
                with self._lock:
                    client = self._client = self._client or self._connect()
            yield client
        except KnowledgeError:
            raise
        except Exception as error:  # Chroma passes errors of SQLite, HTTP and its own through
            raise IndexBroken(error, client) from error

    def _connect(self) -> ClientAPI:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if isinstance(self._place, str):
            host, _, port = self._place.partition(":")
            return chromadb.HttpClient(host=host, port=int(port or 8000), settings=settings)
        current = self._place / str(_newest(self._place))
        for folder in self._place.iterdir():
            if folder.is_dir() and folder != current:
                shutil.rmtree(folder, ignore_errors=True)
        return chromadb.PersistentClient(path=current, settings=settings)

    def _disconnect(self) -> None:
        self._synced.clear()
        if self._client:
            with suppress(Exception):
                cast("Client", self._client).close()
        self._client = None

    def _collection(self, client: ClientAPI, name: str) -> Chroma:
        from langchain_chroma import Chroma

        name = _PREFIX + name
        identity = {"embedding": self._embedding.identity}
        for stored in client.list_collections():
            if stored.name == name and stored.metadata != identity:
                client.delete_collection(name)
        return Chroma(
            name,
            cast(Any, self._embedding),  # LangChain asks for its base class, but uses no more than our protocol
            client=client,
            collection_metadata=identity,
            collection_configuration={"hnsw": {"space": "cosine", "sync_threshold": _CHANGES_IN_SQLITE}},
        )


def _newest(place: Path) -> int:
    """Number of the index folder in use; a broken one is followed by the next."""
    return max((int(folder.name) for folder in place.iterdir() if folder.name.isdigit()), default=1)


def searchable(passage: Passage) -> str:
    """The text by which a passage is found."""
    return f"{passage.title}\n{passage.text}"


def _content(passage: Passage) -> str:
    return blake2b(searchable(passage).encode(), digest_size=16).hexdigest()
