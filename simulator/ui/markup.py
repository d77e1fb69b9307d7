"""Safe HTML and Markdown for texts that others wrote: everything is escaped before it gets here or here."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from simulator.scoring import Mark
from simulator.ui.look import MARKS

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=])")


def esc(text: object) -> str:
    """A text as HTML that shows exactly it."""
    return html.escape(str(text), quote=True)


def plain(text: str) -> str:
    """A text for a label of Streamlit, which would read it as Markdown: it shows exactly it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def passage_markdown(text: str) -> str:
    """A passage's Markdown without what would fetch something or mean something to Streamlit only."""
    without_images = re.sub(r"!(?=\[)", r"\\!", text)
    return re.sub(r"([$<])|:(?=[a-z-]+[\[/])", lambda found: "\\" + found.group(), without_images)


def chips(items: Iterable[tuple[str, str]]) -> str:
    """A row of chips: (text, tone) each; the tone may be empty."""
    made = "".join(f'<li class="tc-chip" data-tone="{tone}">{esc(text)}</li>' for text, tone in items)
    return f'<ul class="tc-chips">{made}</ul>'


def mark_sign(mark: Mark, label: str) -> str:
    """A mark: its shape in its colour, and its name."""
    shape = f'<svg viewBox="-10 -10 20 20" aria-hidden="true"><path d="{MARKS[mark].shape}"/></svg>'
    return f'<span class="tc-mark" style="color:var(--tc-mark-{mark})">{shape}{esc(label)}</span>'


def highlighted(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """A text with spans (start, end, tone) highlighted; of overlapping ones the first in the text wins."""
    pieces: list[str] = []
    done = 0
    for start, end, tone in sorted(spans):
        if start < done or end <= start:
            continue
        pieces += [esc(text[done:start]), f'<mark data-tone="{tone}">{esc(text[start:end])}</mark>']
        done = end
    return "".join([*pieces, esc(text[done:])])


def bubble(text: str, role: str) -> str:
    """A message as it stands in a conversation."""
    return f'<div class="tc-bubble" data-role="{role}" dir="auto">{esc(text)}</div>'
