"""Editions: right in every language, the same bytes each time, and deaf to what data asks for."""

import hashlib
import http.server
import itertools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from markupsafe import Markup

from alerts.config.colour import READABLE, contrast
from alerts.config.declarations import Funder
from alerts.config.themes import theme_named
from alerts.domain.article import Article, Event, Image, Profile, Translation
from alerts.domain.errors import TemplateFault
from alerts.domain.issue import Edition, Issue
from alerts.domain.month import Month
from alerts.domain.picture import (
    BOXES,
    UPRIGHT,
    PictureKind,
    PictureUse,
    PreparedPicture,
    Version,
)
from alerts.editions.catalogue import Catalogue
from alerts.editions.css import inlined
from alerts.editions.escaping import SLOTS, link
from alerts.editions.pictures import Pictures
from alerts.editions.render import MORE, render_edition
from alerts.editions.size_limit import LIMIT
from alerts.editions.template_files import packaged_templates
from alerts.issue.compose import compose
from tests.inlining import inlinings
from tests.issues import ARTICLES, LANGUAGES, SITE, gallery, issue, many, settings

NOWHERE = Path("/nonexistent")
Element = Any

OriginalKey = tuple[str, PictureKind, str]

each_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def rendered(language: str) -> Edition:
    return render_edition(issue(), language, settings(NOWHERE))


def parsed(html: str) -> Element:
    return etree.fromstring(html, etree.HTMLParser())


def text_of(html: str) -> str:
    """What a reader sees of the HTML, on one line."""
    return " ".join(" ".join(parsed(html).xpath("//body//text()")).split())


# --- rules H1 to H15 of docs/rules.md --------------------------------------------------------------


@each_language
def test_h1_language_and_direction_stand_on_the_document_and_inside_it(language: str) -> None:
    html = rendered(language).html
    root = parsed(html)
    direction = "rtl" if language == "ar" else "ltr"
    assert html.startswith("<!DOCTYPE html>")
    for element in (root, root.find("body"), root.xpath("//*[@role='article']")[0]):
        assert (element.get("lang"), element.get("dir")) == (language, direction)
    assert f'xml:lang="{language}"' in html


@each_language
def test_h2_the_head_says_what_clients_need(language: str) -> None:
    edition = rendered(language)
    root = parsed(edition.html)
    assert root.findtext("head/title") == edition.subject
    names = {meta.get("name") for meta in root.xpath("//meta[@name]")}
    assert names >= {
        *("viewport", "format-detection", "x-apple-disable-message-reformatting"),
        *("color-scheme", "supported-color-schemes"),
    }
    assert "charset=utf-8" in edition.html


@each_language
def test_h3_one_h1_headings_in_order_and_tables_for_layout_only(language: str) -> None:
    root = parsed(rendered(language).html)
    levels = [int(h.tag[1]) for h in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    article = root.xpath("//*[@role='article']")[0]
    assert article.get("aria-label").startswith(("Policy Alert, ", "Policy Alert، "))
    assert article.get("aria-roledescription") == "email"
    tables = list(root.iter("table"))
    assert len(tables) > 2
    assert all(table.get("role") == "presentation" for table in tables)
    assert not list(root.iter("th", "caption"))


@each_language
def test_h4_the_conditions_for_outlook_survive_inlining_and_balance(language: str) -> None:
    html = rendered(language).html
    assert html.count("<!--[if") == html.count("<![endif]-->") >= 3
    ghosts = re.findall(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", html, re.DOTALL)
    together = "".join(ghosts)
    for tag in ("table", "tr", "td"):
        assert len(re.findall(rf"<{tag}\b", together)) == together.count(f"</{tag}>") >= 2
    assert 'role="presentation" width="640"' in together


@each_language
def test_h5_the_preheader_comes_first_and_is_padded(language: str) -> None:
    edition = rendered(language)
    first = parsed(edition.html).xpath("//*[@role='article']/*[1]")[0]
    assert first.get("class") == "preheader"
    assert first.text.startswith(edition.preheader)
    assert len(first.text) > 150
    assert 20 <= len(edition.preheader) <= 110


@each_language
def test_h6_images_have_words_a_width_and_absolute_addresses(language: str) -> None:
    """No height where it is large: blocked, it would be a hole of 315 px."""
    images = list(parsed(rendered(language).html).iter("img"))
    assert images
    for image in images:
        assert image.get("alt") is not None
        assert image.get("width")
        assert not image.get("height"), "where a large picture is blocked it must leave no hole"
        assert image.get("src").startswith("https://")
        assert "display:block" in image.get("style")


def _prepared(number: int, width: int, height: int) -> dict[OriginalKey, PreparedPicture]:
    """What is made of an original of that size."""
    made: dict[PictureUse, Version] = {
        use: Version(f"{number:063x}{n}.jpg", min(width, box.width), min(height, box.height), 1000)
        for n, (use, box) in enumerate(BOXES.items())
        if use is not PictureUse.LOGO
        if width >= box.least_width and height >= box.least_height
        if use is not PictureUse.COVER or width < UPRIGHT * height
    }
    key = (f"{SITE}/{number}.jpg", PictureKind.STORY, "")
    return {key: PreparedPicture(width, height, made)}


def _shown_of(theme: str, most_bytes: int = 100_000) -> list[tuple[str, str]]:
    """The use and the width of each picture of an issue of six stories: three wide pictures, a small
    one, an upright one, one of 100 pixels."""
    sizes = ((1280, 720), (900, 600), (600, 400), (200, 140), (300, 420), (100, 70))
    found = [
        Article(
            f"{SITE}/{n}",
            f"Story {n}",
            "What it says, in one sentence or in two of them.",
            published=datetime(2026, 10, 28 - n, tzinfo=UTC),
            image=Image(f"{SITE}/{n}.jpg"),
        )
        for n in range(len(sizes))
    ]
    prepared = dict(
        one for n, size in enumerate(sizes) for one in _prepared(n, *size).items() if n < 5
    )
    given = settings(NOWHERE)
    given = replace(given, theme=theme_named(theme))
    made = compose(Month(2026, 10), found, {}, given.alert)
    pictures = Pictures("https://alerts.example.org", NOWHERE, prepared, most_bytes=most_bytes)
    root = parsed(render_edition(made, "en", given, pictures).html)
    uses = list(BOXES)
    return [
        (str(uses[int(one.get("src")[-5])]), one.get("width"))
        for one in root.iter("img")
        if "/pictures/" in one.get("src")
    ]


@pytest.mark.parametrize(
    ("theme", "shown"),
    [
        (
            "magazine",
            [("lead", "640"), ("card", "284"), ("card", "284"), ("thumb", "120"), ("cover", "96")],
        ),
        (
            "bulletin",
            [("card", "264"), ("thumb", "96"), ("thumb", "96"), ("thumb", "96"), ("cover", "60")],
        ),
        ("quiet", [("lead", "536"), ("cover", "84")]),
    ],
)
def test_each_form_shows_the_file_that_was_made_for_it_and_none_enlarged(
    theme: str, shown: list[tuple[str, str]]
) -> None:
    assert _shown_of(theme) == shown


def test_the_last_stories_go_without_pictures_where_there_is_no_room_for_them() -> None:
    assert _shown_of("magazine", 2500) == [("lead", "640"), ("card", "284")]


def test_h6_logos_are_shown_where_there_is_an_address_for_them() -> None:
    """Their shape is not known, so each is told its height only; the name beside says who it is."""
    known = {"lab": replace(issue().profiles["lab"], logo=f"{SITE}/lab.png")}
    funders = (
        Funder("Alder Fund", "", f"{SITE}/alder.png"),
        Funder("Birch Fund"),
        Funder("Cedar Fund", "", "javascript:alert(1)"),
    )
    given = settings(NOWHERE)
    given = replace(given, funders=funders, alert=replace(given.alert, logo=f"{SITE}/own.png"))
    root = parsed(render_edition(replace(issue(), profiles=known), "en", given).html)
    logos = root.xpath("//img[contains(@class, 'logo')]")
    assert [one.get("src") for one in logos] == [f"{SITE}/{n}.png" for n in ("own", "lab", "alder")]
    assert {one.get("alt") for one in logos} == {""}, "the name beside says it"
    for one in logos:
        assert re.search(rf"height:{one.get('height')}px;\s*width:auto", one.get("style"))
        plates = one.xpath("ancestor-or-self::*[contains(@class, 'plate')]")
        assert "background-color:#ffffff" in plates[-1].get("style"), "dark letters on a dark card"
    assert "Cedar Fund" in "".join(root.itertext())


@each_language
def test_h7_what_a_link_says_tells_where_it_leads(language: str) -> None:
    named: dict[str, set[str]] = {}
    for a in parsed(rendered(language).html).iter("a"):
        name = a.get("aria-label") or "".join(a.itertext()).strip()
        if a.get("aria-hidden") == "true":
            assert a.get("tabindex") == "-1", "a picture beside the link that it repeats"
            continue
        name = name or a.find("img").get("alt")
        assert name
        named.setdefault(name, set()).add(a.get("href"))
    assert {name: found for name, found in named.items() if len(found) > 1} == {}


def _colours(element: Element) -> tuple[str, str]:
    """The colour of an element's text and of the ground below it, by its own and ancestors' styles."""
    found: dict[str, str] = {}
    for one in (element, *element.iterancestors()):
        for prop in ("background-color", "color"):
            if match := re.search(rf"(?:^|;)\s*{prop}:\s*(#[0-9a-f]{{6}})", one.get("style") or ""):
                found.setdefault(prop, match[1])
    return found["color"], found["background-color"]


def dark(html: str) -> str:
    """The document with the rules of dark mode inlined over all others."""
    rules = re.search(r"@media \(prefers-color-scheme:dark\)\{(.*?\})\s*\}", html, re.DOTALL)
    assert rules is not None
    root = parsed(html)
    from cssselect import HTMLTranslator

    for selector, declarations in re.findall(r"([^{}]+)\{([^{}]+)\}", rules[1]):
        for one in root.xpath(HTMLTranslator().css_to_xpath(selector.strip())):
            before = one.get("style") or ""
            for declaration in declarations.replace("!important", "").split(";"):
                prop = declaration.partition(":")[0].strip()
                before = re.sub(rf"(?:^|;\s*){prop}:[^;]*", "", before)
                before = f"{before}; {declaration}".strip("; ")
            one.set("style", before)
    return str(etree.tostring(root, method="html", encoding="unicode"))


def unreadable(html: str) -> list[tuple[str, str, float]]:
    """Each text whose contrast is too low: its element, class and contrast."""
    found, tried = [], 0
    for element in parsed(html).xpath("//body//*[normalize-space(text())]"):
        bare = not (element.text or "").strip() and not len(element)  # a rule or a bar
        if element.get("class") != "preheader" and isinstance(element.tag, str) and not bare:
            ratio = contrast(*_colours(element))
            tried += 1
            if ratio < READABLE:
                found.append((element.tag, element.get("class"), round(ratio, 2)))
    assert tried > 40
    return found


@each_language
def test_h8_all_text_reads_on_its_ground(language: str) -> None:
    html = rendered(language).html
    assert unreadable(html) == []
    assert unreadable(dark(html)) == []


@each_language
def test_h9_text_is_large_enough_and_needs_no_modern_layout(language: str) -> None:
    html = rendered(language).html
    sizes = [int(size) for size in re.findall(r"font-size:(\d+)px", html)]
    assert min(size for size in sizes if size > 1) >= 14
    assert not re.search(r"display:\s*(flex|grid)|position:|text-align:\s*justify", html)


def test_h10_right_to_left_is_mirrored() -> None:
    arabic, english = rendered("ar").html, rendered("en").html
    assert "text-align:right" in parsed(arabic).xpath("//*[@role='article']")[0].get("style")
    assert "padding-right:12px" in arabic
    assert "padding-left:12px" not in arabic
    assert "padding-left:12px" in english
    assert "padding-right:12px" not in english
    assert arabic.count('dir="rtl"') >= arabic.count("<table") > 20
    assert "letter-spacing" not in arabic, "it tears joined letters apart"
    assert "→" not in arabic


@each_language
def test_h11_the_kept_style_is_media_queries_small_and_important(language: str) -> None:
    kept = "".join(parsed(rendered(language).html).xpath("//style/text()"))
    assert 0 < len(kept) <= 16_384
    assert re.findall(r"@[\w-]+", kept) == ["@media", "@media", "@media"]
    assert "url(" not in kept
    outside = re.findall(r"\[data-ogs[cb]\] [^{}]+\{", kept)
    assert len(outside) > 20, "Outlook.com reads no media query for dark"
    inside = re.sub(r":root\{[^}]*\}", "", kept)
    declarations = re.findall(r"[\w-]+:\s*[^;{}()]+(?=[;}])", inside)
    assert len(declarations) > 20
    assert [d for d in declarations if "!important" not in d] == []


@each_language
def test_h12_no_element_that_mail_clients_refuse(language: str) -> None:
    html = rendered(language).html
    root = parsed(html)
    assert not list(root.iter("script", "form", "iframe", "svg", "base", "link", "object"))
    assert not re.search(r'href="[^"]*&(?!amp;)', html)
    coloured = {element.tag for element in root.xpath("//*[@bgcolor]")}
    assert coloured <= {"body", "table", "tr", "td"}
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("number", [60, 200])
def test_h13_a_long_issue_fits_below_gmails_limit_with_its_footer(number: int) -> None:
    edition = render_edition(many(number), "ru", settings(NOWHERE))
    assert len(edition.html.encode()) <= LIMIT < 102_400
    assert "{slot:unsubscribe_url}" in edition.html
    assert edition.articles < number
    told = [int(n) for n in re.findall(r"Ещё (\d+)\sматериал", edition.html)]
    assert sum(told) == number - edition.articles
    assert [int(n) for n in re.findall(r"Ещё (\d+)\sматериал", edition.text)] == told
    assert _items(edition.html) == _item_lines(edition.text)
    assert "<!--item" not in edition.html
    assert "[more]" not in edition.html


def test_h13_neither_one_endless_text_nor_many_sections_push_the_footer_out() -> None:
    news, endless = replace(ARTICLES[1], translations={}), "Слово о реформе. " * 10_000
    shapes = {
        "a summary": (replace(news, summary=endless),),
        "a title": (replace(news, title=endless),),
        "a word": (replace(news, title="ш" * 100_000, summary="щ" * 100_000),),
        "an original": (replace(news, translations={"ru": Translation(endless, endless)}),),
        "sections": tuple(
            replace(news, url=f"{SITE}/{n}", section=f"s{n:02d}", summary=endless)
            for n in range(60)
        ),
    }
    for name, articles in shapes.items():
        edition = render_edition(issue(*articles), "ru", settings(NOWHERE))
        assert len(edition.html.encode()) <= LIMIT, name
        assert "{slot:unsubscribe_url}" in edition.html
        assert _items(edition.html) == _item_lines(edition.text)
        told = [int(n) for n in re.findall(r"Ещё (\d+)\sматериал", edition.text)]
        assert edition.articles + sum(told) == len(articles), name
        assert edition.articles >= 1


def test_thirty_long_articles_all_have_room() -> None:
    edition = render_edition(many(30), "ru", settings(NOWHERE))
    assert edition.articles == 30
    assert len(edition.html.encode()) < 90_000


def _items(html: str) -> set[str]:
    path = "//a[contains(concat(' ', @class, ' '), ' more ')]/@href"
    hrefs = {str(href) for href in parsed(html).xpath(path)}
    return {href for href in hrefs if href.startswith(SITE)}


def _item_lines(text: str) -> set[str]:
    found = re.findall(r"^\[\d+\] (\S+)$", text, re.MULTILINE)
    return {url for url in found if url.startswith(SITE)} - {f"{SITE}/lab"}


@each_language
def test_h14_s14_every_language_has_the_same_items_in_html_and_text(language: str) -> None:
    edition = rendered(language)
    assert _items(edition.html) == _item_lines(edition.text) == {link(a.url) for a in ARTICLES}
    assert edition.articles == len(ARTICLES)
    for part in (edition.html, edition.text):
        assert "61 Mansell Street, London" in part
        assert {f"{{slot:{name}}}" for name in SLOTS if name != "name"} <= set(
            re.findall(r"\{slot:\w+\}", part)
        )


@each_language
def test_s14_html_and_text_link_to_the_same_places(language: str) -> None:
    """Articles, partners, funders and the organisation, with every layout in use."""
    made, given = gallery(NOWHERE)
    edition = render_edition(made, language, given)
    hrefs = {str(href) for href in parsed(edition.html).xpath("//a/@href")}
    hrefs = {href for href in hrefs if not href.startswith(("#", "mailto:?"))}
    listed = set(re.findall(r"^(?:\[\d+\] )?(\S+://\S+|\{slot:\w+\})$", edition.text, re.MULTILINE))
    listed |= set(re.findall(r"<(https?://\S+)>", edition.text))  # in the editor's letter
    assert listed == hrefs
    assert len(hrefs) >= 18


@each_language
def test_h15_lines_of_the_text_part_are_at_most_78_wide_but_for_addresses(language: str) -> None:
    lines = rendered(language).text.splitlines()
    assert [line for line in lines if len(line) > 78 and "://" not in line] == []
    assert all(re.fullmatch(r"(\[\d+\] )?https?://\S+", line) for line in lines if "://" in line)
    assert not re.search(r"\n{4}", rendered(language).text)


def test_foreign_text_keeps_its_language_and_direction() -> None:
    root = parsed(rendered("es").html)
    quoted = root.xpath("//h3[contains(., 'المجتمع')]")[0]
    assert (quoted.get("lang"), quoted.get("dir")) == ("ar", "rtl")
    summary = quoted.xpath("following::p[1]")[0]
    assert (summary.get("lang"), summary.get("dir")) == ("ar", "rtl")
    original = root.xpath("//h3[contains(., 'Regional dialogue')]")[0]
    assert (original.get("lang"), original.get("dir")) == ("en", "ltr")
    assert root.xpath("//h3[contains(., 'comisión')]")[0].get("lang") is None
    labels = [
        " ".join("".join(one.itertext()).split())
        for one in root.xpath("//span[contains(@class, 'tag')]")
    ]
    assert labels.count("árabe") == 1
    assert set(labels) == {"árabe", "inglés"}


@each_language
def test_every_column_of_the_table_of_peers_is_ours(language: str) -> None:
    """None of MJML, Cerberus, Postmark, Mailgun, leemunroe, GOV.UK has all."""
    html = rendered(language).html
    root = parsed(html)
    inside = root.xpath("//body//*[@lang and @dir]")
    tables = list(root.iter("table"))
    kept = sum(len(style) for style in root.xpath("//style/text()"))
    columns = {
        "lang html": root.get("lang") == language,
        "lang and dir in body": bool(inside) and inside[0].get("lang") == language,
        "title": root.findtext("head/title") == rendered(language).subject != "",
        "tables with role": all(table.get("role") == "presentation" for table in tables),
        "dark css": "@media (prefers-color-scheme:dark)" in html and "[data-ogsb]" in html,
        "mso": "<!--[if mso]>" in html,
        "style chars": 0 < kept < 16_384,
    }
    assert [name for name, has in columns.items() if not has] == []


# --- the same bytes --------------------------------------------------------------------------------

PROGRAM = """
import hashlib
from pathlib import Path
from alerts.editions.pictures import Pictures
from alerts.editions.render import MORE, render_edition
from tests.inlining import inlinings
from tests.issues import LANGUAGES, issue, settings
for language in LANGUAGES:
    edition = render_edition(issue(), language, settings(Path("/nonexistent")))
    print(hashlib.sha256(repr(edition).encode()).hexdigest())
"""


def test_editions_are_the_same_bytes_in_every_process_and_time_zone() -> None:
    here = [hashlib.sha256(repr(rendered(one)).encode()).hexdigest() for one in LANGUAGES]
    root = Path(__file__).resolve().parents[2]
    for seed, zone, locale in (("0", "UTC", "C"), ("7", "Asia/Kathmandu", "C.UTF-8")):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONPATH": str(root),
        }
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True,
            cwd=root, check=True,
        )  # fmt: skip
        assert run.stdout.split() == here, f"seed {seed}, zone {zone}"


def test_trap_c_styles_are_inlined_once_an_edition() -> None:
    forty = many(40)
    with inlinings() as run:
        for language in LANGUAGES:
            render_edition(forty, language, settings(NOWHERE))
    assert len(run) == 6


# --- trap C: the network ---------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server on loopback, and what it was asked for."""
    hits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
            self.end_headers()
            self.wfile.write(b"p { color: red }")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    thread.join()
    server.server_close()


HOSTILE = (
    '<link rel="stylesheet" href="{url}/a.css">',
    '<LINK REL="alternate stylesheet" HREF="{url}/b.css" type="text/css">',
    '<style>@import url("{url}/c.css");</style>',
    "<style>@import '{url}/d.css' screen;</style>",
    "<style>@IMPORT url({url}/e.css)</style>",
    '<style>@\\69mport url("{url}/f.css");</style>',
    '<style>@media screen {{ @import url("{url}/g.css"); p {{ color: red }} }}</style>',
    "<style>p {{ background: url({url}/h.png) }}</style>",
    "<style>@font-face {{ font-family: x; src: url({url}/i.woff) }}</style>",
    '<style media="screen">@import "{url}/j.css";</style>',
    '<style data-premailer="ignore">@import url({url}/k.css);</style>',
    '<img src="{url}/l.png" alt="">',
    "<style>@charset 'utf-8'; @import url('{url}/m.css');</style>",
)


@pytest.mark.parametrize("place", ["head", "stylesheet"])
def test_trap_c_nothing_in_a_template_reaches_the_network(
    listener: tuple[str, list[str]], tmp_path: Path, place: str
) -> None:
    url, hits = listener
    base = tmp_path / "templates" / "email" / "_base"
    base.mkdir(parents=True)
    tried = 0
    for hostile in HOSTILE:
        markup = hostile.format(url=url)
        if place == "head":
            frame = (packaged_templates() / "email/_base/frame.html").read_text(encoding="utf-8")
            (base / "frame.html").write_text(frame.replace("</head>", f"{markup}</head>"))
        elif match := re.fullmatch(r"<style[^>]*>(.*)</style>", markup):
            (base / "style.css").write_text(match[1])
        html = render_edition(issue(), "en", settings(tmp_path)).html
        assert "@import" not in html.lower()
        assert 'rel="stylesheet"' not in html.lower()
        tried += 1
    assert hits == [], f"{tried} tried"


def test_trap_c_important_survives_in_a_style_that_premailer_reads() -> None:
    html = inlined(
        "<!DOCTYPE html><html><head><style>p { color: #111111 } @media (max-width: 480px)"
        " { .a { color: #222222 !important; margin: 0 } }</style></head>"
        '<body><p class="a">x</p></body></html>'
    )
    assert 'style="color:#111111"' in html
    assert "#222222" in html
    assert 'class="a"' in html
    assert html.count("!important") == 2


# --- X5, X6: data is data --------------------------------------------------------------------------

TRAPS = (
    "{{ 7 * 7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ alert.name }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% include 'email/issue/subject.txt' %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{# a comment #}",
    "${7*7} #{7*7} <%= 7*7 %> %(name)s %s {0} {view}",
    "{% raw %}x{% endraw %}",
    "{{ slot('address') }}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></p></td><h1>x</h1>",
    "<!-- --> <!--item 0--> <!--/item--> <!--more 0-->[more]<!--/more-->",
    "<!--[if mso]> x <![endif]-->",
    "&lt;b&gt; &amp;amp; &#60;i&#62; &nbsp",
    "]]> <![CDATA[ <p> ]]>",
    "\\u003cscript\\u003e \\N{BULLET}",
)


def _with(trap: str) -> Issue:
    """An issue whose every free text is `trap`."""
    article = Article(
        f"{SITE}/a",
        trap,
        trap,
        image=Image(f"{SITE}/i.png", trap),
        author=trap,
        featured=True,
        translations={"es": Translation(trap, trap)},
        event=Event(date(2026, 11, 1), None, trap),
    )
    profile = Profile("p", trap, SITE, "", {"en": trap})
    other = Article(f"{SITE}/b", trap, trap, section=trap, profile="p")
    made = issue(article, other)
    return replace(made, profiles={"p": profile})


@pytest.mark.parametrize("language", ["en", "ar"])
def test_x5_x6_what_data_says_comes_out_verbatim(language: str) -> None:
    through = []
    plain = _shape(render_edition(_with("harmless"), language, settings(NOWHERE)).html)
    for trap in TRAPS:
        edition = render_edition(_with(trap), language, settings(NOWHERE))
        visible = text_of(edition.html)
        if visible.count(" ".join(trap.split())) < 6 or _shape(edition.html) != plain:
            through.append(trap)
        flat = " ".join(re.sub("[\u200e\u200f]", "", edition.text).split())
        if flat.count(" ".join(trap.split())) < 5:
            through.append(f"text: {trap}")
    assert through == [], f"{len(TRAPS)} tried"


def _shape(html: str) -> list[str]:
    """The elements and the names of their attributes: what markup in data would change."""
    return [
        f"{one.tag} {sorted(one.keys())}" if isinstance(one.tag, str) else "comment"
        for one in parsed(html).iter()
    ]


PIECES = (
    *('"', "'", "&quot;", ">", "<", "-->", "<!--", "<![endif]-->", "[more]", "{{", "%}"),
    *("<!--item 0-->", "<!--/item-->", "<!--more 0-->", "<!--/more-->"),
    *("<!--summary-->", "<!--/summary-->", "<!--[if mso]>"),
)


def _titled(titles: list[str]) -> str:
    """The HTML of an issue whose articles have these titles and summaries."""
    articles = [
        replace(
            ARTICLES[1], url=f"{SITE}/{n}", title=title, summary=f"{title} too", translations={}
        )
        for n, title in enumerate(titles)
    ]
    given = settings(NOWHERE)
    given = replace(given, alert=replace(given.alert, layouts={"news": "full"}))
    return render_edition(issue(*articles), "en", given).html


def test_x5_no_mixture_of_quotes_and_marks_changes_the_markup() -> None:
    """In attributes too, where libxml2 quotes a value according to the quotes that it holds."""
    traps = [f"a{one}{two}z" for one, two in itertools.product(PIECES, repeat=2)]
    through = []
    for tried in (traps[at : at + 45] for at in range(0, len(traps), 45)):
        html = _titled(tried)
        visible = text_of(html)
        through += [t for t in tried if visible.count(t) < 2]
        if _shape(html) != _shape(_titled(["harmless"] * len(tried))):
            through.append(f"one of {tried}")
    assert through == [], f"{len(traps)} tried"


SLOT_TRAPS = (
    "{slot:unsubscribe_url}",
    "{slot:address}",
    "{slot:name|reader}",
    "{\x00slot:address}",
    "{\nslot:address}",
    "{{slot:address}}",
    "{\u2028slot:address}",
    "{sl\x01ot:address}",
    "&#123;slot:address}",
    "{\ud800slot:address}",
)


def test_only_templates_can_write_a_slot() -> None:
    def slots(edition: Edition) -> list[list[str]]:
        return [re.findall(r"\{slot:.*?\}", part) for part in (edition.html, edition.text)]

    expected = slots(render_edition(_with("harmless"), "en", settings(NOWHERE)))
    for trap in SLOT_TRAPS:
        hostile = _with(trap)
        first = hostile.sections[0].articles[0]
        section = replace(
            hostile.sections[0],
            articles=(replace(first, url=f"{SITE}/a?x={trap}#{trap}".replace("\ud800", "")),),
        )
        edition = render_edition(
            replace(hostile, sections=(section, *hostile.sections[1:])), "en", settings(NOWHERE)
        )
        assert slots(edition) == expected, trap
        assert "{slot:" not in edition.subject + edition.preheader


def test_control_characters_and_line_breaks_never_reach_a_part() -> None:
    trap = "a\x00b\x07c\rd\ne\x85f\u2028g\x1b[31mh\x7f"
    edition = render_edition(_with(trap), "en", settings(NOWHERE))
    for part in (edition.html, edition.text, edition.subject, edition.preheader):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", part)
    assert "a b c d e f g [31mh" in edition.text


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("https://example.org/a?b=1&c=ü#d", "https://example.org/a?b=1&c=%C3%BC#d"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("https://example.org/%41", "https://example.org/%41"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.org/", ""),
        ("/relative", ""),
        ("https:///nohost", ""),
        ("http://[bad", ""),
        ("vbscript:x", ""),
        ("java\nscript:alert(1)", ""),
        ('https://exa"mple.org/', ""),
        ("", ""),
    ],
)
def test_x5_a_link_is_an_absolute_web_address_or_nothing(given: str, made: str) -> None:
    assert link(given) == made


# --- templates of a project ------------------------------------------------------------------------


def _write(root: Path, name: str, text: str) -> None:
    path = root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_projects_template_wins_file_by_file(tmp_path: Path) -> None:
    _write(tmp_path, "email/_base/letter.html", "<p>Our own letter, {{ alert.name }}</p>\n")
    edition = render_edition(issue(), "en", settings(tmp_path))
    assert "Our own letter, Policy Alert" in edition.html
    assert "Welcome to the alert." not in edition.html
    assert edition.text == rendered("en").text


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("<p>\n{{ nosuch }}", 2, "'nosuch' is undefined"),
        ("<p>\n\n{% if %}", 3, "Expected an expression"),
        ("{{ view.nosuch }}", 1, "has no attribute 'nosuch'"),
        ("\n{{ 1 / 0 }}", 2, "division by zero"),
        ("{{ ''.__class__ }}", 1, "unsafe"),
        ("\n{{ _('Published by %(name)s') }}", 2, "name"),
        ("{{ slot('nosuch') }}", 1, "there is no slot"),
        ("{{ x|nosuch }}", 1, "No filter named 'nosuch'"),
        ("{% include 'nosuch.html' %}", 1, "nosuch.html"),
        ("{% for x in range(99999999) %}{% endfor %}", 1, "Range too big"),
    ],
)
def test_a_broken_template_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    _write(tmp_path, "email/_base/letter.html", text)
    with pytest.raises(TemplateFault) as fault:
        render_edition(issue(), "en", settings(tmp_path))
    said = str(fault.value)
    assert words in said
    assert "\n" not in said
    assert f"{tmp_path}/templates/email/_base/letter.html, line {line}" in said


def test_a_template_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "email/_base/letter.html", "")
    (tmp_path / "templates/email/_base/letter.html").write_bytes("é".encode("latin-1"))
    with pytest.raises(TemplateFault, match="UTF-8"):
        render_edition(issue(), "en", settings(tmp_path))


# --- catalogues ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("ru", 1, "Ещё 1\u00a0материал в архиве"),
        ("ru", 3, "Ещё 3\u00a0материала в архиве"),
        ("ru", 11, "Ещё 11\u00a0материалов в архиве"),
        ("ru", 21, "Ещё 21\u00a0материал в архиве"),
        ("fr", 1, "Voir 1\u00a0autre article dans les archives"),
        ("fr", 2, "Voir 2\u00a0autres articles dans les archives"),
        ("ar", 1, "مادة أخرى واحدة في الأرشيف"),
        ("ar", 2, "مادتان أخريان في الأرشيف"),
        ("ar", 100, "100 مادة أخرى في الأرشيف"),
        ("ar", 3, "3 مواد أخرى في الأرشيف"),
        ("ar", 11, "11 مادةً أخرى في الأرشيف"),
    ],
)
def test_plurals_follow_the_language(language: str, count: int, words: str) -> None:
    catalogue = Catalogue(language, (packaged_templates(),))
    assert catalogue.write_many(MORE, MORE, count) == words


def test_a_projects_catalogue_wins_message_by_message(tmp_path: Path) -> None:
    own = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    own += 'msgid "News"\nmsgstr "Novedades"\n'
    _write(tmp_path, "locale/es/LC_MESSAGES/alerts.po", own)
    edition = render_edition(issue(), "es", settings(tmp_path))
    assert "Novedades" in edition.html
    assert "Noticias" not in edition.html
    assert "Publicaciones" in edition.html


def test_a_region_speaks_its_language_and_an_unknown_one_english() -> None:
    folders = (packaged_templates(),)
    assert Catalogue("pt-br", folders).write("News") == "Notícias"
    assert Catalogue("de", folders).write("News") == "News"


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "locale/es/LC_MESSAGES/alerts.po", 'msgid "News"\nmsgstr[x] "No"\n')
    with pytest.raises(TemplateFault, match=r"alerts\.po"):
        render_edition(issue(), "es", settings(tmp_path))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event(date(2026, 11, 3)), "mar, 3 nov 2026"),
        (Event(date(2026, 11, 3), date(2026, 11, 5)), "3–5 nov 2026"),
        (Event(date(2026, 11, 30), date(2026, 12, 1)), "30 nov\u2009–\u20091 dic 2026"),
        (Event(datetime(2026, 11, 3, 14, tzinfo=UTC)), "mar, 3 nov 2026, 15:00 (UTC+1)"),
        (Event(datetime(2026, 7, 3, 23, 30, tzinfo=UTC)), "sáb, 4 jul 2026, 1:30 (UTC+2)"),
        (
            Event(datetime(2026, 11, 3, 14, tzinfo=UTC), datetime(2026, 11, 3, 16, tzinfo=UTC)),
            "mar, 3 nov 2026, 15:00–17:00 (UTC+1)",
        ),
    ],
)
def test_dates_of_events_follow_the_language_and_the_time_zone(event: Event, words: str) -> None:
    assert Catalogue("es", ()).event(event, ZoneInfo("Europe/Madrid")) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "1er janvier 2027"),
        ("fr-ca", "1er janvier 2027"),
        ("en", "January 1, 2027"),
        ("en-gb", "1 January 2027"),
        ("pt", "1 de janeiro de 2027"),
        ("ru", "1 января 2027\u202fг."),
    ],
)
def test_the_first_of_a_month_is_written_as_the_language_does(language: str, words: str) -> None:
    assert Catalogue(language, ()).day(date(2027, 1, 1)) == words


@pytest.mark.parametrize(
    ("language", "days", "hours"),
    [("en", "Nov 17–19, 2026", "2:00\u202fPM–3:30\u202fPM"), ("fr", "17–19 nov. 2026", "14:00–15:30"),
     ("pt", "17–19 de nov. de 2026", "14:00–15:30"), ("ru", "17—19 нояб. 2026\u202fг.", "14:00—15:30")],
)  # fmt: skip
def test_days_and_hours_have_the_same_dash(language: str, days: str, hours: str) -> None:
    catalogue, zone = Catalogue(language, ()), ZoneInfo("UTC")
    assert catalogue.event(Event(date(2026, 11, 17), date(2026, 11, 19)), zone) == days
    afternoon = Event(
        datetime(2026, 11, 17, 14, tzinfo=UTC), datetime(2026, 11, 17, 15, 30, tzinfo=UTC)
    )
    assert hours in catalogue.event(afternoon, zone)
    month = "Nov" if language == "en" else "нояб" if language == "ru" else "nov"
    assert month in catalogue.event(afternoon, zone)
    assert month in catalogue.moment(datetime(2026, 11, 17, 14, tzinfo=UTC), zone)


def test_the_first_of_a_month_is_so_in_events_too() -> None:
    french, zone = Catalogue("fr", ()), ZoneInfo("UTC")
    assert french.event(Event(date(2026, 11, 1)), zone) == "dim. 1er nov. 2026"
    assert french.event(Event(date(2026, 11, 1), date(2026, 11, 5)), zone) == "1er–5 nov. 2026"
    assert french.event(Event(date(2026, 11, 11), date(2026, 11, 21)), zone) == "11–21 nov. 2026"
    evening = Event(datetime(2026, 11, 21, 1, 1, tzinfo=UTC))
    assert french.event(evening, zone) == "sam. 21 nov. 2026, 01:01 (UTC)"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "Октябрь 2026"),
        ("uk", "Жовтень 2026"),
        ("bg", "Октомври 2026"),
        ("es", "Octubre de 2026"),
    ],
)
def test_a_month_in_a_heading_is_a_month_and_a_year(language: str, words: str) -> None:
    assert Catalogue(language, ()).month_heading(Month(2026, 10)) == words


def test_names_are_listed_as_the_language_lists_them() -> None:
    names = ("Alder", "Instituto")
    assert Catalogue("es", ()).listed(names) == "Alder e Instituto"
    assert Catalogue("es", ()).joined(["A", "Hierro"]) == "A y Hierro"
    assert (
        Catalogue("es", ()).joined(["A", "B", Markup("<a>Hispania</a>")])
        == "A, B e <a>Hispania</a>"
    )
    assert Catalogue("fr", ()).joined(names) == "Alder et Instituto"
    assert Catalogue("ar", ()).joined(names) == "Alder، Instituto"


def test_an_hour_stays_on_its_line_and_the_comma_is_the_languages_own() -> None:
    event = Event(datetime(2026, 11, 3, 14, 30, tzinfo=UTC))
    words = Catalogue("ar", ()).event(event, ZoneInfo("UTC"))
    assert words == "الثلاثاء، 3 نوفمبر 2026، 2:30\N{NO-BREAK SPACE}م (UTC)"
    assert "2026، 3:00\N{NO-BREAK SPACE}م" in rendered("ar").html


def test_names_of_languages_are_found_for_any_tag() -> None:
    spanish = Catalogue("es", ())
    assert spanish.language_name("en") == "inglés"
    assert spanish.language_name("en-au") == "inglés"
    assert spanish.language_name("x-nonsense") == "x-nonsense"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_byte_order_mark_in_a_style_sheet_costs_no_style(tmp_path: Path, encoding: str) -> None:
    before = render_edition(issue(), "en", settings(tmp_path)).html
    own = tmp_path / "templates" / "email" / "_base" / "style.css"
    own.parent.mkdir(parents=True)
    packaged = packaged_templates() / "email" / "_base" / "style.css"
    text = packaged.read_text(encoding="utf-8").replace("\n", "\r\n")
    own.write_bytes(text.encode(encoding))
    assert render_edition(issue(), "en", settings(tmp_path)).html == before


def test_the_title_of_an_event_leads_to_the_event_and_not_to_the_whole_calendar(
    tmp_path: Path,
) -> None:
    made = issue()
    calendar = "https://cal.example/all.ics"
    event = Event(datetime(2026, 11, 5, 18, tzinfo=UTC), None, "Town hall", calendar)
    article = Article(f"{calendar}#0123456789", "Assembly", section="events", event=event)
    section = replace(made.sections[0], key="events", articles=(article,))
    shown = replace(made, sections=(section,))
    html = render_edition(shown, "en", settings(tmp_path)).html
    assert f"{calendar}#" not in html
