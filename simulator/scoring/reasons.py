"""What ratings rest on, for explanations: the words that counted most, and whether they raised or lowered the score."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.conversation import Quote
from simulator.mood import effects
from simulator.observation import Move, asides
from simulator.ratings import Rating, Reason
from simulator.scoring.base import Evidence, Note
from simulator.scoring.wording import is_named

LOWERING = frozenset({"advice", "self_focus", "dismissal", "hostile"})
"""Parts that lower a score when they are high."""
_MOST = 4
"""So many reasons a reply are shown, the strongest; what lowers the score is shown whole."""
_FAINT, _LEAST = 0.15, 0.05
"""A reason of less than this share of the strongest one of its part, or of less than this weight, is not named: nobody
would say that the score is what it is for that."""
_PAUSE = re.compile(r"[.!?…,;:]+(?=\s|$)|[\n—–。！？，；：、]")
_CLAUSE_WORDS, _CLAUSE_LENGTH = 8, 100
"""A clause of at most so many words and characters is quoted whole: "Could" or "that is not" says nothing alone."""
_FEWEST_WORDS = 4
"""Out of a longer clause so many words are quoted at least, where they follow."""


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
    """The reasons of some parts that have a name for readers and are not faint, the strongest first."""
    found = []
    for part, rating in parts.items():
        reasons = rating.reasons if rating is not None else ()
        most = max((abs(reason.weight) for reason in reasons), default=0.0) or 1.0
        found += [
            Telling(part, reason, abs(reason.weight) / most, (reason.weight > 0) != (part in LOWERING))
            for reason in reasons
            if abs(reason.weight) >= max(_LEAST, _FAINT * most) and is_named(reason.note, reason.weight)
        ]
    return sorted(found, key=lambda each: -each.share)


def in_context(quote: Quote, text: str) -> Quote:
    """A quote with as much around it as makes sense to a reader: its clause, or where that is long, some whole words.

    Args:
        quote: words found in the text.
        text: the whole text.
    """
    first = max(0, quote.start - _CLAUSE_LENGTH)
    start = max([first, *(pause.end() for pause in _PAUSE.finditer(text, first, quote.start))])
    pause = _PAUSE.search(text, quote.end, quote.end + _CLAUSE_LENGTH)
    end = pause.start() if pause else min(len(text), quote.end + _CLAUSE_LENGTH)
    clause = text[start:end].strip()
    if len(clause) <= _CLAUSE_LENGTH and len(clause.split()) <= _CLAUSE_WORDS:
        return _quote(text, start, end)
    start = quote.start
    while start and text[start - 1].isalnum():
        start -= 1
    behind = re.compile(rf"\w*(?:\s+\S+){{0,{max(0, _FEWEST_WORDS - len(quote.text.split()))}}}")
    following = behind.match(text, quote.end, end)
    return _quote(text, start, following.end() if following else quote.end)


def _quote(text: str, start: int, end: int) -> Quote:
    """A part of a text, without the space at its ends."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return Quote(words.strip(), start, start + len(words.strip()))


def evidence_of(parts: Mapping[str, Rating | None], moves: Sequence[Move], *, turn: int, text: str) -> list[Evidence]:
    """The words of a reply that raised or lowered a score.

    Args:
        parts: the parts that counted, with their reasons.
        moves: the moves of the reply: those that do harm are shown even if no part knows them.
        turn: index of the reply in the transcript.
        text: the reply.
    """
    found = sorted([*_harm(moves, turn, text), *_worded(telling(parts), turn, text)], key=lambda item: item.good)
    shown: list[Evidence] = []
    taken: set[str] = set()
    for item in found:
        words = item.quote or ""
        told = any(words in other or other in words for other in taken)
        if told or (item.good and sum(other.good for other in shown) >= _MOST):
            continue
        taken.add(words)
        shown.append(item)
    return shown


def lower(one: Mapping[str, Rating], other: Mapping[str, Rating]) -> dict[str, Rating]:
    """Of two ratings of each part the one that is worth less; of a part that only one has, that one."""
    return {
        name: min(
            (each[name] for each in (one, other) if name in each),
            key=lambda rating: -rating.value if name in LOWERING else rating.value,
        )
        for name in {**one, **other}
    }


def of_aside(text: str, *, turn: int) -> list[Evidence]:
    """What of a reply speaks to whoever scores it.

    Args:
        text: the reply.
        turn: its index in the transcript.
    """
    return [Evidence(Note("aside"), turn, said.text.strip(), good=False) for said in asides(text)]


def _worded(reasons: Collection[Telling], turn: int, text: str) -> Iterator[Evidence]:
    for each in reasons:
        reason = each.reason
        if reason.quote is not None:
            values = {"part": each.part, "reason": reason.note}
            yield Evidence(Note("reason", values), turn, in_context(reason.quote, text).text, good=each.raises)


def _harm(moves: Sequence[Move], turn: int, text: str) -> Iterator[Evidence]:
    for move in moves:
        if effects()[move.move].kind == "harm":
            quote = in_context(move.quote, text).text
            yield Evidence(Note("move", {"move": move.move}), turn, quote, good=False)
