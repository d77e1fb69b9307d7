"""Scorers and the scorecard: how good were the replies, and why."""

from simulator.scoring.accuracy import Accuracy
from simulator.scoring.base import DIMENSIONS, Dimension, Evidence, Exchange, Note, Score, Scorer
from simulator.scoring.best_reply import Mark, Option, best_reply, in_words, loss, mark_of
from simulator.scoring.de_escalation import DeEscalation
from simulator.scoring.process import score_process
from simulator.scoring.reply_time import ReplyTime
from simulator.scoring.rubric import Scorecard, make_scorecard, pass_marks
from simulator.scoring.tone import Tone
from simulator.scoring.wording import ReaderLanguage, move_label, word

RULE_SCORERS: tuple[Scorer, ...] = (Accuracy(), Tone(), DeEscalation(), ReplyTime())
"""The scorers that go by rules: no key, no network, milliseconds."""

__all__ = [
    "DIMENSIONS",
    "RULE_SCORERS",
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
    "best_reply",
    "in_words",
    "loss",
    "make_scorecard",
    "mark_of",
    "move_label",
    "pass_marks",
    "score_process",
    "word",
]
