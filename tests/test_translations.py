"""Every text of the screens is translated, and the translations are sound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from simulator.scoring import ReaderLanguage
from simulator.ui.translations import FOLDER, LANGUAGES, catalogue, po_file

UI = Path(__file__).parents[1] / "simulator" / "ui"
NOT_SHOWN = {
    "space",
    "form",
    "feedback",
    "columns",
    "container",
    "fragment",
    "cache_resource",
    "cache_data",
    "Page",
    "set_page_config",
}
"""Calls of Streamlit whose first text is no text for people."""
KEYWORDS = {"_": None, "ngettext": (1, 2)}
TRANSLATED: list[ReaderLanguage] = [language for language in LANGUAGES if language != "en"]


def key_of(id: object) -> str:
    return str(id[0] if isinstance(id, (tuple, list)) else id)


@pytest.fixture(scope="module")
def said() -> set[str]:
    """The English texts of the sources."""
    found = extract_from_dir(UI, method_map=[("**.py", "python")], keywords=KEYWORDS)
    texts = {key_of(id) for _file, _line, id, _comments, _context in found}
    assert len(texts) > 100
    return texts


def read(path: Path, locale: str | None = None) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=locale, abort_invalid=True)


def messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def forms(message: Message) -> tuple[str, ...]:
    return tuple(map(str, message.string)) if isinstance(message.string, tuple) else (str(message.string),)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: ReaderLanguage, said: set[str]) -> None:
    catalog = read(po_file(language), language)
    translated = {key_of(message.id) for message in messages(catalog) if all(forms(message))}
    assert translated == said
    assert not catalog.obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_fuzzy(language: ReaderLanguage) -> None:
    assert [message.id for message in messages(read(po_file(language), language)) if message.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_placeholders(language: ReaderLanguage) -> None:
    for message in messages(read(po_file(language), language)):
        wanted = set(re.findall(r"\{\w+\}", key_of(message.id)))
        for form in forms(message):
            assert set(re.findall(r"\{\w+\}", form)) == wanted, form


def test_the_template_holds_every_text(said: set[str]) -> None:
    assert {key_of(message.id) for message in messages(read(FOLDER / "messages.pot"))} == said


def test_no_text_hides_in_an_f_string() -> None:
    """The extractor does not look into them."""
    hidden = [
        f"{path.name}:{call.lineno}"
        for path in UI.rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]
    assert hidden == []


def test_no_widget_is_given_a_bare_text() -> None:
    """What Streamlit shows comes through `_` or from data; a literal with letters in it would stay English."""
    shown = {"label", "placeholder", "help", "body", "title", "caption", "text"}
    bare = [
        f"{path.relative_to(UI)}:{call.lineno}: {argument.value}"
        for path in UI.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"st", "left", "right", "column", "tab"}
        and call.func.attr not in NOT_SHOWN
        for argument in [*call.args[:1], *(word.value for word in call.keywords if word.arg in shown)]
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and re.search(r"[^\W\d_]", argument.value)
        and not argument.value.startswith(("<", ":material"))
    ]
    assert bare == []


def test_russian_counts() -> None:
    russian = catalogue("ru")
    counted = [russian.ngettext("{count} scenario", "{count} scenarios", n).format(count=n) for n in (1, 3, 5, 11, 21)]
    assert counted == ["1 сценарий", "3 сценария", "5 сценариев", "11 сценариев", "21 сценарий"]
