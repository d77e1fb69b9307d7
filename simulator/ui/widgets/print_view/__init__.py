"""The print view's widget: opens the browser's print dialogue with a document that is not on the page."""

from __future__ import annotations

import secrets

from simulator.ui.widgets import mounted


def print_view(key: str, html: str, *, title: str) -> None:
    """Prints a document, once each time that this is called.

    Args:
        key: of the widget.
        html: the whole document; everything in it is escaped already.
        title: what the document is, for screen readers.
    """
    mounted("print_view")(key=key, data={"html": html, "title": title, "nonce": secrets.token_hex(8)})
