"""What screens and commands say of whose value counts, where the rubric lets the judge have a say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from judging import REPLY, answer
from streamlit.testing.v1 import AppTest
from test_debrief_page import exported, page_of, shown
from test_judge_counts import ended, far_off
from test_judging import judging
from typer.testing import CliRunner

from simulator import history
from simulator.cli import app
from simulator.debrief import receipt
from simulator.history import Store
from simulator.practice import Practice
from simulator.scoring import rubric
from standin import Behaviour, Standin

Choose = Callable[[str], None]
KIND = "Kept in the hands of <b>people</b>."
pytestmark = pytest.mark.sqlite


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Iterator[Choose]:
    """Sets which opinion counts."""
    plain = rubric._rubric()

    def choose(counts: str) -> None:
        monkeypatch.setattr(rubric, "_rubric", lambda: {**plain, "judge": {"counts": counts, "far_apart": 25}})
        rubric.rubric_version.cache_clear()

    yield choose
    rubric.rubric_version.cache_clear()


@pytest.fixture
def kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The history that screens and commands open."""
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(store.engine.url.database))
    return store


def history_page(store: Store, view: str, language: str = "en") -> str:
    def script() -> None:
        from simulator.ui.pages import history

        history.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.query_params["name"] = "Anna"
    page.query_params["view"] = view
    page.query_params["lang"] = language
    page.session_state["compared"] = [each.id for each in history.list_attempts(store, trainee="Anna")][:3]
    page.run()
    assert not page.exception
    return shown(page)


def silent(store: Store, standin: Standin) -> Practice:
    """An attempt on which the judge has no verdict."""
    standin.model.answer = lambda body: Behaviour(text="I cannot say.")
    one = ended(store, REPLY)
    judging(store, standin).look()
    return one


def near(store: Store, standin: Standin) -> Practice:
    """An attempt that the judge finds about as good as the rules do."""
    standin.model.answer = lambda body: answer()
    one = ended(store, REPLY)
    judging(store, standin).look()
    return one


@pytest.mark.parametrize("counts", ["judge", "mean"])
@pytest.mark.parametrize("view", ["trends", "retries", "compare"])
def test_one_policy_is_no_change_of_the_scoring(
    kept: Store, standin: Standin, choose: Choose, counts: str, view: str
) -> None:
    choose(counts)
    near(kept, standin)
    far_off(kept, standin)
    html = history_page(kept, view)
    for told in ("different rules", "language models", "no verdict", "cannot be compared", "There is no change"):
        assert told not in html


@pytest.mark.parametrize(
    ("view", "language", "told"),
    [
        ("trends", "en", "in others it gave no verdict and the rules alone counted"),
        ("retries", "en", "There is no change to tell there"),
        ("compare", "en", "Tone, scored by"),
        ("compare", "ru", "только правила"),
    ],
)
def test_a_missing_verdict_is_told_and_rescoring_is_not_advised_for_it(
    kept: Store, standin: Standin, choose: Choose, view: str, language: str, told: str
) -> None:
    choose("judge")
    near(kept, standin)
    silent(kept, standin)
    html = history_page(kept, view, language)
    assert told in html
    assert "tough-customer rescore" not in html
    if (view, language) == ("compare", "en"):
        assert "<td>the rules alone</td>" in html
        assert "<td>a language model, unless far from the rules</td>" in html


def test_a_changed_rubric_is_told_with_what_helps(kept: Store, standin: Standin, choose: Choose) -> None:
    choose("rules")
    near(kept, standin)
    choose("judge")
    near(kept, standin)
    assert "tough-customer rescore" in history_page(kept, "compare")
    assert CliRunner().invoke(app, ["rescore"]).exit_code == 0
    assert "tough-customer rescore" not in history_page(kept, "compare")


def cards(html: str) -> dict[str, str]:
    found = re.findall(r'<div class="tc tc-panel tc-score">.*?</div>(?=<div|</div>)', html)
    return {re.findall(r"<span>(.*?)</span>", each)[0]: each for each in found}


@pytest.mark.parametrize(
    ("counts", "source"), [("judge", "a language model"), ("mean", "the rules and a language model")]
)
def test_the_debrief_says_of_each_score_whose_it_is(
    kept: Store, standin: Standin, choose: Choose, counts: str, source: str
) -> None:
    choose(counts)
    one = far_off(kept, standin)
    html = shown(page_of(one))
    by_name = cards(html)
    assert "by the rules</p>" in by_name["Tone"]
    assert f"by {source}</p>" in by_name["De-escalation"]
    assert "by the rules</p>" in by_name["Reply time"]
    table = html.partition('data-testid="second-opinion"')[2].partition("</table>")[0]
    assert "Where the two are far apart, the rules count" in table
    tone = one.attempt.rule_scores()["tone"].value
    assert tone is not None
    assert re.search(rf"Tone</th><td>{int(tone)}</td><td>0</td><td>far apart</td><td>{int(tone)} \(the rules\)", table)
    assert re.search(rf"De-escalation</th>.*?\({source}\)</td>", table)
    russian = shown(page_of(one, "ru"))
    assert "в зачёт идут правила" in russian
    assert "Кто оценил: правила" in cards(russian)["Тон"]


def test_where_only_the_rules_count_no_card_needs_to_say_so(kept: Store, standin: Standin, choose: Choose) -> None:
    choose("rules")
    html = shown(page_of(far_off(kept, standin)))
    assert "by the rules</p>" not in html
    assert "Where the two are far apart" not in html


@pytest.mark.parametrize(
    ("language", "value", "told"),
    [
        ("en", 81.0, "{tone} by the rules; 81 by Dana &lt;i&gt; (trainer): Kept in the hands of &lt;b&gt;people"),
        ("ru", 81.0, "{tone} (правила); 81 (Dana &lt;i&gt;, тренер): Kept in the hands of &lt;b&gt;people"),
        ("en", None, "{tone} by the rules stands, says Dana &lt;i&gt; (trainer): Kept in the hands of &lt;b&gt;people"),
    ],
)
def test_a_trainers_verdict_stands_beside_the_score_and_never_for_it(
    kept: Store, standin: Standin, language: str, value: float | None, told: str
) -> None:
    one = near(kept, standin)
    tone = one.attempt.rule_scores()["tone"].value
    assert tone is not None
    before = history.list_attempts(kept)
    dispute = history.add_dispute(
        kept,
        attempt_id=one.id,
        turn_index=None,
        dimension="tone",
        receipt=receipt(one.attempt, "tone", None, reader="en"),
        reason="It was meant kindly.",
        disputed_at=datetime.now(UTC),
    )
    about: dict[str, Any] = {"decided_by": "Dana <i>", "decision": KIND, "value": value}
    assert told.format(tone=int(tone)) not in shown(page_of(one, language))
    history.decide_dispute(kept, dispute_id=dispute.id, decided_at=datetime.now(UTC), **about)
    page = page_of(one, language)
    html, document = shown(page), exported(page)[1]
    expected = told.format(tone=int(tone))
    assert expected in html.partition('data-testid="disputes"')[2]
    name = {"en": "Tone", "ru": "Тон"}[language]
    for whole in (html, document):
        shown_card = cards(whole)[name]
        assert (expected in shown_card) == (value is not None)
        assert f"<b>{int(tone)}</b>" in shown_card
        assert "<i>" not in shown_card.partition("Dana")[2]
    assert history.list_attempts(kept) == before


def test_agreement_says_that_stopped_attempts_are_in_it(kept: Store, standin: Standin) -> None:
    near(kept, standin)
    near(kept, standin)
    assert "Replies of stopped attempts are among them." in history_page(kept, "trends")
    assert "Ответы из остановленных попыток тоже учтены." in history_page(kept, "trends", "ru")
    assert "Replies of stopped attempts are among them." in CliRunner().invoke(app, ["endpoint", "agreement"]).output


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        ("rules", "mean", "(the mean with the judge counts now)"),
        ("judge", "rules", "(only the rules count now)"),
        ("rules", "judge", "(the judge counts now)"),
    ],
)
def test_rescoring_says_when_a_change_comes_from_the_judge(
    kept: Store, standin: Standin, choose: Choose, first: str, then: str, told: str
) -> None:
    choose(first)
    near(kept, standin)
    choose(then)
    for arguments in (["rescore", "--dry-run"], ["rescore"]):
        assert re.search(rf"tone \S+ → \S+ {re.escape(told)}", CliRunner().invoke(app, arguments).output)
