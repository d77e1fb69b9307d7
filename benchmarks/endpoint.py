"""What the program adds to a turn with a language model, on a stand-in in a process of its own. One run, all figures.

`bare` is the reference: a streamed and a structured call by `http.client` on one open connection, a search of 1,000
passages in memory, one durable SQLite commit. `bare_by_endpoint` is the same with the calls through `Endpoint`;
`bare_likewise` has as many commits as the program, too: the reply before anything acts on it, the answer, the claim on
the reply, so that one process judges it, and the judgement. `ours`
is the whole turn: an attempt in a history on disk, its reply observed and scored, the customer's words by a model and
checked, the reply judged. All send the same requests, from a conversation that was played beforehand, in turns, so
that all meet the same machine. `rules` is the part of `ours` that the reference lacks, on its own: reading and scoring
a reply, the mood, the director, the scripted line (no history, no network); `ours_without_rules` is the difference.
`parts_ms` says where the time of `ours` goes, in a conversation of its own: the stand-in's time is in
`endpoint_client`, and `rules` are read twice, by the attempt and by the judging.

Times are milliseconds a turn, with the stand-in's in them; `overhead` is without: less the time that it took for the
two calls. CPU is this process's. Growth is turn 40 against turn 5.

    python benchmarks/endpoint.py [--rounds 5] [--parallel 20] [--json]
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import re
import sqlite3
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from model_parallel import measure_parallel
from model_parts import stopped
from model_server import Messages, stand_in
from model_talk import Round, Talk, answers, case, record_elsewhere
from model_tokens import measure_tokens

from simulator import practice
from simulator.attempt import Attempt
from simulator.customers import LanguageModelCustomer, ScriptedCustomer
from simulator.endpoint import Endpoint, EndpointSettings, Reply
from simulator.history import open_store
from simulator.judge import Judge
from simulator.judge.answer import schema
from simulator.judging import Judging
from simulator.log import MemoryLog
from simulator.scoring import RULE_SCORERS

_PASSAGES = 1_000
_WORD = re.compile(r"\w+")


@dataclass
class Times:
    """One turn: seconds of clock and CPU, and until the first token and the first shown sentence."""

    clock: float = 0.0
    cpu: float = 0.0
    first_token: float = 0.0
    first_shown: float = 0.0
    customer: float = 0.0


class Caller(Protocol):
    """The two calls of a turn."""

    def customer(self, messages: Messages) -> tuple[str, float]:
        """The text, and when its first piece came."""
        ...

    def judge(self, messages: Messages) -> dict[str, Any]: ...


class BareCaller:
    """The two calls by http.client, with nothing checked."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def customer(self, messages: Messages) -> tuple[str, float]:
        body = {"stream": True, "stream_options": {"include_usage": True}, "messages": messages}
        said: list[str] = []
        first = 0.0
        for line in self._post(body):
            if line.startswith(b"data: {"):
                event = json.loads(line[6:])
                if event["choices"]:
                    said.append(event["choices"][0]["delta"].get("content") or "")
                    if said[-1] and not first:
                        first = time.perf_counter()
        return "".join(said), first

    def judge(self, messages: Messages) -> dict[str, Any]:
        wanted = {"name": "judgement", "schema": schema(), "strict": True}
        body = {"messages": messages, "response_format": {"type": "json_schema", "json_schema": wanted}}
        answer = json.loads(self._post(body).read())
        data: dict[str, Any] = json.loads(answer["choices"][0]["message"]["content"])
        return data

    def _post(self, body: dict[str, Any]) -> http.client.HTTPResponse:
        data = json.dumps({"model": "standin", "max_tokens": 600, **body})
        headers = {"Content-Type": "application/json", "Authorization": "Bearer none"}
        self._connection.request("POST", "/v1/chat/completions", data, headers)
        return self._connection.getresponse()


class EndpointCaller:
    """The two calls as the program makes them."""

    def __init__(self, port: int) -> None:
        self._endpoint = endpoint_at(port)

    def customer(self, messages: Messages) -> tuple[str, float]:
        started = time.perf_counter()
        reply = self._endpoint.stream(messages, max_tokens=600)
        text = "".join(reply)
        return text, started + (reply.usage.first_token_s or 0.0)

    def judge(self, messages: Messages) -> dict[str, Any]:
        data: dict[str, Any] = self._endpoint.structured(messages, schema(), name="judgement", max_tokens=600).data
        return data


class TimedEndpoint(Endpoint):
    """Knows when its last stream was asked for, and the stream."""

    asked_at = 0.0
    reply: Reply

    def stream(self, messages: Any, **options: Any) -> Reply:
        self.asked_at = time.perf_counter()
        self.reply = super().stream(messages, **options)
        return self.reply


def endpoint_at(port: int, made: type[Endpoint] = Endpoint) -> Any:
    """An endpoint for the stand-in that has made its client."""
    endpoint = made(EndpointSettings(url=f"http://127.0.0.1:{port}/v1", model="standin", structured="json_schema"))
    endpoint.warm()
    return endpoint


class BareTalk:
    """A conversation of bare parts."""

    def __init__(self, caller: Caller, file: Path, *, commits: int = 1) -> None:
        self._caller = caller
        self._commits = commits
        self._connection = bare_database(file)
        self._passages = [{f"word{n * k % 997}" for k in range(60)} | {"refund", "days"} for n in range(_PASSAGES)]

    def begin(self, opening: Round) -> None:
        self._caller.customer(opening.customer)

    def turn(self, given: Round) -> Times:
        started = time.perf_counter()
        words = set(_WORD.findall(given.reply.lower()))
        sorted(range(_PASSAGES), key=lambda n: -len(words & self._passages[n]))[:3]
        said, first = self._caller.customer(given.customer)
        customer = time.perf_counter()
        verdict = self._caller.judge(given.judge)
        for _ in range(self._commits):
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("INSERT INTO turn (text, body) VALUES (?, ?)", (said, json.dumps(verdict)))
            self._connection.execute("COMMIT")
        if said != given.said:
            raise AssertionError("the stand-in said something else")
        return Times(first_token=first - started, first_shown=first - started, customer=customer - started)


class OurTalk:
    """A conversation of the program, judged after each reply."""

    def __init__(self, port: int, file: Path) -> None:
        self._store = open_store(file)
        self._endpoint: TimedEndpoint = endpoint_at(port, TimedEndpoint)
        self._judging = Judging(self._store, Judge(self._endpoint))

    def begin(self, opening: Round) -> None:
        customer = LanguageModelCustomer(self._endpoint)
        self._attempt = practice.begin(self._store, case(), trainee="benchmark", customer=customer).attempt

    def turn(self, given: Round) -> Times:
        started = time.perf_counter()
        shown: list[float] = []
        self._attempt.send(given.reply)
        said = self._attempt.answer(lambda text: shown.append(time.perf_counter()))
        customer = time.perf_counter()
        judged = self._judging.look()
        if said != given.said or judged != 1 or self._attempt.transcript[-1].voice != "model":
            raise AssertionError("the turn went another way than the one that was played beforehand")
        first = self._endpoint.asked_at + (self._endpoint.reply.usage.first_token_s or 0.0)
        return Times(first_token=first - started, first_shown=shown[0] - started, customer=customer - started)


class RulesTalk:
    """A conversation of the program in memory: what it does without a model, a history and a network."""

    def begin(self, opening: Round) -> None:
        self._attempt = Attempt.begin(
            case(), customer=ScriptedCustomer(), scorers=RULE_SCORERS, log=MemoryLog(), clock=lambda: 0.0
        )

    def turn(self, given: Round) -> Times:
        self._attempt.reply(given.reply)
        return Times()


def bare_database(path: Path) -> sqlite3.Connection:
    """A database that commits durably."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE turn (id INTEGER PRIMARY KEY, text TEXT, body TEXT)")
    return connection


@dataclass
class Measured:
    """The turns of one way to do it, by conversation; seconds."""

    talk: BareTalk | OurTalk | RulesTalk
    given: list[Talk]
    turns: list[list[Times]] = field(default_factory=list)

    def play(self, number: int, place: int) -> None:
        given = self.given[number]
        if place == 0:
            self.talk.begin(given[0])
            self.turns.append([])
            return
        worked, started = time.process_time(), time.perf_counter()
        found = self.talk.turn(given[place])
        found.clock, found.cpu = time.perf_counter() - started, time.process_time() - worked
        self.turns[-1].append(found)

    def each(self, figure: Callable[[Times], float]) -> list[float]:
        """A figure of each turn, in milliseconds; the first conversation only warms up."""
        return [1000 * figure(turn) for talk in self.turns[1:] for turn in talk]


def measure_parts(port: int, folder: Path, talks: list[Talk]) -> dict[str, float]:
    """Milliseconds of each part in a turn, the mean over a conversation; another one before it warms up."""
    warm, timed = (Measured(OurTalk(port, folder / "parts.db"), talks) for _ in range(2))
    for place in range(len(talks[0])):
        warm.play(0, place)
    timed.play(1, 0)
    with stopped() as watch:
        for place in range(1, len(talks[1])):
            timed.play(1, place)
    turns = timed.turns[0]
    rest = sum(turn.clock for turn in turns) - sum(watch.seconds.values())
    longest_first = sorted(watch.seconds.items(), key=lambda pair: -pair[1])
    return {name: round(1000 * seconds / len(turns), 2) for name, seconds in [*longest_first, ("rest", rest)]}


def measure_turns(port: int, folder: Path, talks: dict[str, list[Talk]]) -> dict[str, Any]:
    """All ways in turns: turn 1 of each, turn 2 of each …"""
    ways = {
        "bare": Measured(BareTalk(BareCaller(port), folder / "bare.db"), talks["ours"]),
        "bare_by_endpoint": Measured(BareTalk(EndpointCaller(port), folder / "endpoint.db"), talks["ours"]),
        "bare_likewise": Measured(BareTalk(EndpointCaller(port), folder / "likewise.db", commits=4), talks["ours"]),
        "ours": Measured(OurTalk(port, folder / "ours.db"), talks["ours"]),
        "rules": Measured(RulesTalk(), talks["rules"]),
    }
    for number, talk in enumerate(talks["ours"]):
        for place in range(len(talk)):
            for way in ways.values():
                way.play(number, place)
    served = _served(port)
    found: dict[str, Any] = {name: _summary(way, served if name != "rules" else 0.0) for name, way in ways.items()}
    ours, bare, rules = ways["ours"], ways["bare"], ways["rules"]
    clock, cpu = (
        [a - b for a, b in zip(ours.each(figure), rules.each(figure), strict=True)]
        for figure in (lambda t: t.clock, lambda t: t.cpu)
    )
    found["ours_without_rules"] = {**_cuts(clock, served), "cpu_ms": round(statistics.mean(cpu), 2)}
    for name in ("ours", "ours_without_rules", "bare_by_endpoint"):
        for other in ("bare", "bare_likewise"):
            found[name][f"times_{other}"] = {key: round(found[name][key] / found[other][key], 2) for key in _COMPARED}
    found["stand_in_ms"] = round(served, 2)
    found["our_judging_p50_ms"] = round(statistics.median(ours.each(lambda t: t.clock - t.customer)), 2)
    found["customer_waits_p50_ms"] = {
        name: round(statistics.median(way.each(lambda t: t.customer)), 2)
        for name, way in (("bare", bare), ("ours", ours))
    }
    return found


_COMPARED = ("p50_ms", "p95_ms", "overhead_p50_ms", "overhead_p95_ms", "cpu_ms")


def _served(port: int) -> float:
    """Milliseconds that the stand-in takes for the two calls of a turn, by its own clock: the median."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/standin/calls") as answer:
        calls = json.load(answer)["calls"]
    took = {
        streams: [float(call["ended"] - call["started"]) for call in calls if call["streams"] == streams]
        for streams in (True, False)
    }
    return 1000 * sum(map(statistics.median, took.values()))


def _cuts(milliseconds: list[float], served: float) -> dict[str, Any]:
    cuts = statistics.quantiles(milliseconds, n=100)
    found = {"p50_ms": cuts[49], "p95_ms": cuts[94]}
    if served:
        found |= {f"overhead_{name}": value - served for name, value in found.items()}
    return {name: round(value, 2) for name, value in found.items()}


def _summary(way: Measured, served: float) -> dict[str, Any]:
    found: dict[str, Any] = _cuts(way.each(lambda t: t.clock), served)
    growth = [statistics.median(talk[place].clock for talk in way.turns[1:]) for place in (4, 39)]
    found["cpu_ms"] = round(statistics.mean(way.each(lambda t: t.cpu)), 2)
    found["turn_40_to_5"] = round(growth[1] / growth[0], 2)
    if served:
        found["first_token_p50_ms"] = round(statistics.median(way.each(lambda t: t.first_token)), 2)
        found["first_shown_p50_ms"] = round(statistics.median(way.each(lambda t: t.first_shown)), 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="conversations of 40 turns, and one more to warm up")
    parser.add_argument("--parallel", type=int, default=20, help="conversations at a time")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rounds, parallel = arguments.rounds + 1, arguments.parallel
    counts = {"o": rounds, "r": rounds, "t": 2, "p": 4 * parallel}
    talks = iter(record_elsewhere([f"{kind}{n}" for kind, count in counts.items() for n in range(count)]))
    alone, rules, timed, many = (list(itertools.islice(talks, count)) for count in counts.values())
    texts = answers(each for talk in (*alone, *rules, *timed, *many) for each in talk)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with stand_in(texts) as port:
            turns = measure_turns(port, folder, {"ours": alone, "rules": rules})
            turns["parts_ms"] = measure_parts(port, folder, timed)
        result = {
            "turns": 40 * arguments.rounds,
            "load": [round(each, 1) for each in os.getloadavg()],
            **turns,
            "parallel": measure_parallel(texts, folder, many, parallel),
            "ten_turns": measure_tokens(alone[0], folder),
        }
    print(json.dumps(result, indent=2) if arguments.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
