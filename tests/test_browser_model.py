"""A conversation with a customer that a language model words, in a headless Chromium: real app, stand-in endpoint."""

# ruff: noqa: F401, F811 (fixtures of another file are imported by name)

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from endpoints import eventually
from test_browser import PATIENCE, ROOT, App, Chat, begin, browser, context, page, small_library
from test_customer_model import FAULTY
from voices import good

from simulator import history
from simulator.model_call import ModelCall
from simulator.scenarios.library import load_library
from simulator.shift import begin_shift
from standin import Behaviour, Standin

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SHRINKS = "box.style.height = '130px'"
"""As when the coach's panel comes below the chat."""
REPLY = "I am sorry. What is your order number and e-mail address, please?"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Standin]:
    with Standin() as running:
        yield running


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, endpoint: Standin) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    made = App(folder, small_library(folder / "library"), port)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TOUGH_CUSTOMER_MODEL_URL", endpoint.url)
        environment.setenv("TOUGH_CUSTOMER_MODEL", "standin")
        environment.setenv("TOUGH_CUSTOMER_MODEL_KEY", "sk-very-secret")
        environment.setenv("TOUGH_CUSTOMER_MODEL_ATTEMPTS", "1")
        made.start()
    yield made
    made.kill()


@pytest.fixture(autouse=True)
def fair(endpoint: Standin) -> None:
    """The stand-in is as new, and says what it is told to say, a little slowly."""
    endpoint.reset()
    endpoint.model.answer = lambda body: Behaviour(text=good(body), first_token=0.2, between=0.02)


def calls_of(app: App, chat: Chat) -> list[ModelCall]:
    store = app.store()
    try:
        stored = history.list_calls(store, attempt_id=chat.attempt_id)
    finally:
        store.close()
    return [each.call for each in stored if each.call.purpose == "customer"]


def test_a_whole_conversation_with_a_model(app: App, page: Page, endpoint: Standin) -> None:
    chat = begin(app, page)
    chat.say("Please calm down.")
    while chat.ended.is_hidden():
        chat.say(app.expert_reply(chat.attempt_id))
    assert chat.ended.text_content() == "The customer accepted your solution."
    said = [turn for turn in app.turns(chat.attempt_id) if turn.role == "customer"]
    assert sum(turn.voice == "model" for turn in said) >= len(said) - 1
    assert chat.texts(chat.customer) == [turn.text for turn in said]
    assert all(call.prompt for call in calls_of(app, chat))

    page.get_by_role("button", name="See the debrief").click()
    page.get_by_role("button", name="See the debrief all the same").click()
    page.get_by_text("Worded by the language model standin.").first.wait_for()
    assert "sk-very-secret" not in page.content()
    assert "sk-very-secret" not in (app.data / "app.log").read_text()


def test_a_message_is_shown_as_it_comes(app: App, page: Page, endpoint: Standin) -> None:
    chat = begin(app, page)
    told = "Fine. Here you go. It's order TW-5038214, and the address is alex.lindner@mail.example. What now?"
    endpoint.model.script(Behaviour(text=told, first_token=0.5, between=0.3), stream=True)
    chat.text.fill(REPLY)
    chat.text.press("Enter")
    typing = page.get_by_test_id("chat-typing")
    typing.wait_for()
    page.wait_for_function(
        "text => [...document.querySelectorAll('*')].some(each => each.shadowRoot?"
        ".querySelector('[data-testid=chat-typing] .text')?.textContent === text)",
        arg="Fine. Here you go.",
    )
    assert chat.send.is_disabled()
    chat.customer.nth(1).wait_for()
    assert chat.texts(chat.customer)[1] == told
    typing.wait_for(state="detached")
    assert chat.seconds() <= 2


def test_the_end_of_the_chat_stays_in_sight(app: App, page: Page, endpoint: Standin) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    chat = begin(app, page)
    log = page.get_by_test_id("chat-log")
    hidden = "log => log.scrollHeight - log.scrollTop - log.clientHeight"
    for number in range(3):  # with the coach's panel below, there is more than fits
        chat.say(f"I look into it now, step {number}.\nIt takes a moment.\nThank you.")
    endpoint.model.answer = lambda body: Behaviour(text=good(body), first_token=4, between=0.1)
    chat.text.fill(REPLY)
    chat.text.press("Enter")
    page.get_by_test_id("chat-typing").wait_for()
    chat.text.fill("One more thing.\nAnd one more.\nAnd the last.")
    chat.text.press("Enter")
    page.get_by_text("The customer is still writing").wait_for()
    assert chat.text.input_value().endswith("the last.")  # nothing was sent
    chat.text.press("Shift+Enter")
    chat.customer.nth(4).wait_for()
    page.locator('[data-testid="hint"][data-reply="4"]').wait_for()
    page.wait_for_timeout(500)
    assert log.evaluate("log => log.scrollHeight - log.clientHeight") > 100
    assert log.evaluate(hidden) < 2
    page.get_by_text("Enter sends").wait_for()
    log.evaluate("log => log.scrollTo(0, 0)")  # who reads what is above is left there
    page.wait_for_timeout(200)
    chat.text.fill("Short.")
    page.set_viewport_size({"width": 1280, "height": 660})
    page.wait_for_timeout(300)
    assert log.evaluate("log => log.scrollTop") == 0


@pytest.mark.parametrize(
    ("then", "away"),
    [
        (f"box.addEventListener('scroll', () => {{ {SHRINKS} }}, {{ capture: true, once: true }}); end.show()", 0),
        ("box.style.height = '270px'; box.scrollTop; box.style.height = '200px'; end.keep()", 0),  # a field is measured
        ("box.scrollTop -= 300", 300),  # somebody reads what is above
        (f"box.scrollTop -= 300; await frames(); {SHRINKS}", 370),
    ],
)
def test_the_end_of_a_box_stays_in_sight_unless_it_is_scrolled_up(page: Page, then: str, away: int) -> None:
    script = (ROOT / "simulator" / "ui" / "widgets" / "chat" / "end.js").read_text("utf-8")
    page.set_content(
        '<div id="box" style="height: 200px; overflow-y: auto"><p style="height: 900px; margin: 0"></p></div>'
    )
    left = page.evaluate(
        f"""async () => {{
            {script}
            const frames = () => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 150));
            const box = document.querySelector("#box"), end = new End(box);
            end.show();
            await frames();
            box.firstChild.style.height = "960px";
            {then};
            await frames();
            await frames();
            return box.scrollHeight - box.scrollTop - box.clientHeight;
        }}"""
    )
    grown = 60 if away else 0  # nothing follows what was scrolled up
    assert left == away + grown


def test_a_fault_is_never_seen(app: App, page: Page, endpoint: Standin) -> None:
    chat = begin(app, page)
    endpoint.model.script(FAULTY["role_inversion"], FAULTY["role_inversion"], stream=True)
    chat.say("That is not my problem.")
    assert [call.outcome for call in calls_of(app, chat)[-2:]] == ["faulty", "faulty"]
    assert "help you" not in chat.texts(chat.customer)[1]


def test_the_endpoint_is_lost_in_the_middle(app: App, page: Page, endpoint: Standin) -> None:
    chat = begin(app, page)
    chat.say(REPLY)
    endpoint.model.answer = lambda body: Behaviour(status=503)
    for number in range(3):
        chat.say(f"I look into it now, step {number}.")
    assert len(app.turns(chat.attempt_id)) == 9
    assert [call.outcome for call in calls_of(app, chat)] == ["used", "used", "overloaded", "resting", "resting"]


def test_who_leaves_cancels_the_stream_and_finds_one_answer_later(app: App, page: Page, endpoint: Standin) -> None:
    chat = begin(app, page)
    endpoint.model.script(Behaviour(text="Fine. " * 9, first_token=20), stream=True)
    chat.text.fill(REPLY)
    chat.text.press("Enter")
    page.get_by_test_id("chat-typing").wait_for()
    url = page.url
    page.goto("about:blank")
    assert eventually(lambda: bool(endpoint.records.cancelled), PATIENCE / 1000)
    page.goto(url)
    chat.customer.nth(1).wait_for()
    assert [turn.role for turn in app.turns(chat.attempt_id)] == ["customer", "agent", "customer"]


def test_a_customer_writes_on_in_a_chat_that_is_not_open(app: App, page: Page, endpoint: Standin) -> None:
    library, store = load_library(app.library), app.store()
    shift_id = begin_shift(store, [library.cast("late-refund")] * 2, trainee="Mira", apart=4, answered=False)
    store.close()
    page.goto(f"{app.url}/shift?shift={shift_id}&name=Mira")
    chat, chats = Chat(page), page.get_by_test_id("queue-chat")
    chat.customer.first.wait_for()
    chats.nth(1).wait_for()
    assert len(endpoint.records.streams) == 2  # the second opening was written before its time
    endpoint.model.answer = lambda body: Behaviour(text=good(body), first_token=5)
    chat.text.fill(REPLY)
    chat.text.press("Enter")
    page.get_by_test_id("chat-typing").wait_for()
    chats.nth(1).click()
    chats.nth(1).and_(page.locator("[aria-current=true]")).wait_for()  # at once: nobody waits for the first customer
    chats.nth(0).get_by_text("is writing…").wait_for()
    chats.nth(0).get_by_text("new message").wait_for(state="attached")
    assert "is writing" not in chats.nth(0).inner_text()
    assert chats.nth(0).inner_text().split("\n")[2] <= "0:03"  # its wait begins with the message
    chats.nth(0).click()
    chat.customer.nth(1).wait_for()
    assert (len(endpoint.records.streams), endpoint.records.cancelled) == (3, [])


def test_tabs_and_reloads_look_at_one_message_in_the_making(app: App, page: Page, endpoint: Standin) -> None:
    chat = begin(app, page)
    asked = len(endpoint.records.streams)
    told = "It's order TW-5038214, and the address is alex.lindner@mail.example."
    endpoint.model.script(Behaviour(text=told, first_token=4), stream=True)
    chat.text.fill(REPLY)
    chat.text.press("Enter")
    page.get_by_test_id("chat-typing").wait_for()
    page.reload()
    page.get_by_test_id("chat-typing").wait_for()
    other = Chat(page.context.new_page())
    other.page.goto(page.url)
    for each in (chat, other):
        each.customer.nth(1).wait_for()
        assert each.texts(each.customer)[1] == told
    assert len(endpoint.records.streams) == asked + 1


def test_who_stops_waits_for_no_model(app: App, page: Page, endpoint: Standin) -> None:
    chat = begin(app, page)
    endpoint.model.script(Behaviour(text="Fine. " * 9, first_token=20), stream=True)
    chat.text.fill(REPLY)
    chat.text.press("Enter")
    page.get_by_test_id("chat-typing").wait_for()
    begun = time.monotonic()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="End the conversation").click()
    chat.ended.wait_for()
    assert time.monotonic() - begun < 10
    assert [turn.voice for turn in app.turns(chat.attempt_id)] == ["model", None, "scripted"]
