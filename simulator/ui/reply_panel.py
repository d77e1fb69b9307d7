"""One reply of the debrief: what it said, what it did, what would have worked better."""

from __future__ import annotations

import streamlit as st

from simulator.attempt import Attempt
from simulator.conversation import Mood
from simulator.debrief import Finding, ReplyReview, passage_of
from simulator.ui import labels
from simulator.ui.debrief_sections import led_to
from simulator.ui.desk.knowledge import passage_text
from simulator.ui.look import MOODS
from simulator.ui.markup import bubble, chips, esc, highlighted, list_items, mark_sign, plain, quiet, quoted, subsection
from simulator.ui.session import _, language


def show(attempt: Attempt, reply: ReplyReview, *, voice: str = "") -> None:
    """Shows a reply.

    Args:
        attempt: the attempt.
        reply: what was made of it.
        voice: who worded the customer's answer, in a sentence; empty where that is not said.
    """
    st.html(said(reply))
    st.html(did(reply))
    for id in cited(reply):
        passage = passage_of(attempt, id, reader=language())
        if passage is not None:
            title = _("Documentation: {title}").format(title=plain(passage.title))
            with st.expander(title):
                passage_text(passage)
    if reply.better is not None:
        st.html(better(reply))
    if reply.answer:
        st.html(answered(reply) + (quiet(voice) if voice else ""))


def said(reply: ReplyReview) -> str:
    """The reply with its mark, and what was found in it highlighted, as HTML."""
    title = _("Reply {number}").format(number=reply.number)
    cost = _("{cost} points lost against the best reply").format(cost=round(reply.cost)) if reply.cost >= 0.5 else ""
    spans = [(found.start, found.end, _tone(found)) for found in reply.findings if found.kind != "move"]
    spans += [
        (found.start, found.end, _tone(found))
        for found in reply.findings
        if found.kind == "move" and not any(found.start < end and start < found.end for start, end, _tone_ in spans)
    ]
    return (
        f'<div class="tc" data-testid="reply"><p><b>{esc(title)}</b> &nbsp;'
        f'{mark_sign(reply.mark, labels.mark(reply.mark))} <span class="tc-quiet tc-small">{esc(cost)}</span></p>'
        f'<div class="tc-bubble" data-role="agent" dir="auto">{highlighted(reply.text, spans)}</div></div>'
    )


def did(reply: ReplyReview) -> str:
    """What the reply did to the mood, and what was found in it, as HTML."""
    moves = dict.fromkeys((found.label, _tone(found)) for found in reply.findings if found.kind == "move")
    others = [found for found in reply.findings if found.kind != "move"]
    shown = [subsection(_("What it did")), _shift(reply.before, reply.after), subsection(_("What was found in it"))]
    if moves:
        shown.append(chips(moves))
    if others:
        told = list_items(_item(found, reply) for found in others)
        shown.append(f'<ul class="tc tc-small tc-list">{told}</ul>')
    if not reply.findings:
        shown.append(quiet(_("Nothing that moves the customer or the case.")))
    return "".join(shown)


def cited(reply: ReplyReview) -> list[str]:
    """Ids of the passages that decide on what was found in the reply."""
    return list(dict.fromkeys(found.passage for found in reply.findings if found.passage))


def better(reply: ReplyReview) -> str:
    """What would have worked better, as HTML."""
    title, example = _("What would have worked better"), _("For example:")
    moves = chips((move, "good") for move in reply.better_moves)
    return (
        f'<div data-testid="better">{subsection(title)}{moves}{quiet(example)}'
        f"{bubble(reply.better or '', 'agent')}{quiet(led_to(reply))}</div>"
    )


def answered(reply: ReplyReview) -> str:
    """What the customer answered, as HTML."""
    return subsection(_("What the customer answered")) + bubble(reply.answer, "customer")


def _shift(before: Mood, after: Mood) -> str:
    rows = []
    for part in MOODS:
        was, now = round(getattr(before, part)), round(getattr(after, part))
        helps = now > was if part == "trust" else now < was
        tone = "" if was == now else "tc-yes" if helps else "tc-no"
        change = f"{now - was:+d}".replace("-", "−") if was != now else "0"
        rows.append(
            f'<span style="color:var(--tc-mood-{part});font-weight:600">{esc(labels.mood(part))}</span>'
            f'<span>{was} → {now}</span><span class="{tone}">{change}</span><span></span>'
        )
    return f'<div class="tc-shift">{"".join(rows)}</div>'


def _item(found: Finding, reply: ReplyReview) -> str:
    quote = quoted(reply.text[found.start : found.end])
    label = f" {esc(found.label)}" if found.label else ""
    return f'<span class="tc-chip" data-tone="{_tone(found)}">{esc(_kind(found))}</span>{label}<br>{quote}'


def _kind(found: Finding) -> str:
    if found.kind == "fact":
        return _("Fact said")
    if found.kind == "asked":
        return _("Asked for")
    return labels.verdict(found.verdict or "unsupported", by_page=found.passage is not None)


def _tone(found: Finding) -> str:
    if found.kind == "claim" and found.good is None:
        return "fair"
    return {True: "good", False: "poor", None: ""}[found.good]
