"""Reply times of an attempt against its band."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from simulator import channels
from simulator.attempt import Attempt
from simulator.debrief.review import Review
from simulator.scoring import ReaderLanguage


@dataclass(frozen=True, slots=True)
class Times:
    """How long the customer waited, in seconds.

    Args:
        first: for the first reply.
        median, worst: of the replies that count: all but those that only kept the customer waiting.
        inside: replies inside the good target.
        replies: how many count, 1 or more.
        source: where the targets come from, in the reader's language.
    """

    first: float
    median: float
    worst: float
    inside: int
    replies: int
    source: str

    @property
    def share(self) -> float:
        """The share of replies inside the good target, 0-1."""
        return self.inside / self.replies


def times(attempt: Attempt, found: Review, *, reader: ReaderLanguage) -> Times | None:
    """The reply times of an attempt; None where no reply was written."""
    counted = [reply for reply in found.replies if reply.timed]
    waits = [reply.waited for reply in counted]
    if not waits:
        return None
    inside = sum(reply.band != "late" for reply in counted)
    source = channels.source(attempt.case.scenario, reader)
    return Times(waits[0], median(waits), max(waits), inside, len(waits), source)
