"""`tough-customer draft`: scenarios and translations that a language model drafts and a trainer finishes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, get_args

import typer

from simulator.conversation import Language

if TYPE_CHECKING:
    from simulator.documents import Passage
    from simulator.endpoint import Endpoint
    from simulator.scenarios.library import Library


def draft(
    pages: Annotated[
        list[Path] | None, typer.Argument(help="Pages of one product in one language, in the library's knowledge/.")
    ] = None,
    brief: Annotated[str, typer.Option(help="What the case is to be about, in a line.")] = "",
    name: Annotated[str, typer.Option("--id", help="Id of the new scenario: its file name.")] = "",
    translate: Annotated[str, typer.Option(metavar="SCENARIO", help="Translate this scenario instead.")] = "",
    to: Annotated[str, typer.Option(metavar="LANG", help="The language to translate into.")] = "",
    source: Annotated[
        str, typer.Option("--from", metavar="LANG", help="From; the scenario's first if not given.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Where to write it, instead of into the library; - prints it.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--library", help="A library folder; the program's if not given.")
    ] = None,
) -> None:
    """Drafts a scenario from product pages and a brief, or a translation; `check` says what is left to do."""
    from simulator.drafting import DraftError

    try:
        if translate:
            _translate(translate, to=to, source=source, out=out, folder=folder)
        else:
            _draft(pages or [], brief=brief, name=name, out=out, folder=folder)
    except DraftError as error:
        _fail(str(error))


def reminders(library: Library, single: Path | None) -> list[str]:
    """What `check` reminds of: texts that no person has read; of one file, where only that is checked."""
    found = []
    for id, scenario in library.scenarios.items():
        path = library.root / "scenarios" / f"{id}.yaml"
        if scenario.unreviewed and (single is None or single.resolve() == path.resolve()):
            languages = ", ".join(scenario.unreviewed)
            found.append(f"{path}: not reviewed: {languages}: read these texts, then delete `unreviewed`")
    return found


def _draft(pages: list[Path], *, brief: str, name: str, out: Path | None, folder: Path | None) -> None:
    from simulator.drafting import draft_scenario

    if not pages or not brief:
        _fail("give pages and --brief, or --translate SCENARIO --to LANG")
    if not name and out is None:
        _fail("give the new scenario a name: --id missing-label")
    library = _library(folder)
    passages = _passages(library, pages)
    personas = [id for id, persona in sorted(library.personas.items()) if passages[0].language in persona.languages]
    made = draft_scenario(_endpoint(), passages, brief=brief, personas=personas[:3])
    for told in made.left_out:
        typer.echo(f"left out: {told}", err=True)
    _write(made.text, out or library.root / "scenarios" / f"{name}.yaml", library, new=out is None)


def _translate(scenario: str, *, to: str, source: str, out: Path | None, folder: Path | None) -> None:
    from simulator.drafting import translate_scenario

    library = _library(folder)
    path = library.root / "scenarios" / f"{scenario}.yaml"
    if scenario not in library.scenarios:
        _fail(f"{path}: only a scenario without problems can be translated: run `tough-customer check`")
    first = source or library.scenarios[scenario].languages[0]
    made = translate_scenario(_endpoint(), path.read_text("utf-8"), source=_language(first), to=_language(to))
    for told in made.doubtful:
        typer.echo(f"look at: {told}", err=True)
    _write(made.text, out or path, library, new=False)


def _write(text: str, path: Path, library: Library, *, new: bool) -> None:
    """Writes a file, and tells what `check` says of it; exits with 1 where something is left to do."""
    from simulator.scenarios.library import load_library

    if str(path) == "-":
        typer.echo(text)
        return
    if new and path.exists():
        _fail(f"{path}: this scenario is there already: choose another --id")
    path.write_text(text, "utf-8")
    again = load_library(library.root)
    problems = [problem for problem in again.problems if problem.path.resolve() == path.resolve()]
    for problem in problems:
        typer.echo(str(problem))
    typer.echo(f"{path}: written; {len(problems)} problems to mend" if problems else f"{path}: written; no problems")
    for reminder in reminders(again, path):
        typer.echo(reminder)
    raise typer.Exit(1 if problems else 0)


def _passages(library: Library, pages: list[Path]) -> list[Passage]:
    """The passages of pages of the library, in their order."""
    knowledge = (library.root / "knowledge").resolve()
    found: list[Passage] = []
    for page in pages:
        parts = page.resolve().relative_to(knowledge).parts if page.resolve().is_relative_to(knowledge) else ()
        if len(parts) != 3 or not page.is_file():
            _fail(f"{page}: pages are read from {library.root}/knowledge/<product>/<language>/: put it there first")
        product, language, _ = parts
        own = library.passages.get(product, {}).get(_language(language), ())
        found += [passage for passage in own if passage.page == page.stem]
    if len({(passage.product, passage.language) for passage in found}) > 1:
        _fail("a scenario has one product, and is drafted in one language: name pages of one folder")
    if not found:
        _fail("the pages have no text")
    return found


def _endpoint() -> Endpoint:
    from simulator.endpoint import SettingError, open_endpoint, read_settings

    try:
        settings = read_settings()
    except SettingError as error:
        _fail(str(error))
    if not settings.is_set:
        _fail("no endpoint is set: set OPENAI_API_KEY, or TOUGH_CUSTOMER_MODEL_URL and TOUGH_CUSTOMER_MODEL")
    return open_endpoint(settings)


def _library(folder: Path | None) -> Library:
    from simulator.scenarios.library import load_library
    from simulator.settings import Settings

    return load_library(folder or Settings().library)


def _language(text: str) -> Language:
    if text not in get_args(Language):
        _fail(f"there is no language “{text}”; choose one of {', '.join(get_args(Language))}")
    return text  # type: ignore[return-value]


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
