"""Process: what was done with the ticket against what the case asks for. Not a scorer of replies: it reads the desk."""

from __future__ import annotations

from simulator import desk
from simulator.case import Case
from simulator.conversation import Outcome
from simulator.desk import Check, Desk
from simulator.scoring.base import Evidence, Note, Score
from simulator.scoring.rubric import pass_marks

VERSION = "rules-1"


_SHORT = 1.0
"""So many points a ticket that lacks a needed action stays below the pass mark at least."""


def score_process(case: Case, ticket: Desk, *, outcome: Outcome | None = None, replied: bool = True) -> Score | None:
    """Scores how a ticket stands: 100 less the points of all that went wrong, 0 at the least.

    Where something that must be done was not, the rest cannot make up for it: the score stays below the pass mark.

    Args:
        case: the case.
        ticket: the ticket, as it stands.
        outcome: how the conversation ended; None while it runs.
        replied: whether any reply was written. An untouched ticket of a conversation without one has no verdict.

    Returns:
        None where the scenario has no desk.
    """
    if case.scenario.desk is None:
        return None
    if not replied and ticket == Desk():
        return Score("process", None, Note("no_reply"), (), "rules", VERSION)
    checks = desk.checks(case, ticket, outcome=outcome)
    earned = max(0.0, 100 - sum(check.points for check in checks if not check.good))
    missed = any(check.kind == "missed" for check in checks)
    mark = pass_marks(case)["process"]
    value = min(earned, max(0.0, mark - _SHORT)) if missed else earned
    evidence = tuple(Evidence(_note(check), None, passage=check.source, good=check.good) for check in checks)
    musts = {entry.name for entry in case.scenario.desk.must}
    due = [check for check in checks if check.entry in musts and check.kind in ("done", "missed", "too_early")]
    form = [check for check in checks if check.entry is None and check.done is None]
    summary = Note(
        "process_capped" if value < earned else "process_summary",
        {
            "done": sum(check.good for check in due),
            "due": len(due),
            "violations": sum(check.kind in ("forbidden", "unverified", "uncalled") for check in checks),
            "filed": sum(check.good for check in form),
            "fields": len(form),
            **({"mark": mark} if value < earned else {}),
        },
    )
    return Score("process", round(value, 1), summary, evidence, "rules", VERSION)


def _note(check: Check) -> Note:
    values: dict[str, str | float] = {}
    if not check.good:
        values["points"] = round(check.points)
    if check.entry is not None:
        values["entry"] = check.entry
    if check.lacking is not None:
        values["lacking"] = check.lacking
    if check.done is not None:
        values["action"] = check.done.action
    if check.right is not None:
        values |= {"field": check.kind, "right": f"{check.kind}/{check.right}"}
    if check.value is not None:
        values["choice"] = f"{check.kind}/{check.value}"
    return Note(_key(check), values)


def _key(check: Check) -> str:
    """The key of the sentence that words a check."""
    if check.right is not None:
        return "process_form_right" if check.good else "process_form_wrong" if check.value else "process_form_open"
    if check.kind == "note":
        return "process_note" if check.good else "process_no_note"
    if check.kind == "uncalled" and check.entry is not None:
        return "process_twice"
    if check.kind == "unverified" and check.done is not None and check.done.action == "verify_identity":
        return "process_blind"
    return f"process_{check.kind}"
