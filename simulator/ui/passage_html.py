"""A passage of the documentation as HTML: for tables that open it in place, and for files that have no Streamlit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from simulator.documents import Passage
from simulator.ui.markup import esc

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITEM = re.compile(r"^\s*(?:[-*+]|(\d+)[.)])\s+")
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def passage_html(passage: Passage) -> str:
    """A passage's paragraphs, lists, tables and bold words; any other Markdown stands as it was written."""
    blocks = re.split(r"\n\s*\n", passage.text.strip())
    return "".join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> str:
    return "".join(_run(kind, list(lines)) for kind, lines in groupby(block.split("\n"), key=_kind))


def _kind(line: str) -> str:
    if line.lstrip().startswith("|"):
        return "table"
    item = _ITEM.match(line)
    return "text" if item is None else "ol" if item[1] else "ul"


def _run(kind: str, lines: list[str]) -> str:
    if kind == "table":
        return f"<table>{''.join(_rows(lines))}</table>"
    if kind == "text":
        return f"<p>{_inline(' '.join(line.strip() for line in lines))}</p>"
    items = "".join(f"<li>{_inline(_ITEM.sub('', line))}</li>" for line in lines)
    return f"<{kind}>{items}</{kind}>"


def _rows(lines: list[str]) -> Iterator[str]:
    cell = "th" if len(lines) > 1 and _RULE.match(lines[1]) else "td"
    for line in lines:
        if _RULE.match(line):
            continue
        cells = "".join(f"<{cell}>{_inline(text.strip())}</{cell}>" for text in line.strip().strip("|").split("|"))
        yield f"<tr>{cells}</tr>"
        cell = "td"


def _inline(text: str) -> str:
    return _BOLD.sub(r"<b>\1</b>", esc(_LINK.sub(r"\1", text)))
