"""What attempts say together: the points of a trend, and retries of a scenario."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from simulator.history import AttemptSummary
from simulator.ui.progress import Step, are_alike, periods, points, retries, usual_step

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def attempt(
    day: float, *, scenario: str = "late-refund", by: str | dict[str, str] = "rules 1", **scores: float | None
) -> AttemptSummary:
    """An attempt with some scores; `by` is the version of all of them, or of each by its name."""
    started = MONDAY + timedelta(days=day)
    return AttemptSummary(
        id=f"{scenario}-{day}",
        trainee="Mira",
        scenario=scenario,
        persona="furious",
        language="en",
        started_at=started,
        ended_at=started + timedelta(minutes=5),
        outcome="resolved",
        overall=scores.get("overall"),
        passed=True,
        mode="practice",
        low_pressure=False,
        root_id=f"{scenario}-{day}",
        branch=0,
        parent_id=None,
        parent_turns=None,
        shift_id=None,
        shift_place=None,
        branches=1,
        scores=scores,
        versions=dict.fromkeys(scores, by) if isinstance(by, str) else by,
        help={},
    )


def trend(attempts: list[AttemptSummary], name: str, step: Step = "attempt") -> list[tuple[int, float, int, bool]]:
    """Place, value, count of each point, and whether it is unlike the one before."""
    found = points(periods(attempts, step=step, zone=UTC), name)
    return [(each.place, each.value, each.count, each.is_unlike) for each in found]


def test_a_week_is_one_point_with_the_number_of_attempts_behind_it() -> None:
    attempts = [attempt(0, overall=50.0), attempt(6.5, overall=80.0), attempt(7, overall=90.0)]
    found = periods(attempts[::-1], step="week", zone=UTC)
    assert [each.day.isoformat() for each in found] == ["2026-03-02", "2026-03-09"]
    assert trend(attempts[::-1], "overall", "week") == [(0, 65.0, 2, False), (1, 90.0, 1, False)]


def test_no_verdict_is_not_counted() -> None:
    attempts = [attempt(0, tone=40.0), attempt(0.1, tone=None), attempt(0.2)]
    assert trend(attempts, "tone", "day") == [(0, 40.0, 1, False)]
    assert trend(attempts, "process", "day") == []


def test_days_begin_where_the_reader_is() -> None:
    late, early = attempt(0.3, overall=10.0), attempt(0.42, overall=20.0)
    assert len(periods([late, early], step="day", zone=UTC)) == 1
    assert [each.day.day for each in periods([late, early], step="day", zone=ZoneInfo("Asia/Yekaterinburg"))] == [2, 3]


def test_each_attempt_can_be_a_point() -> None:
    assert trend([attempt(0.1, overall=30.0), attempt(0, overall=20.0)], "overall") == [
        (0, 20.0, 1, False),
        (1, 30.0, 1, False),
    ]


def test_unlike_versions_are_never_averaged_nor_joined() -> None:
    attempts = [
        attempt(0, tone=50.0),
        attempt(0.1, tone=70.0),
        attempt(0.2, tone=10.0, by="rules 2"),
        attempt(1, tone=20.0, by="rules 2"),
        attempt(2, tone=90.0, by={}),
    ]
    assert trend(attempts, "tone", "day") == [
        (0, 60.0, 2, False),
        (0, 10.0, 1, True),
        (1, 20.0, 1, False),
        (2, 90.0, 1, True),
    ]
    beside = [each.aside for each in points(periods(attempts, step="day", zone=UTC), "tone")]
    assert beside == [-0.5, 0.5, 0, 0]


def test_a_dimension_whose_scorer_stayed_has_no_break() -> None:
    attempts = [
        attempt(0, tone=50.0, accuracy=60.0, by={"tone": "rules 1", "accuracy": "rules 1"}),
        attempt(1, tone=50.0, accuracy=80.0, by={"tone": "rules 2", "accuracy": "rules 1"}),
    ]
    assert [each[-1] for each in trend(attempts, "tone", "week")] == [False, True]
    assert trend(attempts, "accuracy", "week") == [(0, 70.0, 2, False)]


def test_attempts_without_a_verdict_are_unlike_none() -> None:
    with_verdicts = [attempt(0, tone=50.0), attempt(1, tone=60.0)]
    assert are_alike([*with_verdicts, attempt(2, tone=None, by="rules 2")], "tone")
    assert not are_alike([*with_verdicts, attempt(2, tone=1.0, by="rules 2")], "tone")


def test_the_usual_point_follows_the_time_that_there_is() -> None:
    assert usual_step([attempt(0), attempt(0.1), attempt(1)], UTC) == "attempt"
    assert usual_step([attempt(0), attempt(1), attempt(9)], UTC) == "day"
    assert usual_step([attempt(0), attempt(9), attempt(30)], UTC) == "week"


def test_retries_stand_beside_each_other() -> None:
    attempts = [
        attempt(0, overall=40.0, tone=50.0),
        attempt(1, overall=90.0, tone=70.0),
        attempt(2, overall=60.0, tone=45.0, process=100.0),
        attempt(3, scenario="spare-brush", overall=99.0),
    ]
    (found,) = retries(attempts)
    assert (found.scenario, found.attempts) == ("late-refund", 3)
    assert [each.overall for each in (found.first, found.best, found.last)] == [40.0, 90.0, 60.0]
    assert (found.change("overall"), found.change("tone"), found.change("process")) == (20.0, -5.0, None)


def test_a_change_is_that_of_the_points_shown() -> None:
    (found,) = retries([attempt(0, overall=49.9, tone=50.1), attempt(1, overall=51.2, tone=49.9)])
    assert (found.change("overall"), found.change("tone")) == (2, -1)


def test_retries_that_were_judged_differently_are_not_compared() -> None:
    attempts = [
        attempt(0, overall=95.0, tone=50.0, by={"overall": "old", "tone": "same"}),
        attempt(1, overall=80.0, tone=50.0, by={"overall": "new", "tone": "same"}),
        attempt(2, overall=70.0, tone=60.0, by={"overall": "new", "tone": "same"}),
    ]
    (found,) = retries(attempts)
    assert (found.first.overall, found.best.overall, found.last.overall) == (95.0, 80.0, 70.0)
    assert (found.change("overall"), found.change("tone")) == (None, 10)


def test_a_retry_without_a_verdict_leaves_the_best_to_the_newest_scoring() -> None:
    tries = [
        attempt(0, overall=95.0, by="old"),
        attempt(1, overall=80.0, by="new"),
        attempt(2, overall=None, by="new"),
    ]
    assert retries(tries)[0].best.overall == 80.0


def test_retries_in_several_modes_or_languages_are_mixed() -> None:
    first, again = attempt(0, overall=40.0), attempt(1, overall=50.0)
    mixed = [replace(again, mode="exam"), replace(again, language="de"), again]
    assert [retries([first, each])[0].is_mixed for each in mixed] == [True, True, False]


def test_the_scenario_tried_last_comes_first() -> None:
    attempts = [attempt(day, scenario=name, overall=50.0) for day, name in ((0, "a"), (1, "b"), (2, "b"), (3, "a"))]
    assert [each.scenario for each in retries(attempts)] == ["a", "b"]
