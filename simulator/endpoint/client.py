"""The endpoint: streamed answers and structured ones, from one client a process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.endpoint import caching, structured
from simulator.endpoint.answers import Body, Reader
from simulator.endpoint.dialect import Dialect
from simulator.endpoint.errors import EndpointError, Kind
from simulator.endpoint.reply import Reply
from simulator.endpoint.retries import Retries
from simulator.endpoint.settings import EndpointSettings, StructuredMode
from simulator.endpoint.structured import MODES, Message, Schema, Structured
from simulator.endpoint.usage import Usage, tokens_of
from simulator.endpoint.watch import Watch, watched

if TYPE_CHECKING:
    from simulator.endpoint.transport import Wire

T = TypeVar("T")
_CONNECTING = threading.Lock()
_CHAT = "/chat/completions"
_CANNOT = 2
"""So many answers without an object show that a model cannot be asked in a way, if it answers in another."""


class Endpoint:
    """An OpenAI-compatible endpoint. Threads may share it, and should: a client costs more than a call.

    What a model does not take of the protocol (a schema, a seed, `max_tokens` by this name …) is found out by the first
    call that is refused for it, and remembered as long as this object lives.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self.settings = settings
        self._common = Dialect(frozenset() if settings.marks_cache else frozenset({caching.PARAMETER}))
        self._dialects: dict[str, Dialect] = {}
        self._modes: dict[str, StructuredMode] = {}
        self._failures: dict[str, Counter[StructuredMode]] = {}
        self._reader = Reader(settings)

    def __repr__(self) -> str:
        return f"Endpoint({self.settings.url}, {self.settings.model})"

    @property
    def _wire(self) -> Wire:
        # The lock: two first calls at once would make two clients.
        with _CONNECTING:
            return self._connected

    @cached_property
    def _connected(self) -> Wire:
        from simulator.endpoint.transport import Wire  # the openai SDK takes a second to import

        return Wire(self.settings)

    def warm(self) -> None:
        """Loads what the first call would wait for. What cannot be loaded is told by the call."""
        with suppress(EndpointError):
            _ = self._wire

    def close(self) -> None:
        """Closes its connections."""
        if "_connected" in self.__dict__:
            self._connected.close()

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float | None = None,
        seed: int | None = None,
        cancelled: Callable[[], bool] | None = None,
        model: str | None = None,
        fence: str | None = None,
    ) -> Reply:
        """An answer in pieces; the request is sent when the first is asked for.

        Args:
            messages: the prompt.
            max_tokens: the longest answer, hidden reasoning included.
            temperature: how freely the model chooses its words; the model's default if None.
            seed: the same seed should give the same answer, where the endpoint can do that.
            cancelled: asked about ten times a second, in the thread that iterates, whether the answer is not wanted
                any more.
            model: `settings.model` if None.
            fence: what the talk's parts in the prompt end with, if the next prompt will have the same up to the last of
                them: some endpoints keep a beginning only if they are told where it ends.
        """
        body = self._body(
            model=model or self.settings.model,
            messages=list(messages),
            max_tokens=max_tokens,
            temperature=temperature,
            seed=seed,
            stream=True,
            stream_options={"include_usage": True},
        )
        self.warm()  # importing must not count as waiting
        return Reply(self.settings, Watch(self.settings, cancelled), _Request(self, body, fence))

    def structured(
        self,
        messages: Sequence[Message],
        schema: Schema,
        *,
        name: str,
        max_tokens: int,
        temperature: float | None = None,
        seed: int | None = None,
        cancelled: Callable[[], bool] | None = None,
        model: str | None = None,
        fence: str | None = None,
    ) -> Structured:
        """An answer as an object of a schema.

        Args:
            messages: the prompt.
            schema: the JSON Schema of an object; for endpoints that keep to it strictly, with all members required and
                `additionalProperties` false.
            name: what the schema is called: letters, digits, `_` and `-`.
            max_tokens, temperature, seed, cancelled, fence: as in `stream`.
            model: `settings.judge` if None.

        Raises:
            EndpointError: there is no usable answer; "malformed" also if it lacks what the schema requires.
        """
        self.warm()
        model = model or self.settings.judge
        limits: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature, "seed": seed}
        watch = Watch(self.settings, cancelled)

        def ask(mode: StructuredMode) -> Structured:
            body = self._body(model=model, **structured.request(messages, schema, name, mode), **limits)
            raw, usage = self._text(_Request(self, body, fence), watch)
            data = structured.dig(raw, schema)
            if data is None:
                raise self._reader.error("malformed", "did not answer with one JSON object of the schema", usage)
            return Structured(data, usage, raw, mode)

        failures = self._failures.setdefault(model, Counter())
        known = self._known_mode(model)
        modes = [known] if known else [mode for mode in MODES if failures[mode] < _CANNOT]
        failed: Counter[StructuredMode] = Counter()
        spent: Usage | None = None
        for mode in modes:
            try:
                found = ask(mode)
            except EndpointError as error:
                spent = error.usage.after(spent) if error.usage else spent
                # A model that has not shown yet what it can do may lack what failed.
                if mode == modes[-1] or error.kind not in ("rejected", "malformed"):
                    error.usage = spent
                    raise
                failed[mode] = _CANNOT if error.kind == "rejected" else 1
            else:
                failures.update(failed)
                if mode == modes[0]:
                    self._modes[model] = mode
                return replace(found, usage=found.usage.after(spent))
        raise AssertionError("never reached")

    def _known_mode(self, model: str) -> StructuredMode | None:
        wanted = self.settings.structured
        return self._modes.get(model) if wanted == "auto" else wanted

    def complete(self, messages: Sequence[Message], *, max_tokens: int, model: str | None = None) -> tuple[str, Usage]:
        """An answer as a whole.

        Raises:
            EndpointError: there is no usable answer.
        """
        self.warm()
        body = self._body(model=model or self.settings.model, messages=list(messages), max_tokens=max_tokens)
        return self._text(_Request(self, body), Watch(self.settings))

    def models(self) -> dict[str, str | None]:
        """The names of the endpoint's models, each with the day on which it will be shut down, if that is told.

        Raises:
            EndpointError: it has no list of them, or gives none.
        """
        self.warm()
        with watched(Watch(self.settings)):
            listed = self._reader.whole(self._wire.get("/models")).get("data")
        try:
            return {str(each["id"]): each.get("shutdown_date") for each in listed or ()}
        except (TypeError, KeyError, AttributeError):
            raise self._reader.error("malformed", "gave a list of models that is not of the protocol") from None

    def _body(self, **fields: Any) -> dict[str, Any]:
        said = {**fields, "reasoning_effort": self.settings.effort}
        return {name: value for name, value in said.items() if value is not None}

    def _text(self, request: _Request, watch: Watch) -> tuple[str, Usage]:
        """The whole text of an answer."""
        retries = Retries(self.settings, watch)
        while True:
            try:
                with watched(watch):
                    answer = self._whole(request, watch)
                break
            except EndpointError as error:
                if not request.adapt(error) and not retries.pause(error):
                    raise
        usage = Usage(*tokens_of(answer.get("usage")), None, watch.elapsed)
        return _content(answer, lambda kind, predicate: self._reader.error(kind, predicate, usage)), usage

    def _whole(self, request: _Request, watch: Watch) -> dict[str, Any]:
        watch.expect_whole()
        watch.check()
        answer = request.send()
        try:
            return self._reader.whole(answer)
        finally:
            answer.close()


class _Request:
    """A chat request, sent in the dialect of its model as far as that is known."""

    def __init__(self, endpoint: Endpoint, body: dict[str, Any], fence: str | None = None) -> None:
        self._endpoint = endpoint
        self._body = body
        self._fence = fence
        self._sent = endpoint._common

    def send(self) -> Body:
        """Sends it.

        Raises:
            EndpointError: there is no answer, or it is an error.
        """
        self._sent = self._endpoint._dialects.get(self._body["model"], self._endpoint._common)
        return self._endpoint._wire.post(_CHAT, self._sent.apply(self._body, self._fence))

    def adapt(self, error: EndpointError) -> bool:
        """Learns from an error what the model does not take; whether that makes another try worthwhile."""
        other = self._sent.after(error, self._body)
        if other is None:
            return False
        model = self._body["model"]
        self._endpoint._dialects[model] = other | self._endpoint._dialects.get(model, self._endpoint._common)
        return True


@lru_cache(maxsize=4)
def open_endpoint(settings: EndpointSettings) -> Endpoint:
    """The endpoint of these settings: the same object, and with it the same connections, for the whole process."""
    return Endpoint(settings)


def _content(answer: dict[str, Any], error: Callable[[Kind, str], EndpointError]) -> str:
    """The text of a whole answer."""
    choices = answer.get("choices")
    if not choices:
        raise error("empty" if choices == [] else "malformed", "answered without a choice")
    try:
        message, finish = choices[0]["message"], choices[0].get("finish_reason")
        text, refusal = message.get("content"), message.get("refusal")
    except (AttributeError, KeyError, IndexError, TypeError):
        raise error("malformed", "gave an answer that is not of the protocol") from None
    if refusal or finish == "content_filter":
        raise error("refused", "will not answer this")
    if finish == "length":
        raise error("truncated", "ran out of tokens before the end of its answer")
    if not isinstance(text, str | None):
        raise error("malformed", "gave an answer that is not of the protocol")
    if not text or not text.strip():
        raise error("empty", "answered without a word")
    return text
