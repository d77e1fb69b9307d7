"""The result of a shift: its chats side by side, and what it cost that they ran at once."""

from __future__ import annotations

import streamlit as st

from simulator.juggling import ChatResult, ShiftScorecard
from simulator.practice import Practice
from simulator.scoring import DIMENSIONS, Dimension
from simulator.shift import Chat, Shift
from simulator.ui import labels, routes, troubles
from simulator.ui.history_views import table
from simulator.ui.labels import in_interface
from simulator.ui.markup import chips, esc, section
from simulator.ui.session import _, ngettext


def show(shift: Shift) -> None:
    """Shows the result of a shift that has ended."""
    card = shift.scorecard()
    _header(shift)
    _verdict(card)
    st.html(section(_("The chats")))
    _chats(shift, card)
    if any(_counts(chat) for chat in card.chats):
        st.html(section(_("What it cost that they ran at once")))
        _juggling(shift, card)


def _header(shift: Shift) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="result-header"):
        count = len(shift.chats)
        title = ngettext("Shift of {count} chat", "Shift of {count} chats", count).format(count=count)
        tags = [(labels.moment(shift.started_at), "")]
        if shift.mode == "exam":
            tags.insert(0, (_("Exam"), "strong"))
        st.html(f'<div class="tc"><h1 class="tc-title">{esc(title)}</h1>{chips(tags)}</div>')
        st.button(
            _("Another shift"),
            type="primary",
            key="another-shift",
            on_click=routes.head_for,
            args=("practise",),
            kwargs={"several": "1"},
        )


def _verdict(card: ShiftScorecard) -> None:
    passed = sum(chat.passed is True for chat in card.chats)
    stopped = sum(chat.outcome == "stopped" for chat in card.chats)
    judged = len(card.chats) - stopped
    sentences = []
    if judged:
        sentences.append(_("Passed: {passed} of {count}.").format(passed=passed, count=judged))
    if stopped:
        told = ngettext(
            "{count} chat was stopped and does not count.", "{count} chats were stopped and do not count.", stopped
        )
        sentences.append(told.format(count=stopped))
    if card.overall.mean is not None and card.overall.worst is not None:
        told = _("Overall {mean} on average, {worst} in the weakest chat.")
        mean, worst = labels.points(card.overall.mean), labels.points(card.overall.worst)
        sentences.append(told.format(mean=mean, worst=worst))
    if card.longest_wait is not None:
        sentences.append(_("The longest wait was {time}.").format(time=labels.duration(card.longest_wait)))
    state = "open" if not judged else "yes" if passed == judged else "no"
    st.html(
        f'<div class="tc tc-panel tc-verdict" data-passed="{state}" data-testid="shift-verdict">'
        f"<p>{esc(' '.join(sentences))}</p></div>"
    )


def _chats(shift: Shift, card: ShiftScorecard) -> None:
    names = {name: labels.dimension(name) for name in DIMENSIONS if name in card.scores}
    heads = ["", _("How it ended"), _("Overall"), *names.values(), _("First reply"), _("Longest wait")]
    rows = [
        (
            _name(chat),
            [
                labels.outcome(result.outcome),
                *(_points(value) for value in _values(result, list(names))),
                _time(result.first_reply),
                _time(result.longest_wait),
            ],
        )
        for chat, result in zip(shift.chats, card.chats, strict=True)
    ]
    if sum(_counts(chat) for chat in card.chats) > 1:
        means = [_points(card.scores[name].mean) for name in names]
        rows.append((_("On average"), ["", _points(card.overall.mean), *means, "", ""]))
        worst = [_points(card.scores[name].worst) for name in names]
        rows.append((_("Weakest"), ["", _points(card.overall.worst), *worst, "", _time(card.longest_wait)]))
    st.html(table(_("The chats of the shift"), heads, rows, titled=True))
    with st.container(horizontal=True, key="shift-debriefs"):
        for chat in shift.chats:
            _links(shift, chat)
    troubles.show("shift-debriefs")


def _counts(result: ChatResult) -> bool:
    return result.outcome != "stopped"


def _values(result: ChatResult, names: list[Dimension]) -> list[float | None]:
    """Overall and dimensions; none where the trainee has stopped."""
    values = [result.overall, *(result.scores.get(name) for name in names)]
    return values if _counts(result) else [None for _value in values]


def _links(shift: Shift, chat: Chat) -> None:
    attempt = chat.practice.attempt
    name = attempt.case.scenario.record.customer.name
    if attempt.case.scenario.desk is not None and not attempt.desk_closed and attempt.outcome != "stopped":
        label = _("Finish the ticket: {name}").format(name=name)
        st.button(
            label,
            key=f"ticket-{chat.place}",
            icon=":material/assignment:",
            on_click=routes.head_for,
            args=("shift",),
            kwargs={"shift": shift.id, "chat": str(chat.place + 1)},
        )
    label = _("Debrief: {attempt}").format(attempt=name)
    key, seen = f"debrief-{chat.place}", any(step.kind == "debrief" for step in attempt.steps)
    if attempt.case.scenario.desk is None or attempt.desk_closed or attempt.outcome == "stopped" or seen:
        st.button(label, key=key, on_click=_see_debrief, args=(chat.practice,))
        return
    with st.popover(label, width="content", key=f"{key}-popover"):
        told = _("The ticket is still open. It is scored too, and once you have seen the debrief it stays as it is.")
        st.html(f'<p class="tc tc-small">{esc(told)}</p>')
        label = _("See the debrief all the same")
        st.button(label, key=key, on_click=_see_debrief, args=(chat.practice,))


@troubles.callback("shift-debriefs")
def _see_debrief(practice: Practice) -> None:
    if not any(step.kind == "debrief" for step in practice.attempt.steps):
        practice.attempt.do("debrief", send_id="debrief")
    routes.head_for("debrief", attempt=practice.id)


def _juggling(shift: Shift, card: ShiftScorecard) -> None:
    switched = _("Replies: {replies}; changes to another chat: {switches}.").format(
        replies=card.replies, switches=card.switches
    )
    if card.cost.seconds == 0:
        cost = _("Nobody waited too long because of the other chats.")
        st.html(f'<div class="tc tc-panel" data-testid="juggling"><p>{esc(f"{cost} {switched}")}</p></div>')
        return
    pairs = zip(shift.chats, card.chats, strict=True)
    items = "".join(_item(chat, result) for chat, result in pairs if _counts(result) and result.cost.seconds > 0)
    method = _(
        "Counted are waits beyond the good target. Of each, the part counts in which you were answering another chat: "
        "from its message, or from your reply before it, to your reply there. The points of anger are what the "
        "persona's impatience adds for that part."
    )
    st.html(
        f'<div class="tc tc-panel" data-testid="juggling"><p>{esc(switched)}</p>'
        f'<ul class="tc-list">{items}</ul><p class="tc-quiet tc-small">{esc(method)}</p></div>'
    )


def _item(chat: Chat, result: ChatResult) -> str:
    cost = result.cost
    lost = _("{late} late; {time} of the waiting went to the other chats.").format(
        late=cost.late, time=labels.duration(cost.seconds)
    )
    price = _("Without that, reply time would be {points} points better, and there would be {anger} points less anger.")
    priced = price.format(points=round(cost.points), anger=round(cost.anger))
    return f"<li><b>{esc(_name(chat))}</b><br>{esc(lost)} {esc(priced)}</li>"


def _name(chat: Chat) -> str:
    scenario = chat.practice.attempt.case.scenario
    return f"{scenario.record.customer.name}, {in_interface(scenario.title)}"


def _points(value: float | None) -> str:
    return "–" if value is None else labels.points(value)


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else labels.duration(seconds)
