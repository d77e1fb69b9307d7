"""JSON Schemas of the author formats."""

from __future__ import annotations

import json

from pydantic import BaseModel

from simulator.scenarios.desk_format import MacroFile
from simulator.scenarios.formats import Persona, Scenario


def render_schemas() -> dict[str, str]:
    """File name to text of each schema, the same on every machine."""
    formats: dict[str, type[BaseModel]] = {
        "scenario.schema.json": Scenario,
        "persona.schema.json": Persona,
        "macros.schema.json": MacroFile,
    }
    return {
        name: json.dumps(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()},
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
        for name, model in formats.items()
    }
