"""Opening the database, and the two kinds of transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError, ProgrammingError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from . import sqlite
from .errors import Inconsistent, StoreUnavailable
from .schema import upgrade


class Store:
    """An open history. Threads may share it; each process opens its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database."""
        with _plain_words(self.engine.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk when the block ends, or leaves nothing behind when it raises."""
        with _plain_words(self.engine.url), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()


def open_store(url_or_path: str | Path) -> Store:
    """Open the history, creating its folder and file and bringing its tables up to date.

    Args:
        url_or_path: a path (`data/history.db`) or a database URL (`sqlite:///...`, `postgresql+psycopg://...`).

    Raises:
        StoreUnavailable: it cannot be opened or written, is no database or another program's, or was written by a
            newer version of this one. Nothing has been changed then.
    """
    url = _url(url_or_path)
    with _plain_words(url):
        if _is_sqlite(url):
            sqlite.make_folder(url)
        try:
            _migrate(url)
        except (IntegrityError, ProgrammingError):
            # PostgreSQL: another process created the same tables at the same time, and is done now.
            time.sleep(0.5)
            _migrate(url)
        engine = create_engine(url, json_serializer=partial(json.dumps, allow_nan=False))
        if _is_sqlite(url):
            sqlite.set_up(engine)
        engine.connect().close()
    return Store(engine)


def _url(url_or_path: str | Path) -> URL:
    if isinstance(url_or_path, str) and "://" in url_or_path:
        try:
            return make_url(url_or_path)
        except ArgumentError as error:
            raise StoreUnavailable(
                "The address of the database cannot be read. Write sqlite:///folder/file.db"
            ) from error
    return URL.create("sqlite", database=str(url_or_path))


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _migrate(url: URL) -> None:
    engine = create_engine(url, poolclass=NullPool)
    if _is_sqlite(url):
        sqlite.set_up(engine, migrating=True)
    with engine.execution_options(writes=True).begin() as connection:
        upgrade(connection)


@contextmanager
def _plain_words(url: URL) -> Iterator[None]:
    """Turn the database's errors into this package's."""
    try:
        yield
    except IntegrityError as error:
        raise Inconsistent(f"What was to be stored does not fit what is there: {error.orig}") from error
    except DBAPIError as error:
        advice = sqlite.advice(error.orig, url)
        if advice is None and isinstance(error, OperationalError):
            advice = f"The database {url.render_as_string()} does not answer: {error.orig}. Check that it runs."
        if advice is None:
            raise
        raise StoreUnavailable(advice) from error
    except StatementError as error:  # a value refused before it reached the database, such as NaN in JSON
        raise (error.orig or error) from error
    except PoolTimeout as error:
        raise StoreUnavailable("The database is overloaded: this was not stored. Try again.") from error
