"""The request for the customer's next message: what a Cue says, in words, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from simulator.conversation import Language
from simulator.director import Beat, Cue, Part
from simulator.mood import band
from simulator.prompts.talk import SHOWN_BEATS, Message, conversation, elided, neutral, words
from simulator.prompts.templates import render

TEMPLATES = ("system", "customer")
"""The templates of the request."""

_CONFUSED_FROM, _DISTRUSTFUL_BELOW, _TRUSTING_FROM = 60.0, 25.0, 60.0
"""Where confusion (0-100) and trust (0-100) are worth a word."""
_SHOWN = 2
"""Examples of a beat that the system message has none of."""
_LEAST_WORDS, _ROOM = 15, 1.5
"""A message may have so many words at least, and so many times those of the scripted one."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the model is told to say, for writing the request and for checking what comes back.

    Args:
        cue: from the director.
        contents: for each part of the cue the sentence that it has to bring; None for a part without one.
        most_words: how long the message may be.
    """

    cue: Cue
    contents: tuple[str | None, ...]
    most_words: int

    def says(self, stance: str) -> bool:
        """Whether any part of the message has a stance: rejects, accepts or open."""
        return any(stance_of(part) == stance for part in self.cue.parts)


def assign(cue: Cue, scripted: str) -> Assignment:
    """What the model is to say.

    Args:
        cue: from the director.
        scripted: the scripted customer's message for it. The model has to bring the same sentences of the scenario,
            in other words, and may be half as long again.
    """
    contents = tuple(
        next((said for said in part.content if said in scripted), part.content[0] if part.content else None)
        for part in cue.parts
    )
    most = max(_LEAST_WORDS, round(_ROOM * len(scripted.split()) / 5) * 5)
    return Assignment(cue, contents, most)


def stance_of(part: Part) -> str:
    """What a part of a message must not blur: it rejects, it accepts, or neither (open)."""
    return str(words()["beats"][part.beat]["stance"])


def customer_messages(assignment: Assignment, *, again: str = "", most_tokens: int | None = None) -> list[Message]:
    """The request.

    Args:
        assignment: what is to be said.
        again: what was wrong with the first try, as an order; empty for the first try.
        most_tokens: what the request may come to, roughly; None if there is no limit.
    """
    cue, task = assignment.cue, customer_task(assignment, again=again)
    return conversation(cue.persona, cue.opened_in, cue.transcript, task, most_tokens=most_tokens)


def customer_task(assignment: Assignment, *, again: str = "") -> str:
    """The end of the request: what is to be said now. Arguments as for `customer_messages`."""
    cue, known = assignment.cue, words()
    return render(
        "customer",
        language=_spoken(cue),
        mood=_mood(cue),
        steps="\n".join(_steps(assignment)),
        words=str(assignment.most_words),
        again=f"\n{known['again'].format(fault=again)}" if again else "",
    )


def language_name(language: Language) -> str:
    """A language's name in English, as prompts use it."""
    return str(words()["languages"][language])


def _spoken(cue: Cue) -> str:
    if cue.mixed_in is None:
        return language_name(cue.language)
    names = {"language": language_name(cue.language), "other": language_name(cue.mixed_in)}
    return str(words()["mixing"]).format(**names)


def _mood(cue: Cue) -> str:
    known, heat = words(), band(cue.mood.anger)
    said = [known["mood"].format(band=heat, number=round(cue.mood.anger))]
    if heat in ("angry", "furious"):
        said.append(known["hot"])
    if cue.mood.confusion >= _CONFUSED_FROM:
        said.append(known["confused"])
    if cue.mood.trust < _DISTRUSTFUL_BELOW:
        said.append(known["distrustful"])
    elif cue.mood.trust >= _TRUSTING_FROM:
        said.append(known["trusting"])
    return " ".join(said)


def _steps(assignment: Assignment) -> list[str]:
    """What the message does, an order for each run of parts of the same beat."""
    known, cue = words(), assignment.cue
    parts = zip(cue.parts, assignment.contents, strict=True)
    runs = [(beat, [content for _, content in run]) for beat, run in groupby(parts, key=lambda each: each[0].beat)]
    steps = []
    for place, (beat, given) in enumerate(runs):
        does = known["beats"][beat]["does"].format(language=language_name(cue.language))
        said = [f"{known['then'] if place else known['first']}{does}" if len(runs) > 1 else does]
        contents = [neutral(content) for content in given if content is not None]
        if len(contents) == 1:
            said.append(known["content"].format(content=contents[0]))
        elif contents:
            said.append(known["contents"].format(contents=" ".join(f"“{content}”" for content in contents)))
        if any(letter.isdigit() or letter == "@" for content in contents for letter in content):
            said.append(known["facts"])
        steps.append(" ".join(said))
        if shown := _shown(cue, beat):
            steps += [known["shown"], *(f"- {line}" for line in shown)]
    return steps


def _shown(cue: Cue, beat: Beat) -> list[str]:
    """How the persona says what the system message has no examples of."""
    if beat == "react" or beat in SHOWN_BEATS:
        return []
    banked = cue.persona.lines[cue.language].get(beat, {})
    lines = [*banked.get(band(cue.mood.anger), ()), *banked.get("any", ())]
    fresh = [line for line in map(elided, lines) if not any(line in turn.text for turn in cue.transcript)]
    return fresh[:_SHOWN]
