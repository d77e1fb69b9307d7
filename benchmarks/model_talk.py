"""Conversations for `benchmarks/endpoint.py`, played by script beforehand: their requests, and the answers.

What a model would have answered is the scripted customer's line, and a judgement of the usual length. So the program's
turns go the same way each time, every answer passes its checks, and the bare parts can send the very same requests.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from model_server import Messages, Texts, key

from simulator.attempt import Attempt
from simulator.case import Case
from simulator.customers.base import Speech, Spoken
from simulator.customers.faults import faults_at_end
from simulator.customers.scripted import compose
from simulator.director import Cue, rules
from simulator.judge.answer import schema
from simulator.judge.request import make_task
from simulator.log import MemoryLog
from simulator.prompts import Assignment, assign, customer_messages
from simulator.scenarios.library import load_library

TURNS = 40
_REPLIES = (
    "Which order number is it, please?",
    "I am sorry that you have waited so long for your money, that is annoying.",
    "May I ask on which day you sent the robot back to us?",
    "I have looked at your account and I see the return label that was printed in March.",
    "Was the parcel handed over at a shop or picked up at your door?",
    "We refund within 14 days of the day on which the warehouse has received the robot.",
    "Could you tell me which colour the robot has and whether the charging station was in the parcel too?",
    "The warehouse checks every parcel and then writes a note, which I can see here in the system.",
)
"""Neither rude nor the whole answer: the customer stays."""
_REASON = "The agent says so in its own words, and that is just what this customer has asked for in its last message."


@dataclass
class Round:
    """A reply, and the two requests and answers that it leads to."""

    reply: str
    customer: Messages
    said: str
    judge: Messages = field(default_factory=list)
    judged: str = ""


Talk = list[Round]
"""A conversation; the first round is the opening, with no reply and no judgement."""


@cache
def case() -> Case:
    """The case that is played. No shipped conversation lasts 40 turns; here the customer's patience is longer."""
    rules._MOST_REPLIES = TURNS + 20
    return load_library().cast("late-refund")


def replies(name: str, turns: int = TURNS) -> list[str]:
    """Replies that nobody has read before, so that nothing found in them is remembered.

    Args:
        name: of the conversation; its replies differ from those of other names.
        turns: how many.
    """
    return [
        f"{_REPLIES[n % 8].rstrip('.?')}, as line {n} of list {name} asks{_REPLIES[n % 8][-1]}" for n in range(turns)
    ]


_FRESH = re.findall(
    r"\w+",
    "the same here again kettle train garden letter winter paper money bridge window of that week at noon with my "
    "brother and his neighbour in front every door whole street knows by now",
)
"""Words for a message that may not be like an earlier one."""


class _Recorder:
    """The scripted customer, and which request each of its lines would have answered."""

    takes_time = False

    def __init__(self) -> None:
        self.spoken: list[tuple[Messages, str]] = []

    def speak(self, cue: Cue) -> Speech:
        assignment = assign(cue, compose(cue))
        text = _faultless(assignment, compose(cue))
        self.spoken.append((customer_messages(assignment), text))
        yield text
        return Spoken(text, "scripted")


def _faultless(assignment: Assignment, scripted: str) -> str:
    """The scripted line; where a model must not repeat it or has to say more, with more."""
    talk = assignment.cue.transcript
    contents = " ".join(each for each in assignment.contents if each is not None and each not in scripted)
    chance = random.Random(len(talk))
    for text in (scripted, f"{scripted} {contents}", contents):
        for more in range(0, 25, 4):
            said = " ".join([text, *chance.sample(_FRESH, more)]).strip()
            if said and next(faults_at_end(said, assignment, complete=True), None) is None:
                return said
    raise AssertionError(f"nothing fits {scripted!r} {contents!r}")


def record(name: str, turns: int = TURNS) -> Talk:
    """The conversation of this name."""
    recorder = _Recorder()
    attempt = Attempt.begin(case(), customer=recorder, scorers=(), log=MemoryLog(), clock=lambda: 0.0, with_desk=False)
    rounds = [Round("", *recorder.spoken[0])]
    for reply in replies(name, turns):
        attempt.reply(reply)
        task = make_task(case(), attempt.transcript, attempt.exchanges[-1], "en")
        rounds.append(Round(reply, *recorder.spoken[-1], task.messages, judgement(reply)))
    return rounds


def judgement(reply: str) -> str:
    """What a judge would answer: a verdict on each criterion, some 500 tokens."""
    opinion: dict[str, Any] = {"reason": _REASON, "quote": reply[:40].rsplit(" ", 1)[0], "band": 4}
    verdicts = {
        name: {**opinion, "passage": "P1"} if name == "accuracy" else opinion
        for name, kind in schema()["properties"].items()
        if kind.get("type") != "array"
    }
    moves = [{"id": "explains", "quote": opinion["quote"]}]
    return json.dumps({**verdicts, "facts": [], "asked": [], "moves": moves})


def record_elsewhere(names: Sequence[str]) -> list[Talk]:
    """Conversations of these names, played in another process: in this one nobody has read their replies yet."""
    run = subprocess.run([sys.executable, __file__, *names], check=True, capture_output=True, text=True)
    return [[Round(**each) for each in talk] for talk in json.loads(run.stdout)]


def answers(rounds: Iterable[Round]) -> Texts:
    """The answers to all requests of some rounds."""
    found: Texts = {}
    for each in rounds:
        found[key(each.customer)] = each.said
        if each.judge:
            found[key(each.judge)] = each.judged
    return found


if __name__ == "__main__":
    print(json.dumps([[asdict(each) for each in record(name)] for name in sys.argv[1:]]))
