"""A web page becomes one article, by what it says of itself."""

import contextlib
import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import main_text as body
from alerts.sources import page
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake, SourceContent
from benchmarks.pages import figures, ours, score

HERE = "https://www.p.example/news/1?utm_source=x"
TEXT = (
    "<article><h1>Heading</h1>"
    + "<p>The court decided. It took long to decide so.</p>" * 9
    + "</article>"
)


def _read(body: bytes | str, url: str = HERE, content_type: str = "text/html") -> SourceContent:
    source = Source(1, url or "page.html", SourceKind.PAGE)
    octets = body.encode() if isinstance(body, str) else body
    return page.read(
        Fetched(url, url, octets, content_type), Intake(source, Settings(root=Path(".")))
    )


def _one(head: str = "", attributes: str = "", **more: Any) -> Article:
    (article,) = _read(
        f"<!doctype html><html {attributes}><head>{head}</head><body>{TEXT}", **more
    ).articles
    return article


def test_opengraph_is_read() -> None:
    article = _one(
        """<title>x</title><meta property="og:title" content="A &amp;amp; B"><meta property="og:description"
        content="What it says."><meta property="og:image" content="/i.jpg"><meta property="og:image:alt" content="A
        house"><meta property="og:site_name" content="Site"><meta property="article:published_time"
        content="2026-10-05T10:00:00+02:00"><meta property="article:tag" content="law">
        <link rel="canonical" href="https://p.example/news/1">""",  # noqa: E501
        'lang="es-ES"',
    )
    assert article.image is not None
    assert (article.url, article.title, article.summary, article.language) == (
        "https://p.example/news/1", "A & B", "What it says.", "es"
    )  # fmt: skip
    assert (article.image.url, article.image.alt) == ("https://www.p.example/i.jpg", "A house")
    assert (article.author, article.tags) == ("Site", ("law",))
    assert article.published == datetime(2026, 10, 5, 8, tzinfo=UTC)


def test_json_ld_is_read_and_broken_json_ld_does_no_harm() -> None:
    thing = {"@graph": [{"@type": "WebSite", "headline": "no"}, {
        "@type": ["NewsArticle"], "headline": "From LD", "description": "Said so.", "inLanguage": "fr",
        "datePublished": "2026-10-07", "image": [{"url": "https://p.example/l.png"}],
        "publisher": {"name": "Pub"}, "keywords": "a, b"}]}  # fmt: skip
    article = _one(
        f'<script type="application/ld+json">{json.dumps(thing)}</script>'
        '<script type="application/ld+json">{"broken</script>'
    )
    assert article.image is not None
    assert (article.title, article.summary, article.language, article.author, article.tags) == (
        "From LD", "Said so.", "fr", "Pub", ("a", "b")
    )  # fmt: skip
    assert article.image.url == "https://p.example/l.png"
    assert article.published == datetime(2026, 10, 7, 12, tzinfo=UTC)


def test_dublin_core_is_read() -> None:
    article = _one(
        '<meta name="DC.title" content="Core"><meta name="DC.date" content="2026-10-08">'
        '<meta name="DC.language" content="es"><meta name="DCTERMS.abstract" content="In short.">'
    )
    assert (article.title, article.summary, article.language) == ("Core", "In short.", "es")
    assert article.published == datetime(2026, 10, 8, 12, tzinfo=UTC)


def test_a_page_that_says_nothing_of_itself_is_read_by_its_text() -> None:
    article = _one()
    assert article.title == "Heading"
    assert article.summary.startswith("The court decided. It took")
    assert article.url == "https://www.p.example/news/1"


def test_a_canonical_address_of_another_site_is_not_believed() -> None:
    for address in (
        "https://evil.example/",
        "javascript:alert(1)",
        "https://p.example.evil.example/x",
    ):
        assert (
            _one(f'<link rel="canonical" href="{address}">').url == "https://www.p.example/news/1"
        )


def test_the_charset_is_found() -> None:
    body = f"<html><head><title>Señal</title></head><body>{TEXT.replace('Heading', 'Señal')}"
    declared = body.replace("<head>", '<head><meta charset="iso-8859-1">')
    assert (
        _read(body.encode("latin-1"), content_type="text/html; charset=iso-8859-1")
        .articles[0]
        .title
        == "Señal"
    )
    assert _read(declared.encode("latin-1")).articles[0].title == "Señal"
    assert _read(body.encode("latin-1")).articles[0].title == "Señal"
    assert _read(body.encode()).articles[0].title == "Señal"
    assert (
        _read(body.encode(), content_type="text/html; charset=nonsense").articles[0].title
        == "Señal"
    )


def test_the_name_of_the_site_is_no_part_of_the_title() -> None:
    site = '<meta property="og:site_name" content="The (Site)">'
    for title in ("News | The (Site)", "News - THE (SITE)", "News — The (Site)", "News"):
        assert _one(f'{site}<meta property="og:title" content="{title}">').title == "News"
    for title in ("News | Other", "The (Site) | News", "The (Site)"):
        assert _one(f'{site}<meta property="og:title" content="{title}">').title == title
    address = '<meta property="og:site_name" content="https://www.p.example/">'
    assert _one(address).author == "p.example"


def test_translations_that_a_page_names_are_read_if_they_are_on_its_site() -> None:
    article = _one(
        '<link rel="alternate" hreflang="es-ES" href="/es/1"><link rel=alternate hreflang=fr '
        'href="https://fr.p.example/1"><link rel=alternate hreflang=de href="https://evil.example/">'
        '<link rel=alternate hreflang=x-default href="/x"><link rel=alternate hreflang=en href="/self">'
        '<link rel=alternate hreflang=ar type="application/rss+xml" href="/feed">',
        "lang=en",
    )
    assert article.alternates == {
        "es": "https://www.p.example/es/1",
        "fr": "https://fr.p.example/1",
    }


def test_a_text_that_advertisements_cut_into_pieces_is_completed() -> None:
    words = [
        f"Part {n} of the story tells at length what the court decided of homes." for n in range(6)
    ]
    pieces = (f'<div class="grid body"><p>{text}</p></div>' for text in words)
    others = (
        f'<div class="ad"><p>Buy what is sold here, and buy it today, for {"less " * 20}</p></div>'
    )
    tree = page.page_tree(Fetched("", "", f"<main>{others.join(pieces)}</main>".encode()), "x")
    assert body.completed("\n".join(words[:3]), tree) == "\n".join(words)
    assert body.completed("\n".join(words[:5]), tree) == "\n".join(words[:5])  # little is missing
    assert body.completed("A text of other places. " * 40, tree) == "A text of other places. " * 40


def test_a_text_that_a_page_carries_as_data_stands_in_for_one_that_it_does_not_show() -> None:
    body = "The court decided the case on Monday. It had taken long to decide so. " * 9
    data = json.dumps({"@type": "NewsArticle", "headline": "H", "articleBody": body})
    shown = '<p>Please enable scripts.</p><div id="app"></div>'
    (article,) = _read(
        f'<html lang=en><script type="application/ld+json">{data}</script><body>{shown}'
    ).articles
    assert article.summary.startswith("The court decided the case on Monday.")
    assert article.text.count("The court decided") == 9


def test_the_text_of_the_corpus_is_found(corpus: Path) -> None:
    """F1 by the scorer of that collection, on the half that was not looked at."""
    truth = json.loads((corpus / "articles" / "ground-truth.json").read_text())
    scores = []
    for name, case in sorted(truth.items())[1::2]:
        octets = gzip.decompress((corpus / "articles" / f"{name}.html.gz").read_bytes())
        scores.append(score(case["articleBody"], ours(octets, case["url"])))
    precision, recall, f1 = figures(scores)
    assert f1 >= 0.96, (
        f"{len(scores)} pages: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}"
    )


def test_a_feed_of_the_page_is_hinted_at() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    (note,) = _read(f"<html><head>{link}</head><body>{TEXT}").notes
    assert "https://www.p.example/feed" in note


@pytest.mark.parametrize(
    "body", ["", "   ", "<html></html>", "<html><title>x</title>", "\0\0", "<!-- -->", "%PDF-1.4"]
)
def test_a_page_without_an_article_is_refused_in_one_line(body: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(body)
    assert "\n" not in str(caught.value)


def test_script_in_metadata_stays_out_x5() -> None:
    payloads = ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<img src=x onerror=alert(1)>",
                "<svg onload=alert(1)>", "javascript:alert(1)", "data:text/html,alert(1)")  # fmt: skip
    names = ("og:title", "og:description", "og:image", "og:image:alt", "og:site_name", "og:url", "article:tag",  # noqa: E501
             "article:published_time", "og:locale", "keywords", "description", "dc.title")  # fmt: skip
    tried = through = 0
    for name in names:
        for payload in payloads:
            escaped = payload.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
            for written in (escaped, payload.replace('"', "")):
                article = _one(f'<meta property="{name}" content="{written}">')
                tried += 1
                address = f"{article.url}{article.image}"
                through += bool(
                    re.search(r"<\w", repr(replace(article, confidence=())))
                    or re.search("(?:javascript|data):", address)
                )
    assert tried > 100
    assert through == 0, f"{tried} payloads tried, {through} through"


def test_deep_and_long_pages_are_read_or_refused_x4() -> None:
    """The long ones took trafilatura minutes and gigabytes."""
    for bomb in (
        "<div>" * 50_000,
        "<b>" * 50_000,
        "<table>" * 20_000,
        "<p>x" * 500_000,
        "x<br>" * 500_000,
    ):
        with contextlib.suppress(InputError):
            assert len(_read(f"<html><title>t</title><body>{bomb}").articles) == 1
    head = '<meta property="og:description" content="What it says.">'
    (article,) = _read(f"<html><title>t</title>{head}<body>{'<p>x' * 500_000}").articles
    assert (article.title, article.summary) == ("t", "What it says.")


def test_the_pages_of_the_corpus_have_title_text_and_date(corpus: Path) -> None:
    truth = json.loads((corpus / "articles" / "ground-truth.json").read_text())
    articles: list[Article] = []
    for name, case in sorted(truth.items())[:20]:
        body = gzip.decompress((corpus / "articles" / f"{name}.html.gz").read_bytes())
        articles += _read(body, case["url"]).articles
    assert len(articles) == 20
    assert all(a.title and a.summary and a.url for a in articles)
    assert sum(a.published is not None for a in articles) >= 18
    assert sum(a.image is not None for a in articles) >= 16
