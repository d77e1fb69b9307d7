"""Where the rubric lets the judge have a say: the scores that count say whose they are, and unlike ones stay apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attempts import LIBRARY
from judging import REPLY, answer, settings
from test_judging import begun, judging

from simulator import history, practice, yaml12
from simulator.endpoint import Endpoint
from simulator.history import AttemptRecord, Store, StoredScore
from simulator.judge import Judge
from simulator.judging import Judging, open_judging
from simulator.practice import Practice
from simulator.rescore import rescore
from simulator.scoring import RubricError, rubric, word
from simulator.second_opinion import opinion_of
from simulator.settings import Settings
from simulator.ui.progress import are_alike, difference
from standin import Behaviour, Standin

Choose = Callable[[str], None]


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Choose:
    """Sets which opinion counts."""
    plain = rubric._rubric()

    def choose(counts: str) -> None:
        monkeypatch.setattr(rubric, "_rubric", lambda: {**plain, "judge": {"counts": counts, "far_apart": 25}})
        rubric.rubric_version.cache_clear()

    return choose


@pytest.fixture(autouse=True)
def plain_version() -> Any:
    yield
    rubric.rubric_version.cache_clear()


def ended(store: Store, *replies: str) -> Practice:
    one = begun(store, *replies)
    one.attempt.close()
    return one


def far_off(store: Store, standin: Standin) -> Practice:
    """An attempt whose tone the judge finds far worse than the rules."""
    standin.model.answer = lambda body: answer(
        **{
            name: {"reason": "Nothing here helps.", "quote": "Which order number is it?", "band": 0}
            for name in ("politeness", "validation", "understanding", "elaboration", "respect")
        }
    )
    far = ended(store, REPLY)
    judging(store, standin).look()
    return far


def whole(record: AttemptRecord, dimension: str = "tone") -> list[StoredScore]:
    """The scores of the whole attempt in a dimension, in the order in which they were saved."""
    return [each for each in record.scores if each.turn_index is None and each.dimension == dimension]


def loaded(store: Store, one: Practice) -> AttemptRecord:
    return history.load_attempt(store, attempt_id=one.id)


@pytest.mark.parametrize("counts", ["judge", "mean"])
@pytest.mark.parametrize("judged", ["before the end", "after the end"])
def test_what_counts_is_stored_and_says_whose_it_is(
    store: Store, standin: Standin, choose: Choose, counts: str, judged: str
) -> None:
    choose(counts)
    standin.model.answer = lambda body: answer()
    one = begun(store, REPLY)
    if judged == "before the end":
        judging(store, standin).look()
    one.attempt.close()
    if judged == "after the end":
        judging(store, standin).look()
    record = loaded(store, one)
    rules = one.attempt.rule_scores()["tone"]
    assert rules.value is not None
    kept, card = whole(record)[-1], record.scorecard
    assert card is not None
    assert kept.value == card["tone"] == (80.0 if counts == "judge" else round((80 + rules.value) / 2, 1))
    assert kept.scorer == {"judge": "judge", "mean": "rules and judge"}[counts]
    assert kept.version.startswith(f"{rules.version}, standin prompt-")
    assert card["versions"]["tone"] == f"rules {kept.version}"
    assert "standin prompt-" in card["versions"]["overall"]
    assert "80" in kept.explanation
    assert f"{rules.value:g}" in kept.explanation
    assert kept.evidence[0]["note"] == word(rules.explanation, one.attempt.case)
    (time,) = whole(record, "reply_time")[-1:]
    assert (time.scorer, "standin" in time.version, "standin" in card["versions"]["reply_time"]) == (
        "rules",
        False,
        False,
    )
    of_reply = {each.scorer: each.value for each in record.scores if each.turn_index == 1 and each.dimension == "tone"}
    assert of_reply == {"rules": rules.value, "judge": 80.0}


@pytest.mark.parametrize("counts", ["judge", "mean"])
def test_where_the_judge_is_far_off_or_silent_the_value_is_the_rules_own(
    store: Store, standin: Standin, choose: Choose, counts: str
) -> None:
    choose(counts)
    standin.model.answer = lambda body: Behaviour(text="I cannot say.")
    silent = ended(store, REPLY)
    judging(store, standin).look()
    far = far_off(store, standin)
    for one in (silent, far):
        kept = whole(loaded(store, one))[-1]
        assert kept.scorer == "rules"
        assert kept.value == one.attempt.rule_scores()["tone"].value
    assert "standin" not in whole(loaded(store, silent))[-1].version
    told = whole(loaded(store, far))[-1]
    assert "which count here" in told.explanation
    assert told.evidence[0]["note"] == word(far.attempt.rule_scores()["tone"].explanation, far.attempt.case)
    assert whole(loaded(store, far), "de_escalation")[-1].scorer != "rules"


@pytest.mark.parametrize("counts", ["judge", "mean"])
def test_one_policy_is_one_version_whoever_came_out_on_top(
    store: Store, standin: Standin, choose: Choose, counts: str
) -> None:
    """Where the two are far apart the rules' value counts, by the same policy; without a verdict by the rules alone."""
    choose(counts)
    standin.model.answer = lambda body: answer()
    near = ended(store, REPLY)
    judging(store, standin).look()
    far = far_off(store, standin)
    standin.model.answer = lambda body: Behaviour(text="I cannot say.")
    silent = ended(store, REPLY)
    judging(store, standin).look()
    by_id = {each.id: each for each in history.list_attempts(store)}
    near_, far_, silent_ = (by_id[one.id] for one in (near, far, silent))
    names = ("overall", "accuracy", "tone", "de_escalation", "reply_time")
    assert [name for name in names if are_alike((near_, far_), name)] == list(names)
    assert [name for name in names if are_alike((near_, silent_), name)] == ["reply_time"]
    assert difference((near_, far_), names) is None
    assert difference((near_, far_, silent_), names) == "silent"
    assert rescore(store, far.id).state == rescore(store, silent.id).state == "up_to_date"
    choose("rules")
    assert rescore(store, near.id).state == "rescored"
    again = next(each for each in history.list_attempts(store) if each.id == near.id)
    assert difference((again, far_), names) == "rules"


@pytest.mark.parametrize("counts", ["rules", "judge", "mean"])
def test_judging_anew_changes_nothing_where_all_is_of_today(
    store: Store, standin: Standin, choose: Choose, counts: str
) -> None:
    choose(counts)
    standin.model.answer = lambda body: answer(
        validation={"reason": "Nothing here helps.", "quote": "Which order number is it?", "band": 0}
    )
    judged = ended(store, REPLY, "Calm down.")
    Judging(store, Judge(Endpoint(settings(standin)))).look()
    unjudged = ended(store, REPLY)
    for one in (judged, unjudged):
        before = loaded(store, one)
        for dry_run in (True, True, False, False):
            done = rescore(store, one.id, dry_run=dry_run)
            assert (done.state, done.before) == ("up_to_date", done.after)
        assert loaded(store, one) == before


def test_a_changed_rubric_is_taken_up_and_taken_back_with_the_judges_scores_kept(
    store: Store, standin: Standin, choose: Choose
) -> None:
    choose("rules")
    standin.model.answer = lambda body: answer()
    one = ended(store, REPLY)
    judging(store, standin).look()
    by_rules = loaded(store, one)
    judges = [each for each in by_rules.scores if each.scorer == "judge"]
    assert len(judges) == 3
    for counts, scorer in (("judge", "judge"), ("mean", "rules and judge"), ("rules", "rules")):
        choose(counts)
        before = loaded(store, one)
        told = rescore(store, one.id, dry_run=True)
        assert rescore(store, one.id, dry_run=True) == told
        assert loaded(store, one) == before
        assert told.state == "rescored"
        assert rescore(store, one.id) == told
        record = loaded(store, one)
        assert (record.scorecard, whole(record)[-1].scorer) == (told.after, scorer)
        assert [each for each in record.scores if each.scorer == "judge" and each.turn_index == 1] == judges
        assert rescore(store, one.id).state == "up_to_date"
    final = loaded(store, one)
    assert final.scorecard == by_rules.scorecard
    assert {each.scorer for each in whole(final)} == {"rules", "judge", "rules and judge"}


def test_a_judgement_whose_process_died_before_it_counted_is_found(
    store: Store, standin: Standin, choose: Choose, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose("judge")
    standin.model.answer = lambda body: answer()
    one = ended(store, REPLY)
    with monkeypatch.context() as dying:
        dying.setattr(Judging, "_count", lambda self, practice, turn: None)
        judging(store, standin).look()
    card = loaded(store, one).scorecard
    assert card is not None
    assert card["tone"] != 80.0
    assert rescore(store, one.id).after["tone"] == 80.0
    assert rescore(store, one.id).state == "up_to_date"


@pytest.mark.parametrize("end", ["close", "stop", "the customer leaves"])
def test_a_judgement_that_comes_while_the_attempt_ends_counts(
    store: Store, standin: Standin, choose: Choose, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """After its scores were taken and before its end is on disk: who judges sees an attempt that runs."""
    choose("judge")
    standin.model.answer = lambda body: answer()
    one = begun(store, REPLY)
    judged: list[int] = []
    for name in ("end_attempt", "append_answer"):
        ending = getattr(history, name)

        def judged_meanwhile(*given: Any, ending: Any = ending, **named: Any) -> Any:
            if named["outcome"] is not None and not judged:
                judged.append(judging(store, standin).look())
            return ending(*given, **named)

        monkeypatch.setattr(history, name, judged_meanwhile)
    if end == "the customer leaves":
        attempt = practice.resume(store, one.id).attempt
        later = attempt.now + attempt.case.persona.waiting.leaves_after + 1
        monkeypatch.setattr(attempt, "_clock", lambda: later)
        attempt.pass_time()
    else:
        getattr(one.attempt, end)()
    assert judged == [1]
    record = loaded(store, one)
    assert record.outcome is not None
    assert record.scorecard is not None
    assert (record.scorecard["tone"], whole(record)[-1].scorer) == (80.0, "judge")
    assert rescore(store, one.id).state == "up_to_date"


@pytest.mark.parametrize("judged", ["before its end", "after its end"])
def test_a_reply_that_was_judged_after_a_branch_was_made_counts_in_the_branch(
    store: Store, standin: Standin, choose: Choose, judged: str
) -> None:
    choose("judge")
    standin.model.answer = lambda body: answer()
    one = begun(store, REPLY, "Calm down.")
    branch = practice.take_back(store, one, turn=3)
    second = practice.take_back(store, branch, turn=1)
    if judged == "before its end":
        judging(store, standin).look()
    branch.attempt.close()
    second.attempt.close()
    if judged == "after its end":
        judging(store, standin).look()
    value, version = opinion_of(store, branch.id)
    assert value["tone"] == 80.0
    assert "standin" in version
    record = loaded(store, branch)
    assert record.scorecard is not None
    assert (record.scorecard["tone"], whole(record)[-1].scorer) == (80.0, "judge")
    assert opinion_of(store, second.id)[0]["tone"] is None  # took that reply back


GOOD = rubric._rubric()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"judge": {"counts": "judges", "far_apart": 25}}, "judge.counts: .*'rules', 'judge' or 'mean'.*'judges'"),
        ({"judge": {"counts": "mean", "far_apart": "a lot"}}, "judge.far_apart: .*'a lot'"),
        ({"judge": {"counts": "mean"}}, "judge.far_apart: "),
        ({"pass_marks": {**GOOD["pass_marks"], "tone": 120}}, "pass_marks.tone: .*100.*120"),
        ({"weights": {"tone": 1}}, "weights: accuracy, de_escalation, reply_time, process missing"),
        ({"weights": {**GOOD["weights"], "tone": 0}}, "weights.tone: .*greater than 0"),
        ({"weight": {}}, "weight: "),
    ],
)
def test_a_rubric_that_cannot_be_used_is_named_before_anything_begins(
    store: Store, standin: Standin, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], said: str
) -> None:
    one = begun(store, REPLY)
    load = yaml12.load_resource

    def loaded_or_changed(*path: str) -> Any:
        return {**GOOD, **changes} if path[-1] == "rubric.yaml" else load(*path)

    monkeypatch.setattr(yaml12, "load_resource", loaded_or_changed)
    rubric._rubric.cache_clear()
    try:
        for goes_on in (begun, lambda store: practice.resume(store, one.id)):
            with pytest.raises(RubricError, match=f"rubric.yaml: {said}"):
                goes_on(store)
        monkeypatch.setenv("TOUGH_CUSTOMER_MODEL_URL", standin.url)
        monkeypatch.setenv("TOUGH_CUSTOMER_MODEL", "standin")
        assert open_judging(store, Settings()) is None
    finally:
        rubric._rubric.cache_clear()
    assert [each.id for each in history.list_attempts(store)] == [one.id]


@pytest.mark.parametrize("counts", ["judge", "mean"])
def test_values_of_unlike_judges_are_never_thrown_together(
    store: Store, standin: Standin, choose: Choose, counts: str
) -> None:
    """By rules only, by one model, by another, by both in one attempt, and by one model in two attempts."""
    choose(counts)
    standin.model.answer = lambda body: answer()
    standin.model.names = ["standin", "other"]

    def judge(model: str) -> None:
        Judging(store, Judge(Endpoint(settings(standin, judge_model=model)))).look()

    def attempt(*models: str) -> str:
        one = practice.begin(store, LIBRARY.cast("late-refund"), trainee="Anna")
        one.attempt.reply(REPLY)
        for model in models[:1]:
            judge(model)
        for model in models[1:]:
            one.attempt.reply(f"{REPLY} Thank you.")
            judge(model)
        one.attempt.close()
        return one.id

    one, other, both = attempt("standin"), attempt("other"), attempt("standin", "other")
    again, by_rules = attempt("standin"), attempt()
    by_id = {each.id: each for each in history.list_attempts(store)}
    kinds = [by_rules, one, other, both]
    assert difference([by_id[one], by_id[other]], ("tone", "overall")) == "models"
    for name in ("tone", "overall"):
        for first in kinds:
            for second in kinds:
                pair = (by_id[first], by_id[second])
                assert are_alike(pair, name) == (first == second), (name, pair)
        assert are_alike((by_id[one], by_id[again]), name)
    assert are_alike([by_id[id] for id in kinds], "reply_time")


@pytest.mark.sqlite
def test_the_command_tells_what_would_change(
    tmp_path: Path, standin: Standin, choose: Choose, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from simulator.cli import app

    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(tmp_path / "history.db"))
    choose("rules")
    standin.model.answer = lambda body: answer()
    with closing(history.open_store(tmp_path / "history.db")) as store:
        ended(store, REPLY)
        judging(store, standin).look()
    choose("judge")
    dry = CliRunner().invoke(app, ["rescore", "--dry-run"]).stdout
    assert re.search(r"tone \S+ → 80 \(the judge counts now\)", dry)
    assert "reply_time" not in dry
    assert "1 would be judged anew, 1 with another result" in CliRunner().invoke(app, ["rescore", "--dry-run"]).stdout
    assert "1 judged anew, 1 with another result" in CliRunner().invoke(app, ["rescore"]).stdout
    assert "0 judged anew, 0 with another result; 1 up to date" in CliRunner().invoke(app, ["rescore"]).stdout
