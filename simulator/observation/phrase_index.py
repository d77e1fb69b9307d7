"""Which of many phrases a text can say at all: by the words that they cannot do without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from simulator.observation.phrases import Phrase
from simulator.observation.words import Text


class PhraseIndex:
    """Phrases by one of the words that each needs, the rarest among the phrases.

    Args:
        phrases: in the order in which `candidates` gives them.
    """

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = tuple(phrases)
        common = Counter(word for phrase in phrases for gate in phrase.gates for word in gate)
        self._by_word: dict[str, list[int]] = {}
        self._always: list[int] = []
        for place, phrase in enumerate(self._phrases):
            if not phrase.gates:
                self._always.append(place)
                continue
            for word in min(phrase.gates, key=lambda gate: sum(common[word] for word in gate)):
                self._by_word.setdefault(word, []).append(place)

    def candidates(self, text: Text) -> list[int]:
        """Places of the phrases that the text may say, in order; the others it does not."""
        found = set(self._always)
        for key in text.keys:
            found.update(self._by_word.get(key, ()))
        return sorted(found)

    def __getitem__(self, place: int) -> Phrase:
        return self._phrases[place]
