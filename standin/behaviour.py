"""What the stand-in does with one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal[
    "none",
    "stall",  # falls silent, and keeps the connection open
    "drip",  # sends comments that keep the connection alive, but no data
    "nothing",  # ends the stream before its first event
    "truncate",  # ends the stream in good order, without finish_reason and [DONE]; cuts a plain body short
    "cut",  # drops the connection
    "malformed",  # sends what is no JSON
    "html",  # answers with a web page, as a wrong address does
    "no_choices",  # choices: []
    "refusal",  # the model's refusal instead of content
    "content_filter",  # finish_reason "content_filter"
    "error_event",  # an error in the middle of a stream, with `error` and `code`
    "whole",  # answers a request for a stream with one JSON body
]


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One answer. Without arguments: the model's own text, at once.

    Args:
        text: what the model says; None leaves it to the stand-in's model, "" says nothing.
        status: an HTTP status; from 300 on the answer is an error, or sends elsewhere by a `location` in `headers`.
        error: message of such an error.
        code: its `code`, as in "insufficient_quota".
        raw: its whole body, for servers that do not keep to OpenAI's form; a web page if it begins with `<`.
        retry_after: seconds in the header Retry-After.
        first_token: seconds before the first piece.
        between: seconds between two pieces.
        late_headers: the status line waits for the first piece as well, as with OpenAI.
        fault: what goes wrong, after `after` pieces of a stream.
        finish: the finish_reason.
        usage: whether usage is told where it was asked for.
        cached: prompt tokens that the usage says came from a cache.
        reasoning: thoughts that precede the text, in `thoughts_in`.
        thoughts_in: the field for them: `reasoning_content` (vLLM, llama.cpp, DeepSeek) or `reasoning` (Ollama,
            OpenRouter).
    """

    text: str | None = None
    status: int = 200
    error: str = "told to fail"
    code: str = ""
    raw: str = ""
    retry_after: float | None = None
    first_token: float = 0.0
    between: float = 0.0
    late_headers: bool = False
    fault: Fault = "none"
    after: int = 0
    finish: str = "stop"
    usage: bool = True
    cached: int = 0
    reasoning: str = ""
    thoughts_in: Literal["reasoning_content", "reasoning"] = "reasoning_content"
    headers: Mapping[str, str] = field(default_factory=dict)
