"""Moves that were used, against moves that would have helped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from simulator.attempt import Attempt
from simulator.debrief.review import helps
from simulator.scenarios.formats import MoveName
from simulator.scoring import ReaderLanguage, move_label


@dataclass(frozen=True, slots=True)
class MoveCount:
    """A move over all replies.

    Args:
        move: which.
        label: its name for the reader.
        helps: whether it helps (True), harms (False) or hardly matters (None).
        used: replies that make it.
        wanted: replies where the best reply would have made it.
        met: of those, the replies that did.
    """

    move: MoveName
    label: str
    helps: bool | None
    used: int
    wanted: int
    met: int


def move_counts(attempt: Attempt, *, reader: ReaderLanguage) -> tuple[MoveCount, ...]:
    """Counts the moves of an attempt: what was left out most often first, then what was used most."""
    used: Counter[MoveName] = Counter()
    wanted: Counter[MoveName] = Counter()
    met: Counter[MoveName] = Counter()
    for exchange in attempt.exchanges:
        made = {move.move for move in exchange.observation.moves}
        best: set[MoveName] = set(exchange.best.moves)
        best |= {"explains"} if exchange.best.fact is not None else set()
        best |= {"asks"} if exchange.best.hidden is not None else set()
        used.update(made)
        wanted.update(best)
        # A fact told or asked for is what these two are wanted for; the words may read like another move.
        treatment = exchange.treatment
        told = ({"explains"} if treatment.new_facts else set()) | ({"asks"} if treatment.learned else set())
        met.update(best & (made | told))
    counts = [
        MoveCount(move, move_label(move, reader), helps(move), used[move], wanted[move], met[move])
        for move in {**used, **wanted}
    ]
    return tuple(sorted(counts, key=lambda count: (count.met - count.wanted, -count.used, count.move)))
