"""Reply to Observation: language, moves, facts conveyed, hidden facts asked for and claims made, each with its quote.

Pure: the cues of a language are data files, everything else is handed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from simulator.case import Case, record_texts
from simulator.conversation import LANGUAGES, Language, Quote
from simulator.observation.asides import asides, beyond_suspicion, said_to_customer, speaks_to_judge
from simulator.observation.base import VERSION, Claim, Found, Move, Observation, Verdict
from simulator.observation.claims import Conveyed, check_claims
from simulator.observation.language import WITHOUT_SPACES, language_of
from simulator.observation.moves import (
    RUDE_MOVES,
    asks_for,
    asks_for_details,
    is_plain_question,
    is_wish,
    observed_moves,
    rude_moves,
)
from simulator.observation.phrases import Phrase, PhraseError, find_all, parse_phrase
from simulator.observation.support import Knowledge
from simulator.observation.words import Text, key_of, read
from simulator.scenarios.formats import Scenario

__all__ = [
    "RUDE_MOVES",
    "VERSION",
    "Claim",
    "Found",
    "Knowledge",
    "Move",
    "Observation",
    "PhraseError",
    "Verdict",
    "asides",
    "asks_for_details",
    "beyond_suspicion",
    "check_claims",
    "conveys",
    "facts_said",
    "language_of",
    "observe",
    "parse_phrase",
    "read",
    "requests",
    "said_to_customer",
    "scenario_claims",
    "speaks_to_judge",
]

_FEWEST_WORDS_FOR_LANGUAGE = 3
_HEAP_WORDS, _HEAP_CLAUSE = 12, 12
_HEAP_SHARE = {"en": 0.22, "de": 0.22, "es": 0.22, "ru": 0.12}
"""Running text has a larger share of function words than this; a heap of keywords has not, and runs on without a pause.
Terse steps ("Press Home, wait, open the app") have short clauses."""
_FACTS_IN_A_SENTENCE = 3


def observe(
    reply: str,
    case: Case | None,
    *,
    language: Language,
    customer_said: tuple[str, ...],
    asked: str | None = None,
    written: str | None = None,
) -> Observation:
    """Finds everything in one reply that moods and scorers go by.

    Sentences that speak to a judge are not said to the customer: nothing is found in them but harm and claims.

    Args:
        reply: the agent's message, verbatim; any text.
        case: the case; None for a real conversation: there are no facts then, and claims are not checked.
        language: the language that the customer now expects an answer in.
        customer_said: the customer's messages so far; the last one is what the reply answers.
        asked: id of the fact that the customer has asked for in it: "within 14 days" alone then says it.
        written: ISO 639-1 code of the language that the reply is in, if that is known already.
    """
    heard = said_to_customer(reply)
    written = written or language_of(heard, language)
    own = written if written in LANGUAGES else language
    text = read(heard, own)
    wrong = (
        written is not None
        and written != language
        and (len(text.tokens) >= _FEWEST_WORDS_FOR_LANGUAGE or written in WITHOUT_SPACES)
    )
    facts: tuple[Found, ...] = ()
    asked_for: list[Found] = []
    claims: tuple[Claim, ...] = ()
    if case is not None and own in case.scenario.languages:
        if not wrong:
            context = read(customer_said[-1], own).keys if customer_said else frozenset()
            facts = facts_said(case.scenario, text, asked=asked, context=context)
            asked_for = [
                Found(hidden.id, quote)
                for hidden in case.hidden_facts
                if (quote := requests(hidden.asked_by[own], text)) is not None
            ]
        claims = scenario_claims(
            case.scenario,
            read(reply, own),
            passages=case.passages_in(own),
            customer_said=customer_said,
            facts=facts,
        )
    issue = case.scenario.issue.get(own, ()) if case is not None else ()
    moves = observed_moves(
        text,
        issue=frozenset(key_of(word, own) for word in issue),
        customer_said=customer_said,
        conveyed=tuple(found.quote for found in facts),
        wrong_language=wrong,
    )
    if heard != reply:
        moves = _with_harm(moves, read(reply, own))
    stuffed = _is_heap(text, facts)
    return Observation(
        language=written,
        moves=tuple(move for move in moves if not stuffed or move.move in RUDE_MOVES),
        facts=() if stuffed else facts,
        asked=() if stuffed else tuple(asked_for),
        claims=claims,
        words=len(text.tokens),
        stuffed=stuffed,
    )


def _with_harm(moves: tuple[Move, ...], said: Text) -> tuple[Move, ...]:
    """Moves of what was said to the customer, and what is harmful in all that was said; quoted from the latter."""
    there = {move.move for move in moves}
    found = [*moves, *(move for move in rude_moves(said) if move.move not in there)]
    return tuple(
        Move(move.move, Quote(said.source[move.quote.start : move.quote.end], move.quote.start, move.quote.end))
        for move in sorted(found, key=lambda move: move.quote.start)
    )


def conveys(
    phrases: Iterable[str], text: Text, *, context: frozenset[str] = frozenset(), wishes: bool = True
) -> Quote | None:
    """Where a text states any of the phrases: in a statement or a request, not in a mere question.

    Args:
        phrases: in the notation of the author's guide.
        text: where to look.
        context: keys of the words that the other side has just said, see `phrases.find_all`.
        wishes: whether what the customer is said to want counts too ("you would like a full refund").
    """
    for phrase in _parsed(tuple(phrases), text.language):
        for quote in find_all(phrase, text, context=context):
            if not is_plain_question(text, text.sentence_at(quote.start)) and (wishes or not is_wish(text, quote)):
                return quote
    return None


def requests(phrases: Iterable[str], text: Text) -> Quote | None:
    """Where a text asks for what any of the phrases names."""
    return asks_for(_parsed(tuple(phrases), text.language), text)


@lru_cache(maxsize=4_096)
def _parsed(phrases: tuple[str, ...], language: Language) -> tuple[Phrase, ...]:
    return tuple(parse_phrase(phrase, language) for phrase in phrases)


def _is_heap(text: Text, facts: tuple[Found, ...]) -> bool:
    """Whether a text is keywords in a heap: hardly a function word, and no pause for breath.

    A sentence that holds three facts is suspected sooner.
    """
    words = [token for token in text.tokens if token.value is None]
    if len(words) < _HEAP_WORDS:
        return False
    small = sum(token.function or token.negates for token in words)
    longest = max(Counter(token.clause for token in words).values())
    crowded = Counter(text.sentence_at(found.quote.start) for found in facts)
    suspect = any(count >= _FACTS_IN_A_SENTENCE for count in crowded.values())
    share = _HEAP_SHARE[text.language] * (1.5 if suspect else 1.0)
    return small / len(words) < share and longest > _HEAP_CLAUSE


def facts_said(
    scenario: Scenario, text: Text, *, asked: str | None = None, context: frozenset[str] = frozenset()
) -> tuple[Found, ...]:
    """The facts of a scenario that a text conveys.

    Args:
        scenario: the scenario, which has the text's language.
        text: the reply.
        asked: id of the fact that the customer has asked for, if any.
        context: keys of the words in which it was asked for.
    """
    return tuple(
        Found(fact.id, quote)
        for fact in scenario.facts
        if (quote := conveys(fact.phrases[text.language], text, context=context if fact.id == asked else frozenset()))
    )


def scenario_claims(
    scenario: Scenario,
    text: Text,
    *,
    passages: Iterable[Knowledge],
    customer_said: tuple[str, ...],
    facts: Iterable[Found],
) -> tuple[Claim, ...]:
    """What a reply in a case states, checked against the case too: see `check_claims`.

    An unfounded claim costs points in a case, and paraphrase can be missed: so a sentence that nothing says, and that
    has no value to look up, is left out.

    Args:
        scenario: the scenario, which has the text's language.
        text: the reply.
        passages: the documentation.
        customer_said: the customer's messages so far.
        facts: what the reply conveys.
    """
    language = text.language
    known = {fact.id: fact for fact in scenario.facts}
    said = [(found.quote, known[found.id]) for found in facts]
    checked = check_claims(
        text.source,
        language=language,
        passages=passages,
        question=customer_said[-1] if customer_said else None,
        record=record_texts(scenario, language),
        # How authors phrase a fact may be said with it.
        said=(*customer_said, *(phrase for _, fact in said for phrase in fact.phrases[language])),
        conveyed=[Conveyed(quote, fact.source, fact.answer[language]) for quote, fact in said],
    )
    made = tuple(
        Claim(quote, "contradicted", claim.source, 0.0, forbidden=claim.id)
        for claim in scenario.forbidden
        if (quote := conveys(claim.phrases[language], text, wishes=False)) is not None
    )
    # Where no passage says it, naming the one that came nearest would look like a source.
    counted = (
        replace(claim, passage=None) if claim.verdict == "unsupported" else claim
        for claim in checked
        if claim.checkable or claim.verdict != "unsupported"
    )
    free = [c for c in counted if not any(c.quote.start <= f.quote.start < c.quote.end for f in made)]
    return tuple(sorted((*free, *made), key=lambda claim: claim.quote.start))
