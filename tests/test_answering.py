"""Customers who write in the background: one message for all who look, given up when nobody does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from endpoints import eventually

from simulator import history, practice
from simulator.customers import Customer, NotWanted, ScriptedCustomer, Speech
from simulator.director import Cue
from simulator.history import Store
from simulator.practice import Practice
from simulator.scenarios.library import load_library
from simulator.ui.answering import Answering


class Slow:
    """Says the scripted line once it is let, and gives up when nobody wants it."""

    takes_time = True

    def __init__(self) -> None:
        self.may_speak = threading.Event()
        self.asked = 0
        self.breaks = False

    def made(self, is_wanted: Callable[[], bool]) -> Customer:
        self._is_wanted = is_wanted
        return self

    def speak(self, cue: Cue) -> Speech:
        self.asked += 1
        if self.breaks:
            raise OSError("the disk is full")
        yield "Well."
        while not self.may_speak.wait(0.01):
            if not self._is_wanted():
                raise NotWanted
        return (yield from ScriptedCustomer().speak(cue))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = history.open_store(tmp_path / "history.db")
    yield opened
    opened.close()


@pytest.fixture
def unanswered(store: Store) -> Practice:
    begun = practice.begin(store, load_library().cast("late-refund"), trainee="Mira")
    begun.attempt.send("Please calm down.")
    return begun


def roles(store: Store, begun: Practice) -> list[str]:
    return [turn.role for turn in history.load_log(store, attempt_id=begun.id).turns]


def test_all_who_look_see_one_message(store: Store, unanswered: Practice) -> None:
    customer = Slow()
    answering = Answering(store, customer.made, is_there=lambda session: True)
    first = answering.answer(unanswered.id, wanted_by="tab")
    assert eventually(lambda: first.text == "Well.", 5)
    assert not first.wait(0.05)
    assert answering.answer(unanswered.id, wanted_by="other tab") is first
    customer.may_speak.set()
    assert eventually(lambda: first.wait(0.1), 5)
    assert customer.asked == 1
    assert roles(store, unanswered) == ["customer", "agent", "customer"]
    assert first.text == history.load_log(store, attempt_id=unanswered.id).turns[-1].text


def test_a_message_is_given_up_when_the_last_one_has_gone_and_made_anew(store: Store, unanswered: Practice) -> None:
    customer, there = Slow(), {"tab", "other tab"}
    answering = Answering(store, customer.made, is_there=there.__contains__, grace=0.1)
    writing = answering.answer(unanswered.id, wanted_by="tab")
    answering.answer(unanswered.id, wanted_by="other tab")
    there.remove("tab")
    assert not eventually(lambda: writing.wait(0.05), 0.5)
    there.clear()
    assert eventually(lambda: writing.wait(0.05), 5)
    assert (writing.error, roles(store, unanswered)) == (None, ["customer", "agent"])
    there.add("tab")
    customer.may_speak.set()
    again = answering.answer(unanswered.id, wanted_by="tab")
    assert eventually(lambda: again.wait(0.05), 5)
    assert (customer.asked, len(roles(store, unanswered))) == (2, 3)


def test_what_goes_wrong_is_told_and_can_be_tried_again(store: Store, unanswered: Practice) -> None:
    customer = Slow()
    customer.breaks = True
    customer.may_speak.set()
    answering = Answering(store, customer.made, is_there=lambda session: True)
    writing = answering.answer(unanswered.id, wanted_by="tab")
    assert eventually(lambda: writing.wait(0.05), 5)
    assert isinstance(writing.error, OSError)
    customer.breaks = False
    again = answering.answer(unanswered.id, wanted_by="tab")
    assert eventually(lambda: again.wait(0.05), 5)
    assert (again.error, len(roles(store, unanswered))) == (None, 3)
