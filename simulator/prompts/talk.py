"""The beginning that all requests about a conversation share: one system message and the talk so far.

Between two requests it only grows at its end, so an endpoint reads again only what is new. What changes, the task,
stands at the end of the last message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from simulator import yaml12
from simulator.conversation import Language, Transcript
from simulator.prompts.templates import render
from simulator.scenarios.formats import Band, BeatName, Persona

Message = dict[str, str]
"""One message of a request: `role` (system, user or assistant) and `content`."""

BANDS: tuple[Band, ...] = ("calm", "annoyed", "angry", "furious")
SHOWN_BEATS: tuple[BeatName, ...] = ("unheard", "repeat", "object", "doubt", "ask", "answer", "soften")
"""From which beats the examples of a mood are taken. What is said only of something that the agent did (an insult,
another language, silence) is not among them: a weak model would say it where nothing of the sort happened."""
_EXAMPLES = 20
"""Examples a mood: enough to show a voice and not a formula, and they are sent anew only once."""
_CUT, _LEAST_KEPT = 6, 6
"""So many turns are left out at once where a talk is too long, and so many last ones are always kept."""
FENCE = "</agent>"
"""What each part of a talk ends with: up to the last one, the next request is the same. `neutral` guards it."""
_NEUTRAL = str.maketrans({"<": "‹", ">": "›", "[": "⟦", "]": "⟧", "|": "¦", "\r": " ", "\0": " "})


def neutral(text: str) -> str:
    """A text that can neither close a fence nor look like a control token of a model: `<`, `>`, `[`, `]` and `|`
    become look-alikes, one for one, so places in it stay right."""
    return text.translate(_NEUTRAL)


def conversation(
    persona: Persona, language: Language, transcript: Transcript, task: str, *, most_tokens: int | None = None
) -> list[Message]:
    """A request: the customer as the assistant, the agent as the user, and the task at the end of the last message.

    The roles take turns, as many chat templates demand; who says nothing is written down as silent.

    Args:
        persona: who the customer is.
        language: what the conversation began in: the examples are in it.
        transcript: the talk so far.
        task: what the model is to do, as rendered.
        most_tokens: what the request may come to, roughly; None if there is no limit. A longer one leaves out turns
            after the first, which has the case, in steps: so the beginning stays the same for a while.
    """
    system: Message = {"role": "system", "content": system_message(Bank(persona, language))}
    messages = [system, *_talk(transcript, task)]
    for cut in range(1 + _CUT, len(transcript) - _LEAST_KEPT, _CUT):
        if most_tokens is None or rough_tokens(messages) <= most_tokens:
            break
        messages = [system, *_talk(transcript[:1], None), *_talk(transcript[cut:], task, str(words()["left_out"]))]
    return messages


def rough_tokens(messages: Iterable[Message]) -> int:
    """How many tokens a request has, guessed on the high side: tokenizers in use take 3 characters or more of English,
    German or Spanish for a token, and 2 or more of Russian."""
    length = sum(len(each["content"]) for each in messages)
    ascii_length = sum(len(each["content"].encode("ascii", "ignore")) for each in messages)
    return ascii_length // 3 + (length - ascii_length) // 2


def _talk(transcript: Transcript, task: str | None, before: str = "") -> list[Message]:
    """Turns as messages that take turns; what stands before the first, and the task after the last, is the user's."""
    messages: list[Message] = []
    heard = [before] if before else []
    for turn in transcript:
        if turn.role == "agent":
            heard.append(f"<agent>\n{neutral(turn.text)}\n{FENCE}")
        else:
            messages += [_user(heard or [_nothing(messages)]), {"role": "assistant", "content": neutral(turn.text)}]
            heard = []
    return messages if task is None else [*messages, _user([*(heard or [_nothing(messages)]), task])]


def _user(heard: list[str]) -> Message:
    return {"role": "user", "content": "\n\n".join(heard)}


def _nothing(before: list[Message]) -> str:
    """What stands for an agent that has written nothing: before the first message it could not have."""
    return str(words()["silence" if before else "begins"])


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Names of languages, moods in words, what each beat does."""
    loaded: dict[str, Any] = yaml12.load_resource(__package__, "words.yaml")
    return loaded


def examples(persona: Persona, language: Language, band: Band) -> Iterator[str]:
    """Lines of the persona's bank in a mood, one of each beat, then second ones; "…" is what a scenario fills in."""
    banked = [persona.lines[language][beat].get(band, ()) for beat in SHOWN_BEATS]
    for place in range(max(map(len, banked), default=0)):
        for lines in banked:
            if place < len(lines):
                yield elided(lines[place])


def elided(line: str) -> str:
    """A line of the bank, with "…" for what a scenario fills in."""
    before, brace, rest = line.partition("{")
    return f"{before}…{rest.partition('}')[2]}" if brace else line


@dataclass(frozen=True)
class Bank:
    """A persona's lines of a language; hashed by little, so that what is worked out of it can be kept."""

    persona: Persona
    language: Language

    def __hash__(self) -> int:
        return hash((self.persona.style, self.language))


@lru_cache(maxsize=32)
def system_message(bank: Bank) -> str:
    """The system message: who the customer is, how it sounds, and what is asked of the model."""
    shown = []
    for band in BANDS:
        lines = islice(examples(bank.persona, bank.language, band), _EXAMPLES)
        shown.append("\n".join([f"{band.capitalize()}:", *(f"- {line}" for line in lines)]))
    return render("system", style=bank.persona.style, examples="\n".join(shown))
