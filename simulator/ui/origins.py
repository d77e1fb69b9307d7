"""Where the turns of a branch were said first: what models did for them is kept there, and only there."""

from __future__ import annotations

from collections.abc import Sequence

from simulator import history
from simulator.practice import Practice
from simulator.ui import services, session


def origins(practice: Practice) -> Sequence[tuple[str, range]]:
    """The attempts that the turns of an attempt were said in, its own first: their ids, and which turns."""
    if practice.parent_id is None:
        return [(practice.id, range(len(practice.attempt.transcript)))]
    return history.origins(services.store(session.settings().history), attempt_id=practice.id)
