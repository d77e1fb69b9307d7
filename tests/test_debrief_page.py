"""The debrief on its page and in its exports: every section in order, whatever became of the attempt, all escaped."""

from __future__ import annotations

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from simulator import history, practice
from simulator.conversation import Mode
from simulator.documents import Passage
from simulator.history import Store
from simulator.practice import Practice
from simulator.scenarios.library import load_library
from simulator.scoring import best_reply, in_words
from simulator.ui.passage_html import passage_html

LIBRARY = load_library()
HOSTILE = '<img src=x onerror=alert(1)> </style><script>alert(2)</script> Calm down. & "quoted" **bold**'
SUMMARY = [
    "What happened",
    "Mood",
    "Costliest reply",
    "Accuracy",
    "At the desk",
    "What to practise next",
    "Help used",
]
APPENDIX = ["Reply by reply", "Moves", "Reply times", "Language", "What the scores go by", "Whole conversation"]
SECTIONS = ["What happened", "Mood", "Accuracy", "Moves", "What to practise next", "Help used"]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(tmp_path / "history.db"))
    return history.open_store(tmp_path / "history.db")


def begun(kept: Store, *replies: str, mode: Mode = "practice") -> Practice:
    made = practice.begin(kept, LIBRARY.cast("late-refund"), trainee="Mira", mode=mode)
    for reply in replies:
        made.attempt.reply(reply)
    return made


def best(made: Practice) -> str:
    situation = made.attempt.situation
    option = best_reply(made.attempt.case, situation)
    return in_words(made.attempt.case, option, language=situation.language, variant=situation.replies)


def page_of(made: Practice, language: str = "en") -> AppTest:
    """The page of an attempt, run without a browser."""

    def script() -> None:
        from simulator.ui.pages import debrief

        debrief.show()

    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["attempt"] = made.id
    app.query_params["lang"] = language
    app.run()
    assert not app.exception
    return app


def pieces(app: AppTest) -> list[str]:
    return [str(getattr(element, "value", "")) for element in app.get("html")]


def shown(app: AppTest) -> str:
    return "\n".join(pieces(app))


def exported(app: AppTest) -> tuple[str, str]:
    """The files that the page offers: JSON and HTML."""
    exports = app.session_state["exports"]
    return str(exports[1]), str(exports[2])


class Tags(HTMLParser):
    """All tags of a document with their attributes, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_shows_every_section_in_order(kept: Store) -> None:
    made = begun(kept, "Calm down.")
    made.attempt.reply(best(made))
    made.attempt.stop()
    html = shown(page_of(made))
    places = [re.search(rf"<h2[^>]*>{name}", html) for name in SECTIONS]
    assert all(places)
    starts = [place.start() for place in places if place]
    assert starts == sorted(starts)
    assert 'data-passed="open"' in html


def html_of(made: Practice, *, every_reply: bool) -> str:
    """The exported document."""

    def script(folder: str, attempt_id: str, every_reply: bool) -> None:
        import streamlit as st

        from simulator import history, practice
        from simulator.debrief import debrief
        from simulator.ui import export

        made = practice.resume(history.open_store(folder), attempt_id)
        found = debrief(made.attempt, scenarios={}, reader="en")
        st.session_state["document"] = export.as_html(made, found, None, every_reply=every_reply)

    where = os.environ["TOUGH_CUSTOMER_DATABASE"]
    app = AppTest.from_function(script, default_timeout=60, args=(where, made.id, every_reply)).run()
    assert not app.exception
    return str(app.session_state["document"])


def titles(html: str) -> list[str]:
    return re.findall(r'<h2 class="tc tc-h2">(.*?)</h2>', html)


def test_the_export_stands_on_its_own(kept: Store) -> None:
    made = begun(kept, "Calm down.")
    made.attempt.reply(best(made))
    made.attempt.stop()
    as_json, _ = exported(page_of(made))
    for as_html in (html_of(made, every_reply=False), html_of(made, every_reply=True)):
        found = Tags(as_html)
        assert not {"script", "link", "img", "iframe"} & set(found.tags)
        assert all(value.startswith("#") for name, value in found.attributes if name in ("src", "href"))
        anchors = {value for name, value in found.attributes if name == "id"}
        assert {value[1:] for name, value in found.attributes if name == "href"} <= anchors
        assert "@import" not in as_html
        assert not re.search(r"url\([\"']?https?:", as_html)
    data = json.loads(as_json)
    assert (data["mode"], data["outcome"], len(data["debrief"]["story"]) >= 4) == ("practice", "stopped", True)
    assert data["steps"][-1]["kind"] == "debrief"


def test_the_export_is_a_summary_and_every_reply_on_request(kept: Store) -> None:
    made = begun(kept, "Calm down.")
    made.attempt.reply(best(made))
    made.attempt.do("search", {"query": "zebra stripes", "language": "en", "found": ""})
    made.attempt.stop()
    summary, whole = html_of(made, every_reply=False), html_of(made, every_reply=True)
    assert titles(summary) == SUMMARY
    assert titles(whole)[: len(SUMMARY + APPENDIX)] == SUMMARY + APPENDIX
    assert "<article>" not in summary
    assert whole.count("<article>") == len(made.attempt.exchanges) == 2
    assert made.attempt.exchanges[1].reply in "".join(Tags(whole).texts)
    assert "zebra stripes" not in summary
    assert "zebra stripes" in whole
    assert "href" not in summary


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_sentence_that_is_repeated_stands_there_once(kept: Store, language: str) -> None:
    claim = "You get the money within 30 days."
    made = begun(kept, " ".join([claim] * 9))
    made.attempt.stop()
    app = page_of(made, language)
    tables = [part for part in pieces(app) if "claims" in part]
    assert "× 9" in tables[0]
    receipt = next(part for part in pieces(app) if 'data-testid="receipt"' in part)
    assert receipt.count("within 30 days") <= 2
    assert "× 9" in receipt


@pytest.mark.parametrize("mode", ["practice", "exam"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_debrief_says_whose_it_is_and_that_it_was_an_exam(kept: Store, language: str, mode: Mode) -> None:
    made = begun(kept, "Calm down.", mode=mode)
    made.attempt.stop()
    app = page_of(made, language)
    exam = '<li class="tc-chip" data-tone="strong">' + {"en": "Exam", "ru": "Экзамен"}[language]
    header = next(part for part in pieces(app) if "<h1" in part)
    for document in (header, exported(app)[1]):
        assert '<li class="tc-chip" data-tone="strong">Mira</li>' in document
        assert (exam in document) == (mode == "exam")


def test_the_exports_tell_whose_words_and_what_is_disputed(kept: Store) -> None:
    made = begun(kept, "Calm down.")
    made.attempt.stop()
    said = "The customer's messages are those of the script."
    assert said.replace("'", "&#x27;") in html_of(made, every_reply=False)
    app = page_of(made)
    app.text_area(key="dispute-reason").set_value("I was kind.").run()
    app.button(key="dispute").click().run()
    app.run()
    data = json.loads(exported(app)[0])
    assert data["trainee"] == "Mira"
    assert [(each["turn"], each["reason"], each["decided_at"]) for each in data["disputes"]] == [
        (None, "I was kind.", None)
    ]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_the_trainee_wrote_is_never_html(kept: Store, language: str) -> None:
    made = begun(kept, HOSTILE, HOSTILE)
    made.attempt.do("search", {"query": HOSTILE, "language": "en", "found": ""})
    made.attempt.do("form", {"note": HOSTILE})
    made.attempt.stop()
    app = page_of(made, language)
    for html in (shown(app), exported(app)[1]):
        found = Tags(html)
        assert not {"script", "img"} & set(found.tags)
        assert "onerror" not in {name for name, _ in found.attributes}
        assert "<img" in "".join(found.texts)
    assert f'<html lang="{language}">' in exported(app)[1]


def test_an_attempt_that_was_stopped_has_no_verdict_and_no_fault(kept: Store) -> None:
    made = begun(kept)
    made.attempt.stop()
    html = shown(page_of(made))
    assert "No verdict" in html
    assert "Not passed" not in html
    assert "No reply was written." in html


@pytest.mark.parametrize("mode", ["practice", "exam"])
def test_a_running_attempt_shows_nothing_of_its_debrief(kept: Store, mode: Mode) -> None:
    app = page_of(begun(kept, "Calm down.", mode=mode))
    assert "still going on" in shown(app)
    assert 'data-testid="story"' not in shown(app)
    assert "exports" not in app.session_state
    assert [button.label for button in app.button] == ["Back to the conversation"]


def test_the_debrief_of_an_exam_opens_when_it_is_over(kept: Store) -> None:
    made = begun(kept, "Calm down.", mode="exam")
    made.attempt.stop()
    assert "Exam: no help was on offer." in shown(page_of(made))


def test_opening_the_debrief_closes_the_desk_once(kept: Store) -> None:
    made = begun(kept, "Calm down.")
    made.attempt.stop()
    for _ in range(2):
        page_of(made)
    made.attempt.refresh()
    assert [step.kind for step in made.attempt.steps] == ["debrief"]
    assert made.attempt.desk_closed


def test_branches_stand_beside_each_other(kept: Store) -> None:
    first = begun(kept, "I can see your parcel.", "Calm down.")
    second = practice.take_back(kept, first, turn=first.attempt.exchanges[1].turn)
    second.attempt.reply(best(second))
    second.attempt.stop()
    app = page_of(second)
    assert "From reply 2 on the two branches differ." in shown(app)
    assert "Replies taken back: 1" in shown(app)
    assert 'opacity="0.35"' in exported(app)[1]
    left = page_of(practice.resume(kept, first.id))
    assert "You took a reply back here." in shown(left)
    assert "Open the newest branch" in [button.label for button in left.button]
    alone = begun(kept, "Calm down.")
    alone.attempt.stop()
    assert 'data-testid="comparison"' not in shown(page_of(alone))


def test_a_rating_is_kept_and_shown_again(kept: Store) -> None:
    made = begun(kept, "Calm down.")
    made.attempt.stop()
    app = page_of(made)
    app.feedback[0].set_value(3).run()
    app.text_area[0].set_value("Good <b>one</b>").run()
    app.button("save-rating").click().run()
    rating = history.load_rating(kept, attempt_id=made.id)
    assert rating is not None
    assert (rating.stars, rating.comment) == (4, "Good <b>one</b>")
    assert page_of(made).text_area[0].value == "Good <b>one</b>"


def test_a_disputed_score_is_kept_with_its_receipt(kept: Store) -> None:
    made = begun(kept, "Calm down.")
    made.attempt.stop()
    app = page_of(made)
    app.selectbox("dispute-about").set_value(1).run()
    app.selectbox("dispute-score").set_value("tone").run()
    app.text_area("dispute-reason").set_value("It was meant <i>kindly</i>.").run()
    app.button("dispute").click().run()
    (dispute,) = history.list_disputes(kept, attempt_id=made.id)
    assert (dispute.dimension, dispute.turn_index) == ("tone", made.attempt.exchanges[0].turn)
    assert dispute.receipt["evidence"][0]["quote"] == "Calm down"
    assert dispute.receipt["version"]
    assert "It was meant &lt;i&gt;kindly&lt;/i&gt;." in shown(app)


def test_a_passage_becomes_plain_html() -> None:
    blocks = ["Pay **now** <b>x</b> [here](https://example.org).", "- one\n- two", "| A | B |\n|---|---|\n| 1 | 2 |"]
    text = "\n\n".join([*blocks, "1. first"])
    html = passage_html(Passage("a#b", "a", "en", "a", "b", "A", text))
    assert html == (
        "<p>Pay <b>now</b> &lt;b&gt;x&lt;/b&gt; here.</p><ul><li>one</li><li>two</li></ul>"
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table><ol><li>first</li></ol>"
    )
