"""`tough-customer endpoint agreement`: how far the judge and the rules agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simulator.agreement import Agreement, Estimate

_LEGEND = """
Spearman: whether both put replies in the same order. Weighted kappa: whether both give them the same fifth of the
points. 1 is full agreement, 0 is chance; in brackets is the 95 % interval. Neither is told of fewer than {replies}
replies or {attempts} attempts. Replies of stopped attempts are among them.
Gives more, gives less: the median of the judge's points less the rules'.
Far apart: replies on which the two differ by as much as the rubric calls far apart; the debrief marks them."""


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
    from simulator.agreement import FEWEST, FEWEST_ATTEMPTS, agreements, by_month
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
        typer.echo(_LEGEND.format(replies=FEWEST, attempts=FEWEST_ATTEMPTS))


def _line(found: Agreement) -> str:
    measures = f"Spearman {_shown(found.spearman)}, weighted kappa {_shown(found.kappa)}"
    more = "more" if found.lead > 0 else "less"
    lead = f"the judge gives {abs(found.lead):.0f} points {more}" if round(found.lead) else "the judge gives the same"
    about = f"{found.replies} replies of {found.attempts} attempts; {lead}; {found.far_apart} far apart"
    return f"{found.dimension:14} {measures}; {about}; {found.version}"


def _shown(estimate: Estimate | None) -> str:
    return "too few to tell" if estimate is None else f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
