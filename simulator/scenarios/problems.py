"""What is wrong with an author's file: where, what, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem of a file.

    Args:
        path: the file.
        line: from 1.
        column: from 1.
        message: what is wrong, and how to mend it, in plain words.
    """

    path: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class BrokenFile(ValueError):
    """A file with problems; all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def closest(name: str, known: Collection[str]) -> str:
    """Asks whether the nearest of the known names was meant; empty if none is near."""
    near = difflib.get_close_matches(name, known, 1, 0.6)
    return f"did you mean “{near[0]}”?" if near else ""


def choice(name: str, known: Collection[str]) -> str:
    """As `closest`, else names all that are known; empty if none is known."""
    return closest(name, known) or (f"choose one of {', '.join(known)}" if known else "")
