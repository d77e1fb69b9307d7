"""What the judge's model is asked to answer: the form, and its JSON Schema."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Band = Literal[0, 1, 2, 3, 4, 5]
"""0 worst to 5 best; in words in the prompt."""

FORM = "judgement"
"""The name of the form."""

_Form = TypeVar("_Form", bound=BaseModel)


class _Strict(BaseModel):
    """All members required and no others: what endpoints that keep to a schema strictly ask for."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Opinion(_Strict):
    """The reason comes before the band: a band that is written first is only defended afterwards."""

    reason: str
    quote: str
    band: Band | None


class Checked(_Strict):
    """An opinion that a passage decides."""

    reason: str
    quote: str
    passage: str | None
    band: Band | None


class Finding(_Strict):
    """Something that the reply does, in its own words."""

    id: str
    quote: str


class Answer(_Strict):
    """A whole answer."""

    accuracy: Checked
    politeness: Opinion
    validation: Opinion
    understanding: Opinion
    elaboration: Opinion
    respect: Opinion
    de_escalation: Opinion
    facts: list[Finding]
    asked: list[Finding]
    moves: list[Finding]


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The JSON Schema of an answer, without what only readers of a schema need."""
    bare: dict[str, Any] = _bare(Answer.model_json_schema())
    return bare


def read_opinion(value: object) -> Opinion | Checked | Literal["malformed", "out_of_range"]:
    """One opinion of an answer; of a broken one, what is wrong. Members that were not asked for are left aside."""
    if not isinstance(value, dict):
        return "malformed"
    form: type[Opinion | Checked] = Checked if "passage" in value else Opinion
    # True is 1 to Python, and no band.
    found = None if isinstance(value.get("band"), bool) else _read(value, form)
    if found is not None:
        return found
    without = _read({**value, "band": None}, form) if "band" in value else None
    return "malformed" if without is None else "out_of_range"


def read_findings(value: object) -> tuple[Finding, ...]:
    """The findings of a list that have the right form."""
    found = [_read(each, Finding) for each in value] if isinstance(value, list) else []
    return tuple(each for each in found if each is not None)


def _read(value: object, form: type[_Form]) -> _Form | None:
    if not isinstance(value, dict):
        return None
    try:
        return form.model_validate({name: value[name] for name in form.model_fields if name in value})
    except ValidationError:
        return None


def _bare(value: Any) -> Any:
    """A schema without the titles and descriptions that pydantic adds."""
    if isinstance(value, dict):
        return {
            name: {inner: _bare(each) for inner, each in part.items()}
            if name in ("properties", "$defs")
            else _bare(part)
            for name, part in value.items()
            if name not in ("title", "description")
        }
    return [_bare(each) for each in value] if isinstance(value, list) else value
