"""What can go wrong in the history; every message says what to do."""

from __future__ import annotations


class HistoryError(Exception):
    """Any error of the history."""


class StoreUnavailable(HistoryError):
    """The database cannot be opened, read or written now. Whatever was committed before is untouched."""


class UnknownAttempt(HistoryError):
    """No attempt has this id."""


class UnknownShift(HistoryError):
    """No shift has this id."""


class AttemptEnded(HistoryError):
    """The attempt has ended: nothing more can be said in it."""


class UnknownDispute(HistoryError):
    """No dispute has this id, or several begin like it."""


class AlreadyDecided(HistoryError):
    """A trainer has decided the dispute before; that stands."""


class UnknownSnapshot(HistoryError):
    """No snapshot has this hash."""


class Inconsistent(HistoryError):
    """What was handed in does not fit what is stored, such as a score for a turn that does not exist."""
