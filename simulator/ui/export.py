"""The debrief as files: JSON for machines, and HTML that stands on its own and prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from simulator.debrief import Comparison, Debrief, passage_of
from simulator.history import Dispute
from simulator.practice import Practice
from simulator.report import report
from simulator.ui import debrief_sections as sections
from simulator.ui import debrief_tables as tables
from simulator.ui import feedback_panel, judge_panel, labels, look, reply_panel
from simulator.ui.curve_svg import curve_svg
from simulator.ui.labels import in_interface
from simulator.ui.markup import esc, quiet, section, subsection
from simulator.ui.passage_html import passage_html
from simulator.ui.session import _, language
from simulator.ui.voices import whose_words


def as_json(practice: Practice, found: Debrief) -> dict[str, Any]:
    """The attempt and its debrief as JSON-ready data, worded in the language of the interface."""
    attempt = practice.attempt
    whole = asdict(found)
    del whole["review"], whole["help"]  # the report holds what the one is made of, and the other
    return {
        **report(attempt, reader=language(), help=found.help),
        "trainee": practice.trainee,
        "low_pressure": practice.low_pressure,
        "started_at": practice.started_at.isoformat(),
        "branch": {
            "root": practice.root_id,
            "parent": practice.parent_id,
            "parent_turns": practice.parent_turns,
        },
        "debrief": whole,
        "judgements": [
            {"turn": each.turn_index, "version": each.version, **each.body} for each in judge_panel.judgements(practice)
        ],
        "disputes": [_plain(each) for each in feedback_panel.disputed(practice)],
    }


def _plain(dispute: Dispute) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(dispute).items() if name not in ("id", "attempt_id", "turn_index")}
    return {"turn": dispute.turn_index} | {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()
    }


def as_html(practice: Practice, found: Debrief, compared: Comparison | None, *, every_reply: bool = False) -> str:
    """The debrief as a whole HTML document: its own style, no script, nothing to fetch.

    It is a summary that prints on a page or two, and on request all else that the page shows, after it.

    Args:
        practice: the attempt.
        found: its debrief.
        compared: another branch beside this one, if there is one to show.
        every_reply: whether to append the replies one by one, what the scores go by, and the whole conversation.
    """
    title, kind = in_interface(practice.attempt.case.scenario.title), _("Debrief")
    shown = f'<main class="summary">{_joined(_summary(practice, found, compared, brief=not every_reply))}</main>'
    if every_reply:
        shown += f'<main class="appendix">{_joined(_appendix(practice, found))}</main>'
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{esc(title)} · {esc(kind)}</title><style>{_style()}</style></head>"
        f'<body class="tc"><header><p class="tc-quiet tc-small" style="margin:0">{esc(kind)}</p>'
        f'<h1 class="tc-title">{esc(title)}</h1>{sections.about(practice)}</header>'
        f"{shown}<footer>Tough Customer</footer></body></html>"
    )


@lru_cache(maxsize=1)
def _style() -> str:
    return look.style_sheet() + Path(__file__).with_name("export.css").read_text("utf-8")


def _joined(parts: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<section>{section(name) if name else ''}{body}</section>" for name, body in parts)


def _summary(
    practice: Practice, found: Debrief, compared: Comparison | None, *, brief: bool
) -> Iterator[tuple[str, str]]:
    """Titles and bodies of what everybody needs, in the order of the page."""
    case, review = practice.attempt.case, found.review
    disputed = feedback_panel.disputed(practice)
    yield "", sections.verdict(practice, review) + sections.scores(case, review, disputed)
    yield _("What happened"), sections.story(found) + quiet(whose_words(practice))
    if review.replies:
        beside = "" if compared is None else tables.comparison(compared)
        yield _("Mood"), curve_svg(review, compared) + beside
        if found.costliest is not None:
            yield _("Costliest reply"), sections.costliest(practice, found.costliest)
    source = _title if brief else _link
    yield _("Accuracy"), tables.accuracy(found, lambda id: source(practice, id), brief=brief)
    yield _("At the desk"), tables.desk(practice, found, brief=brief)
    if judged := judge_panel.whole(practice):
        yield _("Second opinion of a language model"), judged
    yield _("What to practise next"), "".join(sections.advice(item) for item in found.advice)
    yield _("Help used"), sections.help_used(practice, found)


def _appendix(practice: Practice, found: Debrief) -> Iterator[tuple[str, str]]:
    """Titles and bodies of all else, in the order of the page."""
    case, review = practice.attempt.case, found.review
    if review.replies:
        yield _("Reply by reply"), "".join(_replies(found))
    yield _("Moves"), tables.moves(found)
    yield _("Reply times"), sections.reply_times(found)
    yield _("Language"), sections.language_notes(found)
    if said := judge_panel.each_reply(practice):
        yield _("What the language model said of each reply"), said
    yield (
        _("What the scores go by"),
        "".join(
            subsection(labels.dimension(name)) + sections.evidence(case, review, name)
            for name in sections.dimensions(review)
        ),
    )
    yield _("Whole conversation"), sections.transcript(practice)
    if cited := _cited(found):
        yield _("Documentation cited"), "".join(_passage(practice, id) for id in cited)


def _replies(found: Debrief) -> Iterator[str]:
    for reply in found.review.replies:
        parts = [reply_panel.said(reply), reply_panel.did(reply)]
        parts += [reply_panel.better(reply)] if reply.better is not None else []
        parts += [reply_panel.answered(reply)] if reply.answer else []
        yield f"<article>{''.join(parts)}</article>"


def _cited(found: Debrief) -> list[str]:
    passages = [row.passage for row in found.accuracy.facts] + [row.passage for row in found.accuracy.claims]
    return list(dict.fromkeys(id for id in passages if id is not None))


def _title(practice: Practice, id: str) -> str:
    passage = passage_of(practice.attempt, id, reader=language())
    return esc(id) if passage is None else esc(passage.title)


def _link(practice: Practice, id: str) -> str:
    return f'<a href="#{_anchor(id)}">{_title(practice, id)}</a>'


def _passage(practice: Practice, id: str) -> str:
    passage = passage_of(practice.attempt, id, reader=language())
    if passage is None:
        return quiet(id)
    return f'<div class="tc-passage" id="{_anchor(id)}">{subsection(passage.title)}{passage_html(passage)}</div>'


def _anchor(id: str) -> str:
    return "passage-" + esc(id.replace("#", "-"))
