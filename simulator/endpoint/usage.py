"""What a call used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint reports them (None where it does not), and seconds as measured here.

    Args:
        prompt: tokens of the request, those from a cache included.
        cached: tokens of the request that came from a cache.
        completion: tokens of the answer, hidden reasoning included.
        first_token_s: from the request to the first piece of text; None if there was none, or no stream.
        total_s: from the request to the end of the answer, all tries and pauses included.
    """

    prompt: int | None
    cached: int | None
    completion: int | None
    first_token_s: float | None
    total_s: float

    def after(self, earlier: Usage | None) -> Usage:
        """With the tokens of earlier answers of the same call, whose times this one's have in them."""
        if earlier is None:
            return self
        return replace(
            self,
            prompt=_sum(self.prompt, earlier.prompt),
            cached=_sum(self.cached, earlier.cached),
            completion=_sum(self.completion, earlier.completion),
        )


def tokens_of(reported: object) -> tuple[int | None, int | None, int | None]:
    """Prompt, cached and completion tokens of a reported `usage`; None for each that is missing or no count."""
    if not isinstance(reported, Mapping):
        return None, None, None
    details = reported.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    return _count(reported.get("prompt_tokens")), _count(cached), _count(reported.get("completion_tokens"))


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else other + (one or 0)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
