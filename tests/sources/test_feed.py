"""Feeds of every shape: what they say is kept, what would harm is not, nothing local is opened."""

import json
import re
import resource
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import feed
from alerts.sources.fetch import Fetched
from alerts.sources.normalise import Intake, SourceContent
from alerts.sources.xml_limits import MOST_ENTRIES
from alerts.text.plain_text import tidy
from benchmarks.feeds import expectations, holds, read

HERE = "http://127.0.0.1:8097/feed.xml"


def _read(
    body: bytes | str, url: str = HERE, content_type: str = "", **source: Any
) -> SourceContent:
    known = {"id": 1, "location": url or "feed.xml", "kind": SourceKind.FEED, **source}
    settings = Settings(root=Path("."), alert=AlertSettings(timezone="America/Bogota"))
    octets = body.encode() if isinstance(body, str) else body
    return feed.read(Fetched(url, url, octets, content_type), Intake(Source(**known), settings))


def _rss(items: str, channel: str = "") -> str:
    return f"""<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
        xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
        xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>F</title>
        <link>https://f.example/</link>{channel}{items}</channel></rss>"""


def _one(items: str, channel: str = "", **source: Any) -> Article:
    (article,) = _read(_rss(items, channel), **source).articles
    return article


# --- the corpus -----------------------------------------------------------------------------------


def _cases(corpus: Path) -> list[Path]:
    return sorted((corpus / "feeds").iterdir())


def test_every_feed_of_the_corpus_is_read_or_refused_in_one_line(corpus: Path) -> None:
    cases = _cases(corpus)
    refused = []
    for case in cases:
        try:
            for article in _read(case.read_bytes()).articles:
                assert article.title == tidy(article.title)
                assert article.url.startswith(("http://", "https://")) or not article.url
                assert article.title or not article.url
        except InputError as fault:
            refused.append(str(fault))
    assert all("\n" not in fault for fault in refused)
    assert len(cases) > 100
    assert refused == []


def test_what_the_corpus_expects_of_the_fields_that_we_keep_holds(corpus: Path) -> None:
    """Its own notation, evaluated by benchmarks/feeds.py, which prints the figures."""
    held, failed = 0, []
    for case in _cases(corpus):
        body = case.read_bytes()
        for expected in expectations(body):
            answer = holds(read(body), expected)
            held += answer is True
            failed += [f"{case.name}: {expected.written}"] if answer is False else []
    assert failed == [], f"{held} held, {len(failed)} failed"
    assert held > 30


# --- shapes ---------------------------------------------------------------------------------------


def test_an_rss_item_becomes_an_article() -> None:
    article = _one(
        """<item><title>Ti&amp;amp;tle</title><link>/a?utm_source=feed</link><dc:creator>Ana</dc:creator>
        <description>&lt;p&gt;First &lt;b&gt;one&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description>
        <category>Law</category><category>Law</category><pubDate>Fri, 31 Oct 2026 23:30:00 -0500</pubDate>
        <media:content url="/i.jpg" type="image/jpeg"/></item>""",
        section="publications", profile="icj", language="es",
    )  # fmt: skip
    assert article == Article(
        url="https://f.example/a", title="Ti&tle", summary="First one. Two", language="es",
        section="publications", published=datetime(2026, 11, 1, 4, 30, tzinfo=UTC),
        image=article.image, author="Ana", tags=("Law",), profile="icj",
    )  # fmt: skip
    assert article.image is not None
    assert article.image.url == "https://f.example/i.jpg"


def test_rdf_atom_and_old_rss_are_feeds_too() -> None:
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://a.example/"><title>c</title></channel>
      <item rdf:about="http://a.example/1"><title>One</title><link>http://a.example/1</link>
      <dc:date>2026-10-02T00:00:00Z</dc:date></item></rdf:RDF>"""
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/x/" xml:lang="es">
      <title>c</title><entry><title type="html">&lt;b&gt;One&lt;/b&gt;</title><link href="1"/><id>tag:1</id>
      <updated>2026-10-02T00:00:00Z</updated></entry></feed>"""
    old = """<rss version="0.91"><channel><title>c</title><item><title>One</title>
      <link>http://a.example/1</link></item></channel></rss>"""
    urls = [(a.url, a.title) for doc in (rdf, atom, old) for a in _read(doc).articles]
    assert urls == [
        ("http://a.example/1", "One"),
        ("http://a.example/x/1", "One"),
        ("http://a.example/1", "One"),
    ]
    assert _read(atom).articles[0].language == "es"
    assert _read(rdf).articles[0].published == datetime(2026, 10, 2, tzinfo=UTC)


def test_json_feeds_of_both_versions_are_read() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1", "title": "F", "home_page_url": "https://j.example/",
        "language": "fr-FR", "authors": [{"name": "Org"}],
        "items": [
            {"id": "1", "url": "https://j.example/1", "title": "A &amp; B",
            "content_html": "<p>x</p><img src=/i.png>",
             "date_published": "2026-10-05T10:00:00+02:00", "tags": ["t", 3], "language": "es"},
            {"id": 2, "content_text": "Only <text>.",
            "image": "javascript:alert(1)"},
            {"id": "https://j.example/3", "title": "By id"}, "no item", {"id": "4"}, {"title": None, "tags": "x"},  # noqa: E501
        ],
    }  # fmt: skip
    one, two, three, *empty = _read(
        json.dumps(document), url="https://j.example/feed.json"
    ).articles
    assert (one.url, one.title, one.language, one.author, one.tags) == (
        "https://j.example/1", "A & B", "es", "Org", ("t",)
    )  # fmt: skip
    assert one.published == datetime(2026, 10, 5, 8, tzinfo=UTC)
    assert one.image is not None
    assert one.image.url == "https://j.example/i.png"
    assert (two.title, two.summary, two.image, two.language) == (
        "Only <text>.",
        "Only <text>.",
        None,
        "fr",
    )
    assert two.url.startswith("https://j.example/#")
    assert three.url == "https://j.example/3"
    assert {(a.url, a.title) for a in empty} == {("", "")}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!doctype html><title>x</title>", "not a feed"),
        ("hello", "not a feed"),
        ("<a><b/></a>", "not a feed"),
        ("{", "line 1: broken JSON"),
        ('{"items": 3}', "no list of “items”"),
        ("[" * 100_000, "nested too deeply"),
        (bytes(range(256)), "not a feed"),
    ],
)
def test_what_is_no_feed_is_named_in_one_line(body: str | bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        _read(body)
    assert "\n" not in str(caught.value)


def test_a_broken_feed_gives_what_can_be_read() -> None:
    good = "".join(
        f"<item><title>T{n}</title><link>https://f.example/{n}</link></item>" for n in range(5)
    )
    whole = _rss(good)
    for broken in (
        whole.replace("</title><link>https://f.example/3", "</titel><link>https://f.example/3"),
        whole[: whole.index("T4") + 2],
        whole.replace("T2", "A & B <br> &nosuch;"),
        whole.replace("T2", "\x0b\x01"),
    ):
        found = _read(broken)
        assert len(found.articles) >= 4
        assert any("broken XML" in note for note in found.notes)


def test_the_charset_of_http_wins_over_a_wrong_declaration() -> None:
    latin = _rss("<item><title>Señal</title><link>https://f.example/1</link></item>").encode(
        "latin-1"
    )
    body = latin.replace(b'version="1.0"?', b'version="1.0" encoding="utf-8"?', 1)
    (article,) = _read(body, content_type="application/xml; charset=iso-8859-1").articles
    assert article.title == "Señal"


def test_languages_of_entries_win_over_the_source_and_that_over_the_feed() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-US"><title>c</title>
      <entry><title>A</title><link href="https://a.example/1"/></entry>
      <entry xml:lang="fr"><title>B</title><link href="https://a.example/2"/></entry>
      <entry><title xml:lang="pt-BR">C</title><link href="https://a.example/3"/></entry></feed>"""
    assert [a.language for a in _read(atom).articles] == ["en", "fr", "pt-br"]
    assert [a.language for a in _read(atom, language="es").articles] == ["es", "fr", "pt-br"]


def test_a_bare_day_is_that_day_in_the_alerts_time_zone() -> None:
    article = _one("<item><title>T</title><link>/1</link><dc:date>2026-10-31</dc:date></item>")
    assert article.published == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert (
        _one("<item><title>T</title><link>/1</link><pubDate>soon</pubDate></item>").published
        is None
    )


def test_each_entry_keeps_its_language_its_base_and_its_translations() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/x/"><title>c</title>
      <entry xml:lang="fr" xml:base="fr/"><title>B</title><link href="1"/>
      <link rel="alternate" hreflang="es" href="/es/1"/><link rel="alternate" hreflang="fr" href="1"/>
      <link rel="alternate" hreflang="de" href="https://other.example/1"/></entry></feed>"""
    (article,) = _read(atom).articles
    assert (article.url, article.language) == ("https://a.example/x/fr/1", "fr")
    assert article.alternates == {"es": "https://a.example/es/1"}
    rss = "<item><title>T</title><link>/1</link><dc:language>pt-BR</dc:language></item>"
    assert _one(rss, "<language>en</language>").language == "pt-br"


def test_what_wordpress_puts_below_a_summary_is_left_out() -> None:
    text = "&lt;p&gt;The court decided. It took [&amp;#8230;]&lt;/p&gt;"
    tail = "&lt;p&gt;The post &lt;a href='x'&gt;A&lt;/a&gt; appeared first on B.&lt;/p&gt;"
    item = f"<item><title>T</title><link>/1</link><description>{text}{tail}</description></item>"
    assert _one(item).summary == "The court decided."


def test_entries_of_one_address_are_told_apart_by_their_titles() -> None:
    items = "".join(
        f"<item><title>{t}</title><link>https://f.example/log</link><guid>{g}</guid></item>"
        for t, g in (("v2", "2"), ("v1", "1"), ("v1", "1"))
    )
    urls = [a.url for a in _read(_rss(items)).articles]
    assert len(set(urls)) == 2
    assert all(url.startswith("https://f.example/log#") for url in urls)


def test_an_entry_without_a_link_leads_to_the_feeds_site_and_keeps_its_identity() -> None:
    items = "<item><title>A</title><guid isPermaLink='false'>1</guid></item><item><title>B</title></item>"
    first, second = _read(_rss(items)).articles
    assert first.url.startswith("https://f.example/#")
    assert first.url != second.url
    assert _read(_rss(items)).articles == (first, second)


def test_a_thousand_entries_are_enough_x4() -> None:
    items = "".join(f"<item><title>{n}</title><link>/{n}</link></item>" for n in range(1500))
    found = _read(_rss(items))
    assert len(found.articles) == MOST_ENTRIES
    assert any("a long feed" in note for note in found.notes)


# --- hostile feeds --------------------------------------------------------------------------------


def test_no_local_file_is_ever_opened_trap_g(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = _rss("<item><title>SECRET</title><link>https://f.example/s</link></item>")
    (tmp_path / "secret.xml").write_text(secret)
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "secret.xml")
    tried = [
        path,
        f"file://{path}",
        f"file:{path}",
        "secret.xml",
        f"feed:file://{path}",
        "./secret.xml",
    ]
    tried += [f"{one}\n" for one in tried] + ["/etc/passwd", "http://127.0.0.1:9/"]
    through = 0
    for one in tried:
        with pytest.raises(InputError) as caught:
            _read(one)
        through += "SECRET" in str(caught.value)
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{path}">]>'
    for bomb in (entity, entity.replace("ENTITY x", "ENTITY % x")):
        body = bomb + _rss("<item><title>a&x;b</title><link>/1</link></item>").partition("?>")[2]
        through += "SECRET" in repr(_read(body))
        tried.append(body)
    assert through == 0, f"{len(tried)} tried, {through} through"


def test_xml_bombs_do_no_harm_x4() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "lol">{entities}]>'
    quadratic = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a9 "{"x" * 50_000}">]>'
    items = f"<item><title>{'&a9;' * 50}</title><link>/1</link></item>"
    for bomb in (laughs, quadratic):
        found = _read(bomb + _rss(items).partition("?>")[2])
        assert len(repr(found.articles)) < 10_000
    deep = _rss(f"<item><title>T</title><link>/1</link>{'<x>' * 100_000}{'</x>' * 100_000}</item>")
    assert len(_read(deep).articles) <= 1


@pytest.mark.proof
def test_no_shape_of_feed_takes_feedparser_minutes_x4() -> None:
    """Each of these took feedparser alone from ten seconds to ten minutes, or gigabytes."""
    head = _rss("@").partition("@")[0] + "<item><title>T</title><link>/1</link>"
    bombs = {
        "deep": "<x>" * 1_000_000,
        "deep and closed": "<x>" * 500_000 + "</x>" * 500_000 + "</item></channel></rss>",
        "empty entries": "</item>" + "<item/>" * 500_000 + "</channel></rss>",
        "attributes": "<x "
        + " ".join(f"a{n}='1'" for n in range(300_000))
        + "/></item></channel></rss>",
        "brackets": "<" * 3_000_000,
        "references": "&a" * 1_000_000,
        "open quotes": "<a b='" * 500_000,
        "names": "<x "
        + " ".join(f"xmlns:n{n}='u'" for n in range(100_000))
        + "/></item></channel></rss>",
    }
    before = resource.getrusage(resource.RUSAGE_SELF)
    for name, bomb in bombs.items():
        articles = _read(head + bomb).articles
        assert 1 <= len(articles) <= MOST_ENTRIES, name
        assert articles[0].title == "T", name
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_maxrss - before.ru_maxrss < 400_000  # kilobytes


def test_a_long_broken_feed_is_repaired() -> None:
    items = "".join(
        f"<item><title>T{n} caf&eacute; &amp; B & C</titel><link>https://f.example/?a=1&b={n}</link>"
        f"<description>{'Text. ' * 40}</description></item>"
        for n in range(900)
    )
    articles = _read(_rss(items)).articles
    assert len(_rss(items)) > 200_000
    assert [(a.title, a.url) for a in articles] == [
        (f"T{n} café & B & C", f"https://f.example/?a=1&b={n}") for n in range(900)
    ]


def test_script_in_any_field_stays_out_x5() -> None:
    payloads = (
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<![CDATA[<script>alert(1)</script>]]>",
        "&lt;img src=x onerror=alert(1)&gt;", "<![CDATA[<svg/onload=alert(1)>]]>",
        "&lt;a href='javascript:alert(1)'&gt;x&lt;/a&gt;", "<![CDATA[<iframe srcdoc='<script>alert(1)</script>'>]]>",  # noqa: E501
        "<script>alert(1)</script>", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    )  # fmt: skip
    addresses = (
        "javascript:alert(1)",
        " JAVASCRIPT:alert(1)",
        "data:text/html,alert(1)",
        "vbscript:alert(1)",
    )
    fields = (
        "title",
        "description",
        "content:encoded",
        "dc:creator",
        "category",
        "author",
        "dc:title",
        "media:title",
    )
    tried = through = 0
    for field in fields:
        for payload in payloads:
            items = f"<item><link>/1</link><title>T</title><{field}>{payload}</{field}></item>"
            tried += 1
            through += any(
                re.search(r"<\w|alert\(1\)", repr(replace(a, confidence=()))) is not None
                for a in _read(_rss(items)).articles
            )
    for element in ("<link>{}</link>", "<guid>{}</guid>", "<enclosure url='{}' type='image/png'/>",
                    "<media:thumbnail url='{}'/>", "<media:content url='{}' medium='image'/>",
                    "<itunes:image href='{}'/>", "<description>&lt;img src='{}'&gt;</description>"):  # fmt: skip  # noqa: E501
        for address in addresses:
            found = _read(_rss(f"<item><title>T</title>{element.format(address)}</item>"))
            tried += 1
            through += "alert(1)" in repr(found.articles)
    assert tried > 80
    assert through == 0, f"{tried} payloads tried, {through} through"


def test_text_that_is_meant_as_text_stays_as_it_is_x5() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><title>c</title><entry>
      <title type="text">The &lt;blink&gt; tag &amp;amp; more</title><link href="https://a.example/1"/>
      <summary type="html">&amp;lt;b&amp;gt; is &lt;i&gt;bold&lt;/i&gt;</summary></entry></feed>"""
    (article,) = _read(atom).articles
    assert article.title == "The <blink> tag &amp; more"
    assert article.summary == "<b> is bold"


def test_nobodys_mail_address_is_taken_for_an_author() -> None:
    for written, shown in {
        "ana@a.example": "", "ana@a.example (Ana)": "Ana", "Ana &lt;ana@a.example&gt;": "Ana", "Ana": "Ana"
    }.items():  # fmt: skip
        assert (
            _one(f"<item><title>T</title><link>/1</link><author>{written}</author></item>").author
            == shown
        )
