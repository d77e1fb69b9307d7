"""The wire: the only module that imports the openai SDK and the HTTP client below it. Imported by the first call.

The SDK's `create()` spends most of its time on turning messages and pieces into objects and back; `client.post`, its
documented way for everything else, gives the plain response and keeps what is wanted of it: authentication, addresses,
headers and error classes. Its own retries are off: a call's budget is counted above.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpcore2
import httpx2
import openai

from simulator.endpoint.errors import EndpointError, Kind
from simulator.endpoint.refusals import LONGEST_DETAIL, meaning, seconds_of
from simulator.endpoint.settings import VARIABLES, EndpointSettings
from simulator.endpoint.watch import current

_CONNECTIONS = httpx2.Limits(max_connections=500, max_keepalive_connections=50, keepalive_expiry=30.0)


class Body:
    """The body of an answer, to be read once and closed. Each error is an `EndpointError`."""

    def __init__(self, wire: Wire, response: httpx2.Response) -> None:
        self._wire = wire
        self._response = response
        self.media_type = response.headers.get("content-type", "").split(";")[0].strip().lower()

    def pieces(self) -> Iterator[bytes]:
        """The bytes as they come."""
        with self._wire.errors(begun=True):
            yield from self._response.iter_bytes()

    def read(self) -> bytes:
        """All bytes."""
        with self._wire.errors(begun=True):
            return self._response.read()

    def close(self) -> None:
        """Gives the connection back; closes it if the body was not read to its end."""
        self._response.close()


class Wire:
    """One SDK client: connections are shared by all threads of the process.

    Raises:
        EndpointError: the environment names a proxy or certificates that cannot be used, or the address is none.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        key = settings.key.get_secret_value()
        azure = settings.api_version
        headers = {"api-key": key} if azure and key else {}
        if settings.basic:
            headers["Authorization"] = f"Basic {settings.basic}"
        try:
            http_client = httpx2.Client(
                timeout=httpx2.Timeout(settings.total_seconds, connect=settings.connect_seconds),
                limits=_CONNECTIONS,
                follow_redirects=False,  # what is sent must not go where nobody has set it to go
                verify=httpx2.create_ssl_context(),  # SSL_CERT_FILE counts for this machine's own port as well
                trust_env=not settings.is_loopback,  # a proxy of the environment cannot reach this machine's own port
            )
        except (ImportError, ValueError, OSError, httpx2.InvalidURL) as error:
            raise self._error(
                "unreachable", f"cannot be asked with the environment's proxy or certificates: {error}"
            ) from None
        _watch_reads(http_client)
        try:
            self._client = openai.OpenAI(
                api_key=key or "none",
                base_url=settings.url,
                max_retries=0,
                default_query={"api-version": azure} if azure else None,
                default_headers=headers,
                http_client=http_client,
            )
        except httpx2.InvalidURL as error:
            raise self._error("unreachable", f"is no address that can be asked: {error}") from None

    def post(self, path: str, body: Mapping[str, Any]) -> Body:
        """Sends a request; the answer's body is still to be read.

        Raises:
            EndpointError: there is no answer, or it is an error.
        """
        with self.errors(begun=False):
            response = self._client.post(path, body=body, cast_to=httpx2.Response, stream=True, stream_cls=_NoStream)
        return Body(self, response)  # type: ignore[arg-type]

    def get(self, path: str) -> Body:
        """Asks for a page; the answer's body was read.

        Raises:
            EndpointError: there is no answer, or it is an error.
        """
        with self.errors(begun=False):
            response = self._client.get(path, cast_to=httpx2.Response)
        return Body(self, response)

    def close(self) -> None:
        """Closes all connections."""
        self._client.close()

    @contextmanager
    def errors(self, *, begun: bool) -> Iterator[None]:
        """Turns the errors of SDK and HTTP client into `EndpointError`; `from None`, since they may quote the key."""
        try:
            yield
        except openai.APIStatusError as error:
            raise self._refusal(error) from None
        except (openai.APIConnectionError, httpx2.TransportError, httpx2.InvalidURL) as error:
            raise self._broken(error, begun) from None
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError) as error:
            raise self._error("malformed", f"gave an answer that cannot be read: {type(error).__name__}") from None

    def _broken(self, error: Exception, begun: bool) -> EndpointError:
        cause = error.__cause__ or error
        if isinstance(cause, (httpx2.ConnectTimeout, httpx2.PoolTimeout)):
            seconds = self._settings.connect_seconds
            return self._error("timeout_connect", f"could not be connected to within {seconds:g} s")
        if isinstance(cause, httpx2.TimeoutException):
            return self._error("timeout_total", "did not take or give data in time")
        if begun:
            return self._error("truncated", f"broke off its answer: {cause}")
        if isinstance(cause, httpx2.ProxyError):
            return self._error("unreachable", f"cannot be reached through the proxy: {cause}", code="proxy")
        broken = _tls_error(cause)
        if isinstance(broken, ssl.SSLCertVerificationError):
            said = f"has a certificate that is not trusted: {broken.verify_message}"
            return self._error("unreachable", said, code="certificate")
        if broken is not None:
            return self._error("unreachable", f"does not speak HTTPS there: {cause}", code="tls")
        if isinstance(cause, httpx2.ConnectError):
            return self._error("unreachable", f"cannot be reached: {cause}")
        return self._error("unreachable", f"dropped the connection: {cause}")

    def _refusal(self, error: openai.APIStatusError) -> EndpointError:
        status, headers = error.status_code, error.response.headers
        body = error.body if isinstance(error.body, dict) else {}
        told = "" if _is_page(headers) else body.get("message") or (error.body if isinstance(error.body, str) else "")
        detail = " ".join(str(told or "").split())[:LONGEST_DETAIL]
        kind, code = meaning(status, code=str(error.code or ""), type=str(error.type or ""), message=detail)
        if status == 401 and not (self._settings.key.get_secret_value() or self._settings.basic):
            detail = f"it asks for a key, and none is set: set {VARIABLES['key'][0]}"  # it may quote what the SDK sends
        if code == "redirect":
            detail = f"go to {headers.get('location', 'another address')}"
        return self._error(
            kind,
            f"answered with status {status}{f': {detail}' if detail else ''}",
            status=status,
            retry_after=_retry_after(headers),
            code=code,
            parameter=error.param or "",
        )

    def _error(self, kind: Kind, predicate: str, **details: Any) -> EndpointError:
        return EndpointError(kind, f"{self._settings.url} {self._settings.hushed(predicate)}", **details)


class _NoStream(openai.Stream[Any]):
    """Asks the SDK for an unread response; never made."""


def _is_page(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").startswith("text/html")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from `retry-after-ms` or `Retry-After`."""
    try:
        return max(0.0, float(headers["retry-after-ms"]) / 1000.0)
    except (KeyError, ValueError):
        return seconds_of(headers.get("retry-after", ""), datetime.now(UTC))


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    """The TLS error that another one came from."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def _watch_reads(client: httpx2.Client) -> None:
    """Puts every read of a client under the watch of its thread.

    A read timeout alone knows neither the first token nor the whole, and nobody could cancel a silent call. httpx2
    offers no public place for a network backend, which httpcore2 takes publicly, hence the private names.
    """
    for transport in [client._transport, *client._mounts.values()]:
        if isinstance(transport, httpx2.HTTPTransport):
            transport._pool._network_backend = _Backend(transport._pool._network_backend)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, backend: httpcore2.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        return _Stream(self._backend.connect_tcp(host, port, timeout, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        watch = current()
        if watch is None:
            return self._stream.read(max_bytes, timeout)
        while True:
            wait = watch.check()
            try:
                return self._stream.read(max_bytes, wait)
            except httpcore2.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
