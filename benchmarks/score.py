"""Speed of scoring past conversations: messages a second, beside VADER on the same messages in the same run.

Messages are those of `--data DIR` (the folder of rated sets: negotiations and talk pages in en, ru and es), else what
machine trainees write in the shipped scenarios, each with a number of its own, so that no text is met twice. One core:
the file is scored by this process. `workers` is the same file by the command, the better of two runs each; the time of
starting is taken off by a run on a fifth of it, so that only a quiet machine gives a figure. VADER gives one number a
message and reads English only: it is a yardstick of speed.

    python benchmarks/score.py [--data DIR] [--messages 10000] [--knowledge] [--json]
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Conversation = dict[str, Any]
KNOWLEDGE = [
    {"id": "refunds", "title": "Refunds", "text": "Refunds are paid within 14 days to the card that was charged."},
    {"id": "returns", "title": "Returns", "text": "A return is free of charge within 30 days of delivery."},
    {"id": "delivery", "title": "Delivery", "text": "Parcels take two to four working days. Express costs 9.90 EUR."},
]


def rated_conversations(folder: Path) -> Iterator[Conversation]:
    """What people wrote to each other, from the rated sets."""
    for row in _rows(folder / "casino_outcomes" / "dev.jsonl"):
        said = [("customer" if turn["speaker"] == "A" else "agent", turn["text"]) for turn in row["turns"]]
        yield {"id": row["id"], "messages": [{"role": role, "text": text} for role, text in said]}
    texts = [
        row["text"] for row in _rows(folder / "politeness_tydip" / "dev.jsonl") if row["lang"] in ("en", "ru", "es")
    ]
    for number in range(0, len(texts), 6):
        roles = itertools.cycle(("customer", "agent"))
        yield {"id": number, "messages": [{"role": next(roles), "text": text} for text in texts[number : number + 6]]}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        next(file)
        yield from map(json.loads, file)


def played_conversations() -> Iterator[Conversation]:
    """What machine trainees and scripted customers say to each other, in all languages, again and again."""
    from simulator.scenarios.library import load_library
    from simulator.scenarios.rehearsal import play

    library = load_library()
    talks = [
        [(turn.role, turn.text) for turn in play(library.cast(name, language=language), who).transcript]
        for name, scenario in library.scenarios.items()
        for language in scenario.languages
        for who in ("expert", "novice")
    ]
    for number, talk in enumerate(itertools.cycle(talks)):
        yield {"id": number, "messages": [{"role": role, "text": f"{text} ({number})"} for role, text in talk]}


def some(conversations: Iterator[Conversation], messages: int) -> list[Conversation]:
    """Conversations until there are so many messages."""
    found: list[Conversation] = []
    count = 0
    for conversation in conversations:
        if count >= messages:
            break
        found.append(conversation)
        count += len(conversation["messages"])
    random.Random(0).shuffle(found)  # every part of the file has every language
    return found


def write(path: Path, conversations: list[Conversation]) -> Path:
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in conversations), "utf-8")
    return path


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    work()
    return clock() - start


def vader() -> Callable[[str], object] | None:
    """VADER's rating of a text, where it is installed."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    rate: Callable[[str], object] = SentimentIntensityAnalyzer().polarity_scores
    return rate


def one_core(folder: Path, conversations: list[Conversation]) -> dict[str, float]:
    """Messages a second of processor time: ours with reading and writing the file, VADER's texts in memory."""
    from simulator.transcripts import score_file

    half = len(conversations) // 2
    warm, measured = conversations[:half], conversations[half:]
    texts = [message["text"] for conversation in measured for message in conversation["messages"]]
    score_file(write(folder / "warm.jsonl", warm), folder / "warm-out.jsonl")
    source = write(folder / "in.jsonl", measured)
    ours = timed(lambda: score_file(source, folder / "out.jsonl"), time.process_time)
    result = {
        "messages": len(texts),
        "words_a_message": round(sum(len(text.split()) for text in texts) / len(texts), 1),
        "messages_a_second": round(len(texts) / ours),
        "microseconds_a_message": round(1e6 * ours / len(texts)),
    }
    rate = vader()
    if rate is not None:
        theirs = timed(lambda: [rate(text) for text in texts], time.process_time)
        result["vader_messages_a_second"] = round(len(texts) / theirs)
        result["times_vader"] = round(ours / theirs, 1)
    return result


def by_workers(folder: Path, conversations: list[Conversation], counts: tuple[int, ...]) -> dict[str, float]:
    """Messages a second of wall time by number of workers, what starting costs apart."""
    first = max(1, len(conversations) // 5)
    parts = [write(folder / "some.jsonl", conversations[:first]), write(folder / "all.jsonl", conversations)]
    messages = sum(len(each["messages"]) for each in conversations[first:])
    result: dict[str, float] = {}
    for workers in counts:
        started, whole = (
            min(timed(lambda: command(path, folder / "out.jsonl", workers)) for _ in range(2))  # noqa: B023
            for path in parts
        )
        result[f"workers_{workers}"] = round(messages / (whole - started))
    return result


def command(source: Path, out: Path, workers: int) -> None:
    run = [sys.executable, "-m", "simulator", "score", str(source), "--out", str(out)]
    subprocess.run([*run, "--workers", str(workers)], check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--knowledge", action="store_true", help="with three passages to check against")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    source = rated_conversations(arguments.data) if arguments.data else played_conversations()
    conversations = some(source, arguments.messages)
    if arguments.knowledge:
        conversations = [{**each, "knowledge": KNOWLEDGE} for each in conversations]
    with tempfile.TemporaryDirectory() as folder:
        result = {
            "one_core": one_core(Path(folder), conversations),
            "cores": os.cpu_count(),
            **by_workers(Path(folder), conversations, (1, 2)),
        }
    print(json.dumps(result, indent=2) if arguments.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
