"""The process score: a needed action that was left out fails it, and the result has to agree with the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator import desk
from simulator.case import Case
from simulator.conversation import Outcome, Step
from simulator.desk import Desk
from simulator.scenarios.desk_format import TicketDesk
from simulator.scenarios.library import load_library
from simulator.scoring import ReaderLanguage, Score, pass_marks, score_process, word

LIBRARY = load_library()
FORM = {"category": "billing", "priority": "normal", "note": "The warehouse will answer tomorrow."}
VERIFY, CLOSE = {"action": "verify_identity"}, {"action": "close"}


def case_with(*dispositions: str, must: tuple[str, ...] = ("verify_identity",), mark: float | None = None) -> Case:
    case = LIBRARY.cast("late-refund")
    wanted = {"category": ["billing"], "priority": ["normal"], "disposition": dispositions or ["solved"]}
    right = TicketDesk.model_validate({**wanted, "must": [{"action": action} for action in must]})
    marks = case.scenario.pass_marks.model_copy(update={"process": mark})
    return replace(case, scenario=case.scenario.model_copy(update={"desk": right, "pass_marks": marks}))


def ticket_of(case: Case, *bodies: dict[str, str]) -> Desk:
    ticket = Desk()
    for body in bodies:
        step = Step("action" if "action" in body else "form", body, 1.0, 1)
        ticket = desk.take(case, ticket, step, told=frozenset({"identity"}))
    return ticket


def process_of(case: Case, *bodies: dict[str, str], outcome: Outcome | None = None) -> Score:
    score = score_process(case, ticket_of(case, *bodies), outcome=outcome)
    assert score is not None
    assert score.value is not None
    return score


def test_the_form_alone_does_not_pass() -> None:
    case = case_with()
    score = process_of(case, {**FORM, "disposition": "solved"}, CLOSE)
    assert (score.value or 0) < pass_marks(case)["process"]
    assert "below the pass mark of 60" in word(score.explanation, case)
    assert "ниже проходного балла (60)" in word(score.explanation, case, "ru")
    done = process_of(case, VERIFY, {**FORM, "disposition": "solved"}, CLOSE)
    assert done.value == 100
    assert "pass mark" not in word(done.explanation, case)


def test_a_scenarios_own_mark_counts_and_what_is_lower_anyway_is_left_alone() -> None:
    lenient = case_with(mark=20)
    assert process_of(lenient, {**FORM, "disposition": "solved"}, CLOSE).value == 19
    poor = process_of(case_with(), {"category": "billing"})
    assert poor.value == 12.5
    assert "pass mark" not in word(poor.explanation, case_with())
    assert process_of(case_with(mark=0)).value == 0


@pytest.mark.parametrize(
    ("outcome", "disposition", "good"),
    [
        (None, "solved", True),
        ("resolved", "solved", True),
        ("resolved", "waiting_for_customer", True),
        ("resolved", "not_solved", False),
        ("gave_up", "solved", False),
        ("gave_up", "not_solved", True),
        ("gave_up", "waiting_for_customer", True),
        ("abandoned", "solved", False),
        ("abandoned", "not_solved", True),
        ("closed", "solved", False),
        ("escalated", "solved", False),
        ("escalated", "passed_on", True),
        ("stopped", "solved", True),
        ("taken_back", "solved", True),
    ],
)
@pytest.mark.parametrize("reader", ["en", "ru"])
def test_the_result_has_to_agree_with_how_the_conversation_ended(
    outcome: Outcome | None, disposition: str, good: bool, reader: ReaderLanguage
) -> None:
    case = case_with("solved", "waiting_for_customer")
    score = process_of(case, VERIFY, {**FORM, "disposition": disposition}, CLOSE, outcome=outcome)
    assert (score.value == 100) is good
    wrong = [word(item.note, case, reader) for item in score.evidence if not item.good]
    assert len(wrong) == (0 if good else 1)
