"""Pages that are no articles, written without a look at the phrases that are known, in eight languages.

The pages of the first two sets were written before the signs; those of the third after them, in words that
the signs do not have: they show what a rule about words cannot do, and what the others must.
"""

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.confidence import Confidence
from alerts.sources import page
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake
from alerts.sources.page_name import title_doubt
from alerts.sources.plausible import doubts

FILE = Path(__file__).parent.parent / "data" / "no-articles.tsv"
HERE = "https://p.example/news/1"
Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _read(row: Row, head: str = "", link: str = "") -> Article:
    whole = (
        f"<!doctype html><html lang={row['language']}><head><meta charset=utf-8><title>{row['title']}</title>"
        f"{head}</head><body><header><a href=/>Home</a></header><main>{row['body']}</main>"
        "<footer>© Wells Alliance</footer></body></html>"
    )
    intake = Intake(Source(1, HERE, SourceKind.PAGE), Settings(root=Path(".")))
    found = page.read(Fetched(HERE, HERE, whole.encode(), "text/html"), intake).articles[0]
    return replace(found, marks=(f"link:{link}",)) if link else found


def _walls(rows: list[Row], *sets: str) -> list[Row]:
    return [one for one in rows if one["kind"] != "article" and one["set"] in sets]


def test_pages_in_new_words_are_held_by_signs_that_come_together(rows: list[Row]) -> None:
    walls = _walls(rows, "first", "second")
    assert len(walls) == 64
    assert [one["title"] for one in walls if not doubts(_read(one), page=True)] == []


def test_a_page_that_a_program_found_is_held_while_nothing_says_that_it_is_an_article(
    rows: list[Row],
) -> None:
    walls = _walls(rows, "third")
    assert len(walls) == 16
    passed = [one["title"] for one in walls if not doubts(_read(one), page=True, found=True)]
    assert passed == []


def test_a_page_that_a_person_named_is_held_where_its_heading_is_not_what_it_calls_itself(
    rows: list[Row],
) -> None:
    walls = _walls(rows, "third")
    held = [one["title"] for one in walls if doubts(_read(one), page=True)]
    assert len(held) >= 14  # three by their words alone
    one = {"language": "en", "title": "Wells dry up in Sarim", "body": "<h1>Wells Alliance</h1>"}
    body = (
        f"{one['body']}<h2>Sarim: forty wells are dry</h2><p>No rain has come for ninety days.</p>"
    )
    assert not doubts(_read({**one, "body": body}), page=True)  # its name stands above its heading
    every = {
        **one,
        "title": "P Example",
        "body": "<h1>Forty wells are dry</h1><p>No rain came.</p>",
    }
    assert not doubts(_read(every), page=True)  # all pages of p.example are called so


def test_articles_without_their_metadata_are_what_they_call_themselves(corpus: Path) -> None:
    """The pages of the corpus, as if they said nothing about themselves."""
    truth = json.loads((corpus / "articles" / "ground-truth.json").read_text(encoding="utf-8"))
    assert len(truth) > 50
    apart = []
    for key, one in truth.items():
        url = one["url"]
        octets = gzip.decompress((corpus / "articles" / f"{key}.html.gz").read_bytes())
        tree = page.page_tree(Fetched(url, url, octets, "text/html"), url)
        if title_doubt(tree, url).confidence is Confidence.GUESS:
            apart.append(url)
    assert len(apart) <= 1, apart  # called as its site, in another script than its host


def test_articles_about_such_things_pass(rows: list[Row]) -> None:
    articles = [one for one in rows if one["kind"] == "article"]
    assert len(articles) == 22
    for one in articles:
        read = _read(one, link=one["title"])
        assert not doubts(read, page=True, found=True), one["title"]


def test_a_short_page_passes_once_something_says_that_it_is_an_article(rows: list[Row]) -> None:
    one = next(one for one in rows if one["kind"] == "article")
    assert doubts(_read(one), page=True, found=True)
    assert not doubts(_read(one), page=True)  # a person has named it
    assert not doubts(_read(one, link=one["title"]), page=True, found=True)
    for head in (
        f'<meta property="og:title" content="{one["title"]}">',
        '<meta property="article:published_time" content="2026-10-08T09:00:00Z">',
    ):
        assert not doubts(_read(one, head), page=True, found=True)
