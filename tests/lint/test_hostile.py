"""Script injection through every field of every kind of source, to the rendered HTML and JSON (X5).

Payloads are combined from the families of published cheat sheets: tags that run script, handlers,
schemes, encodings, broken markup, and what mutates when it is parsed twice.
"""

# ruff: noqa: E501 -- payloads are not wrapped

import html
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import html as tree

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.domain.month import Month
from alerts.editions.render import render_edition
from alerts.issue.compose import compose
from alerts.sources import calendar, feed, folder, page, table
from alerts.sources.fetch import Fetched
from alerts.sources.local_files import local_folder
from alerts.sources.normalise import Intake, SourceContent
from tests.sources.test_calendar import NOVEMBER

HERE = "https://h.example/a/"
MARK = "attack7"
CALL = f"{MARK}()"

_TAGS = ("img src=x", "svg", "body", "video src=x", "audio src=x", "input autofocus", "details open", "iframe",
         "object", "embed", "marquee", "select autofocus", "textarea autofocus", "a href=x", "math", "style",
         "link rel=stylesheet href=x", "meta", "form", "button", "table background=x", "isindex", "keygen", "p",
         "b", "div", "span")  # fmt: skip
_HANDLERS = ("onerror", "onload", "onfocus", "onmouseover", "ontoggle", "onclick", "onstart", "onanimationend",
             "onpointerrawupdate", "ONERROR")  # fmt: skip
_SEPARATORS = (" ", "/", "\t", "\n", "\x0c", "/x/")
_SCHEMES = ("javascript:", "JaVaScRiPt:", " javascript:", "java\tscript:", "java\nscript:", "\x01javascript:",
            "javascript&colon;", "&#106;avascript:", "&#x6A;avascript&#58;", "vbscript:", "livescript:",
            "data:text/html,<script>", "data:text/html;base64,PHNjcmlwdD4=//", "view-source:javascript:",
            "feed:javascript:", "jar:javascript:", "//javascript:", "javascript://%0a", "javascript:/*--></title>*/",
            "file:///etc/passwd?", "blob:", "filesystem:", "mhtml:", "\u202ejavascript:", "ＪＡＶＡＳＣＲＩＰＴ:")  # fmt: skip
_WHOLE = (
    "<script>{}</script>", "<SCRIPT>{}</SCRIPT>", "<script src=//evil.example/{}></script>", "<script\n>{}</script\n>",
    "<scr<script>ipt>{}</scr</script>ipt>", "<script>{}", "<<script>{}//<</script>", "<script/x>{}</script>",
    "<svg><script>{}</script></svg>", "<svg><style><img src=x onerror={}></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img src=x onerror={}>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>", "<template><script>{}</script></template>",
    "<iframe srcdoc='<script>{}</script>'></iframe>", "<object data='javascript:{}'></object>",
    "<form action='javascript:{}'><input type=submit></form>", "<base href='javascript:{}//'>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>", "<style>@import 'javascript:{}';</style>",
    "<div style='background:url(javascript:{})'>", "<div style='width:expression({})'>",
    "<xss style='behavior:url(#{})'>", "<![CDATA[<script>{}</script>]]>", "<!--><script>{}</script>-->",
    "<!--[if IE]><script>{}</script><![endif]-->", "<?xml-stylesheet href='javascript:{}'?>",
    "</title><script>{}</script>", "</textarea><script>{}</script>", "'\"><script>{}</script>",
    "\" onmouseover={} x=\"", "' onmouseover={} x='", "`><img src=x onerror={}>", "{{{{{}}}}}", "{{% {} %}}",
    "<listing>&lt;img src=x onerror={}&gt;</listing>", "<xmp><p title='</xmp><img src=x onerror={}>'></xmp>",
    "<plaintext><script>{}</script>", "<a href='javascript:{}'>x</a>", "<a href=\"x\" ping='javascript:{}'>x</a>",
    "<img src=\"x` `<script>{}</script>\"` `>", "<img src=x:x onerror\u00a0={}>", "<p/onclick={}>x</p>",
    "\u2028<script>{}</script>", "%3Cscript%3E{}%3C/script%3E", "\\u003cscript\\u003e{}\\u003c/script\\u003e",
    "+ADw-script+AD4-{}+ADw-/script+AD4-", "\ufeff<script>{}</script>", "<script>{}</script", "<img src=x onerror={}//",
)  # fmt: skip


def payloads() -> list[str]:
    """Every combination, each also escaped once and twice, as feeds write HTML."""
    found = [whole.format(CALL) for whole in _WHOLE]
    found += [
        f"<{tag}{separator}{handler}={CALL}>"
        for tag, handler, separator in itertools.product(_TAGS, _HANDLERS, _SEPARATORS[:2])
    ]
    found += [f"<{tag}{s}onload={CALL}>x" for tag, s in itertools.product(_TAGS, _SEPARATORS[2:])]
    found += [f"<a href='{scheme}{CALL}'>x</a>" for scheme in _SCHEMES]
    found += [f"<img src='{scheme}{CALL}'>" for scheme in _SCHEMES]
    found += [f"{scheme}{CALL}" for scheme in _SCHEMES]
    once = [html.escape(text) for text in found]
    twice = [html.escape(text) for text in once[: len(_WHOLE)]]
    return [*found, *once, *twice]


# --- what is looked for ---------------------------------------------------------------------------

_RUNS = re.compile(
    r"^\s*(?:javascript|vbscript|data|livescript|file|blob|feed|jar|mhtml):", re.IGNORECASE
)
_OURS = {"html", "head", "body", "title", "meta", "style", "div", "table", "tr", "td", "tbody", "p", "a", "h1", "h2",
         "h3", "br", "img", "span", "bdi", "hr", "strong", "em", "ul", "li"}  # fmt: skip


def faults_of_html(document: str) -> Iterator[str]:
    """What in a rendered page could run, or is not ours."""
    parsed = tree.document_fromstring(document)
    for element in parsed.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag not in _OURS:
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            if name.lower().startswith("on") or (name != "title" and _RUNS.match(value)):
                yield f"{name}={value[:60]}"
        if element.tag == "style" and MARK in (element.text or ""):
            yield "style"


def faults_of_article(article: Article) -> Iterator[str]:
    """Addresses that are none."""
    pictures = [article.image.url] if article.image else []
    for url in (article.url, *pictures, *article.alternates.values()):
        if url and not url.startswith(("https://", "http://")):
            yield url


# --- the ways in ----------------------------------------------------------------------------------


def _intake(kind: SourceKind) -> Intake:
    return Intake(Source(1, HERE, kind), Settings(root=Path()))


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _rss(payload: str) -> SourceContent:
    clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", payload)
    inside, attribute = _cdata(clean), html.escape(clean)
    body = f"""<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"
      xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>{inside}</title><link>{attribute}</link>
      <item><title>{inside}</title><link>https://h.example/1</link><description>{inside}</description>
      <content:encoded>{inside}</content:encoded><author>{inside}</author><dc:creator>{inside}</dc:creator>
      <category>{inside}</category><enclosure url="{attribute}" type="image/png"/></item>
      <item><title>{attribute}</title><link>{attribute}</link><description>{attribute}</description>
      <guid>{attribute}</guid><media:thumbnail url="{attribute}"/></item></channel></rss>"""
    return feed.read(Fetched(HERE, HERE, body.encode("utf-8", "replace")), _intake(SourceKind.FEED))


def _atom(payload: str) -> SourceContent:
    clean = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", payload)
    escaped = html.escape(clean)
    body = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escaped}"><title>f</title><entry>
      <title type="html">{escaped}</title><summary type="text">{escaped}</summary><id>{escaped}</id>
      <link href="{escaped}"/><link rel="alternate" hreflang="es" href="{escaped}"/>
      <author><name>{escaped}</name></author><category term="{escaped}" label="{escaped}"/>
      <content type="html">{escaped}</content></entry></feed>"""
    return feed.read(Fetched(HERE, HERE, body.encode("utf-8", "replace")), _intake(SourceKind.FEED))


def _json_feed(payload: str) -> SourceContent:
    item = dict.fromkeys(("title", "summary", "content_html", "content_text", "url", "image", "external_url", "banner_image", "language", "date_published"), payload)  # fmt: skip
    items = [{"id": 1, **item, "authors": [{"name": payload}], "tags": [payload]},
             {"id": 2, "url": "https://h.example/2", "title": payload, "content_html": payload}]  # fmt: skip
    body = json.dumps({"version": "x", "home_page_url": payload, "items": items})
    return feed.read(Fetched(HERE, HERE, body.encode()), _intake(SourceKind.FEED))


def _page(payload: str) -> SourceContent:
    escaped = html.escape(payload)
    names = ("og:title", "og:description", "og:image", "og:image:alt", "og:site_name", "og:url", "og:locale",
             "article:tag", "article:published_time", "keywords", "dc.title")  # fmt: skip
    head = "".join(f'<meta property="{name}" content="{escaped}">' for name in names)
    data = json.dumps(
        {"@type": "NewsArticle", "headline": payload, "articleBody": payload}
    ).replace("</", "<\\/")
    body = f"""<html lang="{escaped}"><head><title>{escaped}</title>{head}<link rel=canonical href="{escaped}">
      <script type="application/ld+json">{data}</script></head><body><article><h1>{payload}</h1>
      <p>{"Some prose that is long enough to be one. " * 9}</p><p>{payload}</p></article></body></html>"""
    return page.read(Fetched(HERE, HERE, body.encode("utf-8", "replace")), _intake(SourceKind.PAGE))


def _calendar(payload: str) -> SourceContent:
    line = (
        re.sub("[\r\n\x00-\x1f]", " ", payload)
        .replace("\\", "\\\\")
        .replace(",", "\\,")
        .replace(";", "\\;")
    )
    body = f"""BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{line}\r\nDTSTART:20261103T100000Z\r
SUMMARY:{line}\r\nDESCRIPTION:{line}\r\nLOCATION:{line}\r\nCATEGORIES:{line}\r\nURL:{line}\r
ATTACH;FMTTYPE=image/png:{line}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
    document = Fetched(HERE, HERE, body.encode("utf-8", "replace"))
    return calendar.read(document, _intake(SourceKind.CALENDAR), NOVEMBER)


def _table(payload: str) -> SourceContent:
    quoted = '"' + payload.replace('"', '""') + '"'
    row = ",".join(["https://h.example/t", *[quoted] * 6])
    body = f"url,title,summary,tags,author,title_es,event_place,event_start\n{row},2026-11-03\n"
    return table.read(Fetched("", "", body.encode("utf-8", "replace")), _intake(SourceKind.TABLE))


_WAYS: dict[str, Any] = {
    "rss": _rss, "atom": _atom, "json feed": _json_feed, "page": _page, "calendar": _calendar, "table": _table,
}  # fmt: skip


def test_no_script_comes_through_any_field_of_any_source_x5(tmp_path: Path) -> None:
    """Each payload goes through every field of one kind of source; a batch is rendered as an issue."""
    tried = payloads()
    assert len(set(tried)) >= 1200
    settings = Settings(root=tmp_path)
    attempts, refused = 0, 0
    through: list[str] = []
    for way, read in _WAYS.items():
        some = tried if way == "json feed" else tried[:: 12 if way == "page" else 4]
        articles: list[Article] = []
        for payload in some:
            attempts += 1
            try:
                articles += read(payload).articles
            except InputError as fault:
                refused += 1
                assert "\n" not in str(fault)  # noqa: PT017
        through += [f"{way}: {fault}" for a in articles for fault in faults_of_article(a)]
        shown = [replace(a, url=f"{HERE}{n}") for n, a in enumerate(articles)]
        for start in range(0, len(shown), 25):
            issue = compose(Month(2026, 10), shown[start : start + 25], {}, settings.alert)
            document = render_edition(issue, "en", settings).html
            through += [f"{way}: {fault}" for fault in faults_of_html(document)]
    assert attempts >= 2000
    assert refused < attempts / 20
    assert through == [], (
        f"{attempts} payloads tried in {len(_WAYS)} kinds of source, {len(through)} through"
    )


def test_front_matter_lets_no_script_through_x5(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    tried = [text for text in payloads() if text.isprintable()][::12]
    for number, payload in enumerate(tried):
        value = json.dumps(payload)
        fields = "".join(
            f"{name}: {value}\n" for name in ("title", "summary", "author", "image", "image_alt")
        )
        front = f"---\n{fields}url: https://h.example/{number}\ntags: [{value}]\n---\n{payload}\n"
        (news / f"{number}.md").write_text(front, encoding="utf-8")
    found = folder.read(local_folder("news", news, 10**8), _intake(SourceKind.FOLDER))
    settings = Settings(root=tmp_path)
    through = [fault for a in found.articles for fault in faults_of_article(a)]
    for start in range(0, len(found.articles), 25):
        issue = compose(Month(2026, 10), found.articles[start : start + 25], {}, settings.alert)
        through += faults_of_html(render_edition(issue, "en", settings).html)
    assert len(found.articles) > 100
    assert through == [], f"{len(tried)} payloads tried, {len(through)} through"


def test_the_check_itself_finds_what_runs() -> None:
    for bad in (
        "<p onclick=x>",
        "<script>x</script>",
        "<a href=' javascript:x'>",
        "<svg></svg>",
        "<img src='data:x'>",
    ):
        assert list(faults_of_html(f"<html><body>{bad}</body></html>")), bad
