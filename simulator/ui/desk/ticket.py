"""Ticket: how the case is filed, what is done about it, and closing it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from simulator import ticket as offers
from simulator.desk import Done, validate_form
from simulator.practice import Practice
from simulator.scenarios.desk_format import ActionName
from simulator.ui import labels, troubles
from simulator.ui.labels import in_interface
from simulator.ui.markup import esc, quiet, subsection
from simulator.ui.session import _

_FIELDS = ("category", "priority")
_OWN_BUTTON: frozenset[ActionName] = frozenset({"close"})
_LONGEST_NOTE = 2_000


def ticket(practice: Practice) -> None:
    """Shows the ticket of an attempt; read-only once it is closed or the debrief was opened."""
    attempt = practice.attempt
    closed = attempt.desk_closed
    if closed:
        st.html(_notice(in_interface(offers.table().problems["closed"])))
    elif attempt.outcome == "stopped":
        st.html(_notice(_("You stopped the conversation: nobody judges the ticket, you may leave it as it is.")))
    elif attempt.outcome is not None:
        st.html(_notice(_("The conversation is over. Finish the ticket, then see the debrief.")))
    with st.container(horizontal=True, key="ticket-form"):
        for name in _FIELDS:
            _choice(practice, name, disabled=closed)
    if not closed:
        _action(practice)
    _done(practice)
    _note(practice, disabled=closed)
    with st.container(horizontal=True, vertical_alignment="bottom", key="ticket-end"):
        _choice(practice, "disposition", disabled=closed)
        if not closed:
            _close(practice)
    troubles.show("ticket")


def _choice(practice: Practice, name: str, *, disabled: bool) -> None:
    table, key = offers.table(), f"ticket-{name}-{practice.id}"
    options = list(table.form[name])
    filed = getattr(practice.attempt.desk, name)
    if st.session_state.get(key) != filed:
        st.session_state[key] = filed
    st.selectbox(
        in_interface(table.form_labels[name]),
        options,
        index=None,
        format_func=lambda value: in_interface(table.form[name][value]),
        placeholder=_("Not chosen yet"),
        key=key,
        disabled=disabled,
        on_change=_file,
        args=(practice, name, key),
    )


def _note(practice: Practice, *, disabled: bool) -> None:
    key = f"ticket-note-{practice.id}"
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get(f"unsaved-{key}", practice.attempt.desk.note)
    st.text_area(
        in_interface(offers.table().form_labels["note"]),
        height=96,
        max_chars=_LONGEST_NOTE,
        placeholder=_("What happened, what was done, what comes next: for the colleague after you"),
        key=key,
        disabled=disabled,
        on_change=_file,
        args=(practice, "note", key),
    )
    if f"unsaved-{key}" in st.session_state:
        with st.container(horizontal=True, vertical_alignment="center", key="note-unsaved"):
            st.html(_notice(_("This note is not saved.")))
            label = _("Save the note")
            st.button(label, key="save-note", disabled=disabled, on_click=_file, args=(practice, "note", key))


@troubles.callback("ticket")
def _file(practice: Practice, name: str, key: str) -> None:
    """Files what a field holds. What is not stored is kept: a note that was written must not get lost."""
    unsaved, body = f"unsaved-{key}", {name: st.session_state[key] or ""}
    st.session_state[unsaved] = body[name]
    validate_form(practice.attempt.desk, body)
    practice.attempt.do("form", body)
    del st.session_state[unsaved]


def _action(practice: Practice) -> None:
    table, key = offers.table(), f"action-{practice.id}"
    with st.container(border=True, gap="small", key="ticket-action"):
        chosen: ActionName | None = st.selectbox(
            _("Action"),
            [name for name in table.actions if name not in _OWN_BUTTON],
            index=None,
            format_func=lambda name: in_interface(table.actions[name].label),
            placeholder=_("Choose what to do"),
            key=key,
        )
        if chosen is not None:
            action = table.actions[chosen]
            st.html(quiet(in_interface(action.about)))
            keys = {name: f"{key}-{chosen}-{name}" for name in action.fields}
            if keys:
                with st.container(horizontal=True):
                    for name, field in action.fields.items():
                        _field(practice, field, keys[name])
            st.button(
                _("Carry out"), type="primary", key=f"{key}-do", on_click=_carry_out, args=(practice, chosen, keys)
            )
        troubles.show("ticket-action")


def _field(practice: Practice, field: offers.Field, key: str) -> None:
    label = in_interface(field.label)
    record = practice.attempt.case.scenario.record
    if field.kind in ("order", "item"):
        names = {order.id: in_interface(order.item) for order in record.orders}
        names |= {device.serial: device.name for device in record.devices}
        st.selectbox(
            label,
            list(offers.ids_of(record, field.kind)),
            index=None,
            format_func=lambda id: f"{id} · {names[id]}",
            placeholder=_("Choose one"),
            key=key,
        )
    elif field.kind == "choice":
        st.selectbox(
            label,
            list(field.choices),
            index=None,
            format_func=lambda value: in_interface(field.choices[value]),
            placeholder=_("Choose one"),
            key=key,
        )
    else:
        st.text_input(label, max_chars=_LONGEST_NOTE, key=key)


@troubles.callback("ticket-action")
def _carry_out(practice: Practice, action: ActionName, keys: Mapping[str, str]) -> None:
    """Carries an action out; a second click finds nothing chosen any more."""
    if st.session_state.get(f"action-{practice.id}") != action:
        return
    fields = {name: (st.session_state.get(key) or "").strip() for name, key in keys.items()}
    practice.attempt.do("action", {"action": action, **fields})
    st.session_state[f"action-{practice.id}"] = None


def _close(practice: Practice) -> None:
    action = offers.table().actions["close"]
    label = in_interface(action.label)
    running, unfiled = practice.attempt.outcome is None, practice.attempt.desk.disposition is None
    if not running and not unfiled:
        st.button(label, type="primary", key="close-ticket", on_click=_do_close, args=(practice,))
        return
    with st.popover(label, width="content", key="close-popover"):
        warnings = []
        if running:
            warnings.append(_("The conversation is still going on: closing the ticket ends it."))
        if unfiled:
            warnings.append(_("The result is still open. Choose it first, or close the ticket without one."))
        st.html(f'<div class="tc tc-small">{"".join(f"<p>{esc(each)}</p>" for each in warnings)}</div>')
        sure = _("Close it and end the conversation") if running else _("Close it without a result")
        st.button(sure, key="close-ticket", on_click=_do_close, args=(practice,))


@troubles.callback("ticket")
def _do_close(practice: Practice) -> None:
    practice.attempt.do("action", {"action": "close"})


def _done(practice: Practice) -> None:
    done = practice.attempt.desk.done
    if done:
        items = "".join(_done_html(practice, each) for each in done)
        title = subsection(_("Done so far"))
        st.html(f'{title}<ul class="tc tc-small tc-list" data-testid="done">{items}</ul>')


def _done_html(practice: Practice, done: Done) -> str:
    action = offers.table().actions[done.action]
    values = [
        in_interface(action.fields[name].choices[value]) if action.fields[name].choices else value
        for name, value in done.fields.items()
    ]
    when = "" if practice.low_pressure else f'<span class="tc-quiet tc-when">{labels.duration(done.at)}</span> '
    shown = f": {esc(', '.join(values))}" if values else ""
    return f"<li>{when}{esc(_was_done(done.action))}{shown}</li>"


def _was_done(action: ActionName) -> str:
    """What an action is called once it was carried out."""
    return {
        "refund": _("Refunded"),
        "replace": _("Replacement sent"),
        "credit": _("Credit given"),
        "reset": _("Was reset"),
        "book_technician": _("Technician booked"),
        "escalate": _("Passed on to"),
        "verify_identity": _("Identity verified"),
        "note": _("Note kept"),
        "close": _("Ticket closed"),
    }[action]


def _notice(text: str) -> str:
    return f'<p class="tc tc-small tc-notice" role="status">{esc(text)}</p>'
