"""What the observer has to know of a language, read from `cues/<language>.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from simulator import yaml12
from simulator.conversation import Language


@dataclass(frozen=True, slots=True)
class MoveCues:
    """How a language words a move.

    Args:
        phrases: any of these makes the move.
        exceptions: where one of these overlaps a found phrase, the phrase does not count.
        say: how an expert makes the move: used by machine trainees and to word a better reply.
        yes: replies that make the move, with the quoted words; cases for the tests.
        no: replies that look like it and do not make it; cases for the tests.
    """

    phrases: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A language's cues.

    Args:
        function_words: words that carry no meaning of their own; phrases of authors ignore them.
        negators: words that turn a statement round.
        not_negations: phrases in which a negator negates nothing ("not only").
        negates_behind: whether a negation usually stands behind the verb it negates (German).
        breaks: words that begin a new clause ("but").
        forms: inflected word to key, for what lemma and stem do not bring together.
        units: unit word to (dimension, factor): "weeks" to ("duration", 604800).
        requests: phrases that make a question or sentence a request ("could you").
        wishes: phrases that tell what the customer wants ("you would like").
        you: words that address the customer.
        moves: cues by move name.
        jargon: words that a lay customer does not know.
    """

    function_words: frozenset[str]
    negators: frozenset[str]
    not_negations: tuple[str, ...]
    negates_behind: bool
    breaks: frozenset[str]
    forms: dict[str, str]
    units: dict[str, tuple[str, float]]
    requests: tuple[str, ...]
    wishes: tuple[str, ...]
    you: tuple[str, ...]
    moves: dict[str, MoveCues] = field(default_factory=dict)
    jargon: frozenset[str] = frozenset()


@lru_cache(maxsize=8)
def cue_file(language: Language) -> dict[str, Any]:
    """The parsed cue file of a language."""
    data: dict[str, Any] = yaml12.load_resource("simulator.observation", "cues", f"{language}.yaml")
    return data


def say(move: str, language: Language, variant: int = 0) -> str:
    """How an expert makes a move (or a rude trainee, a harmful one): one of the sentences that the language has."""
    lines = lexicon(language).moves[move].say
    return lines[variant % len(lines)]


@lru_cache(maxsize=8)
def lexicon(language: Language) -> Lexicon:
    """The lexicon of a language. Read once a process."""
    data = cue_file(language)
    return Lexicon(
        function_words=frozenset(data["function_words"].split()),
        negators=frozenset(data["negators"].split()),
        not_negations=tuple(data["not_negations"]),
        negates_behind=bool(data["negates_behind"]),
        breaks=frozenset(data["breaks"].split()),
        forms={form: key for key, forms in data["forms"].items() for form in forms.split()},
        units={
            form: (dimension, float(factor))
            for dimension, units in data["units"].items()
            for factor, forms in units.items()
            for form in forms.split()
        },
        requests=tuple(data["requests"]),
        wishes=tuple(data["wishes"]),
        you=tuple(data["you"].split()),
        moves={name: MoveCues(**{k: tuple(v) for k, v in cues.items()}) for name, cues in data["moves"].items()},
        jargon=frozenset(data["jargon"].split()),
    )
