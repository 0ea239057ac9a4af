"""Pages that are no articles, written without a look at the phrases that are known, in eight languages.

The pages of the first two sets were written before the signs; those of the third after them, in words that
the signs do not have: they show what a rule about words cannot do, and what the others must.
"""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.sources import page
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake
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
    said = [doubts(_read(one), page=True) for one in walls]
    assert 0 < sum(map(bool, said)) < len(walls)  # words alone do not tell


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
