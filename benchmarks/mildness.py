"""How well the check for mildness tells lines of a mood from milder ones: `python benchmarks/mildness.py`.

Lines held out of the yardstick should pass; the persona's calm lines, taken for angry or furious ones, should not.
"""

from __future__ import annotations

from collections import Counter

from simulator.customers.faults import _HOT, _sharpness, _yardstick
from simulator.director import Part
from simulator.prompts.customer import stance_of
from simulator.prompts.talk import Bank, elided
from simulator.scenarios.formats import Band
from simulator.scenarios.library import load_library


def lines_of(bank: Bank, band: Band) -> list[str]:
    """The persona's lines of a mood that reject something."""
    banked = bank.persona.lines[bank.language]
    rejecting = [beat for beat in banked if stance_of(Part(beat)) == "rejects"]
    return [elided(line).replace("…", "").strip() for beat in rejecting for line in banked[beat].get(band, ())]


def main() -> None:
    for heat in _HOT:
        count: Counter[str] = Counter()
        for name, persona in load_library().personas.items():
            for language in persona.lines:
                bank = Bank(persona, language)
                mildest, _lines = _yardstick(bank, heat)
                ranks = [_sharpness(line, language) for line in lines_of(bank, heat)]
                for place, rank in enumerate(ranks):
                    others = sorted([*ranks[:place], *ranks[place + 1 :]])
                    count["held out"] += 1
                    count["held out, called mild"] += rank < others[int(0.05 * len(others))]
                calm = [_sharpness(line, language) for line in lines_of(bank, "calm")]
                count[name] += len(calm)
                count[f"{name}, found"] += sum(rank < mildest for rank in calm)
        false = count["held out, called mild"] / count["held out"]
        print(f"{heat}: {false:.3f} of {count['held out']} lines held out are called too mild")
        for name in load_library().personas:
            print(f"    {count[f'{name}, found'] / count[name]:.2f} of {count[name]} calm lines are found: {name}")


if __name__ == "__main__":
    main()
