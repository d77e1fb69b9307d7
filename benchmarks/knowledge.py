"""How fast and how good the knowledge search is, next to plain BM25 in the same run.

    python benchmarks/knowledge.py [--json]

Speed: synthetic pages of 1,000 and 10,000 passages through the store as shipped (offline embedding, Chroma on disk).
Quality: the queries of `knowledge_queries.tsv` on the shipped documents; R@1 and R@3 are the shares of queries whose
passage comes first or among the first three. "search" is what people type into a search box, in four languages;
"paraphrase" is English in a customer's words, with hardly a word of the passage in it.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, quantiles
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from simulator.conversation import LANGUAGES  # noqa: E402
from simulator.documents import Passage, read_product  # noqa: E402
from simulator.knowledge import KnowledgeStore  # noqa: E402

LIBRARY = ROOT / "scenario_library" / "knowledge"
SIZES = (1_000, 10_000)
QUERIES = 200

Find = Callable[[str], Sequence[str]]
"""A query in, passage ids out, best first."""
Row = dict[str, str | float]
"""One line of results by name."""


class PlainBM25:
    """The baseline: BM25 over lower-case words, without stems, meanings or vectors."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._ids = [passage.id for passage in passages]
        counts = [Counter(words(f"{passage.title} {passage.text}")) for passage in passages]
        average = mean(count.total() for count in counts)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, count in enumerate(counts):
            damping = 1.5 * (0.25 + 0.75 * count.total() / average)
            for word, times in count.items():
                self._postings.setdefault(word, []).append((number, times / (times + damping)))

    def __call__(self, query: str) -> list[str]:
        scores: Counter[int] = Counter()
        for word in set(words(query)):
            places = self._postings.get(word, [])
            rarity = math.log(1 + (len(self._ids) - len(places) + 0.5) / (len(places) + 0.5))
            for number, share in places:
                scores[number] += rarity * share  # type: ignore[assignment]
        return [self._ids[number] for number, _ in scores.most_common(5)]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def speed(size: int) -> Row:
    """Write, ingest and search `size` synthetic passages; times in milliseconds, rates in passages a second."""
    chance = random.Random(size)
    vocabulary = ["".join(chance.choices("abcdefghijklmnoprstuvw", k=chance.randint(4, 10))) for _ in range(5_000)]
    common_first = [1 / (rank + 1) for rank in range(len(vocabulary))]
    with TemporaryDirectory() as name:
        folder = Path(name)
        pages = folder / "library" / "synthetic" / "en"
        pages.mkdir(parents=True)
        for page in range(size // 100):
            sections = (
                f"## {' '.join(chance.choices(vocabulary, k=4))} {{#s{n}}}\n"
                f"{' '.join(chance.choices(vocabulary, common_first, k=80))}.\n"
                for n in range(100)
            )
            (pages / f"p{page}.md").write_text("\n".join(sections), encoding="utf-8")
        queries = [" ".join(chance.choices(vocabulary, common_first, k=4)) for _ in range(QUERIES)]
        passages = read_product(pages.parent, product="synthetic", language="en")
        with KnowledgeStore(folder / "library", folder / "data") as store:
            store.search("warm", product=warm_up(folder / "library"), language="en")  # imports are not ingestion
            _, ingest = timed(store.ingest)
            _, unchanged = timed(store.ingest)
            found = search_times(lambda query: ids(store, query, product="synthetic"), queries)
        with KnowledgeStore(folder / "library", folder / "data") as store:
            _, first = timed(lambda: ids(store, queries[0], product="synthetic"))
        baseline = search_times(PlainBM25(passages), queries)
    return {
        "passages": size,
        "ingest_per_second": size / ingest,
        "unchanged_per_second": size / unchanged,
        "first_search_after_start_ms": first * 1e3,
        "search_p50_ms": found[0],
        "search_p95_ms": found[1],
        "plain_bm25_p50_ms": baseline[0],
        "plain_bm25_p95_ms": baseline[1],
        "p50_to_plain_bm25": found[0] / baseline[0],
    }


def warm_up(library: Path) -> str:
    (library / "warm" / "en").mkdir(parents=True)
    (library / "warm" / "en" / "warm.md").write_text("warm", encoding="utf-8")
    return "warm"


def quality() -> list[Row]:
    """R@1 and R@3 of the store and of the baseline, by kind of query and language."""
    with (ROOT / "benchmarks" / "knowledge_queries.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    results: list[Row] = []
    with TemporaryDirectory() as data, KnowledgeStore(LIBRARY, Path(data)) as store:
        for kind, language in [*(("search", language) for language in LANGUAGES), ("paraphrase", LANGUAGES[0])]:
            ranks: dict[str, list[float]] = {"hybrid": [], "plain_bm25": []}
            for product in sorted({row["product"] for row in rows}):
                plain = PlainBM25(read_product(LIBRARY / product, product=product, language=language))
                for row in rows:
                    if (row["kind"], row["product"]) == (kind, product):
                        query = row[language]
                        ranks["hybrid"].append(rank(row["passage"], ids(store, query, product, language)))
                        ranks["plain_bm25"].append(rank(row["passage"], plain(query)))
            shares = {
                f"{name}_r@{top}": mean(place <= top for place in places)
                for name, places in ranks.items()
                for top in (1, 3)
            }
            results.append({"kind": kind, "language": language, "queries": len(ranks["hybrid"]), **shares})
    return results


def ids(store: KnowledgeStore, query: str, product: str, language: object = "en") -> list[str]:
    hits = store.search(query, product=product, language=language)  # type: ignore[arg-type]
    return [hit.passage.id for hit in hits]


def rank(passage: str, found: Sequence[str]) -> float:
    return found.index(passage) + 1 if passage in found else math.inf


def search_times(find: Find, queries: Sequence[str]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    cuts = quantiles((timed(partial(find, query))[1] for query in queries), n=20)
    return cuts[9] * 1e3, cuts[18] * 1e3


def timed(work: Callable[[], object]) -> tuple[object, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    arguments = parser.parse_args()
    results: dict[str, list[Row]] = {"quality": quality(), "speed": [speed(size) for size in SIZES]}
    if arguments.json:
        print(json.dumps(results, indent=2))
        return
    for group in results.values():
        for row in group:
            print(
                "  ".join(
                    f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
                    for name, value in row.items()
                )
            )


if __name__ == "__main__":
    main()
