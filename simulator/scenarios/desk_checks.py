"""What a scenario's desk and a file of macros cannot say about themselves: ids, order, the record, placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from simulator import ticket
from simulator.conversation import LANGUAGES, Language
from simulator.documents import Passage
from simulator.scenarios.desk_format import IDENTITY, DeskEntry, MacroFile, TicketDesk
from simulator.scenarios.formats import Record
from simulator.scenarios.problems import Problem, choice
from simulator.scenarios.yaml_source import Source, Where

PLACEHOLDERS = ("customer", "order", "device", "amount", "agent")
"""What a macro can have filled in."""

_LISTS: tuple[Literal["must", "may", "must_not"], ...] = ("must", "may", "must_not")
_LABELLED = ("verify_identity", "note", "close")
"""Actions that say enough by their own names."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_desk(source: Source, desk: TicketDesk, *, hidden: Sequence[str], record: Record | None) -> Iterator[Problem]:
    """The problems of a scenario's desk besides its form, its translations and its sources.

    Args:
        source: where everything stands.
        desk: the desk.
        hidden: ids of the scenario's hidden facts.
        record: the case's record; None if it has problems of its own.
    """
    entries: list[tuple[Where, DeskEntry]] = [
        (("desk", key, place), entry) for key in _LISTS for place, entry in enumerate(getattr(desk, key))
    ]
    yield from _ids(source, entries, hidden)
    for where, entry in entries:
        yield from _wording(source, where, entry)
        yield from _fields(source, where, entry, record)
    yield from _after(source, desk, hidden)
    yield from _contradictions(source, desk)


def _ids(source: Source, entries: Sequence[tuple[Where, DeskEntry]], hidden: Sequence[str]) -> Iterator[Problem]:
    taken = dict.fromkeys([*hidden, IDENTITY], "hidden")
    for where, entry in entries:
        if entry.name in taken:
            fix = "choose another" if entry.id else "give this one an `id`"
            at = (*where, "id" if entry.id else "action")
            yield source.problem(at, f"the id “{entry.name}” is taken (in {taken[entry.name]}): {fix}")
        taken.setdefault(entry.name, str(where[1]))


def _wording(source: Source, where: Where, entry: DeskEntry) -> Iterator[Problem]:
    """Whatever is not plain from the action's name has a label, and a ban has its reason."""
    needed = {"label": entry.action not in _LABELLED, "source": False}
    if where[1] == "must_not":
        needed = {"label": True, "source": True}
    for key, is_needed in needed.items():
        if is_needed and getattr(entry, key) is None:
            yield source.problem(where, f"“{key}” is missing: add it")


def _fields(source: Source, where: Where, entry: DeskEntry, record: Record | None) -> Iterator[Problem]:
    known = ticket.table().actions[entry.action].fields
    for name, value in entry.fields.given.items():
        at = (*where, "fields", name)
        if name not in known:
            hint = choice(name, list(known)) or "delete it"
            yield source.key_problem(at, f"“{entry.action}” has no field “{name}”: {hint}")
            continue
        kind = known[name].kind
        if kind == "amount" and ticket.amount_of(value) is None:
            yield source.problem(at, f"“{value}” is no amount: write one number above zero, such as 68.19 EUR")
        if kind in ("order", "item") and record is not None:
            ids = ticket.ids_of(record, kind)
            if not any(ticket.same(kind, value, id) for id in ids):
                what = "order" if kind == "order" else "order or device"
                hint = choice(value, ids) or "add one to the record"
                yield source.problem(at, f"there is no {what} “{value}” in the record: {hint}")


def _after(source: Source, desk: TicketDesk, hidden: Sequence[str]) -> Iterator[Problem]:
    """What has to come first is there, can come first, and does not wait in a ring."""
    for place, entry in enumerate(desk.must_not):
        if entry.after:
            message = "nothing in must_not is ever right: take “after” out, or move the entry to may"
            yield source.problem(("desk", "must_not", place, "after"), message)
    facts = [*hidden, IDENTITY]
    waits = {entry.name: entry.after for entry in (*desk.must, *desk.may) if entry.name not in facts}
    known = [*waits, *facts]
    told: set[str] = set()
    for key in ("must", "may"):
        for place, entry in enumerate(getattr(desk, key)):
            where: Where = ("desk", key, place, "after")
            for step, name in enumerate(entry.after):
                if name == entry.name:
                    yield source.problem((*where, step), f"“{name}” cannot come before itself: take it out")
                elif name not in known:
                    message = f"neither the desk nor hidden has “{name}”: {choice(name, known)}"
                    yield source.problem((*where, step), message)
            ring = _ring(waits, entry.name)
            if len(ring) > 2 and told.isdisjoint(ring):
                told |= set(ring)
                message = f"these wait for one another ({' → '.join(ring)}): take one of them out of after"
                yield source.problem(where, message)


def _ring(waits: Mapping[str, Sequence[str]], start: str) -> list[str]:
    """A way from an entry over what has to come before it back to itself, or nothing."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in waits.get(way[-1], ()):
            if name == start:
                return [*way, name]
            if name not in seen and name in waits:
                seen.add(name)
                ways.append([*way, name])
    return []


def _contradictions(source: Source, desk: TicketDesk) -> Iterator[Problem]:
    """Nothing is wanted and forbidden at once."""
    for place, entry in enumerate(desk.must_not):
        for key in ("must", "may"):
            if any(_says_the_same(entry, other) for other in getattr(desk, key)):
                message = f"the same stands in {key}: delete one of the two, or tell them apart by their fields"
                yield source.problem(("desk", "must_not", place), message)


def _says_the_same(entry: DeskEntry, other: DeskEntry) -> bool:
    kinds = ticket.table().actions[entry.action].fields
    given, others = entry.fields.given, other.fields.given
    return (
        other.action == entry.action
        and given.keys() == others.keys() <= kinds.keys()
        and all(ticket.same(kinds[name].kind, value, others[name]) for name, value in given.items())
    )


def check_macros(
    source: Source,
    file: MacroFile,
    sound: frozenset[str],
    *,
    documentation: Mapping[str, Mapping[Language, Sequence[Passage]]],
) -> Iterator[Problem]:
    """The problems of a file of macros besides its form.

    Args:
        source: where everything stands; the file's name is the product.
        file: the macros.
        sound: its fields that fit the format; the others are left out.
        documentation: passages by product and language.
    """
    product = source.path.stem
    if product not in documentation:
        hint = choice(product, list(documentation)) or f"add knowledge/{product}/<language>/*.md"
        yield source.problem((), f"the file name is a product, and there is no “{product}”: {hint}")
    spoken = [language for language in LANGUAGES if documentation.get(product, {}).get(language)]
    for name, macro in file.macros.items() if "macros" in sound else ():
        where = ("macros", name)
        for key, texts, languages in (("title", macro.title, ["en", "ru"]), ("text", macro.text, spoken)):
            for language in languages:
                if language not in texts:
                    message = f"the translation into “{language}” is missing: add `{language}: …`"
                    yield source.problem((*where, key), message)
        for language, text in macro.text.items():
            for found in _PLACEHOLDER.findall(text):
                if found not in PLACEHOLDERS:
                    hint = choice(found, PLACEHOLDERS)
                    yield source.problem((*where, "text", language), f"unknown placeholder {{{found}}}: {hint}")
