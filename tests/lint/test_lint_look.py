"""How the linter sees a page: parsing, the cascade in light and dark, where things are."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from alerts.editions.catalogue import interface_texts
from alerts.editions.template_files import packaged_templates
from alerts.lint.computed_style import ComputedStyle
from alerts.lint.document import Document
from alerts.lint.page import HtmlPage

ROOT = Path(__file__).resolve().parents[2]
DARK = '<meta name="color-scheme" content="light dark"><style>@media (prefers-color-scheme:dark){%s}</style>'


def _look(body: str, head: str = "", *, dark: bool = False) -> ComputedStyle:
    """Of the element with id=x."""
    document = Document(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "html")
    cascade = document.dark if dark else document.light
    assert cascade is not None
    return next(look for one, look in cascade.looks.items() if one.get("id") == "x")


@pytest.mark.parametrize(
    ("body", "head", "text", "ground"),
    [
        ('<p id=x style="color:#123456">', "", "#123456", "#ffffff"),
        ('<div style="color:red;background:#eee"><p id=x>', "", "#ff0000", "#eeeeee"),
        ('<div bgcolor="#eeeeee"><p id=x>', "", "#000000", "#eeeeee"),
        ("<a id=x href=y>", "", "#0000ed", "#ffffff"),
        ('<p id=x style="background:rgba(0,0,0,.5)">', "", "#000000", "#808080"),
        ('<p id=x style="background-color:red;background:blue">', "", "#000000", "#0000ff"),
        ('<p id=x style="background:#fff url(a.png) no-repeat">', "", "#000000", "None"),
        ('<font id=x color="336699">', "", "#336699", "#ffffff"),
        ('<p id=x style="color:currentColor">', "", "#000000", "#ffffff"),
        # the cascade: attribute over rule, !important over attribute, specificity, order
        ('<p id=x style="color:red">', "<style>p{color:blue}</style>", "#ff0000", "#ffffff"),
        (
            '<p id=x style="color:red">',
            "<style>p{color:blue!important}</style>",
            "#0000ff",
            "#ffffff",
        ),
        ("<p id=x class=c>", "<style>.c{color:red}p{color:blue}</style>", "#ff0000", "#ffffff"),
        ("<p id=x>", "<style>p{color:red}p{color:blue}</style>", "#0000ff", "#ffffff"),
        ("<p id=x>", "<style>@media print{p{color:red}}</style>", "#000000", "#ffffff"),
        ("<p id=x>", "<style>@media (max-width:480px){p{color:red}}</style>", "#000000", "#ffffff"),
        ("<p id=x>", "<style>@media (min-width:480px){p{color:red}}</style>", "#ff0000", "#ffffff"),
        ("<p id=x>", "<style>p:hover{color:red} p:::bad{color:red}</style>", "#000000", "#ffffff"),
    ],
)
def test_colours_are_those_that_a_browser_shows(
    body: str, head: str, text: str, ground: str
) -> None:
    """H8."""
    look = _look(body, head)
    assert (str(look.text), str(look.ground)) == (text, ground)


def test_dark_rules_hold_in_dark_alone() -> None:
    """H8."""
    head = DARK % "p{color:#eeeeee!important;background:#111111!important}"
    body = '<p id=x style="color:#222222;background:#fafafa">'
    assert (str(_look(body, head).text), str(_look(body, head).ground)) == ("#222222", "#fafafa")
    look = _look(body, head, dark=True)
    assert (str(look.text), str(look.ground)) == ("#eeeeee", "#111111")


def test_a_page_that_knows_dark_begins_with_a_dark_ground() -> None:
    look = _look("<p id=x>", DARK % "h1{color:red}", dark=True)
    assert (str(look.text), str(look.ground)) == ("#ffffff", "#121212")


def test_without_dark_rules_there_is_no_dark() -> None:
    assert Document(b"<p>x", "html").dark is None


@pytest.mark.parametrize(
    ("body", "size"),
    [
        ('<p id=x style="font-size:12pt">', 16),
        ('<div style="font-size:20px"><p id=x style="font-size:80%">', 16),
        ('<div style="font-size:20px"><p id=x style="font-size:2em">', 40),
        ('<p id=x style="font-size:1.5rem">', 24),
        ("<h1 id=x>", 32),
        ('<p id=x style="font:italic 18px/1.2 serif">', 18),
        ('<p id=x style="font-size:small">', 13),
        ('<p id=x style="font-size:nonsense">', 16),
    ],
)
def test_sizes_are_in_pixels(body: str, size: float) -> None:
    assert _look(body).size == pytest.approx(size)


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility:hidden",
        "opacity:0",
        "max-height:0;overflow:hidden",
    ],
)
def test_what_is_hidden_is_hidden_with_all_in_it(style: str) -> None:
    assert _look(f'<div style="{style}"><p><b id=x>').hidden


def test_a_size_of_nought_hides_a_text_and_not_what_is_in_it() -> None:
    """MJML closes gaps between columns so."""
    assert not _look('<td id=x style="font-size:0">gap').seen
    assert _look('<td style="font-size:0"><p id=x style="font-size:16px">text').seen


def test_what_only_outlook_reads_is_no_part_of_the_page() -> None:
    """H4."""
    page = HtmlPage(
        "<p>a<!--[if mso]><b>b</b><![endif]-->c<!--[if !mso]><!--><i>d</i><!--<![endif]--></p>"
    )
    assert page.words == "acd"
    assert [element.tag for element in page.elements] == ["html", "body", "p", "i"]
    assert len(page.comments) == 3


def test_a_place_tells_the_line_and_what_a_person_would_look_for() -> None:
    page = HtmlPage('<p>one</p>\n<p class="meta">two words</p>\n')
    element = list(page.named("p"))[1]
    assert str(page.place(element)) == 'html line 2 <p class="meta"> “two words”'


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("<p>café".encode(), "café"),
        ("<p>café".encode("utf-8-sig"), "café"),
        ("<p>café".encode("utf-16"), "café"),
        ('<meta charset="iso-8859-1"><p>café'.encode("latin-1"), "café"),
        ('<meta content="text/html; charset=koi8-r"><p>кафе'.encode("koi8-r"), "кафе"),
    ],
)
def test_a_bare_page_is_read_in_its_own_charset(octets: bytes, text: str) -> None:
    page = Document(octets, "html").page
    assert page is not None
    assert page.words == text


def test_tags_are_seen_as_written() -> None:
    """H12."""
    page = HtmlPage("<P a=1 A='2'>\n<style>p > b{}</style><!-- <b> --><br/></P>")
    assert [(tag.name, tag.closing, tag.line) for tag in page.tags] == [
        ("p", False, 1), ("style", False, 2), ("style", True, 2), ("br", False, 2), ("p", True, 2),
    ]  # fmt: skip
    assert page.tags[0].attributes == (("a", "1"), ("a", "2"))


def test_interface_texts_tell_english_from_the_rest() -> None:
    """H14."""
    folders = (packaged_templates(),)
    assert interface_texts("es", folders)["View in browser"] == "Ver en el navegador"
    assert interface_texts("fr", folders)["Publications"] == "Publications"
    assert interface_texts("xx", folders)["View in browser"] != "Ver en el navegador"
    assert not [text for text in interface_texts("es", folders) if "%(" in text]


# --- the data -------------------------------------------------------------------------------------


def _refresher() -> ModuleType:
    spec = importlib.util.spec_from_file_location("caniemail", ROOT / "docs" / "caniemail.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_refreshing_takes_the_newest_version_of_each_client() -> None:
    module = _refresher()
    data = {
        "last_update_date": "2026-05-13 14:45:41 +0000",
        "nicenames": {"family": {"gmail": "Gmail"}, "platform": {"ios": "iOS"}},
        "data": [
            {"slug": "css-x", "title": "x ", "notes_by_num": {"1": "Only\nin part."},
             "stats": {"gmail": {"ios": {"2019": "n", "2020": "a #1"}}}},
            {"slug": "css-y", "title": "y", "notes_by_num": None,
             "stats": {"outlook": {"windows": {"2007": "n", "2019": "y"}}}},
        ],
    }  # fmt: skip
    document = json.loads(module.written(module.compact(data, "9.9.9")))
    assert document["date"] == "2026-05-13"
    assert document["source"] == "npm package caniemail 9.9.9"
    assert document["clients"] == ["gmail.ios", "outlook.windows"]
    x, y = document["features"]
    assert (x["title"], x["support"], x["notes"]) == ("x", "au", {"gmail.ios": "Only in part."})
    assert y["support"] == "uy"


def test_the_data_is_written_as_the_script_writes_it() -> None:
    module = _refresher()
    text = module.TARGET.read_text(encoding="utf-8")
    assert module.written(json.loads(text)) == text
