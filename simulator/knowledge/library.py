"""Where the documents are: those shipped with Tough Customer, and those people add to their data folder."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path

from simulator.conversation import Language
from simulator.documents import Passage, product_languages, read_product
from simulator.knowledge.errors import KnowledgeError

_PRODUCT = re.compile(r"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?")


class Library:
    """Documents by product and language, in folders `<product>/<language>/*.md`.

    Args:
        shipped: folder of the shipped products; only read.
        added: folder of the products added by people; made when needed.
    """

    def __init__(self, shipped: Path, added: Path) -> None:
        self._shipped = shipped
        self._added = added

    def shelves(self) -> list[tuple[str, Language]]:
        """Every product and language there are pages of, shipped products first."""
        products = [*_products(self._shipped), *_products(self._added)]
        return [
            (product, language)
            for product in dict.fromkeys(products)
            for language in product_languages(self._folder(product))
        ]

    def passages(self, product: str, language: Language) -> tuple[Passage, ...]:
        """Read a product's passages in a language.

        Raises:
            KnowledgeError: there are none.
            DocumentError: a page is broken.
        """
        if (product, language) not in self.shelves():
            known = ", ".join(f"{name} ({code})" for name, code in self.shelves()) or "nothing"
            raise KnowledgeError(
                f"There is no documentation of “{product}” in the language “{language}”. There is: {known}. "
                "Add the documents, or choose one of these."
            )
        return read_product(self._folder(product), product=product, language=language)

    def is_added(self, product: str) -> bool:
        """Whether people added the product, so that it can be removed."""
        return product not in _products(self._shipped)

    def add(self, source: Path, *, product: str, language: Language) -> None:
        """Copy the pages `source/*.md` (or the one page `source`) to be all the pages of a product in a language.

        Raises:
            KnowledgeError: the name cannot be used, or there are no pages.
            DocumentError: a page is broken; nothing is changed then.
        """
        if not _PRODUCT.fullmatch(product):
            raise KnowledgeError(
                f"“{product}” cannot be a product's name. Use small letters a-z, digits and hyphens, "
                "for example acme-phone."
            )
        if not self.is_added(product):
            raise KnowledgeError(f"“{product}” comes with Tough Customer. Choose another name for your documents.")
        pages = [source] if source.is_file() else sorted(source.glob("*.md"))
        if not pages:
            raise KnowledgeError(f"There are no pages in {source}. Give a folder with files *.md, or one such file.")
        target = self._added / product / language
        staging = self._added / product / ".new"
        shutil.rmtree(staging, ignore_errors=True)
        (staging / language).mkdir(parents=True)
        try:
            for page in pages:
                shutil.copyfile(page, staging / language / page.name)
            if not read_product(staging, product=product, language=language):
                raise KnowledgeError(f"The pages in {source} have no text. Give files *.md with text.")
            shutil.rmtree(target, ignore_errors=True)
            (staging / language).rename(target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            with suppress(OSError):  # there are other languages
                (self._added / product).rmdir()

    def remove(self, product: str) -> None:
        """Delete the documents of a product that people added.

        Raises:
            KnowledgeError: it is not one of those.
        """
        if product not in _products(self._added):
            reason = "There is no such product" if self.is_added(product) else "It comes with Tough Customer"
            raise KnowledgeError(f"“{product}” cannot be removed. {reason}; only products you added can be.")
        shutil.rmtree(self._added / product)

    def _folder(self, product: str) -> Path:
        return (self._added if self.is_added(product) else self._shipped) / product


def _products(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and _PRODUCT.fullmatch(entry.name))
