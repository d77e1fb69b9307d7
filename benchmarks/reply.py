"""Server time of one offline reply: observe, mood, customer, scores and both durable commits.

Prints p50 and p95 in milliseconds, and as a ratio to two bare SQLite commits (WAL, FULL) in the same run. `reply` is
one chat at a time; `reply_of_four` goes round the four chats of a shift, `reply_after_action` likewise with an action
at the desk before every reply, and `action` is that action. `shift_read` is what a run of the
shift's page reads to show all four. Also import time, `--help`, and the peak memory with all languages read.

    python benchmarks/reply.py [--replies 200] [--json]
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ACTION = {"action": "reset", "target": "password"}
"""Fits no scenario, and may be done again and again."""


def percentiles(times: list[float]) -> dict[str, float]:
    """p50 and p95 in milliseconds, of seconds."""
    cuts = statistics.quantiles(times, n=100)
    return {"p50_ms": round(1000 * cuts[49], 2), "p95_ms": round(1000 * cuts[94], 2)}


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure_replies(folder: Path, count: int) -> dict[str, float]:
    """Replies of machine trainees through the history, in all languages."""
    from simulator import practice
    from simulator.history import open_store
    from simulator.scenarios.library import load_library
    from simulator.scenarios.rehearsal import play

    library = load_library()
    store = open_store(folder / "history.db")
    times: list[float] = []
    while len(times) < count:
        for name, scenario in library.scenarios.items():
            for language in scenario.languages:
                case = library.cast(name, language=language)
                texts = [exchange.reply for who in ("expert", "novice") for exchange in play(case, who).exchanges]
                attempt = practice.begin(store, case, trainee="benchmark").attempt
                for text in texts:
                    if attempt.outcome is None and len(times) < count:
                        fresh = f"{text} ({len(times)})"
                        times.append(timed(lambda: attempt.reply(fresh)))  # noqa: B023
    return percentiles(times)


def measure_shifts(folder: Path, count: int) -> dict[str, dict[str, float]]:
    """Replies of machine trainees that go round the four chats of a shift, in all languages."""
    from simulator.conversation import LANGUAGES
    from simulator.history import open_store
    from simulator.practice import resume
    from simulator.scenarios.library import load_library
    from simulator.scenarios.rehearsal import play
    from simulator.shift import begin_shift, open_shift, pick_cases

    library = load_library()
    store = open_store(folder / "shifts.db")
    times: dict[str, list[float]] = {"reply_of_four": [], "reply_after_action": [], "action": [], "shift_read": []}
    for seed in itertools.count():
        acts = seed % 2 == 1
        replies = times["reply_after_action" if acts else "reply_of_four"]
        if min(len(times["reply_of_four"]), len(times["reply_after_action"])) >= count:
            return {name: percentiles(found) for name, found in times.items()}
        cases = pick_cases(library, count=4, languages=LANGUAGES, seed=seed)
        shift = begin_shift(store, cases, trainee="benchmark", apart=0)
        kept = {chat.practice.id: chat.practice for chat in open_shift(store, shift).chats}
        texts = [
            [exchange.reply for who in ("expert", "novice") for exchange in play(case, who).exchanges] for case in cases
        ]
        for round_of_replies in itertools.zip_longest(*texts):
            for chat, text in zip(kept.values(), round_of_replies, strict=True):
                attempt = chat.attempt
                if text is None or attempt.outcome is not None:
                    continue
                if acts:
                    times["action"].append(timed(lambda: attempt.do("action", ACTION)))  # noqa: B023
                fresh = f"{text} ({len(replies)})"  # a text that was read before is read faster
                if attempt.outcome is None:
                    replies.append(timed(lambda: attempt.reply(fresh)))  # noqa: B023
                times["shift_read"].append(
                    timed(lambda: open_shift(store, shift, resume=lambda _, id: kept.get(id) or resume(store, id)))  # noqa: B023
                )
    raise AssertionError("never reached")


def measure_bare_commits(folder: Path, count: int) -> dict[str, float]:
    """Two durable inserts a reply, with nothing around them: the baseline."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE turn (id INTEGER PRIMARY KEY, text TEXT, body TEXT)")
    text, body = "x" * 200, json.dumps({"scores": ["y" * 150] * 6})

    def commit_twice() -> None:
        for content in ("", body):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO turn (text, body) VALUES (?, ?)", (text, content))
            connection.execute("COMMIT")

    return percentiles([timed(commit_twice) for _ in range(count)])


def measure_starts() -> dict[str, float]:
    """Seconds of `--help` and of importing what a page needs; medians of five."""

    def median_of(*command: str) -> float:
        run = lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True)  # noqa: E731
        return round(statistics.median(timed(run) for _ in range(5)), 3)

    return {
        "help_s": median_of("-m", "simulator", "--help"),
        "import_practice_s": median_of("-c", "import simulator.practice"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        starts = measure_starts()
        replies = measure_replies(Path(folder), arguments.replies)
        shifts = measure_shifts(Path(folder), arguments.replies)
        bare = measure_bare_commits(Path(folder), arguments.replies)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = {
        "replies": arguments.replies,
        "reply": replies,
        **shifts,
        "two_bare_commits": bare,
        "ratio": {key.removesuffix("_ms"): round(replies[key] / bare[key], 1) for key in bare},
        "starts": starts,
        "peak_memory_mb": round(peak),
    }
    print(json.dumps(result, indent=2) if arguments.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
