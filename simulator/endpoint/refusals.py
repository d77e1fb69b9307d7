"""What an endpoint means by an error. Servers differ in statuses and codes, so their words count as well. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from simulator.endpoint.errors import Kind

LASTING = ("certificate", "insufficient_quota", "model_not_found", "proxy", "redirect", "tls")
"""Codes of `EndpointError` that another try a moment later does not change."""

LONGEST_DETAIL = 300
"""So many characters of what a server says are told."""

_KINDS: dict[int, Kind] = {
    401: "unauthorised",
    402: "rate_limited",
    403: "unauthorised",
    404: "not_found",
    405: "not_found",
    407: "unreachable",
    408: "overloaded",
    409: "overloaded",
    429: "rate_limited",
    501: "rejected",
}
_FILTERED = {"content_filter", "content_policy_violation"}
_NO_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_TOO_LONG = {"context_length_exceeded", "exceed_context_size_error"}
# As vLLM, llama.cpp, LM Studio, Ollama, Mistral and text-generation-inference say it.
_TOO_LONG_WORDS = re.compile(
    r"context (size|length|window)|maximum context|prompt (is )?too (long|large)|n_keep|max_new_tokens", re.IGNORECASE
)
_NO_SYSTEM_WORDS = re.compile(
    r"system (role|message|prompt|instruction)s?\W.{0,20}\bnot (be )?(supported|enabled|allowed)|"
    r"only user and assistant roles|roles? must alternate",
    re.IGNORECASE,
)


def meaning(status: int | None, *, code: str, type: str, message: str) -> tuple[Kind, str]:
    """The kind and the code of an error.

    Args:
        status: the HTTP status; None for an error in the middle of a stream.
        code, type, message: what the endpoint calls it; empty where it does not say.

    Returns:
        The kind, and as its code the endpoint's own, or one that `EndpointError` lists.
    """
    names = {code, type}
    if names & _FILTERED:
        return "refused", code
    if names & _TOO_LONG or (status in (None, 400, 413, 422, 500) and _TOO_LONG_WORDS.search(message)):
        return "too_long", code
    if status in (None, 400, 422, 500) and _NO_SYSTEM_WORDS.search(message):
        return "rejected", "system_role"
    if status is None:
        return "overloaded", code
    if status == 402 or names & _NO_QUOTA:
        return "rate_limited", "insufficient_quota"
    if 300 <= status < 400:
        return "not_found", "redirect"
    if status == 404 and (code in ("model_not_found", "DeploymentNotFound") or re.search(r"\bmodel\b", message)):
        return "not_found", "model_not_found"
    if status == 407:
        return "unreachable", "proxy"
    return _KINDS.get(status, "overloaded" if status >= 500 else "rejected"), code


def seconds_of(retry_after: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks to wait: a number or a date (RFC 9110, 10.2.3); None for neither."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())
