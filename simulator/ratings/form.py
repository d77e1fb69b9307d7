"""What can be said of the tone of a message without learning, and the n-grams that learned weights are of."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from simulator.observation.language import WITHOUT_SPACES
from simulator.ratings.lexicon import (
    MENTION,
    URL,
    WORD,
    Wording,
    bare_of,
    has_link,
    has_mention,
    without_names,
    wording_of,
    words_of,
)

_ELONGATED = re.compile(r"([^\W\d_])\1{2,}")
_SMILE = re.compile(r"[:;=]-?[)DPp\]]|(?<!\))\)+(?=\s|$)|\^_?\^|<3")
_SAD = re.compile(r"[:;=]'?-?[(\[сc/]|\({2,}|(?<=\w)\((?=\s|$)")
_ANGRY_EMOJI = frozenset("😠😡🤬👿😤🖕👎💩🤮🤢😒🙄💢🤡")
_SAD_EMOJI = frozenset("😢😭😔😞😥😰😱😨😩😫💔😓😟☹🥺😿😖😣")
_GLAD_EMOJI = frozenset("😀😃😄😁😆😅😂🤣😊😍🥰😘❤♥💕💖💙💚💛💜🧡👍🙏👏🎉😉😎🤗☺🙂😋🔥✨💪🥳😇💗💞😻🌹😝😜")
_MARKS = re.compile(r"[^\w\s]{1,3}")
_DIGIT = re.compile(r"\d")
_OF_SMILES, _OF_SAD = frozenset(":;=)^<"), frozenset(":;=(")
"""No face is without one of these: most texts are done with at a glance."""
_LETTERS, _LOUD = 6, 2
"""So many letters at most say nothing by being capitals, in a text and in a word."""

_OF_QUESTIONS = frozenset(
    {"questions", "ends with question", "you in question", "soft question", "bare question", "length", "short"}
)
"""Left out of politeness: the texts that it was learned from are all long questions, the texts of a chat are not, and a
terse reply is not rude for being terse."""
STARTS = (
    "greeting",
    "thanks",
    "please",
    "apology",
    "you",
    "i",
    "we",
    "why",
    "wh",
    "start_blunt",
    "request_soft",
    "hedge",
    "positive",
    "negative",
    "demand",
    "negation",
)


def form_features(wording: Wording) -> dict[str, float]:
    """What can be said of a message without learning: categories of words, form, and how they meet. About 0-2 each."""
    text, folded, bare, found = wording.text, wording.folded, wording.bare, wording.hits
    count: dict[str, int] = {}
    for hit in found:
        count[hit.category] = count.get(hit.category, 0) + 1
    features: dict[str, float] = {"bias": 1.0}
    for category, number in count.items():
        features[category] = 1.0
        if number > 1:
            features[f"{category}+"] = math.log(number)
    first = {hit.category for hit in found if hit.word == 0}
    for category in STARTS:
        if category in first:
            features[f"starts:{category}"] = 1.0
    size = max(1, len(wording.words)) if wording.language not in WITHOUT_SPACES else max(1, len(bare) // 2)
    features["length"] = math.log1p(size) / 3
    features["short"] = float(size <= 5)
    questions, shouts = bare.count("?") + bare.count("？"), bare.count("!") + bare.count("！")
    upper = sum(map(str.isupper, text))
    letters = sum(map(str.isalpha, text)) if 2 * upper > _LETTERS else 0
    loud = _loud_words(without_names(text, folded)) if upper > _LOUD else 0
    has = count.keys()
    signs = set(bare)
    emoji = frozenset[str]() if text.isascii() else set(text)
    stripped = bare.rstrip(" \"')»”")
    marks: dict[str, float] = {
        "questions": min(questions, 3) / 2,
        "many questions": float(questions > 1),
        "ends with question": float(stripped.endswith(("?", "？"))),
        "shouts": min(shouts, 3) / 2,
        "many shouts": float("!!" in bare or "！！" in bare),
        "?!": float("?!" in bare or "!?" in bare or "??" in bare),
        "ellipsis": float(".." in bare or "…" in bare),
        "capitals": float(letters > _LETTERS and upper > 0.5 * letters),
        "loud words": min(loud, 3) / 3,
        "link": float(has_link(folded) and URL.search(folded) is not None),
        "mention": float(has_mention(folded) and MENTION.search(folded) is not None),
        "hashtag": float("#" in bare),
        "quotes": float('"' in bare or "''" in bare or "«" in bare or "“" in bare or "„" in bare),
        "brackets": float("(" in bare),
        "digits": float(_DIGIT.search(bare) is not None),
        "elongated": float(_ELONGATED.search(bare) is not None),
        "smiles": float(
            (not _OF_SMILES.isdisjoint(signs) and _SMILE.search(bare) is not None) or not _GLAD_EMOJI.isdisjoint(emoji)
        ),
        "sad face": float(
            (not _OF_SAD.isdisjoint(signs) and _SAD.search(bare) is not None) or not _SAD_EMOJI.isdisjoint(emoji)
        ),
        "angry face": float(not _ANGRY_EMOJI.isdisjoint(emoji)),
        "negations": min(count.get("negation", 0), 4) / 3,
        "you share": 5 * count.get("you", 0) / size if size > 3 else 0.0,
        "i share": 5 * count.get("i", 0) / size if size > 3 else 0.0,
        "why you": float("why" in has and "you" in has),
        "you in question": float(questions > 0 and "you" in has),
        "you and negative": float("you" in has and bool(has & {"negative", "insult", "contempt"})),
        "negated and you": float("you" in has and "negation" in has),
        "soft question": float(questions > 0 and "request_soft" in has),
        "bare question": float(
            questions > 0 and not has & {"request_soft", "please", "thanks", "greeting", "hedge", "apology"}
        ),
        "bare": float(
            (questions > 0 or "demand" in has)
            and not has & {"request_soft", "please", "thanks", "greeting", "hedge", "apology", "help_offer"}
        ),
        "bare demand": float("demand" in has and not has & {"request_soft", "please", "thanks", "greeting", "hedge"}),
        "kind words": sum(c in has for c in ("thanks", "please", "greeting", "apology", "request_soft", "help_offer"))
        / 2,
        "harsh words": sum(c in has for c in ("insult", "profanity", "anger", "contempt", "violence")) / 2,
        "harsh less glad": float(bool(has & {"insult", "profanity", "anger", "contempt"}) and "joy" not in has),
        "glad only": float("joy" in has and not has & {"insult", "profanity", "anger", "contempt", "negative"}),
        "shout and harsh": float(shouts > 0 and bool(has & {"insult", "profanity", "anger", "contempt", "negative"})),
    }
    features.update({name: value for name, value in marks.items() if value})
    return features


def _loud_words(text: str) -> int:
    """How many words of three letters or more are written in capitals."""
    perhaps = " ".join([part for part in text.split() if not part.islower()])
    return sum([len(word) > _LOUD and word.isupper() for word in WORD.findall(perhaps)])


def features_for(task: str, text: str, language: str) -> dict[str, float]:
    """The features that a task's model is trained on; it has no weights for others."""
    features = form_features(wording_of(text, language))
    if task == "politeness":
        return {name: value for name, value in features.items() if name not in _OF_QUESTIONS}
    return {name: value for name, value in features.items() if name != "bare"}


LOW, HIGH = 2, 5
"""Lengths of n-grams."""
FULL_SIZE = 120
"""N-grams of about seven words: those of a shorter text do not count the more for it."""


def grams_of_word(word: str) -> list[str]:
    """A word's n-grams, with `_` at its edges, and the word itself after a space."""
    edged = f"_{word}_"
    length = len(edged)
    found = [
        edged[start : start + size] for size in range(LOW, min(HIGH, length) + 1) for start in range(length - size + 1)
    ]
    return [*found, f" {word}"]


def units_of(bare: str, words: list[str]) -> tuple[list[str], list[str]]:
    """What n-grams are taken of: each word once; and pairs of words and runs of marks, each once, after a space."""
    pairs = [f" {one} {other}" for one, other in pairwise(words)]
    return list(dict.fromkeys(words)), list(dict.fromkeys([*pairs, *(f" {mark}" for mark in _MARKS.findall(bare))]))


def gram_values(text: str) -> dict[str, float]:
    """How much each n-gram of a text counts: the longer the text the less each."""
    bare = bare_of(text)
    words, others = units_of(bare, words_of(bare))
    counts: dict[str, float] = dict.fromkeys(others, 1.0)
    size = len(others)
    for word in words:
        own = grams_of_word(word)
        size += len(own)
        for gram in own:
            counts[gram] = counts.get(gram, 0.0) + 1.0
    norm = math.sqrt(max(size, FULL_SIZE))
    return {gram: number / norm for gram, number in counts.items()}
