"""How well the ratings find what a writer meant, on messages that were written for this: support, disputes, customers.

    python benchmarks/own_messages.py [--part development|held_out] [--errors RATING [--language LANGUAGE]]

The messages (`own_messages/`) are synthetic: written and labelled by a language model that had not seen the lists of
the ratings, one writer for each part. "development" was read while the lists were widened, "held out" was not: only its
figures were looked at. So these figures say whether the lists carry over to other words, not whether people agree.

Each row goes through `score_conversation`. AUROC of the label (1 or 2 against 0, and so on) or, of labels with a rank,
Spearman, by language, with a 95 % bootstrap interval. Without a verdict a value counts as 50. `--errors` prints the
rows of development whose value fits their label least, and none of those held out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulator.transcripts import score_conversation
from training.measures import Floats, auroc, interval, spearman

HERE = Path(__file__).with_name("own_messages")
PARTS = {"development": "development (read while widening)", "held_out": "held out (not read)"}
NO_VERDICT = 50.0
SHOWN = 12


class Rated(NamedTuple):
    """What a row's writer meant, and what we said: the label's rank, and a value that should rise with it."""

    rating: str
    language: str
    label: int
    value: float
    text: str


def score(row: Mapping[str, Any], *messages: tuple[str, str]) -> dict[str, Any]:
    """The scores of a talk with these messages (role, text); empty ones are left out."""
    said = [{"role": role, "text": text} for role, text in messages if text]
    return score_conversation({"id": "row", "language": row["lang"], "messages": said})


def support(row: Mapping[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    parts = score(row, ("customer", row["post"]), ("agent", row["reply"]))["messages"][-1]["scores"]["tone"]["parts"]
    for part in ("validation", "understanding", "elaboration", "advice", "self_focus", "dismissal"):
        yield part, part, parts[part]


def dispute(row: Mapping[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    scores = score(row, ("customer", row["before"]), ("agent", row["text"]))["messages"][-1]["scores"]
    for part in ("constructive", "hostile"):
        yield part, part, scores["de_escalation"]["parts"][part]


def agent(row: Mapping[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    scores = score(row, ("customer", row["before"]), ("agent", row["text"]))["messages"][-1]["scores"]
    politeness = scores["tone"]["parts"]["politeness"]
    yield "politeness", "polite", politeness
    yield "tone", "polite", scores["tone"]["value"]
    yield "sarcasm (impolite)", "sarcastic", None if politeness is None else 100.0 - politeness
    yield "sarcasm (hostile)", "sarcastic", scores["de_escalation"]["parts"]["hostile"]


def customer(row: Mapping[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    mood = score(row, ("customer", row["text"]))["messages"][-1]["mood"]
    for part in ("anger", "confusion"):
        yield part, part, mood[part]


def talks(row: Mapping[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    outcome = score(row, *((message["role"], message["text"]) for message in row["messages"]))["outcome"]
    yield "satisfaction", "satisfaction", outcome["satisfaction"]
    yield "escalation risk", "escalates", outcome["escalation_risk"]


KINDS: dict[str, Callable[[Mapping[str, Any]], Iterator[tuple[str, str, float | None]]]] = {
    "support": support,
    "dispute": dispute,
    "agent": agent,
    "customer": customer,
    "talks": talks,
}
"""For each file how its rows are rated: the rating's name, the label's, and the value, 0-100 or None for no verdict."""
CUTS: dict[str, Sequence[tuple[str, int, int]]] = {
    "politeness": (("warm > rest", 2, 0), ("plain > rude", 1, 0)),
    "tone": (("warm > rest", 2, 0), ("plain > rude", 1, 0)),
    "anger": ((">= annoyed", 1, 0), (">= angry", 2, 0)),
    "satisfaction": (),
}
"""Where a label is cut in two other than between 0 and 1: a name, the lowest rank above, the lowest rank looked at."""


def rated(part: str) -> list[Rated]:
    """All the rows of a part, rated."""
    found = []
    for kind, rate in KINDS.items():
        for line in (HERE / part / f"{kind}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            text = row.get("reply") or row.get("text") or " / ".join(one["text"] for one in row["messages"])
            for rating, label, value in rate(row):
                found.append(Rated(rating, row["lang"], row[label], NO_VERDICT if value is None else value, text))
    return found


def figures(rows: Sequence[Rated]) -> Iterator[str]:
    """The figures of one rating in one language."""
    label, value = np.array([row.label for row in rows]), np.array([row.value for row in rows], float)
    for name, least, lowest in CUTS.get(rows[0].rating, ((">= 1", 1, 0),)):
        use = label >= lowest
        yield f"{name} {_with_interval(auroc, (label[use] >= least).astype(float), value[use])}"
    if label.max() > 1:
        yield f"rho {_with_interval(spearman, label.astype(float), value)}"


def _with_interval(measure: Callable[[Floats, Floats], float], truth: Floats, said: Floats) -> str:
    middle, low, high = interval(measure, truth, said)
    return f"{middle:.3f} [{low:.2f}, {high:.2f}]"


def print_errors(rating: str, language: str | None) -> None:
    """The rows of development that are rated too low and too high."""
    rows = [row for row in rated("development") if row.rating == rating and language in (None, row.language)]
    if not rows:
        raise SystemExit(f"nothing is rated so: {rating} {language or ''}")
    lowest = min(row.label for row in rows)
    wrong = {
        "rated low": sorted((row for row in rows if row.label > lowest), key=lambda row: row.value),
        "rated high": sorted((row for row in rows if row.label == lowest), key=lambda row: -row.value),
    }
    for name, found in wrong.items():
        print(name)
        for row in found[:SHOWN]:
            print(f"  {row.value:5.1f} [{row.label}] {row.language} {row.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, help="only this part")
    parser.add_argument("--errors", metavar="RATING", help="print the rows of development that fit least")
    parser.add_argument("--language", choices=("en", "de", "es", "ru"), help="errors of this language only")
    arguments = parser.parse_args()
    if arguments.errors:
        print_errors(arguments.errors, arguments.language)
        return
    print(
        "Synthetic messages, written and labelled by a language model that had not seen the lists, one writer a part."
    )
    for part in [arguments.part] if arguments.part else PARTS:
        print(f"\n{PARTS[part]}")
        groups: dict[tuple[str, str], list[Rated]] = defaultdict(list)
        for row in rated(part):
            for language in ("all", row.language):
                groups[row.rating, language].append(row)
        for (rating, language), rows in groups.items():
            print(f"{rating:20} {language:4} n={len(rows):<4} {'  '.join(figures(rows))}", flush=True)


if __name__ == "__main__":
    main()
