"""Where the model endpoint is, and how patient to be with it: from environment variables."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from simulator.endpoint.usage import Usage

OPENAI_URL = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-6-luna"
"""OpenAI's own successor of its small models, which end in January 2027 (its page "Deprecations", November 2026)."""
_OPENAI, _AZURE = "api.openai.com", ".openai.azure.com"
_ADDRESS = re.compile(r"(?P<scheme>\w+)://(?P<server>[^/?#]*)(?P<path>.*)", re.DOTALL)
_MILLION = 1_000_000

Seconds = Annotated[float, Field(gt=0, le=3600)]
Price = Annotated[float, Field(ge=0)]
StructuredMode = Literal["json_schema", "json_object", "text"]
"""How structured output is asked for: by a schema, as any JSON, or in words only."""
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
"""How much a model is asked to think before it answers."""

VARIABLES: dict[str, tuple[str, ...]] = {
    "model": ("TOUGH_CUSTOMER_MODEL", "OPENAI_MODEL"),
    "url": ("TOUGH_CUSTOMER_MODEL_URL", "OPENAI_BASE_URL"),
    "key": ("TOUGH_CUSTOMER_MODEL_KEY", "OPENAI_API_KEY"),
    "api_version": ("TOUGH_CUSTOMER_MODEL_API_VERSION",),
    "judge_model": ("TOUGH_CUSTOMER_JUDGE_MODEL",),
    "structured": ("TOUGH_CUSTOMER_MODEL_STRUCTURED",),
    "reasoning": ("TOUGH_CUSTOMER_MODEL_REASONING",),
    "breakpoints": ("TOUGH_CUSTOMER_MODEL_BREAKPOINTS",),
    "context": ("TOUGH_CUSTOMER_MODEL_CONTEXT",),
    "connect_seconds": ("TOUGH_CUSTOMER_MODEL_CONNECT_SECONDS",),
    "first_token_seconds": ("TOUGH_CUSTOMER_MODEL_FIRST_TOKEN_SECONDS",),
    "stall_seconds": ("TOUGH_CUSTOMER_MODEL_STALL_SECONDS",),
    "total_seconds": ("TOUGH_CUSTOMER_MODEL_TOTAL_SECONDS",),
    "attempts": ("TOUGH_CUSTOMER_MODEL_ATTEMPTS",),
    "retry_seconds": ("TOUGH_CUSTOMER_MODEL_RETRY_SECONDS",),
    "prompt_price": ("TOUGH_CUSTOMER_MODEL_PROMPT_PRICE",),
    "cached_price": ("TOUGH_CUSTOMER_MODEL_CACHED_PRICE",),
    "completion_price": ("TOUGH_CUSTOMER_MODEL_COMPLETION_PRICE",),
}
"""The environment variables of each setting; the first that is set counts."""


class SettingError(ValueError):
    """An environment variable has a value that cannot be used; the message names it."""


class EndpointSettings(BaseModel):
    """An OpenAI-compatible endpoint. Hashable; neither key nor password show in a repr or an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, protected_namespaces=())

    model: str = ""
    """The model that speaks for the customer; where it is not named, `OPENAI_MODEL` at OpenAI, none elsewhere."""
    url: str = OPENAI_URL
    """The address, up to and with /v1 (Azure's old form: up to the deployment's name). A name and a password in it are
    taken out: see `login`."""
    login: SecretStr = SecretStr("")
    """`name:password`, sent as basic authentication in place of the key. Part of the address when it is set."""
    key: SecretStr = SecretStr("")
    """The key; empty where the endpoint asks for none."""
    api_version: str = ""
    """Azure's api-version; where it is set, the key goes into the header `api-key`."""
    judge_model: str = ""
    """The model that judges; empty means `model`."""
    structured: StructuredMode | Literal["auto"] = "auto"
    """How structured output is asked for; "auto" finds out what the model takes."""
    reasoning: Effort | Literal["auto", "default"] = "auto"
    """How much a model thinks before it answers: a trainee waits for it. "default" leaves it to the model; "auto" does
    so where models other than OpenAI's may be, which the protocol's parameter may mean nothing to."""
    breakpoints: Literal["auto", "on", "off"] = "auto"
    """Whether requests tell where their beginning is to be kept; "auto": at OpenAI and Azure, which want to be told."""
    context: Annotated[int, Field(ge=2048)] | None = None
    """How many tokens the customer's model can read and write at once; None if it is enough for any conversation."""

    connect_seconds: Seconds = 5.0
    """How long a connection may take."""
    first_token_seconds: Seconds = 30.0
    """How long the first piece of a stream may take, counted from the request."""
    stall_seconds: Seconds = 15.0
    """How long a stream may be silent between two pieces."""
    total_seconds: Seconds = 60.0
    """How long a call may take, all tries and pauses included."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often a call is tried where that may help."""
    retry_seconds: Annotated[float, Field(ge=0)] = 10.0
    """How long the pauses between tries may be, all together."""

    prompt_price: Price | None = None
    """What a million prompt tokens cost, in any currency."""
    cached_price: Price | None = None
    """What a million prompt tokens from a cache cost; `prompt_price` if not set."""
    completion_price: Price | None = None
    """What a million tokens of answers cost."""

    @model_validator(mode="before")
    @classmethod
    def _take_apart(cls, given: dict[str, Any]) -> dict[str, Any]:
        """The address in one form and without a password, and the model where it names none."""
        if isinstance(url := given.get("url", OPENAI_URL), str):
            login, url = _parted(url)
            given = {**given, "url": url, **({"login": login} if login else {})}
        return {"model": OPENAI_MODEL, **given} if url == OPENAI_URL else given

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if not _is_url(url):
            raise ValueError(
                "an address begins with http:// or https:// and names a host, and if need be a port from 1 to 65535"
            )
        if "?" in url or "#" in url:
            raise ValueError(
                "an address ends with its path, without ? and #: a key goes into TOUGH_CUSTOMER_MODEL_KEY, Azure's "
                "api-version into TOUGH_CUSTOMER_MODEL_API_VERSION"
            )
        return url

    @field_validator("key", mode="before")
    @classmethod
    def _is_key(cls, key: object) -> object:
        if isinstance(key, str):
            key = key.strip()
            if not (key.isascii() and key.isprintable()):
                raise ValueError("a key has printable ASCII characters only")
        return key

    @property
    def names_server(self) -> bool:
        """Whether a server is named: by a key, which is OpenAI's, or by an address."""
        return bool(self.key.get_secret_value()) or self.url != OPENAI_URL

    @property
    def is_set(self) -> bool:
        """Whether there is an endpoint to call: a server, and a model there."""
        return self.names_server and bool(self.model)

    @property
    def judge(self) -> str:
        """The model that judges."""
        return self.judge_model or self.model

    @property
    def basic(self) -> str:
        """The login as HTTP sends it; empty without one."""
        login = self.login.get_secret_value()
        return base64.b64encode(login.encode()).decode() if login else ""

    @property
    def effort(self) -> Effort | None:
        """How much a model is asked to think; None where it is not asked."""
        if self.reasoning == "auto":
            return "none" if self._is_openais else None
        return None if self.reasoning == "default" else self.reasoning

    def hushed(self, text: str) -> str:
        """A text of a server without the key and the password, which it may repeat."""
        login = self.login.get_secret_value()
        for secret in (self.key.get_secret_value(), self.basic, login, login.partition(":")[2]):
            text = text.replace(secret, "…") if secret else text
        return text

    @property
    def is_loopback(self) -> bool:
        """Whether the endpoint is on this machine."""
        return self._host in ("localhost", "::1") or self._host.startswith("127.")

    @property
    def marks_cache(self) -> bool:
        """Whether requests have cache breakpoints."""
        return self.breakpoints == "on" or (self.breakpoints == "auto" and self._is_openais)

    @property
    def _is_openais(self) -> bool:
        """Whether OpenAI's own models are there, at OpenAI or at Azure."""
        return self._host == _OPENAI or self._host.endswith((f".{_OPENAI}", _AZURE))

    @property
    def _host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def cost(self, usage: Usage) -> float | None:
        """What a call cost, in the currency of the prices; None without prices or without counted tokens."""
        if None in (self.prompt_price, self.completion_price, usage.prompt, usage.completion):
            return None
        assert self.prompt_price is not None
        assert self.completion_price is not None
        assert usage.prompt is not None
        assert usage.completion is not None
        cached = min(usage.cached or 0, usage.prompt)
        cached_price = self.prompt_price if self.cached_price is None else self.cached_price
        fresh = (usage.prompt - cached) * self.prompt_price
        return (fresh + cached * cached_price + usage.completion * self.completion_price) / _MILLION


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a port or of brackets
        return False
    return has_host and parts.scheme in ("http", "https") and not re.search(r"\s", url)


def _parted(url: str) -> tuple[str, str]:
    """The name and password of an address, if it has them, and the address without, in the form that it is kept in."""
    parts = _ADDRESS.match(url.strip())
    if parts is None:
        return "", url
    login, _, host = parts["server"].rpartition("@")
    path = parts["path"].rstrip("/").removesuffix("/chat/completions")
    return unquote(login), f"{parts['scheme'].lower()}://{host.lower()}{path}"


def origins(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment variable that each setting comes from; settings at their defaults are not in it.

    `OPENAI_API_KEY` is OpenAI's key, or that of `OPENAI_BASE_URL`: it is not sent to the address of
    `TOUGH_CUSTOMER_MODEL_URL`, which has a key of its own or none.
    """
    found = {
        name: variable
        for name, variables in VARIABLES.items()
        if (variable := next((each for each in variables if environ.get(each, "").strip()), None)) is not None
    }
    if found.get("url") == "TOUGH_CUSTOMER_MODEL_URL" and found.get("key") == "OPENAI_API_KEY":
        del found["key"]
    return found


def read_settings(environ: Mapping[str, str] = os.environ) -> EndpointSettings:
    """The settings of the environment.

    Raises:
        SettingError: a variable has a value that cannot be used.
    """
    found = origins(environ)
    try:
        return EndpointSettings.model_validate({name: environ[variable] for name, variable in found.items()})
    except ValidationError as error:
        problems = [
            f"{found[str(each['loc'][0])]}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors(include_input=False)
        ]
        raise SettingError("\n".join(problems)) from None
