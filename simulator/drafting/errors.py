"""What keeps a draft from being made."""

from __future__ import annotations


class DraftError(RuntimeError):
    """There is no draft; the message says why, and what to do."""
