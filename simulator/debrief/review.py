"""An attempt reply by reply: what each was, did and could have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simulator import channels
from simulator.attempt import Attempt
from simulator.channels import Band
from simulator.conversation import Language, Mood
from simulator.documents import Passage
from simulator.mood import Kind, effects
from simulator.observation import Verdict
from simulator.scenarios.formats import MoveName
from simulator.scoring import (
    Exchange,
    Mark,
    Option,
    ReaderLanguage,
    Scorecard,
    in_words,
    mark_of,
    move_label,
    pass_marks,
)
from simulator.scoring.reply_time import targets_of, timed


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found in a reply.

    Args:
        kind: what it is.
        label: its name for the reader; empty for a claim that the scenario does not warn of.
        start, end: where its words are in the reply.
        verdict: on a claim.
        passage: id of the passage that decides, if one does.
        good: whether it speaks for the reply.
        move: which one a move is.
    """

    kind: Literal["fact", "asked", "claim", "move"]
    label: str
    start: int
    end: int
    good: bool | None
    verdict: Verdict | None = None
    passage: str | None = None
    move: MoveName | None = None


@dataclass(frozen=True, slots=True)
class ReplyReview:
    """One reply: what it was, did and could have been.

    Args:
        number: from 1.
        turn: its index in the transcript.
        text: the reply.
        answer: what the customer said to it; empty if nothing.
        before, after: the mood.
        mark, cost: its mark and the points lost against the best reply.
        findings: in the order of their words.
        better: the best reply in words; None where the reply was as good.
        better_moves: names of its moves.
        better_mood: the mood that it would have led to.
        waited: seconds.
        strong, good: the reply-time targets that held for it, in seconds.
        timed: whether its reply time counts; a reply that only kept the customer waiting has none of its own.
    """

    number: int
    turn: int
    text: str
    answer: str
    before: Mood
    after: Mood
    mark: Mark
    cost: float
    findings: tuple[Finding, ...]
    better: str | None
    better_moves: tuple[str, ...]
    better_mood: Mood
    waited: float
    strong: float
    good: float
    timed: bool

    @property
    def band(self) -> Band:
        return channels.band(self.waited, strong=self.strong, good=self.good)


@dataclass(frozen=True, slots=True)
class Review:
    """An attempt for the debrief.

    Args:
        card: the scorecard.
        marks: what passes, by dimension and "overall".
        start: the mood before the first reply.
        replies: in order.
        facts: label, whether needed, and the number of the reply that said it, or None.
        hidden: the same of what had to be asked.
    """

    card: Scorecard
    marks: dict[str, float]
    start: Mood
    replies: tuple[ReplyReview, ...]
    facts: tuple[tuple[str, bool, int | None], ...]
    hidden: tuple[tuple[str, bool, int | None], ...]


def review(attempt: Attempt, *, reader: ReaderLanguage) -> Review:
    """Works out the debrief of an attempt.

    Args:
        attempt: ended or not.
        reader: the language of labels.
    """
    case = attempt.case
    counted = {exchange.turn for exchange in timed(attempt.exchanges)}
    replies = tuple(
        _reply(attempt, exchange, number, reader, timed=exchange.turn in counted)
        for number, exchange in enumerate(attempt.exchanges, start=1)
    )
    said: dict[str, int] = {}
    asked: dict[str, int] = {}
    for number, exchange in enumerate(attempt.exchanges, start=1):
        for fact in exchange.observation.facts:
            said.setdefault(fact.id, number)
        for hidden in exchange.observation.asked:
            asked.setdefault(hidden.id, number)
    start = attempt.situations[0].mood
    return Review(
        card=attempt.scorecard(),
        marks=pass_marks(case),
        start=start,
        replies=replies,
        facts=tuple((label_of(each.label, reader), each.needed, said.get(each.id)) for each in case.scenario.facts),
        hidden=tuple((label_of(each.label, reader), each.needed, asked.get(each.id)) for each in case.scenario.hidden),
    )


def passage_of(attempt: Attempt, id: str, *, reader: ReaderLanguage) -> Passage | None:
    """A passage by its id, in the reader's language where there is one."""
    found = (each for language in (reader, attempt.case.language) for each in attempt.case.passages_in(language))
    return next((each for each in found if each.id == id), None)


def _reply(attempt: Attempt, exchange: Exchange, number: int, reader: ReaderLanguage, *, timed: bool) -> ReplyReview:
    case = attempt.case
    best = exchange.best
    cost = exchange.cost
    mark = mark_of(cost)
    language = exchange.before.language
    strong, good = targets_of(case, exchange)
    answer = attempt.transcript[exchange.turn + 1 : exchange.turn + 2]
    return ReplyReview(
        number=number,
        turn=exchange.turn,
        text=exchange.reply,
        answer=answer[0].text if answer and answer[0].role == "customer" else "",
        before=exchange.before.mood,
        after=exchange.after.mood,
        mark=mark,
        cost=cost,
        findings=tuple(sorted(_findings(attempt, exchange, reader), key=lambda found: (found.start, found.kind))),
        better=None if mark == "best" else in_words(case, best, language=language, variant=number),
        better_moves=tuple(_moves(attempt, best, reader)),
        better_mood=best.mood,
        waited=exchange.waited,
        strong=strong,
        good=good,
        timed=timed,
    )


def _findings(attempt: Attempt, exchange: Exchange, reader: ReaderLanguage) -> list[Finding]:
    case, observation = attempt.case, exchange.observation
    found = [
        Finding(
            "fact",
            label_of(case.fact(each.id).label, reader),
            each.quote.start,
            each.quote.end,
            True,
            passage=case.fact(each.id).source,
        )
        for each in observation.facts
    ]
    found += [
        Finding("asked", label_of(case.hidden(each.id).label, reader), each.quote.start, each.quote.end, True)
        for each in observation.asked
    ]
    for claim in observation.claims:
        label = label_of(case.forbidden(claim.forbidden).label, reader) if claim.forbidden else ""
        good = {"supported": True, "contradicted": False, "unsupported": None}[claim.verdict]
        found.append(Finding("claim", label, claim.quote.start, claim.quote.end, good, claim.verdict, claim.passage))
    for move in observation.moves:
        quote, name = move.quote, move.move
        found.append(Finding("move", move_label(name, reader), quote.start, quote.end, helps(name), move=name))
    return found


def helps(move: MoveName) -> bool | None:
    """Whether a move helps (True), harms (False) or hardly matters (None)."""
    kinds: dict[Kind, bool | None] = {"substance": True, "formula": True, "harm": False, "neutral": None}
    return kinds[effects()[move].kind]


def _moves(attempt: Attempt, best: Option, reader: ReaderLanguage) -> list[str]:
    named = [move_label(move, reader) for move in best.moves]
    if best.fact is not None:
        named.append(label_of(attempt.case.fact(best.fact).label, reader))
    if best.hidden is not None:
        named.append(label_of(attempt.case.hidden(best.hidden).label, reader))
    return named


def label_of(translated: Mapping[Language, str], reader: ReaderLanguage) -> str:
    """Of a translated text, the one in the reader's language, else the first."""
    return translated.get(reader) or next(iter(translated.values()))
