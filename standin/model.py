"""The stand-in's model: what is answered to a request when nothing was scripted."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from standin.behaviour import Behaviour
from standin.records import text_of, tokens

Body = Mapping[str, Any]
"""A request as JSON."""

_SENTENCES = (
    "Thanks, but that does not really answer my question about the refund.",
    "I ordered it last week and it still has not arrived.",
    "Could you tell me exactly when I can expect the replacement?",
    "I already tried that twice and the same error comes back.",
    "So what do you need from me to go ahead?",
    "I have been a customer for six years and this is the third time.",
)

_CODE_WORD = re.compile(r"code word is “(\w+)”")
"""A word that the model is told to repeat, which shows that it has read the request from its beginning."""


@dataclass
class Model:
    """What the endpoint offers, and how it answers. Everything may be changed while the server runs.

    Args:
        names: the models that /v1/models lists; a request for another is answered with 404.
        key: the only key that is accepted; None accepts any.
        formats: kinds of `response_format` that are known; others are answered with 400.
        rejects: parameters that are answered with 400.
        context: how many tokens fit into a request and its answer together; None for any number.
        knows_system: whether its chat template knows system messages.
        always: what every request gets, that for the list of models included; None leaves it to the rest.
        dimensions: length of an embedding; 0 means that there are no embeddings.
        lists_models: whether there is a list of models at all.
        shutdowns: the days on which models will be shut down, as the list tells them.
        answer: gives the behaviour, or only the text, for a request that nothing is scripted for.
    """

    names: list[str] = field(default_factory=lambda: ["standin"])
    key: str | None = None
    formats: set[str] = field(default_factory=lambda: {"json_schema", "json_object", "text"})
    rejects: set[str] = field(default_factory=set)
    context: int | None = None
    knows_system: bool = True
    always: Behaviour | None = None
    dimensions: int = 8
    lists_models: bool = True
    shutdowns: dict[str, str] = field(default_factory=dict)
    answer: Callable[[Body], Behaviour | str] = lambda body: Behaviour()
    _scripts: dict[bool | None, deque[Behaviour]] = field(
        default_factory=lambda: {True: deque(), False: deque(), None: deque()}
    )

    def script(self, *answers: Behaviour | str, stream: bool | None = None) -> None:
        """Lays answers ready, one a request; only for requests with or without a stream if `stream` says so."""
        self._scripts[stream].extend(as_behaviour(each) for each in answers)

    @property
    def left(self) -> int:
        """How many scripted answers were not asked for yet."""
        return sum(map(len, self._scripts.values()))

    def behave(self, body: Body) -> Behaviour:
        """The behaviour for a chat request, its text filled in."""
        for queue in (self._scripts[bool(body.get("stream"))], self._scripts[None]):
            if queue:
                found = queue.popleft()
                break
        else:
            found = self._complaint(body) or as_behaviour(self.answer(body))
        return replace(found, text=plausible(body)) if found.text is None else found

    def _complaint(self, body: Body) -> Behaviour | None:
        """The error for what this endpoint does not offer."""
        if body.get("model") not in self.names:
            text = f"The model `{body.get('model')}` does not exist"
            return Behaviour(status=404, error=text, code="model_not_found")
        for name in sorted(self.rejects & body.keys()):
            return Behaviour(status=400, error=f"Unsupported parameter: '{name}'", code="unsupported_parameter")
        messages = body.get("messages", [])
        if not self.knows_system and any(each["role"] == "system" for each in messages):
            return Behaviour(status=400, error="System role not supported")
        wanted = tokens("".join(map(text_of, messages))) + body.get("max_tokens", 0)
        if self.context is not None and wanted > self.context:
            error = (
                f"This model's maximum context length is {self.context} tokens. However, you requested {wanted} tokens"
            )
            return Behaviour(status=400, error=error)
        kind = (body.get("response_format") or {}).get("type", "text")
        if kind not in self.formats:
            return Behaviour(status=400, error=f"'response_format.type' {kind} is not supported")
        return None


def as_behaviour(answer: Behaviour | str) -> Behaviour:
    """A bare text is said at once."""
    return Behaviour(text=answer) if isinstance(answer, str) else answer


def plausible(body: Body) -> str:
    """A deterministic answer to a request: a sentence, a code word, or the least JSON that fits its schema."""
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return json.dumps(instance_of(wanted["json_schema"].get("schema", {})))
    if wanted.get("type") == "json_object":
        return json.dumps({"answer": "ok"})
    asked = text_of((body.get("messages") or [{}])[-1])
    if named := _CODE_WORD.search(asked):
        return named[1]
    said = json.dumps(body.get("messages", [])[-1:])
    return _SENTENCES[crc32(said.encode()) % len(_SENTENCES)]


def instance_of(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """The least value that fits a JSON schema (of the part of it that endpoints accept)."""
    root = schema if root is None else root
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return instance_of(target, root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for union in ("anyOf", "oneOf", "allOf"):
        if schema.get(union):
            return instance_of(schema[union][0], root)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        return {name: instance_of(each, root) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance_of(schema.get("items", {}), root) for _ in range(schema.get("minItems", 0))]
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return {"boolean": False, "null": None}.get(kind, "ok")
