"""Safe HTML and Markdown for texts that others wrote: everything is escaped before it gets here or here."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable

from simulator.scoring import Mark
from simulator.ui.session import _

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=])")
_LONGEST_QUOTE = 240


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


def heading(title: str, lead: str = "") -> str:
    """A page's title, with a sentence below it."""
    below = f'<p class="tc-lead">{esc(lead)}</p>' if lead else ""
    return f'<div class="tc"><h1 class="tc-title">{esc(title)}</h1>{below}</div>'


def section(title: str) -> str:
    """The title of a section of a page."""
    return f'<h2 class="tc tc-h2">{esc(title)}</h2>'


def subsection(title: str) -> str:
    """The title of a part of a section."""
    return f'<h3 class="tc tc-h3">{esc(title)}</h3>'


def quiet(text: str) -> str:
    """A small remark."""
    return f'<p class="tc tc-quiet tc-small">{esc(text)}</p>'


def notice(title: str, *paragraphs: str, name: str) -> str:
    """A page's only content: a problem, and what to do. `name` is its test id."""
    shown = "".join(f"<p>{esc(each)}</p>" for each in paragraphs)
    return f'<div class="tc tc-panel" data-testid="{name}"><h1 class="tc-title">{esc(title)}</h1>{shown}</div>'


def chips(items: Iterable[tuple[str, str]]) -> str:
    """A row of chips: (text, tone) each; the tone may be empty."""
    made = "".join(f'<li class="tc-chip" data-tone="{tone}">{esc(text)}</li>' for text, tone in items)
    return f'<ul class="tc-chips">{made}</ul>'


def each_once(pieces: Iterable[str]) -> list[str]:
    """Pieces of HTML, each once: what comes several times says how often."""
    counted = Counter(pieces).items()
    return [piece if times == 1 else f"{piece} <b>× {times}</b>" for piece, times in counted]


def list_items(pieces: Iterable[str]) -> str:
    """Pieces of HTML as the items of a list, each once."""
    return "".join(f"<li>{piece}</li>" for piece in each_once(pieces))


def mark_sign(mark: Mark, label: str) -> str:
    """A mark: its shape in its colour, and its name."""
    return f'<span class="tc-mark" data-mark="{mark}">{esc(label)}</span>'


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


def quoted(text: str) -> str:
    """A short quote; a long one is cut."""
    shown = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rstrip() + "…"
    in_marks = _("“{words}”").format(words=shown)
    return f'<span class="tc-quote" dir="auto">{esc(in_marks)}</span>'


def bubble(text: str, role: str) -> str:
    """A message as it stands in a conversation."""
    return f'<div class="tc-bubble" data-role="{role}" dir="auto">{esc(text)}</div>'
