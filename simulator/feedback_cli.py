"""`tough-customer feedback`: what trainees say of attempts, and what a trainer decides about disputed scores."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from simulator.history import AttemptRecord, Dispute, Rating

app = typer.Typer(invoke_without_command=True)

_ID = 12
"""Characters of a dispute's id that are shown; as many as tell it from the others do for naming it."""
_EVIDENCE = 5
"""Pieces of evidence of a disputed score that are listed; all of them are in the JSON."""


@app.callback()
def feedback(
    context: typer.Context,
    open_only: Annotated[bool, typer.Option("--open", help="Only disputes that nobody has decided.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many ratings, and so many disputes.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
) -> None:
    """Lists what trainees say, for a trainer: ratings of attempts, and scores that are disputed; newest first.

    `feedback decide` answers a dispute.
    """
    if context.invoked_subcommand is not None:
        return
    from simulator import history
    from simulator.settings import Settings

    try:
        with closing(history.open_store(Settings().history)) as store:
            ratings = history.list_ratings(store, limit=limit)
            disputes = history.list_disputes(store, open_only=open_only, limit=limit)
            ids = {each.attempt_id for each in ratings} | {each.attempt_id for each in disputes}
            about = {id: history.load_attempt(store, attempt_id=id) for id in ids}
    except history.HistoryError as error:
        _fail(error)
    if as_json:
        typer.echo(json.dumps(_data(ratings, disputes, about), ensure_ascii=False, indent=2))
    else:
        _show(ratings, disputes, about)


@app.command()
def decide(
    id: Annotated[str, typer.Argument(help="The dispute, by as much of its id as tells it from the others.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides.")],
    reply: Annotated[str, typer.Option(help="Why, for the trainee to read.")],
    value: Annotated[
        float | None, typer.Option(min=0, max=100, help="What the score should be; without it the score stands.")
    ] = None,
) -> None:
    """Decides a dispute, once: accepts it with a corrected value, or declines it with a reply.

    The debrief shows a trainer's value beside the score. The score itself stays as it is, and so do trends.
    """
    from simulator import history
    from simulator.settings import Settings

    if not by.strip() or not reply.strip():
        raise typer.BadParameter("--by and --reply need a text")
    try:
        with closing(history.open_store(Settings().history)) as store:
            decided = history.decide_dispute(
                store,
                dispute_id=id,
                decided_by=by.strip(),
                decision=reply.strip(),
                value=value,
                decided_at=datetime.now(UTC),
            )
    except history.HistoryError as error:
        _fail(error)
    typer.echo(f"{decided.id[:_ID]}  {decided.dimension} {_points(decided.receipt.get('value'))}  {_decision(decided)}")


def _fail(error: Exception) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(1) from None


def _data(
    ratings: list[Rating], disputes: list[Dispute], about: dict[str, AttemptRecord]
) -> dict[str, list[dict[str, Any]]]:
    def data(kept: Rating | Dispute) -> dict[str, Any]:
        attempt = about[kept.attempt_id]
        times = {name: value.isoformat() for name, value in vars(kept).items() if isinstance(value, datetime)}
        return {"trainee": attempt.trainee, "scenario": attempt.scenario, **vars(kept), **times}

    return {
        "ratings": [data(each) for each in ratings],
        "disputes": [{**data(each), "reply": _reply(each, about[each.attempt_id])} for each in disputes],
    }


def _show(ratings: list[Rating], disputes: list[Dispute], about: dict[str, AttemptRecord]) -> None:
    def head(kept: Rating | Dispute, at: datetime) -> str:
        attempt = about[kept.attempt_id]
        return f"{at:%Y-%m-%d %H:%M}  {attempt.trainee}  {attempt.scenario}  {kept.attempt_id}"

    typer.echo(_counted(len(ratings), "rating"))
    for rating in ratings:
        typer.echo(f"{head(rating, rating.rated_at)}  {rating.stars} of 5\n    {_one_line(rating.comment) or '–'}")
    typer.echo(_counted(len(disputes), "dispute"))
    for dispute in disputes:
        typer.echo(f"{dispute.id[:_ID]}  {head(dispute, dispute.disputed_at)}")
        for line in _told(dispute, about[dispute.attempt_id]):
            typer.echo(f"    {line}")


def _told(dispute: Dispute, attempt: AttemptRecord) -> list[str]:
    """What is disputed, what it goes by, why it is wrong, and what was decided, a line each."""
    receipt, reply = dispute.receipt, _reply(dispute, attempt)
    judged = f"{dispute.dimension} {_points(receipt.get('value'))}"
    if receipt.get("scorer"):
        judged += f" by {receipt['scorer']}, version {receipt.get('version')}"
    if receipt.get("explanation"):
        judged += f": {receipt['explanation']}"
    evidence = [each for each in receipt.get("evidence") or () if isinstance(each, dict)]
    goes_by = [f"{'+' if each.get('good') else '-'} {_worded(each)}" for each in evidence[:_EVIDENCE]]
    if len(evidence) > _EVIDENCE:
        goes_by.append(f"… and {len(evidence) - _EVIDENCE} more (--json has them)")
    return [
        _one_line(judged),
        *(f"  {each}" for each in goes_by),
        f"of: {'the whole conversation' if reply is None else _one_line(reply)}",
        f"why it is wrong: {_one_line(dispute.reason)}",
        _decision(dispute),
    ]


def _worded(evidence: dict[str, Any]) -> str:
    quote = evidence.get("quote")
    return _one_line(f"{evidence.get('note') or ''}{f' “{quote}”' if quote else ''}")


def _decision(dispute: Dispute) -> str:
    """What a trainer decided, in a line."""
    if dispute.decided_at is None:
        return "open"
    verdict = "the score stands" if dispute.value is None else _points(dispute.value)
    return f"decided: {verdict}, by {_one_line(dispute.decided_by or '')}: {_one_line(dispute.decision or '')}"


def _reply(dispute: Dispute, attempt: AttemptRecord) -> str | None:
    return next((turn.text for turn in attempt.turns if turn.index == dispute.turn_index), None)


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _one_line(text: str) -> str:
    """A text that somebody wrote, without what a terminal would obey."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
