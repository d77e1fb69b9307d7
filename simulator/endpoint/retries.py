"""When a call is tried again."""

from __future__ import annotations

import random

from simulator.endpoint.errors import EndpointError
from simulator.endpoint.refusals import LASTING
from simulator.endpoint.settings import EndpointSettings
from simulator.endpoint.watch import Watch

_PASSING = {"unreachable", "rate_limited", "overloaded", "timeout_connect", "truncated"}
"""What may be over in a moment. Who waited for a first token in vain has waited enough."""
_FIRST_PAUSE = 0.5


class Retries:
    """The budget of one call: so many tries, so many seconds of pauses."""

    def __init__(self, settings: EndpointSettings, watch: Watch) -> None:
        self._settings = settings
        self._watch = watch
        self._seconds = settings.retry_seconds
        self.tries = 1

    def pause(self, error: EndpointError) -> bool:
        """Waits before the next try and returns True; False at once if there is to be none.

        The pause is what the endpoint asks for, else it doubles from half a second; both with jitter, so that
        those who failed together do not come back together.

        Raises:
            EndpointError: the call was cancelled in the pause.
        """
        if error.kind not in _PASSING or error.code in LASTING or self.tries >= self._settings.attempts:
            return False
        doubled = _FIRST_PAUSE * 2 ** (self.tries - 1)
        pause = random.uniform(0.5, 1) * doubled if error.retry_after is None else error.retry_after
        pause += random.uniform(0, 0.1) * pause
        if pause > min(self._seconds, self._watch.left):
            return False
        self._seconds -= pause
        self.tries += 1
        self._watch.sleep(pause)
        return True
