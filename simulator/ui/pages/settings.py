"""Settings: where the model endpoint is, where each setting comes from, and a test of what works there."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable

import streamlit as st

from simulator.endpoint import EndpointSettings, SettingError, open_endpoint, origins, read_settings
from simulator.endpoint.probe import Check, State, label, probe, sentence, state_label
from simulator.endpoint.settings import VARIABLES
from simulator.knowledge.open import trial_embedding
from simulator.ui import session, troubles
from simulator.ui.markup import esc, heading, notice, quiet, section, subsection
from simulator.ui.session import _

_SECOND_CLICK = 0.7
"""Seconds after a test within which a click was meant for it."""
_SIGNS: dict[State, tuple[str, str]] = {
    "ok": ("tc-yes", "✓"),
    "failed": ("tc-no", "✗"),
    "not_tried": ("tc-quiet", "–"),
    "not_needed": ("tc-quiet", "–"),
}


def show() -> None:
    """The page."""
    lead = _("For trainers. Settings are environment variables, read when the program starts.")
    st.html(heading(_("Settings"), lead))
    try:
        settings = read_settings()
    except SettingError as error:
        st.html(notice(_("A setting cannot be used"), *str(error).splitlines(), name="setting-error"))
        return
    st.html(section(_("Model endpoint")))
    if settings.is_set:
        st.html(quiet(_("A language model can speak for the customers and judge replies.")))
    else:
        st.html(
            quiet(_("No endpoint is set: the customers are scripted, the rules judge. Nothing leaves this machine."))
        )
        how = _("Set OPENAI_API_KEY, or the address and the model of anything that speaks the OpenAI protocol.")
        st.html(quiet(how))
    if settings.names_server:
        _test(settings)
    with st.container(key="settings-table"):
        st.html(_table(settings))


@troubles.fragment("endpoint-test")
def _test(settings: EndpointSettings) -> None:
    st.html(subsection(_("Test the endpoint")))
    cost = _("Asks the model for three short answers: about 200 tokens, at most 1,400 if it thinks before it answers.")
    st.html(quiet(cost))
    asked = st.session_state.pop("endpoint-test-asked", False)
    label = _("Test the endpoint")
    st.button(label, type="primary", key="test-endpoint", disabled=asked, on_click=_ask_for_test)
    results = st.empty()
    if asked:
        found: list[Check] = []

        def show_so_far(check: Check) -> None:
            found.append(check)
            results.html(_checks(found))

        with st.spinner(_("Testing…")):
            embed = trial_embedding(session.settings())
            st.session_state["endpoint-checks"] = probe(open_endpoint(settings), embed, on_check=show_so_far)
        st.session_state["endpoint-tested-at"] = time.monotonic()
        st.rerun()
    if "endpoint-checks" in st.session_state:
        results.html(_checks(st.session_state["endpoint-checks"]))


@troubles.callback("endpoint-test")
def _ask_for_test() -> None:
    # A second click, made while a test ran, comes when it is over: nobody meant to pay twice.
    if time.monotonic() - st.session_state.get("endpoint-tested-at", -math.inf) > _SECOND_CLICK:
        st.session_state["endpoint-test-asked"] = True
        st.session_state.pop("endpoint-checks", None)


def _checks(checks: Iterable[Check]) -> str:
    return f'<ul class="tc tc-panel tc-list" data-testid="endpoint-checks">{"".join(map(_check, checks))}</ul>'


def _check(check: Check) -> str:
    language = session.language()
    tone, sign = _SIGNS[check.state]
    name, state = esc(label(check.name, language)), esc(state_label(check.state, language))
    return (
        f'<li data-check="{check.name}" data-state="{check.state}">'
        f'<span class="{tone}" aria-hidden="true">{sign}</span>'
        f'<b>{name}</b>: <span class="{tone}">{state}</span>. {esc(sentence(check, language))}</li>'
    )


def _table(settings: EndpointSettings) -> str:
    """Each setting with its value and where it comes from; of the key only whether it is set."""
    found = origins()
    heads = "".join(f'<th scope="col">{esc(each)}</th>' for each in (_("Setting"), _("Value"), _("Comes from")))
    rows = "".join(
        f'<tr data-setting="{name}"><th scope="row">{esc(title)}</th><td>{esc(_value(settings, name))}</td>'
        f"<td>{_origin(found.get(name), VARIABLES[name][0])}</td></tr>"
        for name, title in _titles().items()
    )
    return f'<table class="tc tc-small tc-settings"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _origin(variable: str | None, first: str) -> str:
    """The variable that a setting comes from; for a default, the one that would change it."""
    if variable is not None:
        return f"<code>{esc(variable)}</code>"
    lead = _("default; set it by")
    return f"{esc(lead)} <code>{esc(first)}</code>"


def _value(settings: EndpointSettings, name: str) -> str:
    if name == "key":
        return _("set") if settings.key.get_secret_value() else _("not set")
    if name == "url":
        return settings.shown_url
    if name == "judge_model":
        return settings.judge
    value = getattr(settings, name)
    if value is None or value == "":
        return _("not set")
    unit = _("s")
    return f"{value:g} {unit}" if name.endswith("_seconds") else str(value)


def _titles() -> dict[str, str]:
    return {
        "url": _("Address"),
        "key": _("Key"),
        "api_version": _("Azure's api-version"),
        "model": _("Model of the customer"),
        "judge_model": _("Model of the judge"),
        "structured": _("Structured output"),
        "reasoning": _("Thinking before an answer"),
        "breakpoints": _("Cache breakpoints"),
        "connect_seconds": _("Longest wait for a connection"),
        "first_token_seconds": _("Longest wait for the first word"),
        "stall_seconds": _("Longest silence within an answer"),
        "total_seconds": _("Longest call, all tries included"),
        "attempts": _("Tries"),
        "retry_seconds": _("Longest pauses between tries, all together"),
        "prompt_price": _("Price of a million prompt tokens"),
        "cached_price": _("Price of a million cached prompt tokens"),
        "completion_price": _("Price of a million tokens of answers"),
    }
