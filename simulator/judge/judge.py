"""The judge: one structured call for a reply, and what of its answer can be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from simulator.case import Case
from simulator.conversation import Transcript
from simulator.endpoint import Endpoint, EndpointError, Kind, Usage
from simulator.judge.answer import FORM, schema
from simulator.judge.checking import Reading, Verdict, check_reading, check_verdicts
from simulator.judge.criteria import DIMENSIONS, TOP_BAND, Void, criteria, table
from simulator.judge.request import make_task
from simulator.judge.version import prompt_version
from simulator.observation import speaks_to_judge
from simulator.prompts import FENCE
from simulator.scoring import Dimension, Evidence, Exchange, Note, ReaderLanguage, Score

SCORER = "judge"
_MAX_TOKENS = 1_600
"""Some 700 are usual; the rest is for hidden reasoning and for languages that take more tokens."""
_SEED = 7

_VOIDS: dict[Kind, Void] = {
    "unreachable": "unreachable",
    "timeout_connect": "unreachable",
    "timeout_first_token": "slow",
    "timeout_stall": "slow",
    "timeout_total": "slow",
    "truncated": "truncated",
    "malformed": "malformed",
    "empty": "empty",
    "refused": "refused",
}
"""Why there is no verdict, by what went wrong; everything else is `not_served`."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge made of one reply.

    Args:
        scores: by dimension; without a value where there is no verdict.
        verdicts: of each criterion; empty where nothing came back.
        reading: facts, questions and moves that it found.
        version: of model and prompt.
        usage: what the call used; None where none was made, or it failed.
        failed: what went wrong with the call, if something did.
    """

    scores: Mapping[Dimension, Score]
    verdicts: tuple[Verdict, ...]
    reading: Reading
    version: str
    usage: Usage | None = None
    failed: EndpointError | None = None


class Judge:
    """Judges replies with the model of an endpoint.

    Args:
        endpoint: where the model is.
        language: what reasons are written in.
    """

    def __init__(self, endpoint: Endpoint, *, language: ReaderLanguage = "en") -> None:
        self._endpoint = endpoint
        self._language: ReaderLanguage = language
        self._prompt = prompt_version(language, endpoint.settings.structured)

    @property
    def model(self) -> str:
        """The model that judges."""
        return self._endpoint.settings.judge

    @property
    def version(self) -> str:
        """The model's name, and a name for all that the verdicts depend on beside it: see `prompt_version`."""
        return f"{self.model} prompt-{self._prompt}"

    def cost(self, usage: Usage) -> float | None:
        """What a call cost, in the currency of the prices; None without prices."""
        return self._endpoint.settings.cost(usage)

    def judge(
        self, case: Case, transcript: Transcript, exchange: Exchange, *, cancelled: Callable[[], bool] | None = None
    ) -> Judgement:
        """Judges one reply: one call, or none where there is nothing that a model could be trusted with.

        Never raises for what an endpoint does: then there is no verdict, and the judgement says why.

        Args:
            case: the case.
            transcript: the talk, at least up to the reply.
            exchange: the reply, and what the rules found in it.
            cancelled: asked now and then whether the judgement is not wanted any more.
        """
        if not any(letter.isalnum() for letter in exchange.reply):
            return self._none(exchange, "nothing_said")
        if _speaks_to_judge(transcript[: exchange.turn + 1]):
            return self._none(exchange, "speaks_to_judge")
        task = make_task(case, transcript, exchange, self._language)
        try:
            answer = self._endpoint.structured(
                task.messages,
                schema(),
                name=FORM,
                max_tokens=_MAX_TOKENS,
                temperature=0.0,
                seed=_SEED,
                cancelled=cancelled,
                fence=FENCE,
            )
        except EndpointError as error:
            return self._none(exchange, _VOIDS.get(error.kind, "not_served"), error)
        verdicts = check_verdicts(answer.data, task.heard, self._language)
        reading = check_reading(
            answer.data, exchange.reply, facts=task.facts, hidden=task.hidden, moves=frozenset(table()["moves"])
        )
        scores = {name: _score(name, verdicts, exchange.turn, self.version) for name in DIMENSIONS}
        return Judgement(scores, verdicts, reading, self.version, answer.usage)

    def _none(self, exchange: Exchange, void: Void, error: EndpointError | None = None) -> Judgement:
        scores = {
            name: Score(name, None, Note("judge_none", {"why": void}), (), SCORER, self.version) for name in DIMENSIONS
        }
        return Judgement(scores, (), Reading(), self.version, failed=error)


def _speaks_to_judge(said: Transcript) -> bool:
    """Whether the last message of a talk may, or anything before it surely does: a model would read all of it.

    A customer's words may come from a model too; those of the script are our own.
    """
    own = [turn.text for turn in said if turn.role == "agent"]
    # An order may begin in one message and end in the next.
    joined = [f"{one} {other}" for one, other in pairwise(own)]
    heard = [turn.text for turn in said[:-1] if turn.voice != "scripted"]
    return speaks_to_judge(said[-1].text) is not None or any(
        speaks_to_judge(text) == "sure" for text in (*heard, *joined)
    )


def _score(dimension: Dimension, verdicts: tuple[Verdict, ...], turn: int, version: str) -> Score:
    """The score of a dimension: the weighted mean of its bands, 0-100; None where too little was kept."""
    weights = {each.name: each.weight for each in criteria() if each.dimension == dimension}
    own = [verdict for verdict in verdicts if verdict.criterion in weights]
    parts: dict[str, float | None] = {
        each.criterion: None if each.band is None else 100 * each.band / TOP_BAND for each in own
    }
    kept = {name: part for name, part in parts.items() if part is not None}
    weight = sum(weights[name] for name in kept)
    evidence = tuple(_evidence(each, turn) for each in own)
    if weight < table()["least_weight"] * sum(weights.values()):
        voids = {each.void for each in own if each.void is not None}
        why = voids.pop() if len(voids) == 1 else "too_few"
        return Score(dimension, None, Note("judge_none", {"why": why}), evidence, SCORER, version, parts)
    value = sum(weights[name] * part for name, part in kept.items()) / weight
    note = Note("judge_summary", {"kept": len(kept), "asked": len(own)})
    return Score(dimension, round(value, 1), note, evidence, SCORER, version, parts)


def _evidence(verdict: Verdict, turn: int) -> Evidence:
    if verdict.band is None:
        note = Note("judge_void", {"criterion": verdict.criterion, "why": verdict.void or "abstained"})
        return Evidence(note, turn, good=False)
    values: dict[str, str | float] = {
        "criterion": verdict.criterion,
        "band": verdict.band,
        "reason": verdict.reason,
    }
    note = Note("judge_verdict", values)
    # Evidence quotes the agent's turn; the customer's words and the documentation's stand in the verdict.
    quote = verdict.quote if verdict.source == "reply" else None
    return Evidence(note, turn, quote, passage=verdict.passage, good=2 * verdict.band > TOP_BAND)
