"""`tough-customer score`: past conversations in, scores out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from simulator.transcripts import Scored

_MOST_PROBLEMS = 20
"""So many broken lines are named on the screen; the file of the problems has them all."""


def score(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="JSON lines, one conversation each; docs/bulk.md has the format.")
    ],
    out: Annotated[Path, typer.Option(metavar="OUT", help="Where the scores go, one line a conversation.")],
    workers: Annotated[int, typer.Option(min=1, max=256, help="How many processes score.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run of the same files stopped.")] = False,
) -> None:
    """Scores past conversations; lines that cannot be scored are named and go to OUT.errors.jsonl."""
    from simulator.transcripts import ScoringFailed, errors_path, score_file

    named = 0

    def name(scored: Scored) -> None:
        nonlocal named
        named += 1
        if named <= _MOST_PROBLEMS:
            typer.echo(f"{source}:{scored.line}: {scored.problem}", err=True)

    try:
        with _progress() as progress:
            tally = score_file(source, out, workers=workers, resume=resume, progress=progress, on_problem=name)
    except ScoringFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(f"stopped; the same command with --resume goes on: {out}", err=True)
        raise typer.Exit(130) from None
    before = f", {_count(tally.skipped, 'line')} done before" if tally.skipped else ""
    typer.echo(f"{_count(tally.scored, 'conversation')} scored: {out}{before}", err=True)
    if tally.broken:
        typer.echo(f"{_count(tally.broken, 'line')} could not be scored: {errors_path(out)}", err=True)
    if tally.broken and not tally.scored + tally.skipped:
        typer.echo("no line could be scored: is each of them a conversation as in docs/bulk.md?", err=True)
        raise typer.Exit(1)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing in a pipe: it goes by bytes, which are known beforehand, and tells conversations."""
    from tqdm import tqdm

    shape = "{percentage:3.0f}%|{bar}|{postfix} [{elapsed}, {remaining} left]"
    with tqdm(disable=not sys.stderr.isatty(), bar_format=shape, file=sys.stderr) as bar:
        lines = 0

        def show(done: int, total: int) -> None:
            nonlocal lines
            lines += done > bar.n
            bar.total = total
            bar.set_postfix_str(_count(lines, "conversation"), refresh=False)
            bar.update(done - bar.n)

        yield show
