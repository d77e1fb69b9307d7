"""Settings, from the environment."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_SHIPPED = Path(__file__).resolve().parents[1] / "scenario_library"


class Settings(BaseSettings):
    """What can be set by `TOUGH_CUSTOMER_…` in the environment.

    `data` is where attempts and the knowledge index are kept, `library` a library folder, `database` a file or URL
    (`<data>/history.db` if not set), `trainee` the name of whoever practises here.
    """

    model_config = SettingsConfigDict(env_prefix="TOUGH_CUSTOMER_", frozen=True)

    data: Path = Field(default_factory=lambda: user_data_path("tough-customer"))
    library: Path = _SHIPPED
    database: str | None = None
    trainee: str | None = None
