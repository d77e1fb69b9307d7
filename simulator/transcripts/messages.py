"""One message of a conversation scored, by what was said before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from simulator import ratings
from simulator.channels import of_reply
from simulator.conversation import LANGUAGES
from simulator.mood import effects
from simulator.observation import (
    RUDE_MOVES,
    Claim,
    Move,
    Observation,
    asides,
    asks_for_details,
    check_claims,
    facts_said,
    language_of,
    observe,
    read,
    said_to_customer,
    scenario_claims,
)
from simulator.ratings import Rating
from simulator.scenarios.formats import MoveName, ReplyTargets
from simulator.scoring import (
    CONFLICT_PARTS,
    PARTS,
    ReplyTone,
    accuracy_of,
    band_value,
    conduct,
    conflict_parts_of,
    is_lifted,
    time_note,
    tone_of,
)
from simulator.transcripts.background import Background
from simulator.transcripts.explaining import Json, Reasons, estimated, flaw, no_model, rounded, timed, verdict, worded
from simulator.transcripts.format import Message
from simulator.transcripts.talk import Talk, plain

MOST_CHARACTERS = 20_000
"""A longer message is scored by its beginning: nobody writes so much in a conversation."""


def score_customer(message: Message, talk: Talk) -> Json:
    """A customer's message, scored; the talk takes it in."""
    text = message.text[:MOST_CHARACTERS]
    language = language_of(text, talk.spoken)
    own = language or talk.spoken
    mood: dict[str, Rating | None] = {"anger": None, "confusion": None, "satisfaction": None}
    talk.add(message)
    if own is not None and text.strip():
        mood["anger"] = ratings.anger(text, language=own)
        mood["confusion"] = ratings.confusion(text, language=own)
        mood["satisfaction"] = ratings.satisfaction(tuple(talk.turns), language=own, moves=talk.moves)
    upset = [mood[name].value for name in ("anger", "confusion") if mood[name] is not None]  # type: ignore[union-attr]
    talk.upset = max(upset, default=talk.upset)
    talk.spoken = language or talk.spoken
    values = {name: rounded(rating.value) if rating is not None else None for name, rating in mood.items()}
    reasons = Reasons(mood, text, turns=talk.turns, first=talk.forgotten)
    return {
        "role": "customer",
        "language": language,
        "mood": values,
        "explanation": estimated(mood, reasons, language=own, text=text),
        "quotes": reasons.quotes(),
    }


def score_agent(message: Message, talk: Talk, background: Background) -> Json:
    """An agent's message, scored; the talk takes it in."""
    text = message.text[:MOST_CHARACTERS]
    language = language_of(text, talk.spoken)
    observation = _observe(text, language, talk)
    moves = observation.moves if observation is not None else ()
    names = frozenset(move.move for move in moves)
    own = language or talk.spoken
    claims = _claims(text, language, talk, background)
    talk.claims += claims
    stalling = _is_stalling(text, language, names, claims)
    tone = _tone_of(text, own, observation, talk, stalling=stalling)
    scores = {
        "accuracy": _accuracy(text, own, claims, background),
        "tone": _tone(text, tone, own),
        "de_escalation": _de_escalation(text, own, moves, tone),
        "reply_time": _reply_time(message, talk, background.targets, stalling=stalling),
    }
    talk.add(message, names, stalling=stalling)
    found = [{"move": move.move, "quote": move.quote.text} for move in moves]
    return {"role": "agent", "language": language, "moves": found, "scores": scores}


def _observe(text: str, language: str | None, talk: Talk) -> Observation | None:
    """What the observer finds; None in a language that it does not know."""
    if not text.strip():
        return None
    expected = talk.spoken or language
    if expected not in LANGUAGES:
        return None
    return observe(text, None, language=expected, customer_said=talk.customer_said(), written=language)


def _is_stalling(text: str, language: str | None, moves: Collection[MoveName], claims: Sequence[Claim]) -> bool:
    """Whether a reply only keeps the customer waiting; a rude one is an answer, and a bad one."""
    if "stalls" not in moves or claims or not RUDE_MOVES.isdisjoint(moves):
        return False
    spoken = next((known for known in LANGUAGES if known == language), None)
    if spoken is not None and asks_for_details(read(text, spoken)):
        return False
    return not any(effects()[move].kind == "substance" for move in moves if move != "stalls")


def _claims(text: str, language: str | None, talk: Talk, background: Background) -> tuple[Claim, ...]:
    """What a message states: checked against the passages, and by the scenario, where there is one."""
    own = language or talk.spoken
    if own is None or not text.strip():
        return ()
    passages = background.passages(own)
    scenario = background.scenario
    spoken = next((known for known in LANGUAGES if known == own), None)
    if scenario is None or spoken not in scenario.languages:
        return check_claims(text, language=own, passages=passages, question=talk.question())
    said = read(text, spoken)
    facts = facts_said(scenario, said)
    talk.facts |= {found.id for found in facts}
    return scenario_claims(scenario, said, passages=passages, customer_said=talk.customer_said(), facts=facts)


def _accuracy(text: str, language: str | None, claims: Sequence[Claim], background: Background) -> Json:
    if not text.strip():
        return verdict(None, worded("empty"), claims=[])
    if not claims:
        return verdict(None, _no_claims(text, language, background), claims=[])
    counts = {name: sum(claim.verdict == name for claim in claims) for name in _VERDICTS}
    rows = [
        {"quote": c.quote.text, "verdict": c.verdict, "support": round(c.support, 3), "passage": c.passage}
        for c in claims
    ]
    parts = {f"claims[{place}]": Rating(100 * claim.support, claim.reasons) for place, claim in enumerate(claims)}
    explanation = worded("accuracy", claims=len(claims), **counts)
    # What was due is known of a whole conversation only.
    share = 1.0 if background.scenario is not None else None
    return verdict(accuracy_of(claims, share=share), explanation, Reasons(parts, text).quotes(), claims=rows)


def _no_claims(text: str, language: str | None, background: Background) -> str:
    if language is None:
        return _no_model(text, language)
    if background.passages(language):
        return worded("no_claims")
    return worded("no_passages", language=language) if background.documentation else worded("no_knowledge")


_VERDICTS = ("supported", "contradicted", "unsupported")


def _tone(text: str, tone: ReplyTone, language: str | None) -> Json:
    empty = dict.fromkeys(PARTS)
    if not text.strip():
        return verdict(None, worded("empty"), parts=empty)
    if tone.value is None:
        return verdict(None, _no_model(text, language), parts=empty)
    reasons = Reasons(tone.parts, text)
    told = [*map(flaw, tone.flaws), *_aside(text), reasons.sentence(tone.counted) or worded("nothing")]
    if tone.lifted:
        told.append(worded("plain"))
    if language not in LANGUAGES and not tone.flaws:
        told.append(worded("politeness_only"))
    parts = {name: rounded(rating.value) if rating is not None else None for name, rating in tone.parts.items()}
    return verdict(tone.value, " ".join(told), reasons.quotes(), parts=parts)


def _aside(text: str) -> list[str]:
    return [worded("aside")] if asides(text) else []


def _no_model(text: str, language: str | None) -> str:
    if not said_to_customer(text).strip():
        return worded("aside")
    return no_model(language) if any(map(str.isalnum, text)) else worded("empty")


def _tone_of(
    text: str, language: str | None, observation: Observation | None, talk: Talk, *, stalling: bool
) -> ReplyTone:
    flaws = ["stalling"] if stalling else []
    if observation is not None and observation.stuffed:
        flaws.append("stuffed")
    if observation is not None and observation.words > 2 and plain(text) in talk.replies:
        flaws.append("repeated")
    return tone_of(
        text,
        language=language,
        moves=observation.moves if observation is not None else (),
        before=talk.question() or "",
        upset=talk.upset,
        heard=talk.heard,
        flaws=flaws,
    )


def _de_escalation(text: str, language: str | None, moves: Sequence[Move], tone: ReplyTone) -> Json:
    empty = dict.fromkeys(CONFLICT_PARTS)
    if not text.strip():
        return verdict(None, worded("empty"), parts=empty)
    rated = conflict_parts_of(text, language=language, moves=moves)
    if not rated:
        return verdict(None, _no_model(text, language), parts=empty)
    parts = {name: rated[name].value for name in empty}
    value = conduct(parts["constructive"], parts["hostile"], tone)
    reasons = Reasons(rated, text)
    told = [worded("conflict", **{name: round(part) for name, part in parts.items()})]
    told += [*_aside(text), reasons.sentence(rated) or worded("nothing")]
    if is_lifted(parts["constructive"], parts["hostile"], tone):
        told.append(worded("plain"))
    return verdict(value, " ".join(told), reasons.quotes(), parts={name: rounded(part) for name, part in parts.items()})


def _reply_time(message: Message, talk: Talk, targets: ReplyTargets | None, *, stalling: bool) -> Json:
    seconds = talk.waited(message)
    if seconds is None:
        key = "no_wait" if talk.unanswered is None else "no_time"
        return verdict(None, worded(key), seconds=None)
    seconds = round(seconds, 3)
    if not message.text.strip() or stalling:
        return verdict(None, worded("stalling" if stalling else "empty"), seconds=seconds)
    if targets is None:
        return verdict(None, worded("no_target"), seconds=seconds)
    strong, good = of_reply(targets, first=talk.answers == 0)
    value = band_value(seconds, strong=strong, good=good)
    return verdict(value, timed(time_note(seconds, strong=strong, good=good)), seconds=seconds)
