"""Cache breakpoints, for endpoints that keep the beginning of a request only up to where they are told to.

OpenAI's models since GPT-5.6 find a kept beginning at a breakpoint and nowhere else, and the breakpoint that is set
unasked stands after the latest message: there behind a task that never comes again, so nothing would ever be found, and
each keeping costs a quarter more than reading (OpenAI's guide "Prompt caching").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

PARAMETER = "prompt_cache_options"
"""What an endpoint names that knows nothing of breakpoints; all their parameters begin alike."""
PREFIX = "prompt_cache"

_LAST = 2
"""The last place where the talk ends is kept now; the one before was kept by the request before, and is looked up."""
_BREAKPOINT = {"mode": "explicit"}
_OF_KEY = 60
"""So many characters after the system message tell conversations apart: they are of its first message."""


def breakpoints(messages: Sequence[Mapping[str, str]], fence: str) -> dict[str, Any]:
    """The members of a request that tell where its beginning is to be kept.

    A message is always cut at the same places, marked or not, so that it is the same text to the endpoint each time.

    Args:
        messages: the request's.
        fence: what the talk's parts end with. Behind the last one stands what changes from request to request.
    """
    cut = [_parts(each, fence) for each in messages]
    ends = [part for each in cut if each["role"] == "user" for part in each["content"] if part["text"].endswith(fence)]
    systems = [each["content"][0] for each in cut if each["role"] == "system"]
    for part in (*systems, *ends[-_LAST:]):
        part["prompt_cache_breakpoint"] = _BREAKPOINT
    begins = "".join(each["content"] for each in messages[1:])[:_OF_KEY]
    key = f"{crc32(messages[0]['content'].encode()):08x}{crc32(begins.encode()):08x}"
    return {"messages": cut, PARAMETER: _BREAKPOINT, "prompt_cache_key": key}


def _parts(message: Mapping[str, str], fence: str) -> dict[str, Any]:
    if message["role"] == "assistant":
        return dict(message)
    text = message["content"]
    pieces = re.split(rf"(?<={re.escape(fence)})", text) if message["role"] == "user" else [text]
    return {**message, "content": [{"type": "text", "text": piece} for piece in pieces if piece]}
