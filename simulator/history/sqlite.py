"""The only code that knows SQLite: how its connections behave, and its errors in plain words."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, event

from .errors import StoreUnavailable

_BUSY_MS = 30_000
"""How long a writer waits for the others. They take turns of milliseconds; giving up early loses a message."""

_ADVICE = {
    "SQLITE_FULL": "The disk with {file} is full: this was not stored, everything before it was. Make room and try "
    "again.",
    "SQLITE_IOERR": "{file} cannot be written (disk full, over its quota or failing): this was not stored, everything "
    "before it was. Make room or mend the disk, and try again.",
    "SQLITE_BUSY": "{file} has been kept busy by another program for too long: this was not stored, everything before "
    "it was. Close what else has it open, and try again.",
    "SQLITE_CANTOPEN": "{file} cannot be opened. Check that it is a file, in a folder that may be written, or name "
    "another one.",
    "SQLITE_READONLY": "{file} may be read but not written. Allow writing to the file and to its folder.",
    "SQLITE_NOTADB": "{file} is not a database. Name another file, or move this one away.",
    "SQLITE_CORRUPT": "{file} is damaged. Put the last backup in its place.",
}


def make_folder(url: URL) -> None:
    """Create the folder of the database file. Raises StoreUnavailable if it cannot be, or if the URL names no file."""
    if url.database in (None, "", ":memory:"):
        raise StoreUnavailable("The history has to outlive the program: name a file.")
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The folder {folder} cannot be created ({error.strerror}). Name another place for the history."
        ) from error


def set_up(engine: Engine, *, migrating: bool = False) -> None:
    """Make the engine's transactions durable and its writers wait for each other.

    Args:
        engine: an engine that has not connected yet.
        migrating: foreign keys stay off: migrations rebuild a table by dropping it, which would delete every row that
            refers to it. The file is left in its journal mode.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # sqlite3 would begin late, and never before CREATE TABLE
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("PRAGMA synchronous = FULL")  # NORMAL may lose commits when the power fails
        if not migrating:
            connection.execute("PRAGMA foreign_keys = ON")
            _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A writer that begins as a reader can be overtaken between its reading and its writing.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and the writer work at the same time. The file remembers: only the first call changes anything."""
    deadline = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # this switch does not heed busy_timeout
            if not _name(error).startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def advice(error: BaseException | None, url: URL) -> str | None:
    """What to tell the user about a driver's error, or None where it is no trouble with the file."""
    name = _name(error)
    return next((text.format(file=url.database) for start, text in _ADVICE.items() if name.startswith(start)), None)


def _name(error: BaseException | None) -> str:
    return getattr(error, "sqlite_errorname", "") if isinstance(error, sqlite3.Error) else ""
