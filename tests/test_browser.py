"""The app in a headless Chromium, as a trainee meets it: real server, real database, no mocks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator import practice
from simulator.conversation import Turn
from simulator.history import Store, append_agent_turn, open_store
from simulator.scenarios.library import SHIPPED
from simulator.scoring import best_reply, in_words

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30_000
"""Milliseconds that the browser waits for something to appear: never reached where all is well."""
ASKS = "I am sorry about the wait, you must be really frustrated. Could you tell me your order number, please?"


@dataclass
class App:
    """The app as a process of its own, on one port and one data folder for as long as the tests run."""

    data: Path
    library: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        settings = {"TOUGH_CUSTOMER_DATA": str(self.data), "TOUGH_CUSTOMER_LIBRARY": str(self.library)}
        options = ["--server.port", str(self.port), "--server.headless", "true"]
        with (self.data / "app.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options],
                cwd=ROOT,
                env={**os.environ, **settings, "TOUGH_CUSTOMER_TRAINEE": ""},
                stdout=log,
                stderr=log,
            )
        while True:
            assert self.process.poll() is None, (self.data / "app.log").read_text()
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).close()
                return
            except OSError:
                continue

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def store(self) -> Store:
        return open_store(self.data / "history.db")

    def turns(self, attempt_id: str) -> list[Turn]:
        """What the database holds of an attempt."""
        store = self.store()
        try:
            return list(practice.resume(store, attempt_id).attempt.transcript)
        finally:
            store.close()

    def wait_until_filed(self, attempt_id: str) -> None:
        """Waits until the ticket's form is stored as a whole."""
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until:
            store = self.store()
            try:
                desk = practice.resume(store, attempt_id).attempt.desk
            finally:
                store.close()
            if desk.category and desk.priority and desk.disposition:
                return
            time.sleep(0.2)
        raise TimeoutError("the form was not stored")

    def expert_reply(self, attempt_id: str) -> str:
        """What an expert would say now."""
        store = self.store()
        try:
            attempt = practice.resume(store, attempt_id).attempt
            option = best_reply(attempt.case, attempt.situation)
            variant = attempt.situation.replies
            return in_words(attempt.case, option, language=attempt.situation.language, variant=variant)
        finally:
            store.close()


def small_library(folder: Path) -> Path:
    """One real scenario, one with markup in its title, a broken one, and a persona that hardly waits."""
    shutil.copytree(SHIPPED / "knowledge" / "tidewell-r4", folder / "knowledge" / "tidewell-r4")
    shutil.copytree(SHIPPED / "personas", folder / "personas")
    (folder / "macros").mkdir()
    shutil.copy(SHIPPED / "macros" / "tidewell-r4.yaml", folder / "macros")
    (folder / "scenarios").mkdir()
    source = (SHIPPED / "scenarios" / "late-refund.yaml").read_text("utf-8")
    files = {
        "late-refund": source,
        "hostile": source.replace("Where is my refund?", HOSTILE_TITLE).replace(
            "Где деньги за возврат?", HOSTILE_TITLE
        ),
        "broken": source.replace("difficulty: 2", "difficulty: 9"),
    }
    for name, text in files.items():
        (folder / "scenarios" / f"{name}.yaml").write_text(text, "utf-8")
    persona = (folder / "personas" / "furious.yaml").read_text("utf-8")
    lines = [
        "waiting: {anger_per_minute: 1, nudges_after: [2, 4], leaves_after: 6}" if line.startswith("waiting:") else line
        for line in persona.replace('"Furious"', '"Hurried"').splitlines()
    ]
    (folder / "personas" / "hurried.yaml").write_text("\n".join(lines), "utf-8")
    return folder


HOSTILE_TITLE = "<img src=x onerror=hack()> **Refund** :red[x] $a$"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    made = App(folder, small_library(folder / "library"), port)
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None and not os.environ.get("CI"):
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a past, in which nothing moves, so that messages are there at once."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


class Chat:
    """The conversation on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.text, self.send = page.get_by_test_id("chat-text"), page.get_by_test_id("chat-send")
        self.customer, self.agent = page.get_by_test_id("message-customer"), page.get_by_test_id("message-agent")
        self.clock, self.ended = page.get_by_test_id("chat-clock"), page.get_by_test_id("chat-ended")
        self.unsent = page.get_by_test_id("chat-unsent")

    @property
    def attempt_id(self) -> str:
        return self.page.url.partition("attempt=")[2].partition("&")[0]

    def texts(self, messages: Locator) -> list[str]:
        return [body.text_content() or "" for body in messages.locator(".text").all()]

    def say(self, text: str) -> None:
        """Sends a reply and waits for the customer's answer."""
        answered = self.customer.count()
        self.text.fill(text)
        self.text.press("Enter")
        self.customer.nth(answered).wait_for()

    def seconds(self) -> int:
        """What the clock shows."""
        minutes, seconds = (self.clock.locator("b").text_content() or "").split(":")
        return 60 * int(minutes) + int(seconds)


def begin(app: App, page: Page, *, scenario: str = "late-refund", persona: str | None = None) -> Chat:
    """Starts an attempt from the scenario's briefing."""
    page.goto(f"{app.url}/?name=Mira&scenario={scenario}")
    page.get_by_test_id("briefing").wait_for()
    if persona:
        page.get_by_label("Who plays the customer").click()
        page.get_by_role("option", name=persona).click()
    page.get_by_role("button", name="Start", exact=True).click()
    chat = Chat(page)
    chat.customer.first.wait_for()
    return chat


def test_a_whole_conversation_and_its_debrief(app: App, page: Page) -> None:
    page.goto(app.url)
    page.get_by_role("textbox", name="Your name").fill("Noor")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Where is my refund?").click()
    page.get_by_role("button", name="Start", exact=True).click()
    chat = Chat(page)
    chat.customer.first.wait_for()
    page.wait_for_function("document.activeElement?.shadowRoot?.activeElement?.tagName === 'TEXTAREA'")
    chat.say("Hello, I understand. Please calm down.")  # letters that Streamlit takes for shortcuts among them
    while chat.ended.is_hidden():
        chat.say(app.expert_reply(chat.attempt_id))
    assert chat.ended.text_content() == "The customer accepted your solution."
    assert chat.text.is_hidden()

    page.get_by_role("button", name="See the debrief").click()
    page.get_by_role("button", name="See the debrief all the same").click()
    verdict = page.get_by_test_id("verdict")
    assert "The customer accepted your solution." in verdict.inner_text()
    assert page.get_by_test_id("scores").locator("b").count() == 6
    assert "Process 0 of 60" in verdict.inner_text()
    page.get_by_role("radio", name="Reply 1: Blunder").click()
    reply = page.get_by_test_id("reply")
    page.wait_for_function("document.querySelector('[data-testid=reply]').innerText.includes('Reply 1')")
    assert reply.locator("mark", has_text="calm down").get_attribute("data-tone") == "poor"
    assert page.get_by_test_id("better").inner_text().count(".") >= 2
    page.get_by_role("radio", name="Reply 1: Blunder").press("ArrowRight")
    page.wait_for_function("document.querySelector('[data-testid=reply]').innerText.includes('Reply 2')")
    assert "Not said" not in page.get_by_test_id("facts").inner_text().replace("not needed", "")[:40]
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as JSON").click()
    exported = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert exported["outcome"] == "resolved"
    assert [turn["text"] for turn in exported["turns"]] == [turn.text for turn in app.turns(chat.attempt_id)]

    page.get_by_role("link", name="History").click()
    page.get_by_role("button", name="Debrief").first.click()
    page.get_by_role("button", name="Practise again").click()
    page.get_by_test_id("briefing").wait_for()


def test_a_whole_conversation_in_russian(app: App, browser: Browser) -> None:
    context = browser.new_context(locale="ru-RU", reduced_motion="reduce", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{app.url}/?name=Мира")
    page.get_by_role("button", name="Где деньги за возврат?").click()
    page.get_by_role("button", name="Начать разговор").click()
    chat = Chat(page)
    chat.customer.first.wait_for()
    page.get_by_role("tab", name="Обращение").click()
    ticket = page.get_by_role("tabpanel", name="Обращение")

    def choose(label: str, option: str) -> None:
        ticket.get_by_label(label, exact=True).click()
        page.get_by_role("option", name=option, exact=True).click()

    chat.say("Назовите, пожалуйста, номер заказа и электронную почту, на которую он оформлен.")
    choose("Действие", "Подтвердить личность")
    ticket.get_by_role("button", name="Выполнить").click()
    ticket.get_by_test_id("done").wait_for()
    while chat.ended.is_hidden():
        chat.say(app.expert_reply(chat.attempt_id))
    assert chat.ended.text_content() == "Клиент принял ваше решение."
    for label, option in (("Категория", "Счета и оплата"), ("Приоритет", "Обычный"), ("Итог", "Решено")):
        choose(label, option)
        ticket.get_by_label(label, exact=True).and_(page.locator(f"[value='{option}']")).wait_for()
    app.wait_until_filed(chat.attempt_id)
    ticket.get_by_role("button", name="Закрыть обращение").click()
    ticket.get_by_text("Обращение закрыто: ").wait_for()
    page.get_by_role("button", name="Открыть разбор").click()
    assert page.get_by_test_id("verdict").inner_text().startswith("Зачёт\n")
    page.get_by_role("button", name="Скачать JSON").wait_for()
    context.close()


def test_a_message_is_typed_before_it_is_read(app: App, browser: Browser) -> None:
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE)
    chat = begin(app, context.new_page())
    context.pages[0].locator("[data-testid=message-customer][data-state=typing]").wait_for()
    context.pages[0].locator("[data-testid=message-customer][data-state=shown]").wait_for()
    assert chat.texts(chat.customer) == [turn.text for turn in app.turns(chat.attempt_id)]
    assert chat.clock.is_visible()
    context.close()


def test_a_refresh_loses_nothing(app: App, page: Page) -> None:
    chat = begin(app, page)
    chat.say(ASKS)
    chat.text.fill("half a reply")
    page.wait_for_function("clock => clock.querySelector('b')?.textContent >= '0:02'", arg=chat.clock.element_handle())
    before, said = chat.seconds(), chat.texts(chat.customer)
    page.reload()
    chat.customer.nth(1).wait_for()
    assert chat.texts(chat.customer) == said
    assert chat.texts(chat.agent) == [ASKS]
    assert chat.text.input_value() == "half a reply"
    assert chat.seconds() >= before


def test_a_killed_server_loses_nothing(app: App, page: Page) -> None:
    chat = begin(app, page)
    chat.say(ASKS)
    attempt_id = chat.attempt_id
    app.kill()
    page.get_by_role("dialog").wait_for()
    page.get_by_role("button", name="Close").click()
    chat.text.fill("I can see that this took too long.")
    chat.text.press("Enter")
    chat.unsent.wait_for()
    assert chat.unsent.inner_text().startswith("This reply did not get through.")
    app.start()
    chat.unsent.get_by_role("button").click()
    chat.customer.nth(2).wait_for()
    chat.unsent.wait_for(state="hidden")
    assert [turn.text for turn in app.turns(attempt_id) if turn.role == "agent"] == [
        ASKS,
        "I can see that this took too long.",
    ]


def test_a_reply_that_was_stored_but_not_answered_is_answered(app: App, page: Page) -> None:
    chat = begin(app, page)
    url, attempt_id = page.url, chat.attempt_id
    page.goto("about:blank")
    app.kill()
    store = app.store()
    append_agent_turn(
        store, attempt_id=attempt_id, text=ASKS, at=20.0, waited_browser=20.0, waited_server=20.0, send_id="1"
    )
    store.close()
    app.start()
    page.goto(url)
    chat.customer.nth(1).wait_for()
    assert chat.texts(chat.agent) == [ASKS]
    assert "TW-5038214" in chat.texts(chat.customer)[1]


def test_two_tabs_share_one_attempt(app: App, context: BrowserContext) -> None:
    first = begin(app, context.new_page())
    second = Chat(context.new_page())
    second.page.goto(first.page.url)
    second.customer.first.wait_for()
    second.say(ASKS)
    first.text.fill("I will look into it right away.")
    first.text.press("Enter")
    first.customer.nth(2).wait_for()
    assert first.texts(first.agent) == [ASKS, "I will look into it right away."]
    said = [turn.text for turn in app.turns(first.attempt_id)]
    assert len(said) == 5


def test_a_double_click_sends_once(app: App, page: Page) -> None:
    chat = begin(app, page)
    chat.text.fill(ASKS)
    chat.send.dblclick()
    chat.text.press("Enter")
    chat.customer.nth(1).wait_for()
    assert [turn.role for turn in app.turns(chat.attempt_id)] == ["customer", "agent", "customer"]


HOSTILE = """<img src=x onerror="hack()"><script>hack()</script> **bold** [x](javascript:hack()) ![i](https://evil.example/i.png)
&lt;b&gt; `code` $x^2$ :red[y] שלום עולם مرحبا 😀👩‍👩‍👧 end"""


def test_markup_stays_text(app: App, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("window.hack = () => { window.hacked = true }")
    page.goto(f"{app.url}/?name=Mira")
    page.get_by_role("button", name=HOSTILE_TITLE).wait_for()
    chat = begin(app, page, scenario="hostile")
    assert page.get_by_role("heading", name=HOSTILE_TITLE).is_visible()
    chat.text.fill(HOSTILE)
    chat.text.press("Enter")
    chat.customer.nth(1).wait_for()
    assert chat.texts(chat.agent) == [HOSTILE]
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="End the conversation").click()
    page.get_by_role("button", name="See the debrief").click()
    assert page.get_by_test_id("reply").locator(".tc-bubble").text_content() == HOSTILE
    page.get_by_text("Whole conversation, 3 messages").click()
    assert HOSTILE in (page.get_by_test_id("transcript").text_content() or "")
    assert page.evaluate("window.hacked") is None
    assert [url for url in asked if "localhost" not in url and not url.startswith(("data:", "blob:"))] == []


def test_a_reply_has_a_beginning_and_an_end(app: App, page: Page) -> None:
    chat = begin(app, page)
    for nothing in ("", "  \n\t "):
        chat.text.fill(nothing)
        assert chat.send.is_disabled()
        chat.text.press("Enter")
    chat.text.fill("x" * 20_001)
    assert chat.send.is_disabled()
    assert "1 characters too many" in page.get_by_test_id("chat-hint").inner_text()
    longest = ("word " * 4_000)[:19_999] + "."
    chat.text.fill(longest)
    chat.send.click()
    chat.customer.nth(1).wait_for()
    assert [turn.text for turn in app.turns(chat.attempt_id) if turn.role == "agent"] == [longest]


def test_silence_is_noticed_and_ends_it(app: App, page: Page) -> None:
    chat = begin(app, page, persona="Hurried")
    chat.ended.wait_for()
    assert chat.ended.inner_text() == "The customer left because nobody answered."
    assert chat.customer.count() == 4


def test_a_broken_scenario_is_listed_and_the_others_work(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?name=Mira")
    page.get_by_role("button", name="Where is my refund?").wait_for()
    page.get_by_text("1 file of the library cannot be used").click()
    problems = page.locator(".st-key-problems")
    problems.get_by_text("scenarios/broken.yaml:8:").wait_for()


def test_filters_leave_what_fits(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?name=Mira")
    page.get_by_text("2 scenarios").wait_for()
    page.get_by_label("Language", exact=True).click()
    page.get_by_role("option", name="Spanish").click()
    page.get_by_text("2 scenarios").wait_for()
    page.get_by_label("Customer").click()
    page.get_by_role("option", name="Hurried").click()
    page.get_by_role("button", name="Where is my refund?").click()
    page.get_by_test_id("briefing").wait_for()


def test_an_unknown_address_says_what_to_do(app: App, page: Page) -> None:
    for name in ("conversation", "debrief"):
        page.goto(f"{app.url}/{name}?attempt=nobody&name=Mira")
        notice = page.get_by_test_id("unknown-attempt")
        assert "There is no conversation at this address." in notice.inner_text()


def test_a_history_that_cannot_be_opened_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.testing.v1 import AppTest

    (tmp_path / "data").write_text("a file where a folder should be")
    monkeypatch.setenv("TOUGH_CUSTOMER_DATA", str(tmp_path / "data"))
    shown = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert not shown.exception
    notice = next(html.proto.body for html in shown.get("html") if "unavailable" in html.proto.body)
    assert str(tmp_path / "data") in notice
    assert [button.label for button in shown.button] == ["Try again"]


def test_an_unfinished_attempt_is_offered(app: App, page: Page) -> None:
    chat = begin(app, page)
    attempt_id = chat.attempt_id
    page.get_by_role("link", name="Practise").click()
    page.locator(f".st-key-unfinished-{attempt_id}").get_by_role("button", name="Continue").click()
    chat.customer.first.wait_for()
    assert chat.attempt_id == attempt_id
    page.goto(f"{app.url}/debrief?attempt={attempt_id}&name=Mira")
    page.get_by_role("button", name="Back to the conversation").click()
    chat.customer.first.wait_for()


def test_a_narrow_screen(app: App, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    chat = begin(app, page)
    chat.say(ASKS)
    widget, record = page.get_by_test_id("chat").bounding_box(), page.get_by_test_id("record").bounding_box()
    assert widget is not None
    assert record is not None
    assert widget["y"] + widget["height"] <= min(844, record["y"])
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
