"""Knowledge: the product's documentation as an agent's help centre has it, with a search."""

from __future__ import annotations

import streamlit as st

from simulator.conversation import Language
from simulator.documents import Passage
from simulator.practice import Practice
from simulator.ui import labels, session, troubles
from simulator.ui.documentation import search, snippet
from simulator.ui.markup import esc, passage_markdown, plain, quiet
from simulator.ui.session import _

_SHOWN = 6
"""How many passages a search shows."""


def knowledge(practice: Practice) -> None:
    """Shows search and pages. What is searched for and opened is recorded, and never judged."""
    case = practice.attempt.case
    st.html(quiet(_("Look things up as often as you like: it is kept, and never counts against you.")))
    chosen = _language(practice)
    words = st.text_input(
        _("Search the documentation of {product}").format(product=labels.product(case.scenario.product)),
        type="search",
        icon=":material/search:",
        max_chars=300,
        placeholder=_("What the customer asks about"),
        key=f"search-{practice.id}",
        on_change=_searched,
        args=(practice, chosen),
    )
    query = (words or "").strip()
    if query:
        found = _found(practice, query, chosen)
        if not found:
            st.html(quiet(_("No section answers to these words. Try other ones, or browse the pages.")))
        for passage in found:
            _result(practice, passage, query)
    else:
        passages = case.passages_in(chosen)
        pages = {each.page: each.title.partition(" · ")[0] for each in passages}
        page = st.selectbox(
            _("Browse the pages"),
            list(pages),
            index=None,
            format_func=pages.__getitem__,
            placeholder=_("Choose a page"),
            key=f"page-{practice.id}-{chosen}",
        )
        for passage in passages:
            if passage.page == page:
                _result(practice, passage, "")


def passage_text(passage: Passage) -> None:
    """Shows a passage of the documentation."""
    st.html(f'<p class="tc tc-h3">{esc(passage.title)}</p>')
    st.markdown(passage_markdown(passage.text))


def _language(practice: Practice) -> Language:
    """The language to read in: the interface's where the documentation has it, or the conversation's."""
    case = practice.attempt.case
    options = list(dict.fromkeys(code for code in (session.language(), case.language) if code in case.passages))
    if len(options) < 2:
        return (options or list(case.passages))[0]
    chosen: Language = st.segmented_control(
        _("Language of the documentation"),
        options,
        default=options[0],
        required=True,
        format_func=labels.spoken,
        key=f"knowledge-language-{practice.id}-{session.language()}",
        label_visibility="collapsed",
    )
    return chosen


@troubles.callback("desk")
def _searched(practice: Practice, language: Language) -> None:
    query = (st.session_state.get(f"search-{practice.id}") or "").strip()
    if query:
        found = " ".join(each.id for each in _found(practice, query, language))
        practice.attempt.do("search", {"query": query, "language": language, "found": found})


def _found(practice: Practice, query: str, language: Language) -> tuple[Passage, ...]:
    """What a query finds, kept until another one is asked: a run of the page is no new search."""
    key, asked = f"found-{practice.id}", (query, language)
    kept: tuple[object, tuple[Passage, ...]] | None = st.session_state.get(key)
    if kept is None or kept[0] != asked:
        kept = (asked, search(session.settings(), practice.attempt.case, query, language=language, most=_SHOWN))
        st.session_state[key] = kept
    return kept[1]


def _result(practice: Practice, passage: Passage, query: str) -> None:
    key = f"passage-{practice.id}-{passage.language}-{passage.id}"
    with st.expander(plain(passage.title), key=key, on_change=_opened, args=(practice, passage.id, key)) as box:
        if box.open:
            st.markdown(passage_markdown(passage.text))
    if query and not box.open:
        st.html(f'<p class="tc tc-small tc-quiet tc-snippet" dir="auto">{snippet(passage, query)}</p>')


@troubles.callback("desk")
def _opened(practice: Practice, id: str, key: str) -> None:
    if st.session_state[key]:
        practice.attempt.do("passage", {"passage": id})
