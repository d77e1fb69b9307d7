"""The judge: a language model's second opinion on a reply. It never moves a mood or a rule's score.

Every verdict has a reason and words that were found in what was said; what has not is no verdict, which is never 0.
"""

from simulator.judge.checking import Reading, Verdict
from simulator.judge.criteria import DIMENSIONS, TOP_BAND
from simulator.judge.judge import SCORER, Judge, Judgement
from simulator.judge.opinions import Beside, of_attempt, side_by_side
from simulator.judge.quotes import find_quote
from simulator.observation import speaks_to_judge

__all__ = [
    "DIMENSIONS",
    "SCORER",
    "TOP_BAND",
    "Beside",
    "Judge",
    "Judgement",
    "Reading",
    "Verdict",
    "find_quote",
    "of_attempt",
    "side_by_side",
    "speaks_to_judge",
]
