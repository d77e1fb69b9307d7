"""Bringing a database to the tables of this version."""

from __future__ import annotations

import threading

from sqlalchemy import Connection, inspect

from .errors import StoreUnavailable

_alone = threading.Lock()  # Alembic keeps the migration at hand in module globals


def upgrade(connection: Connection) -> None:
    """Apply the migrations that the database lacks, inside the connection's transaction: all of them or none.

    Raises:
        StoreUnavailable: the tables are a newer version's or another program's.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "simulator.history:migrations")
    config.attributes["connection"] = connection
    with _alone:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        current = set(MigrationContext.configure(connection).get_current_heads())
        if not current and inspect(connection).get_table_names():
            raise StoreUnavailable(
                f"{connection.engine.url.database} belongs to another program. Name another database for the history. "
                "Nothing was changed."
            )
        if current - known:
            raise StoreUnavailable(
                f"{connection.engine.url.database} was written by a newer version of Tough Customer. Update this "
                "program, or name another database. Nothing was changed."
            )
        command.upgrade(config, "head")
