"""Colours, shapes and the style sheet: how marks and moods look, in one place for pages and widgets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import streamlit as st

from simulator.scoring import Mark

LOGO = Path(__file__).with_name("logo.svg")

MoodPart = Literal["anger", "confusion", "trust"]


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour for light and for dark backgrounds; both read at 4.5:1 or better as text."""

    light: str
    dark: str

    @property
    def css(self) -> str:
        return f"light-dark({self.light}, {self.dark})"


@dataclass(frozen=True, slots=True)
class Look:
    """How a mark looks: colour, and a shape (an SVG path around 0,0 within ±10) so that colour is never alone."""

    colour: Colour
    shape: str


MARKS: dict[Mark, Look] = {
    "best": Look(
        Colour("#0b6b6f", "#5cc4be"),
        "M0-9.5 2.8-3.2 9.5-2.6 4.4 1.9 6 8.6 0 5 -6 8.6 -4.4 1.9 -9.5-2.6 -2.8-3.2Z",
    ),
    "good": Look(Colour("#44701b", "#93c763"), "M0-7A7 7 0 1 1 0 7 7 7 0 1 1 0-7Z"),
    "inaccuracy": Look(Colour("#8a5a00", "#e0b04c"), "M0-8.5 8.6 6.5H-8.6Z"),
    "mistake": Look(Colour("#b34700", "#f09458"), "M0-9 9 0 0 9-9 0Z"),
    "blunder": Look(Colour("#b3261e", "#f28b82"), "M-7-7 0-3 7-7 3 0 7 7 0 3-7 7-3 0Z"),
}

MOODS: dict[MoodPart, Colour] = {
    "anger": Colour("#b3401f", "#ef8d6c"),
    "confusion": Colour("#6b4fa0", "#b79ce8"),
    "trust": Colour("#0b6b6f", "#5cc4be"),
}

GOOD, FAIR, POOR = Colour("#0b6b6f", "#5cc4be"), Colour("#8a5a00", "#e0b04c"), Colour("#b3261e", "#f28b82")
"""Inside the strong target or passed, inside the good target, late or failed."""


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """The style sheet of the app, with the colours above as custom properties that widgets inherit."""
    named = {f"mark-{name}": look.colour for name, look in MARKS.items()}
    named |= {f"mood-{name}": colour for name, colour in MOODS.items()}
    named |= {"good": GOOD, "fair": FAIR, "poor": POOR}
    properties = "".join(f"--tc-{name}:{colour.css};" for name, colour in named.items())
    marks = "".join(
        f'[data-mark="{name}"]{{color:var(--tc-mark-{name});--tc-shape:url("{_picture(look.shape)}")}}'
        for name, look in MARKS.items()
    )
    sheets = (Path(__file__).with_name(f"{name}.css").read_text("utf-8") for name in ("look", "debrief", "print"))
    return "\n".join([f":root{{{properties}}}", marks, *sheets])


def _picture(shape: str) -> str:
    """A shape as an image in a URL, for a mask."""
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='-10 -10 20 20'><path d='{shape}'/></svg>"
    return f"data:image/svg+xml,{quote(svg)}"


def apply(*, offline: str) -> None:
    """Puts the style sheet on the page.

    Args:
        offline: what the page says while the server cannot be reached, in place of Streamlit's own advice to
            developers.
    """
    quoted = offline.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ")
    st.html(f'<style>{style_sheet()}\n:root{{--tc-offline:"{quoted}";}}</style>')
