"""Makes the weights of `observation.support`.

    python -m training.support --data DIR

Trained on dstc9_kb_accuracy and the begin_wow, q2 and dialfact rows of dialogue_grounding (their licences allow it).
The other rows and xquad_swap_multilingual are only measured, by `benchmarks/agreement.py`.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from simulator.observation.support import FEATURES, align, features
from training.measures import Floats, load

OUT = Path(__file__).parents[1] / "simulator" / "observation" / "support" / "weights.json"
TRAINED = ("dstc9", "begin_wow_dev", "q2_wow", "dialfact_small")
LANGUAGES = ("en", "ru", "es", "de", "tr", "zh", "ar", "hi", "vi")
MEASURED_ENGLISH = ("dstc9", "dstc9_gold", *TRAINED[1:], "begin_cmudog", "begin_topicalchat")
MEASURED = MEASURED_ENGLISH + tuple(f"xquad_{x}" for x in LANGUAGES)
SET_BY_HAND = {"short_locality": 8.0, "kind_fit": 2.0}
"""No set that may be trained on has short answers out of a longer text, so sense has to say what they count."""
SIGN = dict.fromkeys(("coverage", "told_cover", "pairs", "recall_new"), 1)
SIGN |= dict.fromkeys(("missing", "missing_most", "number_missing", "strong_missing", "opposite", "misplaced"), -1)
SIGN |= dict.fromkeys(("polarity", "asks"), -1)
"""More of it must never make a reply better, or worse."""
PENALTY = 0.03
CONFLICT_PENALTY = 0.002
"""A conflict is rare, but where there is one it decides."""
CONFLICTS = {"polarity": -2.2, "misplaced": -2.0, "opposite": -2.0, "number_missing": -2.0}
"""What a conflict counts at least: people who rate WoW replies meet few, customers of a careless agent would."""
SHARE = {"dstc9": 1.0, "begin_wow_dev": 4.0, "q2_wow": 1.0, "dialfact_small": 0.5}
"""What each set counts for the weights, whatever its size: begin_wow knows most of what is not in the text."""
EVEN = {"dstc9": 1.0, "begin_wow_dev": 1.0, "q2_wow": 1.0, "dialfact_small": 0.5}
"""What each set counts for where 0.5 lies."""
FOLDS = 5
SEEDS = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled reply; `target` is what is learned: the label, or how right the raters found it, 0-1."""

    subset: str
    group: str
    reply: str
    passages: tuple[tuple[str, str], ...]
    question: str | None
    language: str
    label: int | None
    target: float | None


def read_rows(data: Path) -> list[Row]:
    """All rows of the three sets."""

    rows: list[Row] = []
    for line in load(data, "dstc9_kb_accuracy"):
        title = f"{line['kb_entity'] or ''} {line['kb_question']}"
        passages = ((title, str(line["kb_answer"])),)
        subset = "dstc9_gold" if line["system_chose_gold_snippet"] else "dstc9"
        target = (float(str(line["accuracy_mean"])) - 1) / 4
        question = str(line["kb_question"])
        label = None if line["label"] is None else int(str(line["label"]))
        rows.append(Row(subset, f"d{line['group']}", str(line["reply"]), passages, question, "en", label, target))
    for line in load(data, "dialogue_grounding"):
        turn = line["previous_turn"]
        question_or_none = turn if isinstance(turn, str) and turn != "nan" else None
        label = None if line["label"] is None else int(str(line["label"]))
        passages = (("", str(line["kb"])),)
        subset, group = str(line["subset"]), f"g{line['group']}"
        target_or_none = None if label is None else float(label)
        rows.append(Row(subset, group, str(line["reply"]), passages, question_or_none, "en", label, target_or_none))
    for line in load(data, "xquad_swap_multilingual"):
        subset, group = f"xquad_{line['lang']}", f"x{line['group']}"
        passages = (("", str(line["kb"])),)
        label = int(str(line["label"]))
        question, language = str(line["question"]), str(line["lang"])
        rows.append(Row(subset, group, str(line["reply"]), passages, question, language, label, float(label)))
    return rows


def fit(x: Floats, y: Floats, weight: Floats, names: Sequence[str]) -> tuple[Floats, float]:
    """Logistic regression with an L2 penalty and the signs of `SIGN`: (weights, bias) for features as they are."""
    weight = weight / weight.sum()
    mean = weight @ x
    scale = np.maximum(np.sqrt(weight @ (x - mean) ** 2), 0.05)
    z = (x - mean) / scale
    bounds: list[tuple[float | None, float | None]] = []
    for name, unit in zip(names, scale, strict=True):
        if name in SET_BY_HAND:
            bounds.append((SET_BY_HAND[name] * unit, SET_BY_HAND[name] * unit))
        else:
            sign = SIGN.get(name, 0)
            most = CONFLICTS.get(name, 0.0) * float(unit)
            bounds.append((0.0 if sign > 0 else None, most if sign < 0 else None))
    bounds.append((None, None))

    penalty = np.array([CONFLICT_PENALTY if name in CONFLICTS else PENALTY for name in names])

    def loss(theta: Floats) -> tuple[float, Floats]:
        logit = z @ theta[:-1] + theta[-1]
        error = weight * (1 / (1 + np.exp(-logit)) - y)
        value = float(weight @ (np.logaddexp(0, logit) - y * logit) + penalty @ theta[:-1] ** 2)
        return value, np.append(z.T @ error + 2 * penalty * theta[:-1], error.sum())

    theta = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    raw = theta[:-1] / scale
    return raw, float(theta[-1] - raw @ mean)


class Data:
    """The rows with their features."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.names = FEATURES
        values = [features(align(r.reply, r.passages, r.question, r.language)) for r in rows]
        self.x = np.array([[value[name] for name in self.names] for value in values])
        self.family = np.array(["dstc9" if r.subset == "dstc9_gold" else r.subset for r in rows])
        self.label = np.array([np.nan if r.label is None else r.label for r in rows], dtype=np.float64)
        self.target = np.array([np.nan if r.target is None else r.target for r in rows], dtype=np.float64)

    def weight(self, chosen: NDArray[np.bool_], share: Mapping[str, float]) -> Floats:
        """Each set counts its share."""
        weight = np.zeros(len(self.rows))
        for family in set(self.family[chosen]):
            inside = chosen & (self.family == family)
            weight[inside] = share[family] / inside.sum()
        return weight[chosen]

    def fit(self, chosen: NDArray[np.bool_]) -> tuple[Floats, float]:
        weights, _ = fit(self.x[chosen], self.target[chosen], self.weight(chosen, SHARE), self.names)
        logit, even = self.x[chosen] @ weights, self.weight(chosen, EVEN)
        low, high = -20.0, 20.0
        for _ in range(50):  # The bias at which the mean verdict is the mean target.
            bias = (low + high) / 2
            too_high = even @ (1 / (1 + np.exp(-logit - bias)) - self.target[chosen]) > 0
            low, high = (low, bias) if too_high else (bias, high)
        return weights, bias

    def held_out(self, families: Sequence[str]) -> Floats:
        """Scores of all rows by models that saw no row of their group, of the mean over the seeds."""
        scores = np.zeros(len(self.rows))
        known = np.isin(self.family, families) & ~np.isnan(self.target)
        for seed in SEEDS:
            fold = np.array([zlib.crc32(f"{seed}{row.group}".encode()) % FOLDS for row in self.rows])
            for number in range(FOLDS):
                weights, bias = self.fit(known & (fold != number))
                here = fold == number
                scores[here] += self.x[here] @ weights + bias
        return scores / len(SEEDS)

    def measured(self, name: str) -> NDArray[np.bool_]:
        subset = np.array([row.subset for row in self.rows])
        found = np.isin(subset, ("dstc9", "dstc9_gold")) if name == "dstc9" else subset == name
        return np.asarray(found & ~np.isnan(self.label))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    data = Data(read_rows(arguments.data))
    known = np.isin(data.family, TRAINED) & ~np.isnan(data.target)
    weights, bias = data.fit(known)
    mean = data.x[known].mean(axis=0)
    content = {
        "about": "Weights of observation.support, made by training/support.py. Sources: DSTC9 Track 1 (Apache-2.0), "
        "BEGIN wow (CC BY 4.0), Q2 (MIT), DialFact (BSD-3-Clause). short_locality and kind_fit are set by hand.",
        "bias": round(bias + float(weights @ mean), 4),
        "weight": {name: round(float(value), 4) for name, value in zip(data.names, weights, strict=True)},
        "mean": {name: round(float(value), 4) for name, value in zip(data.names, mean, strict=True)},
    }
    arguments.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
