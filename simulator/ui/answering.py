"""Customers who take their time write in the background: one message in the making for each attempt, whichever chat,
tab or session looks at it, and whether or not it stands on a screen."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from simulator import history, practice
from simulator.customers import Customer, NotWanted
from simulator.history import Store
from simulator.practice import Practice

_GRACE = 3.0
"""Seconds that a message is written on after the last browser has gone: a page that is loaded again finds it."""
_KEPT = 64
"""Attempts kept at hand, so that a long conversation is not read anew for each message."""
_LOG = logging.getLogger(__name__)


class Writing:
    """A message in the making.

    `text` is what is written so far; `error` what went wrong, once it is done.
    """

    def __init__(self) -> None:
        self.text = ""
        self.error: Exception | None = None
        self.wanted_by: set[str] = set()
        self.last_wanted = time.monotonic()
        self._done = False
        self._changed = threading.Condition()

    def show(self, text: str) -> None:
        """Takes what is written so far."""
        with self._changed:
            self.text = text
            self._changed.notify_all()

    def finish(self) -> None:
        """Nothing more will be written."""
        with self._changed:
            self._done = True
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Waits until more is written, at most so many seconds.

        Returns:
            Whether it is done.
        """
        with self._changed:
            if not self._done:
                self._changed.wait(seconds)
            return self._done


class Answering:
    """Lets customers answer, each in a thread of its own."""

    def __init__(
        self,
        store: Store,
        customer: Callable[[Callable[[], bool]], Customer],
        *,
        is_there: Callable[[str], bool],
        then: Callable[[], object] = lambda: None,
        grace: float = _GRACE,
    ) -> None:
        """Starts nothing yet.

        Args:
            store: the history.
            customer: makes a customer; gets what says whether anybody still waits for its message.
            is_there: whether a session, by its id, still has its browser.
            then: called after each answer.
            grace: seconds that a message is written on when nobody is there any more.
        """
        self._store = store
        self._customer = customer
        self._is_there = is_there
        self._then = then
        self._grace = grace
        self._lock = threading.Lock()
        self._writings: dict[str, Writing] = {}
        self._practices: dict[str, Practice] = {}

    def answer(self, attempt_id: str, *, wanted_by: str) -> Writing:
        """The message that an attempt's customer is writing; it begins to, if it is not.

        Args:
            attempt_id: the attempt.
            wanted_by: id of the session that waits for it. When all that do have gone, the message is given up.
        """
        with self._lock:
            writing = self._writings.get(attempt_id)
            if writing is None:
                writing = self._writings[attempt_id] = Writing()
                threading.Thread(target=self._write, args=(attempt_id, writing), daemon=True).start()
            writing.wanted_by = {*writing.wanted_by, wanted_by}  # it is read by the thread that writes
        return writing

    def _write(self, attempt_id: str, writing: Writing) -> None:
        try:
            self._practice(attempt_id).attempt.answer(writing.show)
            self._then()
        except NotWanted as gone:
            # Who comes back finds the reply unanswered, and it is answered then.
            history.add_calls(self._store, attempt_id=attempt_id, turn_index=None, calls=gone.calls)
        except Exception as error:
            _LOG.exception("a customer could not answer")
            writing.error = error
        finally:
            with self._lock:
                del self._writings[attempt_id]
            writing.finish()

    def _practice(self, attempt_id: str) -> Practice:
        """The attempt as the history has it now. Only the thread that writes for it uses it."""
        with self._lock:
            kept = self._practices.pop(attempt_id, None)
        if kept is None:
            customer = self._customer(lambda: self._is_wanted(attempt_id))
            kept = practice.resume(self._store, attempt_id, customer=customer, answered=False)
        else:
            kept.attempt.refresh()
        with self._lock:
            self._practices[attempt_id] = kept
            while len(self._practices) > _KEPT:
                del self._practices[next(iter(self._practices))]
        return kept

    def _is_wanted(self, attempt_id: str) -> bool:
        writing = self._writings[attempt_id]
        if any(map(self._is_there, writing.wanted_by)):
            writing.last_wanted = time.monotonic()
        return time.monotonic() - writing.last_wanted < self._grace
