"""The second opinion of a language model: beside the rules' scores, and how far the two agree."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from simulator import history
from simulator.agreement import Agreement, Estimate, agreements
from simulator.case import Case
from simulator.history import Store, StoredJudgement
from simulator.judge import Beside, side_by_side
from simulator.judging import RECENT
from simulator.practice import Practice
from simulator.scoring import Note, counts, far_apart, move_label, word
from simulator.second_opinion import opinion_of
from simulator.ui import history_views, labels, services, session, troubles
from simulator.ui.markup import chips, esc, quiet, quoted, section, subsection
from simulator.ui.origins import origins
from simulator.ui.session import _, language, ngettext

_LOOK_EVERY = 5.0
"""Seconds between two looks while replies are judged."""


def show(practice: Practice) -> None:
    """What the judge made of an attempt, and what it still has to say; nothing where there is neither.

    As long as it has something to say, the page looks again now and then.
    """
    waiting = _waiting(practice)
    troubles.fragment("judge", every=_LOOK_EVERY if waiting else None)(_draw)(practice, waiting)


def _draw(practice: Practice, waited: int) -> None:
    waiting = _waiting(practice)
    shown = whole(practice)
    if shown or waiting:
        st.html(section(_("Second opinion of a language model")) + shown)
    if waiting:
        told = ngettext(
            "{count} reply waits for the language model's opinion.",
            "{count} replies wait for the language model's opinion.",
            waiting,
        )
        told = f"{told.format(count=waiting)} {_outlook()}"
        st.html(f'<p class="tc tc-small" role="status" data-testid="judging">{esc(told)}</p>')
    if shown:
        with st.expander(_("What the language model said of each reply"), key="judgements"):
            st.html(each_reply(practice))
    if waited and not waiting:
        st.rerun()  # the scores may go by it, and nobody has to look again


def whole(practice: Practice) -> str:
    """What the judge made of the whole attempt, beside the rules, as HTML; empty where it judged nothing."""
    if not judgements(practice):
        return ""
    values, version = opinion_of(services.store(session.settings().history), practice.id)
    rules = {name: score.value for name, score in practice.attempt.rule_scores().items()}
    return _scores(side_by_side(rules, values), version)


def each_reply(practice: Practice) -> str:
    """What the judge said of each reply, as HTML."""
    return "".join(_judgement(practice, each) for each in judgements(practice))


def judgements(practice: Practice) -> list[StoredJudgement]:
    """The judgements of an attempt's replies, in their order; those of a branch's first replies are its parent's."""
    store = services.store(session.settings().history)
    found = [
        each
        for id, turns in origins(practice)
        for each in history.list_judgements(store, attempt_id=id)
        if each.turn_index in turns
    ]
    return sorted(found, key=lambda each: each.turn_index)


def _waiting(practice: Practice) -> int:
    """How many replies are still to be judged."""
    lately = datetime.now(UTC) - practice.started_at < RECENT
    if not lately or services.judging(session.settings()) is None:
        return 0
    judged = {each.turn_index for each in judgements(practice)}
    return sum(exchange.turn not in judged for exchange in practice.attempt.exchanges)


def _outlook() -> str:
    """What is to be expected for the replies that wait."""
    judging = services.judging(session.settings())
    match judging and judging.trouble:
        case None:
            return _("It appears here by itself.")
        case "unauthorised":
            return _("The endpoint refuses the key: tell whoever runs this program.")
        case "not_found":
            return _("The endpoint's address or the model's name is wrong: tell whoever runs this program.")
        case "rate_limited":
            return _("The endpoint takes no more requests for now. It is asked again later by itself.")
        case _:
            return _("The endpoint does not answer for now. It is asked again later by itself.")


def agreement(store: Store, *, trainee: str) -> None:
    """How far rules and judge agree on a trainee's replies; nothing where they have none in common."""
    found = agreements(history.score_pairs(store, trainee=trainee), far=far_apart)
    if not found:
        return
    heads = ["", _("Replies"), _("Rank correlation"), _("Weighted kappa"), _("Far apart")]
    rows = [(_name(each, found), _cells(each)) for each in found]
    st.html(subsection(_("Rules and language model")))
    told = _("1 is full agreement, 0 is chance; in brackets the 95 % interval.")
    told += " " + _("Replies of stopped attempts are among them.")
    st.html(quiet(told) + history_views.table(_("How far the two agree on your replies"), heads, rows, titled=True))


def _name(each: Agreement, all: list[Agreement]) -> str:
    name = labels.dimension(each.dimension)  # type: ignore[arg-type]
    several = len({other.version for other in all}) > 1
    return f"{name} ({each.version})" if several else name


def _cells(each: Agreement) -> list[str]:
    return [str(each.replies), _estimate(each.spearman), _estimate(each.kappa), str(each.far_apart)]


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return _("too few to tell")
    return f"{estimate.value:.2f} [{estimate.low:.2f}; {estimate.high:.2f}]"


def _scores(beside: tuple[Beside, ...], version: str) -> str:
    heads = ["", _("Rules"), _("Language model"), ""]
    rows = [
        (
            labels.dimension(each.dimension),
            [_points(each.rules), _points(each.judge), _("far apart") if each.far_apart else ""],
        )
        for each in beside
    ]
    if counts() != "rules":
        heads.append(_("Counts"))
        for (_title, cells), each in zip(rows, beside, strict=True):
            cells.append("–" if each.counted is None else f"{_points(each.counted)} ({labels.scorer(each.scorer)})")
    told = {
        "rules": _("The rules count. The model's opinion changes no score."),
        "judge": _("The model's opinion counts where it has one."),
        "mean": _("The mean of the two counts where both have a verdict."),
    }[counts()]
    if counts() != "rules":
        told += " " + _("Where the two are far apart, the rules count, and a trainer should look: dispute the score.")
    shown = history_views.table(_("Rules and language model"), heads, rows, titled=True)
    judged_by = _("Judged by {version}").format(version=version) if version else ""
    if any(each.judge is None for each in beside):
        told += " " + _("Where it has none, it judged too few of the replies to speak for all.")
    return f'<div class="tc" data-testid="second-opinion">{quiet(told)}{shown}{quiet(judged_by)}</div>'


def _points(value: float | None) -> str:
    return "–" if value is None else labels.points(value)


def _judgement(practice: Practice, judgement: StoredJudgement) -> str:
    """What was said of one reply."""
    attempt = practice.attempt
    turns = attempt.transcript[: judgement.turn_index + 1]
    number = sum(turn.role == "agent" for turn in turns)
    title = subsection(_("Reply {number}").format(number=number))
    verdicts = judgement.body.get("verdicts", [])
    if not verdicts:
        why = next(iter(judgement.body.get("why", {}).values()), None) or "not_served"
        return title + quiet(word(Note("judge_none", {"why": str(why)}), attempt.case, language()))
    items = "".join(_verdict(each, attempt.case) for each in verdicts)
    moves = [(move_label(move, language()), "") for move in judgement.body.get("moves", {})]
    seen = quiet(_("Moves that it saw:")) + chips(moves) if moves else ""
    return f'{title}<ul class="tc tc-small tc-list">{items}</ul>{seen}'


def _verdict(verdict: dict[str, Any], case: Case) -> str:
    if verdict["band"] is None:
        note = Note("judge_void", {"criterion": verdict["criterion"], "why": verdict["void"] or "abstained"})
        return f'<li class="tc-quiet">{esc(word(note, case, language()))}</li>'
    note = Note("judge_verdict", {name: verdict[name] for name in ("criterion", "band", "reason")})
    quote = f"<br>{quoted(verdict['quote'])}" if verdict["quote"] else ""
    source = f' <span class="tc-quiet">{esc(_title(verdict["passage"], case))}</span>' if verdict["passage"] else ""
    return f"<li><bdi>{esc(word(note, case, language()))}</bdi>{quote}{source}</li>"


def _title(passage: str, case: Case) -> str:
    """The title of a page of the documentation, in the reader's language where there is one."""
    titles = {each.id: each.title for code in (case.language, language()) for each in case.passages_in(code)}
    return titles.get(passage, passage)
