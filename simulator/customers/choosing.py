"""Which customer speaks: as the settings say, and as far as there is an endpoint."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal

from simulator.customers.base import Customer
from simulator.customers.language_model import LanguageModelCustomer
from simulator.customers.scripted import ScriptedCustomer
from simulator.endpoint import SettingError, open_endpoint, read_settings

Choice = Literal["auto", "model", "scripted"]
"""`auto`: by a model where an endpoint is set, else by script. `model` is for a command that was told so: it
fails where there is no endpoint, while a setting must not keep anybody from practising."""

_LOG = logging.getLogger(__name__)


class NoEndpoint(LookupError):
    """There is no endpoint for a model to speak through; the message says what to set."""


def choose_customer(choice: Choice, *, is_wanted: Callable[[], bool] = lambda: True) -> Customer:
    """The customer of a choice.

    Args:
        choice: who is to speak.
        is_wanted: says whether anybody still waits for a message in the making.

    Raises:
        NoEndpoint: a model is to speak, and there is none.
    """
    if choice == "scripted":
        return ScriptedCustomer()
    try:
        settings = read_settings()
    except SettingError as error:
        if choice == "model":
            raise NoEndpoint(str(error)) from None
        _LOG.warning("the endpoint's settings cannot be used, customers speak by script: %s", error)
        return ScriptedCustomer()
    if settings.is_set:
        return LanguageModelCustomer(open_endpoint(settings), is_wanted=is_wanted)
    if choice == "model":
        raise NoEndpoint("no endpoint is set: set OPENAI_API_KEY, or TOUGH_CUSTOMER_MODEL_URL and TOUGH_CUSTOMER_MODEL")
    return ScriptedCustomer()
