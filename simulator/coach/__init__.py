"""The coach: a hint after each reply, a better reply with its reason, frameworks, and a card to take a breath."""

from simulator.coach.better import BetterReply, better
from simulator.coach.breathe import BreatheCard, breathe_card, breathe_cards
from simulator.coach.frameworks import Framework, FrameworkStep, framework, frameworks
from simulator.coach.hints import Hint, hint

__all__ = [
    "BetterReply",
    "BreatheCard",
    "Framework",
    "FrameworkStep",
    "Hint",
    "better",
    "breathe_card",
    "breathe_cards",
    "framework",
    "frameworks",
    "hint",
]
