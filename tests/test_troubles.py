"""What the screens say when something cannot be stored or done: in place, in the interface's language, and nothing that
was written is lost."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from simulator import practice
from simulator.history import Store, StoreUnavailable
from simulator.practice import Practice
from simulator.scenarios.library import load_library
from simulator.settings import Settings
from simulator.ui import services, troubles
from simulator.ui.widgets.chat import sending

LIBRARY = load_library()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The history that the screens use too. Its writers wait for hardly anybody."""
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(tmp_path / "history.db"))
    store = services.store(Settings().history)
    store.engine.dispose()

    @event.listens_for(store.engine, "connect")
    def _impatient(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 20")

    yield store
    store.close()


@pytest.fixture
def other(kept: Store) -> Iterator[sqlite3.Connection]:
    """Another program that has the history open."""
    connection = sqlite3.connect(str(kept.engine.url.database), isolation_level=None)
    yield connection
    connection.close()


def begun(kept: Store, *replies: str) -> Practice:
    made = practice.begin(kept, LIBRARY.cast("late-refund"), trainee="Mira")
    for reply in replies:
        made.attempt.reply(reply)
    return made


def page_of(made: Practice, language: str = "en") -> AppTest:
    """The conversation of an attempt, run without a browser."""

    def script() -> None:
        from simulator.ui.pages import conversation

        conversation.show()

    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["attempt"] = made.id
    app.query_params["lang"] = language
    app.run()
    assert not app.exception
    return app


def told(app: AppTest) -> list[str]:
    assert not app.exception
    assert not app.error
    shown = [str(getattr(element, "value", "")) for element in app.get("html")]
    return [html for html in shown if 'data-testid="trouble"' in html]


def test_a_note_that_cannot_be_stored_is_kept_and_can_be_saved_later(kept: Store, other: sqlite3.Connection) -> None:
    made = begun(kept)
    app, key = page_of(made, "ru"), f"ticket-note-{made.id}"
    other.execute("BEGIN IMMEDIATE")
    app.text_area(key).set_value("Refund traced.").run()
    (trouble,) = told(app)
    assert "Не сохранено" in trouble
    assert "Историю держит занятой другая программа" in trouble
    assert str(kept.engine.url.database) in trouble
    assert app.text_area(key).value == "Refund traced."
    other.execute("ROLLBACK")
    app.button("save-note").click().run()
    assert told(app) == []
    assert "save-note" not in [button.key for button in app.button]
    made.attempt.refresh()
    assert made.attempt.desk.note == "Refund traced."


def test_a_note_outlives_a_page_that_could_not_be_drawn(kept: Store, other: sqlite3.Connection) -> None:
    made = begun(kept)
    app, key = page_of(made), f"ticket-note-{made.id}"
    other.execute("BEGIN IMMEDIATE")
    app.text_area(key).set_value("Refund traced.").run()
    other.execute("ROLLBACK")
    app.query_params["attempt"] = "nobody"
    app.run()
    app.query_params["attempt"] = made.id
    app.run()
    assert app.text_area(key).value == "Refund traced."
    app.button("save-note").click().run()
    made.attempt.refresh()
    assert made.attempt.desk.note == "Refund traced."


@pytest.mark.parametrize("key", ["pause", "stop-sure", "take-back", "better-reply"])
def test_what_cannot_be_stored_is_said_where_it_was_asked_for(kept: Store, other: sqlite3.Connection, key: str) -> None:
    made = begun(kept, "Please calm down.")
    app = page_of(made)
    other.execute("BEGIN IMMEDIATE")
    app.button(key).click().run()
    (trouble,) = told(app)
    assert "Another program keeps the history busy." in trouble
    other.execute("ROLLBACK")
    app.run()
    assert told(app) == []
    made.attempt.refresh()
    assert (made.attempt.outcome, made.attempt.is_paused) == (None, False)


def test_a_part_that_cannot_be_drawn_says_so(kept: Store, other: sqlite3.Connection) -> None:
    made = begun(kept, "Please calm down.")
    other.execute("BEGIN IMMEDIATE")  # the hint has to be noted before it is help
    app = page_of(made)
    (trouble,) = told(app)
    assert "Another program keeps the history busy." in trouble
    other.execute("ROLLBACK")
    app.button("try-again-chat").click().run()
    assert told(app) == []


def test_help_with_an_exam_from_an_old_tab_is_refused(kept: Store) -> None:
    made = practice.begin(kept, LIBRARY.cast("late-refund"), trainee="Mira")
    app = page_of(made)
    app.session_state["practices"][made.id].attempt.mode = "exam"
    app.button("pause").click().run()
    assert "An exam gives no help." in told(app)[0]


def test_a_choice_that_came_after_the_ticket_was_closed_is_explained(kept: Store) -> None:
    made = begun(kept)
    app = page_of(made)
    app.session_state["practices"][made.id].attempt.do("action", {"action": "close"})
    app.selectbox(f"ticket-category-{made.id}").set_value("billing").run()
    assert "closed" in told(app)[0]


@pytest.mark.parametrize(
    ("pragma", "said"),
    [("query_only = ON", "may be read but not written"), ("max_page_count = 1", "disk of the history is full")],
)
def test_the_kind_of_trouble_is_told(kept: Store, pragma: str, said: str) -> None:
    made = begun(kept)

    @event.listens_for(kept.engine, "checkout")
    def _hinder(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    def write_until_it_fails() -> None:
        for _ in range(50):
            made.attempt.do("form", {"note": "x" * 2_000})

    with pytest.raises(StoreUnavailable) as caught:
        write_until_it_fails()
    sentence, detail = troubles.unavailable(caught.value)
    assert said in sentence
    assert detail == str(caught.value)


def test_other_trouble_has_words_too() -> None:
    assert "cannot be used now" in troubles.unavailable(StoreUnavailable("The folder is missing."))[0]


def test_a_finished_conversation_is_looked_at_without_using_help(kept: Store) -> None:
    made = begun(kept, "Please calm down.")
    made.attempt.stop()
    app = page_of(made)
    assert any('data-testid="hint"' in str(getattr(element, "value", "")) for element in app.get("html"))
    made.attempt.refresh()
    assert made.attempt.steps == ()


@pytest.mark.parametrize("waited", [-1, 1e7, math.nan, math.inf, 10**400, "1"])
def test_a_browser_is_not_trusted_with_time(monkeypatch: pytest.MonkeyPatch, waited: object) -> None:
    sent = {"text": "Hello", "send_id": "1", "waited": waited}
    monkeypatch.setattr("streamlit.session_state", {f"chat-{b'a'.hex()}": {"send": sent}})
    assert sending("a") is None
    sent["waited"] = 3
    found = sending("a")
    assert found is not None
    assert found.waited == 3.0
