"""Every page through axe-core, in both languages of the interface, on light and on dark: WCAG 2.1, levels A and AA."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from test_browser import BROWSERS, PATIENCE, App

from simulator import practice
from simulator.attempt import Attempt
from simulator.history import open_store
from simulator.scenarios.library import SHIPPED, load_library
from simulator.scoring import best_reply, in_words
from simulator.shift import begin_shift

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
SCENARIO = "late-refund"
CLUMSY = "Hello, I understand. Please calm down, the refund is being processed."

STREAMLITS_OWN: dict[str, str] = {}
"""Selectors of what Streamlit itself draws against the rules, and why it is out of our hands."""


@dataclass(frozen=True)
class Sight:
    """A page in a state worth looking at.

    Args:
        name: of the sight.
        path: its address in the app; what is in braces is an attempt or shift of `Made`.
        there: a selector that is on the page when all of it is there.
        opens: what is clicked to get there, one after the other.
    """

    name: str
    path: str
    there: str
    opens: tuple[str, ...] = ()


SIGHTS = (
    Sight("welcome", "/", "[data-testid=stTextInput]"),
    Sight("practise", "/?name=Mira", "[class*=st-key-scenario-card-]"),
    Sight("briefing", f"/?name=Mira&scenario={SCENARIO}", "[data-testid=briefing]"),
    Sight("conversation", "/conversation?name=Mira&attempt={running}", "[data-testid=message-customer]"),
    Sight("stopping", "/conversation?name=Mira&attempt={running}", ".st-key-stop-sure", (".st-key-stop button",)),
    Sight("exam", "/conversation?name=Mira&attempt={exam}", "[data-testid=message-customer]"),
    Sight("conversation-ended", "/conversation?name=Mira&attempt={ended}", ".st-key-to-debrief"),
    Sight("debrief", "/debrief?name=Mira&attempt={ended}", "[data-testid=verdict]"),
    Sight(
        "transcript", "/debrief?name=Mira&attempt={ended}", "[data-testid=transcript]", (".st-key-transcript summary",)
    ),
    Sight("history", "/history?name=Mira", "[data-testid=stMain] button"),
    Sight("history-empty", "/history?name=Nobody", "[data-testid=stMain] button, [data-testid=stMain] a"),
    Sight("shift", "/shift?name=Mira&shift={shift}", "[data-testid=message-customer]"),
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
    """Ids of a running conversation, an exam, one that has ended, and a shift."""
    library = load_library()
    case = library.cast(SCENARIO, language="en")
    store = open_store(app.data / "history.db")
    running, exam, ended = (
        practice.begin(store, case, trainee="Mira", mode=mode) for mode in ("practice", "exam", "practice")
    )
    for begun in (running, exam, ended):
        begun.attempt.reply(CLUMSY)
    while ended.attempt.outcome is None:
        ended.attempt.reply(expert_reply(ended.attempt))
    shift = begin_shift(
        store, [library.cast(name, language="en") for name in list(library.scenarios)[:3]], trainee="Mira", apart=0
    )
    store.close()
    return {"running": running.id, "exam": exam.id, "ended": ended.id, "shift": shift}


def expert_reply(attempt: Attempt) -> str:
    situation = attempt.situation
    option = best_reply(attempt.case, situation)
    return in_words(attempt.case, option, language=situation.language, variant=situation.replies)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name)
def test_nothing_is_in_the_way(
    app: App, made: dict[str, str], browser: Browser, sight: Sight, language: str, scheme: Any
) -> None:
    context = browser.new_context(
        locale=language, color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    address = app.url + sight.path.format(**made)
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    for opened in sight.opens:
        page.locator(opened).first.click()
    page.locator(sight.there).first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    assert violations(page) == []
    context.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds on a page: rule, element and what is wrong with it."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    excluded = [[selector] for selector in STREAMLITS_OWN]
    found = Axe().run(page, context={"exclude": excluded} if excluded else None, options=options).response
    return [
        f"{violation['id']}: {node['html'][:160]} at {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
