"""Where a sentence can be taken apart: the places at which a clause of its own begins."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple

from simulator.observation.support.words import Lists, fold, lists

PAUSES = ",;:،؛、，；："
_STRONG_PAUSES = ";:؛；："
_NEVER = r"(?!)"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Signs:
    """How clauses of a language are told apart (see `clauses.json`); `verbs` is None where nothing is known of it."""

    seam: re.Pattern[str]
    under: re.Pattern[str]
    behind_comma: re.Pattern[str]
    verbs: re.Pattern[str] | None
    modals: re.Pattern[str]


class Segment(NamedTuple):
    """What stands between two seams: its place in the sentence, and the seam before it."""

    start: int
    end: int
    pause: str = ""
    joined: bool = False
    opposed: bool = False


@lru_cache(maxsize=64)
def signs_of(language: str) -> Signs:
    """The signs of a language."""
    data = _data()
    joins, opposes, under, behind, verbs, modals = (
        data[name].get(language, _NEVER) for name in ("joins", "opposes", "under", "behind_comma", "verbs", "modals")
    )
    link = rf"(?:(?P<joins{{0}}>{joins})|(?P<opposes{{0}}>{opposes}))\s+"
    pause = r"(?P<pause>[,;:](?=\s)|[،؛、，；：])"
    return Signs(
        re.compile(rf"\s*{pause}\s*(?:{link.format(1)})?|\s+{link.format(2)}", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{under})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?:{behind}|{under})(?!\w)", re.IGNORECASE),
        re.compile(verbs) if verbs != _NEVER else None,
        re.compile(modals, re.IGNORECASE),
    )


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = json.loads(
        resources.files("simulator.observation.support").joinpath("clauses.json").read_text("utf-8")
    )
    return data


def segments_of(sentence: str, language: str) -> list[Segment]:
    """What stands between the pauses and conjunctions of a sentence."""
    found: list[Segment] = []
    last = Segment(0, 0)
    for seam in signs_of(language).seam.finditer(sentence):
        found.append(last._replace(end=seam.start()))
        joined, opposed = (bool(seam[f"{kind}1"] or seam[f"{kind}2"]) for kind in ("joins", "opposes"))
        last = Segment(seam.end(), 0, seam["pause"] or "", joined, opposed)
    found.append(last._replace(end=len(sentence)))
    return [segment for segment in found if segment.start < segment.end]


def cuts(sentence: str, language: str) -> list[tuple[int, int]]:
    """The seams of a sentence behind which a clause of its own begins, each as (its start, where the clause begins).

    That is at a semicolon or colon behind a verb, and at a conjunction or comma where both sides have a verb of their
    own (in languages without a list of verbs: a number), but nowhere inside what depends on another clause.
    """
    segments = segments_of(sentence, language)
    found: list[tuple[int, int]] = []
    start = 0
    for before, segment in pairwise(segments):
        if _is_cut(sentence[start : before.end], sentence[segment.start : segment.end], segment, language):
            found.append((before.end, segment.start))
            start = segment.start
    return found


def _is_cut(left: str, right: str, seam: Segment, language: str) -> bool:
    signs, words = signs_of(language), lists(language)
    if signs.verbs is None:
        return bool(seam.pause) and all(any(sign.isdigit() for sign in side) for side in (left, right))
    if seam.pause and seam.pause in _STRONG_PAUSES:
        return signs.verbs.search(left) is not None
    verb = signs.verbs.search(right)
    if verb is None or signs.under.match(right):
        return False
    if not (signs.verbs.search(left) or (seam.opposed and seam.pause)):
        return False
    named = names(right[: verb.start()], language)
    if not (seam.joined or seam.opposed):
        # "If A, B"; "the price, with the fee, is paid".
        return named and not (signs.under.match(left) or signs.behind_comma.match(right))
    # "If A and B": a condition goes on until there is a pause; "not A and B" may deny both.
    return bool(seam.pause) or not (signs.under.search(left) or (not named and _denies(left, language, words)))


def names(text: str, language: str) -> bool:
    """Whether there is a word in a text that means something, or a number."""
    words = lists(language)
    small = words.function | words.negators
    return any(fold(word, language) not in small for word in _WORD.findall(text)) or any(map(str.isdigit, text))


def _denies(text: str, language: str, words: Lists) -> bool:
    return any((low := fold(word, language)) in words.negators or "n't" in low for word in _WORD.findall(text))
