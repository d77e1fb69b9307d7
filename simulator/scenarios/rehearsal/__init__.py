"""Machine trainees that play a scenario: the expert must win, every other must fail for its own reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.case import Case
from simulator.conversation import Language
from simulator.scenarios.rehearsal.trainees import TraineeName, play

__all__ = ["EXPECTATIONS", "Expectation", "Rehearsal", "TraineeName", "play", "rehearse"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What has to become of a machine trainee: which failure is its own."""

    passes: bool | None
    fails_by: frozenset[str]


EXPECTATIONS: dict[TraineeName, Expectation] = {
    "expert": Expectation(True, frozenset()),
    "novice": Expectation(None, frozenset()),
    "rude": Expectation(False, frozenset({"tone", "de_escalation"})),
    "kind-but-wrong": Expectation(False, frozenset({"accuracy"})),
    "careless-at-desk": Expectation(False, frozenset({"process"})),
    "keyword-stuffer": Expectation(False, frozenset({"tone", "outcome"})),
    "prompt-injector": Expectation(False, frozenset({"accuracy", "outcome"})),
    "wrong-language": Expectation(False, frozenset({"outcome"})),
    "silent": Expectation(False, frozenset({"outcome"})),
}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a machine trainee fared.

    Args:
        scenario: id.
        trainee: who played.
        language: what the customer started in.
        outcome: how it ended.
        overall: the score, or None.
        passed: whether it passed.
        failed: what it did not reach.
        problems: why the scenario is not fair, if it is not; empty if all is as it should be.
    """

    scenario: str
    trainee: TraineeName
    language: Language
    outcome: str | None
    overall: float | None
    passed: bool | None
    failed: tuple[str, ...]
    problems: tuple[str, ...]


def rehearse(case: Case) -> Iterator[Rehearsal]:
    """Plays all the machine trainees through a case, the expert first; deterministic by the case's seed."""
    overall: dict[TraineeName, float] = {}
    for name in EXPECTATIONS:
        if name == "careless-at-desk" and case.scenario.desk is None:
            continue
        attempt = play(case, name)
        card = attempt.scorecard()
        overall[name] = card.overall or 0.0
        problems = list(_problems(name, attempt.outcome, card.passed, card.failed))
        if name != "expert" and overall[name] >= overall["expert"]:
            problems.append(f"scores {overall[name]:.0f}, not less than the expert's {overall['expert']:.0f}")
        if name not in ("expert", "novice", "careless-at-desk") and overall[name] >= overall["novice"]:
            problems.append(f"scores {overall[name]:.0f}, not less than the novice's {overall['novice']:.0f}")
        yield Rehearsal(
            case.scenario_id,
            name,
            case.language,
            attempt.outcome,
            card.overall,
            card.passed,
            card.failed,
            tuple(problems),
        )


def _problems(name: TraineeName, outcome: str | None, passed: bool | None, failed: tuple[str, ...]) -> Iterator[str]:
    expected = EXPECTATIONS[name]
    if name == "expert" and outcome != "resolved":
        yield f"ended {outcome}, should be resolved"
    if expected.passes is True and not passed:
        yield f"did not pass: {', '.join(failed)}"
    if expected.passes is False and passed:
        yield "passed, should fail"
    missing = expected.fails_by - set(failed)
    if expected.passes is False and missing:
        yield f"did not fail by {', '.join(sorted(missing))}"
