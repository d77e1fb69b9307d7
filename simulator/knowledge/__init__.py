"""Search in the product documentation, by words and by likeness, with Chroma as the index.

    with KnowledgeStore(Path("scenario_library/knowledge"), data_folder) as knowledge:
        hits = knowledge.search("when is the refund paid", product="tidewell-r4", language="en")

Only this package imports chromadb and langchain, and only when a search or an ingestion needs them.
"""

from simulator.knowledge.embeddings import Embedding, EmbeddingEndpoint, EndpointEmbedding, SpellingEmbedding
from simulator.knowledge.errors import KnowledgeBusy, KnowledgeError
from simulator.knowledge.store import Hit, Holding, KnowledgeStore

__all__ = [
    "Embedding",
    "EmbeddingEndpoint",
    "EndpointEmbedding",
    "Hit",
    "Holding",
    "KnowledgeBusy",
    "KnowledgeError",
    "KnowledgeStore",
    "SpellingEmbedding",
]
