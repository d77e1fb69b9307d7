"""Every page through axe-core, in both languages of the interface, on light and on dark: WCAG 2.1, levels A and AA,
of what Streamlit draws too."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from test_browser import BROWSERS, PATIENCE, App

from simulator import practice
from simulator.attempt import Attempt
from simulator.conversation import Mode
from simulator.history import open_store
from simulator.scenarios.library import SHIPPED, load_library
from simulator.scoring import best_reply, in_words
from simulator.shift import begin_shift, open_shift

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
SCENARIO = "late-refund"
CLUMSY = "Hello, I understand. Please calm down, the refund is being processed."


@dataclass(frozen=True)
class Sight:
    """A page in a state worth looking at.

    Args:
        name: of the sight.
        path: its address in the app; what is in braces is an attempt or shift of `made`.
        there: a selector that is on the page when all of it is there.
        opens: what is clicked to get there, one after the other.
    """

    name: str
    path: str
    there: str
    opens: tuple[str, ...] = ()


SPOKEN = "[data-testid=message-customer]"
CHAT = "/conversation?name=Mira&attempt={running}"
ENDED = "/debrief?name=Mira&attempt={ended}"
SHIFT = "/shift?name=Mira&shift={shift}"
VIEW = ".st-key-history-view button >> nth="
TAB = "[data-testid=stTabs] [role=tab] >> nth="
SIGHTS = (
    Sight("welcome", "/", "[data-testid=stTextInput]"),
    Sight("practise", "/?name=Mira", "[class*=st-key-scenario-card-]"),
    Sight("briefing", f"/?name=Mira&scenario={SCENARIO}", "[data-testid=briefing]"),
    Sight("conversation", CHAT, "[data-testid=record]"),
    Sight("knowledge", CHAT, ".st-key-desk-side input", (f"{TAB}1",)),
    Sight("macros", CHAT, "[class*=st-key-insert-]", (f"{TAB}2",)),
    Sight("ticket", CHAT, ".st-key-ticket-form", (f"{TAB}3",)),
    Sight("better-reply", CHAT, "[data-testid=better-reply]", (".st-key-better-reply button",)),
    Sight("framework", CHAT, "[data-testid=stPopoverBody]", (".st-key-framework-card button",)),
    Sight("breathe", CHAT, "[data-testid=breathe]", (".st-key-breathe button",)),
    Sight("stopping", CHAT, ".st-key-stop-sure", (".st-key-stop button",)),
    Sight("paused", "/conversation?name=Mira&attempt={paused}", ".st-key-go-on"),
    Sight("exam", "/conversation?name=Mira&attempt={exam}", SPOKEN),
    Sight("conversation-ended", "/conversation?name=Mira&attempt={ended}", "[class*=debrief]"),
    Sight("debrief", ENDED, "[data-testid=verdict]"),
    Sight("transcript", ENDED, "[data-testid=transcript]", (".st-key-transcript summary",)),
    Sight("debrief-of-branches", "/debrief?name=Mira&attempt={branch}", "[data-testid=verdict]"),
    Sight("history", "/history?name=Mira", ".st-key-history-view"),
    Sight("trends", "/history?name=Mira", "[data-testid=trends] figure", (f"{VIEW}1", ".st-key-trend-table summary")),
    Sight("retries", "/history?name=Mira", "[class*=st-key-retries-] table", (f"{VIEW}2",)),
    Sight("compare", "/history?name=Mira", "table.tc-sheet", (f"{VIEW}2", "[class*=st-key-compare-] button")),
    Sight("history-empty", "/history?name=Nobody", ".st-key-history-empty"),
    Sight("shift-start", "/?name=Mira&several=1", ".st-key-start-shift"),
    Sight("shift", SHIFT, SPOKEN),
    Sight("shift-stopping", SHIFT, ".st-key-stop-shift-sure", (".st-key-stop-shift button",)),
    Sight("shift-result", "/shift?name=Mira&shift={shift_ended}", ".st-key-shift-debriefs"),
    Sight("settings", "/settings?name=Mira", ".st-key-settings-table table"),
    Sight("unknown", "/conversation?name=Mira&attempt=nobody", "[data-testid=unknown-attempt]"),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    started = App(tmp_path_factory.mktemp("app"), SHIPPED, port)
    started.start()
    yield started
    started.kill()


@pytest.fixture(scope="module")
def made(app: App) -> dict[str, str]:
    """Ids of attempts and shifts, by the state that they are in."""
    library = load_library()
    case = library.cast(SCENARIO, language="en")
    store = open_store(app.data / "history.db")
    modes: dict[str, Mode] = {"running": "practice", "exam": "exam", "paused": "practice", "ended": "practice"}
    begun = {name: practice.begin(store, case, trainee="Mira", mode=mode) for name, mode in modes.items()}
    for each in begun.values():
        each.attempt.reply(CLUMSY)
    begun["paused"].attempt.pause()
    left = practice.begin(store, case, trainee="Mira")
    left.attempt.reply(CLUMSY)
    begun["branch"] = practice.take_back(store, left, turn=1)
    for name in ("ended", "branch"):
        while begun[name].attempt.outcome is None:
            begun[name].attempt.reply(expert_reply(begun[name].attempt))
    cases = [library.cast(name, language="en") for name in list(library.scenarios)[:3]]
    shift, shift_ended = (begin_shift(store, cases, trainee="Mira", apart=0) for _ in range(2))
    open_shift(store, shift_ended).stop()
    open_shift(store, shift_ended)
    store.close()
    return {**{name: each.id for name, each in begun.items()}, "shift": shift, "shift_ended": shift_ended}


def expert_reply(attempt: Attempt) -> str:
    situation = attempt.situation
    option = best_reply(attempt.case, situation)
    return in_words(attempt.case, option, language=situation.language, variant=situation.replies)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One page for all: every sight has an address of its own."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None and not os.environ.get("CI"):
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
        browser.close()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name)
def test_nothing_is_in_the_way(app: App, made: dict[str, str], page: Page, sight: Sight, language: str) -> None:
    look_at(page, app, sight, made, language=language)
    for scheme in SCHEMES:
        paint(page, scheme)
        assert violations(page) == [], scheme


def test_what_is_in_the_way_is_found(app: App, made: dict[str, str], page: Page) -> None:
    look_at(page, app, Sight("conversation", CHAT, SPOKEN), made, language="en")
    paint(page, "light")
    for faded in ("h1", f"{SPOKEN} .text"):
        page.locator(faded).first.evaluate("element => element.style.color = '#ccc'")
    unnamed = "element => { element.removeAttribute('aria-label'); element.placeholder = '' }"
    page.get_by_test_id("chat-text").evaluate(unnamed)
    assert sorted(found.partition(":")[0] for found in violations(page)) == ["color-contrast"] * 2 + ["label"]


def look_at(page: Page, app: App, sight: Sight, made: dict[str, str], *, language: str) -> None:
    """Goes to a sight, and waits until all of it is drawn."""
    page.goto(f"{app.url}{sight.path.format(**made)}{'&' if '?' in sight.path else '?'}lang={language}")
    if sight.path in (CHAT, SHIFT):
        page.locator(SPOKEN).first.wait_for()
    for opened in sight.opens:
        page.locator(opened).first.click()
    page.locator(sight.there).first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def paint(page: Page, scheme: Scheme) -> None:
    """Gives the page light or dark colours, and waits until none is on its way any more."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    app = "getComputedStyle(document.querySelector('[data-testid=stApp]'))"
    page.wait_for_function(f"scheme => {app}.colorScheme === scheme", arg=scheme)
    page.wait_for_function("document.getAnimations().every(each => each.playState !== 'running')")


def violations(page: Page) -> list[str]:
    """What axe-core finds on a page: rule, element and what is wrong with it."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response
    return [
        f"{violation['id']}: {node['html'][:160]} at {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
