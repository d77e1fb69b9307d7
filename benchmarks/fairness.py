"""Whether the surface of a reply changes what it is rated and scored: pairs of replies with the same content.

    python benchmarks/fairness.py [--pairs]

Prints, for each kind of surface, the mean difference (other surface less plain) of each score and rating with its 95 %
bootstrap interval, and how many pairs lost more than 10 points. Scores are as `tough-customer score` gives them, with
the plain reply as documentation, after a calm and after an upset message (the mean of both); accuracy only of pairs in
which both replies state something. Pairs that the rules were mended on and pairs of which only these sums were looked
at stand apart. `--pairs` prints every pair of the former.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulator import yaml12
from simulator.transcripts import score_conversation

SCORES = ("tone", "de_escalation", "accuracy")
RATINGS = ("politeness", "validation", "understanding", "dismissal", "constructive", "hostile")
LOWERING = ("dismissal", "hostile")
FALLEN = 10.0


def rate(text: str, plain: str, language: str, customers: Sequence[str]) -> dict[str, float | None]:
    """The scores and ratings of a reply, 0-100 each; None where one has no verdict."""
    found: dict[str, list[float | None]] = {}
    for said in customers:
        messages = [{"role": "customer", "text": said}, {"role": "agent", "text": text}]
        knowledge = [{"id": "plain", "text": plain}]
        data = {"id": "pair", "language": language, "knowledge": knowledge, "messages": messages}
        scores: dict[str, Any] = score_conversation(data)["messages"][-1]["scores"]
        values = {name: scores[name]["value"] for name in SCORES}
        for name, value in {**values, **scores["tone"]["parts"], **scores["de_escalation"]["parts"]}.items():
            found.setdefault(name, []).append(value)
    return {name: _mean(found[name]) for name in (*SCORES, *RATINGS)}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def changes_of(pairs: Sequence[Sequence[str]], customers: dict[str, list[str]]) -> list[dict[str, float]]:
    """What changes from the plain reply to the other surface, pair by pair."""
    changes = []
    for language, _, plain, other in pairs:
        before = rate(plain, plain, language, customers[language])
        after = rate(other, plain, language, customers[language])
        both = [(name, before[name], after[name]) for name in before]
        changes.append({name: late - early for name, early, late in both if early is not None and late is not None})
    return changes


def summary(values: Sequence[float], *, lowering: bool) -> str:
    """Mean, interval, how many of how many lost more than 10 points."""
    if not values:
        return f"{'–':>27}"
    known = np.array(values)
    random = np.random.default_rng(0)
    means = known[random.integers(0, len(known), (1_000, len(known)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    fallen = int(((known if lowering else -known) > FALLEN).sum())
    return f"{known.mean():+7.1f} [{low:+5.1f},{high:+5.1f}] {fallen:2}/{len(known):<2}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", action="store_true", help="print the pairs that the rules were mended on")
    arguments = parser.parse_args()
    data = yaml12.load((Path(__file__).parent / "fairness_pairs.yaml").read_text("utf-8"))
    for group in ("selected_on", "not_seen"):
        pairs = data[group]
        changes = changes_of(pairs, data["customers"])
        if arguments.pairs and group == "selected_on":
            for (language, kind, _, other), change in zip(pairs, changes, strict=True):
                told = {name: round(value) for name, value in change.items() if abs(value) > 5}
                print(f"{language} {kind}: {other} | {told}")
        for names in (SCORES, RATINGS):
            print(f"\n{group:12}{'pairs':>6}  " + "".join(f"{name:>27}" for name in names))
            for kind in [*dict.fromkeys(pair[1] for pair in pairs), "all"]:
                own = [c for pair, c in zip(pairs, changes, strict=True) if kind in (pair[1], "all")]
                cells = (summary([c[name] for c in own if name in c], lowering=name in LOWERING) for name in names)
                print(f"{kind:12}{len(own):6}  " + "".join(cells))


if __name__ == "__main__":
    main()
