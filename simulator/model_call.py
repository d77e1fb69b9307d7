"""A call to a language model, as it is kept: what for, what it cost, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Purpose = Literal["customer", "judge"]


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call, or the decision to make none.

    Args:
        purpose: who called.
        model: the model's name.
        outcome: `used`; `faulty`, where the answer had `faults` and was thrown away; the kind of an endpoint's error;
            `error`, where the program failed; `resting`, where no call was made because the last one had failed.
        faults: what was wrong with the answer; with `used`, what could be mended.
        again: whether it was the second try.
        prompt: tokens of the request, None where the endpoint does not tell; so with those that follow.
        cached: tokens of the request that came from a cache.
        completion: tokens of the answer.
        first_token_s: seconds to the first piece of the answer.
        total_s: seconds to its end.
        cost: in the currency of the prices; None without prices.
    """

    purpose: Purpose
    model: str
    outcome: str
    faults: tuple[str, ...] = ()
    again: bool = False
    prompt: int | None = None
    cached: int | None = None
    completion: int | None = None
    first_token_s: float | None = None
    total_s: float = 0.0
    cost: float | None = None
