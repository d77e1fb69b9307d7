"""An attempt as plain data: what `play --json` prints and the debrief exports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.attempt import Attempt
from simulator.case import Case
from simulator.conversation import HELP, StepKind
from simulator.observation import Observation
from simulator.scoring import Evidence, Note, ReaderLanguage, Score, word
from simulator.versions import version_of


def report(
    attempt: Attempt, *, reader: ReaderLanguage = "en", help: Mapping[StepKind, int] | None = None
) -> dict[str, Any]:
    """The attempt as JSON-ready data.

    Args:
        attempt: the attempt, ended or not.
        reader: the language of explanations.
        help: how often each kind of help was used in all the branches; counted in this one if not given.
    """
    case = attempt.case
    if help is None:
        help = help_used(attempt)
    return {
        "scenario": case.scenario_id,
        "persona": case.persona_id,
        "language": case.language,
        "seed": case.seed,
        "mode": attempt.mode,
        "outcome": attempt.outcome,
        "help": dict(help),
        "turns": _turns(attempt),
        "steps": [
            {"kind": step.kind, "body": dict(step.body), "at": round(step.at, 2), "place": step.place}
            for step in attempt.steps
        ],
        "scorecard": scorecard_data(attempt, reader=reader),
    }


def help_used(attempt: Attempt) -> dict[StepKind, int]:
    """How often each kind of help was used in this branch, kinds that were not included."""
    return {kind: sum(step.kind == kind for step in attempt.steps) for kind in HELP}


def _turns(attempt: Attempt) -> list[dict[str, Any]]:
    exchanges = {exchange.turn: exchange for exchange in attempt.exchanges}
    turns = []
    for place, (turn, situation) in enumerate(zip(attempt.transcript, attempt.situations, strict=True)):
        mood = situation.mood
        data: dict[str, Any] = {"role": turn.role, "text": turn.text, "at": round(turn.at, 2)}
        if turn.voice is not None:
            data["voice"] = turn.voice
        if turn.waited is not None:
            data["waited"] = round(turn.waited, 2)
        data["mood"] = {"anger": mood.anger, "confusion": mood.confusion, "trust": mood.trust}
        exchange = exchanges.get(place)
        if exchange is not None:
            data["observation"] = observation_data(exchange.observation)
            data["mark"] = exchange.mark
        turns.append(data)
    return turns


def observation_data(observation: Observation) -> dict[str, Any]:
    """An observation as plain data."""
    return {
        "language": observation.language,
        "moves": [{"move": move.move, "quote": move.quote.text} for move in observation.moves],
        "facts": [found.id for found in observation.facts],
        "asked": [found.id for found in observation.asked],
        "quotes": {found.id: found.quote.text for found in (*observation.facts, *observation.asked)},
        "claims": [
            {
                "quote": claim.quote.text,
                "verdict": claim.verdict,
                "passage": claim.passage,
                "support": claim.support,
                "forbidden": claim.forbidden,
            }
            for claim in observation.claims
        ],
        "words": observation.words,
        "stuffed": observation.stuffed,
    }


def scorecard_data(attempt: Attempt, *, reader: ReaderLanguage = "en") -> dict[str, Any]:
    """The scorecard as plain data."""
    card = attempt.scorecard()
    data: dict[str, Any] = {name: score_data(score, attempt.case, reader=reader) for name, score in card.scores.items()}
    if "process" not in data:
        note = word(Note("process_no_desk"), attempt.case, reader)
        data["process"] = {"value": None, "explanation": note, "evidence": [], "parts": {}}
    data["overall"] = {
        "value": card.overall,
        "explanation": word(card.explanation, attempt.case, reader),
        "evidence": [],
    }
    return {**data, "passed": card.passed, "failed": list(card.failed)}


def score_data(score: Score, case: Case, *, reader: ReaderLanguage = "en") -> dict[str, Any]:
    """A score as plain data."""
    return {
        "value": score.value,
        "explanation": word(score.explanation, case, reader),
        "evidence": [evidence_data(item, case, reader=reader) for item in score.evidence],
        "parts": dict(score.parts),
        "scorer": score.scorer,
        "version": version_of(score),
    }


def evidence_data(evidence: Evidence, case: Case, *, reader: ReaderLanguage = "en") -> dict[str, Any]:
    """A piece of evidence as plain data."""
    return {
        "turn": evidence.turn,
        "quote": evidence.quote,
        "note": word(evidence.note, case, reader),
        "passage": evidence.passage,
        "good": evidence.good,
    }
