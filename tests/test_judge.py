"""The judge: what of a model's answer counts, over real HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attempts import attempt_of
from golden_judge import FOLDER, golden_files
from judging import DAYS, REPLY, SORRY, answer, judged, opinion

from simulator.judge.answer import schema
from simulator.judge.criteria import criteria
from simulator.judge.quotes import find_quote
from simulator.scoring import word
from standin import Behaviour, Standin, free_port

NAMES = [each.name for each in criteria()]


def test_verdicts_make_scores_with_reasons_quotes_and_passages(standin: Standin) -> None:
    standin.model.script(answer(politeness=opinion(5), validation=opinion(1, reason="It stays on the surface.")))
    found = judged(standin)
    assert {name: score.value for name, score in found.scores.items()} == {
        "accuracy": 80.0,
        "tone": pytest.approx(100 * (0.3 * 1 + 0.2 * 0.2 + 0.5 * 0.8), abs=0.1),
        "de_escalation": 80.0,
    }
    proof = found.scores["accuracy"].evidence[0]
    assert (proof.quote, proof.turn) == (DAYS, 1)
    assert proof.passage is not None
    assert "#" in proof.passage
    assert found.scores["tone"].scorer == "judge"
    assert found.scores["tone"].version.startswith("standin prompt-")
    case = attempt_of().case
    assert word(proof.note, case) == "Accuracy: 4 of 5. It says so in its own words."
    assert word(proof.note, case, "ru").startswith("Точность: 4 из 5.")
    assert found.usage is not None
    assert len(standin.records.chats) == 1


def test_the_form_and_the_criteria_are_the_same_list() -> None:
    wanted = schema()
    assert wanted["required"] == [*NAMES, "facts", "asked", "moves"]
    prompt = Path("simulator/prompts/judge.md").read_text("utf-8")
    assert all(f"\n{name}: 0 " in prompt for name in NAMES)

    def check(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "object":
                assert part["additionalProperties"] is False
                assert part["required"] == list(part["properties"])
            assert "default" not in part
            for each in part.values():
                check(each)
        elif isinstance(part, list):
            for each in part:
                check(each)

    check(wanted)


def test_reasons_come_before_bands() -> None:
    for name in ("Opinion", "Checked"):
        fields = list(schema()["$defs"][name]["properties"])
        assert fields[0] == "reason"
        assert fields[-1] == "band"


@pytest.mark.parametrize(
    ("criterion", "void"),
    [
        (opinion(quote="You will have your money tomorrow"), "unfound_quote"),
        (opinion(quote="."), "unfound_quote"),
        (opinion(quote="sorry"), "unfound_quote"),
        (opinion(quote=""), "unfound_quote"),
        (opinion(band=None), "abstained"),
        (opinion(band=6), "out_of_range"),
        (opinion(band=-1), "out_of_range"),
        (opinion(band=4.5), "out_of_range"),
        (opinion(band="5"), "out_of_range"),
        (opinion(band=True), "out_of_range"),
        (opinion(reason=" "), "malformed"),
        ({"band": 5}, "malformed"),
        ("very polite", "malformed"),
        (None, "malformed"),
        (opinion(5, reason="The agent is rude and dismissive."), "contradicts_itself"),
        (opinion(0, reason="The agent is warm and courteous."), "contradicts_itself"),
    ],
)
def test_what_cannot_be_kept_is_no_verdict_and_never_zero(standin: Standin, criterion: Any, void: str) -> None:
    standin.model.script(answer(politeness=criterion, validation=criterion, understanding=criterion))
    found = judged(standin)
    assert {each.void for each in found.verdicts if each.criterion in ("politeness", "validation")} == {void}
    assert found.scores["tone"].value is None
    assert found.scores["tone"].parts["politeness"] is None
    assert found.scores["accuracy"].value == 80.0


def test_a_negated_word_is_no_contradiction(standin: Standin) -> None:
    standin.model.script(answer(politeness=opinion(5, reason="The agent is not rude and never dismissive.")))
    assert judged(standin).scores["tone"].value is not None


def test_a_low_band_may_quote_what_the_reply_passes_over_and_a_high_one_may_not(standin: Standin) -> None:
    attempt = attempt_of(REPLY)
    asked = " ".join(attempt.transcript[0].text.split()[:6])
    standin.model.script(answer(validation=opinion(1, quote=asked, reason="It passes over this.")))
    kept = {each.criterion: each for each in judged(standin, attempt).verdicts}["validation"]
    assert (kept.band, kept.source) == (1, "customer")
    standin.model.script(answer(validation=opinion(5, quote=asked)))
    assert {each.criterion: each for each in judged(standin, attempt).verdicts}["validation"].void == "unfound_quote"


def test_accuracy_needs_a_passage_that_was_shown(standin: Standin) -> None:
    for passage in (None, "P9", "returns#made-up", "P1 P2"):
        standin.model.script(answer(accuracy=opinion(5, quote=DAYS, passage=passage)))
        found = judged(standin)
        assert found.scores["accuracy"].value is None
        assert found.verdicts[0].void == "no_passage"


def test_reasons_in_another_language_void_all_verdicts(standin: Standin) -> None:
    german = opinion(reason="Die Antwort ist höflich und geht auf das Problem der Kundin ein.")
    standin.model.script(answer({name: {**german, "passage": "P1"} for name in NAMES}))
    found = judged(standin)
    assert {each.void for each in found.verdicts} == {"wrong_language"}
    assert all(score.value is None for score in found.scores.values())


@pytest.mark.parametrize(
    ("behaviour", "void"),
    [
        (Behaviour(status=401, error="no such key"), "not_served"),
        (Behaviour(status=404, error="no such model"), "not_served"),
        (Behaviour(status=429, retry_after=60), "not_served"),
        (Behaviour(status=500), "not_served"),
        (Behaviour(fault="stall"), "slow"),
        (Behaviour(fault="cut"), "truncated"),
        (Behaviour(fault="html"), "malformed"),
        (Behaviour(fault="malformed"), "malformed"),
        (Behaviour(fault="no_choices"), "empty"),
        (Behaviour(fault="refusal"), "refused"),
        (Behaviour(fault="content_filter"), "refused"),
        (Behaviour(text=answer(), finish="length"), "truncated"),
        (Behaviour(text=answer()[:200]), "malformed"),
        (Behaviour(text=""), "empty"),
        (Behaviour(text="The reply is fine, 5 of 5."), "malformed"),
        (Behaviour(text='{"band": 5}'), "malformed"),
        (Behaviour(text=":"), "malformed"),
        (Behaviour(text="Thought process:"), "malformed"),
    ],
)
def test_a_call_that_fails_is_no_verdict_with_a_reason(standin: Standin, behaviour: Behaviour, void: str) -> None:
    standin.model.script(behaviour)
    found = judged(standin, structured="json_schema")
    assert {name: score.value for name, score in found.scores.items()} == dict.fromkeys(found.scores)
    assert {score.explanation.values["why"] for score in found.scores.values()} == {void}
    assert found.failed is not None


def test_an_endpoint_that_is_gone_is_no_verdict(standin: Standin) -> None:
    found = judged(standin, url=f"http://127.0.0.1:{free_port()}/v1")
    assert {score.explanation.values["why"] for score in found.scores.values()} == {"unreachable"}


@pytest.mark.parametrize("formats", [{"json_schema"}, {"json_object"}, {"text"}])
def test_endpoints_without_schemas_judge_too(standin: Standin, formats: set[str]) -> None:
    standin.model.formats = formats
    standin.model.answer = lambda body: answer()
    assert judged(standin).scores["accuracy"].value == 80.0


def test_an_empty_reply_is_not_sent_anywhere(standin: Standin) -> None:
    for reply in ("", "   ", "…", "!!!", "👍"):
        found = judged(standin, attempt_of(reply))
        assert {score.explanation.values["why"] for score in found.scores.values()} == {"nothing_said"}
    assert not standin.records.chats


def test_what_the_reply_does_is_kept_where_the_words_are_there(standin: Standin) -> None:
    fact = attempt_of().case.scenario.facts[0].id
    listed = [{"id": fact, "quote": DAYS}, {"id": fact + "x", "quote": DAYS}, {"id": fact, "quote": "in a year or two"}]
    asked = [{"id": "order-number", "quote": "Which order number is it?"}, {"quote": "Which order number is it?"}, 3]
    moves = [{"id": "names_feeling", "quote": SORRY}, {"id": "sings", "quote": SORRY}]
    standin.model.script(answer(facts=listed[:2], asked=asked, moves=moves))
    reading = judged(standin).reading
    assert [(id, quote.text) for id, quote in reading.facts] == [(fact, DAYS)]
    assert [id for id, _ in reading.asked] == ["order-number"]
    assert [id for id, _ in reading.moves] == ["names_feeling"]
    standin.model.script(answer(facts=listed[2:], asked="none", moves=None))
    reading = judged(standin).reading
    assert not reading.facts
    assert not reading.asked


def test_quotes_are_found_word_for_word() -> None:
    text = "Ich verstehe: «Das  Geld – 649 €» kommt.\nBis Freitag, [Montag] heißt es <gleich>."
    for quote, found in (
        ('"Das Geld - 649 €"', "Das  Geld – 649 €"),
        ("kommt. Bis Freitag", "kommt.\nBis Freitag"),
        ("⟦Montag⟧ heißt es ‹gleich›", "[Montag] heißt es <gleich>"),
        ("ICH VERSTEHE", "Ich verstehe"),
    ):
        hit = find_quote(quote, text)
        assert hit is not None
        assert hit.text.strip('«»">.') == found.strip(">")
        assert text[hit.start : hit.end] == hit.text
    for quote in ("Geld", "as Geld", "Das Geld kommt", "Bis Frei", "", '""', "..."):
        assert find_quote(quote, text) is None
    assert find_quote("Да", "Да.") is not None
    decomposed = "Это мой заказ"
    assert find_quote("мой заказ", decomposed) is not None


def test_a_request_holds_only_the_pages_that_matter_and_few_words(standin: Standin) -> None:
    standin.model.answer = lambda body: answer()
    judged(standin)
    last = standin.records.chats[-1].body["messages"][-1]["content"]
    task = last[last.index("<task>") :]
    pages = task[task.index("# Documentation") : task.index("# Bands")]
    assert 1 <= pages.count("<page P") <= 4
    assert (len(task) - len(pages)) / 4 <= 540
    assert ".md" not in task
    assert "returns-refunds" not in task


def test_both_requests_of_a_turn_begin_alike(standin: Standin) -> None:
    """The judge's request for a reply and the next one's differ in nothing before the first one's task."""
    standin.model.answer = lambda body: answer()
    attempt = attempt_of(REPLY, "Which country was the robot sent from, and when exactly did the parcel leave?")
    judged(standin, attempt_of(REPLY))
    judged(standin, attempt)
    first, second = (json.dumps(call.body["messages"], ensure_ascii=False) for call in standin.records.chats)
    assert second.startswith(first[: first.index("<task>", first.rindex("</agent>"))].rstrip("\\n"))


def test_the_golden_prompts_are_what_is_sent() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("judge-*.txt")}
    assert written == golden_files(), "a prompt has changed: read the difference after `python tests/golden_judge.py`"
