"""The language-model customer: one streamed call a message, checked as it comes; else the scripted line.

What the customer says, feels and decides comes with the Cue. The model only words it.
"""

from __future__ import annotations

import logging
import re
import time
import zlib
from collections.abc import Callable, Generator

from simulator.customers.base import NotWanted, Speech, Spoken
from simulator.customers.faults import Fault, faults_at_end, faults_so_far
from simulator.customers.scripted import compose
from simulator.director import Cue
from simulator.endpoint import Endpoint, EndpointError, Kind, Reply
from simulator.model_call import ModelCall
from simulator.prompts import Assignment, assign, customer_messages

_LOG = logging.getLogger(__name__)

PATIENCE = 25.0
"""Seconds that a message may take, the second try included; then the scripted line comes."""
REST = 30.0
"""Seconds without a call after the endpoint could not be used: nobody waits for it again and again."""

_MAX_TOKENS = 600
"""A message has fewer than 100; the rest is for models that think first, out of sight."""
_TEMPERATURE = 0.8
_LEAST_SECONDS = 2.0
"""A second try is not begun with less time than this."""
_WEARY: tuple[Kind, ...] = (
    *("unreachable", "unauthorised", "not_found", "rejected", "rate_limited", "overloaded"),
    *("timeout_connect", "timeout_first_token", "timeout_stall", "timeout_total"),
)
"""What keeps the endpoint from being asked for a while; the other errors are of the one answer."""
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)
_THINKING = re.compile(r"\A\s*<(?:t(?:h(?:i(?:n(?:k(?:ing)?)?)?)?)?)?\Z|\A\s*<think", re.IGNORECASE)
_NAMED = re.compile(r"\A(?:\*\*)?(?:customer|assistant|клиент|kunde|kundin|cliente)(?:\*\*)?:\s*", re.IGNORECASE)
_QUOTED = re.compile(r'\A(["“„«\'])(.*)(["”“»\'])\Z', re.DOTALL)
_END = re.compile(r"[.!?…]+[\"”»)]*(?=\s)|\n")


class LanguageModelCustomer:
    """Speaks through an endpoint; where that does not give a message without faults in time, by script.

    Args:
        endpoint: where the model is.
        is_wanted: says whether anybody still waits for the message; asked about ten times a second.
        patience: seconds that a message may take.
        clock: seconds, for tests.
    """

    takes_time = True

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        is_wanted: Callable[[], bool] = lambda: True,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._is_wanted = is_wanted
        self._patience = patience
        self._clock = clock
        self._rests_until = 0.0

    def speak(self, cue: Cue) -> Speech:
        scripted = compose(cue)
        calls: list[ModelCall] = []
        if self._clock() < self._rests_until:
            calls.append(self._call("resting"))
        elif not _is_silence(cue):
            text = yield from self._ask(assign(cue, scripted), calls)
            if text:
                return Spoken(text, "model", tuple(calls))
        yield scripted
        return Spoken(scripted, "scripted", tuple(calls))

    def _ask(self, assignment: Assignment, calls: list[ModelCall]) -> Generator[str, None, str]:
        """The model's message, in two tries at most; empty if it has none without faults. Adds to the calls."""
        until = self._clock() + self._patience
        again = ""
        while len(calls) < 2 and until - self._clock() >= _LEAST_SECONDS:
            text, call, fault = yield from self._try(assignment, until=until, again=again)
            calls.append(call)
            if fault is None:
                return text
            again = fault.again
        return ""

    def _try(
        self, assignment: Assignment, *, until: float, again: str
    ) -> Generator[str, None, tuple[str, ModelCall, Fault | None]]:
        """One call: the text, what became of it, and what was wrong with it."""
        reply = self._endpoint.stream(
            customer_messages(assignment, again=again),
            max_tokens=_MAX_TOKENS,
            temperature=_TEMPERATURE,
            seed=_seed(assignment.cue, again),
            cancelled=lambda: self._clock() >= until or not self._is_wanted(),
        )
        raw, found = "", None
        try:
            with reply:
                shown = ""
                for piece in reply:
                    raw += piece
                    begun = whole_sentences(cleaned(raw))
                    if begun == shown:
                        continue
                    found = next(faults_so_far(begun, assignment), None)
                    if found is not None:
                        break
                    shown = begun
                    yield shown
        except EndpointError as error:
            if error.kind == "cancelled" and not self._is_wanted():
                raise NotWanted from None
            kind: Kind = "timeout_total" if error.kind == "cancelled" else error.kind
            if kind in _WEARY:
                self._rests_until = self._clock() + max(REST, error.retry_after or 0.0)
            return "", self._call(kind, reply, again=again), None
        except Exception:
            # Whatever it is, the trainee gets an answer: the script can say it.
            _LOG.exception("the language-model customer failed")
            return "", self._call("error", reply, again=again), None
        text = cleaned(raw)
        found = found or next(faults_at_end(text, assignment, complete=reply.finish != "length"), None)
        if found is not None:
            return "", self._call("faulty", reply, (found.name,), again), found
        yield text
        mended = ("leaked_reasoning",) if _THOUGHT.match(raw) else ()
        return text, self._call("used", reply, mended, again), None

    def _call(
        self, outcome: str, reply: Reply | None = None, faults: tuple[str, ...] = (), again: str = ""
    ) -> ModelCall:
        settings = self._endpoint.settings
        if reply is None:
            return ModelCall("customer", settings.model, outcome)
        used = reply.usage
        return ModelCall(
            "customer",
            settings.model,
            outcome,
            faults,
            bool(again),
            used.prompt,
            used.cached,
            used.completion,
            used.first_token_s,
            used.total_s,
            settings.cost(used),
        )


def cleaned(text: str) -> str:
    """A model's answer without what surrounds the message: thoughts before it, a name, quotation marks, bold marks."""
    text = _THOUGHT.sub("", text)
    if _THINKING.match(text):
        return ""
    text = _NAMED.sub("", text.strip()).replace("**", "")
    quoted = _QUOTED.match(text)
    if quoted and not re.search(r'["“”„«»]', quoted[2]):
        text = quoted[2]
    return " ".join(text.split())


def whole_sentences(text: str) -> str:
    """The beginning of a text up to its last whole sentence that something follows."""
    end = 0
    for found in _END.finditer(text):
        end = found.end()
    return text[:end].strip()


def _is_silence(cue: Cue) -> bool:
    """Whether the customer reacts to silence. That is said by script: it is worked out when somebody next looks, often
    by the reply that ends the silence, and this must not wait for a model."""
    talk = cue.transcript
    return bool(talk) and talk[-1].role == "customer" and cue.parts[0].beat != "react"


def _seed(cue: Cue, again: str) -> int:
    """The same cue has the same seed; 31 bits, which every endpoint takes."""
    return zlib.crc32(f"{cue.seed}/{len(cue.transcript)}/{bool(again)}".encode()) & 0x7FFFFFFF
