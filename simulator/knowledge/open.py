"""The knowledge store as the settings want it."""

from __future__ import annotations

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
    embedding = None
    if settings.embedding_model:
        embedding = EndpointEmbedding(
            EmbeddingEndpoint(settings.embedding_url, settings.embedding_model, settings.embedding_key)
        )
    return KnowledgeStore(
        settings.library / "knowledge",
        settings.data,
        embedding=embedding,
        server=settings.chroma_server or None,
        fallback=fallback,
    )
