"""The knowledge store as the settings want it."""

from __future__ import annotations

from collections.abc import Callable

from simulator.knowledge.embeddings import EmbeddingEndpoint, EndpointEmbedding
from simulator.knowledge.store import KnowledgeStore
from simulator.settings import Settings


def open_knowledge(settings: Settings, *, fallback: bool = False) -> KnowledgeStore:
    """Opens the store in the settings' folders, with the embeddings endpoint and the Chroma server that they name.

    Args:
        settings: where things are.
        fallback: where another process owns the index, search with a private one.

    Raises:
        KnowledgeBusy: another process owns the index, and there is no fallback.
        KnowledgeError: the data folder cannot be written.
    """
    return KnowledgeStore(
        settings.library / "knowledge",
        settings.data,
        embedding=_embedding(settings),
        server=settings.chroma_server or None,
        fallback=fallback,
    )


def trial_embedding(settings: Settings) -> Callable[[], int] | None:
    """What embeds a text and returns the length of its vector, to try the endpoint; None if the settings name none.

    It raises a `KnowledgeError` where the endpoint does not work.
    """
    embedding = _embedding(settings)
    return None if embedding is None else lambda: len(embedding.embed_query("test"))


def _embedding(settings: Settings) -> EndpointEmbedding | None:
    if not settings.embedding_model:
        return None
    return EndpointEmbedding(
        EmbeddingEndpoint(settings.embedding_url, settings.embedding_model, settings.embedding_key)
    )
