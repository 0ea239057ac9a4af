"""How well the text of article pages is found: `python -m benchmarks.pages [FOLDER]`.

FOLDER (default: the shared corpus) holds `ground-truth.json` and gzipped pages of
scrapinghub/article-extraction-benchmark, and the score is that of that benchmark: precision, recall
and F1 over shingles of four words, each page with the same weight. Every second page was looked at
while the extraction was made (“seen”); the others judge it (“unseen”).
"""

import gzip
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import trafilatura

from alerts.sources import main_text, metadata, page
from alerts.sources.fetch import Fetched

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "articles"
SHINGLE = 4
Score = tuple[float, float, float]  # true positives, false positives, false negatives: together 1


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """How often each run of four words stands in a text."""
    words = re.findall(r"\w+", text)
    runs = range(max(1, len(words) - SHINGLE + 1))
    return Counter(tuple(words[i : i + SHINGLE]) for i in runs if words)


def score(true: str, found: str) -> Score:
    """What of a text was found, what was found beyond it, what is missing."""
    expected, got = shingles(true), shingles(found)
    parts = [(expected & got).total(), (got - expected).total(), (expected - got).total()]
    whole = sum(parts) or 1
    right, wrong, missing = (part / whole for part in parts)
    return right, wrong, missing


def figures(scores: Iterable[Score]) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    kept = list(scores)
    precision = statistics.mean(r / (r + w) for r, w, _ in kept if r + w)
    recall = statistics.mean(r / (r + m) for r, _, m in kept if r + m)
    return precision, recall, 2 * precision * recall / (precision + recall)


def ours(octets: bytes, url: str) -> str:
    """The text as a source of kind `page` finds it."""
    tree = page.page_tree(Fetched(url, url, octets, "text/html"), url)
    return main_text.content(tree, url, metadata.bodies(tree)).text


def theirs(octets: bytes, url: str) -> str:
    """The text as trafilatura alone finds it."""
    return trafilatura.extract(octets, url=url, include_comments=False) or ""


def main() -> None:
    """Print the figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    for name, extract in (("alerts", ours), ("trafilatura alone", theirs)):
        began, scores = time.perf_counter(), []
        for key, case in sorted(truth.items()):
            octets = gzip.decompress((folder / f"{key}.html.gz").read_bytes())
            scores.append(score(case["articleBody"], extract(octets, case["url"])))
        took = (time.perf_counter() - began) / len(scores)
        print(f"{name}: {len(scores)} pages, {took * 1000:.0f} ms each")
        for part, some in (("all", scores), ("seen", scores[::2]), ("unseen", scores[1::2])):
            precision, recall, f1 = figures(some)
            print(f"  {part:<7} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")


if __name__ == "__main__":
    main()
