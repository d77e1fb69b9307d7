"""Ratings: from the text of messages to values that agree with what people said of such messages, with reasons.

Pure functions. What they know is data (`data/`): lists by hand, and weights that `training/` makes of rated sets.
None stands for no verdict: an empty text, or a language that there is no model for.
"""

from __future__ import annotations

from simulator.ratings.base import Rating, Reason, Turns
from simulator.ratings.conflict import conflict_parts
from simulator.ratings.confusion import confusion
from simulator.ratings.outcome import escalation_risk, satisfaction
from simulator.ratings.parts import tone_parts
from simulator.ratings.tone import anger, politeness

VERSION = "4"
"""Version of the ratings. Raise it when the same text may be rated differently: lists and weights count."""

__all__ = [
    "VERSION",
    "Rating",
    "Reason",
    "Turns",
    "anger",
    "conflict_parts",
    "confusion",
    "escalation_risk",
    "politeness",
    "satisfaction",
    "tone_parts",
]
