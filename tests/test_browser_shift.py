"""Shifts, the options of a start and the history in a headless Chromium: real server, real database, no mocks."""

# The fixtures are imported, and every test has arguments of their names.
# ruff: noqa: F811

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from test_browser import ASKS, PATIENCE, App, Chat, app, browser, context, page  # noqa: F401

from simulator import practice
from simulator.conversation import Mode
from simulator.history import list_attempts, load_shift
from simulator.scenarios.library import load_library
from simulator.scoring import best_reply, in_words
from simulator.shift import Shift, begin_shift, open_shift

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser


def new_shift(
    app: App,
    *,
    personas: tuple[str, ...] = ("anxious", "anxious"),
    apart: float = 0.0,
    low_pressure: bool = False,
    ended: bool = False,
) -> str:
    """A shift begun behind the screens, and stopped where it is to have ended; its id."""
    store = app.store()
    try:
        library = load_library(app.library)
        cases = [library.cast("late-refund", persona=persona, seed=n) for n, persona in enumerate(personas)]
        shift_id = begin_shift(store, cases, trainee="Mira", apart=apart, low_pressure=low_pressure)
        if ended:
            open_shift(store, shift_id).stop()
            open_shift(store, shift_id)
        return shift_id
    finally:
        store.close()


def stored(app: App, shift_id: str) -> Shift:
    store = app.store()
    try:
        return open_shift(store, shift_id)
    finally:
        store.close()


def go_to(app: App, page: Page, shift_id: str) -> Chat:
    page.goto(f"{app.url}/shift?shift={shift_id}&name=Mira")
    chat = Chat(page)
    chat.customer.first.wait_for()
    return chat


def shift_of(page: Page) -> str:
    return page.url.partition("shift=")[2].partition("&")[0]


def in_queue(page: Page) -> Locator:
    return page.get_by_test_id("queue-chat")


def wait_until_open(page: Page, number: int) -> None:
    in_queue(page).nth(number - 1).and_(page.locator("[aria-current=true]")).wait_for()
    page.get_by_test_id("chat-text").nth(1).wait_for(state="detached")  # the chat that was open before
    page.wait_for_function("document.activeElement?.shadowRoot?.activeElement?.tagName === 'TEXTAREA'")


def play(app: App, trainee: str, *, days_ago: float = 0, mode: Mode = "practice", stopped: bool = False) -> str:
    """An attempt with one reply; closed, so that it has a verdict, or stopped."""
    store = app.store()
    try:
        case = load_library(app.library).cast("late-refund")
        started = datetime.now(UTC) - timedelta(days=days_ago)
        begun = practice.begin(store, case, trainee=trainee, mode=mode, started_at=started)
        option = best_reply(case, begun.attempt.situation)
        begun.attempt.reply(in_words(case, option, language="en", variant=0))
        if stopped:
            begun.attempt.stop()
        else:
            begun.attempt.close()
        return begun.id
    finally:
        store.close()


def look_at(app: App, page: Page, trainee: str, view: str | None = None) -> None:
    page.goto(f"{app.url}/history?name={trainee}")
    page.get_by_role("heading", name="History").wait_for()
    if view:
        page.get_by_text(view, exact=True).click()


def test_a_shift_begins_on_the_practise_page_and_ends_with_its_result(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?name=Mira")
    page.get_by_role("button", name="Several chats at once").click()
    page.get_by_role("button", name="Start the shift").click()
    chat = Chat(page)
    chat.customer.first.wait_for()
    assert in_queue(page).count() == 1
    chat.say(ASKS)
    shift_id = shift_of(page)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="End the shift").click()
    verdict = page.get_by_test_id("shift-verdict")
    verdict.wait_for()
    assert "2 chats were stopped and do not count." in verdict.inner_text()
    assert page.get_by_role("region", name="The chats of the shift").get_by_role("row").count() == 3
    assert stored(app, shift_id).ended_at is not None
    page.get_by_role("button", name="Debrief: Alex Lindner").first.click()
    page.get_by_test_id("verdict").wait_for()


def test_chats_are_changed_by_keyboard_and_keep_what_was_written(app: App, page: Page) -> None:
    chat = go_to(app, page, new_shift(app))
    chat.text.fill("half a reply")
    page.keyboard.press("Alt+2")
    wait_until_open(page, 2)
    assert chat.text.input_value() == ""
    chat.say(ASKS)
    page.keyboard.press("Alt+ArrowUp")
    wait_until_open(page, 1)
    assert chat.text.input_value() == "half a reply"
    assert chat.agent.count() == 0
    page.reload()
    chat.customer.first.wait_for()
    assert chat.text.input_value() == "half a reply"
    in_queue(page).nth(1).click()
    wait_until_open(page, 2)
    chat.customer.nth(1).wait_for()
    assert chat.texts(chat.agent) == [ASKS]


def test_a_shift_outlives_a_killed_server(app: App, page: Page) -> None:
    shift_id = new_shift(app)
    chat = go_to(app, page, shift_id)
    chat.say(ASKS)
    url = page.url
    page.goto("about:blank")
    app.kill()
    app.start()
    page.goto(url)
    chat.customer.nth(1).wait_for()
    assert chat.texts(chat.agent) == [ASKS]
    assert in_queue(page).count() == 2
    assert [len(each.practice.attempt.transcript) for each in stored(app, shift_id).chats] == [3, 1]


def test_an_open_shift_goes_on_after_the_server_was_started_anew(app: App, page: Page) -> None:
    shift_id = new_shift(app)
    chat = go_to(app, page, shift_id)
    app.kill()
    app.start()
    chat.text.fill(ASKS)
    chat.text.press("Enter")
    chat.customer.nth(1).wait_for(timeout=3 * PATIENCE)
    assert chat.texts(chat.agent) == [ASKS]
    assert [len(each.practice.attempt.transcript) for each in stored(app, shift_id).chats] == [3, 1]
    in_queue(page).nth(1).click()
    wait_until_open(page, 2)


def test_a_reply_that_did_not_get_through_is_there_after_a_refresh(app: App, page: Page) -> None:
    chat = go_to(app, page, new_shift(app))
    chat.say(ASKS)
    pending = {"send_id": "1", "text": "I see it now.", "waited": 3}
    name = f"tough-customer:{stored(app, shift_of(page)).chats[0].practice.id}:pending"
    page.evaluate("([name, value]) => sessionStorage.setItem(name, JSON.stringify(value))", [name, pending])
    page.reload()
    chat.unsent.wait_for()
    assert chat.texts(page.get_by_test_id("message-pending")) == ["I see it now."]
    assert "You" in page.get_by_test_id("chat-log").locator("> :last-child").inner_text()
    chat.unsent.get_by_role("button").click()
    chat.customer.nth(2).wait_for()
    assert chat.texts(chat.agent) == [ASKS, "I see it now."]


def test_only_what_was_not_seen_is_marked_as_new(app: App, browser: Browser) -> None:
    shift_id = new_shift(app)
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    chat = go_to(app, page, shift_id)
    chat.text.fill(ASKS)
    chat.text.press("Enter")
    name = f"tough-customer:{stored(app, shift_id).chats[0].practice.id}:seen"
    being_typed = page.locator("[data-state=typing]")
    state, seen = being_typed.evaluate("(it, name) => [it.dataset.state, sessionStorage.getItem(name)]", name)
    assert (state, seen) == ("typing", "2")
    chat.customer.nth(1).and_(page.locator("[data-state=shown]")).wait_for()
    page.keyboard.press("Alt+2")
    wait_until_open(page, 2)
    assert "new message" not in in_queue(page).nth(0).inner_text()
    context.close()


def test_what_was_worked_on_is_not_new_in_another_browser(app: App, page: Page) -> None:
    shift_id = new_shift(app, personas=("anxious", "anxious", "anxious"))
    first, second, _third = (chat.practice.id for chat in stored(app, shift_id).chats)
    store = app.store()
    practice.resume(store, second).attempt.reply(ASKS)
    attempt = practice.resume(store, first).attempt
    attempt.reply(ASKS)
    attempt.do("form", {"priority": "high"})
    store.close()
    page.goto(f"{app.url}/shift?shift={shift_id}&name=Mira&chat=3")
    Chat(page).customer.first.wait_for()
    news = ["new message" in in_queue(page).nth(place).inner_text() for place in range(3)]
    assert news == [False, True, False]


def test_back_from_a_debrief_finds_the_shift(app: App, page: Page) -> None:
    shift_id = new_shift(app, ended=True)
    page.goto(f"{app.url}/shift?shift={shift_id}&name=Mira")
    page.get_by_role("button", name="Debrief: Alex Lindner").first.click()
    page.wait_for_url("**/debrief?**")
    page.get_by_role("link", name="Back to the shift").wait_for()
    page.go_back()
    page.get_by_test_id("shift-verdict").wait_for()
    assert shift_of(page) == shift_id
    page.get_by_role("button", name="Debrief: Alex Lindner").first.click()
    page.wait_for_url("**/debrief?**")
    page.get_by_role("link", name="Back to the shift").click()
    page.get_by_test_id("shift-verdict").wait_for()


def test_an_open_ticket_is_mentioned_before_a_debrief(app: App, page: Page) -> None:
    shift_id = new_shift(app)
    store = app.store()
    shift = open_shift(store, shift_id)
    attempt = shift.chats[0].practice.attempt
    while attempt.outcome is None:
        attempt.reply("Calm down. This is your own fault.")
    shift.stop()
    open_shift(store, shift_id)
    store.close()
    page.goto(f"{app.url}/shift?shift={shift_id}&name=Mira")
    debriefs = page.locator(".st-key-shift-debriefs")
    debriefs.get_by_role("button", name="Debrief: Alex Lindner").first.click()
    page.get_by_text("The ticket is still open.").wait_for()
    assert [step.kind for step in stored(app, shift_id).chats[0].practice.attempt.steps] == []
    page.get_by_role("button", name="See the debrief all the same").click()
    page.get_by_test_id("verdict").wait_for()
    assert "debrief" in [step.kind for step in stored(app, shift_id).chats[0].practice.attempt.steps]


def test_a_ticket_without_a_result_is_not_closed_at_once(app: App, page: Page) -> None:
    attempt_id = play(app, "Mira", stopped=True)
    page.goto(f"{app.url}/conversation?attempt={attempt_id}&name=Mira")
    page.get_by_role("tab", name="Ticket").click()
    page.get_by_role("button", name="Close the ticket").click()
    page.get_by_text("The result is still open.").wait_for()
    assert not page.get_by_text("The ticket is closed").count()
    page.get_by_role("button", name="Close it without a result").click()
    page.get_by_text("The ticket is closed").wait_for()
    page.get_by_test_id("done").get_by_text("Ticket closed").wait_for()


def test_a_new_customer_is_announced_and_waits(app: App, page: Page) -> None:
    chat = go_to(app, page, new_shift(app, apart=4))
    in_queue(page).nth(1).wait_for()
    assert page.get_by_test_id("queue-news").text_content() == "New chat: Alex Lindner"
    second = in_queue(page).nth(1)
    assert "new message" in second.inner_text()
    page.wait_for_function("chat => /0:0[2-9]/.test(chat.innerText)", arg=second.element_handle())
    second.click()
    wait_until_open(page, 2)
    assert chat.customer.count() == 1
    assert "new message" not in second.inner_text()


def test_a_customer_leaves_while_another_chat_is_open(app: App, page: Page) -> None:
    shift_id = new_shift(app, personas=("anxious", "hurried"))
    go_to(app, page, shift_id)
    in_queue(page).nth(1).and_(page.locator("[data-ended]")).wait_for()
    assert "Customer left" in in_queue(page).nth(1).inner_text()
    assert [each.practice.attempt.outcome for each in stored(app, shift_id).chats] == [None, "abandoned"]


def test_a_pause_stops_every_chat(app: App, page: Page) -> None:
    shift_id = new_shift(app)
    chat = go_to(app, page, shift_id)
    page.get_by_role("button", name="Pause all").click()
    go_on = page.get_by_role("button", name="Go on")
    go_on.wait_for()
    assert stored(app, shift_id).is_paused
    assert "paused" in in_queue(page).nth(1).inner_text()
    go_on.click()
    page.get_by_role("button", name="Pause all").wait_for()
    assert not stored(app, shift_id).is_paused
    chat.say(ASKS)


def test_low_pressure_shows_no_waiting_times(app: App, page: Page) -> None:
    go_to(app, page, new_shift(app, low_pressure=True))
    assert "waits" in in_queue(page).nth(1).inner_text()
    assert not re.search(r"\d:\d\d", page.get_by_test_id("queue").inner_text())


def test_a_running_shift_is_offered_once(app: App, page: Page) -> None:
    shift_id = new_shift(app)
    page.goto(f"{app.url}/?name=Mira")
    page.get_by_text("Shift of 2 chats").first.wait_for()
    page.locator("[class*=st-key-unfinished-]", has_text="Shift of 2 chats").first.get_by_role("button").click()
    in_queue(page).first.wait_for()
    assert f"shift={shift_id}" in page.url


def test_an_unknown_shift_says_what_to_do(app: App, page: Page) -> None:
    page.goto(f"{app.url}/shift?shift=nothing&name=Mira")
    assert "There is no shift at this address." in page.get_by_test_id("unknown-shift").inner_text()


def test_mode_and_low_pressure_are_remembered(app: App, page: Page) -> None:
    page.goto(f"{app.url}/?name=Examinee&scenario=late-refund")
    page.get_by_test_id("briefing").wait_for()
    page.get_by_text("Exam", exact=True).click()
    page.get_by_text("No hints, no take-backs, no pauses").wait_for()
    page.get_by_text("Low pressure").click()
    page.get_by_role("button", name="Start", exact=True).click()
    Chat(page).customer.first.wait_for()
    store = app.store()
    (found,) = list_attempts(store, trainee="Examinee")
    store.close()
    assert (found.mode, found.low_pressure) == ("exam", True)
    page.get_by_role("link", name="Practise").click()
    page.get_by_role("button", name="Several chats at once").click()
    page.get_by_text("No hints, no take-backs, no pauses").wait_for()
    assert page.get_by_role("switch", name="Low pressure").or_(page.get_by_label("Low pressure")).first.is_checked()


def test_the_history_of_a_newcomer_says_what_to_do(app: App, page: Page) -> None:
    look_at(app, page, "Newcomer")
    page.get_by_text("No attempts yet").wait_for()
    play(app, "Onetimer")
    look_at(app, page, "Onetimer", "Trends")
    page.get_by_text("No trend yet").wait_for()
    page.get_by_text("Retries", exact=True).click()
    page.get_by_text("No scenario was tried twice").wait_for()
    page.get_by_text("Compare", exact=True).click()
    page.get_by_text("Nothing to compare yet").wait_for()


def test_trends_leave_out_what_was_stopped(app: App, page: Page) -> None:
    for days_ago in (20.0, 19.9, 3.0):
        play(app, "Trendy", days_ago=days_ago)
    play(app, "Trendy", stopped=True)
    look_at(app, page, "Trendy", "Trends")
    page.get_by_test_id("trends").get_by_role("img").first.wait_for()
    page.get_by_text("an attempt", exact=True).click()
    page.get_by_text("Each point is one attempt.").wait_for()
    assert page.get_by_test_id("trends").locator("figure").first.locator("circle").count() == 3
    page.get_by_text("The values as a table").click()
    table = page.get_by_role("region", name="Mean, and in brackets")
    assert table.get_by_role("row").count() == 4


def test_retries_and_comparison(app: App, page: Page) -> None:
    for days_ago in (9.0, 2.0):
        play(app, "Again", days_ago=days_ago)
    look_at(app, page, "Again", "Retries")
    rows = page.get_by_role("region", name="2 attempts").get_by_role("row")
    rows.nth(1).wait_for()
    assert rows.nth(1).inner_text().startswith("Overall")
    page.get_by_role("button", name="Compare them").click()
    side = page.get_by_role("region", name="Attempts side by side")
    side.wait_for()
    assert side.get_by_role("columnheader").count() == 3
    assert "Replies\t1\t1" in side.inner_text()


def test_filters_that_leave_nothing_can_be_taken_away(app: App, page: Page) -> None:
    play(app, "Picky")
    play(app, "Picky", mode="exam", days_ago=40)
    look_at(app, page, "Picky")
    page.get_by_role("button", name="Debrief").nth(1).wait_for()
    for label, option in (("Mode", "Exam"), ("Time", "Last 7 days")):
        page.get_by_label(label, exact=True).click()
        page.get_by_role("option", name=option).click()
    page.get_by_role("button", name="Take the filters away").click()
    page.get_by_role("button", name="Debrief").nth(1).wait_for()


def test_the_history_goes_by_outcome_and_keeps_its_view(app: App, page: Page) -> None:
    play(app, "Choosy")
    play(app, "Choosy", stopped=True, days_ago=1)
    look_at(app, page, "Choosy")
    page.get_by_label("How it ended", exact=True).click()
    page.get_by_role("option", name="Closed early").click()
    page.wait_for_function("document.querySelectorAll('[class*=st-key-attempt-]').length === 1")
    assert "Closed early" in page.locator("[class*=st-key-attempt-]").inner_text()
    page.get_by_label("Verdict", exact=True).wait_for()
    page.get_by_text("Compare", exact=True).click()
    page.wait_for_url("**view=compare*")
    page.reload()
    page.get_by_label("Attempts to compare, two or three").wait_for()


def test_equal_values_and_stopped_attempts_are_no_best_ones(app: App, page: Page) -> None:
    for days_ago in (9.0, 2.0):
        play(app, "Equal", days_ago=days_ago)
    play(app, "Equal", stopped=True)
    look_at(app, page, "Equal", "Compare")
    for _place in range(3):
        page.get_by_label("Attempts to compare, two or three").click()
        page.get_by_role("option").first.click()
    side = page.get_by_role("region", name="Attempts side by side")
    side.get_by_role("columnheader").nth(3).wait_for()
    assert "▲" not in side.inner_text()


def test_a_shift_is_a_group_in_the_history(app: App, page: Page) -> None:
    shift_id = new_shift(app, ended=True)
    store = app.store()
    assert load_shift(store, shift_id=shift_id).ended_at is not None
    store.close()
    look_at(app, page, "Mira")
    group = page.locator(f".st-key-shift-{shift_id}")
    group.wait_for()
    debriefs = group.get_by_role("button", name="Debrief")
    debriefs.nth(1).wait_for()
    assert debriefs.count() == 2
    group.get_by_role("button", name="See the shift").click()
    page.get_by_test_id("shift-verdict").wait_for()


@pytest.mark.parametrize("path", ["/shift?shift={shift}", "/history?x={shift}", "/?several=1&x={shift}"])
def test_narrow_screens(app: App, page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(app.url + path.format(shift=new_shift(app)) + "&name=Mira")
    page.locator("h1").first.wait_for()
    for width in (390, 600, 820, 1024):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(1000)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_the_desk_has_room_on_a_tablet(app: App, page: Page) -> None:
    go_to(app, page, new_shift(app))
    for width in (1280, 1024, 820):
        page.set_viewport_size({"width": width, "height": 1180})
        page.wait_for_timeout(500)
        desk = page.locator(".st-key-desk-side").bounding_box()
        assert desk is not None
        assert desk["width"] >= 300


def test_a_chat_can_go_on_after_its_shift(app: App, page: Page) -> None:
    shift_id = new_shift(app)
    store = app.store()
    chats = open_shift(store, shift_id)
    chats.chats[0].practice.attempt.reply("Calm down.")
    chats.stop()
    branch = practice.take_back(store, open_shift(store, shift_id).chats[0].practice, turn=1)
    store.close()
    page.goto(f"{app.url}/?name=Mira")
    page.locator(f".st-key-unfinished-{branch.id}").get_by_role("button", name="Continue").click()
    chat = Chat(page)
    chat.customer.first.wait_for()
    assert chat.attempt_id == branch.id
    look_at(app, page, "Mira")
    page.locator(f".st-key-attempt-{branch.id}").get_by_role("button", name="Continue").wait_for()
