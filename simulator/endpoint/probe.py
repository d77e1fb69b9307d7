"""What works at an endpoint, tried for the people who set it up."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, TypeGuard

from simulator import yaml12
from simulator.endpoint.client import Endpoint
from simulator.endpoint.errors import EndpointError
from simulator.endpoint.refusals import LASTING
from simulator.endpoint.settings import VARIABLES, origins
from simulator.endpoint.structured import MODES

CheckName = Literal["reachable", "key", "model", "chat", "streaming", "structured", "embeddings", "speed", "room"]
State = Literal["ok", "failed", "not_tried", "not_needed"]
ReaderLanguage = Literal["en", "ru"]

_SLOW_FIRST, _SLOW_RATE = 3.0, 10.0
"""Seconds to the first word and tokens a second from which on a chat feels slow: people read about 5 words a second."""
_MESSAGE = 45
"""Tokens of a message of 30 words, by which it is seen whether a model is quick enough."""
_ANSWER = 2_000
"""Tokens of an answer, with room for models that think first; the others take a few of them."""
_TALK = 5_000
"""Tokens of the long text: more than the 4,096 that servers are often set to, less than a long talk's judgement has."""
_LETTERS = 4.6
"""Letters a token, of the plain English that the long text is of."""
USUAL_TOKENS, MOST_TOKENS = _TALK + 500, _TALK + 1_500 + (3 + len(MODES)) * _ANSWER
"""What a test takes, and the most that it can take: of a model that thinks for as long as it may, and has to be asked
for structured output in each way."""

_AT_ONCE_AFTER, _AT_ONCE_SHARE = 1.0, 0.05
"""What comes after a second or more within this share of the whole time was held back somewhere on its way."""
_SURE = 0.85
"""What is used of the room that a model is said to have, for tokens are only guessed here."""
_SHOWN_MODELS = 5
_NEED_ANSWERS: tuple[CheckName, ...] = ("streaming", "structured", "speed", "room")
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
    """What a check found, and what to do where it failed. Variables are named as the environment has them: of two that
    would do, the one that is set.

    Raises:
        KeyError: the note has no wording, or lacks a value that its wording needs.
    """
    found = origins()
    variables = {name.upper(): found.get(name, known[0]) for name, known in VARIABLES.items()}
    values = {name: _said(name, value, language) for name, value in check.values.items()}
    return str(_texts()["notes"][check.note][language]).format(**variables, **values)


def _said(name: str, value: str | float, language: ReaderLanguage) -> str:
    if name == "check":
        return label(value, language)  # type: ignore[arg-type]
    if name == "setting":
        return origins().get(str(value), VARIABLES[str(value)][0])
    if isinstance(value, str):
        return value
    comma, point = ("\N{NO-BREAK SPACE}", ",") if language == "ru" else (",", ".")
    return f"{value:,}".translate({ord(","): comma, ord("."): point})


def probe(
    endpoint: Endpoint,
    embed: Callable[[], int] | None = None,
    *,
    patience: float = math.inf,
    on_check: Callable[[Check], object] | None = None,
) -> tuple[Check, ...]:
    """Tries everything that the program uses: four short answers of the model, one of them about a long text. Each is
    tried once.

    Args:
        endpoint: what to try.
        embed: embeds a text and returns the length of its vector, or raises; None where no embeddings are set up.
        patience: seconds that a message of the customer may take, before it is said by script.
        on_check: is told each check as soon as it is known.

    Returns:
        All checks, in the order of `CheckName`.
    """
    settings = endpoint.settings.model_copy(update={"attempts": 1})
    trial = Endpoint(settings)
    trial.warm()
    try:
        found: dict[CheckName, Check] = {}
        for check in _Probe(trial, patience).run():
            found[check.name] = check
            if on_check is not None:
                on_check(check)
    finally:
        trial.close()
    found["embeddings"] = _embeddings(embed)
    order: Sequence[CheckName] = list(_texts()["checks"])
    return tuple(found[name] for name in order)


class _Probe:
    def __init__(self, endpoint: Endpoint, patience: float) -> None:
        self._endpoint = endpoint
        self._settings = endpoint.settings
        self._model = self._settings.model
        self._patience = patience
        self._writing = 0.0
        """Seconds that a message takes from its first word on, once that is known."""
        self._prompts: dict[str, str] = _texts()["prompts"]

    def run(self) -> Iterator[Check]:
        listed, trouble, seconds = self._list()
        absence = self._absence(trouble) if trouble is not None else None
        if absence is not None:
            yield absence
            yield from _not_tried(_NEED_A_SERVER, "reachable")
            return
        chat = self._chat() if self._model else Check("chat", "not_tried", "needs", {"check": "model"})
        if _is_no_endpoint(trouble) and _is_no_endpoint(chat):
            yield self._failed("reachable", trouble, note="no_endpoint")
            yield from _not_tried(_NEED_A_SERVER, "reachable")
            return
        yield Check("reachable", "ok", "reachable", {"url": self._settings.url, "seconds": round(seconds, 2)})
        answers = isinstance(chat, Check) and chat.state == "ok"
        # A list that this key may not read says nothing of chats.
        refusal = next((each for each in (chat, trouble) if _is_refusal(each) and not answers), None)
        if refusal is not None:
            yield self._failed("key", refusal)
            yield self._model_check(listed, answers=False) if listed else _needs("model", "key")
            yield from _not_tried(("chat", *_NEED_ANSWERS), "key")
            return
        yield Check("key", "ok", "key_accepted" if self._settings.key.get_secret_value() else "no_key")
        yield self._model_check(listed, answers=answers)
        if isinstance(chat, EndpointError) or chat.state != "ok":
            yield self._failed("chat", chat) if isinstance(chat, EndpointError) else chat
            yield from _not_tried(_NEED_ANSWERS, "chat")
            return
        yield chat
        yield from self._stream()
        yield self._structured()
        yield self._room()

    def _absence(self, trouble: EndpointError) -> Check | None:
        """That there is no endpoint; None if there is one. What answers by the protocol, be it an error, is one."""
        if trouble.kind in ("not_found", "malformed") and (better := self._better_url()):
            return Check("reachable", "failed", "wrong_path", {"url": self._settings.url, "better": better})
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
            return other.url if error.kind == "unauthorised" else ""
        finally:
            trial.close()
        return other.url

    def _list(self) -> tuple[dict[str, str | None] | None, EndpointError | None, float]:
        started = time.monotonic()
        try:
            return self._endpoint.models(), None, time.monotonic() - started
        except EndpointError as error:
            return None, error, time.monotonic() - started

    def _chat(self) -> Check | EndpointError:
        try:
            _, usage = self._endpoint.complete(_ask(self._prompts["chat"]), max_tokens=_ANSWER)
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
            day, name = min(ending)
            return Check("model", "ok", "model_ends", {"model": name, "setting": self._named_by(name), "day": day})
        if not missing:
            return Check("model", "ok", "model_listed", {"model": ", ".join(wanted)})
        if answers and missing == [self._model]:
            return Check("model", "ok", "model_answers", {"model": self._model})
        near = get_close_matches(missing[0], listed, n=_SHOWN_MODELS, cutoff=0.3)
        others = ", ".join(near or list(listed)[:_SHOWN_MODELS])
        return Check(
            "model",
            "failed",
            "model_missing",
            {"model": missing[0], "setting": self._named_by(missing[0]), "others": others},
        )

    def _stream(self) -> Iterator[Check]:
        reply = self._endpoint.stream(_ask(self._prompts["streaming"]), max_tokens=_ANSWER)
        try:
            pieces = sum(1 for _ in reply)
        except EndpointError as error:
            yield self._failed("streaming", error)
            yield _needs("speed", "streaming")
            return
        usage = reply.usage
        total, first = usage.total_s, usage.first_token_s or 0.0
        writing = total - first
        in_a_burst = writing < _AT_ONCE_SHARE * total
        at_once = pieces == 1 or (in_a_burst and total > _AT_ONCE_AFTER)
        yield (
            Check("streaming", "failed", "one_piece")
            if at_once
            else Check("streaming", "ok", "streaming", {"pieces": pieces})
        )
        # How long the first word took, nobody knows then.
        seconds = total if at_once or in_a_burst else writing
        rate = (usage.completion or max(pieces, len(reply.text) // 4)) / max(0.001, seconds)
        self._writing = _MESSAGE / rate
        yield self._speed(0.0 if at_once else first, rate, at_once=at_once)

    def _speed(self, first: float, rate: float, *, at_once: bool) -> Check:
        """Whether the messages of a customer come in time.

        Args:
            first: seconds to the first word.
            rate: tokens a second from then on.
            at_once: whether there was no first word, but the whole.
        """
        needed = first + self._writing
        if needed > self._patience:
            return Check("speed", "failed", "too_slow", self._lateness(needed))
        slow = first > _SLOW_FIRST or rate < _SLOW_RATE
        note = "slow" if slow else "speed"
        told: dict[str, str | float] = {"first": round(needed if at_once else first, 2), "rate": _rounded(rate)}
        return Check("speed", "ok", f"{note}_whole" if at_once else note, told)

    def _lateness(self, needed: float) -> dict[str, str | float]:
        return {"needed": math.ceil(needed), "patience": _rounded(self._patience)}

    def _room(self) -> Check:
        """Whether the model still knows how a long text began: some servers cut in silence what is too long."""
        context, tokens, answer = self._settings.context, _TALK, _ANSWER
        if context is not None and context < _TALK + _ANSWER:
            answer = context // 4
            tokens = int(_SURE * (context - answer))
        reply = self._endpoint.stream(_ask(self._long_text(tokens)), max_tokens=answer)
        about: dict[str, str | float] = {"tokens": tokens}
        try:
            text = "".join(reply)
        except EndpointError as error:
            if error.kind in ("timeout_first_token", "timeout_stall", "timeout_total"):
                return Check("room", "failed", "read_too_late", {**about, "detail": _as_sentence(error.message)})
            return self._failed("room", error)
        if self._prompts["code_word"] not in text.casefold():
            return Check("room", "failed", "forgotten", about)
        first = reply.usage.first_token_s or 0.0
        about["seconds"] = round(first, 1)
        if first + self._writing > self._patience:
            return Check("room", "failed", "read_slowly", {**about, **self._lateness(first + self._writing)})
        return Check("room", "ok", "room", about)

    def _long_text(self, tokens: int) -> str:
        """A code word, a list of orders of so many tokens, and the question for the word."""
        line = self._prompts["room_line"]
        lines = (line.format(number=number) for number in range(1, math.ceil(tokens * _LETTERS / len(line)) + 1))
        begin, end = (self._prompts[name].format(word=self._prompts["code_word"]) for name in ("room", "room_end"))
        return "\n".join([begin, *lines, end])

    def _structured(self) -> Check:
        judge = self._settings.judge
        try:
            found = self._endpoint.structured(
                _ask(self._prompts["structured"]), _SCHEMA, name="customer", max_tokens=_ANSWER
            )
        except EndpointError as error:
            if error.kind == "malformed":
                return Check("structured", "failed", "no_object", {"model": judge})
            return self._failed("structured", error, model=judge)
        return Check("structured", "ok", found.mode, {"model": judge})

    def _failed(self, name: CheckName, error: EndpointError, *, note: str = "", model: str = "") -> Check:
        note = note or (error.code if error.code in LASTING else error.kind)
        if note == "unauthorised":
            has_key = self._settings.key.get_secret_value() or self._settings.basic
            note += "_with_key" if has_key else f"_without_key{_withheld()}"
        setting = self._named_by(model or self._model)
        return Check(name, "failed", note, {"detail": _as_sentence(error.message), "setting": setting})

    def _named_by(self, model: str) -> str:
        """The setting that a model's name comes from."""
        return "model" if model == self._model else "judge_model"


def _withheld() -> str:
    """How a note ends where a key is set that is not for this address."""
    return "_but_openais" if "key" not in origins() and any(os.environ.get(name) for name in VARIABLES["key"]) else ""


def _needs(name: CheckName, other: CheckName) -> Check:
    return Check(name, "not_tried", "needs", {"check": other})


def _not_tried(names: Iterable[CheckName], other: CheckName) -> Iterator[Check]:
    return (_needs(name, other) for name in names)


def _is_refusal(found: object) -> TypeGuard[EndpointError]:
    return isinstance(found, EndpointError) and found.kind == "unauthorised"


def _is_no_endpoint(found: object) -> TypeGuard[EndpointError]:
    """Whether a server does not even know the path. One that knows it names what it lacks."""
    return isinstance(found, EndpointError) and found.kind == "not_found" and found.code not in LASTING


def _rounded(value: float) -> float:
    """With one place behind the point where there is little before it."""
    return round(value, 1) if value < 10 else round(value)


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
