"""A conversation scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator import ratings
from simulator.observation import language_of
from simulator.ratings import Rating
from simulator.scenarios.formats import Scenario
from simulator.scoring import Dimension, accuracy_of, over_all, overall_of
from simulator.transcripts.background import background_of
from simulator.transcripts.explaining import Json, Reasons, estimated, rounded
from simulator.transcripts.format import Conversation, read_conversation
from simulator.transcripts.messages import MOST_CHARACTERS, score_agent, score_customer
from simulator.transcripts.talk import Talk


def score_conversation(data: Mapping[str, Any]) -> dict[str, Any]:
    """Scores a conversation. Pure, but for the documentation and scenario that it may name, read once a process.

    Args:
        data: as a line of the input: `docs/bulk.md` has the format.

    Returns:
        What a line of the output holds; ready for JSON.

    Raises:
        TranscriptError: the conversation is not of the format, or names a scenario or product that is not there.
    """
    conversation = read_conversation(data)
    background = background_of(conversation)
    language = conversation.language or _language(conversation)
    talk = Talk(language)
    messages: list[Json] = []
    for message in conversation.messages:
        if message.role == "customer":
            messages.append(score_customer(message, talk))
        else:
            messages.append(score_agent(message, talk, background))
    return {
        "id": conversation.id,
        "language": language,
        "messages": messages,
        "scores": _scores(messages, background.scenario, talk),
        "outcome": _outcome(conversation, messages, language),
    }


_SAMPLE, _SAMPLED = 100, 20
"""So many characters of each of so many messages are asked for the conversation's language."""


def _language(conversation: Conversation) -> str | None:
    """The language that most of a conversation is in; None where nothing is said."""
    said = [message.text.strip() for message in conversation.messages if message.text.strip()]
    return language_of("\n".join(text[:_SAMPLE] for text in said[:_SAMPLED]))


def _scores(messages: list[Json], scenario: Scenario | None, talk: Talk) -> dict[str, float | None]:
    replies = [message["scores"] for message in messages if message["role"] == "agent"]
    values: dict[Dimension, float | None] = {
        "accuracy": _accuracy(scenario, talk),
        "tone": _mean(replies, "tone", worst=True),
        "de_escalation": _mean(replies, "de_escalation", worst=True),
        "reply_time": _mean(replies, "reply_time", worst=False),
    }
    return {**{name: rounded(value) for name, value in values.items()}, "overall": overall_of(values)}


def _mean(replies: list[Json], name: str, *, worst: bool) -> float | None:
    values = [score[name]["value"] for score in replies if score[name]["value"] is not None]
    if not values:
        return None
    return over_all(values) if worst else sum(values) / len(values)


def _accuracy(scenario: Scenario | None, talk: Talk) -> float | None:
    """The accuracy of all statements; with a scenario, as an attempt's: by what had to be said too."""
    if not talk.claims:
        return None
    if scenario is None:
        return accuracy_of(talk.claims)
    due = {fact.id for fact in scenario.facts if fact.needed}
    return accuracy_of(talk.claims, share=len(due & talk.facts) / len(due) if due else 1.0)


def _outcome(conversation: Conversation, messages: list[Json], language: str | None) -> Json:
    turns = tuple((message.role, message.text[:MOST_CHARACTERS]) for message in conversation.messages)
    rated: dict[str, Rating | None] = {"satisfaction": None, "escalation_risk": None}
    if language is not None and turns:
        moves = [frozenset(move["move"] for move in message.get("moves", ())) for message in messages]
        rated["satisfaction"] = ratings.satisfaction(turns, language=language, moves=moves)
        rated["escalation_risk"] = ratings.escalation_risk(turns, language=language, moves=moves)
    values = {name: rounded(rating.value) if rating is not None else None for name, rating in rated.items()}
    reasons = Reasons(rated, "", turns=turns)
    said = "".join(text for role, text in turns if role == "customer")
    told = estimated(rated, reasons, language=language, text=said)
    return {**values, "explanation": told, "quotes": reasons.quotes()}
