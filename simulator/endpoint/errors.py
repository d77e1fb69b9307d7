"""What can go wrong with a model endpoint."""

from __future__ import annotations

from typing import Literal

from simulator.endpoint.usage import Usage

Kind = Literal[
    "unreachable",  # no connection, or it was dropped before an answer
    "unauthorised",  # 401, 403
    "not_found",  # 404, 405: the address or the model
    "rejected",  # 400 and its like: the endpoint does not take this request
    "too_long",  # the request, with room for the answer, does not fit into what the model can read at once
    "rate_limited",  # 429, 402
    "overloaded",  # 5xx, or an error in the middle of a stream
    "timeout_connect",
    "timeout_first_token",
    "timeout_stall",
    "timeout_total",
    "truncated",  # the answer ends before its end
    "malformed",  # the answer is not of the protocol, or not of the schema
    "empty",  # the answer says nothing
    "refused",  # the model, or a content filter, will not answer
    "cancelled",  # the caller does not want the answer any more
]


class EndpointError(Exception):
    """An endpoint gave no usable answer.

    Args:
        kind: what went wrong; callers decide by it.
        message: in words, with what the endpoint said. The key is never in it.
        status: the HTTP status, if there was one.
        retry_after: seconds that the endpoint asks to wait before the next try.
        code: the endpoint's own name of the error, if it gave one; else, or where endpoints call it by many names,
            `certificate` (it is not trusted), `tls` (no HTTPS there), `proxy` (refuses to pass the call on), `redirect`
            (the address has moved), `model_not_found`, `insufficient_quota` (also of 402), `system_role` (the model
            takes no system message).
        parameter: the parameter of the request that the endpoint complains about, if it named one.
        usage: what the call used for an answer that cannot be used; None where there was none. A `Reply` has its own.
    """

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        code: str = "",
        parameter: str = "",
        usage: Usage | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.code = code
        self.parameter = parameter
        self.usage = usage
