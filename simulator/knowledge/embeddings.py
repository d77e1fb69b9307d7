"""Texts as vectors: by spelling, offline, or by meaning, from an OpenAI-compatible endpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import log
from typing import TYPE_CHECKING, Protocol, TypeVar
from zlib import crc32

from simulator.knowledge.errors import KnowledgeError
from simulator.knowledge.words import split_words

if TYPE_CHECKING:
    import numpy as np
    from langchain_openai import OpenAIEmbeddings
    from numpy.typing import NDArray

T = TypeVar("T")

_SIZE = 512


class Embedding(Protocol):
    """Gives texts their vectors. LangChain and Chroma call the two `embed_` methods."""

    @property
    def identity(self) -> str:
        """Names the model: vectors of different identities cannot be compared, so the index is built anew."""

    @property
    def weight(self) -> float:
        """How much of a hit's score the likeness of vectors makes, 0-1; the words make the rest."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a text, all of one length."""

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a search query."""


class SpellingEmbedding:
    """Words by their runs of three and four letters, hashed: needs no model and no network, in any language.

    It finds misspelt words and parts of compounds. It knows nothing of meaning, hence the small weight.
    """

    identity = "spelling-1"
    weight = 0.2

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        import numpy as np

        vector = np.zeros(_SIZE)
        for word, times in Counter(split_words(text)).items():
            places, signs = _letter_runs(word)
            np.add.at(vector, places, signs * (1 + log(times)))
        length = float(np.linalg.norm(vector))
        if not length:
            vector[0] = length = 1.0  # Chroma takes no vector of zeros
        return (vector / length).tolist()  # type: ignore[no-any-return]


@lru_cache(maxsize=50_000)
def _letter_runs(word: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    import numpy as np

    marked = f"<{word}>"
    runs = [marked[start : start + size] for size in (3, 4) for start in range(len(marked) - size + 1)] or [marked]
    hashes = [crc32(run.encode()) for run in [*runs, marked]]
    return np.array([(code >> 1) % _SIZE for code in hashes]), np.array([1.0 if code & 1 else -1.0 for code in hashes])


@dataclass(frozen=True, slots=True)
class EmbeddingEndpoint:
    """Where an OpenAI-compatible service makes embeddings.

    Args:
        base_url: up to and with `/v1`.
        model: its name there.
        api_key: may be empty where the service asks for none.
        timeout: seconds to wait for an answer.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout: float = 20.0


class EndpointEmbedding:
    """Embeddings from an endpoint. Every failure is a `KnowledgeError`."""

    weight = 0.6

    def __init__(self, endpoint: EmbeddingEndpoint) -> None:
        self._endpoint = endpoint
        self.identity = f"{endpoint.model} at {endpoint.base_url}"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors = self._ask(lambda: self._client.embed_documents(texts))
        if len(vectors) != len(texts):
            raise self._error(f"it sent {len(vectors)} vectors for {len(texts)} texts")
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self._ask(lambda: self._client.embed_query(text))

    @cached_property
    def _client(self) -> OpenAIEmbeddings:
        from langchain_openai import OpenAIEmbeddings
        from pydantic import SecretStr

        return OpenAIEmbeddings(
            model=self._endpoint.model,
            openai_api_base=self._endpoint.base_url,
            openai_api_key=SecretStr(self._endpoint.api_key or "none"),
            model_kwargs={"encoding_format": "float"},  # local servers do not know the SDK's base64
            check_embedding_ctx_length=False,  # else it downloads a tokenizer and sends token numbers, not text
            request_timeout=self._endpoint.timeout,
            max_retries=1,
        )

    def _ask(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except Exception as error:  # the SDK lets JSON, type and network errors through
            raise self._error(f"{type(error).__name__}: {error}") from None  # its text may have the key

    def _error(self, reason: str) -> KnowledgeError:
        if self._endpoint.api_key:
            reason = reason.replace(self._endpoint.api_key, "…")  # some servers repeat a key that they refuse
        return KnowledgeError(
            f"The embeddings endpoint {self._endpoint.base_url} (model {self._endpoint.model}) does not give "
            f"usable vectors: {reason}. Check its address, key and model name, or leave them out to search offline."
        )
