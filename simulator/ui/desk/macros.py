"""Macros: texts of the product that go into the reply with the record's data filled in."""

from __future__ import annotations

import streamlit as st

from simulator.desk import fill_macro
from simulator.practice import Practice
from simulator.scenarios.desk_format import Macro
from simulator.ui import drawn, labels, services, session, troubles
from simulator.ui.labels import in_interface
from simulator.ui.markup import esc, quiet
from simulator.ui.session import _


def macros(practice: Practice) -> None:
    """Shows the macros of the case's product, in the language of the conversation."""
    attempt = practice.attempt
    known = services.library(session.settings().library).macros.get(attempt.case.scenario.product, {})
    if not known:
        st.html(quiet(_("There are no macros for {product}.").format(product=_product(practice))))
        return
    st.html(quiet(_("A macro is a start, not a reply: read it, fill the gaps, and say what fits this customer.")))
    wanted = st.text_input(
        _("Filter the macros"),
        type="search",
        live=True,
        icon=":material/filter_list:",
        placeholder=_("Words of the title or the text"),
        key=f"macros-{practice.id}",
    )
    words = (wanted or "").casefold().split()
    shown = 0
    for id, macro in known.items():
        text = fill_macro(macro, attempt.case, language=attempt.situation.language, agent=practice.trainee)
        if all(word in f"{in_interface(macro.title)} {text}".casefold() for word in words):
            _macro(practice, id, macro, text)
            shown += 1
    if not shown:
        st.html(quiet(_("No macro has all of these words.")))


def _macro(practice: Practice, id: str, macro: Macro, text: str) -> None:
    with st.container(border=True, gap="xsmall", key=f"macro-{id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="tc tc-macro-title">{esc(in_interface(macro.title))}</p>')
            st.button(
                _("Insert"),
                key=f"insert-{id}",
                disabled=practice.attempt.outcome is not None or practice.attempt.is_paused,
                on_click=_insert,
                args=(practice, id, text),
            )
        st.html(f'<p class="tc tc-small tc-quiet tc-pre" dir="auto">{esc(text)}</p>')


@troubles.callback("desk")
def _insert(practice: Practice, id: str, text: str) -> None:
    practice.attempt.do("macro", {"macro": id, "text": text})
    drawn.insert(practice, text)


def _product(practice: Practice) -> str:
    return labels.product(practice.attempt.case.scenario.product)
