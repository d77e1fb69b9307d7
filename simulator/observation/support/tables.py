"""Tables of Markdown as sentences: what stands above a column is said of each of its cells."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

CELLS = " | "
"""Between the cells of a row."""


@lru_cache(maxsize=2_048)
def in_sentences(text: str) -> str:
    """A text with its tables read out row by row: "Plan Family | Meals 3 | Price €79.20."; everything else as it is."""
    if "|" not in text:
        return text
    parts: list[str] = []
    for is_table, run in groupby(text.splitlines(), lambda line: line.lstrip().startswith("|")):
        lines = list(run)
        parts += _rows(lines) if is_table else lines
    return "\n".join(parts)


def _rows(lines: list[str]) -> list[str]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    rows = [row for row in rows if any(any(map(str.isalnum, cell)) for cell in row)]
    if len(rows) < 2:
        return [CELLS.join(row) for row in rows]
    heading, *body = rows
    return [CELLS.join(f"{above} {cell}" for above, cell in zip(heading, row, strict=False)) + "." for row in body]
