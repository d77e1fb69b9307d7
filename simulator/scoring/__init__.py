"""Scorers and the scorecard: how good were the replies, and why."""

from simulator.scoring.accuracy import Accuracy, accuracy_of
from simulator.scoring.base import DIMENSIONS, Dimension, Evidence, Exchange, Note, Score, Scorer
from simulator.scoring.best_reply import Mark, Option, best_reply, in_words, loss, mark_of
from simulator.scoring.de_escalation import CONFLICT_PARTS, DeEscalation, conduct, conflict_parts_of, is_lifted
from simulator.scoring.process import score_process
from simulator.scoring.reasons import LOWERING, Telling, in_context, telling
from simulator.scoring.reply_time import ReplyTime, band_value, time_note
from simulator.scoring.rubric import (
    Counts,
    RubricError,
    Scorecard,
    check_rubric,
    counts,
    far_apart,
    make_scorecard,
    overall_of,
    pass_marks,
)
from simulator.scoring.scale import over_all
from simulator.scoring.tone import PARTS, ReplyTone, Tone, tone_of
from simulator.scoring.wording import ReaderLanguage, move_label, part_label, reason_label, sentence, word

RULE_SCORERS: tuple[Scorer, ...] = (Accuracy(), Tone(), DeEscalation(), ReplyTime())
"""The scorers that go by rules: no key, no network, milliseconds."""

__all__ = [
    "CONFLICT_PARTS",
    "DIMENSIONS",
    "LOWERING",
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
    "ReplyTone",
    "RubricError",
    "Score",
    "Scorecard",
    "Scorer",
    "Telling",
    "accuracy_of",
    "band_value",
    "best_reply",
    "check_rubric",
    "conduct",
    "conflict_parts_of",
    "counts",
    "far_apart",
    "in_context",
    "in_words",
    "is_lifted",
    "loss",
    "make_scorecard",
    "mark_of",
    "move_label",
    "over_all",
    "overall_of",
    "part_label",
    "pass_marks",
    "reason_label",
    "score_process",
    "sentence",
    "telling",
    "time_note",
    "tone_of",
    "word",
]
