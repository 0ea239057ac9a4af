"""How well article pages are read: `python -m benchmarks.pages [FOLDER]`.

FOLDER (default: the shared corpus) holds `ground-truth.json` and gzipped pages of
scrapinghub/article-extraction-benchmark; `pages_facts.json` beside this module has the headline and the
day of publication of each, as a reader sees them on the page. Every second page was looked at while the
extraction was made (“seen”); the others judge it (“unseen”). trafilatura alone reads the same pages.

passages     share of the article's paragraphs of ten words or more that were found whole
boilerplate  share of what was found that is not in the article
F1           of precision and recall over shingles of four words, each page with the same weight
dates        share of pages whose date was found, within a day
invented     share of pages with a date that is wrong by more than a day
titles       share of pages whose headline was found exactly (white space and quotation marks apart)
bare         dates and invented dates of the same pages without their metadata and JSON-LD
guessed      share of pages whose text is flagged, as two extractors disagree; their F1 beside it
"""

import gzip
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import trafilatura

from alerts.config.settings import Settings
from alerts.domain.article import Source
from alerts.domain.errors import InputError
from alerts.sources import main_text, metadata, page
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "articles"
FACTS = Path(__file__).with_name("pages_facts.json")
SHINGLE = 4
PASSAGE = 10  # words of a paragraph that must be found
NEARLY = 0.9  # of the shingles of a paragraph: then it was found whole
Score = tuple[float, float, float]  # true positives, false positives, false negatives: together 1


@dataclass(frozen=True, slots=True)
class PageRead:
    """What was read from a page; `bare`: its date without metadata; `guessed`: its text is flagged."""

    text: str
    title: str
    day: str
    bare: str
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class PageTruth:
    """What a page says to its readers."""

    text: str
    title: str
    day: str


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


def passages(true: str, found: str) -> tuple[int, int]:
    """How many paragraphs of a text were found, and how many there are."""
    got = shingles(found)
    wanted = [shingles(line) for line in true.split("\n") if len(line.split()) >= PASSAGE]
    whole = [one for one in wanted if (one & got).total() >= NEARLY * one.total()]
    return len(whole), len(wanted)


def ours(octets: bytes, url: str) -> str:
    """The text as a source of kind `page` finds it."""
    tree = page.page_tree(Fetched(url, url, octets, "text/html"), url)
    language = metadata.language(tree, metadata.Metadata(tree))
    return main_text.content(tree, url, metadata.bodies(tree), language).text


def theirs(octets: bytes, url: str) -> str:
    """The text as trafilatura alone finds it."""
    return trafilatura.extract(octets, url=url, include_comments=False) or ""


def read_by_us(octets: bytes, url: str) -> PageRead:
    """A page as a source of kind `page` reads it."""
    document = Fetched(url, url, octets, "text/html")
    intake = Intake(Source(0, url, "page"), Settings(root=Path()))
    tree = page.page_tree(document, url)
    bare = _without_metadata(tree)
    try:
        article = page.article(tree, document, intake)
    except InputError:
        return PageRead("", "", "", "")
    try:
        without = page.article(bare, document, intake).published
    except InputError:
        without = None
    day = article.published.date().isoformat() if article.published else ""
    plain = without.date().isoformat() if without else ""
    guessed = any(one.field == "text" for one in article.confidence)
    return PageRead(ours(octets, url), article.title, day, plain, guessed)


def read_by_trafilatura(octets: bytes, url: str) -> PageRead:
    """A page as trafilatura alone reads it."""
    tree = page.page_tree(Fetched(url, url, octets, "text/html"), url)
    told = trafilatura.extract_metadata(deepcopy(tree), default_url=url)
    bare = trafilatura.extract_metadata(_without_metadata(tree), default_url=url)
    return PageRead(theirs(octets, url), told.title or "", told.date or "", bare.date or "")


def _without_metadata(tree: Any) -> Any:
    """A copy of a page without its metadata, JSON-LD and scripts."""
    copy = deepcopy(tree)
    for one in list(copy.iter("meta", "script")):
        one.drop_tree()
    for one in copy.iter("time"):
        one.attrib.pop("datetime", None)
    return copy


def dated(pairs: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """The shares of right and of wrong days, of pairs of the true and the found one."""
    right = wrong = 0
    for true, found in pairs:
        near = bool(found) and abs(date.fromisoformat(true) - date.fromisoformat(found)).days <= 1
        right += near
        wrong += bool(found) and not near
    return right / len(pairs), wrong / len(pairs)


def _same_title(one: str, other: str) -> bool:
    marks = str.maketrans("‘’“”–—\u00a0", "''\"\"-- ")
    return " ".join(one.translate(marks).split()) == " ".join(other.translate(marks).split())


def report(name: str, part: str, some: Sequence[tuple[PageTruth, PageRead]]) -> str:
    """The figures of one part of the pages, in one line."""
    precision, _, f1 = figures(score(true.text, read.text) for true, read in some)
    found = [passages(true.text, read.text) for true, read in some]
    whole = sum(n for n, _ in found) / sum(of for _, of in found)
    days, invented = dated([(true.day, read.day) for true, read in some])
    bare, made_up = dated([(true.day, read.bare) for true, read in some])
    titles = sum(_same_title(true.title, read.title) for true, read in some) / len(some)
    flagged = [score(true.text, read.text) for true, read in some if read.guessed]
    doubt = f"  guessed {len(flagged) / len(some):.1%}"
    doubt += f" (F1 {figures(flagged)[2]:.3f})" if flagged else ""
    return (
        f"{name:<12} {part:<7} passages {whole:.1%}  boilerplate {1 - precision:.1%}  F1 {f1:.3f}"
        f"  dates {days:.1%}  invented {invented:.1%}  titles {titles:.1%}"
        f"  bare {bare:.1%}, {made_up:.1%}{doubt if name == 'alerts' else ''}"
    )


def main() -> None:
    """Print the figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    for name, read in (("alerts", read_by_us), ("trafilatura", read_by_trafilatura)):
        began, some = time.perf_counter(), []
        for key, case in sorted(truth.items()):
            octets = gzip.decompress((folder / f"{key}.html.gz").read_bytes())
            told = PageTruth(case["articleBody"], facts[key]["title"], facts[key]["date"])
            some.append((told, read(octets, case["url"])))
        took = (time.perf_counter() - began) / len(some)
        for part, these in (("all", some), ("seen", some[::2]), ("unseen", some[1::2])):
            print(report(name, part, these))
        print(f"{name}: {len(some)} pages, {took * 1000:.0f} ms each (read twice for “bare”)")


if __name__ == "__main__":
    main()
