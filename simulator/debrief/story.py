"""The story of a conversation in a paragraph: how it began, what turned it, what was said, how it ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

from simulator import yaml12
from simulator.attempt import Attempt
from simulator.debrief.naming import named, shortened
from simulator.debrief.review import Finding, ReplyReview, Review, label_of
from simulator.mood import band, effects
from simulator.scoring import ReaderLanguage

_MOST_SENTENCES = 8
_TURNS = 2.0
"""Points of a mood that a turning point changes at least."""
_UNUPSET = 25.0
"""A customer whose anger never got here is told of by confusion."""


@lru_cache(maxsize=1)
def _wording() -> dict[str, Any]:
    wording: dict[str, Any] = yaml12.load_resource("simulator.debrief", "story.yaml")
    return wording


def story(attempt: Attempt, found: Review, *, reader: ReaderLanguage, done: Sequence[str] | None) -> tuple[str, ...]:
    """Tells what happened, the same each time.

    Args:
        attempt: ended or not.
        found: its review.
        reader: the language to tell it in.
        done: what was done at the desk, in words; None where the case has no desk.

    Returns:
        Four to eight sentences, in order. They quote the trainee: escape them.
    """

    def say(*keys: str, **values: object) -> str:
        text: Any = _wording()
        for key in keys:
            text = text[key]
        return str(text[reader].format(**values))

    start, end = found.start, attempt.situation.mood
    numbers = {"anger": round(start.anger), "confusion": round(start.confusion), "trust": round(start.trust)}
    scenario = attempt.case.scenario
    told = [say("begin", band(start.anger), customer=scenario.record.customer.name, **numbers)]
    told.append(_sentence(label_of(scenario.goal, reader)))
    if found.replies:
        told += _turning_points(found, say)
    else:
        told.append(say("no_reply"))
    nudges = sum(after.nudges > before.nudges for before, after in pairwise(attempt.situations))
    silence = [_silence(nudges, reader)] if nudges > 0 else []
    after = [_sentence(_said_and_asked(found, say, reader))] if found.replies else []
    after += _wrong(found, say)
    if done is not None and (done or found.replies):
        after.append(say("desk", "done", list="; ".join(done)) if done else say("desk", "nothing"))
    after.append(say("end", attempt.outcome or "running", anger=round(end.anger), trust=round(end.trust)))
    room = len(told) + len(after) < _MOST_SENTENCES
    return (*told, *(silence if room else []), *after)


def _turning_points(found: Review, say: Callable[..., str]) -> list[str]:
    upset = max([found.start.anger, *(reply.after.anger for reply in found.replies)]) >= _UNUPSET
    part: Literal["anger", "confusion"] = "anger" if upset else "confusion"

    def change(reply: ReplyReview) -> float:
        return float(getattr(reply.after, part) - getattr(reply.before, part))

    def tell(key: str, reply: ReplyReview) -> str:
        before, after = round(getattr(reply.before, part)), round(getattr(reply.after, part))
        words = _words(reply, good=key == "fell")
        return say(key, part, number=reply.number, words=words, before=before, after=after)

    worst, best = max(found.replies, key=change), min(found.replies, key=change)
    turns = [
        (worst.number, tell("rose", worst)) if change(worst) >= _TURNS else (0, say("never_rose", part)),
        (best.number, tell("fell", best)) if change(best) <= -_TURNS else (0, say("never_fell", part)),
    ]
    return [sentence for _, sentence in sorted(turns, key=lambda turn: turn[0])]


def _words(reply: ReplyReview, *, good: bool) -> str:
    """The words of a reply that did most: those of its strongest move or false claim, else its beginning."""

    def strength(finding: Finding) -> float:
        if finding.kind == "claim":
            return 9.0
        if finding.move is None:
            return 3.0
        return abs(effects()[finding.move].anger)

    telling = [finding for finding in reply.findings if finding.good is good]
    text = reply.text
    if telling:
        strongest = max(telling, key=strength)
        text = text[strongest.start : strongest.end]
    return shortened(text)


def _silence(count: int, reader: ReaderLanguage) -> str:
    from babel import Locale

    return str(_wording()["silence"][Locale.parse(reader).plural_form(count)][reader].format(count=count))


def _said_and_asked(found: Review, say: Callable[..., str], reader: ReaderLanguage) -> str:
    due = [(label, number) for label, needed, number in found.facts if needed]
    missing = [label for label, number in due if number is None]
    said = len(due) - len(missing)
    parts = []
    if due:
        key = "all" if not missing else "some" if said else "none"
        key += "_one" if len(due) == 1 else ""
        parts.append(say("said", key, due=len(due), said=said, missing=named(missing, reader)))
    to_ask = [(label, number) for label, needed, number in found.hidden if needed]
    if to_ask:
        unasked = [label for label, number in to_ask if number is None]
        parts.append(say("asked", "some" if unasked else "all", missing=named(unasked, reader)))
    return "; ".join(parts)


def _wrong(found: Review, say: Callable[..., str]) -> list[str]:
    wrong = [words for reply in found.replies for words in _false(reply)]
    if not wrong:
        return []
    return [say("wrong", "one" if len(wrong) == 1 else "several", count=len(wrong), words=shortened(wrong[0]))]


def _false(reply: ReplyReview) -> Iterable[str]:
    return (reply.text[each.start : each.end] for each in reply.findings if each.verdict == "contradicted")


def _sentence(text: str) -> str:
    """A text that begins with a capital letter and ends like a sentence."""
    return re.sub(r"(?<![.!?…])$", ".", text[:1].upper() + text[1:]) if text else ""
