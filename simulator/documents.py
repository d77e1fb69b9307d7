"""Product documentation: Markdown pages cut into passages, the unit that is searched, cited and scored against.

A page is a file `<product>/<language>/<page>.md` with one `# Title`, an optional introduction, and sections
`## Title {#anchor}`. Anchors are the same in every language, so a passage id is too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from simulator.conversation import LANGUAGES, Language

MAX_PASSAGE = 1_500
"""Characters of text in one passage; a longer section becomes several."""

_HEADING = re.compile(r"^(#{1,2})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")
_ANCHOR = re.compile(r"[ \t]*\{#([^}]*)\}$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


class DocumentError(ValueError):
    """A page cannot be used. The message names file and line and says what to do."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of a page.

    Args:
        id: `<page>#<section>`, the same in every language.
        product: the product's folder name.
        language: what the text is written in.
        page: file name without `.md`.
        section: the section's anchor; `intro` for the text before the first section, `<anchor>~2` for the second
            part of a long section.
        title: "Page title · Section title".
        text: Markdown as written, without the heading.
    """

    id: str
    product: str
    language: Language
    page: str
    section: str
    title: str
    text: str


def split_page(markdown: str, *, product: str, language: Language, page: str) -> tuple[Passage, ...]:
    """Cut a page into passages, in the order of the page. Sections without text are left out.

    Raises:
        DocumentError: two sections have the same anchor, or an anchor is not one word.
    """
    where = f"{product}/{language}/{page}.md"
    page_title, intro, sections = _outline(markdown)
    page_title = page_title or page
    lines = {"intro": 1} if intro else {}
    texts = [("intro", page_title, intro)]
    for line, heading, text in sections:
        anchor, section_title = _anchor(heading, f"{where}:{line}")
        if anchor in lines:
            raise DocumentError(
                f"{where}:{line}: the anchor “{anchor}” is already used in line {lines[anchor]}. "
                f"Give this section its own, for example “## {section_title} {{#{anchor}-2}}”."
            )
        lines[anchor] = line
        texts.append((anchor, f"{page_title} · {section_title}", text))
    return tuple(
        Passage(f"{page}#{section}", product, language, page, section, title, part)
        for anchor, title, text in texts
        for number, part in enumerate(_parts(text), start=1)
        for section in [anchor if number == 1 else f"{anchor}~{number}"]
    )


def read_product(folder: Path, *, product: str, language: Language) -> tuple[Passage, ...]:
    """Read the passages of all pages `<folder>/<language>/*.md`, sorted by file name; none gives an empty tuple.

    Raises:
        DocumentError: a page is not UTF-8 text or cannot be split.
    """
    passages: list[Passage] = []
    for path in sorted((folder / language).glob("*.md")):
        try:
            markdown = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DocumentError(
                f"{product}/{language}/{path.name}: this is not UTF-8 text (byte {error.start + 1} cannot be read). "
                "Open it in a text editor and save it with the encoding UTF-8."
            ) from error
        passages += split_page(markdown, product=product, language=language, page=path.stem)
    return tuple(passages)


def product_languages(folder: Path) -> tuple[Language, ...]:
    """Languages in which the product's folder has at least one page."""
    return tuple(language for language in LANGUAGES if any((folder / language).glob("*.md")))


def _outline(markdown: str) -> tuple[str, str, list[tuple[int, str, str]]]:
    """Return the page's title, its text before the first section, and line, heading and text of each section."""
    title = ""
    blocks: list[tuple[int, str, list[str]]] = [(1, "", [])]
    fence = ""
    for number, text in enumerate(re.split(r"\r\n?|\n", markdown.removeprefix("\ufeff")), start=1):
        if mark := _FENCE.match(text):
            fence = mark[1] if not fence else "" if fence == mark[1] else fence
        heading = None if fence else _HEADING.match(text)
        if heading and heading[1] == "#" and not title and len(blocks) == 1:
            title = heading[2]
        elif heading:
            blocks.append((number, heading[2], []))
        else:
            blocks[-1][2].append(text)
    intro, *sections = ((line, heading, "\n".join(body).strip()) for line, heading, body in blocks)
    return title, intro[2], sections


def _anchor(heading: str, where: str) -> tuple[str, str]:
    """Return the section's anchor, made from its title where it has none, and the title without it."""
    found = _ANCHOR.search(heading)
    if not found:
        return re.sub(r"\W+", "-", heading.lower()).strip("-") or "section", heading
    if not re.fullmatch(r"[\w.-]+", found[1]):
        raise DocumentError(
            f"{where}: “{{#{found[1]}}}” is no anchor. Write one word of letters, digits and hyphens, "
            "for example {#refund-timing}."
        )
    return found[1], heading[: found.start()]


def _parts(text: str, bounds: tuple[str, ...] = ("\n\n", "\n", " ")) -> list[str]:
    """Cut a text at paragraphs, or lines or words where a paragraph alone is too long."""
    if len(text) <= MAX_PASSAGE or not bounds:
        return [text] if text else []
    parts: list[str] = []
    for piece in text.split(bounds[0]):
        if parts and len(parts[-1]) + len(bounds[0]) + len(piece) <= MAX_PASSAGE:
            parts[-1] += bounds[0] + piece
        else:
            parts += _parts(piece, bounds[1:])
    return parts
