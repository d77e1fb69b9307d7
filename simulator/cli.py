"""The command line: `tough-customer` and `python -m simulator`."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_args

import typer

from simulator import agreement_cli, draft_cli, endpoint_cli, knowledge_cli, rescore_cli, transcripts_cli
from simulator.conversation import Language

if TYPE_CHECKING:
    from simulator.customers import Customer
    from simulator.history import AttemptRecord, Dispute, Rating
    from simulator.scenarios.library import Library
    from simulator.terminal import Line

app = typer.Typer(
    help="A training simulator for people who answer customers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

LibraryOption = Annotated[
    Path | None, typer.Option("--library", help="A library folder; the one that comes with the program if not given.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]


app.add_typer(knowledge_cli.app, name="knowledge")
app.add_typer(endpoint_cli.app, name="endpoint")
endpoint_cli.app.command()(agreement_cli.agreement)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def _library(root: Path | None) -> Library:
    from simulator.scenarios.library import load_library
    from simulator.settings import Settings

    folder = root or Settings().library
    if not folder.is_dir():
        _fail(f"{folder}: there is no such folder: give one with scenarios/, personas/ and knowledge/ in it")
    return load_library(folder)


def _language(text: str | None) -> Language | None:
    if text is not None and text not in get_args(Language):
        _fail(f"there is no language “{text}”; choose one of {', '.join(get_args(Language))}")
    return text  # type: ignore[return-value]


@app.command()
def check(
    path: Annotated[
        Path | None, typer.Argument(help="A library folder, or one file of scenarios/, personas/ or macros/ in it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Validates a library; exits with 1 if there are problems, and prints them all."""
    if path is not None and not path.exists():
        _fail(f"{path}: there is no such file or folder")
    single = path if path is not None and path.is_file() else None
    library = _library(single.resolve().parents[1] if single else path)
    if single is not None and single.resolve().parent.name not in ("scenarios", "personas", "macros"):
        _fail(f"{single}: a file is checked in its library: put it into a folder scenarios/, personas/ or macros/")
    problems = [p for p in library.problems if single is None or p.path.resolve() == single.resolve()]
    counts = {
        "scenarios": len(library.scenarios),
        "personas": len(library.personas),
        "products": len(library.passages),
        "macros": sum(map(len, library.macros.values())),
    }
    reminders = draft_cli.reminders(library, single)
    if as_json:
        found = [{"path": str(p.path), "line": p.line, "column": p.column, "message": p.message} for p in problems]
        data = {"ok": not problems, **counts, "problems": found, "reminders": reminders}
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            typer.echo(str(problem))
        for reminder in reminders:
            typer.echo(reminder)
        good = ", ".join(f"{count} {name}" for name, count in counts.items())
        typer.echo(f"{len(problems)} problems; usable: {good}" if problems else f"No problems: {good}")
    raise typer.Exit(1 if problems else 0)


@app.command()
def play(
    scenario: Annotated[str, typer.Argument(help="Id of the scenario.")],
    persona: Annotated[str | None, typer.Option(help="Id of the persona; the scenario's first if not given.")] = None,
    language: Annotated[str | None, typer.Option(help="What the customer speaks: en, ru, de or es.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed and replies give the same conversation.")] = 0,
    replies: Annotated[
        Path | None,
        typer.Option(
            help='JSON lines {"text": …, "after": seconds}, played on a simulated clock; README: lines for the desk.'
        ),
    ] = None,
    voice: Annotated[
        str | None, typer.Option(help="Who speaks: model or scripted; as TOUGH_CUSTOMER_VOICE says if not given.")
    ] = None,
    library: LibraryOption = None,
    as_json: Json = False,
) -> None:
    """Plays a scenario in the terminal, or a file of replies on a simulated clock."""
    from simulator.desk import BadAction, DeskClosed
    from simulator.report import report
    from simulator.scenarios.library import UnknownChoice

    loaded = _library(library)
    try:
        case = loaded.cast(scenario, persona=persona, language=_language(language), seed=seed)
    except UnknownChoice as error:
        broken = [str(problem) for problem in loaded.problems if problem.path.stem == scenario]
        _fail("\n".join([*broken, str(error)]))
    from simulator import terminal

    customer = _customer(voice)
    if replies is not None:
        try:
            attempt = terminal.play_file(case, _read_replies(replies), customer=customer)
        except (BadAction, DeskClosed) as error:
            _fail(f"{replies}: at the desk: {error}")
    else:
        attempt = terminal.play(case, customer=customer, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(report(attempt), ensure_ascii=False, indent=2))
    else:
        terminal.show(attempt, talk=replies is not None)


def _customer(voice: str | None) -> Customer:
    from simulator.customers import NoEndpoint, choose_customer
    from simulator.settings import Settings

    if voice not in (None, "model", "scripted"):
        _fail(f"there is no voice “{voice}”; choose model or scripted")
    try:
        return choose_customer(voice or Settings().voice)  # type: ignore[arg-type]
    except NoEndpoint as error:
        _fail(str(error))


def _line(data: dict[str, Any], after: float) -> Line:
    from simulator.terminal import Line

    for kind in ("action", "form"):
        if kind in data:
            body = data[kind]
            if not all(isinstance(value, str) for value in body.values()):
                raise ValueError
            return Line(after, kind=kind, body=body)
    if not isinstance(data["text"], str):
        raise ValueError
    return Line(after, data["text"])


def _read_replies(path: Path) -> list[Line]:
    """The replies of a file, each with its delay in seconds; every broken line is named with what to do."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except OSError as error:
        _fail(f"{path}: cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        _fail(f"{path}: this is not UTF-8: save the file with the encoding UTF-8")

    found: list[Line] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            after = float(data.get("after", 20))
            if not 0 <= after < 1e7:
                raise ValueError
            found.append(_line(data, after))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            problems.append(
                f'{path}:{number}: expected {{"text": "…", "after": seconds}} on one line, '
                '{"action": {"action": "refund", …}} or {"form": {"category": …}}'
            )
    if problems:
        _fail("\n".join(problems))
    return found


@app.command()
def rehearse(
    scenario: Annotated[str | None, typer.Argument(help="Id of the scenario; all if not given.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this language.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the customer.")] = 0,
    library: LibraryOption = None,
    as_json: Json = False,
) -> None:
    """Lets machine trainees play: the expert has to win, every other has to fail for its own reason."""
    from dataclasses import asdict

    from simulator.scenarios.library import UnknownChoice
    from simulator.scenarios.rehearsal import rehearse as run

    loaded = _library(library)
    chosen = _language(language)
    results: list[dict[str, Any]] = []
    try:
        for name in [scenario] if scenario else sorted(loaded.scenarios):
            spoken = loaded.scenario(name).languages
            for code in [chosen] if chosen else spoken:
                if code not in spoken and scenario is None:
                    continue
                for result in run(loaded.cast(name, language=code, seed=seed)):
                    results.append(asdict(result))
                    if not as_json:
                        _show_rehearsal(asdict(result))
    except UnknownChoice as error:
        _fail(str(error))
    unfair = [result for result in results if result["problems"]]
    broken = [str(problem) for problem in loaded.problems]
    for problem in broken:
        typer.echo(problem, err=True)
    if as_json:
        data = {"ok": not unfair and not broken, "rehearsals": results, "library_problems": broken}
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{len(results)} rehearsals, {len(unfair)} not as they should be")
    raise typer.Exit(1 if unfair or broken else 0)


def _show_rehearsal(result: dict[str, Any]) -> None:
    overall = "  –" if result["overall"] is None else f"{result['overall']:3.0f}"
    reasons = "passed" if result["passed"] else f"failed by {', '.join(result['failed'])}"
    played = f"{result['scenario']:18} {result['language']}  {result['trainee']:16} {result['outcome']:10}"
    typer.echo(f"{played} {overall}  {reasons}")
    for problem in result["problems"]:
        typer.echo(f"    NOT FAIR: {problem}")


@app.command()
def feedback(
    open_only: Annotated[bool, typer.Option("--open", help="Only disputes that nobody has decided.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many ratings, and so many disputes.")] = 50,
    as_json: Json = False,
) -> None:
    """Lists what trainees say, for a trainer: ratings of attempts, and scores that are disputed; newest first."""
    from simulator import history
    from simulator.history.feedback import list_ratings
    from simulator.settings import Settings

    try:
        with closing(history.open_store(Settings().history)) as store:
            ratings = list_ratings(store, limit=limit)
            disputes = history.list_disputes(store, open_only=open_only, limit=limit)
            ids = {each.attempt_id for each in ratings} | {each.attempt_id for each in disputes}
            about = {id: history.load_attempt(store, attempt_id=id) for id in ids}
    except history.HistoryError as error:
        _fail(str(error))
    if as_json:
        typer.echo(json.dumps(_feedback_data(ratings, disputes, about), ensure_ascii=False, indent=2))
    else:
        _show_feedback(ratings, disputes, about)


def _feedback_data(
    ratings: list[Rating], disputes: list[Dispute], about: dict[str, AttemptRecord]
) -> dict[str, list[dict[str, Any]]]:
    def data(kept: Rating | Dispute) -> dict[str, Any]:
        attempt = about[kept.attempt_id]
        times = {name: value.isoformat() for name, value in vars(kept).items() if isinstance(value, datetime)}
        return {"trainee": attempt.trainee, "scenario": attempt.scenario, **vars(kept), **times}

    return {
        "ratings": [data(each) for each in ratings],
        "disputes": [{**data(each), "reply": _disputed_reply(each, about[each.attempt_id])} for each in disputes],
    }


def _show_feedback(ratings: list[Rating], disputes: list[Dispute], about: dict[str, AttemptRecord]) -> None:
    def head(kept: Rating | Dispute, at: datetime) -> str:
        attempt = about[kept.attempt_id]
        return f"{at:%Y-%m-%d %H:%M}  {attempt.trainee}  {attempt.scenario}  {kept.attempt_id}"

    typer.echo(f"{len(ratings)} ratings")
    for rating in ratings:
        typer.echo(f"{head(rating, rating.rated_at)}  {rating.stars} of 5\n    {_one_line(rating.comment) or '–'}")
    typer.echo(f"{len(disputes)} disputes")
    for dispute in disputes:
        reply = _disputed_reply(dispute, about[dispute.attempt_id])
        value = dispute.receipt.get("value")
        judged = f"{dispute.dimension} {'–' if value is None else value}"
        typer.echo(f"{head(dispute, dispute.disputed_at)}  {judged}{'' if dispute.decided_at is None else '  decided'}")
        typer.echo(f"    of: {'the whole conversation' if reply is None else _one_line(reply)}")
        typer.echo(f"    why it is wrong: {_one_line(dispute.reason)}")


def _disputed_reply(dispute: Dispute, attempt: AttemptRecord) -> str | None:
    return next((turn.text for turn in attempt.turns if turn.index == dispute.turn_index), None)


def _one_line(text: str) -> str:
    """A text that somebody wrote, without what a terminal would obey."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


@app.command()
def schemas(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to write them; the library's schemas/ if not given.")
    ] = None,
    check_only: Annotated[bool, typer.Option("--check", help="Only tell whether they are up to date.")] = False,
) -> None:
    """Writes the JSON Schemas of the author formats, for completion and checking in an editor."""
    from simulator.scenarios.schemas import render_schemas
    from simulator.settings import Settings

    target = folder or Settings().library / "schemas"
    stale = [
        name
        for name, text in render_schemas().items()
        if not (target / name).is_file() or (target / name).read_text("utf-8") != text
    ]
    if check_only:
        if stale:
            _fail(f"{target}: out of date: {', '.join(stale)}; run `tough-customer schemas`")
        return
    target.mkdir(parents=True, exist_ok=True)
    for name, text in render_schemas().items():
        (target / name).write_text(text, "utf-8")
    typer.echo(f"{target}: {len(render_schemas())} schemas written")


app.command()(transcripts_cli.score)
app.command()(draft_cli.draft)
app.command()(rescore_cli.rescore)


def main() -> None:
    """Runs the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


if __name__ == "__main__":
    main()
