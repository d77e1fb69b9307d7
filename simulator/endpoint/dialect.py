"""What a model at an endpoint does not take of the protocol, found out by being told so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.endpoint.errors import EndpointError

_OPTIONAL = ("stream_options", "temperature", "seed", "max_tokens")
"""Parameters without which a call is still worth making; `max_tokens` has a second name."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The parameters to leave out, or to call by their other name."""

    without: frozenset[str] = field(default_factory=frozenset)

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The request in this dialect."""
        if not self.without:
            return dict(body)
        said = {name: value for name, value in body.items() if name not in self.without}
        if "max_tokens" in self.without and "max_tokens" in body:
            said["max_completion_tokens"] = body["max_tokens"]
        return said

    def after(self, error: EndpointError, body: Mapping[str, Any]) -> Dialect | None:
        """The dialect to try next where an error names a parameter that can be done without; else None."""
        if error.kind != "rejected":
            return None
        words = [error.parameter, *re.findall(r"\w+", error.message)]
        for name in words:
            if name in _OPTIONAL and name in body and name not in self.without:
                return replace(self, without=self.without | {name})
        return None
