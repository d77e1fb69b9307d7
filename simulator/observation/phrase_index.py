"""Which of many phrases a text can say at all, and where they would begin: by the words that they cannot do without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from simulator.conversation import Quote
from simulator.observation.phrases import GAP, WIDE_GAP, Phrase, find_all, items_of
from simulator.observation.words import Text

_NEAR, _FURTHER = 2, 4
"""So many items behind the first word of most phrases, of nearly all others, is their second one."""


class Candidate(NamedTuple):
    """A phrase that a text may say: its place among the phrases, and the items that it may begin at."""

    place: int
    phrase: Phrase
    starts: Sequence[int]


class PhraseIndex:
    """Ordered phrases by the words that each needs. Sets of them are numbers, a bit for each: hundreds at once.

    Args:
        phrases: in the order in which `candidates` gives them; all of them ordered.
    """

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = tuple(phrases)
        depth = max((len(phrase.gates) for phrase in self._phrases), default=0)
        self._last = [0] * depth
        """The phrases whose last gate this is."""
        self._near = self._further = 0
        """The phrases whose second gate is that near to the first one."""
        self._loose = {place for place, phrase in enumerate(self._phrases) if phrase.firsts[0] is None}
        """The phrases that do not begin with a word: they may begin anywhere."""
        self._bare = [place for place, phrase in enumerate(self._phrases) if not phrase.gates]
        self._first: dict[str, int] = {}
        """The phrases whose first gate a word opens."""
        later: dict[str, dict[int, int]] = {}
        for place, phrase in enumerate(self._phrases):
            bit = 1 << place
            if phrase.gates:
                self._last[len(phrase.gates) - 1] |= bit
            distance = _reach(phrase)
            self._near |= bit * (0 < distance <= _NEAR)
            self._further |= bit * (0 < distance <= _FURTHER)
            for number, gate in enumerate(phrase.gates):
                for word in gate:
                    if number:
                        opened = later.setdefault(word, {})
                        opened[number] = opened.get(number, 0) | bit
                    else:
                        self._first[word] = self._first.get(word, 0) | bit
        # The earlier gates first: one word does not open two gates of a phrase.
        self._later = {word: tuple(sorted(opened.items())) for word, opened in later.items()}

    def candidates(self, text: Text) -> list[Candidate]:
        """The phrases that the text may say, in order; the others it does not."""
        found: dict[int, list[int]] = {}
        first, later, last = self._first, self._later, self._last
        near, further, far = self._near, self._further, ~self._further
        tokens, items = text.tokens, items_of(text, True)
        nothing = [0] * (len(last) + 1)
        behind, sentence = nothing, -1
        one = two = three = four = 0
        # From the end: which phrases have all their other words behind an item is known when one comes to it. The four
        # items behind it open the second gates of the phrases `one` to `four`.
        for place in range(len(items) - 1, -1, -1):
            word, form, token, _ = items[place]
            if tokens[token].sentence != sentence:
                sentence = tokens[token].sentence
                behind = nothing.copy()
                one = two = three = four = 0
            opened = begun = 0
            if form:  # a word: a quantity opens no gate
                begun = first.get(word, 0) | first.get(form, 0)  # type: ignore[arg-type]
                if begun:
                    close = one | two
                    begun &= last[0] | (close & near) | ((close | three | four) & further) | (behind[1] & far)
                for each in (word, form):
                    for number, phrases in later.get(each, ()):  # type: ignore[arg-type]
                        through = phrases & (last[number] | behind[number + 1])
                        behind[number] |= through
                        if number == 1:
                            opened |= through
            one, two, three, four = opened, one, two, three
            while begun:
                lowest = begun & -begun
                found.setdefault(lowest.bit_length() - 1, []).append(place)
                begun ^= lowest
        anywhere = range(len(items))
        starts: dict[int, Sequence[int]] = {number: places[::-1] for number, places in found.items()}
        starts |= dict.fromkeys((*self._bare, *(self._loose & found.keys())), anywhere)
        return [Candidate(number, self._phrases[number], starts[number]) for number in sorted(starts)]


def said(candidates: Iterable[Candidate], text: Text) -> Iterator[Quote]:
    """Where a text says the phrases that it may say, phrase by phrase."""
    for candidate in candidates:
        yield from find_all(candidate.phrase, text, starts=candidate.starts)


def _reach(phrase: Phrase) -> int:
    """How many items behind its beginning the second word that a phrase needs is, at most; 0 if not known."""
    if phrase.firsts[0] is None:
        return 0
    distance, gap = 0, 0
    for element, first in zip(phrase.elements, phrase.firsts, strict=True):
        if not element:
            gap = WIDE_GAP
            continue
        distance += gap
        if first is not None and distance:
            return distance
        distance += max(len(alternative.atoms) for alternative in element)
        gap = GAP
    return 0
