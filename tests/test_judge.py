"""The judge: what of a model's answer counts, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from attempts import LIBRARY, attempt_of
from golden_judge import FOLDER, golden_files
from judging import DAYS, REPLY, SORRY, answer, judged, opinion, settings

from simulator.conversation import Language, Quote
from simulator.endpoint import Endpoint, structured
from simulator.endpoint.settings import StructuredMode
from simulator.judge import Judge, request, version
from simulator.judge.answer import schema
from simulator.judge.criteria import criteria, table
from simulator.judge.quotes import find_quote
from simulator.judge.request import make_task, pages_of
from simulator.observation import Claim
from simulator.prompts import neutral
from simulator.scenarios.rehearsal.trainees import play
from simulator.scoring import ReaderLanguage, word
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
    moves = prompt[prompt.index("`moves`:") : prompt.index("`facts`,")]
    assert re.findall(r"^- (\w+): ", moves, flags=re.MULTILINE) == table()["moves"]

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


def test_a_low_band_may_quote_only_what_the_reply_answers(standin: Standin) -> None:
    attempt = attempt_of("Hello, one moment.", REPLY)
    earlier, later = (" ".join(attempt.transcript[turn].text.split()[:6]) for turn in (0, 2))
    assert earlier != later
    for quote, band in ((later, 1), (earlier, None)):
        standin.model.script(answer(validation=opinion(1, quote=quote, reason="It passes over this.")))
        assert {each.criterion: each.band for each in judged(standin, attempt).verdicts}["validation"] == band
    went_on = (*attempt.transcript[:2], replace(attempt.transcript[3], text=REPLY))
    exchange = replace(attempt.exchanges[1], turn=2)
    assert make_task(attempt.case, went_on, exchange, "en").heard.asked == ()


CHANGES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "prompt": lambda patch: patch.setattr(version, "fingerprint", lambda *names: "other"),
    "criteria": lambda patch: patch.setattr(version, "table", lambda: {**table(), "least_weight": 0.7}),
    "contradictions": lambda patch: patch.setattr(version, "contradictions", lambda: {"low_until": 2}),
    "pages": lambda patch: patch.setattr(request, "_PAGE_LENGTH", 300),
    "form": lambda patch: patch.setattr(version, "schema", lambda: {**schema(), "required": []}),
    "note": lambda patch: patch.setattr(structured, "_note", lambda: "Answer so: {schema}"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_verdicts_depend_on_changes_the_version(
    standin: Standin, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def versions() -> dict[str, str]:
        return {mode: Judge(Endpoint(settings(standin, structured=mode))).version for mode in ("json_schema", "auto")}

    before = versions()
    assert before == versions()
    CHANGES[change](monkeypatch)
    changed = {mode for mode, found in versions().items() if found != before[mode]}
    # Where a schema is taken no note is sent.
    assert changed == ({"auto"} if change == "note" else set(before))


def test_the_language_of_reasons_and_the_way_to_ask_change_the_version(standin: Standin) -> None:
    ways = [*get_args(StructuredMode), "auto"]
    judges = [
        Judge(Endpoint(settings(standin, structured=way)), language=of)
        for way in ways
        for of in get_args(ReaderLanguage)
    ]
    assert len({judge.version for judge in judges}) == 2 * len(ways)


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


def test_a_request_holds_the_pages_of_the_case_and_few_words(standin: Standin) -> None:
    standin.model.answer = lambda body: answer()
    judged(standin)
    system, user = (each["content"] for each in standin.records.chats[-1].body["messages"])
    case = attempt_of().case
    scenario = case.scenario
    cited = {*(fact.source for fact in scenario.facts), *(claim.source for claim in scenario.forbidden)}
    assert system.count("\n<page P") == system.count("\n</page>") == len(cited)
    assert all(neutral(each.text) in system for each in case.passages_in("en") if each.id in cited)
    ids = [*(fact.id for fact in scenario.facts), *(hidden.id for hidden in case.hidden_facts)]
    assert all(f"\n- {id}: " in system for id in ids)
    assert "Return parcel at the warehouse since 6 November" in system
    assert all(part not in system + user for part in (".md", "returns-refunds", case.persona.style[:40]))
    assert len(user[user.index("<task>") :]) / 4 <= 60


@pytest.mark.parametrize("mode", get_args(StructuredMode))
@pytest.mark.parametrize(("scenario", "language"), [("late-refund", "de"), ("customs-parcel", "es")])
def test_a_judgement_repeats_what_earlier_ones_of_the_conversation_began_with(
    standin: Standin, mode: StructuredMode, scenario: str, language: Language
) -> None:
    """In every way to ask for structure, and from the third reply on nearly all of it."""
    standin.model.answer = lambda body: answer()
    attempt = play(LIBRARY.cast(scenario, language=language), "expert")
    judge = Judge(Endpoint(settings(standin, structured=mode)))
    for exchange in attempt.exchanges:
        judge.judge(attempt.case, attempt.transcript, exchange)
    calls = standin.records.chats
    assert len(calls) == len(attempt.exchanges) >= 5
    assert all(call.body["messages"][0] == calls[0].body["messages"][0] for call in calls)
    shares = [
        max(common(call.prompt, each.prompt) for each in calls[:number]) / len(call.prompt)
        for number, call in enumerate(calls)
        if number >= 2
    ]
    assert min(shares) >= 0.85


def common(one: str, other: str) -> int:
    """How many characters two texts begin alike with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def test_the_system_message_is_long_enough_for_any_cache_and_no_longer_than_its_budget() -> None:
    """OpenAI keeps nothing under 1,024 tokens; four characters are taken for one."""
    for scenario, each in LIBRARY.scenarios.items():
        for language in each.languages:
            attempt = attempt_of(REPLY, case=LIBRARY.cast(scenario, language=language))
            task = make_task(attempt.case, attempt.transcript, attempt.exchanges[0], "en")
            assert 1_024 <= len(task.messages[0]["content"]) / 4 <= 2_300


def test_of_many_pages_those_of_needed_facts_are_shown_and_one_more_where_it_decides() -> None:
    case = attempt_of().case
    fact = case.scenario.facts[0]
    facts = [fact.model_copy(update={"id": f"fact-{n}", "source": f"page#{n}"}) for n in range(12)]
    needed = facts[9].model_copy(update={"needed": True})
    optional = [each.model_copy(update={"needed": False}) for each in facts if each.id != needed.id]
    text = "Parcels that weigh more than {} kg are sent by ship. " * 12
    pages = [replace(case.passages_in("en")[0], id=f"page#{n}", text=text.format(*[n] * 12)) for n in range(12)]
    scenario = case.scenario.model_copy(update={"facts": [*optional, needed], "forbidden": []})
    many = replace(case, scenario=scenario, passages={"en": tuple(pages)})
    shown = pages_of(many)
    assert shown[0].id == "page#9"
    assert len(shown) < 12
    assert sum(len(each.text) for each in shown) <= 6_400
    attempt = attempt_of("Parcels that weigh more than 11 kg are sent by ship.", case=many)
    decides = Claim(Quote("Parcels", 0, 7), "contradicted", "page#11", 0.0)
    observation = replace(attempt.exchanges[0].observation, claims=(decides,))
    exchange = replace(attempt.exchanges[0], observation=observation)
    system, user = (each["content"] for each in make_task(many, attempt.transcript, exchange, "en").messages)
    assert pages[11].text[:40] not in system
    assert pages[11].text[:40] in user
    assert user.index("</agent>") < user.index(f"<page P{len(shown) + 1}>") < user.index("<task>")


def test_what_was_told_before_is_not_read_again(standin: Standin) -> None:
    attempt = attempt_of(REPLY, "As I said, it is within 14 days of the arrival at the warehouse.")
    told = next(iter(attempt.exchanges[1].before.conveyed))
    listed = [{"id": told, "quote": "within 14 days of the arrival"}]
    standin.model.answer = lambda body: answer(facts=listed)
    assert not judged(standin, attempt).reading.facts


def test_the_golden_prompts_are_what_is_sent() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("judge-*.txt")}
    assert written == golden_files(), "a prompt has changed: read the difference after `python tests/golden_judge.py`"
