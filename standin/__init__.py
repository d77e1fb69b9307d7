"""A stand-in for a model endpoint: a real HTTP server that speaks the OpenAI protocol and does as it is told.

For tests (`Standin`, in a thread) and benchmarks (`python -m standin`, a process of its own). It is no part of the
program and is not installed with it.
"""

from standin.app import make_app
from standin.behaviour import Behaviour, Fault
from standin.model import Model
from standin.records import Call, Records
from standin.server import Standin, free_port

__all__ = ["Behaviour", "Call", "Fault", "Model", "Records", "Standin", "free_port", "make_app"]
