"""Pages cut into passages."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.conversation import LANGUAGES
from simulator.documents import MAX_PASSAGE, DocumentError, Passage, product_languages, read_product, split_page

LIBRARY = Path(__file__).parent.parent / "scenario_library" / "knowledge"

PAGE = """# Returns

How to send things back.

## When the money comes {#refund-timing}

Within **14 days**.

- to the card
- or as a voucher

## What it costs

### Inside the EU

Nothing.
"""


def split(markdown: str) -> tuple[Passage, ...]:
    return split_page(markdown, product="acme", language="en", page="returns")


def test_a_page_becomes_its_introduction_and_sections() -> None:
    intro, timing, costs = split(PAGE)

    assert intro == Passage("returns#intro", "acme", "en", "returns", "intro", "Returns", "How to send things back.")
    assert (timing.id, timing.title) == ("returns#refund-timing", "Returns · When the money comes")
    assert timing.text == "Within **14 days**.\n\n- to the card\n- or as a voucher"
    assert (costs.id, costs.text) == ("returns#what-it-costs", "### Inside the EU\n\nNothing.")


def test_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    assert split("\ufeff" + PAGE.replace("\n", "\r\n")) == split(PAGE)


@pytest.mark.parametrize("markdown", ["Just text,\n\nin two paragraphs.", "\n  Just text,\n\nin two paragraphs.\n\n"])
def test_a_page_without_headings_is_one_passage(markdown: str) -> None:
    (passage,) = split(markdown)

    assert (passage.id, passage.title) == ("returns#intro", "returns")
    assert passage.text == "Just text,\n\nin two paragraphs."


@pytest.mark.parametrize("markdown", ["", "# Title\n", "## Empty {#empty}\n\n## Also empty\n"])
def test_what_has_no_text_is_no_passage(markdown: str) -> None:
    assert split(markdown) == ()


def test_text_before_the_title_belongs_to_the_introduction() -> None:
    (passage,) = split("Draft.\n\n# Returns\n\nHow to.")

    assert (passage.id, passage.title, passage.text) == ("returns#intro", "Returns", "Draft.\n\n\nHow to.")


@pytest.mark.parametrize(
    ("heading", "anchor", "title"),
    [
        ("## Größe & Gewicht: R4 {#size}", "size", "Größe & Gewicht: R4"),
        ("## Größe & Gewicht: R4", "größe-gewicht-r4", "Größe & Gewicht: R4"),
        ("## Возврат денег ##", "возврат-денег", "Возврат денег"),
        ("## In C#", "in-c", "In C#"),
        ("## ???", "section", "???"),
    ],
)
def test_anchors_are_read_or_made_from_the_heading(heading: str, anchor: str, title: str) -> None:
    (passage,) = split(f"# Page\n{heading}\ntext")

    assert (passage.section, passage.title) == (anchor, f"Page · {title}")


def test_headings_inside_a_code_block_are_text() -> None:
    (passage,) = split("## Setup\n```\n# comment\n## more\n```\ndone")

    assert passage.text == "```\n# comment\n## more\n```\ndone"


@pytest.mark.parametrize(
    "markdown",
    [
        "# P\n\n## One {#same}\na\n\n## Two {#same}\nb",
        "# P\n\n## Same\na\n\n## Same\nb\n",
        "intro\n\n# P\n\nmore\n## Intro\nb",
    ],
)
def test_an_anchor_used_twice_is_an_error_that_names_the_line(markdown: str) -> None:
    with pytest.raises(
        DocumentError, match=r"acme/en/returns\.md:\d: the anchor .* is already used in line \d.*its own"
    ):
        split(markdown)


def test_an_anchor_of_two_words_is_an_error() -> None:
    with pytest.raises(DocumentError, match=r"returns\.md:3: .*refund timing.*one word"):
        split("# P\n\n## When {#refund timing}\na")


def test_long_sections_are_cut_at_paragraphs() -> None:
    paragraphs = [f"{number} " + "word " * 100 for number in range(8)]
    passages = split("# P\n## Long {#long}\n" + "\n\n".join(paragraphs))

    assert [passage.section for passage in passages] == ["long", "long~2", "long~3", "long~4"]
    assert {passage.title for passage in passages} == {"P · Long"}
    assert all(len(passage.text) <= MAX_PASSAGE for passage in passages)
    assert "\n\n".join(passage.text for passage in passages) == "\n\n".join(paragraphs).strip()


@pytest.mark.parametrize("separator", ["\n", " "])
def test_a_paragraph_too_long_by_itself_is_cut_at_lines_or_words(separator: str) -> None:
    text = separator.join(["something"] * 1_000)
    passages = split(text)

    assert all(len(passage.text) <= MAX_PASSAGE for passage in passages)
    assert separator.join(passage.text for passage in passages) == text


def test_a_product_is_read_page_by_page_in_the_order_of_names(tmp_path: Path) -> None:
    for language, page in [("en", "b"), ("en", "a"), ("de", "a"), ("fr", "a")]:
        (tmp_path / language).mkdir(exist_ok=True)
        (tmp_path / language / f"{page}.md").write_text("Text", encoding="utf-8")
    (tmp_path / "es").mkdir()

    assert [p.id for p in read_product(tmp_path, product="acme", language="en")] == ["a#intro", "b#intro"]
    assert read_product(tmp_path, product="acme", language="es") == ()
    assert product_languages(tmp_path) == ("en", "de")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_other_encodings_are_an_error_that_names_the_file_and_the_fix(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "größe.md").write_bytes("# Größe".encode(encoding))

    with pytest.raises(DocumentError, match=r"acme/de/größe\.md: this is not UTF-8 text .* save it .* UTF-8"):
        read_product(tmp_path, product="acme", language="de")


def test_the_shipped_documents_have_the_same_passages_in_all_languages() -> None:
    for product in sorted(LIBRARY.iterdir()):
        ids = {
            language: [passage.id for passage in read_product(product, product=product.name, language=language)]
            for language in product_languages(product)
        }
        assert ids["en"]
        assert set(ids) == set(LANGUAGES)
        assert all(found == ids["en"] for found in ids.values())
