"""The command line: `tough-customer` and `python -m simulator`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_args

import typer

from simulator import agreement_cli, draft_cli, endpoint_cli, feedback_cli, knowledge_cli, rescore_cli, transcripts_cli
from simulator.conversation import MAX_REPLY, Language

if TYPE_CHECKING:
    from simulator.customers import Customer
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


_CHECKED = ("scenarios", "personas", "macros")
"""Folders of a library whose files are checked where they are."""

app.add_typer(knowledge_cli.app, name="knowledge")
app.add_typer(feedback_cli.app, name="feedback")
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
        Path | None,
        typer.Argument(
            help="A library folder, one file of its scenarios/, personas/ or macros/, or a scenario's draft elsewhere."
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--library", help="The library of a draft; the one it stands in, or the program's, if not given."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Validates a library; exits with 1 if there are problems, and prints them all."""
    if path is not None and not path.exists():
        _fail(f"{path}: there is no such file or folder")
    single = path if path is not None and path.is_file() else None
    home = None if single is None else single.resolve().parent
    draft = single if home is not None and (folder is not None or home.name not in _CHECKED) else None
    if home is None:
        folder = path or folder
    elif draft is None or (folder is None and (home.parent / "scenarios").is_dir()):
        folder = home.parent
    library = _library(folder)
    problems = [p for p in library.problems if single is None or p.path.resolve() == single.resolve()]
    reminders = draft_cli.reminders(library, single)
    if draft is not None:
        problems, reminders = draft_cli.check_draft(draft.read_bytes(), draft, library)
    counts = {
        "scenarios": len(library.scenarios),
        "personas": len(library.personas),
        "products": len(library.passages),
        "macros": sum(map(len, library.macros.values())),
    }
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
    from simulator.attempt import ReplyTooLong
    from simulator.terminal import Line

    for kind in ("action", "form"):
        if kind in data:
            body = data[kind]
            if not all(isinstance(value, str) for value in body.values()):
                raise ValueError
            return Line(after, kind=kind, body=body)
    text = data["text"]
    if not isinstance(text, str):
        raise ValueError
    if len(text) > MAX_REPLY:
        raise ReplyTooLong(len(text))
    return Line(after, text)


def _read_replies(path: Path) -> list[Line]:
    """The replies of a file, each with its delay in seconds; every broken line is named with what to do."""
    from simulator.attempt import ReplyTooLong

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
        except ReplyTooLong as error:
            problems.append(f"{path}:{number}: {error}")
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
    try:
        app()
    except ValueError as error:
        # Imported only here: the command line opens quickly.
        from simulator.endpoint import SettingError

        if not isinstance(error, SettingError):
            raise
        typer.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
