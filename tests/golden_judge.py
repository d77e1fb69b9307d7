"""The judge's golden prompts, for people to read. `python tests/golden_judge.py` writes them anew."""

from __future__ import annotations

from pathlib import Path

from attempts import LIBRARY

from simulator.conversation import Language
from simulator.judge.request import make_task
from simulator.scenarios.rehearsal.trainees import TraineeName, play
from simulator.scoring import ReaderLanguage

FOLDER = Path(__file__).parent / "golden_prompts"

JUDGE: dict[str, tuple[str, str, Language, TraineeName, int, ReaderLanguage]] = {
    "judge-expert-en": ("late-refund", "furious", "en", "expert", 2, "en"),
    "judge-rude-ru": ("late-refund", "furious", "ru", "rude", 1, "ru"),
    "judge-wrong-de": ("late-refund", "polite-immovable", "de", "kind-but-wrong", 0, "en"),
    "judge-injected-es": ("late-refund", "sarcastic", "es", "prompt-injector", 0, "en"),
}
"""Scenario, persona, language, machine trainee, number of the reply, and the language of the reasons.

The last is never sent: it is here to show the fence.
"""


def golden_files() -> dict[str, str]:
    """The golden files as they should be, by their names."""
    found: dict[str, str] = {}
    for name, (scenario, persona, language, trainee, number, reader) in JUDGE.items():
        attempt = play(LIBRARY.cast(scenario, persona=persona, language=language), trainee)
        task = make_task(attempt.case, attempt.transcript, attempt.exchanges[number], reader)
        shown = [f"=== {each['role']}\n{each['content']}" for each in task.messages]
        found[f"{name}.txt"] = "\n\n".join(shown) + "\n"
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("judge-*.txt"):
        old.unlink()
    for name, text in golden_files().items():
        (FOLDER / name).write_text(text, "utf-8")
