"""The debrief: what an attempt teaches, as plain values that the page, the export and the print share."""

from simulator.debrief.accuracy import AccuracyTable, ClaimRow, FactRow
from simulator.debrief.advice import Advice
from simulator.debrief.comparison import Comparison, compare, shared_turns
from simulator.debrief.debrief import Debrief, debrief
from simulator.debrief.language import LanguageNote
from simulator.debrief.moves import MoveCount
from simulator.debrief.receipts import disputable, receipt
from simulator.debrief.review import Finding, ReplyReview, Review, passage_of, review
from simulator.debrief.steps import DeskLog, DeskStep
from simulator.debrief.times import Times

__all__ = [
    "AccuracyTable",
    "Advice",
    "ClaimRow",
    "Comparison",
    "Debrief",
    "DeskLog",
    "DeskStep",
    "FactRow",
    "Finding",
    "LanguageNote",
    "MoveCount",
    "ReplyReview",
    "Review",
    "Times",
    "compare",
    "debrief",
    "disputable",
    "passage_of",
    "receipt",
    "review",
    "shared_turns",
]
