"""What all sessions of a process share: the open history, the library, the knowledge store."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit import runtime

from simulator import coach, ticket
from simulator.conversation import Language
from simulator.customers import Customer, choose_customer
from simulator.history import Store, open_store
from simulator.judging import Judging, open_judging
from simulator.knowledge import KnowledgeStore
from simulator.scenarios.library import Library, load_library
from simulator.settings import Settings
from simulator.ui.answering import Answering

_LOG = logging.getLogger(__name__)

_PAGE_IS_DRAWN = 2.0
"""Seconds after which the first page is surely drawn."""


@st.cache_resource(show_spinner=False)
def store(history: str | Path) -> Store:
    """The history, opened once a process.

    Raises:
        StoreUnavailable: it cannot be opened; the next call tries again.
    """
    return open_store(history)


def library(root: Path) -> Library:
    """The library, loaded again when one of its files has changed."""
    return _library(root, _stamp(root))


@st.cache_resource(show_spinner=False, max_entries=2)
def _library(root: Path, stamp: int) -> Library:
    return load_library(root)


def _stamp(root: Path) -> int:
    """A number that changes with any file of the library."""
    files = [path for pattern in ("*.yaml", "*.yml", "*.md") for path in root.rglob(pattern)]
    return hash(tuple((str(path), path.stat().st_mtime_ns) for path in sorted(files)))


def knowledge(settings: Settings) -> KnowledgeStore | None:
    """The knowledge store, opened in the background by the first who asks; None until it is open, or if it cannot be.

    Nobody waits for it: words alone find a lot.
    """
    opening = _knowledge(settings.data, settings)
    return opening.result() if opening.done() else None


@st.cache_resource(show_spinner=False, max_entries=2)
def _knowledge(data: Path, _settings: Settings) -> Future[KnowledgeStore | None]:
    opening: Future[KnowledgeStore | None] = Future()
    threading.Thread(target=_open_knowledge, args=(_settings, opening), daemon=True).start()
    return opening


def _open_knowledge(settings: Settings, opening: Future[KnowledgeStore | None]) -> None:
    from simulator.knowledge.open import open_knowledge

    try:
        store = open_knowledge(settings, fallback=True)
        store.holdings()
        opening.set_result(store)
    except Exception as error:
        # Whatever is wrong with the index or its libraries, the desk can do without it.
        _LOG.warning("the knowledge store cannot be opened, searching by words only: %s", error)
        opening.set_result(None)


def answering(settings: Settings) -> Answering:
    """Where customers write who take their time, whichever session looks at them."""
    return _answering(settings.history, settings)


@st.cache_resource(show_spinner=False, max_entries=2)
def _answering(history: str | Path, _settings: Settings) -> Answering:
    def customer(is_wanted: Callable[[], bool]) -> Customer:
        return choose_customer(_settings.voice, is_wanted=is_wanted)

    judges = judging(_settings)
    return Answering(store(history), customer, is_there=_is_there, then=judges.wake if judges else lambda: None)


def _is_there(session_id: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session_id)


def judging(settings: Settings) -> Judging | None:
    """What judges replies in the background, begun by the first who asks; None where nobody but the rules judges."""
    return _judging(settings.history, settings)


@st.cache_resource(show_spinner=False)
def _judging(history: str | Path, _settings: Settings) -> Judging | None:
    return open_judging(store(history), _settings)


@st.cache_resource(show_spinner=False)
def warm(root: Path) -> None:
    """Loads in the background what the next page or reply would wait for: the endpoint's client, library, dictionaries,
    language finder.

    Called when the first page is there, so that the two do not share the processor.
    """
    timer = threading.Timer(_PAGE_IS_DRAWN, _load_heavy_parts, (root,))
    timer.daemon = True
    timer.start()


def _load_heavy_parts(root: Path) -> None:
    from simulator import ratings
    from simulator.endpoint import SettingError, open_endpoint, read_settings
    from simulator.observation import observe
    from simulator.observation.identify import identify

    with suppress(SettingError):  # the settings page says what is wrong
        endpoint = read_settings()
        if endpoint.is_set:
            open_endpoint(endpoint).warm()
    identify("good morning everybody")
    loaded = library(root)
    warmed: set[tuple[str, Language]] = set()
    for id, scenario in loaded.scenarios.items():
        for language in scenario.languages:
            if (scenario.product, language) not in warmed and loaded.personas_for(id, language):
                warmed.add((scenario.product, language))
                observe("1 2 3.", loaded.cast(id, language=language), language=language, customer_said=())
    for language in sorted({language for _, language in warmed}):
        ratings.politeness("good", language=language)
        ratings.tone_parts("good", language=language)
        ratings.conflict_parts("good", language=language)
    coach.frameworks()
    ticket.table()
    # What was loaded stays for good: no collection has to go through it again, which would hold everybody up.
    gc.collect()
    gc.freeze()
