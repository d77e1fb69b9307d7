"""What storing one exchange costs: `append_agent_turn` and `append_answer` against two bare sqlite3 commits.

Both write the same rows (two turns, an observation, six scores) into the same tables with the same durability (WAL,
synchronous FULL), in turns in one run, so that the ratio means something on any machine.

    python benchmarks/storage.py [--exchanges 500] [--json]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import ParamSpec

from simulator.conversation import Turn
from simulator.history import (
    Store,
    StoredObservation,
    StoredScore,
    append_agent_turn,
    append_answer,
    create_attempt,
    open_store,
    put_snapshot,
)

REPLY = "I am sorry about the two weeks without your espresso machine. I will send a new one today. " * 3
ANSWER = "And who tells me that this one works? The last one came with the same promise."
BODY = {"language": "en", "moves": ["apologises", "offers_remedy"], "facts": [{"id": "remedy", "start": 62, "end": 92}]}
EVIDENCE = [{"text": "I will send a new one today", "start": 62, "end": 89}]
EXPLANATION = "The remedy was named together with its day."
DIMENSIONS = ("accuracy", "tone", "de_escalation", "reply_time", "clarity", "language")
EXCHANGES_AN_ATTEMPT = 20

P = ParamSpec("P")


def measure(exchanges: int) -> dict[str, float]:
    """Milliseconds of one exchange at the median and the 95th percentile, and the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder, "history.db"))
        open_store(Path(folder, "bare.db")).close()
        bare = sqlite3.connect(Path(folder, "bare.db"), isolation_level=None)
        for pragma in ("busy_timeout = 30000", "synchronous = FULL", "foreign_keys = ON"):
            bare.execute(f"PRAGMA {pragma}")
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(-EXCHANGES_AN_ATTEMPT, exchanges):  # those below 0 warm up
            index = number % EXCHANGES_AN_ATTEMPT * 2
            if index == 0:
                attempt_id = new_attempt(store)
                copy_attempt(store, bare, attempt_id)
            took = seconds(exchange, store, attempt_id, index), seconds(bare_exchange, bare, attempt_id, index)
            if number >= 0:
                ours.append(took[0])
                theirs.append(took[1])
        bare.close()
        store.close()
    result = {}
    for name, times in (("history", ours), ("bare", theirs)):
        cuts = quantiles(times, n=20)
        result[f"{name}_p50_ms"], result[f"{name}_p95_ms"] = cuts[9] * 1000, cuts[18] * 1000
    result["ratio_p50"] = result["history_p50_ms"] / result["bare_p50_ms"]
    result["ratio_p95"] = result["history_p95_ms"] / result["bare_p95_ms"]
    return {name: round(value, 3) for name, value in result.items()}


def seconds(function: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> float:
    started = time.perf_counter()
    function(*args, **kwargs)
    return time.perf_counter() - started


def new_attempt(store: Store) -> str:
    hashes = [put_snapshot(store, kind=kind, name="x", body={}) for kind in ("scenario", "persona", "documents")]
    return create_attempt(
        store,
        trainee="Ada",
        scenario="espresso",
        persona="patient",
        scenario_hash=hashes[0],
        persona_hash=hashes[1],
        documents_hash=hashes[2],
        language="en",
        seed=1,
        started_at=datetime.now(UTC),
    ).id


def copy_attempt(store: Store, bare: sqlite3.Connection, attempt_id: str) -> None:
    bare.execute("ATTACH ? AS other", (store.engine.url.database,))
    bare.execute("INSERT OR IGNORE INTO snapshot SELECT * FROM other.snapshot")
    bare.execute("INSERT INTO attempt SELECT * FROM other.attempt WHERE id = ?", (attempt_id,))
    bare.execute("DETACH other")


def exchange(store: Store, attempt_id: str, index: int) -> None:
    append_agent_turn(
        store,
        attempt_id=attempt_id,
        text=REPLY,
        at=index * 10.0,
        waited_browser=8.5,
        waited_server=8.9,
        send_id=f"send-{index}",
    )
    append_answer(
        store,
        attempt_id=attempt_id,
        answers_index=index,
        turns=[Turn("customer", ANSWER, index * 10.0 + 2, voice="scripted")],
        observations=[StoredObservation(index, "1", BODY)],
        scores=[StoredScore(index, name, 0.5, "rules", "1", EXPLANATION, EVIDENCE) for name in DIMENSIONS],
    )


def bare_exchange(bare: sqlite3.Connection, attempt_id: str, index: int) -> None:
    add_turn = "INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    now = str(datetime.now(UTC).replace(tzinfo=None))
    at = index * 10.0
    bare.execute("BEGIN IMMEDIATE")
    bare.execute(add_turn, (attempt_id, index, "agent", REPLY, at, 8.5, 8.9, None, f"send-{index}", now))
    bare.execute("COMMIT")
    bare.execute("BEGIN IMMEDIATE")
    bare.execute(add_turn, (attempt_id, index + 1, "customer", ANSWER, at + 2, None, None, "scripted", None, now))
    bare.execute("INSERT INTO observation VALUES (?, ?, ?, ?)", (attempt_id, index, "1", json.dumps(BODY)))
    bare.executemany(
        "INSERT INTO score VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(attempt_id, index, name, 0.5, "rules", "1", EXPLANATION, json.dumps(EVIDENCE)) for name in DIMENSIONS],
    )
    bare.execute("COMMIT")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Cost of storing one exchange, against bare sqlite3.")
    parser.add_argument("--exchanges", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = measure(options.exchanges)
    if options.json:
        print(json.dumps(measured))
    else:
        for label, number in measured.items():
            print(f"{label:16} {number:8.3f}")
