"""Scorers and the scorecard: how good were the replies, and why."""

from simulator.scoring.accuracy import Accuracy
from simulator.scoring.base import DIMENSIONS, Dimension, Evidence, Exchange, Note, Score, Scorer
from simulator.scoring.best_reply import Mark, Option, best_reply, in_words, loss, mark_of
from simulator.scoring.de_escalation import DeEscalation
from simulator.scoring.process import score_process
from simulator.scoring.reply_time import ReplyTime, band_value, time_note
from simulator.scoring.rubric import Counts, Scorecard, counts, far_apart, make_scorecard, overall_of, pass_marks
from simulator.scoring.tone import PARTS, Tone, on_scale, over_all, tone_of
from simulator.scoring.wording import ReaderLanguage, move_label, sentence, word

RULE_SCORERS: tuple[Scorer, ...] = (Accuracy(), Tone(), DeEscalation(), ReplyTime())
"""The scorers that go by rules: no key, no network, milliseconds."""

__all__ = [
    "DIMENSIONS",
    "PARTS",
    "RULE_SCORERS",
    "Counts",
    "Dimension",
    "Evidence",
    "Exchange",
    "Mark",
    "Note",
    "Option",
    "ReaderLanguage",
    "Score",
    "Scorecard",
    "Scorer",
    "band_value",
    "best_reply",
    "counts",
    "far_apart",
    "in_words",
    "loss",
    "make_scorecard",
    "mark_of",
    "move_label",
    "on_scale",
    "over_all",
    "overall_of",
    "pass_marks",
    "score_process",
    "sentence",
    "time_note",
    "tone_of",
    "word",
]
