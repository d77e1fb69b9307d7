"""The judge's verdict on a whole attempt, from those on its replies, and which of two opinions counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.judge.criteria import DIMENSIONS, table
from simulator.scoring import Counts, Dimension, Evidence, Note, Score, counts, far_apart, over_all
from simulator.scoring.rubric import policy

_POLICY = re.compile(r", [^,]*, (judge|mean) within [\d.]+")
"""The judge's part of a version: its own, and by which policy it has a say."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The rules and the judge on one dimension of an attempt or a reply, 0-100 each; None is no verdict.

    Args:
        dimension: what they scored.
        rules: the rules' value.
        judge: the judge's.
        counted: the value that counts by the rubric.
        far_apart: whether they differ so much that a reader should be told.
    """

    dimension: Dimension
    rules: float | None
    judge: float | None
    counted: float | None
    far_apart: bool

    @property
    def scorer(self) -> str:
        """Whose value counts, as scores name their scorer."""
        return _scorer(self.rules, self.judge)


def of_attempt(replies: Sequence[Mapping[Dimension, float | None]], *, sent: int) -> dict[Dimension, float | None]:
    """The judge's verdict on an attempt: of tone with a share for the worst reply, as the rules have it, else the mean.

    Args:
        replies: the values of each reply that was judged, by dimension.
        sent: how many replies the attempt has.

    Returns:
        A value for each dimension; None where too few replies have one to speak for all.
    """
    found: dict[Dimension, float | None] = {}
    for name in DIMENSIONS:
        values = [value for reply in replies if (value := reply.get(name)) is not None]
        if not values or len(values) < table()["least_replies"] * sent:
            found[name] = None
        else:
            found[name] = round(over_all(values) if name == "tone" else sum(values) / len(values), 1)
    return found


def side_by_side(
    rules: Mapping[Dimension, float | None], judge: Mapping[Dimension, float | None]
) -> tuple[Beside, ...]:
    """Both opinions on everything that the judge may judge, in the order of the scorecard."""
    return tuple(
        Beside(
            name,
            rules.get(name),
            judge.get(name),
            _counted(rules.get(name), judge.get(name)),
            _differ(rules.get(name), judge.get(name)),
        )
        for name in DIMENSIONS
    )


def counted(
    rules: Mapping[Dimension, Score], judge: Mapping[Dimension, float | None], version: str
) -> dict[Dimension, Score]:
    """The scores of an attempt that count by the rubric: the rules' own, unless the judge has a say and a verdict.

    Where the judge has a verdict, the score says what each of the two gave, and goes on with the rules' reasons. Its
    scorer is whose value it is; its version names both versions and the policy, also where the two are far apart and
    the value is the rules': values that one policy chose are comparable, whoever came out on top.

    Args:
        rules: all scores by rules.
        judge: the judge's values by dimension.
        version: the judge's.
    """
    if counts() == "rules":
        return dict(rules)
    return {name: _with_judge(score, judge.get(name), version) for name, score in rules.items()}


def _with_judge(score: Score, judge: float | None, version: str) -> Score:
    """A score by rules as it counts with the judge's value."""
    if judge is None:
        return score
    score = replace(score, version=f"{score.version}, {version.replace(',', ' ')}, {policy()}")
    value = _counted(score.value, judge)
    if value is None:
        return score
    given = {"judge": judge} if score.value is None else {"judge": judge, "rules": score.value}
    scorer = _scorer(score.value, judge)
    key = {"rules": "judge_far_apart", "judge": "judge_counts", "rules and judge": "judge_mean"}[scorer]
    reason = Evidence(score.explanation, None, good=score.value is not None and score.value >= 50)
    return replace(
        score,
        value=value,
        explanation=Note("judge_alone" if score.value is None else key, {**given}),
        evidence=(reason, *score.evidence),
        scorer=scorer,
    )


def policy_of(version: str) -> Counts:
    """Which opinion had a say in scores of a version; that of the rules alone where the judge had no verdict."""
    found = _POLICY.search(version)
    return found[1] if found else "rules"  # type: ignore[return-value]


def without_judge(version: str) -> str:
    """A version without the judge's part: the rules, the reading and, of an overall score, the rubric."""
    return _POLICY.sub("", version)


def _counted(rules: float | None, judge: float | None) -> float | None:
    if rules is None or judge is None:
        # Where the rules have no verdict, a model's alone is not enough, unless the rubric takes the model's.
        return judge if rules is None and counts() == "judge" else rules
    if far_apart(rules, judge):
        return rules  # one of the two is badly wrong, or was talked over: that is for a person to look at
    return {"rules": rules, "judge": judge, "mean": round((rules + judge) / 2, 1)}[counts()]


def _scorer(rules: float | None, judge: float | None) -> str:
    if judge is None or _differ(rules, judge):
        return "rules"
    return {"rules": "rules", "judge": "judge", "mean": "rules and judge" if rules is not None else "rules"}[counts()]


def _differ(rules: float | None, judge: float | None) -> bool:
    return rules is not None and judge is not None and far_apart(rules, judge)
