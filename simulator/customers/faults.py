"""What can be wrong with a message that a language model wrote for the customer, and finding it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, get_args

from simulator import yaml12
from simulator.conversation import LANGUAGES, Language
from simulator.customers.details import details, names, unknown
from simulator.director import Cue, Part
from simulator.mood import band
from simulator.observation import language_of, read
from simulator.observation.language import small_words
from simulator.prompts import Assignment
from simulator.prompts.customer import customer_task, language_name, stance_of
from simulator.prompts.talk import Bank, elided, neutral, system_message
from simulator.ratings import anger
from simulator.ratings.cues import read as read_cues
from simulator.scenarios.formats import Band

FaultName = Literal[
    "empty",
    "too_long",
    "wrong_language",
    "role_inversion",
    "leaked_reasoning",
    "quoted_instructions",
    "stage_directions",
    "invented_detail",
    "early_agreement",
    "early_farewell",
    "refusal",
    "too_mild",
    "missing_content",
    "repetition",
]
"""The closed list; what each means to the second try, and tau2-bench's name for it, is in `faults.yaml`."""

FAULTS: tuple[FaultName, ...] = get_args(FaultName)

_SHOWS_LANGUAGE = 4
"""So many words show a language."""
_SHOWS_SCRIPT, _OWN_SCRIPT = 8, 0.3
"""So many letters show a script, if less than this share of them is of the language's own."""
_SCRIPTS = {"ru": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"), "latin": frozenset("abcdefghijklmnopqrstuvwxyz")}
_COPIED_WORDS = 7
"""So many words in a row that the request has in its orders were copied from there."""
_TOLERANCE = 2.0
"""A message may have so many times the words that it was given."""
_CONTENT_SHARE = 0.25
"""Share of the meaning-bearing words of a sentence that its paraphrase keeps at least."""
_SAME_SHARE, _SAME_WORDS = 0.75, 6
"""A message of so many words repeats an earlier one if it shares this share of its word pairs."""
_ENDINGS = ("give_up", "leave", "close", "accept", "handed_over")
_HOT: tuple[Band, ...] = ("angry", "furious")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_COLD = (
    *("negative", "unresolved", "disagree", "challenge", "accuse", "frustration", "insult", "threat", "leaving"),
    *("command", "stonewall", "mock"),
)
_WARM = ("thanks", "hedge", "apology", "positive", "concedes")
_MILDEST_SHARE = 0.05
"""So many of the lines of a mood may be milder than what is asked of a message."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_DIRECTION = re.compile(r"\*[^*\n]+\*|\[[^\]\n]+\]|⟦[^⟧\n]+⟧|^\s*\([^)\n]+\)")
_MARKUP = re.compile(r"</?(?:agent|task|think|reply|system|user|assistant)\b|<\|", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a message.

    Args:
        name: what.
        again: what the second try is told, as an order.
    """

    name: FaultName
    again: str


def faults_so_far(text: str, assignment: Assignment) -> Iterator[Fault]:
    """What is wrong already with the beginning of a message, in whole sentences: no end can mend it.

    Args:
        text: what has come so far.
        assignment: what the model was told to say.
    """
    cue, folded = assignment.cue, _fold(text)
    if len(text.split()) > _TOLERANCE * assignment.most_words + 5:
        yield _fault("too_long", assignment)
    if _MARKUP.search(text) or _said(folded, "leaked_reasoning"):
        yield _fault("leaked_reasoning", assignment)
    elif _said(folded, "quoted_instructions") or _copies_orders(folded, assignment):
        yield _fault("quoted_instructions", assignment)
    if _said(folded, "role_inversion"):
        yield _fault("role_inversion", assignment)
    if _DIRECTION.search(text):
        yield _fault("stage_directions", assignment)
    if not _is_in_language(text, assignment):
        yield _fault("wrong_language", assignment)
    if (quote := _invented(text, assignment)) is not None:
        yield _fault("invented_detail", assignment, quote)
    may_agree = assignment.says("accepts") or any(part.beat in ("soften", "react", "handed_over") for part in cue.parts)
    if not may_agree and _said(folded, "early_agreement"):
        yield _fault("early_agreement", assignment)
    if all(part.beat not in _ENDINGS for part in cue.parts) and _said(folded, "early_farewell"):
        yield _fault("early_farewell", assignment)
    if assignment.says("accepts") and _said(folded, "refusal"):
        yield _fault("refusal", assignment)


def faults_at_end(text: str, assignment: Assignment, *, complete: bool = True) -> Iterator[Fault]:
    """What is wrong with a whole message: also what only its end shows.

    Args:
        text: the message.
        assignment: what the model was told to say.
        complete: whether the model came to an end by itself.
    """
    if not complete:
        yield _fault("too_long", assignment)
    if not _WORD.search(text):
        yield _fault("empty", assignment)
        return
    yield from faults_so_far(text, assignment)
    if (quote := _missing(text, assignment)) is not None:
        yield _fault("missing_content", assignment, quote)
    if _repeats(text, assignment.cue):
        yield _fault("repetition", assignment)
    if _is_too_mild(text, assignment):
        yield _fault("too_mild", assignment)


def about(name: FaultName) -> tuple[str, str]:
    """tau2-bench's tag and severity of a fault."""
    entry = _data()["faults"][name]
    return entry["tau2"], entry["severity"]


def order_after(failure: str) -> str | None:
    """What the second try is told where there was no message: by the kind of an endpoint's error, or `unfinished`,
    where the model thought until its tokens ran out; None where telling helps nothing."""
    orders: dict[str, str] = _data()["unusable"]
    return orders.get(failure)


def _fault(name: FaultName, assignment: Assignment, quote: str = "") -> Fault:
    cue = assignment.cue
    order: str = _data()["faults"][name]["again"]
    return Fault(
        name, order.format(language=language_name(cue.language), mood=band(cue.mood.anger), quote=neutral(quote))
    )


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml12.load_resource("simulator.customers", "faults.yaml")
    return data


@lru_cache(maxsize=16)
def _expression(kind: str) -> re.Pattern[str]:
    phrases: Sequence[str] = _data()["phrases"][kind]
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)")


def _said(folded: str, kind: str) -> bool:
    return _expression(kind).search(folded) is not None


def _fold(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())


def _words(text: str) -> list[str]:
    return _WORD.findall(_fold(text))


def _copies_orders(folded: str, assignment: Assignment) -> bool:
    """Whether a text has a run of words from the request's orders. What it is to say and the examples are no orders."""
    words = _WORD.findall(folded)
    if len(words) < _COPIED_WORDS:
        return False
    cue, task = assignment.cue, customer_task(assignment)
    for content in assignment.contents:
        task = task.replace(neutral(content), "\n") if content else task
    own = _runs(words)
    return not own.isdisjoint(_lasting_orders(Bank(cue.persona, cue.opened_in))) or not own.isdisjoint(_orders(task))


def _runs(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[n : n + _COPIED_WORDS]) for n in range(len(words) - _COPIED_WORDS + 1))


@lru_cache(maxsize=32)
def _lasting_orders(bank: Bank) -> frozenset[tuple[str, ...]]:
    """The runs of words of the system message's orders."""
    return _orders(system_message(bank))


def _orders(prompt: str) -> frozenset[tuple[str, ...]]:
    """The runs of words of a prompt without its examples."""
    return _runs(_words("\n".join(line for line in prompt.splitlines() if not line.startswith("- "))))


def _is_in_language(text: str, assignment: Assignment) -> bool:
    """Whether the whole, and each longer sentence, is in the language of the cue, as far as one can tell."""
    cue = assignment.cue
    allowed = {cue.language, cue.mixed_in}
    own = _without(text, assignment)
    letters = [letter for letter in own.lower() if letter.isalpha()]
    scripts = [_SCRIPTS["ru" if language == "ru" else "latin"] for language in allowed if language is not None]
    if len(letters) >= _SHOWS_SCRIPT and all(
        sum(map(script.__contains__, letters)) < _OWN_SCRIPT * len(letters) for script in scripts
    ):
        return False
    for part in [own, *(each for each in _SENTENCE.split(own) if len(_WORD.findall(each)) >= 2 * _SHOWS_LANGUAGE)]:
        if len(_WORD.findall(part)) >= _SHOWS_LANGUAGE:
            found = {language_of(part, expected) for expected in allowed if expected is not None}
            # A short text is only believed to be foreign where small words say so.
            words = _words(part)
            small = {word for other in LANGUAGES if other in found for word in small_words(other)}
            sure = len(words) >= 2 * _SHOWS_LANGUAGE or len(small & set(words)) >= 2
            if sure and None not in found and not found & allowed:
                return False
    return True


def _without(text: str, assignment: Assignment) -> str:
    """A message without the sentences that it was given, where it has them word for word."""
    for content in assignment.contents:
        text = text.replace(content, " ") if content else text
    return text


def _invented(text: str, assignment: Assignment) -> str | None:
    """A number of three digits or more, a code or an address that nobody has given the model."""
    if not details(text):
        return None
    cue = assignment.cue
    heard = [*(turn.text for turn in cue.transcript), *filter(None, assignment.contents)]
    return unknown(text, _figures(Bank(cue.persona, cue.language)).union(*map(names, heard)))


def _missing(text: str, assignment: Assignment) -> str | None:
    """A sentence that the message had to bring, and does not."""
    cue = assignment.cue
    said = read(text, cue.language)
    folded = _fold(text)
    for part, content in zip(cue.parts, assignment.contents, strict=True):
        if content is None:
            continue
        if part.beat == "answer" and not _has_details(folded, content):
            return content
        if not any(_share(variant, said.keys, cue) >= _CONTENT_SHARE for variant in part.content):
            return content
    return None


def _has_details(folded: str, content: str) -> bool:
    """Whether a message has the codes and addresses of what it had to tell; dates may be worded anew."""
    return all(detail.lower() in folded for detail in details(content))


def _share(sentence: str, said: frozenset[str], cue: Cue) -> float:
    wanted = read(sentence, cue.language)
    keys = {token.key for token in wanted.tokens if not token.function}
    return len(keys & said) / len(keys) if keys else 1.0


def _repeats(text: str, cue: Cue) -> bool:
    """Whether a message is one of the customer's earlier ones over again."""
    pairs = _pairs(text)
    if len(pairs) < _SAME_WORDS - 1:
        return any(_words(text) == _words(turn.text) for turn in cue.transcript if turn.role == "customer")
    earlier = [_pairs(turn.text) for turn in cue.transcript if turn.role == "customer"]
    return any(len(pairs & said) / len(pairs) >= _SAME_SHARE for said in earlier)


@lru_cache(maxsize=2_048)
def _pairs(text: str) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(_words(text)))


def _is_too_mild(text: str, assignment: Assignment) -> bool:
    """Whether a message of somebody angry is milder than every line that this persona has for that.

    Two signs, both measured against the line bank: less sharp than all but the mildest of its lines, and friendly
    phrases that none of them has. What has one of the lines in it is sharp enough.
    """
    cue = assignment.cue
    heat = band(cue.mood.anger)
    if heat not in _HOT or cue.mixed_in is not None or not all(stance_of(part) == "rejects" for part in cue.parts):
        return False
    mildest, lines = _yardstick(Bank(cue.persona, cue.language), heat)
    own = _without(text, assignment)
    if any(line in own for line in lines):
        return False
    friendly = {match[0] for line in lines for match in _expression("too_mild").finditer(_fold(line))}
    found = {match[0] for match in _expression("too_mild").finditer(_fold(own))}
    return bool(found - friendly) or (_WORD.search(own) is not None and _sharpness(own, cue.language) < mildest)


def _sharpness(text: str, language: Language) -> float:
    """How sharp a message is, as a rank: its anger as rated (0-100), and what shows in writing. Weights set by hand."""
    rated, reading = anger(text, language=language), read_cues(text, language)
    shouted = sum(word.isupper() and len(word) > 1 for word in text.split())
    marks = text.count("!") + text.count("??")
    cold = sum(reading.counts.get(kind, 0) for kind in _COLD)
    warm = sum(reading.counts.get(kind, 0) for kind in _WARM)
    shown = 15 * min(shouted, 2) + 10 * min(marks, 2) + 8 * min(cold, 3) - 6 * min(warm, 2)
    return shown + (rated.value if rated is not None else 0.0)


@lru_cache(maxsize=64)
def _yardstick(bank: Bank, heat: Band) -> tuple[float, tuple[str, ...]]:
    """Of the persona's lines of a mood that reject something: how sharp all but the mildest are, and the lines."""
    lines = tuple(
        elided(line).replace("…", "").strip()
        for beat, banked in bank.persona.lines[bank.language].items()
        if stance_of(Part(beat)) == "rejects"
        for line in banked.get(heat, ())
    )
    ranked = sorted(_sharpness(line, bank.language) for line in lines)
    return ranked[int(_MILDEST_SHARE * len(ranked))] if ranked else -100.0, lines


@lru_cache(maxsize=32)
def _figures(bank: Bank) -> frozenset[str]:
    """The names of the numbers that the persona's own lines have."""
    banked = (lines for bands in bank.persona.lines[bank.language].values() for lines in bands.values())
    return frozenset[str]().union(*(names(line) for lines in banked for line in lines))
