"""`tough-customer endpoint`: the language model behind customer and judge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simulator.calls_report import ModelReport

app = typer.Typer(help="The model endpoint: what works there, and what its calls came to.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]


@app.callback()
def _group() -> None:
    """Keeps `test` a command of its own name, whatever others there are."""


@app.command("test")
def try_endpoint(as_json: Json = False) -> None:
    """Tries everything that the program uses of the endpoint; exits with 1 if something does not work."""
    from simulator.customers.language_model import PATIENCE
    from simulator.endpoint import SettingError, open_endpoint, read_settings
    from simulator.endpoint.probe import label, probe, sentence, state_label
    from simulator.knowledge.open import trial_embedding
    from simulator.settings import Settings

    try:
        settings = read_settings()
    except SettingError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if not settings.names_server:
        typer.echo(
            "No endpoint is set: set OPENAI_API_KEY, or TOUGH_CUSTOMER_MODEL_URL and TOUGH_CUSTOMER_MODEL. "
            "Without one the customers are scripted.",
            err=True,
        )
        raise typer.Exit(1)
    checks = probe(open_endpoint(settings), trial_embedding(Settings()), patience=PATIENCE)
    works = not any(check.state == "failed" for check in checks)
    if as_json:
        rows = [{"check": each.name, "state": each.state, "says": sentence(each)} for each in checks]
        shown = {"url": settings.url, "model": settings.model, "judge": settings.judge}
        typer.echo(json.dumps({"ok": works, **shown, "checks": rows}, ensure_ascii=False, indent=2))
    else:
        for each in checks:
            typer.echo(f"{state_label(each.state):10} {label(each.name):20} {sentence(each)}")
    raise typer.Exit(0 if works else 1)


@app.command()
def report(
    days: Annotated[int | None, typer.Option(min=1, help="Only the last so many days.")] = None,
    as_json: Json = False,
) -> None:
    """Reports the calls in the history by model: faults with tau2-bench's names, failures, tokens, cost, waiting."""
    from contextlib import closing
    from dataclasses import asdict
    from datetime import UTC, datetime, timedelta

    from simulator import history
    from simulator.calls_report import report_calls
    from simulator.settings import Settings

    since = None if days is None else datetime.now(UTC) - timedelta(days=days)
    try:
        with closing(history.open_store(Settings().history)) as store:
            reports = report_calls(stored.call for stored in history.list_calls(store, since=since))
    except history.HistoryError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if as_json:
        rows = [
            {**asdict(each), "tau2": {fault: _tau2(fault) for fault in (*each.faults, *each.mended)}}
            for each in reports
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not reports:
        typer.echo("No language model was called.")
    else:
        for each in reports:
            _show_report(each)
        if any(each.faults or each.mended for each in reports):
            typer.echo("Names at the right: error tag and severity of tau2-bench's review of user simulators.")


def _tau2(fault: str) -> str | None:
    """tau2-bench's tag and severity of a customer's fault; None for what is none, such as a judge's."""
    from simulator.customers.faults import FAULTS, about

    return " ".join(about(fault)) if fault in FAULTS else None


def _show_report(report: ModelReport) -> None:
    made = max(1, report.calls)
    second = f", {report.used_again} of them at the second try" if report.used_again else ""
    typer.echo(
        f"{report.model}, {report.purpose}: {report.calls} calls, {report.used} used ({report.used / made:.0%}){second}"
    )
    for title, counts in (("faulty", report.faults), ("mended", report.mended), ("failed", report.failures)):
        for name, count in counts.items():
            typer.echo(f"    {title:7} {count:5} {count / made:5.0%}  {name:20} {_tau2(name) or ''}".rstrip())
    if report.resting:
        typer.echo(f"    resting {report.resting:5}         not called, for the endpoint had failed shortly before")
    share = f" ({report.cached / report.prompt:.0%} from a cache)" if report.prompt else ""
    cost = "" if report.cost is None else f"; cost {report.cost:.4f}"
    typer.echo(f"    tokens  {report.prompt:,} prompt{share}, {report.completion:,} completion{cost}")
    for name, seconds in (("first piece", report.first_token_s), ("whole answer", report.total_s)):
        if seconds is not None:
            typer.echo(f"    waiting {name}: p50 {seconds[0]:.2f} s, p95 {seconds[1]:.2f} s")
