"""Where the time of a turn goes: a stopwatch on the program's parts, for `benchmarks/endpoint.py`."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from simulator.course import Course
from simulator.customers import language_model
from simulator.endpoint import Endpoint, Reply
from simulator.history import Store
from simulator.judge import judge
from simulator.verdicts import Verdicts

PARTS: list[tuple[str, Any, tuple[str, ...]]] = [
    ("commits", Store, ("writing",)),
    ("reading_history", Store, ("reading",)),
    ("endpoint_client", Reply, ("__next__",)),
    ("endpoint_client", Endpoint, ("structured",)),
    ("rules", Course, ("take", "take_all")),
    ("rules", Verdicts, ("of_reply", "of_whole")),
    ("rules", language_model, ("compose",)),
    ("prompts", language_model, ("assign", "customer_messages")),
    ("prompts", judge, ("make_task",)),
    ("checks_of_customer", language_model, ("faults_so_far", "faults_at_end", "cleaned", "whole_sentences")),
    ("checks_of_judge", judge, ("speaks_to_judge", "check_verdicts", "check_reading")),
]
"""Parts by name, and the functions that they are. `commits` is the whole transaction, lock and statements included."""


class Stopwatch:
    """Adds up the seconds of each part, those of a part within another left out. Threads have their own watches."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._own = threading.local()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What happens inside is of a part."""
        inner = self._own.__dict__.setdefault("inner", [])
        started = time.perf_counter()
        inner.append(0.0)
        try:
            yield
        finally:
            took = time.perf_counter() - started
            self.seconds[name] += took - inner.pop()
            if inner:
                inner[-1] += took

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            with self.part(name):
                found = function(*arguments, **named)
            return self._iterated(name, found) if isinstance(found, Iterator) else found

        return call

    def _iterated(self, name: str, found: Iterator[Any]) -> Iterator[Any]:
        while True:
            with self.part(name):
                try:
                    each = next(found)
                except StopIteration:
                    return
            yield each

    def _transaction(self, name: str, begin: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def within(*arguments: Any) -> Iterator[Any]:
            with self.part(name), begin(*arguments) as connection:
                yield connection

        return within


@contextmanager
def stopped() -> Iterator[Stopwatch]:
    """The parts are timed inside."""
    watch = Stopwatch()
    plain = [(owner, name, getattr(owner, name)) for _, owner, names in PARTS for name in names]
    for part, owner, names in PARTS:
        for name in names:
            wrap = watch._transaction if owner is Store else watch._timed
            setattr(owner, name, wrap(part, getattr(owner, name)))
    try:
        yield watch
    finally:
        for owner, name, function in plain:
            setattr(owner, name, function)
