"""What the program adds to the calls of a language model: `Endpoint` against bare parts, on the stand-in.

The reference turn is made of bare parts: a streamed and a structured call by `http.client` on one open connection, a
search of 1,000 passages in memory, one durable SQLite commit. `endpoint_turn` is the same with the two calls through
`Endpoint`. Both talk to one stand-in without delay, in a process of its own, in turns, so that both meet the same
machine. Milliseconds of time and of this process's CPU a turn; growth is turn 40 against turn 5.

    python benchmarks/endpoint.py [--rounds 15] [--json]
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from standin import free_port

ROOT = Path(__file__).parents[1]
TURNS = 40
_PASSAGES = 1_000
_WORD = re.compile(r"\w+")
_SYSTEM = "You are a customer of a shop for kitchen devices, and you are angry. " * 40
"""About 700 tokens."""
_REPLY = "I am sorry that your kettle has not arrived. I have just looked it up: it left our store on Monday."
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in ("accuracy", "tone", "de_escalation")},
    "required": ["accuracy", "tone", "de_escalation"],
    "additionalProperties": False,
}

Messages = list[dict[str, str]]


class Caller(Protocol):
    """The two calls of a turn."""

    def customer(self, messages: Messages) -> str: ...
    def judge(self, messages: Messages) -> dict[str, Any]: ...


class BareCaller:
    """The two calls by http.client, with nothing checked."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def customer(self, messages: Messages) -> str:
        body = {"stream": True, "stream_options": {"include_usage": True}, "messages": messages}
        said = []
        for line in self._post(body):
            if line.startswith(b"data: {"):
                event = json.loads(line[6:])
                if event["choices"]:
                    said.append(event["choices"][0]["delta"].get("content") or "")
        return "".join(said)

    def judge(self, messages: Messages) -> dict[str, Any]:
        wanted = {"name": "verdict", "schema": _SCHEMA, "strict": True}
        body = {"messages": messages, "response_format": {"type": "json_schema", "json_schema": wanted}}
        answer = json.loads(self._post(body).read())
        data: dict[str, Any] = json.loads(answer["choices"][0]["message"]["content"])
        return data

    def _post(self, body: dict[str, Any]) -> http.client.HTTPResponse:
        data = json.dumps({"model": "standin", "max_tokens": 200, **body})
        headers = {"Content-Type": "application/json", "Authorization": "Bearer none"}
        self._connection.request("POST", "/v1/chat/completions", data, headers)
        return self._connection.getresponse()


class EndpointCaller:
    """The two calls as the program makes them."""

    def __init__(self, port: int) -> None:
        from simulator.endpoint import Endpoint, EndpointSettings

        self._endpoint = Endpoint(EndpointSettings(url=f"http://127.0.0.1:{port}/v1", model="standin"))
        self._endpoint.warm()

    def customer(self, messages: Messages) -> str:
        return "".join(self._endpoint.stream(messages, max_tokens=200))

    def judge(self, messages: Messages) -> dict[str, Any]:
        return self._endpoint.structured(messages, _SCHEMA, name="verdict", max_tokens=200).data


class Conversation:
    """A talk that grows: a reply, its passages looked up, two calls, one commit."""

    def __init__(self, caller: Caller, connection: sqlite3.Connection, passages: list[set[str]]) -> None:
        self._caller = caller
        self._connection = connection
        self._passages = passages
        self._messages: Messages = [{"role": "system", "content": _SYSTEM}]

    def turn(self) -> None:
        self._messages.append({"role": "user", "content": _REPLY})
        words = set(_WORD.findall(_REPLY.lower()))
        found = sorted(range(len(self._passages)), key=lambda n: -len(words & self._passages[n]))[:3]
        said = self._caller.customer([*self._messages, {"role": "system", "content": "You are angry. Object."}])
        verdict = self._caller.judge([*self._messages, {"role": "system", "content": f"Judge the reply by {found}."}])
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO turn (text, body) VALUES (?, ?)", (said, json.dumps(verdict)))
        self._connection.execute("COMMIT")
        self._messages.append({"role": "assistant", "content": said})


@contextmanager
def stand_in(*options: str) -> Iterator[int]:
    """The port of a stand-in in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "standin", "--port", str(port), *options]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1):
                    break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def bare_database(path: Path) -> sqlite3.Connection:
    """A database that commits durably."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE turn (id INTEGER PRIMARY KEY, text TEXT, body TEXT)")
    return connection


def measure(callers: dict[str, Callable[[int], Caller]], port: int, folder: Path, rounds: int) -> dict[str, Any]:
    """Conversations of `TURNS` turns, all callers in turns; the first round only warms up."""
    passages = [{f"word{n * k % 997}" for k in range(60)} | {"kettle", "store"} for n in range(_PASSAGES)]
    made = {name: make(port) for name, make in callers.items()}
    databases = {name: bare_database(folder / f"{name}.db") for name in made}
    times: dict[str, list[list[float]]] = {name: [] for name in made}
    work: dict[str, float] = dict.fromkeys(made, 0.0)
    for number in range(rounds + 1):
        talks = {name: Conversation(caller, databases[name], passages) for name, caller in made.items()}
        taken: dict[str, list[float]] = {name: [] for name in made}
        for _ in range(TURNS):
            for name, talk in talks.items():
                started, worked = time.perf_counter(), time.process_time()
                talk.turn()
                taken[name].append(1000 * (time.perf_counter() - started))
                if number:
                    work[name] += 1000 * (time.process_time() - worked)
        for name, turns in taken.items():
            if number:
                times[name].append(turns)
    return {name: _summary(times[name], work[name]) for name in made}


def _summary(conversations: list[list[float]], work: float) -> dict[str, float]:
    every = [each for turns in conversations for each in turns]
    cuts = statistics.quantiles(every, n=100)
    fifth = statistics.median(turns[4] for turns in conversations)
    last = statistics.median(turns[-1] for turns in conversations)
    return {
        "p50_ms": round(cuts[49], 2),
        "p95_ms": round(cuts[94], 2),
        "cpu_ms": round(work / len(every), 2),
        "turn_40_to_5": round(last / fifth, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    callers: dict[str, Callable[[int], Caller]] = {"reference_turn": BareCaller, "endpoint_turn": EndpointCaller}
    with tempfile.TemporaryDirectory() as folder, stand_in() as port:
        found = measure(callers, port, Path(folder), arguments.rounds)
    ours, bare = found["endpoint_turn"], found["reference_turn"]
    ratio = {key.removesuffix("_ms"): round(ours[key] / bare[key], 2) for key in ("p50_ms", "p95_ms", "cpu_ms")}
    result = {"turns": TURNS * arguments.rounds, **found, "ratio": ratio}
    print(json.dumps(result, indent=2) if arguments.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
