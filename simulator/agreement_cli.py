"""`tough-customer endpoint agreement`: how far the judge and the rules agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simulator.agreement import Agreement, Estimate


def agreement(
    trainee: Annotated[str | None, typer.Option(help="Only this trainee's replies.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Only what was judged in the last so many days.")] = None,
    monthly: Annotated[bool, typer.Option("--monthly", help="Month by month.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
) -> None:
    """Compares the judge's scores of replies with the rules': rank correlation and weighted kappa, with intervals."""
    from contextlib import closing
    from dataclasses import asdict
    from datetime import UTC, datetime, timedelta

    from simulator import history
    from simulator.agreement import agreements, by_month
    from simulator.scoring import far_apart
    from simulator.settings import Settings

    since = None if days is None else datetime.now(UTC) - timedelta(days=days)
    try:
        with closing(history.open_store(Settings().history)) as store:
            pairs = history.score_pairs(store, trainee=trainee, since=since)
    except history.HistoryError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    months = by_month(pairs, far=far_apart) if monthly else [(None, agreements(pairs, far=far_apart))]
    if as_json:
        rows = [
            {"month": None if month is None else f"{month:%Y-%m}", **asdict(each)}
            for month, found in months
            for each in found
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not pairs:
        typer.echo("No reply has been scored by both the rules and a judge.")
    else:
        for month, found in months:
            if month is not None:
                typer.echo(f"{month:%Y-%m}")
            for each in found:
                typer.echo(_line(each))


def _line(found: Agreement) -> str:
    measures = f"Spearman {_shown(found.spearman)}, weighted kappa {_shown(found.kappa)}"
    about = (
        f"{found.replies} replies of {found.attempts} attempts; judge {found.lead:+.0f}; {found.far_apart} far apart"
    )
    return f"{found.dimension:14} {measures}; {about}; {found.version}"


def _shown(estimate: Estimate | None) -> str:
    return "too few to tell" if estimate is None else f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
