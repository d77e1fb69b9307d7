"""Messages that were exported as HTML: their text."""

from __future__ import annotations

import re
from html import unescape

_UNSEEN = re.compile(r"<(script|style|head)\b[^<>]*>.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)", re.IGNORECASE | re.DOTALL)
_LINES = re.compile(
    r"</?(?:p|br|div|li|ul|ol|tr|table|tbody|h[1-6]|blockquote|hr|html|body)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_INSIDE = re.compile(
    r"</?(?:a|b|i|u|s|em|strong|span|font|small|big|sub|sup|img|td|th|code|pre|label|center)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LINE_ENDS = re.compile(r"\s*\n\s*")


def without_markup(text: str) -> str:
    """A text without the tags of HTML, and with its characters written out; as it is where there are no tags.

    Args:
        text: a message. Only names that HTML has are tags: "<order number>" and "<me@example.org>" are text.
    """
    if "<" not in text:
        return text
    seen = _UNSEEN.sub(" ", text)
    plain = _INSIDE.sub("", _LINES.sub("\n", seen))
    return text if plain == text else _LINE_ENDS.sub("\n", unescape(plain)).strip()
