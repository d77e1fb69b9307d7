"""The stand-in as a Starlette app: /v1/models, /v1/chat/completions, /v1/embeddings; and `/standin/…` to steer it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from standin.behaviour import Behaviour
from standin.model import Model
from standin.records import Call, Records, tokens

_PAGE = "<!doctype html><title>Welcome</title><h1>It works!</h1>"
_FOREVER = 3600.0


class Cut(Exception):
    """Makes the server drop the connection."""


def make_app(model: Model, records: Records) -> Starlette:
    """The app. Every path of the API may be preceded by others, such as Azure's `/openai/deployments/name`."""

    async def models(request: Request) -> Response:
        call = records.begin(request, {})
        answer = (
            _always(model)
            or _unauthorised(request, model)
            or (
                JSONResponse({"object": "list", "data": [_listed(name, model) for name in model.names]})
                if model.lists_models
                else _error(404, "Not Found")
            )
        )
        records.end(call, "done", answer.status_code)
        return answer

    async def chat(request: Request) -> Response:
        body = json.loads(await request.body())
        call = records.begin(request, body)
        refused = _always(model) or _unauthorised(request, model)
        if refused is not None:
            records.end(call, "done", refused.status_code)
            return refused
        return Answer(call, model.behave(body), records)

    async def embeddings(request: Request) -> Response:
        body = json.loads(await request.body())
        call = records.begin(request, body)
        texts = [body["input"]] if isinstance(body.get("input"), str) else body.get("input", [])
        rows = [
            {"object": "embedding", "index": n, "embedding": [float(len(text) + k) for k in range(model.dimensions)]}
            for n, text in enumerate(texts)
        ]
        answer = _unauthorised(request, model) or (
            JSONResponse({"object": "list", "data": rows, "model": body.get("model"), "usage": {"prompt_tokens": 1}})
            if model.dimensions
            else _error(404, "Not Found")
        )
        records.end(call, "done", answer.status_code)
        return answer

    async def calls(request: Request) -> Response:
        rows = [call.row() for call in records.chats]
        return JSONResponse({"most_at_once": records.most_at_once, "calls": rows})

    async def steer(request: Request) -> Response:
        """Takes the fields of a Behaviour, which all following chat requests get; forgets what was recorded."""
        settings: dict[str, Any] = await request.json()
        behaviour = Behaviour(**settings)
        model.answer = lambda body: behaviour
        records.clear()
        return JSONResponse({"ok": True})

    return Starlette(
        routes=[
            Route("/standin/calls", calls),
            Route("/standin/behaviour", steer, methods=["POST"]),
            Route("/{before:path}/models", models),
            Route("/{before:path}/chat/completions", chat, methods=["POST"]),
            Route("/{before:path}/embeddings", embeddings, methods=["POST"]),
            Route("/{anything:path}", lambda request: HTMLResponse(_PAGE), methods=["GET"]),
        ]
    )


def _listed(name: str, model: Model) -> dict[str, Any]:
    day = model.shutdowns.get(name)
    return {"id": name, "object": "model", **({"shutdown_date": day} if day else {})}


def _always(model: Model) -> Response | None:
    """What every request of the API gets, where the model says so."""
    return _failure(model.always) if model.always is not None else None


def _failure(told: Behaviour) -> Response:
    """An error as a behaviour has it."""
    headers = dict(told.headers)
    if told.retry_after is not None:
        headers["retry-after"] = f"{told.retry_after:g}"
    if told.raw:
        kind = "text/html" if told.raw.startswith("<") else "application/json"
        return Response(told.raw, status_code=told.status, headers=headers, media_type=kind)
    return _error(told.status, told.error, told.code, headers)


def _error(status: int, message: str, code: str = "", headers: dict[str, str] | None = None) -> Response:
    body = {"error": {"message": message, "type": "error", "code": code or None}}
    return JSONResponse(body, status_code=status, headers=headers)


def _unauthorised(request: Request, model: Model) -> Response | None:
    """The answer to a request with a wrong key. It repeats the key, as some servers do."""
    given = request.headers.get("api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
    if model.key is None or given == model.key:
        return None
    return _error(401, f"Incorrect API key provided: {given}", "invalid_api_key")


class Answer(Response):
    """Plays a behaviour, and notices when the client goes away meanwhile."""

    def __init__(self, call: Call, behaviour: Behaviour, records: Records) -> None:
        self._call, self._behaviour, self._records = call, behaviour, records

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        playing = asyncio.ensure_future(self._play(scope, receive, send))
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                playing.cancel()
                with suppress(asyncio.CancelledError):
                    await playing
                self._records.end(self._call, "cancelled")
                return
            error = playing.exception()
            self._records.end(self._call, "failed" if error else "done", self._behaviour.status)
            if error:
                raise error
        finally:
            leaving.cancel()

    async def _play(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = self._behaviour
        if told.status >= 300:
            await asyncio.sleep(told.first_token)
            await _failure(told)(scope, receive, send)
        elif told.fault == "html":
            await HTMLResponse(_PAGE)(scope, receive, send)
        elif self._call.streams and told.fault != "whole":
            await self._stream(send)
        else:
            await self._plain(scope, receive, send)

    async def _plain(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = self._behaviour
        words = len(_pieces(told.text or ""))
        await asyncio.sleep(told.first_token + told.between * words)
        if told.fault in ("stall", "drip"):
            await asyncio.sleep(_FOREVER)
        if told.fault == "cut":
            start = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
            await send({"type": "http.response.start", "status": 200, "headers": start})
            await send({"type": "http.response.body", "body": b'{"choices":', "more_body": True})
            await asyncio.sleep(0.02)  # what was written arrives
            raise Cut
        self._call.answer = told.text or ""
        body = json.dumps(self._completion())
        if told.fault in ("malformed", "truncate"):
            body = body[: len(body) // 2]
        await Response(body, media_type="application/json")(scope, receive, send)

    def _completion(self) -> dict[str, Any]:
        told = self._behaviour
        message: dict[str, Any] = {"role": "assistant", "content": told.text}
        if told.reasoning:
            message[told.thoughts_in] = told.reasoning
        if told.fault == "refusal":
            message = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
        choices = [{"index": 0, "message": message, "finish_reason": self._finish}]
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 0,
            "model": self._call.body.get("model"),
            "choices": [] if told.fault == "no_choices" else choices,
            **({"usage": self._usage()} if told.usage else {}),
        }

    @property
    def _finish(self) -> str:
        return "content_filter" if self._behaviour.fault == "content_filter" else self._behaviour.finish

    def _usage(self) -> dict[str, Any]:
        prompt, completion = self._call.prompt_tokens, tokens(self._behaviour.text or "")
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": self._behaviour.cached},
        }

    async def _stream(self, send: Send) -> None:
        told = self._behaviour
        if told.late_headers:
            await asyncio.sleep(told.first_token)
        start = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        async for event in self._events(0.0 if told.late_headers else told.first_token):
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _events(self, wait: float) -> AsyncIterator[bytes]:
        told = self._behaviour
        pieces = ["I cannot ", "help with that."] if told.fault == "refusal" else _pieces(told.text or "")
        kind = "refusal" if told.fault == "refusal" else "content"
        fails = told.fault not in ("none", "refusal", "content_filter", "no_choices")
        if told.fault == "nothing":
            return
        if told.fault == "no_choices":
            pieces = []
        else:
            yield self._event({"role": "assistant", "content": ""})
        if told.reasoning:
            await asyncio.sleep(wait)
            for piece in _pieces(told.reasoning):
                yield self._event({told.thoughts_in: piece})
                await asyncio.sleep(told.between)
        for n, piece in enumerate(pieces):
            if fails and n == told.after:
                break
            # Even a pause of nothing lets the event loop send what is written.
            await asyncio.sleep(told.between if n else wait)
            self._call.answer += piece
            yield self._event({kind: piece})
        if fails:
            async for event in self._fail():
                yield event
            return
        if told.fault != "no_choices":
            yield self._event({}, self._finish)
        if told.usage and (self._call.body.get("stream_options") or {}).get("include_usage"):
            yield _data({**self._chunk(), "choices": [], "usage": self._usage()})
        yield b"data: [DONE]\n\n"

    async def _fail(self) -> AsyncIterator[bytes]:
        fault = self._behaviour.fault
        if fault == "stall":
            await asyncio.sleep(_FOREVER)
        elif fault == "drip":
            for _ in range(int(_FOREVER * 20)):
                yield b": still here\n\n"
                await asyncio.sleep(0.05)
        elif fault == "cut":
            await asyncio.sleep(0.02)  # what was written before arrives
            raise Cut
        elif fault == "malformed":
            yield b'data: {"choices": [{"delta": {"cont\n\n'
        elif fault == "error_event":
            told = self._behaviour
            yield _data({"error": {"message": told.error, "type": "server_error", "code": told.code or None}})

    def _chunk(self) -> dict[str, Any]:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": self._call.body.get("model"),
        }

    def _event(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        return _data({**self._chunk(), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def _pieces(text: str) -> list[str]:
    """A text in pieces of a word each, as a model gives it."""
    words = text.split(" ")
    return [word if n == len(words) - 1 else f"{word} " for n, word in enumerate(words)] if text else []


async def _gone(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
