"""`tough-customer draft`: scenarios and translations that a language model drafts and a trainer finishes."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, NoReturn, get_args

import typer

from simulator.conversation import Language

if TYPE_CHECKING:
    from simulator.documents import Passage
    from simulator.endpoint import Endpoint
    from simulator.scenarios.formats import Scenario
    from simulator.scenarios.library import Library
    from simulator.scenarios.problems import Problem

_SUFFIXES = (".yaml", ".yml")
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
        Path | None, typer.Option(metavar="FILE", help="Where to write it, instead of into the library; - prints it.")
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
    from simulator.scenarios.library import UnknownChoice

    try:
        if translate:
            _translate(translate, to=to, source=source, out=out, folder=folder, force=force)
        else:
            _draft(pages or [], brief=brief, name=name, out=out, folder=folder, force=force)
    except (DraftError, UnknownChoice) as error:
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


def check_draft(content: bytes, path: Path, library: Library) -> tuple[list[Problem], list[str]]:
    """What `check` would say of a scenario if it were in a library: problems, and reminders.

    Args:
        content: the file's content.
        path: where it is, or will be; its name is the scenario's id.
        library: the library.
    """
    from simulator.scenarios.library import load_library
    from simulator.scenarios.problems import Problem

    if path.suffix not in _SUFFIXES:
        return [Problem(path, 1, 1, "the file is not read: rename it so that it ends in .yaml")], []
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("personas", "knowledge"):
            if (library.root / name).is_dir():
                shutil.copytree(library.root / name, root / name)
        tried = root / "scenarios" / path.name
        tried.parent.mkdir()
        tried.write_bytes(content)
        again = load_library(root)
        problems = [replace(problem, path=path) for problem in again.problems if problem.path == tried]
        return problems, [said.replace(str(tried), str(path)) for said in reminders(again, tried)]


def _draft(pages: list[Path], *, brief: str, name: str, out: Path | None, folder: Path | None, force: bool) -> None:
    from simulator.drafting import DraftError, draft_scenario

    if not pages or not brief:
        _fail("give pages and --brief, or --translate SCENARIO --to LANG")
    if not name and out is None:
        _fail("give the new scenario a name: --id missing-label")
    if name and not _is_id(name):
        _fail(f"--id {name}: an id has small letters, digits and single hyphens, such as missing-label")
    library = _library(folder)
    passages = _passages(library, pages)
    path = library.root / "scenarios" / f"{name}.yaml" if out is None else out
    _may_be_written(path, force=force, other="--id or --out")
    personas = [id for id, persona in sorted(library.personas.items()) if passages[0].language in persona.languages]
    try:
        made = draft_scenario(_endpoint(), passages, brief=brief, personas=personas[:3])
    except DraftError as error:
        raise DraftError(f"{path}: not written: {error}") from None
    for told in made.left_out:
        typer.echo(f"left out: {told}", err=True)
    _write(made.text, path, library, called=f"{name or 'draft'}.yaml")


def _translate(scenario: str, *, to: str, source: str, out: Path | None, folder: Path | None, force: bool) -> None:
    from simulator.drafting import DraftError, translate_scenario

    if not to:
        _fail(f"name the language to translate into: --to {' or --to '.join(get_args(Language))}")
    target, first = _language(to), _language(source) if source else None
    library = _library(folder)
    path, loaded = _translatable(library, scenario)
    # A scenario that is played must not be lost for a translation that needs work.
    aside = library.root / "drafts" / path.name
    if out is not None:
        _may_be_written(out, force=force, other="--out")
    elif not force and aside.exists():
        _fail(f"{aside}: a translation is there already: finish it, delete it, or name another place with --out")
    endpoint, text = _endpoint(), path.read_text("utf-8")
    try:
        made = translate_scenario(endpoint, text, source=first or loaded.languages[0], to=target)
    except DraftError as error:
        raise DraftError(f"{path}: left as it was: {error}") from None
    for told in made.doubtful:
        typer.echo(f"look at: {told}", err=True)
    if out is None and path.read_text("utf-8") != text:
        _lost(made.text, f"{path}: left as it was: somebody has changed it meanwhile: try again")
    if out is not None or force or not check_draft(made.text.encode(), path, library)[0]:
        _write(made.text, out or path, library, called=path.name)
        return
    _replace(aside, made.text)
    problems, _ = check_draft(made.text.encode(), aside, library)
    for problem in problems:
        typer.echo(str(problem))
    typer.echo(
        f"{path}: left as it was; the translation has {len(problems)} problems and is in {aside}: mend it there "
        f"(`tough-customer check {aside}`), and move it over the scenario when you are done (or run this again with "
        "--force)"
    )
    raise typer.Exit(1)


def _translatable(library: Library, id: str) -> tuple[Path, Scenario]:
    """A scenario that can be translated, and its file.

    Raises:
        UnknownChoice: there is none of this id.
    """
    named = (library.root / "scenarios" / f"{id}{suffix}" for suffix in _SUFFIXES)
    path = next((path for path in named if _is_id(id) and path.is_file()), None)
    if path is not None and id not in library.scenarios:
        _fail(f"{path}: only a scenario without problems can be translated: run `tough-customer check`")
    scenario = library.scenario(id)
    assert path is not None
    return path, scenario


def _write(text: str, path: Path, library: Library, *, called: str) -> None:
    """Writes a file, and tells what `check` says of it; exits with 1 where something is left to do."""
    printed = str(path) == "-"
    if printed:
        typer.echo(text)
        path = Path(called)
    else:
        _replace(path, text)
    problems, reminded = check_draft(text.encode(), path, library)
    left = f"{len(problems)} problems to mend" if problems else "no problems"
    for said in (*problems, f"{path}: {'printed' if printed else 'written'}; {left}", *reminded):
        typer.echo(str(said), err=printed)
    raise typer.Exit(1 if problems else 0)


def _is_id(text: str) -> bool:
    from pydantic import TypeAdapter, ValidationError

    from simulator.scenarios.fields import Name

    try:
        TypeAdapter(Name).validate_python(text)
    except ValidationError:
        return False
    return True


def _may_be_written(path: Path, *, force: bool, other: str) -> None:
    """Says what is wrong with a place for a scenario before a model is paid for one."""
    if str(path) == "-":
        return
    if path.is_dir():
        _fail(f"{path}: this is a folder: name a file in it, such as {path / 'missing-label.yaml'}")
    if path.suffix not in _SUFFIXES or not _is_id(path.stem):
        _fail(f"{path}: the file name is the id: small letters, digits and single hyphens, such as missing-label.yaml")
    if any(path.with_suffix(suffix).exists() for suffix in _SUFFIXES) and not force:
        _fail(f"{path}: this file is there already: choose another {other}, or write over it with --force")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        _fail(f"{path.parent}: no file can be written there: make the folder, or name another place with --out")


def _replace(path: Path, text: str) -> None:
    """Writes a file as a whole or not at all; where it cannot, prints the text."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        new.write_text(text, "utf-8")
        new.replace(path)
    except OSError as error:
        _lost(text, f"{path}: cannot be written: {error.strerror}: name another place with --out")


def _lost(text: str, message: str) -> NoReturn:
    """Prints what a model was paid for and cannot be written."""
    typer.echo(text)
    _fail(message)


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
