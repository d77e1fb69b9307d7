"""The whole debrief of an attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.attempt import Attempt
from simulator.conversation import StepKind
from simulator.debrief.accuracy import AccuracyTable, accuracy_table
from simulator.debrief.advice import Advice, advise
from simulator.debrief.language import LanguageNote, language_notes
from simulator.debrief.moves import MoveCount, move_counts
from simulator.debrief.review import ReplyReview, Review, review
from simulator.debrief.steps import DeskLog, desk_log
from simulator.debrief.story import story
from simulator.debrief.times import Times, times
from simulator.report import help_used
from simulator.scenarios.formats import Scenario
from simulator.scoring import ReaderLanguage


@dataclass(frozen=True, slots=True)
class Debrief:
    """All that the page, the export and the print show of an attempt.

    Args:
        review: the attempt reply by reply, with its scorecard.
        story: what happened, in four to eight sentences.
        accuracy: facts and claims.
        moves: used, and wanted.
        desk: what was done and looked up.
        times: reply times; None where no reply was written.
        language: how it was written; empty where nothing stands out.
        advice: what to practise next.
        help: how often each kind of help was used, with what was taken back where it was told.
    """

    review: Review
    story: tuple[str, ...]
    accuracy: AccuracyTable
    moves: tuple[MoveCount, ...]
    desk: DeskLog
    times: Times | None
    language: tuple[LanguageNote, ...]
    advice: tuple[Advice, ...]
    help: Mapping[StepKind, int]

    @property
    def costliest(self) -> ReplyReview | None:
        """The reply that cost most against the best one; None where none cost anything worth telling."""
        worst = max(self.review.replies, key=lambda reply: reply.cost, default=None)
        return worst if worst is not None and worst.better is not None else None


def debrief(
    attempt: Attempt,
    *,
    scenarios: Mapping[str, Scenario],
    reader: ReaderLanguage,
    help: Mapping[StepKind, int] | None = None,
) -> Debrief:
    """Works out the debrief of an attempt.

    Args:
        attempt: ended or not, with or without replies.
        scenarios: the library's, by id, to recommend from; may be empty.
        reader: the language to word it in.
        help: how often each kind of help was used in all the branches; counted in this one if not given.
    """
    found = review(attempt, reader=reader)
    table = accuracy_table(attempt, reader=reader)
    desk = desk_log(attempt, reader=reader)
    return Debrief(
        review=found,
        story=story(attempt, found, reader=reader, done=desk.actions if desk.judged else None),
        accuracy=table,
        moves=move_counts(attempt, reader=reader),
        desk=desk,
        times=times(attempt, found, reader=reader),
        language=language_notes(attempt, reader=reader),
        advice=advise(attempt, found, table, scenarios=scenarios, reader=reader),
        help=help_used(attempt) if help is None else help,
    )
