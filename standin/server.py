"""The stand-in on a free port of this machine, in a thread."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from types import TracebackType

import uvicorn

from standin.app import make_app
from standin.model import Model
from standin.records import Records


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Standin:
    """A running stand-in: `model` says how it answers, `records` what it was asked. Use as a context manager.

    Args:
        model: how it answers.
        certificate: a PEM file with a certificate and its key, to speak HTTPS; plain HTTP if None.
    """

    def __init__(self, model: Model | None = None, *, certificate: Path | None = None) -> None:
        self.model = model or Model()
        self.records = Records()
        config = uvicorn.Config(
            make_app(self.model, self.records),
            log_level="critical",  # dropped connections are meant
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=0,  # stalled streams never end by themselves
            ssl_certfile=certificate,
        )
        self._scheme = "https" if certificate else "http"
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def url(self) -> str:
        """The base URL, up to and with /v1."""
        return f"{self._scheme}://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def __enter__(self) -> Standin:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the server; nothing listens on its port any more."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def reset(self) -> None:
        """Makes it as new: the model's defaults, nothing scripted, nothing recorded."""
        self.model.__dict__.update(Model().__dict__)
        self.records.clear()
