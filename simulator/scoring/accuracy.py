"""Accuracy: what had to be said, what must not be said, and whether everything else stands in the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from simulator.case import Case
from simulator.observation import Claim, Verdict
from simulator.observation.support import MOST_CONTRADICTED, SUPPORTED
from simulator.scoring.base import Dimension, Evidence, Exchange, Note, Score
from simulator.scoring.scale import over_all

_VERSION = "rules-2"
_FORBIDDEN, _CONTRADICTED, _UNSUPPORTED = 35.0, 25.0, 8.0
"""Points that a claim costs: said against a warning of the scenario, against the documentation, or out of the blue."""
_UNASKED = 12.0
"""Points that a needed hidden fact costs when nobody asked for it: advice without diagnosis."""

_WORTH = ((0.0, 0.0), (MOST_CONTRADICTED, 20.0), (SUPPORTED, 60.0), (SUPPORTED, 80.0), (1.0, 100.0))
"""What a claim is worth, by its support. People call what a text says right, however it is put, and what it does not
say wrong: so there is a step between, and ranks stay as they are."""

_COSTS: dict[Verdict, float] = {"contradicted": _CONTRADICTED, "unsupported": _UNSUPPORTED, "supported": 0.0}


def accuracy_of(claims: Sequence[Claim], *, share: float | None = None, unasked: int = 0) -> float:
    """The accuracy of what was said, 0-100, in attempts and in transcripts.

    Args:
        claims: what was stated; not empty where there is no `share`.
        share: how much was said of what the case asks for, 0-1; None without a case: then nothing is known to be
            due, and the value is what the claims are worth by their support (see `_WORTH`), their mean with a share
            for the worst.
        unasked: needed hidden facts that nobody asked for.
    """
    if share is None:
        return over_all([_worth(claim.support) for claim in claims])
    cost = sum(_FORBIDDEN if claim.forbidden else _COSTS[claim.verdict] for claim in claims) + _UNASKED * unasked
    return max(0.0, 100 * share - cost)


def _worth(support: float) -> float:
    low, high = next(step for step in pairwise(_WORTH) if support < step[1][0] or step[1] is _WORTH[-1])
    return low[1] + (support - low[0]) * (high[1] - low[1]) / (high[0] - low[0])


def _note(claim: Claim) -> Note:
    if claim.forbidden:
        return Note("claim_forbidden", {"claim": claim.forbidden})
    if claim.verdict == "supported" and claim.passage is None:
        return Note("claim_on_record")
    return Note(f"claim_{claim.verdict}")


class Accuracy:
    """The share of the due facts that were said, less what false and unfounded claims cost."""

    dimension: Dimension = "accuracy"

    def score(self, case: Case, exchanges: Sequence[Exchange], *, whole: bool) -> Score:
        if not exchanges:
            return Score("accuracy", None, Note("no_reply"), (), "rules", _VERSION)
        said = {f.id: (e.turn, f.quote.text) for e in reversed(exchanges) for f in e.observation.facts}
        due = self._due(case, exchanges, whole=whole)
        evidence = [
            Evidence(Note("fact_said", {"fact": id}), *said[id], passage=case.fact(id).source)
            for id in dict.fromkeys([*due, *said])
            if id in said
        ]
        evidence += [
            Evidence(Note("fact_missed", {"fact": id}), None, passage=case.fact(id).source, good=False)
            for id in due
            if id not in said
        ]
        claims = [(exchange.turn, claim) for exchange in exchanges for claim in exchange.observation.claims]
        for turn, claim in claims:
            good = claim.verdict == "supported"
            evidence.append(Evidence(_note(claim), turn, claim.quote.text, passage=claim.passage, good=good))
        unasked = self._unasked(case, exchanges) if whole else []
        evidence += [Evidence(Note("hidden_unasked", {"hidden": id}), None, good=False) for id in unasked]
        if not due and not said and not claims:
            return Score("accuracy", None, Note("nothing_to_check"), (), "rules", _VERSION)
        share = sum(id in said for id in due) / len(due) if due else 1.0
        value = accuracy_of([claim for _, claim in claims], share=share, unasked=len(unasked))
        note = Note(
            "accuracy_summary",
            {
                "said": sum(id in said for id in due),
                "due": len(due),
                "false": sum(claim.verdict == "contradicted" for _, claim in claims),
                "unfounded": sum(claim.verdict == "unsupported" for _, claim in claims),
            },
        )
        return Score("accuracy", round(value, 1), note, tuple(evidence), "rules", _VERSION)

    def _due(self, case: Case, exchanges: Sequence[Exchange], *, whole: bool) -> list[str]:
        """The facts that had to be said: all that the case needs, or what the customer was waiting to hear."""
        if whole:
            return [fact.id for fact in case.scenario.facts if fact.needed]
        return [e.before.pending for e in exchanges if e.before.pending and e.treatment.answered is not None]

    def _unasked(self, case: Case, exchanges: Sequence[Exchange]) -> list[str]:
        told = exchanges[-1].after.told
        return [hidden.id for hidden in case.scenario.hidden if hidden.needed and hidden.id not in told]
