"""Many conversations with a language model at a time, in one process: turns a second against the ideal."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
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


def measure_parallel(texts: Texts, folder: Path, talks: list[Talk], count: int) -> dict[str, Any]:
    """Turns a second of the first ten turns, as the customers' answers come; the judge works beside, as in the app.

    Args:
        texts: what the stand-in answers.
        folder: for the histories.
        talks: four for each conversation at a time: nothing that was read in one run is read again in another.
        count: conversations at a time.
    """
    slices = [talks[n * count : (n + 1) * count] for n in range(4)]
    turns = TURNS * count
    ideal = (
        count
        * turns
        / sum(_FIRST_TOKEN + _BETWEEN * each.said.count(" ") for talk in slices[2] for each in _played(talk))
    )
    with stand_in(texts) as port:
        bare = turns / together(lambda talk: _bare(port, talk), slices[0])
        undelayed = _ours(port, folder / "undelayed.db", slices[1])
    with stand_in(texts, _FIRST_TOKEN, _BETWEEN) as port:
        delayed = _ours(port, folder / "delayed.db", slices[2], within=count / ideal)
        paused = _ours(port, folder / "paused.db", slices[3], within=_PAUSE, pause=_PAUSE, turns=_PAUSED_TURNS)
    return {
        "conversations": count,
        "without_delay": {"bare_customer_turns_a_second": round(bare, 1), **undelayed},
        "with_delays": {
            "ideal": round(ideal, 2),
            **delayed,
            "share_of_ideal": round(delayed["turns_a_second"] / ideal, 3),
        },
        "with_delays_and_people": paused,
    }


def _played(talk: Talk) -> Talk:
    return talk[1 : TURNS + 1]


def together(play: Play, talks: list[Talk], within: float = 0.0) -> float:
    """Seconds that a conversation takes, the mean; each is in a thread of its own.

    Args:
        play: plays one.
        talks: the conversations.
        within: seconds in which they begin, one after the other: people do not send at the same moment.
    """
    ready = threading.Barrier(len(talks))
    taken: list[float] = []

    def run(place: int, talk: Talk) -> None:
        ready.wait()
        time.sleep(within * place / len(talks))
        started = time.perf_counter()
        play(talk)
        taken.append(time.perf_counter() - started)

    threads = [threading.Thread(target=run, args=(place, talk)) for place, talk in enumerate(talks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(taken) != len(talks):
        raise AssertionError("a conversation has failed")
    return sum(taken) / len(taken)


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
    seconds = together(play, talks, within)
    judged, of = _judged(store), turns * len(talks)
    until = time.monotonic() + _AFTERWARDS
    while _judged(store) < of and time.monotonic() < until:
        time.sleep(0.1)
    afterwards = _judged(store)
    judging.close()
    endpoint.close()
    store.close()
    return {
        "turns_a_second": round(of / seconds, 2),
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
