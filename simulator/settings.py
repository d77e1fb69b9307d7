"""Settings, from environment variables that begin with TOUGH_CUSTOMER_."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from simulator.scenarios.library import SHIPPED


class Settings(BaseSettings):
    """What can be set from outside; every setting has a default that works."""

    model_config = SettingsConfigDict(env_prefix="TOUGH_CUSTOMER_", env_ignore_empty=True, frozen=True)

    data: Path = Field(default_factory=lambda: user_data_path("tough-customer", appauthor=False))
    """The folder of everything that is stored (TOUGH_CUSTOMER_DATA)."""
    database: str = ""
    """Path or URL of the history (TOUGH_CUSTOMER_DATABASE); empty means `history.db` in the data folder."""
    library: Path = SHIPPED
    """The folder of scenarios, personas and product documentation (TOUGH_CUSTOMER_LIBRARY)."""
    trainee: str = ""
    """Who practises, where nobody has said a name yet (TOUGH_CUSTOMER_TRAINEE)."""

    @property
    def history(self) -> str | Path:
        """Where the history is: a path or a database URL."""
        return self.database or self.data / "history.db"
