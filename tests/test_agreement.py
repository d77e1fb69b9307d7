"""How far rules and judge agree."""

from __future__ import annotations

import json
import math
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from judging import REPLY, answer, settings
from test_judging import begun
from typer.testing import CliRunner

from simulator import history
from simulator.agreement import agreements, by_month, spearman, weighted_kappa
from simulator.cli import app
from simulator.endpoint import Endpoint
from simulator.history import ScorePair, Store
from simulator.judge import Judge
from simulator.judging import Judging
from simulator.scoring import far_apart
from standin import Standin

START = datetime(2026, 1, 20, tzinfo=UTC)


def pair(number: int, rules: float, judge: float, version: str = "m prompt-1", days: float = 0.0) -> ScorePair:
    return ScorePair(str(number), "Anna", 1, "tone", rules, judge, version, START + timedelta(days=days))


def test_measures_are_those_of_the_books() -> None:
    assert spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) == pytest.approx(0.8208, abs=1e-4)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert math.isnan(spearman([1, 1, 1], [1, 2, 3]))
    assert weighted_kappa([10, 30, 50, 70, 90], [10, 30, 50, 70, 90]) == 1
    assert weighted_kappa([10, 30, 50, 70], [30, 50, 70, 90]) == pytest.approx(1 - 1 / 3.5)
    assert weighted_kappa([100], [100]) != weighted_kappa([10, 90], [90, 10])
    assert weighted_kappa([10, 90], [90, 10]) == pytest.approx(-1)


def test_agreement_by_chance_is_none() -> None:
    draw = random.Random(1)
    pairs = [pair(n, draw.uniform(0, 100), draw.uniform(0, 100)) for n in range(200)]
    found = agreements(pairs, far=far_apart)[0]
    assert found.spearman is not None
    assert found.kappa is not None
    assert found.spearman.low < 0 < found.spearman.high
    assert found.kappa.low < 0 < found.kappa.high
    near = [pair(n, value, min(100.0, value + 5)) for n, value in enumerate(draw.uniform(0, 100) for _ in range(200))]
    found = agreements(near, far=far_apart)[0]
    assert found.spearman is not None
    assert found.spearman.low > 0.9
    assert found.lead == 5
    assert found.far_apart == 0


def test_too_few_replies_or_one_attempt_say_nothing() -> None:
    few = agreements([pair(n, n, n) for n in range(7)], far=far_apart)[0]
    assert (few.spearman, few.kappa, few.replies) == (None, None, 7)
    one = agreements([pair(0, n * 9, n * 9) for n in range(10)], far=far_apart)[0]
    assert (one.spearman, one.attempts) == (None, 1)
    for attempts, told in ((4, False), (5, True)):
        found = agreements([pair(n % attempts, n * 4, n * 4) for n in range(24)], far=far_apart)[0]
        assert (found.spearman is not None, found.kappa is not None) == (told, told)


def test_versions_and_months_are_told_apart() -> None:
    pairs = [pair(1, 50, 50), pair(2, 50, 80, "m prompt-2", days=20)]
    assert [(each.version, each.far_apart) for each in agreements(pairs, far=far_apart)] == [
        ("m prompt-1", 0),
        ("m prompt-2", 1),
    ]
    assert [month.month for month, _ in by_month(pairs, far=far_apart)] == [1, 2]


def test_pairs_come_from_the_history(store: Store, standin: Standin) -> None:
    standin.model.answer = lambda body: answer()
    one = begun(store, REPLY, f"{REPLY} Thank you.")
    Judging(store, Judge(Endpoint(settings(standin)))).look()
    pairs = history.score_pairs(store)
    rules = {(each.turn_index, each.dimension) for each in pairs}
    assert (1, "accuracy") in rules
    assert (3, "tone") in rules
    assert all(each.judge == 80.0 and each.attempt_id == one.id for each in pairs)
    assert history.score_pairs(store, trainee="Boris") == []


def test_the_command_prints_them(tmp_path: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUGH_CUSTOMER_DATABASE", str(tmp_path / "history.db"))
    standin.model.answer = lambda body: answer()
    empty = CliRunner().invoke(app, ["endpoint", "agreement"])
    assert empty.exit_code == 0
    assert "No reply" in empty.output
    store = history.open_store(tmp_path / "history.db")
    begun(store, REPLY)
    Judging(store, Judge(Endpoint(settings(standin)))).look()
    store.close()
    shown = CliRunner().invoke(app, ["endpoint", "agreement", "--monthly", "--json"])
    rows = json.loads(shown.output)
    assert {row["dimension"] for row in rows} == {"accuracy", "tone", "de_escalation"}
    assert all(row["spearman"] is None and row["replies"] == 1 for row in rows)
    told = CliRunner().invoke(app, ["endpoint", "agreement"]).output
    assert "too few to tell" in told
    assert "fewer than 8" in told
    assert re.search(r"the judge gives (\d+ points (more|less)|the same); \d+ far apart", told)
    assert "Far apart: " in told
    assert "Gives more, gives less: the median" in told
