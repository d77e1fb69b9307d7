"""What keeps a draft from being made."""

from __future__ import annotations

HELP = "`tough-customer endpoint test` says what works there; TOUGH_CUSTOMER_JUDGE_MODEL may name a stronger model."
"""What to do where a model gives nothing usable."""


class DraftError(RuntimeError):
    """There is no draft; the message says why, and what to do."""
