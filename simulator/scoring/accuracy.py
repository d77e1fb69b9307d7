"""Accuracy: what had to be said, what must not be said, and whether everything else stands in the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.case import Case
from simulator.scoring.base import Dimension, Evidence, Exchange, Note, Score

_VERSION = "rules-1"
_FORBIDDEN, _CONTRADICTED, _UNSUPPORTED = 35.0, 25.0, 8.0
"""Points that a claim costs: said against a warning of the scenario, against the documentation, or out of the blue."""
_UNASKED = 12.0
"""Points that a needed hidden fact costs when nobody asked for it: advice without diagnosis."""


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
        cost = 0.0
        for turn, claim in claims:
            if claim.forbidden:
                cost += _FORBIDDEN
                note = Note("claim_forbidden", {"claim": claim.forbidden})
            elif claim.verdict == "contradicted":
                cost += _CONTRADICTED
                note = Note("claim_contradicted")
            elif claim.verdict == "unsupported":
                cost += _UNSUPPORTED
                note = Note("claim_unsupported")
            else:
                note = Note("claim_supported")
            evidence.append(
                Evidence(note, turn, claim.quote.text, passage=claim.passage, good=claim.verdict == "supported")
            )
        unasked = self._unasked(case, exchanges) if whole else []
        cost += _UNASKED * len(unasked)
        evidence += [Evidence(Note("hidden_unasked", {"hidden": id}), None, good=False) for id in unasked]
        if not due and not said and not claims:
            return Score("accuracy", None, Note("nothing_to_check"), (), "rules", _VERSION)
        share = sum(id in said for id in due) / len(due) if due else 1.0
        value = max(0.0, 100 * share - cost)
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
