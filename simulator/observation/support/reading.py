"""Text to content words: with their weight in meaning, clause and negation; and what of a reply states anything."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast, get_args

from simulator.conversation import Language
from simulator.observation.lexicon import lexicon
from simulator.observation.support.pieces import ALIKE, number_key, numeral_key, pieces
from simulator.observation.support.seams import cuts
from simulator.observation.support.stems import key_of
from simulator.observation.support.words import SIGNS, Lists, fold, lists

MAX_TOKENS = 2_000
"""Longer texts are read up to here."""

LIGHT = 0.4
"""Weight of a word that says little ("kind", "number")."""
_LACKING = frozenset({"without", "ohne", "sin", "без"})
"""Negators that turn no sentence round: "without a receipt a full refund is possible"."""
_LOOSE_APOSTROPHE = re.compile(r"(?<=\w)\s*['’]\s?(?=(?:t|s|re|ve|ll|m|d)\b)|(?<=\w)\s+n['’]\s?(?=t\b)")
_LOOSE_CLOCK = re.compile(r"(?<=\d):\s(?=\d\d\b)|(?<=\d)\s:\s?(?=\d\d\b)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number: its key, as written, its place, sentence and clause, its weight in meaning, and whether a
    negation stands shortly before it."""

    key: str
    form: str
    start: int
    end: int
    sentence: int
    clause: int
    weight: float
    number: bool = False
    negated: bool = False
    amount: str = ""
    """Of a number with a unit, and of the unit: the value that both say, "two weeks" and "14 days" alike."""
    bound: str = ""
    """Of a number that limits a range: "<" ("up to 10 hours") or ">" ("more than 10 hours")."""
    denied: bool = False
    """Whether its clause denies something."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read: its content tokens, number of sentences, which are questions, and how each sentence is negated."""

    tokens: tuple[Token, ...]
    sentences: int
    questions: frozenset[int]
    negative: frozenset[int]
    opens: str
    """"yes", "no" or "" by the first word."""
    kind: str
    """Of a question: "wh", "yes-no" or ""."""
    strong: frozenset[str]
    words: tuple[str, ...]
    """Every word and number, folded."""
    focus: frozenset[int]
    """Where the words start that question words stand with: "which company", „công ty nào“."""


def plain(source: str, language: str) -> str:
    """The text with its spacing mended ("8: 30", "don ' t") and set phrases ("no fee") as one word."""
    words = lists(language)
    text = _LOOSE_APOSTROPHE.sub(lambda m: "n'" if "n" in m.group() else "'", unicodedata.normalize("NFC", source))
    text = _LOOSE_CLOCK.sub(":", text)
    text = text.translate(ALIKE)
    if words.phrases is not None:
        text = words.phrases.sub(lambda m: words.phrase[m.group().lower()], text)
    alone = _unit_alone(language)
    return alone.sub(r"\g<0>1 ", text) if alone is not None else text


@lru_cache(maxsize=64)
def _unit_alone(language: str) -> re.Pattern[str] | None:
    """Where one of a unit is meant and no number says so: "within an hour"."""
    openers = lists(language).openers
    if not openers or language not in get_args(Language):
        return None
    units = [unit for unit, (kind, _) in lexicon(cast("Language", language)).units.items() if kind == "duration"]
    return re.compile(rf"(?<!\w)(?:{'|'.join(openers)})\s+(?=(?:{'|'.join(units)})(?!\w))", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def read(source: str, language: str) -> Reading:
    """Reads a text. Cached: passages come again with every reply."""
    words = lists(language)
    text = plain(source, language)
    tokens: list[Token] = []
    questions: set[int] = set()
    negative: list[tuple[int, int]] = []  # sentence and clause of each negation
    strong: set[str] = set()
    sentence = clause = 0
    seen = False
    first_word = opens = ""
    since_negator = 99
    since_start = 0
    joined = conditional = False
    kinds: list[str] = []
    every: list[str] = []
    begin = 0
    question_words: list[tuple[int, bool]] = []
    seams = [start + at for start, end in parts_of(text, language) for _, at in cuts(text[start:end], language)]
    seams.append(len(text))
    seam = 0
    for match in pieces(language).finditer(text):
        group = match.lastgroup
        form = match["number"] or match.group()
        if group == "stop":
            if seen and not is_ordinal(text, match.start() + 1, language):
                if "?" in form or form in "？؟":
                    questions.add(sentence)
                sentence, clause, seen, since_negator = sentence + 1, clause + 1, False, 99
                begin, conditional = len(every), False
            continue
        if group == "pause":
            clause += 1
            since_negator, conditional = 99, False
            continue
        if len(tokens) >= MAX_TOKENS:
            break
        if match.start() >= seams[seam]:
            seam = bisect_left(seams, match.start() + 1)
            clause += 1
            since_negator = 99
        fresh = not seen
        seen = True
        if group == "unit":
            tokens.append(Token(form, form, match.start(), match.end(), sentence, clause, 0.5))
            continue
        if group == "number":
            key = number_key(form)
            bound, size = _bound_at(every[begin:], words)
            # "More than 10" sets a limit; its "more" is no word of its own, least of all the opposite of "less".
            if bound and tokens and fold(tokens[-1].form, language) in every[-size:]:
                tokens.pop()
            if negative and negative[-1][0] == sentence and not words.negators.isdisjoint(every[len(every) - size :]):
                # "Not more than 10" denies nothing.
                negative.pop()
                since_negator = 99
            every.append(key)
            tokens.append(Token(key, form, match.start(), match.end(), sentence, clause, 1.5, number=True, bound=bound))
            continue
        low = fold(form, language)
        if not first_word:
            first_word = low
            if low in words.no:
                opens = "no"
            elif low in words.yes:
                opens = "yes"
        every.append(low)
        if low in words.breaks or (joined and low in words.after_join):
            clause += 1
            since_negator = 99
        joined = low in words.joins
        conditional = conditional or low in words.conditions
        since_start = 0 if fresh else since_start + 1
        if since_start == 0:
            kinds.append("yes-no")
        if low.partition("'")[0] in words.wh:
            question_words.append((match.start(), low in words.wh_behind))
        if kinds and (since_start < 3 or words.in_situ) and low.partition("'")[0] in words.wh:
            kinds[-1] = "wh"
        if low in words.negators or "n't" in low:
            if low not in _LACKING and not conditional:
                negative.append((sentence, clause))
            since_negator = 0
            continue
        if "'" in low:
            head, _, tail = low.partition("'")
            low = tail if len(head) <= 2 and len(tail) > 2 else head
        if low in words.strong:
            strong.add(key_of(low, language))
        if low in words.function or low in words.yes or (group == "word" and len(low) == 1 and low.isascii()):
            continue
        since_negator += 1
        key = words.numbers.get(low, "") if group == "word" else numeral_key(low, words.numbers)
        if key:
            tokens.append(Token(key, form, match.start(), match.end(), sentence, clause, 1.0, number=True))
            continue
        key = low if group == "sign" else key_of(words.forms.get(low, low), language)
        weight = LIGHT if key in words.light else min(1.3, 0.6 + 0.08 * len(low))
        if group == "sign":
            weight = min(weight, 0.6)
        tokens.append(
            Token(
                key,
                form,
                match.start(),
                match.end(),
                sentence,
                clause,
                weight,
                negated=since_negator <= 4,
            )
        )
    denying = {clause for _, clause in negative}
    if denying:
        tokens = [replace(token, denied=True) if token.clause in denying else token for token in tokens]
    return Reading(
        tuple(_with_amounts(tokens, language)),
        sentence + seen,
        frozenset(questions),
        frozenset(sentence for sentence, _ in negative),
        opens,
        kinds[-1] if kinds and (kinds[-1] == "wh" or (sentence + seen - 1) in questions) else "",
        frozenset(strong),
        tuple(every),
        _focus(tokens, question_words, words.size),
    )


def _bound_at(before: list[str], words: Lists) -> tuple[str, int]:
    """The limit that the words before a number make of it, and how many of them do."""
    for size in (4, 3, 2, 1):
        bound = words.bounds.get(" ".join(before[-size:]))
        if bound:
            return bound, size
    return "", 0


def _focus(tokens: Sequence[Token], question_words: Sequence[tuple[int, bool]], size: int) -> frozenset[int]:
    """Where the words start that question words stand with: those behind; before, for a question word that follows its
    noun ("nào") and at the end ("原则是什么")."""
    heavy = [token for token in tokens if token.weight > LIGHT]
    focus: set[int] = set()
    for place, follows in question_words:
        first = bisect_left(heavy, place, key=lambda token: token.start)
        before, behind = heavy[max(0, first - size) : first], heavy[first : first + size]
        near = (before or behind) if follows else (behind or before)
        focus.update(token.start for token in near)
    return frozenset(focus)


_MONTH_OF_DAYS, _MONTH = 30 * 86_400, 365 * 86_400 / 12
"""Twelve months are a year, which no whole number of days makes."""


def _with_amounts(tokens: list[Token], language: str) -> list[Token]:
    """The tokens, numbers joined with the units behind them, where we know the language's units."""
    if language not in get_args(Language):
        return tokens
    units = lexicon(cast("Language", language)).units
    for place, token in enumerate(tokens):
        if not token.number or not token.key.replace(".", "", 1).isdecimal():
            continue
        end = token.end
        # The unit stands beside its number or behind one adjective: "5 business days".
        for behind, unit in enumerate(tokens[place + 1 : place + 3], place + 1):
            if unit.number or unit.start - end > 1:
                break
            dimension, factor = units.get(fold(unit.form), ("", 0.0))
            if dimension == "duration":
                amount = f"{float(token.key) * (_MONTH if factor == _MONTH_OF_DAYS else factor):g}"
                tokens[place] = replace(token, amount=amount)
                tokens[behind] = replace(unit, amount=amount)
                break
            end = unit.end
    return tokens


@lru_cache(maxsize=4_096)
def strip_talk(reply: str, language: str) -> tuple[str, str]:
    """The reply without closing questions and offers, and that without hedges before a statement too."""
    words = lists(language)
    text = plain(reply, language)
    parts = [text[start:end] for start, end in parts_of(text, language) if text[start:end].strip()]
    kept = [part for part in parts if not is_tail(part, words)]
    if not any(_SAYS.search(part) for part in kept):
        kept = parts[:1]
    text = " ".join(kept)
    low = fold(text)
    if len(low) != len(text):  # Places in one are not places in the other.
        return (text, text) if _SAYS.search(text) else (reply, reply)
    for tail in words.tails:
        place = low.find(tail)
        before = low[:place].rstrip()
        closes = place > 20 and len(text) - place < 90 and len(before.split()) >= 4
        if closes and (before[-1] in ".!?" or tail in _OPEN_TAILS):
            text, low = text[:place], low[:place]
    whole = text
    opener = _OPENER.match(low) if language == "en" else None
    if opener and len(low) - opener.end() > 12:
        text, low = text[opener.end() :], low[opener.end() :]
    for hedge in words.hedges:
        place = low.find(hedge)
        if place >= 0 and len(low) - len(hedge) > 12:
            text, low = text[:place] + text[place + len(hedge) :], low[:place] + low[place + len(hedge) :]
    return (whole, text) if _SAYS.search(text) else (reply, reply)


PARTS = re.compile(r"(?<=[.!?。！？؟।])\s*(?=\S)(?<![\d.]\.)|\n+")
_ORDINAL = re.compile(r"(?<!\d)\d{1,2}\.")


def is_ordinal(text: str, end: int, language: str) -> bool:
    """Whether a full stop that ends at a place makes a number an ordinal, as in „15. Oktober“."""
    return language == "de" and _ORDINAL.fullmatch(text, max(0, text.rfind(" ", 0, end) + 1), end) is not None


def parts_of(text: str, language: str) -> list[tuple[int, int]]:
    """Where each sentence of a text begins and ends."""
    cuts = [match for match in PARTS.finditer(text) if not is_ordinal(text, match.start(), language)]
    starts = [0, *(match.end() for match in cuts)]
    return list(zip(starts, [*(match.start() for match in cuts), len(text)], strict=True))


_SAYS = re.compile(rf"\w{{2}}|\d|[{SIGNS}]")
_OPENER = re.compile(
    r"(?:well|yes|no|yeah|oh|,|\s)*i\b[^.,!?]{0,60}[,.!]? ?but (?:i (?:do )?(?:know|think|believe)(?: that)? )?"
)
_OPEN_TAILS = frozenset({"anything else", "would you like", "any other question", "is there any"})


def is_tail(part: str, words: Lists) -> bool:
    low = fold(part).strip()
    return low.endswith(("?", "？", "؟")) or any(low.startswith(tail) for tail in words.tails)


def statement_in(sentence: str, words: Lists) -> str:
    """What of a sentence states something: nothing of a question or an offer, and what runs into one without a stop
    ("it closes at ten would you like to book?"), unless that asks too ("is that all, and is there anything else?")."""
    if not is_tail(sentence, words):
        return sentence
    low = fold(sentence)
    if len(low) != len(sentence):  # Places in one are not places in the other.
        return ""
    ends = [place for tail in words.tails if (place := low.find(tail)) > 20 and len(low[:place].split()) >= 4]
    part = sentence[: min(ends, default=0)].rstrip()
    asks = words.asking is not None and words.asking.search(part)
    return "" if asks or any(low.startswith(tail) for tail in words.tails) else part
