"""`python -m standin --port 8099 [--first-token 0.7] [--between 0.02] [--text …]`: a process of its own."""

from __future__ import annotations

import argparse

import uvicorn

from standin.app import make_app
from standin.behaviour import Behaviour
from standin.model import Model
from standin.records import Records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--first-token", type=float, default=0.0, help="seconds before the first piece")
    parser.add_argument("--between", type=float, default=0.0, help="seconds between two pieces")
    parser.add_argument("--text", help="what every answer says; by default a sentence, or JSON that fits the schema")
    given = parser.parse_args()
    behaviour = Behaviour(text=given.text, first_token=given.first_token, between=given.between)
    app = make_app(Model(answer=lambda body: behaviour), Records())
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
