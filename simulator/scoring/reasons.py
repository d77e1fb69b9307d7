"""What ratings rest on, for explanations: the words that counted most, and whether they raised or lowered the score."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.mood import effects
from simulator.observation import Move
from simulator.ratings import Rating, Reason
from simulator.scoring.base import Evidence, Note
from simulator.scoring.wording import is_named

LOWERING = frozenset({"advice", "self_focus", "dismissal", "hostile"})
"""Parts that lower a score when they are high."""
_MOST = 4
"""So many reasons a reply are shown, the strongest; what lowers the score is shown whole."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A reason, seen from the score.

    Args:
        part: the part that it is a reason of.
        reason: the reason.
        share: how strong it is beside the strongest of its part, 0-1; weights can be compared inside one part only.
        raises: whether it raises the score.
    """

    part: str
    reason: Reason
    share: float
    raises: bool


def with_words(rating: Rating, moves: Sequence[Move], meant: Mapping[str, Collection[str]] | None = None) -> Rating:
    """A rating in which reasons that are moves have the words of the move.

    Args:
        rating: the rating.
        moves: the moves of the text that was rated.
        meant: the names of the moves that a reason stands for, by its note; by itself a note stands for its own name.
    """
    if not moves:
        return rating
    said: dict[str, Move] = {move.move: move for move in moves}

    def words(reason: Reason) -> Reason:
        if reason.quote is not None:
            return reason
        names = meant.get(reason.note, ()) if meant is not None else (reason.note,)
        found = next((said[name] for name in names if name in said), None)
        return reason if found is None else replace(reason, quote=found.quote)

    return Rating(rating.value, tuple(map(words, rating.reasons)))


def telling(parts: Mapping[str, Rating | None]) -> list[Telling]:
    """All the reasons of some parts, the strongest first."""
    found = []
    for part, rating in parts.items():
        reasons = rating.reasons if rating is not None else ()
        most = max((abs(reason.weight) for reason in reasons), default=0.0) or 1.0
        found += [
            Telling(part, reason, abs(reason.weight) / most, (reason.weight > 0) != (part in LOWERING))
            for reason in reasons
        ]
    return sorted(found, key=lambda each: -each.share)


def evidence_of(parts: Mapping[str, Rating | None], moves: Sequence[Move], *, turn: int) -> list[Evidence]:
    """The words of a reply that raised or lowered a score.

    Args:
        parts: the parts that counted, with their reasons.
        moves: the moves of the reply: those that do harm are shown even if no part knows them.
        turn: index of the reply in the transcript.
    """
    found = sorted([*_worded(telling(parts), turn), *_harm(moves, turn)], key=lambda item: item.good)
    shown: list[Evidence] = []
    taken: set[str] = set()
    for item in found:
        words = item.quote or ""
        if words in taken or (item.good and sum(other.good for other in shown) >= _MOST):
            continue
        taken.add(words)
        shown.append(item)
    return shown


def _worded(reasons: Collection[Telling], turn: int) -> Iterator[Evidence]:
    for each in reasons:
        reason = each.reason
        if reason.quote is not None and is_named(reason.note):
            note = Note("reason", {"part": each.part, "reason": reason.note})
            yield Evidence(note, turn, reason.quote.text, good=each.raises)


def _harm(moves: Sequence[Move], turn: int) -> Iterator[Evidence]:
    for move in moves:
        if effects()[move.move].kind == "harm":
            yield Evidence(Note("move", {"move": move.move}), turn, move.quote.text, good=False)
