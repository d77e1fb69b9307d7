"""The moves of a reply: by cues, and by what the reply is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from simulator.conversation import Language, Quote
from simulator.observation.base import Move
from simulator.observation.lexicon import lexicon
from simulator.observation.phrase_index import Candidate, PhraseIndex, said
from simulator.observation.phrases import Phrase, find_all, parse_phrase
from simulator.observation.words import Text, read
from simulator.scenarios.formats import MoveName

_HELPS: frozenset[MoveName] = frozenset({"offers_remedy", "offers_choice", "gives_next_step", "sets_limit"})
_EXPLAINED: tuple[MoveName, ...] = ("refuses_flat", "hides_behind_policy", "promises")
RUDE_MOVES: frozenset[MoveName] = frozenset(
    {"insults", "mocks", "threatens", "blames", "dismisses", "tells_to_calm_down"}
)
"""What hurts in whatever form it comes: in a foreign language, in a heap of keywords."""
_RESTATED_WORDS = 2
"""So many words of the case in one statement, addressed to the customer, restate the problem."""


@lru_cache(maxsize=8)
def _cues(language: Language) -> tuple[PhraseIndex, tuple[tuple[MoveName, bool], ...]]:
    """All the cues of a language; beside each its move, and whether it is an exception."""
    phrases: list[Phrase] = []
    meant: list[tuple[MoveName, bool]] = []
    for name, cues in lexicon(language).moves.items():
        for sources, exception in ((cues.phrases, False), (cues.exceptions, True)):
            phrases += [parse_phrase(source, language, ordered=True) for source in sources]
            meant += [(name, exception)] * len(sources)  # type: ignore[list-item]
    return PhraseIndex(phrases), tuple(meant)


@lru_cache(maxsize=8)
def _requests(language: Language) -> PhraseIndex:
    return PhraseIndex([parse_phrase(phrase, language, ordered=True) for phrase in lexicon(language).requests])


def cued_moves(text: Text) -> Iterator[Move]:
    """The moves that the language's cues find, each with its first quote."""
    index, meant = _cues(text.language)
    for name, run in groupby(index.candidates(text), lambda candidate: meant[candidate.place][0]):
        candidates = list(run)
        phrases = [candidate for candidate in candidates if not meant[candidate.place][1]]
        quote = _first(text, phrases, [candidate for candidate in candidates if meant[candidate.place][1]])
        if quote is not None:
            yield Move(name, quote)


def _first(text: Text, phrases: Iterable[Candidate], exceptions: Iterable[Candidate]) -> Quote | None:
    found = sorted(said(phrases, text), key=lambda quote: quote.start)
    if not found:
        return None
    void = list(said(exceptions, text))
    for quote in found:
        if not any(quote.start < other.end and other.start < quote.end for other in void):
            return quote
    return None


@lru_cache(maxsize=512)
def _request_sentences(text: Text) -> frozenset[int]:
    return frozenset(text.sentence_at(quote.start) for quote in said(_requests(text.language).candidates(text), text))


def is_request(text: Text, sentence: int) -> bool:
    """Whether a sentence asks for something: a question, or a request in the form of a statement."""
    return sentence in text.questions or sentence in _request_sentences(text)


def asks_for_details(text: Text) -> bool:
    """Whether a text asks for what an agent needs to go on, such as an order number, in whatever form."""
    return any(move.move == "asks" for move in cued_moves(text))


def is_plain_question(text: Text, sentence: int) -> bool:
    """Whether a sentence is a question that states nothing ("Is it 14 days?"), unlike "Could you hold it for 5 s?"."""
    return sentence in text.questions and sentence not in _request_sentences(text)


@lru_cache(maxsize=8)
def _wishes(language: Language) -> PhraseIndex:
    return PhraseIndex([parse_phrase(phrase, language, ordered=True) for phrase in lexicon(language).wishes])


def is_wish(text: Text, quote: Quote) -> bool:
    """Whether words only tell what the customer wants: "you would like a full refund" offers none."""
    sentence = text.sentence_at(quote.start)
    return any(
        wish.start <= quote.start and text.sentence_at(wish.start) == sentence
        for wish in said(_wishes(text.language).candidates(text), text)
    )


def observed_moves(
    text: Text,
    *,
    issue: frozenset[str],
    customer_said: tuple[str, ...],
    conveyed: tuple[Quote, ...],
    wrong_language: bool,
) -> tuple[Move, ...]:
    """All the moves of a reply, in the order of their words.

    Args:
        text: the reply, read in the language that it is in as far as we know it, else in the customer's.
        issue: keys of the case's own words.
        customer_said: what the customer has said: jargon that the customer uses is none.
        conveyed: the words of the facts that the reply conveys.
        wrong_language: whether the reply is in another language than the customer's.
    """
    if wrong_language:
        return (*rude_moves(text), Move("wrong_language", Quote(text.source, 0, len(text.source))))
    found = {move.move: move.quote for move in cued_moves(text)}
    if text.questions:
        found.setdefault("asks", text.sentence_quote(min(text.questions)))
    if conveyed:
        found.setdefault("explains", conveyed[0])
    if "restates" not in found and (quote := _restated(text, issue)):
        found["restates"] = quote
    for move in _EXPLAINED:
        # A no that is part of a fact from the documentation is an explanation.
        if move in found and any(_same_sentence(text, found[move], quote) for quote in conveyed):
            del found[move]
    if "refuses_flat" in found and _HELPS & found.keys():
        found["sets_limit"] = found.pop("refuses_flat")
    jargon = _first_key(text, lexicon(text.language).jargon, without=customer_said)
    if jargon is not None:
        found["uses_jargon"] = jargon
    return tuple(Move(name, quote) for name, quote in sorted(found.items(), key=lambda move: move[1].start))


def rude_moves(text: Text) -> tuple[Move, ...]:
    """The moves of a text that hurt in whatever form they come."""
    return tuple(move for move in cued_moves(text) if move.move in RUDE_MOVES)


def _same_sentence(text: Text, one: Quote, other: Quote) -> bool:
    return text.sentence_at(one.start) == text.sentence_at(other.start)


def _restated(text: Text, issue: frozenset[str]) -> Quote | None:
    """The first statement that speaks to the customer of the case in the case's own words."""
    addressed = _keys(lexicon(text.language).you, text.language)
    for number, run in groupby(text.tokens, lambda token: token.sentence):
        keys = {token.key for token in run}
        if number not in text.questions and len(keys & issue) >= _RESTATED_WORDS and keys & addressed:
            return text.sentence_quote(number)
    return None


@lru_cache(maxsize=64)
def _keys(words: tuple[str, ...], language: Language) -> frozenset[str]:
    from simulator.observation.words import key_of

    return frozenset(key_of(word, language) for word in words)


def _first_key(text: Text, words: frozenset[str], *, without: tuple[str, ...]) -> Quote | None:
    """The first of some words in a text that none of the other texts has."""
    for token in text.tokens:
        if token.text.casefold() in words and not any(
            token.key in read(other, text.language).keys for other in without
        ):
            return Quote(token.text, token.start, token.end)
    return None


def asks_for(phrases: tuple[Phrase, ...], text: Text) -> Quote | None:
    """Where a reply asks for something that any of the phrases names: inside a question or a request."""
    found = (quote for phrase in phrases for quote in find_all(phrase, text))
    return next((quote for quote in found if is_request(text, text.sentence_at(quote.start))), None)
