"""Who gave the customer its words, and why: said in small print where an endpoint was to speak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from simulator import history
from simulator.model_call import ModelCall
from simulator.practice import Practice
from simulator.ui import services, session
from simulator.ui.origins import origins
from simulator.ui.session import _


def voices(practice: Practice) -> dict[int, str]:
    """For each turn of the customer that a model was asked for, a sentence on who worded it."""
    return {turn: _sentence(made) for turn, made in _calls(practice).items()}


def whose_words(practice: Practice) -> str:
    """Who gave the customer its words in the whole attempt, in a sentence."""
    last = [made[-1] for made in _calls(practice).values()]
    by_model = Counter(call.model for call in last if call.outcome == "used")
    if not by_model:
        return _("The customer's messages are those of the script.")
    said = sum(turn.role == "customer" for turn in practice.attempt.transcript)
    told = _("Of the customer's {said} messages, {worded} were worded by the language model {model}.")
    return told.format(said=said, worded=by_model.total(), model=", ".join(by_model))


def _calls(practice: Practice) -> dict[int, list[ModelCall]]:
    """The calls that were made for each turn of the customer."""
    calls: dict[int, list[ModelCall]] = {}
    for id, turns in origins(practice):
        for stored in history.list_calls(services.store(session.settings().history), attempt_id=id):
            turn = stored.turn_index
            if turn is not None and turn in turns and stored.call.purpose == "customer":
                calls.setdefault(turn, []).append(stored.call)
    return calls


def _sentence(calls: Iterable[ModelCall]) -> str:
    *before, last = calls
    if last.outcome == "used":
        if before:
            return _("Worded by the language model {model}, at the second try.").format(model=last.model)
        return _("Worded by the language model {model}.").format(model=last.model)
    return _("Said by script: {reason}.").format(reason=_reason(last))


def _reason(call: ModelCall) -> str:
    match call.outcome:
        case "faulty":
            return _("what the model wrote did not fit its role")
        case "resting":
            return _("the endpoint had just failed and was left alone for a moment")
        case "timeout_connect" | "timeout_first_token" | "timeout_stall" | "timeout_total":
            return _("the model took too long")
        case "unauthorised" | "not_found" | "rejected":
            return _("the endpoint did not take the request: see the settings")
        case "rate_limited" | "overloaded":
            return _("the endpoint had too much to do")
        case "refused":
            return _("the model would not answer")
        case _:
            return _("the endpoint gave no usable answer")
