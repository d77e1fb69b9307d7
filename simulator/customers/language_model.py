"""The language-model customer: one streamed call a message, checked as it comes; else the scripted line.

What the customer says, feels and decides comes with the Cue. The model only words it.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable, Generator

from simulator.customers.base import NotWanted, Speech, Spoken
from simulator.customers.cleaning import cleaned, is_over, whole_sentences, without_thoughts
from simulator.customers.faults import Fault, faults_at_end, faults_so_far, order_after
from simulator.customers.scripted import compose
from simulator.director import Cue
from simulator.endpoint import Endpoint, EndpointError, Kind, Reply
from simulator.model_call import ModelCall
from simulator.prompts import FENCE, Assignment, Message, assign, customer_messages, rough_tokens

_LOG = logging.getLogger(__name__)

PATIENCE = 25.0
"""Seconds that a message may take, the second try included; then the scripted line comes."""
REST = 30.0
"""Seconds without a call after the endpoint could not be used: nobody waits for it again and again."""

_MOST_TOKENS, _MOST_TO_THINK = 600, 3_000
"""A message has fewer than 100; the rest is for models that think first. Who does not come to an end gets more."""
_SHORTER = 0.6
"""What is kept of a request that was too long: with the answer it fits then, unless it was much too long."""
_TEMPERATURE = 0.8
_LEAST_SECONDS = 2.0
"""A second try is not begun with less time than this."""
_WEARY: tuple[Kind, ...] = (
    *("unreachable", "unauthorised", "not_found", "rejected", "rate_limited", "overloaded"),
    *("timeout_connect", "timeout_first_token", "timeout_stall", "timeout_total"),
)
"""What keeps the endpoint from being asked for a while; the other errors are of the one answer."""
_BROKEN: tuple[Kind, ...] = ("truncated", "malformed")
"""Of the one answer where some of it came, else of the endpoint."""
_PERHAPS_THOUGHTS = ("leaked_reasoning", "quoted_instructions", "wrong_language", "too_long")
"""What a message seems to have wrong as long as it is not seen that thoughts come first."""


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
        self._told: Kind | None = None  # the trouble that the log has, once a conversation
        # Found out in the conversation: whether thoughts come first, how many tokens an answer needs and a request may
        # have.
        self._thinks_aloud = False
        self._most_tokens = _MOST_TOKENS
        context = endpoint.settings.context
        self._room = None if context is None else context - _MOST_TOKENS

    def speak(self, cue: Cue) -> Speech:
        scripted = compose(cue)
        calls: list[ModelCall] = []
        if _is_silence(cue):
            pass
        elif self._clock() < self._rests_until:
            calls.append(self._call("resting"))
        else:
            text = yield from self._ask(cue, scripted, calls)
            if text:
                return Spoken(text, "model", tuple(calls))
        yield scripted
        return Spoken(scripted, "scripted", tuple(calls))

    def _ask(self, cue: Cue, scripted: str, calls: list[ModelCall]) -> Generator[str, None, str]:
        """The model's message, in two tries at most; empty if it has none without faults. Adds to the calls."""
        until = self._clock() + self._patience
        again: str | None = None
        while len(calls) < 2 and until - self._clock() >= _LEAST_SECONDS:
            try:
                text, call, again = yield from self._try(cue, scripted, until=until, again=again)
            except NotWanted as gone:
                raise NotWanted((*calls, *gone.calls)) from None
            calls.append(call)
            if again is None:
                return text
            yield ""  # what was shown is taken back at once, and not when the next try has something to show
        return ""

    def _try(
        self, cue: Cue, scripted: str, *, until: float, again: str | None
    ) -> Generator[str, None, tuple[str, ModelCall, str | None]]:
        """One call.

        Args:
            cue: what is to be said.
            scripted: how the script would say it.
            until: when it must have been said.
            again: what is told of the first try, which may be nothing; None for the first try itself.

        Returns:
            The message; what became of the call; what to tell the next try, None if there is to be none.

        Raises:
            NotWanted: nobody waits for it any more.
        """
        second, reply = again is not None, None
        try:
            assignment = assign(cue, scripted)
            messages = customer_messages(assignment, again=again or "", most_tokens=self._room)
            reply = self._endpoint.stream(
                messages,
                max_tokens=self._most_tokens,
                temperature=_TEMPERATURE,
                seed=_seed(cue, second=second),
                fence=FENCE,
                cancelled=lambda: self._clock() >= until or not self._is_wanted(),
            )
            try:
                with reply:
                    raw, found = yield from self._listen(reply, assignment, patient=second)
            except EndpointError as error:
                if error.kind == "cancelled" and not self._is_wanted():
                    raise NotWanted((self._call("cancelled", reply, second=second),)) from None
                return self._failed(error, reply, messages, second)
            return (yield from self._check(raw, found, reply, assignment, second))
        except NotWanted:
            raise
        except Exception:
            # Whatever it is, the trainee gets an answer: the script can say it.
            _LOG.exception("the language-model customer failed")
            return "", self._call("error", reply, second=second), None

    def _check(
        self, raw: str, found: Fault | None, reply: Reply, assignment: Assignment, second: bool
    ) -> Generator[str, None, tuple[str, ModelCall, str | None]]:
        """What becomes of an answer, as `_try` returns it. Shows the message if it is used."""
        text = cleaned(raw)
        if not text and reply.finish == "length":
            self._most_tokens = _MOST_TO_THINK
            return "", self._call("truncated", reply, second=second), order_after("unfinished")
        found = found or next(faults_at_end(text, assignment, complete=reply.finish != "length"), None)
        if found is not None:
            return "", self._call("faulty", reply, (found.name,), second), found.again
        yield text
        mended = ("leaked_reasoning",) if without_thoughts(raw) != raw else ()
        self._thinks_aloud = self._thinks_aloud or bool(mended)
        return text, self._call("used", reply, mended, second), None

    def _listen(
        self, reply: Reply, assignment: Assignment, *, patient: bool
    ) -> Generator[str, None, tuple[str, Fault | None]]:
        """Shows an answer as far as it has no fault: what came of it, and the fault that ended it.

        Args:
            reply: the answer.
            assignment: what the model was told to say.
            patient: whether to wait and see if what seems to be a fault is a thought.
        """
        raw = shown = ""
        for piece in reply:
            raw += piece
            if self._thinks_aloud and without_thoughts(raw) == raw:
                continue
            begun = whole_sentences(cleaned(raw))
            if begun != shown:
                found = next(faults_so_far(begun, assignment), None)
                if found is not None and not (patient and found.name in _PERHAPS_THOUGHTS):
                    return raw, found
                if found is None:
                    shown = begun
                    yield shown
            if is_over(raw):
                break
        return raw, None

    def _failed(
        self, error: EndpointError, reply: Reply, messages: list[Message], second: bool
    ) -> tuple[str, ModelCall, str | None]:
        """What becomes of a call that failed, as `_try` returns it."""
        kind: Kind = "timeout_total" if error.kind == "cancelled" else error.kind
        call = self._call(kind, reply, second=second)
        if kind == "too_long" and not second:
            self._room = int(_SHORTER * rough_tokens(messages))
            return "", call, ""
        if kind in (*_WEARY, "too_long") or (kind in _BROKEN and not reply.text):
            if kind != self._told:
                _LOG.warning("a customer speaks by script for now: %s", error.message)
            self._told = kind
            self._rests_until = self._clock() + max(REST, error.retry_after or 0.0)
            return "", call, None
        if kind == "empty" and reply.finish == "length":
            self._most_tokens = _MOST_TO_THINK
            return "", call, order_after("unfinished")
        return "", call, order_after(kind)

    def _call(
        self, outcome: str, reply: Reply | None = None, faults: tuple[str, ...] = (), second: bool = False
    ) -> ModelCall:
        settings = self._endpoint.settings
        if reply is None:
            return ModelCall("customer", settings.model, outcome, again=second)
        used = reply.usage
        return ModelCall(
            "customer",
            settings.model,
            outcome,
            faults,
            second,
            used.prompt,
            used.cached,
            used.completion,
            used.first_token_s,
            used.total_s,
            settings.cost(used),
        )


def _is_silence(cue: Cue) -> bool:
    """Whether the customer reacts to silence. That is said by script: it is worked out when somebody next looks, often
    by the reply that ends the silence, and this must not wait for a model."""
    talk = cue.transcript
    return bool(talk) and talk[-1].role == "customer" and cue.parts[0].beat != "react"


def _seed(cue: Cue, *, second: bool) -> int:
    """The same cue has the same seed; 31 bits, which every endpoint takes."""
    return zlib.crc32(f"{cue.seed}/{len(cue.transcript)}/{second}".encode()) & 0x7FFFFFFF
