"""What a model at an endpoint does not take of the protocol, found out by being told so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.endpoint import caching
from simulator.endpoint.errors import EndpointError

_SYSTEM = "system"
_EFFORT = "reasoning_effort"
_OPTIONAL = ("stream_options", "temperature", "seed", "max_tokens", _EFFORT)
"""Parameters without which a call is still worth making; `max_tokens` has a second name."""
_THINKING = re.compile(r"think|reason", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The parameters to leave out, or to call by their other name; `system` stands for system messages, and the first
    parameter of cache breakpoints for all of them."""

    without: frozenset[str] = field(default_factory=frozenset)

    def apply(self, body: Mapping[str, Any], fence: str | None = None) -> dict[str, Any]:
        """The request in this dialect.

        Args:
            body: the request.
            fence: what the parts of a talk end with whose beginning is worth keeping.
        """
        said = {name: value for name, value in body.items() if name not in self.without}
        if "max_tokens" in self.without and "max_tokens" in body:
            said["max_completion_tokens"] = body["max_tokens"]
        if _SYSTEM in self.without:
            said["messages"] = _folded(body["messages"])
        if fence is not None and caching.PARAMETER not in self.without:
            said |= caching.breakpoints(said["messages"], fence)
        return said

    def __or__(self, other: Dialect) -> Dialect:
        """What both have found out."""
        return Dialect(self.without | other.without)

    def after(self, error: EndpointError, body: Mapping[str, Any]) -> Dialect | None:
        """The dialect to try next where an error names something that can be done without; else None."""
        if error.code == "system_role" and _SYSTEM not in self.without and _has_system(body["messages"]):
            return replace(self, without=self.without | {_SYSTEM})
        if error.kind != "rejected":
            return None
        words = [error.parameter, *re.findall(r"\w+", error.message)]
        for word in words:
            if word.startswith(caching.PREFIX) and caching.PARAMETER not in self.without:
                return replace(self, without=self.without | {caching.PARAMETER})
            if word in _OPTIONAL and word in body and word not in self.without:
                return replace(self, without=self.without | {word})
        if _EFFORT in body and _EFFORT not in self.without and _THINKING.search(error.message):
            return replace(self, without=self.without | {_EFFORT})
        return None


def _has_system(messages: Sequence[Mapping[str, str]]) -> bool:
    return len(messages) > 1 and messages[0]["role"] == _SYSTEM


def _folded(messages: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Messages with the first one, a system message, put before what the second says: the beginning stays the same."""
    if not _has_system(messages):
        return list(messages)
    first, second, *others = messages
    return [{**second, "content": f"{first['content']}\n\n{second['content']}"}, *others]
