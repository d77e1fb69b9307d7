"""What machine trainees do with the ticket: right by the scenario, or carelessly."""

from __future__ import annotations

from simulator import ticket
from simulator.attempt import Attempt
from simulator.case import Case
from simulator.scenarios.desk_format import IDENTITY, DeskEntry

_NOTE = "Case handled as the documentation says; the customer was told."
_SLOT = "as agreed with the customer"


def has_to_identify(case: Case) -> bool:
    """Whether somebody who does right by the ticket has to ask who is writing."""
    desk = case.scenario.desk
    if desk is None:
        return False
    return any(IDENTITY in entry.after or (_is_check(entry) and not entry.after) for entry in desk.must)


def do_right(attempt: Attempt) -> None:
    """Carries out what must be done and can be done by now."""
    desk = attempt.case.scenario.desk
    if desk is None:
        return
    done = {entry.name for entry in desk.must if _is_done(attempt, entry)}
    for entry in desk.must:
        known = done | attempt.situation.told
        needs = {IDENTITY} if _is_check(entry) and not entry.after else set(entry.after)
        if entry.action not in ("note", "close") and entry.name not in done and needs <= known:
            attempt.do("action", {"action": entry.action, **_fields(attempt.case, entry)})
            done.add(entry.name)


def muddle(attempt: Attempt) -> None:
    """Carries out, once and without a look at who is writing, the first thing that must not be done."""
    desk = attempt.case.scenario.desk
    if desk is not None and desk.must_not and not attempt.desk.done:
        entry = desk.must_not[0]
        attempt.do("action", {"action": entry.action, **_fields(attempt.case, entry)})


def file(attempt: Attempt, *, with_note: bool) -> None:
    """Fills in the form rightly, and closes the ticket."""
    desk = attempt.case.scenario.desk
    if desk is None:
        return
    form = {"category": desk.category[0], "priority": desk.priority[0], "disposition": desk.disposition[0]}
    attempt.do("form", {**form, "note": _NOTE} if with_note else form)
    attempt.do("action", {"action": "close"})


def _is_check(entry: DeskEntry) -> bool:
    return entry.action == "verify_identity"


def _is_done(attempt: Attempt, entry: DeskEntry) -> bool:
    wanted = {"action": entry.action, **_fields(attempt.case, entry)}
    return any({"action": done.action, **done.fields} == wanted for done in attempt.desk.done)


def _fields(case: Case, entry: DeskEntry) -> dict[str, str]:
    """The fields of an action: the scenario's own, the others filled from the record."""
    record, given = case.scenario.record, entry.fields.given
    filled = {}
    for name, field in ticket.table().actions[entry.action].fields.items():
        ids = ticket.ids_of(record, field.kind)
        usual = next(
            iter([*ids, *field.choices]), record.orders[0].amount if name == "amount" and record.orders else _SLOT
        )
        filled[name] = given.get(name, usual)
    return filled
