"""The scripted customer: the persona's line bank around the scenario's own sentences."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import lru_cache

from simulator.conversation import Language
from simulator.customers.base import Speech, Spoken
from simulator.director import Cue, Part
from simulator.mood import band
from simulator.scenarios.formats import Band, BeatName, Persona

_BANDS: tuple[Band, ...] = ("calm", "annoyed", "angry", "furious")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ASKS: tuple[BeatName, ...] = ("ask", "repeat", "object", "doubt")


class ScriptedCustomer:
    """Speaks authored lines only. The same cue gives the same words; no line comes twice while another is left."""

    takes_time = False

    def speak(self, cue: Cue) -> Speech:
        text = compose(cue)
        yield text
        return Spoken(text, "scripted")


def compose(cue: Cue) -> str:
    """The message for a cue. Pure."""
    earlier = [turn.text for turn in cue.transcript if turn.role == "customer"]
    # A customer that mixes languages frames what it has to say in the one and says it in the other.
    frame = cue.mixed_in if cue.mixed_in in cue.persona.lines else cue.language
    said: list[str] = []
    for place, part in enumerate(cue.parts):
        choose = random.Random(f"{cue.seed}/{len(cue.transcript)}/{place}/{part.beat}")
        mixes = part.content or (part.beat != "wrong_language" and choose.random() < 0.5)
        language = frame if frame is not None and mixes else cue.language
        said.append(_say(part, cue, language, choose, [*earlier, *said]))
    return " ".join(said)


def _say(part: Part, cue: Cue, language: Language, choose: random.Random, earlier: Sequence[str]) -> str:
    heat = band(cue.mood.anger)
    if part.beat in _ASKS and all(any(_was_said(said, message) for message in earlier) for said in part.content):
        # Nobody asks the same a fourth time in the same words.
        return _fresh(_lines(cue.persona, language, "unheard", heat), choose, earlier)
    if part.beat == "react":
        return _fresh([list(part.content)], choose, earlier)
    line = _fresh(_lines(cue.persona, language, part.beat, heat), choose, earlier)
    if not part.content:
        return line
    content = _fresh([list(part.content)], choose, earlier)
    return _PLACEHOLDER.sub(lambda _: content, line)


def _lines(persona: Persona, language: Language, beat: BeatName, heat: Band) -> list[list[str]]:
    """The lines of a beat, those for the present heat first, then those of the nearest bands."""
    banked = persona.lines[language][beat]
    near = sorted(_BANDS, key=lambda other: abs(_BANDS.index(other) - _BANDS.index(heat)))
    pools = [[*banked.get(heat, ()), *banked.get("any", ())]]
    pools += [list(banked[other]) for other in near if other != heat and other in banked]
    return [pool for pool in pools if pool]


def _fresh(pools: list[list[str]], choose: random.Random, earlier: Sequence[str]) -> str:
    """A line of the first pool that has one which was not said yet; if all were, the one said longest ago."""
    for pool in pools:
        unused = [line for line in pool if not any(_was_said(line, message) for message in earlier)]
        if unused:
            return choose.choice(unused)
    everything = [line for pool in pools for line in pool]
    last = {line: max(n for n, message in enumerate(earlier) if _was_said(line, message)) for line in everything}
    return min(everything, key=lambda line: last[line])


def _was_said(line: str, message: str) -> bool:
    """Whether a message was made with a line: all its fixed parts stand in it."""
    fixed = _fixed(line)
    return bool(fixed) and all(part in message for part in fixed)


@lru_cache(maxsize=8_192)
def _fixed(line: str) -> tuple[str, ...]:
    """The parts of a line around its placeholders. Cached: in a long talk each line is looked for a hundred times."""
    return tuple(part.strip() for part in _PLACEHOLDER.split(line)[::2] if part.strip())
