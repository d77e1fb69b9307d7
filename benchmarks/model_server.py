"""The stand-in of `benchmarks/endpoint.py`, a process of its own: it answers as was played beforehand."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from standin import Behaviour, Model, Records, free_port, make_app

Messages = list[dict[str, str]]
Texts = dict[str, str]
"""Answers, by the request's `key`."""


def key(messages: Messages) -> str:
    """What a request is known by: its messages but for the first one, and for what stands after the task.

    There and there a schema stands in some modes, and two requests of a conversation differ elsewhere too.
    """
    *before, last = messages[1:]
    return json.dumps([[each["content"] for each in before], last["content"].partition("</task>")[0]])


def model_of(texts: Mapping[str, str], first_token: float = 0.0, between: float = 0.0) -> Model:
    """A model that gives these answers, and fails where it has none: a request that was not foreseen spoils a figure.

    Args:
        texts: the answers.
        first_token: seconds before the first piece.
        between: seconds between two pieces.
    """

    def answer(body: Mapping[str, Any]) -> Behaviour:
        text = texts.get(key(body["messages"]))
        if text is None:
            return Behaviour(status=400, error="not in the conversation that was played beforehand")
        return Behaviour(text=text, first_token=first_token, between=between)

    return Model(answer=answer)


@contextmanager
def stand_in(texts: Texts, first_token: float = 0.0, between: float = 0.0) -> Iterator[int]:
    """The port of a stand-in with these answers. Arguments as for `model_of`."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.json"
        file.write_text(json.dumps(texts), encoding="utf-8")
        options = [str(port), str(file), str(first_token), str(between)]
        server = subprocess.Popen([sys.executable, __file__, *options], cwd=Path(__file__).parents[1])
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1):
                        break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
            yield port
        finally:
            server.terminate()
            server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("texts", type=Path)
    parser.add_argument("first_token", type=float)
    parser.add_argument("between", type=float)
    given = parser.parse_args()
    texts: Texts = json.loads(given.texts.read_text(encoding="utf-8"))
    app = make_app(model_of(texts, given.first_token, given.between), Records())
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=given.port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=60,
    )


if __name__ == "__main__":
    main()
