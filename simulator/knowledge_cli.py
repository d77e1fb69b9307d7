"""`tough-customer knowledge`: the product documentation that customers' cases and replies are checked against."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from simulator.conversation import Language

if TYPE_CHECKING:
    from simulator.knowledge import KnowledgeStore

app = typer.Typer(help="Product documentation: add, list, search and remove.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
LanguageOption = Annotated[str, typer.Option(help="en, ru, de or es.")]


def _language(text: str) -> Language:
    if text not in get_args(Language):
        typer.echo(f"there is no language “{text}”; choose one of {', '.join(get_args(Language))}", err=True)
        raise typer.Exit(1)
    return text  # type: ignore[return-value]


@contextmanager
def _store(*, reads_only: bool) -> Iterator[KnowledgeStore]:
    """The knowledge store; its errors are told in one line."""
    from simulator.documents import DocumentError
    from simulator.knowledge import KnowledgeError
    from simulator.knowledge.open import open_knowledge
    from simulator.settings import Settings

    try:
        with open_knowledge(Settings(), fallback=reads_only) as store:
            yield store
    except (DocumentError, KnowledgeError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _progress() -> Callable[[int, int], None]:
    """Shows progress on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    return lambda done, total: typer.echo(f"\r{done} of {total} passages", err=True, nl=done >= total)


@app.command()
def add(
    path: Annotated[Path, typer.Argument(help="A Markdown page, or a folder of them.")],
    product: Annotated[str, typer.Option(help="The product's name: small letters, digits, hyphens.")],
    language: LanguageOption,
) -> None:
    """Adds documentation, or brings it up to date: what has gone from the folder is removed."""
    with _store(reads_only=False) as store:
        store.add(path, product=product, language=_language(language), progress=_progress())
    typer.echo(f"{product} ({language}) is ready to be searched")


@app.command("list")
def list_holdings(as_json: Json = False) -> None:
    """Lists the products with their languages and numbers of passages."""
    with _store(reads_only=True) as store:
        holdings = store.holdings()
    if as_json:
        rows = [
            {"product": each.product, "language": each.language, "passages": each.passages, "added": each.added}
            for each in holdings
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    for each in holdings:
        typer.echo(f"{each.product:20} {each.language}  {each.passages:5} passages{'  (added)' if each.added else ''}")


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for, in the words of the language.")],
    product: Annotated[str, typer.Option(help="The product to search.")],
    language: LanguageOption = "en",
    k: Annotated[int, typer.Option("-k", "--count", min=1, max=50, help="How many passages at most.")] = 5,
    as_json: Json = False,
) -> None:
    """Prints the passages that fit best, with their ids and scores (0-1)."""
    with _store(reads_only=True) as store:
        hits = store.search(query, product=product, language=_language(language), k=k)
    if as_json:
        rows = [
            {"id": h.passage.id, "score": round(h.score, 4), "title": h.passage.title, "text": h.passage.text}
            for h in hits
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not hits:
        typer.echo("Nothing found: try other words")
    for hit in hits:
        typer.echo(
            f"{hit.score:.2f}  {hit.passage.id}  {hit.passage.title}\n      {' '.join(hit.passage.text.split())}\n"
        )


@app.command()
def remove(product: Annotated[str, typer.Argument(help="The product to remove; only one that was added.")]) -> None:
    """Removes a product that was added."""
    with _store(reads_only=False) as store:
        store.remove(product)
    typer.echo(f"{product} is removed")
