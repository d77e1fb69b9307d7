"""Takes the pictures of the README again: `python docs/images/take.py`. Needs Chromium and the dev dependencies."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import Page, sync_playwright

from simulator import practice
from simulator.attempt import Attempt
from simulator.history import Store, open_store
from simulator.scenarios.library import load_library
from simulator.scoring import best_reply, in_words

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CLUMSY = {
    0: "Hello Alex, I understand. The refund is being processed.",
    2: "Could you give me your order number and e-mail address, please? I am on it, and I will stay with you until it "
    "is solved.",
    4: "The express fee of 12.90 EUR is refunded too.",
}
"""By the number of replies before it: what a trainee says who is no expert yet. The rest is said by the book."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, app(Path(folder)) as url:
        store = open_store(Path(folder) / "history.db")
        begun = play(store, replies=3)
        ended = play(store, replies=99)
        with sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, BROWSERS)), None)
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            context = browser.new_context(
                viewport={"width": 1280, "height": 800}, locale="en-GB", color_scheme="light", reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto(f"{url}/?name=Mira")
            page.locator("[class*=st-key-scenario-card-]").nth(8).wait_for()
            take(page, "practise")
            page.goto(f"{url}/conversation?attempt={begun}&name=Mira")
            page.get_by_test_id("message-customer").nth(3).wait_for()
            page.get_by_test_id("chat-text").fill("I will tell you exactly what happens next. The refund")
            take(page, "conversation")
            page.set_viewport_size({"width": 1280, "height": 1180})
            page.goto(f"{url}/debrief?attempt={ended}&name=Mira")
            page.get_by_role("radio", name="Reply 5").click()
            page.get_by_test_id("better").wait_for()
            take(page, "debrief")
            browser.close()
        store.close()


def take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    time.sleep(1)
    page.screenshot(path=HERE / f"{name}.png")


def play(store: Store, *, replies: int) -> str:
    """Plays an attempt on a simulated clock.

    Args:
        store: where it is kept.
        replies: how many replies at most.

    Returns:
        Its id.
    """
    case = load_library().cast("late-refund", persona="furious", language="en", seed=3)
    begun = practice.begin(store, case, trainee="Mira")
    now = begun.started_at.timestamp()
    with patch("simulator.practice.time.time", lambda: now):
        while begun.attempt.outcome is None and len(begun.attempt.exchanges) < replies:
            reply = next_reply(begun.attempt)
            now += 14 + len(reply) / 14
            begun.attempt.reply(reply)
    return begun.id


def next_reply(attempt: Attempt) -> str:
    situation = attempt.situation
    option = best_reply(attempt.case, situation)
    return CLUMSY.get(situation.replies) or in_words(
        attempt.case, option, language=situation.language, variant=situation.replies
    )


@contextmanager
def app(data: Path) -> Iterator[str]:
    """The app with its data in a folder; gives its address."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)],
        cwd=HERE.parents[1],
        env={**os.environ, "TOUGH_CUSTOMER_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None:
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
