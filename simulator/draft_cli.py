"""`tough-customer draft`: scenarios and translations that a language model drafts and a trainer finishes."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, NoReturn, get_args

import typer

from simulator.conversation import Language

if TYPE_CHECKING:
    from simulator.documents import Passage
    from simulator.endpoint import Endpoint
    from simulator.scenarios.library import Library
    from simulator.scenarios.problems import Problem

_PATIENCE = 600.0
"""Seconds that a call may take: a draft is long, and a trainer can wait for it."""


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
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there, also with a text that has problems.")
    ] = False,
) -> None:
    """Drafts a scenario from product pages and a brief, or a translation; `check` says what is left to do."""
    from simulator.drafting import DraftError

    try:
        if translate:
            _translate(translate, to=to, source=source, out=out, folder=folder, force=force)
        else:
            _draft(pages or [], brief=brief, name=name, out=out, folder=folder, force=force)
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


def _draft(pages: list[Path], *, brief: str, name: str, out: Path | None, folder: Path | None, force: bool) -> None:
    from simulator.drafting import DraftError, draft_scenario

    if not pages or not brief:
        _fail("give pages and --brief, or --translate SCENARIO --to LANG")
    if not name and out is None:
        _fail("give the new scenario a name: --id missing-label")
    library = _library(folder)
    passages = _passages(library, pages)
    path = out or library.root / "scenarios" / f"{name}.yaml"
    if _is_taken(path) and not force:
        _fail(f"{path}: this file is there already: choose another --id or --out, or write over it with --force")
    personas = [id for id, persona in sorted(library.personas.items()) if passages[0].language in persona.languages]
    try:
        made = draft_scenario(_endpoint(), passages, brief=brief, personas=personas[:3])
    except DraftError as error:
        raise DraftError(f"{path}: not written: {error}") from None
    for told in made.left_out:
        typer.echo(f"left out: {told}", err=True)
    _write(made.text, path, library)


def _translate(scenario: str, *, to: str, source: str, out: Path | None, folder: Path | None, force: bool) -> None:
    from simulator.drafting import DraftError, translate_scenario

    if not to:
        _fail(f"name the language to translate into: --to {' or --to '.join(get_args(Language))}")
    library = _library(folder)
    path = library.root / "scenarios" / f"{scenario}.yaml"
    if scenario not in library.scenarios:
        _fail(f"{path}: only a scenario without problems can be translated: run `tough-customer check`")
    if out is not None and _is_taken(out) and not force:
        _fail(f"{out}: this file is there already: choose another --out, or write over it with --force")
    first = source or library.scenarios[scenario].languages[0]
    text, target = path.read_text("utf-8"), _language(to)
    try:
        made = translate_scenario(_endpoint(), text, source=_language(first), to=target)
    except DraftError as error:
        raise DraftError(f"{path}: left as it was: {error}") from None
    for told in made.doubtful:
        typer.echo(f"look at: {told}", err=True)
    if path.read_text("utf-8") != text:
        _fail(f"{path}: left as it was: somebody has changed it meanwhile: try again")
    problems = [] if out is not None or force else _problems(made.text, path, library)
    if not problems:
        _write(made.text, out or path, library)
        return
    # A scenario that is played must not be lost for a translation that needs work.
    aside = library.root / "drafts" / path.name
    if _is_taken(aside):
        _fail(f"{path}: left as it was: the translation has {len(problems)} problems, and {aside} is there already")
    aside.parent.mkdir(exist_ok=True)
    _replace(aside, made.text)
    for problem in problems:
        typer.echo(f"{aside}{str(problem).removeprefix(str(problem.path))}")
    typer.echo(
        f"{path}: left as it was; the translation has {len(problems)} problems and is in {aside}: mend it there, and "
        "move it over the scenario when you are done (or run this again with --force)"
    )
    raise typer.Exit(1)


def _write(text: str, path: Path, library: Library) -> None:
    """Writes a file, and tells what `check` says of it; exits with 1 where something is left to do."""
    from simulator.scenarios.library import load_library

    if str(path) == "-":
        typer.echo(text)
        return
    _replace(path, text)
    again = load_library(library.root)
    problems = [problem for problem in again.problems if problem.path.resolve() == path.resolve()]
    for problem in problems:
        typer.echo(str(problem))
    typer.echo(f"{path}: written; {len(problems)} problems to mend" if problems else f"{path}: written; no problems")
    for reminder in reminders(again, path):
        typer.echo(reminder)
    raise typer.Exit(1 if problems else 0)


def _is_taken(path: Path) -> bool:
    return str(path) != "-" and path.exists()


def _replace(path: Path, text: str) -> None:
    """Writes a file as a whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, "utf-8")
        new.replace(path)
    except OSError as error:
        _fail(f"{path}: cannot be written: {error.strerror}: name another place with --out")


def _problems(text: str, path: Path, library: Library) -> list[Problem]:
    """What `check` would say of a scenario's file if this stood in it."""
    from simulator.scenarios.library import load_library

    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("personas", "knowledge"):
            if (library.root / name).is_dir():
                shutil.copytree(library.root / name, root / name)
        tried = root / "scenarios" / path.name
        tried.parent.mkdir()
        tried.write_text(text, "utf-8")
        return [problem for problem in load_library(root).problems if problem.path == tried]


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
    typer.echo(f"Asking {settings.judge}; this can take minutes.", err=True)
    patient = max(settings.total_seconds, _PATIENCE)
    return open_endpoint(settings.model_copy(update={"total_seconds": patient}))


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
