"""How long a call may go on: limits and cancelling, looked at whenever the endpoint is silent for a moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from simulator.endpoint.errors import EndpointError, Kind
from simulator.endpoint.settings import EndpointSettings

_LOOK_EVERY = 0.1
"""Seconds between two looks at a silent connection: how late a call notices that it was cancelled."""

_WAYS: dict[Kind, str] = {
    "timeout_first_token": "did not begin to answer within {:g} s",
    "timeout_stall": "fell silent for {:g} s in the middle of an answer",
    "timeout_total": "did not finish within {:g} s",
}


class Watch:
    """The limits of one call, all its tries included.

    Args:
        settings: has the limits.
        cancelled: says whether the answer is not wanted any more; asked in the thread of the call, about ten
            times a second.
    """

    def __init__(self, settings: EndpointSettings, cancelled: Callable[[], bool] | None = None) -> None:
        self._settings = settings
        self._cancelled = cancelled
        self.started = time.monotonic()
        self._end = self.started + settings.total_seconds
        self._due = self._end
        self._kind: Kind = "timeout_total"
        self._allowed = settings.total_seconds

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds until the call must have ended; may be negative."""
        return self._end - time.monotonic()

    def expect_first_token(self) -> None:
        """A stream was asked for now."""
        self._expect("timeout_first_token", self._settings.first_token_seconds)

    def expect_whole(self) -> None:
        """An answer in one piece was asked for now: it may take as long as the call."""
        self._kind, self._due = "timeout_total", self._end

    def expect_more(self) -> None:
        """A piece has come now, and another is to follow."""
        self._expect("timeout_stall", self._settings.stall_seconds)

    def expect_end(self, within: float) -> None:
        """Nothing that matters is to follow."""
        self._expect("timeout_stall", within)

    def _expect(self, kind: Kind, seconds: float) -> None:
        self._kind, self._allowed = kind, seconds
        self._due = time.monotonic() + seconds

    def check(self) -> float:
        """How many seconds may be waited before the next look.

        Raises:
            EndpointError: the call was cancelled, or a limit has passed.
        """
        if self._cancelled is not None and self._cancelled():
            raise EndpointError("cancelled", "The answer was not wanted any more.")
        now = time.monotonic()
        if now >= self._end:
            raise self._overdue("timeout_total", self._settings.total_seconds)
        if now >= self._due:
            raise self._overdue(self._kind, self._allowed)
        return min(_LOOK_EVERY, self._due - now, self._end - now)

    def sleep(self, seconds: float) -> None:
        """Pauses between two tries.

        Raises:
            EndpointError: the call was cancelled meanwhile, or its time is up.
        """
        self._due = self._end  # no answer is awaited in a pause
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            time.sleep(min(rest, self.check()))

    def _overdue(self, kind: Kind, seconds: float) -> EndpointError:
        return EndpointError(kind, f"{self._settings.url} {_WAYS[kind].format(seconds)}.")


_CURRENT = threading.local()


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """What this thread reads from the endpoint inside is limited by a watch."""
    _CURRENT.watch = watch
    try:
        yield
    finally:
        _CURRENT.watch = None


def current() -> Watch | None:
    """The watch over what this thread reads now."""
    watch: Watch | None = getattr(_CURRENT, "watch", None)
    return watch
