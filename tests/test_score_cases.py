"""Faults of replies, in every scenario language, seen by attempts and by `tough-customer score` alike.

`score_cases/` has the cases: what a fault lowers and by how many points at least, replies with it and the same without
it, and innocent replies that look like it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from attempts import LIBRARY, attempt_of

from simulator import yaml12
from simulator.attempt import Attempt
from simulator.conversation import LANGUAGES, Language
from simulator.transcripts import score_conversation

FOLDER = Path(__file__).parent / "score_cases"
FACES = ("attempt", "score")
INNOCENT = {"tone": 50, "de_escalation": 60, "accuracy": 35}
"""What an innocent reply has at least of a score that the fault would lower. Accuracy: it may be worded so freely that
its support is weak, but nothing contradicts it."""


class Case(NamedTuple):
    """A case of a fault: what the replies before it were, the reply, and what it would be without the fault."""

    fault: dict[str, Any]
    language: Language
    reply: str
    good: str | None

    @property
    def history(self) -> list[str]:
        return list(self.fault.get("history", {}).get(self.language, ()))

    @property
    def knowledge(self) -> list[str]:
        return list(self.fault.get("knowledge", {}).get(self.language, ()))


def cases(*, innocent: bool) -> list[Any]:
    given: list[Any] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        fault = yaml12.load(path.read_text("utf-8"))
        for language in LANGUAGES:
            if innocent:
                found = [Case(fault, language, reply, None) for reply in fault["innocent"][language]]
            else:
                found = [Case(fault, language, pair["bad"], pair["good"]) for pair in fault["pairs"][language]]
            given += [pytest.param(case, id=f"{path.stem}-{language}-{number}") for number, case in enumerate(found)]
    return given


@lru_cache(maxsize=1_024)
def by_attempt(language: Language, replies: tuple[str, ...]) -> tuple[Attempt, dict[str, float | None]]:
    """An attempt with these replies, and the scores of the last one."""
    attempt = attempt_of(*replies, language=language, scenario="late-refund")
    scores = attempt.reply_scores(attempt.exchanges[-1])
    return attempt, {name: score.value for name, score in scores.items()}


def scores_of(case: Case, reply: str, face: str) -> dict[str, float | None]:
    """The scores of a reply after the case's history, in the same talk for both faces."""
    if face == "attempt" and case.knowledge:
        # What the customer has asked for comes first: without it, there is no accuracy to lose.
        reply = f"{LIBRARY.scenarios['late-refund'].facts[0].answer[case.language]} {reply}"
    attempt, scores = by_attempt(case.language, (*case.history, reply))
    if face == "attempt":
        return scores
    said = [{"role": turn.role, "text": turn.text} for turn in attempt.transcript[: attempt.exchanges[-1].turn + 1]]
    passages = [{"id": str(number), "text": text} for number, text in enumerate(case.knowledge)]
    scored = score_conversation({"id": 1, "language": case.language, "messages": said, "knowledge": passages})
    return {name: score["value"] for name, score in scored["messages"][-1]["scores"].items()}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("case", cases(innocent=False))
def test_a_fault_lowers_the_scores_that_it_should(case: Case, face: str) -> None:
    assert case.good is not None
    bad, good = scores_of(case, case.reply, face), scores_of(case, case.good, face)
    for name, points in case.fault["lowers"].items():
        with_it, without = bad[name], good[name]
        assert with_it is not None
        assert without is not None
        assert with_it <= without - points, name
        assert with_it <= case.fault.get("at_most", {}).get(name, 100), name


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("case", cases(innocent=True))
def test_what_only_looks_like_the_fault_is_not_held_against_the_reply(case: Case, face: str) -> None:
    found = scores_of(case, case.reply, face)
    for name in case.fault["lowers"]:
        value = found[name]
        # In an attempt accuracy and de-escalation go by what the case asks for too, which an innocent reply may lack.
        if value is not None and (face == "score" or name == "tone"):
            assert value >= INNOCENT[name], name
