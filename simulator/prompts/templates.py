"""Templates: `{{name}}` stands for a value. Strict: a name without a value, or a value without a name, is an error."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib import resources

_NAME = re.compile(r"\{\{(\w+)\}\}")


class PromptError(ValueError):
    """A template and its values do not fit."""


def render(template: str, /, **values: str) -> str:
    """A template with its values put in; values are put in as they are, never read as templates.

    Args:
        template: name of a file of this package, without `.md`.
        values: what each `{{name}}` of it stands for.

    Raises:
        PromptError: a name of the template has no value, or a value is not used.
    """
    text = _text(template)
    names = set(_NAME.findall(text))
    if missing := sorted(names - values.keys()):
        raise PromptError(f"{template}.md: no value for {', '.join(missing)}")
    if unused := sorted(values.keys() - names):
        raise PromptError(f"{template}.md: not used: {', '.join(unused)}")
    return _NAME.sub(lambda found: values[found[1]], text)


def fingerprint(*templates: str) -> str:
    """Eight hexadecimal digits that change with the text of any of the templates: the version of a prompt."""
    return hashlib.sha256("\0".join(map(_text, templates)).encode()).hexdigest()[:8]


@lru_cache(maxsize=32)
def _text(template: str) -> str:
    return resources.files(__package__).joinpath(f"{template}.md").read_text("utf-8").strip()
