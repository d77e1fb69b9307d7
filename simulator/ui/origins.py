"""Where the turns of a branch were said first: what models did for them is kept there, and only there."""

from __future__ import annotations

from collections.abc import Iterator

from simulator import history
from simulator.practice import Practice
from simulator.ui import services, session


def origins(practice: Practice) -> Iterator[tuple[str, range]]:
    """The attempts that the turns of an attempt were said in, its own first: their ids, and which turns."""
    end = len(practice.attempt.transcript)
    if practice.parent_id is None:
        yield practice.id, range(end)
        return
    family = {each.id: each for each in history.branches(_store(), root_id=practice.root_id)}
    id: str | None = practice.id
    while id is not None:
        first = min(family[id].parent_turns or 0, end)
        yield id, range(first, end)
        id, end = family[id].parent_id, first


def _store() -> history.Store:
    return services.store(session.settings().history)
