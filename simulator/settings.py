"""Settings, from environment variables that begin with TOUGH_CUSTOMER_."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from simulator.endpoint import SettingError
from simulator.scenarios.library import SHIPPED

_PREFIX = "TOUGH_CUSTOMER_"


class Settings(BaseSettings):
    """What can be set from outside; every setting has a default that works.

    Raises:
        SettingError: a variable has a value that cannot be used; one line for each, with the values that can.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True)

    def __init__(self) -> None:
        try:
            super().__init__()
        except ValidationError as error:
            raise SettingError("\n".join(_problems(error))) from None

    data: Path = Field(default_factory=lambda: user_data_path("tough-customer", appauthor=False))
    """The folder of everything that is stored (TOUGH_CUSTOMER_DATA)."""
    database: str = ""
    """Path or URL of the history (TOUGH_CUSTOMER_DATABASE); empty means `history.db` in the data folder."""
    library: Path = SHIPPED
    """The folder of scenarios, personas and product documentation (TOUGH_CUSTOMER_LIBRARY)."""
    trainee: str = ""
    """Who practises, where nobody has said a name yet (TOUGH_CUSTOMER_TRAINEE)."""

    voice: Literal["auto", "scripted"] = "auto"
    """Who gives customers their words (TOUGH_CUSTOMER_VOICE): `auto`, a language model where an endpoint is set; or
    `scripted`."""

    judge: Literal["auto", "off"] = "auto"
    """Whether a language model judges replies too (TOUGH_CUSTOMER_JUDGE): `auto`, with an endpoint; or `off`."""
    judge_language: Literal["en", "ru"] = "en"
    """What it gives its reasons in (TOUGH_CUSTOMER_JUDGE_LANGUAGE)."""
    judge_at_once: int | None = Field(default=None, ge=1, le=64)
    """How many replies it judges at a time (TOUGH_CUSTOMER_JUDGE_AT_ONCE): 16 if not set; 1 with an endpoint on this
    machine, where customers would have to wait for the judge."""

    embedding_url: str = "https://api.openai.com/v1"
    """The OpenAI-compatible endpoint of `embedding_model` (TOUGH_CUSTOMER_EMBEDDING_URL)."""
    embedding_model: str = ""
    """The endpoint's model for knowledge search (TOUGH_CUSTOMER_EMBEDDING_MODEL); empty means offline embeddings."""
    embedding_key: str = Field(default="", repr=False)
    """The endpoint's key (TOUGH_CUSTOMER_EMBEDDING_KEY)."""
    chroma_server: str = ""
    """`host:port` of a Chroma server that several processes share (TOUGH_CUSTOMER_CHROMA_SERVER); empty means none."""

    @property
    def history(self) -> str | Path:
        """Where the history is: a path or a database URL."""
        return self.database or self.data / "history.db"


def _problems(error: ValidationError) -> Iterator[str]:
    properties: dict[str, dict[str, Any]] = Settings.model_json_schema()["properties"]
    for each in error.errors():
        name = str(each["loc"][0])
        yield f"{_PREFIX}{name.upper()}: “{each['input']}” cannot be used: it may be {_allowed(properties[name])}"


def _allowed(schema: dict[str, Any]) -> str:
    """The values of a setting, of its JSON Schema, in words."""
    if "enum" in schema:
        return " or ".join(schema["enum"])
    whole = next(each for each in schema["anyOf"] if each["type"] == "integer")
    return f"a whole number from {whole['minimum']} to {whole['maximum']}"
