"""The desk, the coach and the clock of a conversation in a headless Chromium: real server, real database, no mocks."""

# ruff: noqa: F401, F811 (fixtures of another file are imported by name)

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import pytest
from test_browser import ASKS, PATIENCE, App, Chat, app, browser, context, page

from simulator import practice
from simulator.conversation import Language, Mode, Outcome, Step
from simulator.desk import Desk
from simulator.scenarios.library import load_library

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


def new_attempt(
    app: App,
    *,
    persona: str | None = None,
    language: Language = "en",
    mode: Mode = "practice",
    low_pressure: bool = False,
    replies: tuple[str, ...] = (),
) -> str:
    """An attempt with some replies, begun behind the screens; its id."""
    store = app.store()
    try:
        case = load_library(app.library).cast("late-refund", persona=persona, language=language)
        begun = practice.begin(store, case, trainee="Mira", mode=mode, low_pressure=low_pressure)
        for reply in replies:
            begun.attempt.reply(reply)
        return begun.id
    finally:
        store.close()


def go_to(app: App, page: Page, attempt_id: str) -> Chat:
    page.goto(f"{app.url}/conversation?attempt={attempt_id}&name=Mira")
    chat = Chat(page)
    chat.customer.first.wait_for()
    return chat


def stored(app: App, attempt_id: str) -> tuple[tuple[Step, ...], Desk, Outcome | None]:
    """What the database holds: steps, ticket, outcome."""
    store = app.store()
    try:
        attempt = practice.resume(store, attempt_id).attempt
        return attempt.steps, attempt.desk, attempt.outcome
    finally:
        store.close()


def bodies(app: App, attempt_id: str, kind: str) -> list[dict[str, str]]:
    return [dict(step.body) for step in stored(app, attempt_id)[0] if step.kind == kind]


def tab(page: Page, name: str) -> Locator:
    """Opens a tab of the desk."""
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name)


def choose(page: Page, panel: Locator, label: str, option: str) -> None:
    panel.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def wait_for_count(messages: Locator, count: int) -> None:
    """Waits until so many messages are there: one conversation takes the other's place."""
    from playwright.sync_api import expect

    expect(messages).to_have_count(count, timeout=PATIENCE)


def test_a_ticket_is_worked_on_and_the_customer_reacts(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app, replies=(ASKS,)))
    ticket = tab(page, "Ticket")
    choose(page, ticket, "Action", "Verify the identity")
    ticket.get_by_role("button", name="Carry out").click()
    done = ticket.get_by_test_id("done")
    done.get_by_text("Identity verified").wait_for()
    choose(page, ticket, "Action", "Give a credit")
    ticket.get_by_label("Amount", exact=True).fill("a lot")
    ticket.get_by_role("button", name="Carry out").click()
    ticket.get_by_role("alert").get_by_text("Amount: write one amount above zero").wait_for()
    ticket.get_by_label("Amount", exact=True).fill("20.00 EUR")
    ticket.get_by_role("button", name="Carry out").click()
    chat.customer.nth(2).wait_for()
    assert "voucher" in chat.texts(chat.customer)[2]
    done.get_by_text("Credit given: 20.00 EUR").wait_for()
    _steps, desk, outcome = stored(app, chat.attempt_id)
    assert [each.action for each in desk.done] == ["verify_identity", "credit"]
    assert outcome is None


def test_the_form_is_there_again_after_a_refresh(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app))
    ticket = tab(page, "Ticket")
    choose(page, ticket, "Category", "Billing and payments")
    choose(page, ticket, "Priority", "High")
    ticket.get_by_label("Internal note").fill("Refund traced, bank needs five days.")
    ticket.get_by_label("Internal note").press("Control+Enter")
    choose(page, ticket, "Result", "Solved")
    page.wait_for_function("document.querySelector('[class*=st-key-ticket-disposition] input')?.value === 'Solved'")
    page.reload()
    chat.customer.first.wait_for()
    ticket = tab(page, "Ticket")
    assert ticket.get_by_label("Internal note").input_value() == "Refund traced, bank needs five days."
    desk = stored(app, chat.attempt_id)[1]
    assert (desk.category, desk.priority, desk.disposition) == ("billing", "high", "solved")


def test_closing_the_ticket_ends_the_conversation(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app, replies=(ASKS,)))
    ticket = tab(page, "Ticket")
    ticket.get_by_role("button", name="Close the ticket").click()
    page.get_by_role("button", name="Close it and end the conversation").click()
    chat.ended.wait_for()
    ticket.get_by_text("The ticket is closed").wait_for()
    assert ticket.get_by_label("Category", exact=True).is_disabled()
    assert ticket.get_by_label("Action", exact=True).count() == 0
    closed = chat.attempt_id
    assert stored(app, closed)[2] == "closed"
    page.get_by_role("button", name="Take this reply back").click()
    page.wait_for_function("id => !location.search.includes(id)", arg=closed)
    wait_for_count(chat.customer, 1)
    chat.say("I will see to it today.")
    assert tab(page, "Ticket").get_by_label("Action", exact=True).is_visible()
    assert stored(app, closed)[2] == "closed"


def test_a_stopped_conversation_can_be_wrapped_up_until_its_debrief(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app, replies=(ASKS,)))
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("It is never held against you").wait_for()
    page.get_by_role("button", name="End the conversation").click()
    chat.ended.wait_for()
    ticket = tab(page, "Ticket")
    ticket.get_by_text("nobody judges the ticket").wait_for()
    choose(page, ticket, "Category", "Billing and payments")
    page.wait_for_function("document.querySelector('[class*=st-key-ticket-category] input')?.value.startsWith('Bill')")
    attempt_id = chat.attempt_id
    page.get_by_role("button", name="See the debrief").click()
    page.wait_for_url("**/debrief?**")
    chat = go_to(app, page, attempt_id)
    assert tab(page, "Ticket").get_by_label("Category", exact=True).is_disabled()
    steps, desk, outcome = stored(app, attempt_id)
    assert outcome == "stopped"
    assert desk.category == "billing"
    assert [step.kind for step in steps].count("debrief") == 1


def test_knowledge_is_found_opened_and_remembered(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app, language="ru"))
    knowledge = tab(page, "Knowledge")
    search = knowledge.get_by_role("searchbox")
    search.fill("how long does a refund take")
    search.press("Enter")
    snippets = knowledge.locator(".tc-snippet")
    snippets.first.wait_for()
    before = knowledge.locator("summary").first.inner_text()
    knowledge.locator("summary").first.click()
    knowledge.get_by_test_id("stExpanderDetails").get_by_test_id("stMarkdown").first.wait_for()
    searched, opened = bodies(app, chat.attempt_id, "search"), bodies(app, chat.attempt_id, "passage")
    assert [(each["query"], each["language"]) for each in searched] == [("how long does a refund take", "en")]
    assert opened == [{"passage": searched[0]["found"].split()[0]}]

    knowledge.get_by_role("radio", name="Russian").click()
    page.wait_for_function("t => document.querySelector('.st-key-desk-side summary')?.innerText !== t", arg=before)
    search.fill("когда вернут деньги")
    search.press("Enter")
    knowledge.locator("summary").get_by_text(re.compile("озврат")).first.wait_for()
    search.fill("???")
    search.press("Enter")
    knowledge.get_by_text("No section answers to these words.").wait_for()
    knowledge.get_by_label("Browse the pages").wait_for(state="detached")


def test_a_macro_goes_where_the_cursor_is(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app))
    chat.text.fill("Hello. Bye.")
    chat.text.evaluate("text => text.setSelectionRange(6, 6)")
    macros = tab(page, "Macros")
    macros.get_by_role("searchbox").fill("refund takes")
    chosen = macros.locator("[class*=st-key-macro-]")
    page.wait_for_function("document.querySelectorAll('[class*=st-key-macro-]').length === 1")
    chosen.get_by_role("button", name="Insert").click()
    page.wait_for_function(
        "text => text.getRootNode().activeElement === text && text.value.length > 20", arg=chat.text.element_handle()
    )
    value = chat.text.input_value()
    assert value.startswith("Hello.\n")
    assert value.endswith(" Bye.")
    inserted = bodies(app, chat.attempt_id, "macro")
    assert [each["macro"] for each in inserted] == ["refund-time"]
    assert inserted[0]["text"] in value
    assert chat.agent.count() == 0
    page.reload()
    chat.customer.first.wait_for()
    assert chat.text.input_value() == value


def test_tab_goes_from_gap_to_gap_and_then_on(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app))
    chat.text.fill("Order [order number], [amount].")
    chat.text.evaluate("text => text.setSelectionRange(0, 0)")
    selected = "text => text.value.slice(text.selectionStart, text.selectionEnd)"
    chat.text.press("Tab")
    assert chat.text.evaluate(selected) == "[order number]"
    page.keyboard.type("TW-1")
    chat.text.press("Tab")
    assert chat.text.evaluate(selected) == "[amount]"
    chat.text.press("Tab")
    assert chat.send.evaluate("button => button.getRootNode().activeElement === button")
    assert chat.text.input_value() == "Order TW-1, [amount]."


def test_the_coach_says_a_word_after_each_reply(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app))
    chat.say("Please calm down.")
    hint = page.get_by_test_id("hint")
    hint.wait_for()
    assert "“Please calm down”" in hint.inner_text()
    page.get_by_role("button", name="Show me a better reply").click()
    better = page.get_by_test_id("better-reply")
    better.wait_for()
    assert better.locator(".tc-bubble").inner_text().count(".") >= 1
    page.reload()
    hint.wait_for()
    page.get_by_text("Coach", exact=True).click()
    hint.wait_for(state="detached")
    chat.say(ASKS)
    assert bodies(app, chat.attempt_id, "hint") == [{"reply": "1"}]
    assert bodies(app, chat.attempt_id, "better_reply") == [{"reply": "1"}]


def test_the_framework_can_be_chosen(app: App, page: Page) -> None:
    go_to(app, page, new_attempt(app, replies=("Please calm down.",)))
    hint = page.get_by_test_id("hint")
    hint.wait_for()
    page.get_by_role("button", name="LAST").click()
    page.get_by_label("The framework that the coach names").click()
    page.get_by_role("option", name="HEARD").click()
    page.get_by_role("button", name="HEARD").wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=hint]').innerText.includes('LAST')")


def test_a_reply_is_taken_back(app: App, page: Page) -> None:
    said = "Please calm down."
    first = new_attempt(app, replies=(ASKS, said))
    chat = go_to(app, page, first)
    page.get_by_role("button", name="Take this reply back").click()
    page.get_by_test_id("taken-back").wait_for()
    assert said in page.get_by_test_id("taken-back").inner_text()
    page.wait_for_function("id => !location.search.includes(id)", arg=first)
    wait_for_count(chat.agent, 1)
    assert chat.texts(chat.agent) == [ASKS]
    assert chat.text.input_value() == ""
    chat.say("I will see to it today.")
    page.get_by_test_id("taken-back").wait_for(state="detached")
    assert stored(app, first)[2] == "taken_back"
    assert [turn.text for turn in app.turns(first) if turn.role == "agent"] == [ASKS, said]
    branch = chat.attempt_id
    go_to(app, page, first)
    page.get_by_role("button", name="Go to where it goes on").click()
    page.wait_for_function("id => location.search.includes(id)", arg=branch)


def test_a_pause_stops_the_clock_and_the_composer(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app))
    chat.text.fill("half a reply")
    page.get_by_role("button", name="Pause").click()
    page.get_by_test_id("chat-paused").wait_for()
    assert chat.clock.is_hidden()
    assert chat.text.get_attribute("readonly") is not None
    assert chat.send.is_disabled()
    page.reload()
    page.get_by_test_id("chat-paused").wait_for()
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="Go on").click()
    page.get_by_test_id("chat-paused").wait_for(state="hidden")
    chat.text.fill("A whole reply.")
    chat.text.press("Enter")
    chat.customer.nth(1).wait_for()
    (went_on,) = bodies(app, chat.attempt_id, "go_on")
    sent = app.turns(chat.attempt_id)[1]
    assert float(went_on["seconds"]) >= 3
    assert sent.waited is not None
    assert sent.waited == pytest.approx(sent.at, abs=1)


def test_an_exam_gives_no_help(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app, mode="exam"))
    chat.say(ASKS)
    page.locator("[data-testid=stTabs]").wait_for()
    assert page.get_by_text("Exam", exact=True).is_visible()
    assert page.locator(".st-key-coach").count() == 0
    assert page.get_by_role("button", name="Pause").count() == 0
    assert chat.clock.is_visible()


def test_low_pressure_shows_no_clock_and_no_points(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app, low_pressure=True))
    chat.say("Please calm down.")
    page.get_by_test_id("hint").wait_for()
    page.get_by_role("button", name="Show me a better reply").click()
    page.get_by_test_id("better-reply").wait_for()
    assert chat.clock.is_hidden()
    assert not re.search(r"[+−→]|\d", page.get_by_test_id("hint").inner_text())
    assert not re.search(r"→|instead of", page.get_by_test_id("better-reply").inner_text())
    assert app.turns(chat.attempt_id)[1].waited is not None


def test_one_moment_does_not_restart_the_clock(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app))
    chat.text.fill("x")
    page.wait_for_function("clock => clock.querySelector('b')?.textContent >= '0:02'", arg=chat.clock.element_handle())
    chat.say("One moment, please.")
    chat.clock.locator("b").wait_for()
    assert chat.seconds() >= 2
    chat.say(ASKS)
    waits = [turn.waited for turn in app.turns(chat.attempt_id) if turn.role == "agent"]
    assert waits[0] is not None
    assert waits[1] is not None
    assert waits[1] >= waits[0] >= 2
    page.wait_for_function("clock => clock.querySelector('b')?.textContent <= '0:01'", arg=chat.clock.element_handle())


def test_the_customer_types_before_it_breaks_the_silence(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app, persona="hurried"))
    page.get_by_test_id("chat-typing").wait_for()
    chat.customer.nth(1).wait_for()


def test_a_card_to_breathe(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app))
    page.get_by_role("button", name="Breathe").click()
    card = page.get_by_test_id("breathe")
    card.wait_for()
    first = card.inner_text()
    page.get_by_role("button", name="Another one").click()
    page.wait_for_function("t => document.querySelector('[data-testid=breathe]').innerText !== t", arg=first)
    assert len(bodies(app, chat.attempt_id, "breathe")) == 2


def test_the_desk_by_keyboard(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app))
    page.get_by_role("tab", name="Customer").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    search = page.get_by_role("tabpanel", name="Knowledge").get_by_role("searchbox")
    search.wait_for()
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement?.tagName === 'INPUT'")
    page.keyboard.type("refund")
    page.keyboard.press("Enter")
    page.locator(".tc-snippet").first.wait_for()
    assert search.evaluate("field => field === document.activeElement")
    assert [each["query"] for each in bodies(app, chat.attempt_id, "search")] == ["refund"]


def test_an_id_with_two_underscores_opens(app: App, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_urlsafe", lambda size=16: "a__b__c")
    go_to(app, page, new_attempt(app)).say(ASKS)


def write_a_note(page: Page, note: str) -> None:
    """Writes an internal note, and leaves the cursor in it: it is not stored yet."""
    tab(page, "Ticket").get_by_label("Internal note").fill(note)


@pytest.mark.parametrize("click", ["Pause", "Take this reply back"])
def test_no_click_is_lost_that_leaves_an_unsaved_note(app: App, page: Page, click: str) -> None:
    attempt_id = new_attempt(app, replies=(ASKS,))
    go_to(app, page, attempt_id)
    page.get_by_test_id("hint").wait_for()
    write_a_note(page, "Refund traced.")
    page.get_by_role("button", name=click).click()
    match click:
        case "Pause":
            page.get_by_test_id("chat-paused").wait_for()
        case "Take this reply back":
            page.get_by_test_id("taken-back").wait_for()
            assert attempt_id not in page.url
    assert stored(app, attempt_id)[1].note == "Refund traced."


def test_an_unsaved_note_is_stored_before_the_debrief_opens(app: App, page: Page) -> None:
    chat = go_to(app, page, new_attempt(app, replies=(ASKS,)))
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="End the conversation").click()
    chat.ended.wait_for()
    attempt_id = chat.attempt_id
    write_a_note(page, "Refund traced.")
    page.get_by_role("button", name="See the debrief").click()
    page.get_by_test_id("verdict").wait_for()
    assert stored(app, attempt_id)[1].note == "Refund traced."


def test_a_running_practice_has_no_debrief_yet(app: App, page: Page) -> None:
    attempt_id = new_attempt(app, replies=(ASKS,))
    page.goto(f"{app.url}/debrief?attempt={attempt_id}&name=Mira")
    page.get_by_text("Its debrief opens when it is over.").wait_for()
    assert page.get_by_test_id("facts").count() == 0
    page.get_by_role("button", name="Back to the conversation").click()
    Chat(page).customer.first.wait_for()
    assert attempt_id in page.url
