"""Macros: texts that are inserted into a reply, what is left of them in it, and the gaps that are left in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from simulator import ticket
from simulator.case import Case
from simulator.conversation import Language, Quote
from simulator.scenarios.desk_format import Macro

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_MARKED = re.compile(r"\[([^\[\]\n]++)\](?!\()|\{(\w++)\}")
"""Words in square brackets (but no Markdown link), or a placeholder as macros have it."""
_WORD = re.compile(r"\w+")
_RUN = 3
"""So many words in a row are recognised as those of a macro."""
_OF_MACRO, _OF_REPLY = 0.85, 0.7
"""Shares of the words of a macro, and of a reply, that stand in common runs where it was sent as it is."""


def fill_macro(macro: Macro, case: Case, *, language: Language, agent: str) -> str:
    """A macro's text for a case; what the record does not say for certain is left as a gap such as "[order number]".

    Args:
        language: the language to write in; else English, else the first that the macro has.
        agent: the trainee's name; a gap if it is empty.
    """
    record = case.scenario.record
    known = {
        "customer": {record.customer.name},
        "order": {order.id for order in record.orders},
        "device": {device.name for device in record.devices},
        "amount": {order.amount for order in record.orders} | {payment.amount for payment in record.payments},
        "agent": {agent.strip()} - {""},
    }
    gaps = ticket.table().gaps
    chosen = next((wished for wished in (language, "en") if wished in macro.text), next(iter(macro.text)))

    def fill(found: re.Match[str]) -> str:
        values = known.get(found[1], set())
        return next(iter(values)) if len(values) == 1 else f"[{gaps[found[1]][chosen]}]"

    return _PLACEHOLDER.sub(fill, macro.text[chosen])


def gaps(text: str, *, macros: Iterable[str] = ()) -> tuple[Quote, ...]:
    """The gaps of macros that were left in a reply; other words in brackets, such as "[sic]", are the trainee's own.

    Args:
        text: the reply.
        macros: the texts that were inserted so far; their words in brackets are gaps too.
    """
    marked = _gap_texts() | {_folded(found[0]) for macro in macros for found in _MARKED.finditer(macro)}
    return tuple(
        Quote(found[0], found.start(), found.end()) for found in _MARKED.finditer(text) if _folded(found[0]) in marked
    )


@lru_cache(maxsize=1)
def _gap_texts() -> frozenset[str]:
    """What stands in a macro where the record does not say it, and the placeholders themselves."""
    known = ticket.table().gaps
    texts = [f"[{words}]" for gap in known.values() for words in gap.values()]
    return frozenset(map(_folded, [*texts, *(f"{{{name}}}" for name in known)]))


def is_sent_as_is(reply: str, macro: str) -> bool:
    """Whether a reply is a macro with next to nothing changed in it and next to nothing added to it.

    It is told by runs of words that both have, so that a word put in another's place makes it no other text.

    Args:
        reply: what was sent.
        macro: the text that was inserted.
    """
    said, inserted = _words(reply), _words(macro)
    if min(len(said), len(inserted)) < _RUN:
        return bool(inserted) and said == inserted
    return _share(inserted, said) >= _OF_MACRO and _share(said, inserted) >= _OF_REPLY


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _share(words: Sequence[str], other: Sequence[str]) -> float:
    """The share of words that stand in a run which the other text has too, 0-1."""
    known = set(_runs(other))
    common = {place + n for place, run in enumerate(_runs(words)) if run in known for n in range(_RUN)}
    return len(common) / len(words)


def _runs(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return (tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
