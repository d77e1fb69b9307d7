"""Under which rules a score was made. Scores of unlike versions are never averaged, ranked or joined in one trend."""

from __future__ import annotations

from simulator import director, mood, observation, ratings
from simulator.scoring import DIMENSIONS, Dimension, Score, Scorecard
from simulator.scoring.process import VERSION as PROCESS
from simulator.scoring.rubric import rubric_version

READING = ", ".join(
    f"{name} {version}"
    for name, version in (
        ("observation", observation.VERSION),
        ("ratings", ratings.VERSION),
        ("mood", mood.VERSION),
        ("director", director.VERSION),
    )
)
"""Of the rules by which a log is read before anything in it is scored; every score rests on them."""


def version_of(score: Score) -> str:
    """The version of a score: its scorer's, and that of the reading."""
    return f"{score.version}, {READING}"


def versions_of(card: Scorecard) -> dict[str, str]:
    """The versions of a scorecard by dimension, and "overall": only values with the same text may be compared.

    A dimension has its scorer's version, so that another dimension's change does not touch it, and where the judge had
    a verdict, that of the judge and the policy by which one of the two counts, whichever did. The overall score, and
    with it the passing, has those of all of them and the rubric's; a scenario without a desk is no other version.
    """
    made: dict[str, str] = {name: f"rules {version_of(score)}" for name, score in card.scores.items()}
    scorers: dict[Dimension, str] = {"process": PROCESS}
    scorers |= {name: score.version for name, score in card.scores.items()}
    parts = [f"{name} {scorers[name]}" for name in DIMENSIONS if name in scorers]
    return {**made, "overall": ", ".join([*parts, f"rubric {rubric_version()}", READING])}
