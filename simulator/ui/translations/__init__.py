"""Texts of the screens in the interface's languages.

The sources say everything in plain English; `<language>/LC_MESSAGES/tough_customer.po` holds the other languages and
is read at run time, so that nothing compiled is kept.
"""

from __future__ import annotations

import gettext
import io
from functools import lru_cache
from pathlib import Path

from simulator.scoring import ReaderLanguage

FOLDER = Path(__file__).parent
DOMAIN = "tough_customer"

LANGUAGES: dict[ReaderLanguage, str] = {"en": "English", "ru": "Русский"}
"""Languages of the interface by their own names."""


def po_file(language: ReaderLanguage) -> Path:
    """The translation file of a language other than English."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: ReaderLanguage) -> gettext.NullTranslations:
    """The texts in a language. Read once a process."""
    if language == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with po_file(language).open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
