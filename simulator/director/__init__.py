"""What the customer does next: the situation after each reply or silence, and the Cue for the customer's voice. Pure.

Code decides here, never a model: what was asked and answered, which hidden facts come out, how the talk ends.
"""

from simulator.director.rules import (
    acted,
    hear,
    is_complete,
    learn,
    next_fact,
    next_hidden,
    next_silence,
    opening,
    silence,
)
from simulator.director.situation import Beat, Cue, Part, Situation
from simulator.director.treatment import treatment_of

VERSION = "2"
"""Version of the director's rules. Raise it when the same replies may lead to another conversation."""

__all__ = [
    "VERSION",
    "Beat",
    "Cue",
    "Part",
    "Situation",
    "acted",
    "hear",
    "is_complete",
    "learn",
    "next_fact",
    "next_hidden",
    "next_silence",
    "opening",
    "silence",
    "treatment_of",
]
