"""Widgets of our own: Streamlit components whose HTML, style sheet and script are files beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def mounted(name: str) -> Callable[..., Any]:
    """The command that mounts a widget: `widgets/<name>/<name>.html`, `.css` and `.js`, the last after `shared.js` and
    the other scripts of its folder. Registered once a process."""
    widgets = Path(__file__).parent
    folder = widgets / name
    html, css, js = (folder.joinpath(f"{name}.{kind}").read_text("utf-8") for kind in ("html", "css", "js"))
    others = [widgets / "shared.js", *sorted(each for each in folder.glob("*.js") if each.stem != name)]
    shared = "\n".join(each.read_text("utf-8") for each in others)
    return st.components.v2.component(f"tough_customer_{name}", html=html, css=css, js=f"{shared}\n{js}")
