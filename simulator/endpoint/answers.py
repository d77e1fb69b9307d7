"""Reading what an endpoint answers, and saying so where that is not of the protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol

from simulator.endpoint.errors import EndpointError, Kind
from simulator.endpoint.settings import EndpointSettings
from simulator.endpoint.usage import Usage


class Body(Protocol):
    """The body of an answer."""

    media_type: str

    def pieces(self) -> Iterator[bytes]: ...
    def read(self) -> bytes: ...
    def close(self) -> None: ...


class Reader:
    """Reads the answers of one endpoint."""

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings

    def refuse_page(self, body: Body) -> None:
        """Takes no web page for an answer.

        Raises:
            EndpointError: "malformed": it is one.
        """
        if body.media_type == "text/html":
            raise self.error("malformed", "answered with a web page, not by the protocol")

    def whole(self, body: Body) -> dict[str, Any]:
        """The JSON object that a body is.

        Raises:
            EndpointError: "malformed": it is none; or it cannot be read.
        """
        self.refuse_page(body)
        return self.parse(body.read())

    def parse(self, data: bytes) -> dict[str, Any]:
        """A JSON object.

        Raises:
            EndpointError: "malformed": it is none.
        """
        try:
            parsed = json.loads(data)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            raise self.error("malformed", "sent what is no JSON object")
        return parsed

    def error(self, kind: Kind, predicate: str, usage: Usage | None = None) -> EndpointError:
        """An error of this endpoint, told as a sentence about it."""
        return EndpointError(kind, f"{self._settings.url} {predicate}.", usage=usage)
