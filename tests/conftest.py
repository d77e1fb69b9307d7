"""What tests of several files share: a history in each of the two databases, a stand-in of a model endpoint."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import pytest

from simulator.endpoint.settings import VARIABLES
from simulator.history import Store, open_store
from standin import Standin

DATABASES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a store runs in both databases, unless it is marked as one of SQLite's own."""
    if "store" in metafunc.fixturenames:
        own = "path" in metafunc.fixturenames or metafunc.definition.get_closest_marker("sqlite")
        metafunc.parametrize("store", ["sqlite"] if own else DATABASES, indirect=True)


@pytest.fixture(scope="session", autouse=True)
def no_endpoint() -> Iterator[None]:
    """No test calls an endpoint that whoever runs the tests has set."""
    with pytest.MonkeyPatch.context() as environment:
        for variables in VARIABLES.values():
            for name in variables:
                environment.delenv(name, raising=False)
        yield


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Streamlit's AppTest leaves its script as the main module, which new processes would run again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an SQLite history is."""
    (tmp_path / "data").mkdir(exist_ok=True)
    return tmp_path / "data" / "history.db"


@pytest.fixture
def standin() -> Iterator[Standin]:
    """A running stand-in of a model endpoint, with nothing scripted."""
    with Standin() as running:
        yield running


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty history."""
    if request.param == "sqlite":
        opened = open_store(request.getfixturevalue("tmp_path") / "data" / "history.db")
    else:
        server: str = request.getfixturevalue("postgresql_server")
        opened = open_store(new_database(server))
    yield opened
    opened.close()


def new_database(server: str) -> str:
    """The URL of a new, empty database on a server."""
    import psycopg

    name = f"test_{token_hex(8)}"
    with psycopg.connect(server.replace("+psycopg", "") + "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server + name


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server of its own, on a free port; the URL to which a database's name is to be added."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    as_user = unprivileged()
    with TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        if as_user:
            shutil.chown(folder, as_user[-1])
        data = str(Path(folder) / "data")
        initdb = [*as_user_command(as_user), str(programs / "initdb"), "-D", data, "-U", "tester", "-A", "trust", "-N"]
        subprocess.run(initdb, check=True, capture_output=True, cwd="/")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        control = [*as_user_command(as_user), str(programs / "pg_ctl"), "-D", data]
        log = str(Path(folder) / "log")
        subprocess.run([*control, "-w", "-l", log, "-o", options, "start"], check=True, capture_output=True, cwd="/")
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}/"
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")


def postgresql_programs() -> Path | None:
    """Where initdb and pg_ctl are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def unprivileged() -> list[str]:
    """The user that a server runs as where root runs the tests, which it refuses; empty where nobody else is needed."""
    if os.geteuid() != 0:
        return []
    users = {user.pw_name for user in pwd.getpwall()}
    return ["postgres" if "postgres" in users else "nobody"]


def as_user_command(user: list[str]) -> list[str]:
    return ["runuser", "-u", user[0], "--"] if user else []
