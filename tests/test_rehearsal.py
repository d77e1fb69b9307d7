"""Every shipped scenario is fair in each of its languages, with every persona that it suggests."""

from __future__ import annotations

import pytest

from simulator.case import Case
from simulator.scenarios.library import load_library
from simulator.scenarios.rehearsal import rehearse

LIBRARY = load_library()


def casts() -> list[Case]:
    return [
        LIBRARY.cast(id, persona=persona, language=language)
        for id, scenario in LIBRARY.scenarios.items()
        for language in scenario.languages
        for persona in LIBRARY.personas_for(id, language)[: len(scenario.personas)]
    ]


@pytest.mark.parametrize("case", casts(), ids=lambda case: f"{case.scenario_id}-{case.persona_id}-{case.language}")
def test_the_expert_wins_and_every_exploit_loses(case: Case) -> None:
    unfair = [(result.trainee, result.problems) for result in rehearse(case) if result.problems]
    assert not unfair
