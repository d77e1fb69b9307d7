"""What works at an endpoint, tried for the people who set it up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from simulator import yaml12
from simulator.endpoint.client import Endpoint
from simulator.endpoint.errors import EndpointError
from simulator.endpoint.refusals import LASTING

CheckName = Literal["reachable", "key", "model", "chat", "streaming", "structured", "embeddings", "speed"]
State = Literal["ok", "failed", "not_tried", "not_needed"]
ReaderLanguage = Literal["en", "ru"]

_SLOW_FIRST, _SLOW_RATE = 3.0, 10.0
"""Seconds to the first word and tokens a second from which on a chat feels slow: people read about 5 words a second."""
_ROOM = 2_000
"""Tokens of an answer, with room for models that think first; the others take a few of them."""
_SHOWN_MODELS = 5
_NEED_ANSWERS: tuple[CheckName, ...] = ("streaming", "structured", "speed")
"""What cannot be tried where the model does not answer."""
_NEED_A_SERVER: tuple[CheckName, ...] = ("key", "model", "chat", *_NEED_ANSWERS)
_SCHEMA = {
    "type": "object",
    "properties": {"weeks": {"type": "integer"}, "anger": {"type": "integer"}},
    "required": ["weeks", "anger"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried.

    Args:
        name: what.
        state: whether it works.
        note: what is to be said of it: a key of `probe.yaml`.
        values: what the note's wording needs.
    """

    name: CheckName
    state: State
    note: str
    values: dict[str, str | float] = field(default_factory=dict)


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml12.load_resource("simulator.endpoint", "probe.yaml")
    return texts


def label(name: CheckName, language: ReaderLanguage = "en") -> str:
    """What a check is called."""
    return str(_texts()["checks"][name][language])


def state_label(state: State, language: ReaderLanguage = "en") -> str:
    """What a state is called."""
    return str(_texts()["states"][state][language])


def sentence(check: Check, language: ReaderLanguage = "en") -> str:
    """What a check found, and what to do where it failed.

    Raises:
        KeyError: the note has no wording, or lacks a value that its wording needs.
    """
    values = {
        name: label(value, language) if name == "check" else value  # type: ignore[arg-type]
        for name, value in check.values.items()
    }
    return str(_texts()["notes"][check.note][language]).format(**values)


def probe(
    endpoint: Endpoint, embed: Callable[[], int] | None = None, *, on_check: Callable[[Check], object] | None = None
) -> tuple[Check, ...]:
    """Tries everything that the program uses: three short answers of the model. Each is tried once.

    Args:
        endpoint: what to try.
        embed: embeds a text and returns the length of its vector, or raises; None where no embeddings are set up.
        on_check: is told each check as soon as it is known.

    Returns:
        All checks, in the order of `CheckName`.
    """
    settings = endpoint.settings.model_copy(update={"attempts": 1})
    trial = Endpoint(settings)
    trial.warm()
    try:
        found: dict[CheckName, Check] = {}
        for check in _Probe(trial).run():
            found[check.name] = check
            if on_check is not None:
                on_check(check)
    finally:
        trial.close()
    found["embeddings"] = _embeddings(embed)
    order: Sequence[CheckName] = list(_texts()["checks"])
    return tuple(found[name] for name in order)


class _Probe:
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._settings = endpoint.settings
        self._model = self._settings.model
        self._prompts: dict[str, str] = _texts()["prompts"]

    def run(self) -> Iterator[Check]:
        listed, trouble, seconds = self._list()
        absence = self._absence(trouble) if trouble is not None else None
        if absence is not None:
            yield absence
            for name in _NEED_A_SERVER:
                yield Check(name, "not_tried", "needs", {"check": "reachable"})
            return
        yield Check("reachable", "ok", "reachable", {"url": self._settings.shown_url, "seconds": round(seconds, 2)})
        chat = self._chat() if self._model else Check("chat", "not_tried", "needs", {"check": "model"})
        refusal = next((e for e in (trouble, chat) if isinstance(e, EndpointError) and e.kind == "unauthorised"), None)
        if refusal is not None:
            yield self._failed("key", refusal)
        else:
            yield Check("key", "ok", "key_accepted" if self._settings.key.get_secret_value() else "no_key")
        yield self._model_check(listed, answers=isinstance(chat, Check) and chat.state == "ok")
        if isinstance(chat, EndpointError) or chat.state != "ok":
            yield self._failed("chat", chat) if isinstance(chat, EndpointError) else chat
            for name in _NEED_ANSWERS:
                yield Check(name, "not_tried", "needs", {"check": "chat"})
            return
        yield chat
        yield from self._stream()
        yield self._structured()

    def _absence(self, trouble: EndpointError) -> Check | None:
        """That there is no endpoint; None if there is one. What answers by the protocol, be it an error, is one."""
        if trouble.kind in ("not_found", "malformed") and (better := self._better_url()):
            return Check("reachable", "failed", "wrong_path", {"url": self._settings.shown_url, "better": better})
        if trouble.status is None or trouble.kind in ("overloaded", "unreachable") or trouble.code == "redirect":
            return self._failed("reachable", trouble)
        return None

    def _better_url(self) -> str:
        """The address with the /v1 that was forgotten, if there is an endpoint; else empty."""
        other = self._settings.model_copy(update={"url": f"{self._settings.url}/v1"})
        if self._settings.url.endswith("/v1") or self._settings.api_version:
            return ""
        trial = Endpoint(other)
        try:
            trial.models()
        except EndpointError as error:
            return other.shown_url if error.kind == "unauthorised" else ""
        finally:
            trial.close()
        return other.shown_url

    def _list(self) -> tuple[dict[str, str | None] | None, EndpointError | None, float]:
        started = time.monotonic()
        try:
            return self._endpoint.models(), None, time.monotonic() - started
        except EndpointError as error:
            return None, error, time.monotonic() - started

    def _chat(self) -> Check | EndpointError:
        try:
            _, usage = self._endpoint.complete(_ask(self._prompts["chat"]), max_tokens=_ROOM)
        except EndpointError as error:
            return error
        return Check("chat", "ok", "chat", {"model": self._model, "seconds": round(usage.total_s, 2)})

    def _model_check(self, listed: dict[str, str | None] | None, *, answers: bool) -> Check:
        wanted = dict.fromkeys((self._model, self._settings.judge))
        if not self._model:
            return Check("model", "failed", "no_model", {"others": ", ".join(list(listed or ("–",))[:_SHOWN_MODELS])})
        if not listed:
            state: State = "ok" if answers else "not_tried"
            return Check("model", state, "model_answers" if answers else "model_unknown", {"model": self._model})
        missing = [name for name in wanted if name not in listed]
        ending = [(day, name) for name in wanted if (day := listed.get(name))]
        if not missing and ending:
            return Check("model", "ok", "model_ends", {"model": min(ending)[1], "day": min(ending)[0]})
        if not missing:
            return Check("model", "ok", "model_listed", {"model": ", ".join(wanted)})
        if answers and missing == [self._model]:
            return Check("model", "ok", "model_answers", {"model": self._model})
        near = get_close_matches(missing[0], listed, n=_SHOWN_MODELS, cutoff=0.3)
        others = ", ".join(near or list(listed)[:_SHOWN_MODELS])
        return Check("model", "failed", "model_missing", {"model": missing[0], "others": others})

    def _stream(self) -> Iterator[Check]:
        reply = self._endpoint.stream(_ask(self._prompts["streaming"]), max_tokens=_ROOM)
        try:
            pieces = sum(1 for _ in reply)
        except EndpointError as error:
            yield self._failed("streaming", error)
            yield Check("speed", "not_tried", "needs", {"check": "streaming"})
            return
        if pieces > 1:
            yield Check("streaming", "ok", "streaming", {"pieces": pieces})
        else:
            yield Check("streaming", "failed", "one_piece")
        usage = reply.usage
        first = usage.first_token_s or 0.0
        rate = (usage.completion or pieces) / max(0.001, usage.total_s - first)
        slow = first > _SLOW_FIRST or rate < _SLOW_RATE
        yield Check("speed", "ok", "slow" if slow else "speed", {"first": round(first, 2), "rate": round(rate)})

    def _structured(self) -> Check:
        judge = self._settings.judge
        try:
            found = self._endpoint.structured(
                _ask(self._prompts["structured"]), _SCHEMA, name="customer", max_tokens=_ROOM
            )
        except EndpointError as error:
            if error.kind == "malformed":
                return Check("structured", "failed", "no_object", {"model": judge})
            return self._failed("structured", error)
        return Check("structured", "ok", found.mode, {"model": judge})

    def _failed(self, name: CheckName, error: EndpointError) -> Check:
        note: str = error.code if error.code in LASTING else error.kind
        if note == "unauthorised":
            note += "_with_key" if self._settings.key.get_secret_value() else "_without_key"
        return Check(name, "failed", note, {"detail": _as_sentence(error.message)})


def _embeddings(embed: Callable[[], int] | None) -> Check:
    if embed is None:
        return Check("embeddings", "not_needed", "no_embedding_model")
    try:
        return Check("embeddings", "ok", "embeddings", {"length": embed()})
    except Exception as error:  # whatever its library raises, the other checks are worth telling
        return Check("embeddings", "failed", "embeddings_failed", {"detail": _as_sentence(str(error))})


def _ask(prompt: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}]


def _as_sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
