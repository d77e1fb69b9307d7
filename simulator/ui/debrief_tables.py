"""Tables of a debrief as HTML, the same for the page and the export: accuracy, moves, desk, branches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from simulator.debrief import ClaimRow, Comparison, Debrief, DeskStep, FactRow, MoveCount
from simulator.practice import Practice
from simulator.ui import labels
from simulator.ui.debrief_sections import evidence_item
from simulator.ui.markup import esc, list_items, quiet, quoted, subsection
from simulator.ui.session import _

Sourced = Callable[[str], str]
"""How a passage is shown where it is cited: given its id, as HTML."""


def accuracy(found: Debrief, sourced: Sourced, *, brief: bool = False) -> str:
    """Each fact: said, missed or wrong, with the words and the passage; then whatever else was claimed.

    In brief, what was claimed and stands in the documentation is left out.
    """
    heads = [_("Fact"), _("State"), _("In your words"), _("Passage")]
    rows = [_fact(row, sourced) for row in found.accuracy.facts]
    shown = [f'<div data-testid="facts">{_table(heads, rows)}</div>']
    claims = [row for row in found.accuracy.claims if not brief or row.verdict != "supported"]
    if claims:
        heads = [_("Statement"), _("Verdict"), _("Reply"), _("Passage")]
        rows = [_claim(row, sourced) for row in claims]
        shown.append(subsection(_("What else was claimed")))
        shown.append(f'<div data-testid="claims">{_table(heads, rows)}</div>')
    return "".join(shown)


def _fact(row: FactRow, sourced: Sourced) -> list[str]:
    state = {
        "said": _("Said"),
        "missed": _("Not said"),
        "wrong": _("Wrong"),
        "asked": _("Asked"),
        "unasked": _("Not asked"),
    }[row.state]
    good = row.state in ("said", "asked")
    tone = "good" if good else "poor" if row.needed or row.state == "wrong" else ""
    optional = "" if row.needed or good else _("not needed")
    where = "" if row.reply is None else _("in reply {number}").format(number=row.reply)
    return [
        f'{esc(row.label)} <span class="tc-quiet">{esc(optional)}</span>',
        _chip(state, tone),
        f'{quoted(row.quote)}<br><span class="tc-quiet">{esc(where)}</span>' if row.quote else "–",
        sourced(row.passage) if row.passage else "–",
    ]


def _claim(row: ClaimRow, sourced: Sourced) -> list[str]:
    verdict = labels.verdict(row.verdict, by_page=row.passage is not None)
    tone = {"supported": "good", "contradicted": "poor", "unsupported": "fair"}[row.verdict]
    times = f" <b>× {row.times}</b>" if row.times > 1 else ""
    label = f"<br>{esc(row.label)}" if row.label else ""
    return [
        f"{quoted(row.quote)}{times}{label}",
        _chip(verdict, tone),
        ", ".join(map(str, row.replies)),
        sourced(row.passage) if row.passage else "–",
    ]


def moves(found: Debrief) -> str:
    """Moves that were used beside moves that would have helped."""
    if not found.moves:
        return quiet(_("No reply was written."))
    used = sorted((move for move in found.moves if move.used), key=lambda move: -move.used)
    rows = [[esc(move.label), _effect(move), str(move.used)] for move in used]
    shown = [subsection(_("Used")), _table([_("Move"), _("Effect"), _("In replies")], rows)] if rows else []
    left_out = [move for move in found.moves if move.wanted > move.met]
    shown.append(subsection(_("Would have helped")))
    if left_out:
        rows = [[esc(move.label), str(move.wanted - move.met), str(move.met)] for move in left_out]
        shown.append(_table([_("Move"), _("Left out in replies"), _("Made where it helped")], rows))
    else:
        shown.append(quiet(_("Every move that would have helped was made.")))
    return f'<div class="tc" data-testid="moves">{"".join(shown)}</div>'


def _effect(move: MoveCount) -> str:
    if move.helps is None:
        return _chip(_("neutral"), "")
    return _chip(_("helps"), "good") if move.helps else _chip(_("harms"), "poor")


def desk(practice: Practice, found: Debrief, *, brief: bool = False) -> str:
    """What was done at the desk, what the process score goes by, and what was looked up.

    In brief, what was judged right and what was looked up are left out.
    """
    log, score = found.desk, found.review.card.scores.get("process")
    shown = []
    if score is None:
        shown.append(quiet(_("This attempt had no desk, so there is no process to score.")))
    if log.done:
        kinds = {"action": _("Action"), "form": _("Ticket form"), "macro": _("Macro inserted")}
        rows = [[_when(step), esc(kinds[step.kind]), _words(step)] for step in log.done]
        shown.append(_table([_("When"), _("Step"), _("What")], rows))
    elif score is not None:
        shown.append(quiet(_("Nothing was done at the desk.")))
    judged = [] if score is None else [item for item in score.evidence if not (brief and item.good)]
    if judged:
        told = list_items(evidence_item(item, practice.attempt.case, found.review) for item in judged)
        shown += [subsection(_("What was judged")), f'<ul class="tc tc-small tc-list">{told}</ul>']
    if log.looked_up and not brief:
        kinds = {"search": _("Searched"), "passage": _("Opened")}
        rows = [[_when(step), esc(kinds[step.kind]), _words(step)] for step in log.looked_up]
        shown.append(subsection(_("Looked up")) + quiet(_("Looking things up is never judged.")))
        shown.append(_table([_("When"), _("Step"), _("What")], rows))
    return f'<div class="tc" data-testid="desk">{"".join(shown)}</div>'


def _when(step: DeskStep) -> str:
    where = _("after reply {number}").format(number=step.reply) if step.reply else _("before the first reply")
    return f'{labels.duration(step.at)} <span class="tc-quiet">{esc(where)}</span>'


def _words(step: DeskStep) -> str:
    return quoted(step.text) if step.kind in ("macro", "search") else esc(step.text)


def comparison(compared: Comparison) -> str:
    """What the difference between two branches was worth."""
    lead = _("From reply {number} on the two branches differ.").format(number=compared.from_reply)
    before, after = compared.first[-1], compared.second[-1]
    rows = [
        [esc(labels.mood("anger")), *_numbers(before.anger, after.anger, compared.anger, less_is_better=True)],
        [esc(labels.mood("trust")), *_numbers(before.trust, after.trust, compared.trust)],
        [esc(_("Overall")), *_numbers(compared.first_overall, compared.second_overall, compared.overall)],
    ]
    heads = [_("At the end"), _("Other branch"), _("This branch"), _("Worth")]
    return f'<div class="tc" data-testid="comparison"><p>{esc(lead)}</p>{_table(heads, rows)}</div>'


def _numbers(
    before: float | None, after: float | None, change: float | None, *, less_is_better: bool = False
) -> Sequence[str]:
    shown = ["–" if value is None else str(round(value)) for value in (before, after)]
    if change is None:
        return [*shown, "–"]
    better = change < 0 if less_is_better else change > 0
    tone = "" if round(change) == 0 else "tc-yes" if better else "tc-no"
    sign = f"{round(change):+d}".replace("-", "−") if round(change) else "0"
    return [*shown, f'<span class="{tone}">{sign}</span>']


def _chip(text: str, tone: str) -> str:
    return f'<span class="tc-chip" data-tone="{tone}">{esc(text)}</span>'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are HTML, the heads are not."""
    head = "".join(f'<th scope="col">{esc(text)}</th>' for text in heads)
    body = "".join(
        "<tr>"
        + "".join(f'<td data-head="{esc(name)}">{cell}</td>' for name, cell in zip(heads, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<table class="tc tc-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
