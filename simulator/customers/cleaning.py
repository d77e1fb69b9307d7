"""A language model's answer without what surrounds the message: thoughts, names, marks, what follows its end. Pure."""

from __future__ import annotations

import re
import unicodedata

_THOUGHTS = "think|thinking|thought|reasoning"
# The tag that opens them stands in the prompt of some chat templates, so that it never comes back.
_THOUGHTS_END = re.compile(rf"\A.*(?:</(?:{_THOUGHTS})>|<\|channel\|>final<\|message\|>)", re.DOTALL | re.IGNORECASE)
_THINKING = re.compile(rf"\s*<(?:[^>]*\Z|(?:{_THOUGHTS})>|\|channel\|>)", re.IGNORECASE)
_WRAPPED = re.compile(r"\s*<(customer|reply|message|answer|output)>(.*?)(?:</\1>.*)?\Z", re.DOTALL | re.IGNORECASE)
# Control tokens of chat templates, and the marks of our own prompt.
_OVER = re.compile(
    r"<\|(?:im_end|im_start|eot_id|eom_id|end|return|start|endoftext|end_of_text|start_header_id|user|assistant)\|>"
    r"|</?s>|<(?:end|start)_of_turn>|\[/?INST\]|</?(?:agent|task|customer|user|assistant)>",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\A(?:\*\*)?(?:customer|assistant|клиент|kunde|kundin|cliente)(?:\*\*)?:\s*", re.IGNORECASE)
_QUOTED = re.compile(r'\A(["“„«\'])(.*)(["”“»\'])\Z', re.DOTALL)
_QUOTATION_MARKS = re.compile(r'["“”„«»]')
# What stands in the examples of the prompt for the sentence that a scenario gives.
_ELIDED = re.compile(r"(?<=[.!?:])\s+…(?=\s|\Z)|\A…\s+")
_JOINERS = "\u200c\u200d"
_JOINED = ("Lo", "Mn", "Mc", "So", "Sk")
"""What a joiner may stand between: letters of scripts without case (Arabic, Devanagari …), their marks, emoji."""
_END = re.compile(r"[.!?…]+[\"”»)]*(?=\s)|\n")


def cleaned(raw: str) -> str:
    """The message in an answer, or in the beginning of one; empty while there are only thoughts."""
    text = without_thoughts(_visible(raw))
    if _THINKING.match(text):
        return ""
    wrapped = _WRAPPED.match(text)
    text = _NAMED.sub("", _up_to_its_end(wrapped[2] if wrapped else text).strip()).replace("**", "")
    quoted = _QUOTED.match(text)
    if quoted and not _QUOTATION_MARKS.search(quoted[2]):
        text = quoted[2]
    return " ".join(_ELIDED.sub("", text).split())


def without_thoughts(raw: str) -> str:
    """An answer without thoughts that have come to their end."""
    return _THOUGHTS_END.sub("", raw) if "<" in raw else raw


def is_over(raw: str) -> bool:
    """Whether a model goes on after the end of its message: with control tokens, or the next one's words."""
    if not _has_marks(raw):
        return False
    text = without_thoughts(raw)
    return len(_up_to_its_end(text)) < len(text) and bool(cleaned(raw))


def whole_sentences(text: str) -> str:
    """The beginning of a text up to its last whole sentence that something follows."""
    end = 0
    for found in _END.finditer(text):
        end = found.end()
    return text[:end].strip()


def _visible(text: str) -> str:
    """A text without control and format characters, such as NUL and U+202E, which turns the direction of writing, and
    without halves of characters. Space stays, and so do joiners where they belong."""
    if text.replace("\n", " ").isprintable():
        return text
    around = f" {text} "
    return "".join(
        each
        for before, each, after in zip(around, text, around[2:], strict=False)
        if each.isspace()
        or unicodedata.category(each) not in ("Cc", "Cf", "Cs")
        or (each in _JOINERS and {unicodedata.category(before), unicodedata.category(after)} <= {*_JOINED})
    )


def _up_to_its_end(text: str) -> str:
    """A text up to the first mark that ends a message; whole if it begins with one."""
    found = _OVER.search(text) if _has_marks(text) else None
    return text[: found.start()] if found and text[: found.start()].strip() else text


def _has_marks(text: str) -> bool:
    """Whether a text can have marks at all: it is asked with each piece of an answer."""
    return "<" in text or "[" in text
