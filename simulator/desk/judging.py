"""How a ticket stands against what the scenario asks for, and what the customer says to an action.

What counts is what has been done in the end, not the order of it, but for what has to come first. Looking things up is
never judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from simulator import ticket
from simulator.case import Case
from simulator.conversation import Language, Outcome
from simulator.desk.state import Desk, Done
from simulator.scenarios.desk_format import IDENTITY, DeskEntry, Disposition, TicketDesk
from simulator.scenarios.fields import Translated

_FEWEST_NOTE_WORDS = 4
_ENTRY, _FORM, _CLOSED = 3.0, 1.0, 1.0
"""Shares of the score: of each entry of must, of each field of the form, of closing the ticket."""
_NOT_ACCEPTED: tuple[Outcome, ...] = ("gave_up", "abandoned", "closed")
"""Ends of a conversation with nothing that the customer has accepted."""
_FORBIDDEN, _UNVERIFIED, _UNCALLED = 30.0, 20.0, 15.0
"""Points that a violation costs."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the customer says to an action.

    Args:
        lines: any one of these, full sentences.
        good: whether the action was right.
    """

    lines: tuple[str, ...]
    good: bool


def reaction_to(case: Case, desk: Desk, body: Mapping[str, str], *, language: Language) -> Reaction | None:
    """What the customer says to an action, or None if it says nothing.

    Args:
        desk: as it stood before the action.
        body: `action`, and its fields by name, as `validate_action` accepts them.
        language: what the customer speaks now.
    """
    wanted = case.scenario.desk
    if wanted is None:
        return None
    done = Done(body["action"], {k: v for k, v in body.items() if k != "action"}, 0.0, 0, frozenset())  # type: ignore[arg-type]
    forbidden, allowed = _forbidding(wanted, done), _allowing(wanted, done)
    entry = forbidden or (allowed[0] if allowed else None)
    if entry is None or not entry.reaction or any(_is_same(done, earlier) for earlier in desk.done):
        return None
    lines = entry.reaction.get(language) or next(iter(entry.reaction.values()))
    return Reaction(tuple(lines), good=forbidden is None)


CheckKind = Literal[
    "done",
    "missed",
    "too_early",
    "forbidden",
    "uncalled",
    "unverified",
    "category",
    "priority",
    "disposition",
    "note",
    "closed",
    "not_closed",
]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is judged.

    Args:
        kind: what it is about.
        good: whether it is right.
        points: of 100: what it earned if it is right, what it cost if it is not; never negative.
        entry: name of the scenario's entry, if it is about one; for `uncalled`, the entry that was fulfilled already.
        done: the action that it is about, if there is one.
        label: what the entry or the action is, for readers.
        source: the passage that says so, if one does.
        lacking: for `too_early`, the entry or hidden fact that had to come first.
        value: for the form's choices, what was chosen.
        right: for the form's choices, what the expert chooses.
    """

    kind: CheckKind
    good: bool
    points: float
    entry: str | None = None
    done: Done | None = None
    label: Translated | None = None
    source: str | None = None
    lacking: str | None = None
    value: str | None = None
    right: str | None = None


def checks(case: Case, desk: Desk, *, outcome: Outcome | None = None) -> tuple[Check, ...]:
    """Everything that is judged at the desk; nothing where the scenario has none.

    The points of all that has to be done are 100 together; 100 less what went wrong is the score.

    Args:
        case: the case.
        desk: as it stands.
        outcome: how the conversation ended, which the disposition has to agree with; None while it runs.
    """
    wanted = case.scenario.desk
    if wanted is None:
        return ()
    unit = 100 / (_ENTRY * len(wanted.must) + 4 * _FORM + _CLOSED)
    return (
        *_must(wanted, desk, _ENTRY * unit),
        *_may(wanted, desk),
        *_violations(wanted, desk),
        *_form(wanted, desk, _FORM * unit, outcome),
        Check("closed" if desk.closed else "not_closed", desk.closed, _CLOSED * unit),
    )


def _must(wanted: TicketDesk, desk: Desk, worth: float) -> Iterator[Check]:
    for entry in wanted.must:
        done, lacking = _best(wanted, desk, entry)
        if done is None:
            yield _check("missed", entry, worth)
        elif lacking is not None:
            yield _check("too_early", entry, worth / 2, done, lacking=lacking)
        else:
            yield _check("done", entry, worth, done)


def _may(wanted: TicketDesk, desk: Desk) -> Iterator[Check]:
    """What may be done earns nothing; done too early it is half as bad as what nothing called for."""
    for entry in wanted.may:
        done, lacking = _best(wanted, desk, entry)
        if done is not None and lacking is not None:
            yield _check("too_early", entry, _UNCALLED / 2 if _needs_a_reason(done) else 0.0, done, lacking=lacking)
        elif done is not None:
            yield _check("done", entry, 0.0, done)


def _best(wanted: TicketDesk, desk: Desk, entry: DeskEntry) -> tuple[Done | None, str | None]:
    """The action that fulfils an entry, one in time if there is one, and what it lacks: what had to come first."""
    found = [
        (done, _lacking(wanted, desk, place, entry))
        for place, done in enumerate(desk.done)
        if entry in _allowing(wanted, done)
    ]
    return next((each for each in found if each[1] is None), found[0] if found else (None, None))


def _violations(wanted: TicketDesk, desk: Desk) -> Iterator[Check]:
    for place, done in enumerate(desk.done):
        action = ticket.table().actions[done.action]
        earlier = desk.done[:place]
        allowed, forbidden = _allowing(wanted, done), _forbidding(wanted, done)
        if forbidden:
            yield _check("forbidden", forbidden, _FORBIDDEN, done)
        elif not allowed and _needs_a_reason(done):
            yield Check("uncalled", False, _UNCALLED, done=done, label=action.label)
        elif action.once and any(_is_same(done, other) for other in earlier):
            yield _check("uncalled", allowed[0], _UNCALLED, done)
        if action.changes_account and not any(other.action == "verify_identity" for other in earlier):
            yield Check("unverified", False, _UNVERIFIED, done=done, label=action.label)
    blind = [done for done in desk.done if done.action == "verify_identity" and not _knows_who(wanted, done)]
    if blind:
        label = ticket.table().actions["verify_identity"].label
        yield Check("unverified", False, _UNVERIFIED, done=blind[0], label=label)


def _form(wanted: TicketDesk, desk: Desk, worth: float, outcome: Outcome | None) -> Iterator[Check]:
    for kind, value, right in (
        ("category", desk.category, wanted.category),
        ("priority", desk.priority, wanted.priority),
        ("disposition", desk.disposition, _right_dispositions(wanted, outcome)),
    ):
        yield Check(kind, value in right, worth, value=value, right=right[0])  # type: ignore[arg-type]
    notes = [desk.note, *(done.fields["text"] for done in desk.done if done.action == "note")]
    yield Check("note", any(len(re.findall(r"\w+", note)) >= _FEWEST_NOTE_WORDS for note in notes), worth)


def _right_dispositions(wanted: TicketDesk, outcome: Outcome | None) -> Sequence[Disposition]:
    """What the ticket may be filed as: the scenario's list is for a conversation that came to its end.

    A trainee who broke off or took a reply back is judged by it too.
    """
    if outcome == "escalated":
        return ("passed_on",)
    if outcome in _NOT_ACCEPTED:
        return ("not_solved", *(each for each in wanted.disposition if each not in ("solved", "not_solved")))
    return wanted.disposition


def _check(kind: CheckKind, entry: DeskEntry, points: float, done: Done | None = None, **more: str | None) -> Check:
    label = entry.label or ticket.table().actions[entry.action].label
    return Check(kind, kind == "done", points, entry.name, done, label, entry.source, **more)


def _needs_a_reason(done: Done) -> bool:
    """Whether an action is wrong where no entry of the scenario names it."""
    return ticket.table().actions[done.action].changes_account or done.action == "escalate"


def _matches(entry: DeskEntry, done: Done) -> bool:
    kinds = ticket.table().actions[done.action].fields if entry.action == done.action else {}
    return entry.action == done.action and all(
        ticket.same(kinds[name].kind, value, done.fields[name]) for name, value in entry.fields.given.items()
    )


def _is_same(one: Done, other: Done) -> bool:
    kinds = ticket.table().actions[one.action].fields
    return one.action == other.action and all(
        ticket.same(about.kind, one.fields[name], other.fields[name]) for name, about in kinds.items()
    )


def _forbidding(wanted: TicketDesk, done: Done) -> DeskEntry | None:
    """The entry that forbids an action: none if one that allows it says the same and more."""
    allowed = [entry.fields.given.keys() for entry in (*wanted.must, *wanted.may) if _matches(entry, done)]
    for entry in wanted.must_not:
        if _matches(entry, done) and not any(fields > entry.fields.given.keys() for fields in allowed):
            return entry
    return None


def _allowing(wanted: TicketDesk, done: Done) -> list[DeskEntry]:
    """The entries that an action fulfils, those of must first; none if it is forbidden."""
    if _forbidding(wanted, done):
        return []
    return [entry for entry in (*wanted.must, *wanted.may) if _matches(entry, done)]


def _lacking(wanted: TicketDesk, desk: Desk, place: int, entry: DeskEntry) -> str | None:
    """The first of what has to come before an entry that had not come when the action at a place was done."""
    done = desk.done[place]
    entries = {known.name: known for known in (*wanted.must, *wanted.may)}
    if entry.action == "verify_identity" and not _knows_who(wanted, done):
        return IDENTITY
    for name in entry.after:
        if name in entries:
            come = any(entries[name] in _allowing(wanted, earlier) for earlier in desk.done[:place])
        else:
            come = entry.action == "verify_identity" or name in done.told
        if not come:
            return name
    return None


def _knows_who(wanted: TicketDesk, done: Done) -> bool:
    """Whether the customer had told who is writing: by the built-in fact, or another that the scenario names."""
    named = {name for entry in _allowing(wanted, done) for name in entry.after}
    return not done.told.isdisjoint({IDENTITY, *named})
