"""Drafts by a language model, for trainers to finish: a scenario from product pages, a translation of one.

A draft is a file like any other. `check` says what is missing, and that no person has read it yet.
"""

from simulator.drafting.errors import DraftError
from simulator.drafting.scenario import Drafted, draft_scenario
from simulator.drafting.translation import Translation, translate_scenario

__all__ = ["DraftError", "Drafted", "Translation", "draft_scenario", "translate_scenario"]
