"""Settings: what is in use, what is set and where that comes from, and a test of what works at the endpoint."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator

import streamlit as st

from simulator.customers.language_model import PATIENCE
from simulator.endpoint import EndpointSettings, SettingError, open_endpoint, origins, read_settings
from simulator.endpoint.probe import MOST_TOKENS, USUAL_TOKENS, Check, State, label, probe, sentence, state_label
from simulator.endpoint.settings import VARIABLES
from simulator.knowledge.open import trial_embedding
from simulator.settings import Settings
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
    own = session.settings()
    for each in _in_use(settings, own):
        st.html(quiet(each))
    if settings.names_server:
        _test(settings)
    with st.container(key="settings-table"):
        st.html(_table(_endpoint_rows(settings)))
        st.html(section(_("Customers, judge and documentation")) + _table(_own_rows(own)))


def _in_use(endpoint: EndpointSettings, own: Settings) -> list[str]:
    """Who speaks and who judges, as all settings together have it."""
    if not endpoint.is_set:
        if endpoint.names_server:
            named = _(
                "A server is named, but no model: until {variable} is set, customers speak by script and rules judge."
            )
            return [named.format(variable=VARIABLES["model"][0])]
        return [
            _("No endpoint is set: customers speak by script, and rules judge."),
            _("Searches of the documentation go to the endpoint for embeddings.")
            if own.embedding_model
            else _("Nothing leaves this machine."),
            _("Set OPENAI_API_KEY, or the address and the model of anything that speaks the OpenAI protocol."),
        ]
    told = {
        ("auto", "auto"): _("A language model speaks for the customers and gives a second opinion on replies."),
        ("auto", "off"): _("A language model speaks for the customers; only rules judge ({judge})."),
        ("scripted", "auto"): _(
            "Customers speak by script ({voice}); a language model gives a second opinion on replies."
        ),
        ("scripted", "off"): _(
            "An endpoint is set, but not used: customers speak by script ({voice}), and only rules judge ({judge})."
        ),
    }[own.voice, own.judge]
    return [told.format(voice=_variable("voice"), judge=_variable("judge"))]


@troubles.fragment("endpoint-test")
def _test(settings: EndpointSettings) -> None:
    st.html(subsection(_("Test the endpoint")))
    cost = _(
        "Asks the model for four short answers, one of them about a long text: about {usual} tokens, "
        "at most {most} if it thinks before it answers."
    )
    st.html(quiet(cost.format(usual=_number(USUAL_TOKENS), most=_number(MOST_TOKENS))))
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
            st.session_state["endpoint-checks"] = probe(
                open_endpoint(settings), embed, patience=PATIENCE, on_check=show_so_far
            )
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


def _table(rows: Iterable[tuple[str, str, str, str]]) -> str:
    """Settings, each with its name, its title, its value, and where that comes from (HTML)."""
    heads = "".join(f'<th scope="col">{esc(each)}</th>' for each in (_("Setting"), _("Value"), _("Comes from")))
    body = "".join(
        f'<tr data-setting="{name}"><th scope="row">{esc(title)}</th><td>{esc(value)}</td><td>{origin}</td></tr>'
        for name, title, value, origin in rows
    )
    return f'<table class="tc tc-small tc-settings"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _endpoint_rows(settings: EndpointSettings) -> Iterator[tuple[str, str, str, str]]:
    found = origins()
    for name, title in _titles().items():
        yield name, title, _value(settings, name), _origin(found.get(name), VARIABLES[name][0])


def _own_rows(own: Settings) -> Iterator[tuple[str, str, str, str]]:
    for name, title in _own_titles().items():
        value = getattr(own, name)
        shown = _is_set(value) if name.endswith("_key") or not value else str(value)
        yield name, title, shown, _origin(_variable(name) if name in own.model_fields_set else None, _variable(name))


def _variable(name: str) -> str:
    return f"{Settings.model_config['env_prefix']}{name}".upper()


def _origin(variable: str | None, first: str) -> str:
    """The variable that a setting comes from; for a default, the one that would change it."""
    if variable is not None:
        return f"<code>{esc(variable)}</code>"
    lead = _("default; set it by")
    return f"{esc(lead)} <code>{esc(first)}</code>"


def _value(settings: EndpointSettings, name: str) -> str:
    """A setting for people; of the key only whether it is set."""
    if name == "key":
        return _is_set(settings.key.get_secret_value())
    if name == "judge_model":
        return settings.judge
    value = getattr(settings, name)
    if value is None or value == "":
        return _is_set(None)
    if isinstance(value, str):
        return value
    unit = _("s")
    return f"{_number(value)} {unit}" if name.endswith("_seconds") else _number(value)


def _is_set(value: object) -> str:
    return _("set") if value else _("not set")


def _number(value: float) -> str:
    from babel.numbers import format_decimal

    shown: str = format_decimal(value, locale=session.language())
    return shown


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
        "context": _("Tokens that the model reads at once"),
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


def _own_titles() -> dict[str, str]:
    return {
        "voice": _("Who speaks for the customers"),
        "judge": _("Second opinion of a language model"),
        "judge_language": _("Language of the judge's reasons"),
        "judge_at_once": _("Replies judged at a time"),
        "embedding_model": _("Model for embeddings"),
        "embedding_url": _("Address for embeddings"),
        "embedding_key": _("Key for embeddings"),
    }
