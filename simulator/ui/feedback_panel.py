"""What the trainee thinks of an attempt: a rating, and points to dispute with their receipts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from simulator import history
from simulator.debrief import disputable, passage_of, receipt
from simulator.history import Dispute, Store
from simulator.practice import Practice
from simulator.scoring import Dimension
from simulator.ui import labels, services, session, troubles
from simulator.ui.debrief_sections import human_verdict
from simulator.ui.markup import each_once, esc, quiet, quoted
from simulator.ui.session import _

_LONGEST = 2_000
"""Characters of a comment or a reason."""


@troubles.fragment("rating")
def rating(practice: Practice) -> None:
    """Rates the attempt: one to five stars and a comment."""
    store = _store()
    kept = history.load_rating(store, attempt_id=practice.id)
    stars_key, comment_key = f"stars-{practice.id}", f"comment-{practice.id}"
    if kept is not None:
        st.session_state.setdefault(stars_key, kept.stars - 1)
        st.session_state.setdefault(comment_key, kept.comment)
    st.html(quiet(_("How useful was this practice? A trainer reads it with “tough-customer feedback”.")))
    stars = st.feedback("stars", key=stars_key)
    st.text_area(_("Comment"), key=comment_key, max_chars=_LONGEST, height=80)
    label, disabled, args = _("Save the rating"), stars is None, (practice, stars_key, comment_key)
    st.button(label, key="save-rating", disabled=disabled, on_click=_rate, args=args)
    if st.session_state.pop("rated", False):
        st.success(_("Your rating is saved."))


@troubles.callback("rating")
def _rate(practice: Practice, stars_key: str, comment_key: str) -> None:
    history.rate_attempt(
        _store(),
        attempt_id=practice.id,
        stars=st.session_state[stars_key] + 1,
        comment=(st.session_state[comment_key] or "").strip(),
        rated_at=datetime.now(UTC),
    )
    st.session_state["rated"] = True


@troubles.fragment("disputes")
def disputes(practice: Practice) -> None:
    """Disputes a point: what was judged, its receipt, and a reason."""
    attempt = practice.attempt
    lead = _("A score can be wrong. Choose it, read what it goes by, and say why.")
    told = _("A trainer reads it with “tough-customer feedback”; your score stays as it is.")
    st.html(quiet(" ".join([lead, told, _("What is decided then stands here, beside the score.")])))
    turns: dict[int, int | None] = {0: None}
    turns |= {number: exchange.turn for number, exchange in enumerate(attempt.exchanges, start=1)}
    number = st.selectbox(_("What was judged"), list(turns), format_func=_about, key="dispute-about")
    names = disputable(attempt, turns[number])
    if not names:
        st.html(quiet(_("There is no score here to dispute.")))
    else:
        name = st.selectbox(_("Score"), names, format_func=labels.dimension, key="dispute-score")
        found = receipt(attempt, name, turns[number], reader=session.language())
        st.html(_receipt(practice, found))
        st.text_area(_("Why it is wrong"), key="dispute-reason", max_chars=_LONGEST, height=100)
        args = (practice, turns[number], name, found)
        st.button(_("Dispute this score"), key="dispute", on_click=_dispute, args=args)
        match st.session_state.pop("disputed", None):
            case True:
                st.success(_("Kept, with its receipt, for a trainer to decide."))
            case False:
                st.info(_("Write why it is wrong first."))
    if kept := disputed(practice):
        places = {turn: number for number, turn in turns.items()}
        items = "".join(_disputed(each, places.get(each.turn_index, 0)) for each in kept)
        st.html(f'<ul class="tc tc-small tc-list" data-testid="disputes">{items}</ul>')


def disputed(practice: Practice) -> list[Dispute]:
    """What is disputed of an attempt."""
    return history.list_disputes(_store(), attempt_id=practice.id)


def _store() -> Store:
    return services.store(session.settings().history)


def _about(number: int) -> str:
    return _("Reply {number}").format(number=number) if number else _("The whole conversation")


@troubles.callback("disputes")
def _dispute(practice: Practice, turn: int | None, name: Dimension, found: dict[str, Any]) -> None:
    """Keeps what is disputed, as it was shown beside the button; whether it did is said below it."""
    reason = (st.session_state["dispute-reason"] or "").strip()
    if not reason:
        st.session_state["disputed"] = False
        return
    history.add_dispute(
        _store(),
        attempt_id=practice.id,
        turn_index=turn,
        dimension=name,
        receipt=found,
        reason=reason,
        disputed_at=datetime.now(UTC),
    )
    st.session_state["disputed"] = True


def _receipt(practice: Practice, found: dict[str, Any]) -> str:
    scored = _("{value} points, by {scorer}, version {version}").format(
        value=labels.points(found["value"]),
        scorer=labels.scorer(found["scorer"]),
        version=labels.version(found["version"]),
    )
    lines = [f"<p><b>{esc(scored)}</b><br>{esc(found['explanation'])}</p>"]
    lines += [f"<p>{line}</p>" for line in each_once(_line(practice, item) for item in found["evidence"])]
    name = _("What the score goes by")
    return (
        f'<div class="tc tc-receipt" data-testid="receipt" tabindex="0" role="region" aria-label="{esc(name)}">'
        f"{''.join(lines)}</div>"
    )


def _line(practice: Practice, item: dict[str, Any]) -> str:
    tone, sign = ("tc-yes", "+") if item["good"] else ("tc-no", "−")
    quote = f"<br>{quoted(item['quote'])}" if item["quote"] else ""
    passage = passage_of(practice.attempt, item["passage"], reader=session.language()) if item["passage"] else None
    source = f'<br><span class="tc-quiet">{esc(passage.title)}</span>' if passage is not None else ""
    return f'<span class="{tone}" aria-hidden="true">{sign}</span> {esc(item["note"])}{quote}{source}'


def _disputed(dispute: Dispute, number: int) -> str:
    name: Dimension = dispute.dimension  # type: ignore[assignment]
    state = _("waits for a trainer") if dispute.decided_at is None else _("decided")
    decision = "" if dispute.decided_at is None else f"<br>{esc(human_verdict(dispute))}"
    return (
        f"<li><b>{esc(_about(number))} · {esc(labels.dimension(name))}</b> "
        f'<span class="tc-quiet">{esc(state)}</span><br>{quoted(dispute.reason)}{decision}</li>'
    )
