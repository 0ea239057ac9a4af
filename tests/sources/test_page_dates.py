"""The date of a page or entry: published before modified, none made up, and wrong ones told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.month import Month
from alerts.sources import page
from alerts.sources.collect import collect
from alerts.sources.dates import in_address, month_in_address
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake
from alerts.store import articles, quarantine
from alerts.store import sources as store
from tests.http_server import Site

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
TEXT = (
    "<p>Housing costs in the capital have risen faster than wages in every one of the last ten years, a "
    "report by the institute shows. Rents for small flats have doubled, and evictions grew.</p>"
)
MODIFIED = '<meta property="article:modified_time" content="2026-10-30T10:00:00Z">'


def _published(
    head: str = "", before: str = "", after: str = "", url: str = "https://p.example/about"
) -> str:
    whole = (
        f"<!doctype html><html lang=en><head><title>About us</title>{head}</head><body><main>"
        f"<h1>About us</h1>{before}{TEXT}</main>{after}</body></html>"
    )
    intake = Intake(Source(1, url, SourceKind.PAGE), Settings(root=Path(".")))
    (article,) = page.read(Fetched(url, url, whole.encode(), "text/html"), intake).articles
    return article.published.date().isoformat() if article.published else ""


@pytest.mark.parametrize("footer", ["&copy; 2004 Institute", "© 2019", "Copyright 2010–2026 NGO",
                                    "(c) 2019 All rights reserved"])  # fmt: skip
def test_a_copyright_notice_is_no_date(footer: str) -> None:
    assert _published(after=f"<footer>{footer}</footer>") == ""


def test_published_goes_before_modified() -> None:
    assert _published(MODIFIED, "<p>Published on 3 March 2021</p>") == "2021-03-03"
    assert _published(MODIFIED, "<p>Publié le 3 mars 2021</p>") == "2021-03-03"
    assert _published(MODIFIED, url="https://p.example/2021/03/03/about") == "2021-03-03"
    assert _published(MODIFIED) == "2026-10-30"


@pytest.mark.parametrize("wrapped", ["<![CDATA[{}]]>", "\n//<![CDATA[\n{}\n//]]>\n",
                                     "/*<![CDATA[*/{}/*]]>*/", "<!-- {} -->"])  # fmt: skip
def test_data_in_cdata_is_read(wrapped: str) -> None:
    data = wrapped.format('[{"@type":"NewsArticle","datePublished":"2020-07-10T14:15:42+00:00"}]')
    assert (
        _published(f'{MODIFIED}<script type="application/ld+json">{data}</script>') == "2020-07-10"
    )


def test_the_moment_behind_one_day_ago_beside_the_heading() -> None:
    ago = '<div>By Ana Osei <time datetime="2021-03-03T11:45:59Z"{}>1 day ago</time></div>'
    assert _published(MODIFIED, ago.format("")) == "2021-03-03"
    assert _published(MODIFIED, ago.format(' itemprop="dateModified"')) == "2026-10-30"
    assert _published(MODIFIED, f"<div>Updated {ago.format('')}</div>") == "2026-10-30"
    assert _published(MODIFIED, before=TEXT, after=ago.format("")) == "2026-10-30"


def test_the_date_in_an_address() -> None:
    assert in_address("https://b.example/2026/10/05/law") == "2026-10-05"
    assert in_address("https://b.example/news/2026-10-5-law") == "2026-10-05"
    assert in_address("https://b.example/events/2026/11/20/congress") == ""
    assert in_address("https://b.example/2026/10/law") == ""
    assert month_in_address("https://b.example/2019/04/law") == Month(2019, 4)
    assert month_in_address("https://b.example/2019/44/law") is None


def _collected(db: Database, web: Site, root: Path, items: str) -> tuple[str, dict[str, str]]:
    feed = f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>"
    assert store.add(
        db, Source(0, web.serve("/f", feed.encode()), SourceKind.FEED, language="en"), NOW
    )
    settings = Settings(root=root, sources=SourcesSettings(allow_private=True, retries=0))
    notes = "\n".join(collect(db, settings, Month(2026, 10), NOW).notes)
    found = db.conn.execute("SELECT found ->> '$.title', month FROM articles").fetchall()
    return notes, dict(found)


def _item(title: str, path: str, date: str = "") -> str:
    told = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title>{title}</title><link>https://pod.example.org/{path}</link>{told}"
        "<description>This one says what it is about in a sentence.</description></item>"
    )


def test_years_that_cannot_be_right_are_told_and_not_filed(
    db: Database, web: Site, tmp_path: Path
) -> None:
    notes, months = _collected(db, web, tmp_path, "".join((
        _item("Scheduled podcast of December", "dec", "Wed, 30 Dec 2026 14:00:00 +0100"),
        _item("Year typo in the strategy", "typo", "Fri, 16 Oct 2062 14:00:00 +0100"),
        _item("Epoch without a date", "epoch", "Thu, 01 Jan 1970 00:00:00 +0000"),
        _item("Normal article in October", "normal", "Fri, 16 Oct 2026 14:00:00 +0100"),
    )))  # fmt: skip
    assert "2062-10-16, cannot be right" in notes
    assert "1970-01-01, cannot be right" in notes
    assert months["Scheduled podcast of December"] == "2026-12"
    assert set(months.values()) == {"2026-10", "2026-12"}
    shown = [a for a in articles.of_month(db, Month(2026, 10)) if not a.excluded]
    assert [a.title for a in shown] == ["Normal article in October"]
    held = [articles.get(db, one.article_id).article for one in quarantine.open_ones(db)]
    assert [a.published for a in held] == [None, None]


def test_what_has_no_date_is_filed_by_its_address_or_told(
    db: Database, web: Site, tmp_path: Path
) -> None:
    notes, months = _collected(db, web, tmp_path, "".join((
        _item("Article of years ago one", "2019/04/old-article"),
        _item("Article of this month two", "2026/10/new-article"),
        _item("Article of no month at all", "new-article"),
    )))  # fmt: skip
    assert months == {
        "Article of years ago one": "2019-04",
        "Article of this month two": "2026-10",
        "Article of no month at all": "2026-10",
    }
    assert "1 new article without a date, filed in 2026-10" in notes
