"""Many conversations with a language model at a time, in one process: turns a second against the ideal."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_server import Texts, stand_in
from model_talk import Talk, case

from simulator import practice
from simulator.customers import LanguageModelCustomer
from simulator.endpoint import Endpoint, EndpointSettings
from simulator.history import Store, open_store
from simulator.judge import Judge
from simulator.judging import Judging

TURNS = 10
_FIRST_TOKEN, _BETWEEN = 0.7, 0.02
"""A large hosted model's usual delays, in seconds."""
_PAUSE, _PAUSED_TURNS = 8.0, 4
"""Seconds in which somebody reads and writes, and how many turns are enough to see whether the judging keeps up."""
_AFTERWARDS = 10.0
"""Seconds after the last reply in which all have to be judged."""

Play = Callable[[Talk], None]


@dataclass(frozen=True)
class Spent:
    """How long conversations took that were held at the same time, in seconds.

    Args:
        mean: one of them, the mean.
        slowest: the one that took longest.
        wall_clock: all of them, from the beginning of the first to the end of the last.
    """

    mean: float
    slowest: float
    wall_clock: float

    def turns_a_second(self, turns: int) -> dict[str, float]:
        """By the mean conversation, which is what a trainee meets, and by the wall clock, where the slowest counts."""
        return {
            "turns_a_second": round(turns / self.mean, 2),
            "turns_a_second_wall_clock": round(turns / self.wall_clock, 2),
            "slowest_conversation_s": round(self.slowest, 2),
        }


def measure_parallel(texts: Texts, folder: Path, talks: list[Talk], count: int) -> dict[str, Any]:
    """Turns a second of the first ten turns, as the customers' answers come; the judge works beside, as in the app.

    The ideal is an endpoint's own time: until its first token, and between its tokens.

    Args:
        texts: what the stand-in answers.
        folder: for the histories.
        talks: four for each conversation at a time: nothing that was read in one run is read again in another.
        count: conversations at a time.
    """
    slices = [talks[n * count : (n + 1) * count] for n in range(4)]
    turns = TURNS * count
    served = [sum(_FIRST_TOKEN + _BETWEEN * each.said.count(" ") for each in _played(talk)) for talk in slices[2]]
    within = sum(served) / turns
    ends = [begun + taken for begun, taken in zip(_begin_at(count, within), served, strict=True)]
    ideal = Spent(sum(served) / count, max(served), max(ends)).turns_a_second(turns)
    with stand_in(texts) as port:
        bare = together(lambda talk: _bare(port, talk), slices[0]).turns_a_second(turns)
        undelayed = _ours(port, folder / "undelayed.db", slices[1])
    with stand_in(texts, _FIRST_TOKEN, _BETWEEN) as port:
        delayed = _ours(port, folder / "delayed.db", slices[2], within=within)
        paused = _ours(port, folder / "paused.db", slices[3], within=_PAUSE, pause=_PAUSE, turns=_PAUSED_TURNS)
    return {
        "conversations": count,
        "without_delay": {"bare_customer": bare, **undelayed},
        "with_delays": {
            "ideal": ideal,
            **delayed,
            **{
                f"share_of_ideal{kind}": round(delayed[f"turns_a_second{kind}"] / ideal[f"turns_a_second{kind}"], 3)
                for kind in ("", "_wall_clock")
            },
        },
        "with_delays_and_people": paused,
    }


def _played(talk: Talk) -> Talk:
    return talk[1 : TURNS + 1]


def _begin_at(count: int, within: float) -> list[float]:
    """When each of so many conversations begins, in seconds, one after the other within so many."""
    return [within * place / count for place in range(count)]


def together(play: Play, talks: list[Talk], within: float = 0.0) -> Spent:
    """Holds conversations at the same time, each in a thread of its own.

    Args:
        play: plays one.
        talks: the conversations.
        within: seconds in which they begin, one after the other: people do not send at the same moment.
    """
    ready = threading.Barrier(len(talks))
    spans: list[tuple[float, float]] = []

    def run(begins: float, talk: Talk) -> None:
        ready.wait()
        time.sleep(begins)
        started = time.perf_counter()
        play(talk)
        spans.append((started, time.perf_counter()))

    places = zip(_begin_at(len(talks), within), talks, strict=True)
    threads = [threading.Thread(target=run, args=each) for each in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(spans) != len(talks):
        raise AssertionError("a conversation has failed")
    taken = [ended - started for started, ended in spans]
    wall_clock = max(ended for _, ended in spans) - min(started for started, _ in spans)
    return Spent(sum(taken) / len(taken), max(taken), wall_clock)


def _bare(port: int, talk: Talk) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for each in _played(talk):
        body = {"model": "standin", "max_tokens": 600, "stream": True, "messages": each.customer}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        for line in connection.getresponse():
            if line.startswith(b"data: {"):
                json.loads(line[6:])


def _ours(
    port: int, database: Path, talks: list[Talk], *, within: float = 0.0, pause: float = 0.0, turns: int = TURNS
) -> dict[str, Any]:
    """Turns a second, and how many of them were judged when the last was answered and some seconds later."""
    store = open_store(database)
    endpoint = Endpoint(EndpointSettings(url=f"http://127.0.0.1:{port}/v1", model="standin", structured="json_schema"))
    endpoint.warm()
    held = {id(talk): _begin(store, endpoint) for talk in talks}
    judging = Judging(store, Judge(endpoint))

    def play(talk: Talk) -> None:
        attempt = held[id(talk)].attempt
        for each in _played(talk)[:turns]:
            time.sleep(pause)
            attempt.reply(each.reply)
            judging.wake()
            if attempt.transcript[-1].voice != "model":
                raise AssertionError("the scripted line was said")

    judging.start()
    spent = together(play, talks, within)
    judged, of = _judged(store), turns * len(talks)
    until = time.monotonic() + _AFTERWARDS
    while _judged(store) < of and time.monotonic() < until:
        time.sleep(0.1)
    afterwards = _judged(store)
    judging.close()
    endpoint.close()
    store.close()
    return {
        **spent.turns_a_second(of),
        "of": of,
        "judged_meanwhile": judged,
        f"judged_within_{_AFTERWARDS:.0f}_s": afterwards,
    }


def _begin(store: Store, endpoint: Endpoint) -> practice.Practice:
    return practice.begin(store, case(), trainee="benchmark", customer=LanguageModelCustomer(endpoint))


def _judged(store: Store) -> int:
    with store.reading() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM judgement WHERE judged_at IS NOT NULL").scalar_one()
    return int(found)
