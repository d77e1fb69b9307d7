"""What the stand-in was asked, and how that went."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os.path import commonprefix
from typing import Any, Literal

from starlette.requests import Request

_CHARACTERS_A_TOKEN = 4
"""Tokens are counted as characters: shares and growth stay true, and no vocabulary is needed."""

State = Literal["running", "done", "cancelled", "failed"]


def text_of(message: Mapping[str, Any]) -> str:
    """What a message says, given as a text or in parts."""
    content = message.get("content")
    return "".join(part["text"] for part in content) if isinstance(content, list) else str(content)


@dataclass
class Call:
    """One request. `started`, `ended`: seconds of `time.monotonic()`, the same in all processes of a machine."""

    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    query: Mapping[str, str]
    client: tuple[str, int] | None
    """Address and port that the request came from."""
    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    state: State = "running"
    status: int = 200
    answer: str = ""
    previous: Call | None = field(default=None, repr=False)
    """The request before, of the same conversation: it has the same first message."""

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))

    @cached_property
    def prompt(self) -> str:
        """The request as one text, in the order in which endpoints keep prefixes: schema, then messages."""
        schema = self.body.get("response_format")
        head = f"{schema}\n" if schema else ""
        return head + "\n".join(f"{m.get('role')}\n{text_of(m)}" for m in self.body.get("messages", []))

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The beginnings of the request up to each of its cache breakpoints, shortest first."""
        found, before = [], str(self.body.get("response_format") or "")
        for message in self.body.get("messages", []):
            before += f"\n{message.get('role')}"
            parts = message.get("content")
            for part in parts if isinstance(parts, list) else [{"text": parts}]:
                before += f"\n{part['text']}"
                if part.get("prompt_cache_breakpoint"):
                    found.append(before)
        return tuple(found)

    @property
    def prompt_tokens(self) -> int:
        return tokens(self.prompt)

    @property
    def completion_tokens(self) -> int:
        return tokens(self.answer)

    @property
    def repeated_tokens(self) -> int:
        """How many prompt tokens repeat the beginning of the previous request: what a prefix cache could serve."""
        return len(commonprefix([self.prompt, self.previous.prompt])) // _CHARACTERS_A_TOKEN if self.previous else 0  # noqa: RUF071

    @property
    def repeated_share(self) -> float:
        """`repeated_tokens` as a share of the prompt, 0-1."""
        return self.repeated_tokens / max(1, self.prompt_tokens)

    def row(self) -> dict[str, Any]:
        """The call as plain data, without its texts."""
        return {
            "path": self.path,
            "model": self.body.get("model"),
            "streams": self.streams,
            "state": self.state,
            "status": self.status,
            "started": self.started,
            "ended": self.ended,
            "messages": len(self.body.get("messages", [])),
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "repeated_tokens": self.repeated_tokens,
        }


def tokens(text: str) -> int:
    """How many tokens a text is counted as."""
    return -(-len(text) // _CHARACTERS_A_TOKEN)


class Records:
    """All requests, in the order of their arrival."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forgets everything."""
        self.calls: list[Call] = []
        self._latest: dict[str, Call] = {}
        self._open = 0
        self.most_at_once = 0
        """The largest number of chat requests that were answered at the same time."""

    def begin(self, request: Request, body: Mapping[str, Any]) -> Call:
        """Notes a request."""
        call = Call(request.url.path, body, request.headers, request.query_params, request.client)
        messages = body.get("messages") or [{}]
        opening = text_of(messages[0])
        call.previous = self._latest.get(opening)
        self._latest[opening] = call
        self.calls.append(call)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        return call

    def end(self, call: Call, state: State, status: int = 200) -> None:
        """Notes how a request ended."""
        call.ended, call.state, call.status = time.monotonic(), state, status
        self._open -= 1

    @property
    def chats(self) -> list[Call]:
        """The chat requests."""
        return [call for call in self.calls if call.path.endswith("/chat/completions")]

    @property
    def streams(self) -> list[Call]:
        """The chat requests that asked for a stream."""
        return [call for call in self.chats if call.streams]

    @property
    def cancelled(self) -> list[Call]:
        """The requests whose client went away before the answer was complete."""
        return [call for call in self.calls if call.state == "cancelled"]
