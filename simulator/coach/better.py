"""A better reply than the trainee's, with the reason why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from simulator.case import Case
from simulator.coach.frameworks import framework as framework_of
from simulator.coach.tips import words
from simulator.conversation import Mood
from simulator.mood import next_mood
from simulator.scoring import Exchange, Option, ReaderLanguage, in_words, move_label

MoodPart = Literal["anger", "trust", "confusion"]

_PARTS: tuple[MoodPart, ...] = get_args(MoodPart)
"""The most important first: anger is what ends conversations."""
_TELLING = 3
"""Points of a part of mood that are reason enough."""


@dataclass(frozen=True, slots=True)
class BetterReply:
    """What would have been better.

    Args:
        text: the reply, in the customer's language.
        reason: why it is better, in the reader's language.
        moves: the names of its moves, in the reader's language.
        steps: the steps of the framework that it makes, in the reader's language.
        framework: id of the framework.
    """

    text: str
    reason: str
    moves: tuple[str, ...]
    steps: tuple[str, ...]
    framework: str


def better(
    case: Case, exchange: Exchange, *, reader: ReaderLanguage, framework: str, low_pressure: bool = False
) -> BetterReply | None:
    """The best reply that the rules know in the place of a reply; None where it was as good as that.

    Args:
        reader: the language of the reason.
        framework: id of the framework that names the steps.
        low_pressure: whether numbers stay out of it.

    Raises:
        ValueError: there is no such framework; the message names those that exist.
    """
    chosen, best = framework_of(framework), exchange.best
    text = in_words(case, best, language=exchange.before.language, variant=exchange.before.replies)
    if exchange.mark == "best" or not text:
        return None
    made = [*best.moves, *(["explains"] if best.fact else []), *(["asks"] if best.hidden else [])]
    steps = [step for step in chosen.steps if any(chosen.step_for(move) == step for move in made)]
    return BetterReply(
        text=text,
        reason=_reason(case, exchange, reader, low_pressure),
        moves=tuple(move_label(move, reader) for move in made),
        steps=tuple(step.name[reader] for step in steps),
        framework=chosen.id,
    )


def _reason(case: Case, exchange: Exchange, reader: ReaderLanguage, low_pressure: bool) -> str:
    does = _does(exchange.best, reader)
    before, after, mood = exchange.before.mood, exchange.after.mood, _mood_of_best(case, exchange)
    telling = [name for name in _PARTS if _won(name, mood, after) >= _TELLING]
    part = telling[0] if telling else max(_PARTS, key=lambda name: _won(name, mood, after))
    if low_pressure or _won(part, mood, after) < 1:
        return words("better", "reason", reader).format(does=does)
    return words("better", "reason_in_points", reader).format(
        does=does,
        part=words("mood", part, reader),
        before=round(getattr(before, part)),
        better=round(getattr(mood, part)),
        after=round(getattr(after, part)),
    )


def _does(best: Option, reader: ReaderLanguage) -> str:
    labels = [move_label(move, reader) for move in best.moves]
    does = [label[0].lower() + label[1:] for label in labels]
    does += [words("better", name, reader) for name, id in (("fact", best.fact), ("hidden", best.hidden)) if id]
    return ", ".join(does[:-1]) + words("better", "and", reader) + does[-1] if len(does) > 1 else "".join(does)


def _won(part: MoodPart, better: Mood, after: Mood) -> int:
    """Whole points that the better reply would have been better by."""
    points: int = round(getattr(after, part)) - round(getattr(better, part))
    return -points if part == "trust" else points


def _mood_of_best(case: Case, exchange: Exchange) -> Mood:
    """The mood after the best reply, sent as late as the trainee's."""
    in_time = replace(exchange.treatment, late_minutes=0.0)
    punctual = next_mood(exchange.before.mood, in_time, case.persona)
    after, best = exchange.after.mood, exchange.best.mood
    return Mood(
        *(
            max(0.0, min(100.0, getattr(best, part) + getattr(after, part) - getattr(punctual, part)))
            for part in ("anger", "confusion", "trust")
        )
    )
