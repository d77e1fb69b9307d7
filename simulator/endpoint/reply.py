"""An answer that comes in pieces."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol

from simulator.endpoint.answers import Body, Reader
from simulator.endpoint.errors import EndpointError
from simulator.endpoint.refusals import LONGEST_DETAIL, meaning
from simulator.endpoint.retries import Retries
from simulator.endpoint.settings import EndpointSettings
from simulator.endpoint.usage import Usage, tokens_of
from simulator.endpoint.watch import Watch, watched

_DRAIN_SECONDS = 0.25
"""How long the end of the connection's answer is waited for after the last event, so that it can be used again."""


class Request(Protocol):
    """What is asked."""

    def send(self) -> Body: ...
    def adapt(self, error: EndpointError) -> bool: ...


class Reply:
    """Iterate for the pieces of the text; afterwards `usage`, `finish` and `tries` are known.

    The request is sent by the first `next()`. Until a piece has come the call is tried again within its budget. Who may
    stop before the end uses the reply in a `with` statement, or calls `close()`: that closes the connection, and with
    it the endpoint's work ends too.

    Raises (while iterating):
        EndpointError: the answer is not complete; `text` has what came of it.
    """

    def __init__(self, settings: EndpointSettings, watch: Watch, request: Request) -> None:
        self._settings = settings
        self._reader = Reader(settings)
        self._watch = watch
        self._retries = Retries(settings, watch)
        self._request = request
        self._pieces: list[str] = []
        self._reported: object = None
        self._first_token: float | None = None
        self._ended: float | None = None
        self._refusal = ""
        self._chosen = self._done = False
        self.finish: str | None = None
        """Why the model stopped: "stop", "length" …; None until then."""
        self._running = self._run()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with watched(self._watch):
            return next(self._running)

    def __enter__(self) -> Reply:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wants no more of it."""
        self._running.close()

    @property
    def text(self) -> str:
        """What has come so far."""
        return "".join(self._pieces)

    @property
    def tries(self) -> int:
        """How often the call was tried."""
        return self._retries.tries

    @property
    def usage(self) -> Usage:
        """What the call used; complete when the reply is."""
        prompt, cached, completion = tokens_of(self._reported)
        total = self._watch.elapsed if self._ended is None else self._ended
        return Usage(prompt, cached, completion, self._first_token, total)

    def _run(self) -> Generator[str, None, None]:
        try:
            while True:
                try:
                    yield from self._try()
                    return
                except EndpointError as error:
                    if self._pieces or not (self._request.adapt(error) or self._retries.pause(error)):
                        raise
        finally:
            self._ended = self._watch.elapsed

    def _try(self) -> Iterator[str]:
        self._refusal, self._chosen, self._done, self.finish = "", False, False, None
        self._watch.expect_first_token()
        self._watch.check()
        body = self._request.send()
        try:
            if body.media_type == "application/json":
                events: Iterator[dict[str, Any]] = iter([self._reader.whole(body)])
            else:
                self._reader.refuse_page(body)
                events = self._events(body)
            for event in events:
                yield from self._take(event)
            self._judge()
        finally:
            body.close()

    def _events(self, body: Body) -> Iterator[dict[str, Any]]:
        """The events of a stream as JSON, up to its end."""
        lines = _lines(body.pieces())
        data: list[bytes] = []
        for line in itertools.chain(lines, [b""]):  # some leave out the empty line after the last event
            if line.startswith(b"data:"):
                data.append(line[5:].strip())
            elif not line and data:
                joined, data = b"\n".join(data), []
                if joined == b"[DONE]":
                    self._done = True
                    self._watch.expect_end(_DRAIN_SECONDS)
                    with suppress(EndpointError):
                        for _ in lines:
                            pass
                    return
                yield self._reader.parse(joined)

    def _take(self, event: dict[str, Any]) -> Iterator[str]:
        """The text of an event; what else it says is kept."""
        if event.get("error"):
            raise self._told(event["error"])
        if event.get("usage"):
            self._reported = event["usage"]
        choices = event.get("choices")
        if not choices:
            return
        try:
            choice = choices[0]
            delta = choice.get("delta") or choice.get("message") or {}
            text, refusal = delta.get("content") or "", delta.get("refusal") or ""
            thoughts = delta.get("reasoning_content") or delta.get("reasoning")
            finish = choice.get("finish_reason")
        except (AttributeError, KeyError, IndexError, TypeError):
            raise self._reader.error("malformed", "sent an event that is not of the protocol") from None
        if not isinstance(text, str):
            raise self._reader.error("malformed", "sent an event that is not of the protocol")
        self._chosen = True
        self._refusal += str(refusal)
        self.finish = finish or self.finish
        if text or thoughts or refusal:
            self._watch.expect_more()
        if text:
            if self._first_token is None:
                self._first_token = self._watch.elapsed
            self._pieces.append(text)
            yield text
            self._watch.expect_more()  # what was done with the piece meanwhile was not the endpoint's silence

    def _judge(self) -> None:
        """Whether what came is an answer."""
        if self._refusal or self.finish == "content_filter":
            raise self._reader.error("refused", "will not answer this")
        if self.finish is None and (self._chosen or not self._done):
            raise self._reader.error("truncated", "broke off its answer")
        if not self.text.strip():
            raise self._reader.error("empty", "answered without a word")

    def _told(self, error: object) -> EndpointError:
        """The error of an event: some servers find out only after the status line that a request cannot be served."""
        fields = error if isinstance(error, dict) else {"message": error}
        name, type, said = (str(fields.get(key) or "") for key in ("code", "type", "message"))
        detail = " ".join(self._settings.hushed(said).split())[:LONGEST_DETAIL]
        kind, code = meaning(None, code=name, type=type, message=detail)
        shown = self._settings.url
        return EndpointError(kind, f"{shown} sent an error instead of an answer: {detail or 'no reason'}.", code=code)


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Bytes as lines without their ends; the last line counts without an end, too."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r")
    if rest:
        yield rest
