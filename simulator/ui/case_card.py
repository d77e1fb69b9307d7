"""A passage of the documentation on a page."""

from __future__ import annotations

from simulator.ui.desk.knowledge import passage_text

__all__ = ["passage_text"]
