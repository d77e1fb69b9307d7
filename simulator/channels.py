"""What a channel expects of reply times."""

from __future__ import annotations

from functools import lru_cache

from simulator import yaml12
from simulator.scenarios.formats import ReplyTargets, Scenario


@lru_cache(maxsize=1)
def _channels() -> dict[str, dict[str, float]]:
    channels: dict[str, dict[str, float]] = yaml12.load_resource("simulator", "channels.yaml")
    return channels


def targets(scenario: Scenario) -> ReplyTargets:
    """The reply-time targets of a scenario: its own, or those of its channel."""
    if scenario.targets is not None:
        return scenario.targets
    usual = dict(_channels()[scenario.channel])
    usual.pop("pace")
    return ReplyTargets(**usual)


def good_seconds(scenario: Scenario, *, first: bool) -> float:
    """Seconds within which a reply is still good."""
    target = targets(scenario)
    return target.first_good if first else target.next_good


def pace(scenario: Scenario) -> float:
    """How many times slower than in a chat the customer loses patience."""
    return _channels()[scenario.channel]["pace"]
