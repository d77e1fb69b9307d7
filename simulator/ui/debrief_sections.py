"""Sections of a debrief as HTML, the same for the page and the export: verdict, scores, story, times, language, help.

Everything that somebody wrote is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable

from simulator.case import Case
from simulator.conversation import StepKind
from simulator.debrief import Advice, Debrief, ReplyReview, Review
from simulator.history import AttemptSummary, Dispute
from simulator.practice import Practice
from simulator.scoring import DIMENSIONS, Dimension, Evidence, counts, part_label, word
from simulator.ui import labels
from simulator.ui.labels import in_interface
from simulator.ui.markup import bubble, chips, esc, list_items, mark_sign, quiet, quoted, subsection
from simulator.ui.session import _, language, ngettext
from simulator.ui.voices import voices
from simulator.versions import version_of, versions_of


def about(practice: Practice) -> str:
    """Whose attempt it was, in which mode, with whom, in which language and when, as HTML."""
    case = practice.attempt.case
    tags = [
        (practice.trainee, "strong"),
        (in_interface(case.persona.name), ""),
        (labels.spoken(case.language), ""),
        (labels.moment(practice.started_at), ""),
    ]
    if practice.attempt.mode == "exam":
        tags.insert(1, (_("Exam"), "strong"))
    return chips(tag for tag in tags if tag[0])


def dimensions(review: Review) -> list[Dimension]:
    """The dimensions that an attempt is scored in."""
    return [name for name in DIMENSIONS if name in review.card.scores]


def verdict(practice: Practice, review: Review) -> str:
    """Whether it was passed, and why not; kind words where there is nothing to pass. Empty while the attempt runs."""
    outcome, card = practice.attempt.outcome, review.card
    if outcome is None:
        return ""
    sentences = [labels.outcome_sentence(outcome)]
    values: dict[str, float | None] = {name: card.scores[name].value for name in dimensions(review)}
    names: dict[str, str] = {name: labels.dimension(name) for name in dimensions(review)}
    values["overall"], names["overall"] = card.overall, _("Overall")
    short = [_short_of(names[name], values[name], review.marks[name]) for name in values if name in card.failed]
    if card.passed is None:
        title, state = _("No verdict"), "open"
        sentences.append(_("The scores below are only there to learn from; they count nowhere."))
    else:
        title, state = (_("Passed"), "yes") if card.passed else (_("Not passed"), "no")
        if short:
            sentences.append(_("Below the pass mark: {list}.").format(list="; ".join(short)))
        elif card.passed:
            sentences.append(_("Every pass mark was reached."))
    return (
        f'<div class="tc tc-panel tc-verdict" data-passed="{state}" data-testid="verdict">'
        f'<h2 class="tc-h2" style="margin-top:0">{esc(title)}</h2><p>{esc(" ".join(sentences))}</p></div>'
    )


def recorded(kept: AttemptSummary, review: Review) -> str:
    """That the history has another result of this attempt, by an older scoring. Empty where it has the same scoring."""
    if kept.overall is None or kept.versions.get("overall") == versions_of(review.card)["overall"]:
        return ""
    told = _("The history has {value} for this attempt, by an older scoring; here it is judged by today's rules.")
    return quiet(f"{told.format(value=labels.points(kept.overall))} {labels.rescoring()}")


def _short_of(name: str, value: float | None, mark: float) -> str:
    if value is None:
        return _("{name} without a verdict").format(name=name)
    return _("{name} {value} of {mark}").format(name=name, value=labels.points(value), mark=labels.points(mark))


def scores(case: Case, review: Review, disputed: Iterable[Dispute] = ()) -> str:
    """The scorecard: the overall score and each dimension, with its pass mark and its explanation.

    Where a language model may have a say, each dimension tells whose value it is; and what a trainer said of it.
    """
    human = human_verdicts(disputed)
    card, reader = review.card, language()
    cells = [_score(_("Overall"), card.overall, review.marks["overall"], word(card.explanation, case, reader))]
    for name in dimensions(review):
        score = card.scores[name]
        explanation = word(score.explanation, case, reader)
        source = _("by {scorer}").format(scorer=labels.scorer(score.scorer))
        beside = [source] if counts() != "rules" and score.value is not None else []
        beside += [human_verdict(human[name])] if name in human else []
        cells.append(_score(labels.dimension(name), score.value, review.marks[name], explanation, *beside))
    return f'<div class="tc tc-scores" data-testid="scores">{"".join(cells)}</div>'


def human_verdicts(disputed: Iterable[Dispute]) -> dict[str, Dispute]:
    """The newest value that a trainer gave the whole attempt, by dimension: beside the score, never for it."""
    given = [each for each in disputed if each.turn_index is None and each.decided_at and each.value is not None]
    return {each.dimension: each for each in sorted(given, key=lambda each: str(each.decided_at))}


def human_verdict(dispute: Dispute) -> str:
    """What a trainer decided, beside the score that was disputed."""
    receipt = dispute.receipt
    was = "–" if receipt.get("value") is None else labels.points(receipt["value"])
    scorer, by = labels.scorer(receipt.get("scorer", "rules")), dispute.decided_by or ""
    if dispute.value is None:
        told = _("{was} by {scorer} stands, says {name} (trainer): {reason}")
        return told.format(was=was, scorer=scorer, name=by, reason=dispute.decision)
    told = _("{was} by {scorer}; {value} by {name} (trainer): {reason}")
    return told.format(was=was, scorer=scorer, value=labels.points(dispute.value), name=by, reason=dispute.decision)


def _score(title: str, value: float | None, mark: float, explanation: str, *beside: str) -> str:
    shown = "–" if value is None else labels.points(value)
    passed = "yes" if value is not None and value >= mark else "no"
    state = _("passes from {mark}").format(mark=labels.points(mark)) if value is not None else _("no verdict")
    return (
        f'<div class="tc tc-panel tc-score"><header><span>{esc(title)}</span><b>{shown}</b></header>'
        f'<div class="tc-meter" data-passed="{passed}" aria-hidden="true"><span style="width:{value or 0:.0f}%"></span>'
        f'<i style="left:{mark:.0f}%"></i></div><p class="tc-quiet tc-small" style="margin:0 0 .4rem">{esc(state)}</p>'
        f'<p class="tc-small" style="margin:0">{esc(explanation)}</p>{"".join(quiet(each) for each in beside)}</div>'
    )


def evidence(case: Case, review: Review, name: Dimension) -> str:
    """What a dimension's score goes by, with its scorer and version."""
    score = review.card.scores[name]
    parts = [(part, value) for part, value in score.parts.items() if value is not None]
    named = ((f"{part_label(part, language())} {labels.points(value)}", "") for part, value in parts)
    shown = [chips(named)] if parts else []
    if score.evidence:
        found = list_items(evidence_item(item, case, review) for item in score.evidence)
        shown.append(f'<ul class="tc tc-small tc-list">{found}</ul>')
    else:
        shown.append(quiet(_("There is nothing to show.")))
    judged_by = _("Scored by {scorer}, version {version}").format(
        scorer=labels.scorer(score.scorer), version=labels.version(version_of(score))
    )
    return "".join([*shown, quiet(judged_by)])


def evidence_item(item: Evidence, case: Case, review: Review) -> str:
    """A piece of evidence, in an item of a list."""
    number = next((reply.number for reply in review.replies if reply.turn == item.turn), None)
    where = _("reply {number}").format(number=number) if number else ""
    tone, sign = ("tc-yes", "+") if item.good else ("tc-no", "−")
    quote = f"<br>{quoted(item.quote)}" if item.quote else ""
    return (
        f'<span class="{tone}" aria-hidden="true">{sign}</span> {esc(word(item.note, case, language()))} '
        f'<span class="tc-quiet">{esc(where)}</span>{quote}'
    )


def story(found: Debrief) -> str:
    """What happened, in a paragraph."""
    return f'<div class="tc tc-panel" data-testid="story"><p>{esc(" ".join(found.story))}</p></div>'


def costliest(practice: Practice, reply: ReplyReview) -> str:
    """The reply that cost most, what it answered, and the better line from there."""
    turns = practice.attempt.transcript[: reply.turn]
    asked = next((turn.text for turn in reversed(turns) if turn.role == "customer"), "")
    title = _("Reply {number}").format(number=reply.number)
    cost = _("{cost} points lost against the best reply").format(cost=round(reply.cost))
    customer, yours, better = _("The customer had written"), _("You wrote"), _("The better line from there")
    return (
        f'<div class="tc tc-panel tc-costliest" data-testid="costliest"><p><b>{esc(title)}</b> &nbsp;'
        f'{mark_sign(reply.mark, labels.mark(reply.mark))} <span class="tc-quiet tc-small">{esc(cost)}</span></p>'
        f"{subsection(customer)}{bubble(asked, 'customer')}{subsection(yours)}{bubble(reply.text, 'agent')}"
        f"{subsection(better)}{bubble(reply.better or '', 'agent')}{quiet(led_to(reply))}</div>"
    )


def led_to(reply: ReplyReview) -> str:
    """The mood that the better reply would have led to."""
    mood = reply.better_mood
    return _("It would have led to anger {anger}, confusion {confusion}, trust {trust}.").format(
        anger=round(mood.anger), confusion=round(mood.confusion), trust=round(mood.trust)
    )


def reply_times(found: Debrief) -> str:
    """First, median and worst reply time, a bar for each reply, and where the band comes from."""
    if found.times is None:
        return quiet(_("No reply was written."))
    summary = found.times
    replies = [reply for reply in found.review.replies if reply.timed]
    inside = _("{inside} of {replies} ({percent} %)").format(
        inside=summary.inside, replies=summary.replies, percent=round(100 * summary.share)
    )
    figures = [
        (_("First reply"), labels.duration(summary.first)),
        (_("Median"), labels.duration(summary.median)),
        (_("Slowest"), labels.duration(summary.worst)),
        (_("Inside the good target"), inside),
    ]
    whole = max(max(reply.waited, reply.good * 1.15) for reply in replies)
    named = {"strong": _("strong"), "good": _("good"), "late": _("late")}
    rows = []
    for reply in replies:
        marks = "".join(f'<i style="left:{100 * at / whole:.1f}%"></i>' for at in (reply.strong, reply.good))
        rows.append(
            f"<span>{reply.number}</span>"
            f'<span class="tc-bar" data-band="{reply.band}" aria-hidden="true">'
            f'<span style="width:{100 * reply.waited / whole:.1f}%"></span>{marks}</span>'
            f"<span>{labels.duration(reply.waited)} {esc(named[reply.band])}</span>"
        )
    note = _("The lines mark the strong and the good target.")
    if len(replies) < len(found.review.replies):
        note += " " + _("A reply that only keeps the customer waiting has no bar: the wait goes on to the next one.")
    shown = "".join(f"<div><dt>{esc(name)}</dt><dd>{esc(value)}</dd></div>" for name, value in figures)
    return (
        f'<div class="tc tc-panel" data-testid="times"><dl class="tc-figures">{shown}</dl>'
        f'<div class="tc-times">{"".join(rows)}</div>'
        f'<p class="tc-quiet tc-small" style="margin:.7rem 0 .3rem">{esc(note)}</p>'
        f'<p class="tc-quiet tc-small">{esc(summary.source)}</p></div>'
    )


def language_notes(found: Debrief) -> str:
    """How the replies were written."""
    if not found.review.replies:
        return quiet(_("No reply was written."))
    if not found.language:
        return quiet(_("Nothing stands out: the right language, one form of address, no repetition."))
    items = "".join(
        f"<li><b>{esc(note.sentence)}</b> <span class='tc-quiet'>{esc(in_replies(note.replies))}</span>"
        f"<br>{quoted(note.quote)}</li>"
        for note in found.language
    )
    return f'<ul class="tc tc-small tc-list tc-panel" data-testid="language">{items}</ul>'


def in_replies(numbers: tuple[int, ...]) -> str:
    """Which replies something is found in."""
    listed = ", ".join(map(str, numbers))
    return ngettext("reply {list}", "replies {list}", len(numbers)).format(list=listed)


def advice(item: Advice) -> str:
    """Something to practise next."""
    where = _("A scenario that fits: {title}").format(title=item.scenario_title) if item.scenario else ""
    return (
        f'<div class="tc" data-testid="advice"><p><b>{esc(item.title)}</b><br>{esc(item.text)}</p>'
        f"{quiet(where) if where else ''}</div>"
    )


def help_used(practice: Practice, found: Debrief) -> str:
    """The mode, and how often help was used."""
    exam, used = practice.attempt.mode == "exam", sum(found.help.values())
    mode = _("Exam: no help was on offer.") if exam else _("Practice mode.")
    said = [mode]
    if practice.low_pressure:
        said.append(_("Low pressure: no clock and no numbers during the conversation."))
    if not exam and not used:
        said.append(_("No help was used."))
    tags = [(f"{_help_name(kind)}: {count}", "strong") for kind, count in found.help.items() if count]
    return f'<div class="tc" data-testid="help"><p>{esc(" ".join(said))}</p>{chips(tags) if tags else ""}</div>'


def _help_name(kind: StepKind) -> str:
    return {
        "hint": _("Hints read"),
        "better_reply": _("Better replies shown"),
        "take_back": _("Replies taken back"),
        "pause": _("Pauses"),
    }[kind]


def transcript(practice: Practice) -> str:
    """The whole conversation, with who gave the customer its words where a model was asked."""
    attempt = practice.attempt
    names = {"customer": attempt.case.scenario.record.customer.name, "agent": _("You")}
    worded = voices(practice)
    said = "".join(
        f'<div class="tc-says"><small>{esc(names[turn.role])} · {labels.duration(turn.at)}</small>'
        f"{bubble(turn.text, turn.role)}{quiet(worded[place]) if place in worded else ''}</div>"
        for place, turn in enumerate(attempt.transcript)
    )
    return f'<div class="tc" data-testid="transcript">{said}</div>'
