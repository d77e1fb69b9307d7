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
        used_again: how many of them came at the second try.
        faults: how many answers were thrown away for each fault, the most frequent first.
        mended: the same of answers that were used all the same, without what was wrong.
        failures: how often the endpoint failed, by kind.
        resting: how many calls were left out after a failure.
        prompt: tokens of all requests that were counted.
        cached: those of them that came from a cache.
        completion: tokens of all answers that were counted.
        cost: of the calls whose cost is known; None where that is none.
        first_token_s: median and 95th percentile of the seconds to the first piece; None without any.
        total_s: the same of the seconds to the end, of calls that were answered.
    """

    model: str
    purpose: Purpose
    calls: int
    used: int
    used_again: int
    faults: dict[str, int]
    mended: dict[str, int]
    failures: dict[str, int]
    resting: int
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
    used = [call for call in made if call.outcome == "used"]
    answered = [call for call in made if call.outcome in ("used", "faulty")]
    failures = Counter(call.outcome for call in made if call.outcome not in ("used", "faulty"))
    return ModelReport(
        model=model,
        purpose=purpose,
        calls=len(made),
        used=len(used),
        used_again=sum(call.again for call in used),
        faults=dict(Counter(fault for call in made for fault in call.faults if call.outcome != "used").most_common()),
        mended=dict(Counter(fault for call in used for fault in call.faults).most_common()),
        failures=dict(failures.most_common()),
        resting=len(calls) - len(made),
        prompt=sum(call.prompt or 0 for call in made),
        cached=sum(call.cached or 0 for call in made),
        completion=sum(call.completion or 0 for call in made),
        cost=sum(costs) if costs else None,
        first_token_s=_percentiles([call.first_token_s for call in made if call.first_token_s is not None]),
        total_s=_percentiles([call.total_s for call in answered]),
    )


def _percentiles(seconds: Sequence[float]) -> tuple[float, float] | None:
    """Median and 95th percentile, each a value that was measured (nearest rank)."""
    if not seconds:
        return None
    ranked = sorted(seconds)
    at = [ranked[max(0, -(-len(ranked) * percent // 100) - 1)] for percent in (50, 95)]
    return at[0], at[1]
