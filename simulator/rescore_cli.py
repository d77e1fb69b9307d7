"""`tough-customer rescore`: stored attempts judged anew by today's scorers."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.history import Store
    from simulator.rescore import Rescored, State


def rescore(
    attempt: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this one; may be given again.")] = None,
    trainee: Annotated[str | None, typer.Option(metavar="NAME", help="Only this trainee's.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Only from this day (UTC) on, such as 2026-03-01.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Judges stored attempts anew with today's scorers; what was said and done stays, and so do the old scores."""
    from simulator import history
    from simulator.settings import Settings

    if attempt and (trainee or since):
        raise typer.BadParameter("--attempt names attempts by itself: leave out --trainee and --since")
    start = None if since is None else _day(since)
    place = Settings().history
    if isinstance(place, Path) and not place.exists():
        typer.echo(f"there is no history yet: {place} is made by the first attempt in the browser")
        return
    try:
        with closing(history.open_store(place)) as store:
            ids = list(dict.fromkeys(attempt or ())) or history.ended_attempts(store, trainee=trainee, since=start)
            if not ids:
                whose = f" of “{trainee}”" if trainee else ""
                typer.echo(f"there is no attempt{whose} that has ended{f' since {since}' if since else ''}")
            failed = _run(store, ids, dry_run=dry_run) if ids else 0
    except history.HistoryError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("stopped; the same command goes on", err=True)
        raise typer.Exit(130) from None
    raise typer.Exit(1 if failed else 0)


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"--since: “{text}” is no day as in 2026-03-01") from None


def _run(store: Store, ids: list[str], *, dry_run: bool) -> int:
    """Judges the attempts one by one, names each that changes or fails, and sums up; the number that failed."""
    from tqdm import tqdm

    from simulator.rescore import CannotRescore
    from simulator.rescore import rescore as run

    states: dict[State, int] = {"rescored": 0, "up_to_date": 0, "running": 0}
    failed = changed = 0
    for id in tqdm(ids, disable=not sys.stderr.isatty(), unit="attempt", file=sys.stderr):
        try:
            done = run(store, id, dry_run=dry_run)
        except CannotRescore as error:
            failed += 1
            with tqdm.external_write_mode(file=sys.stderr):
                typer.echo(f"{id}: not rescored: {error}", err=True)
            continue
        states[done.state] += 1
        if done.state == "rescored":
            if _values(done.before) == _values(done.after):
                continue
            changed += 1
            with tqdm.external_write_mode(file=sys.stderr):
                typer.echo(_line(done))
    told = "would be judged anew" if dry_run else "judged anew"
    parts = [f"{states['rescored']} {told}, {changed} with another result", f"{states['up_to_date']} up to date"]
    if states["running"]:
        parts.append(f"{states['running']} still running, judged when they end")
    if failed:
        parts.append(f"{failed} failed")
    typer.echo("; ".join(parts))
    return failed


def _line(done: Rescored) -> str:
    """One attempt: overall and verdict, and the dimensions that changed."""
    before, after = _values(done.before), _values(done.after)
    names = [name for name in after if name not in ("overall", "passed") and before.get(name) != after[name]]
    changes = [f"{name} {_shown(before.get(name))} → {_shown(after[name])}{_because(done, name)}" for name in names]
    overall = f"{_verdict(done.before)} → {_verdict(done.after)}"
    named = f"{done.attempt_id}  {done.started:%Y-%m-%d %H:%M}  {done.trainee}  {done.scenario}"
    return f"{named}  {overall}{''.join(f', {each}' for each in changes)}"


def _because(done: Rescored, name: str) -> str:
    """Whether a change comes from whose opinion counts."""
    from simulator.judge.opinions import policy_of, without_judge

    was, now = (card.get("versions", {}).get(name, "") for card in (done.before, done.after))
    if policy_of(now) == "rules":
        return "" if policy_of(was) == "rules" else " (only the rules count now)"
    if done.scorers.get(name) == "rules":
        return " (the rules count, far from the judge)"
    if policy_of(was) != policy_of(now):
        return {"judge": " (the judge counts now)"}.get(policy_of(now), " (the mean with the judge counts now)")
    return " (another verdict of the judge)" if without_judge(was) == without_judge(now) else ""


def _values(scorecard: Mapping[str, Any]) -> dict[str, Any]:
    """What a scorecard says, without how it came about."""
    return {name: value for name, value in scorecard.items() if name not in ("versions", "failed")}


def _verdict(scorecard: Mapping[str, Any]) -> str:
    passed = {True: " passed", False: " not passed", None: ""}[scorecard.get("passed")]
    return f"{_shown(scorecard.get('overall'))}{passed}"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
