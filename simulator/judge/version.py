"""A name for all that the judge's verdicts depend on beside the model: verdicts of different names are not compared."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from simulator.endpoint.settings import StructuredMode
from simulator.endpoint.structured import MODES, request
from simulator.judge.answer import FORM, schema
from simulator.judge.checking import contradictions
from simulator.judge.criteria import table
from simulator.judge.request import caps, templates
from simulator.prompts import fingerprint
from simulator.scoring import ReaderLanguage


def prompt_version(language: ReaderLanguage, structured: StructuredMode | Literal["auto"]) -> str:
    """Eight hexadecimal digits.

    They change with the prompt's text, the criteria, the words that contradict a band, how much of a case is shown,
    the form and how it is asked for, and the language of reasons.

    Args:
        language: what reasons are written in.
        structured: how the form is asked for; with "auto" in any of the ways.
    """
    ways = MODES if structured == "auto" else (structured,)
    system = {"role": "system", "content": fingerprint(*templates(language))}
    asked = [request([system], schema(), FORM, way) for way in ways]
    depends_on = [language, asked, table(), contradictions(), caps()]
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:8]
