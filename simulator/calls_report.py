"""What calls to language models came to: how many, how often faulty, how fast, what they cost. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator.model_call import ModelCall, Purpose


@dataclass(frozen=True, slots=True)
class ModelReport:
    """The calls of one model for one purpose.

    Args:
        model: the model's name.
        purpose: what it was called for.
        calls: how many calls were made.
        used: how many answers were used.
        faults: how often each fault was found, also where it could be mended, the most frequent first.
        failures: how often the endpoint failed, by kind; `resting` is a call that was left out after a failure.
        prompt: tokens of all requests that were counted.
        cached: those of them that came from a cache.
        completion: tokens of all answers that were counted.
        cost: of the calls whose cost is known; None where that is none.
        first_token_s: median and 95th percentile of the seconds to the first piece; None without any.
        total_s: the same of the seconds to the end.
    """

    model: str
    purpose: Purpose
    calls: int
    used: int
    faults: dict[str, int]
    failures: dict[str, int]
    prompt: int
    cached: int
    completion: int
    cost: float | None
    first_token_s: tuple[float, float] | None
    total_s: tuple[float, float] | None


def report_calls(calls: Iterable[ModelCall]) -> list[ModelReport]:
    """One report a model and purpose, in order of their names."""
    sorted_out: dict[tuple[str, Purpose], list[ModelCall]] = {}
    for call in calls:
        sorted_out.setdefault((call.model, call.purpose), []).append(call)
    return [_report(model, purpose, sorted_out[model, purpose]) for model, purpose in sorted(sorted_out)]


def _report(model: str, purpose: Purpose, calls: Sequence[ModelCall]) -> ModelReport:
    made = [call for call in calls if call.outcome != "resting"]
    costs = [call.cost for call in made if call.cost is not None]
    failures = Counter(call.outcome for call in calls if call.outcome not in ("used", "faulty"))
    return ModelReport(
        model=model,
        purpose=purpose,
        calls=len(made),
        used=sum(call.outcome == "used" for call in made),
        faults=dict(Counter(fault for call in made for fault in call.faults).most_common()),
        failures=dict(failures.most_common()),
        prompt=sum(call.prompt or 0 for call in made),
        cached=sum(call.cached or 0 for call in made),
        completion=sum(call.completion or 0 for call in made),
        cost=sum(costs) if costs else None,
        first_token_s=_percentiles([call.first_token_s for call in made if call.first_token_s is not None]),
        total_s=_percentiles([call.total_s for call in made]),
    )


def _percentiles(seconds: Sequence[float]) -> tuple[float, float] | None:
    """Median and 95th percentile, each a value that was measured (nearest rank)."""
    if not seconds:
        return None
    ranked = sorted(seconds)
    at = [ranked[max(0, -(-len(ranked) * percent // 100) - 1)] for percent in (50, 95)]
    return at[0], at[1]
