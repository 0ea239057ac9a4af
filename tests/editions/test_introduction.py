"""The editor's letter: kept tidy, shown safely, in the language that a reader understands best."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from alerts.domain.errors import InputError
from alerts.domain.issue import Edition
from alerts.editions.introduction import introduction
from alerts.editions.render import render_edition
from alerts.issue.introduction import LONGEST, tidy
from tests import issues
from tests.conftest import Alerts

SAMPLE = """Dear friends,

this month **forty cities** signed the *charter*. Read [the text](https://e.org/charter?a=1&b=2),
or write to [us](mailto:desk@e.org).

- one
- two

1. first
2. second

Warm regards,
Anna"""

PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,<script>)", "[x](vbscript:x)", "[x](file:///etc/passwd)",
    "[x](//evil.example)", "[x](/etc)", "<https://e.org/\"onmouseover=alert(1)>", "<javascript:alert(1)>",
    "[a](https://e.org \"t\" onclick=x)", "![x](https://e.org/pixel.png)", "<!--item 0-->", "<!--/item-->",
    "<style>*{}</style>", "`<b>`", "[x](mailto:a@b.c?subject=x\"onclick=1)", "[x](https://user@evil.example)",
    "</div></td></table>", "&lt;script&gt;", "&#60;script&#62;", "[<b>](https://e.org)",
    "[x][y]\n\n[y]: javascript:x",
)  # fmt: skip
SLOTS = (
    "{slot:unsubscribe_url}", "{\\slot:name}", "{slot\\:name}", "\\{slot:name}", "{*s*lot:name}",
    "{s**lot:name**}", "{slot&colon;name}", "{slot&#58;name}", "[{slot:name}](https://e.org/{slot:name})",
    "<https://e.org/{slot:name}>", "{sl\u200bot:name}", "{slot:name|x}", "[x](https://e.org \"{slot:name}\")",
)  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser.seen


def _edition(tmp_path: Path, language: str, **introductions: str) -> Edition:
    issue = replace(issues.issue(), introductions=introductions)
    return render_edition(issue, language, issues.settings(tmp_path))


def test_a_little_markdown_is_understood() -> None:
    shown = introduction(SAMPLE, Markup())
    assert [tag for tag, _ in tags(shown.html)] == [
        "p", "p", "strong", "em", "a", "br", "a", "ul", "li", "li", "ol", "li", "li", "p", "br",
    ]  # fmt: skip
    links = [found["href"] for tag, found in tags(shown.html) if tag == "a"]
    assert links == ["https://e.org/charter?a=1&b=2", "mailto:desk@e.org"]
    assert shown.text.split("\n") == [
        "Dear friends,",
        "",
        "this month forty cities signed the charter. Read the text",
        "<https://e.org/charter?a=1&b=2>,",
        "or write to us <desk@e.org>.",
        "",
        "- one",
        "- two",
        "",
        "1. first",
        "2. second",
        "",
        "Warm regards,",
        "Anna",
    ]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PAYLOADS + SLOTS) | st.text(max_size=60), max_size=8).map("\n".join)
)
def test_x5_nothing_of_a_letter_gets_through_but_what_is_allowed(text: str) -> None:
    shown = introduction(tidy(text), Markup())
    for tag, attributes in tags(shown.html):
        assert tag in {"p", "br", "strong", "em", "a", "ul", "ol", "li"}
        assert set(attributes) <= ({"href", "title"} if tag == "a" else {"start"})
        if tag == "a":
            assert re.match(r"(?i)(https?://|mailto:)", attributes["href"] or "")
    for made in (shown.html, shown.text):
        assert "{slot:" not in made
        assert "<!--" not in made or made is shown.text


def test_no_payload_comes_through_a_whole_edition(tmp_path: Path) -> None:
    tried = 0
    plain = _edition(tmp_path, "en", en="Hello")
    usual = {tag for tag, _ in tags(plain.html)} | {"strong", "em", "ul", "ol", "li", "br"}
    slots = sorted(re.findall(r"\{slot:[^}]*\}", plain.html))
    for payload in (*PAYLOADS, *SLOTS):
        edition = _edition(tmp_path, "en", en=tidy(payload))
        found = tags(edition.html)
        assert {tag for tag, _ in found} <= usual, payload
        for _, attributes in found:
            assert not [name for name in attributes if name.startswith("on")], payload
            for name in ("href", "src"):
                value = attributes.get(name) or ""
                assert re.match(r"(?i)(#s-\d+$|https?://|mailto:|\{slot:|$)", value), payload
        assert sorted(re.findall(r"\{slot:[^}]*\}", edition.html)) == slots, payload
        assert edition.text.count("{slot:") == plain.text.count("{slot:"), payload
        assert edition.html.count("<!--") == plain.html.count("<!--"), payload
        tried += 1
    assert tried == len(PAYLOADS) + len(SLOTS) == 37


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_a_letter_that_is_too_long_is_refused() -> None:
    assert len(tidy("x" * LONGEST)) == LONGEST
    with pytest.raises(InputError, match="10,001 characters"):
        tidy("x" * (LONGEST + 1))


def test_the_letter_stands_in_place_of_the_welcome(tmp_path: Path) -> None:
    assert "Welcome to the alert." in _edition(tmp_path, "en").html
    edition = _edition(tmp_path, "en", en="Dear **all**,\n\nhello")
    assert "Welcome to the alert." not in edition.html + edition.text
    assert re.search(r"<p[^>]*>Dear <strong>all</strong>,</p>", edition.html)
    assert "Dear all,\n\nhello\n" in edition.text


def test_a_reader_without_a_letter_gets_it_in_the_next_best_language_marked(
    tmp_path: Path,
) -> None:
    cases = (
        ("es", {"en": "Hello", "es": "Hola"}, "Hola", ""),
        ("fr", {"en": "Hello", "es": "Hola"}, "Hello", ' lang="en" dir="ltr"'),
        ("fr", {"ar": "مرحبا"}, "مرحبا", ' lang="ar" dir="rtl"'),
        ("pt", {"pt-br": "Olá", "en": "Hello"}, "Olá", ""),
    )
    for language, introductions, words, mark in cases:
        html = _edition(tmp_path, language, **introductions).html
        assert re.search(rf'<div class="letter[^"]*"{mark}[^>]*>\s*<p[^>]*>{words}</p>', html), (
            words
        )


def test_a_letter_is_written_shown_and_removed(project: Path, alerts: Alerts) -> None:
    month = ("--month", "2026-10")
    assert alerts("issue", "letter", "en", *month).stdout == ""
    got = alerts("issue", "letter", "EN", "--text", " Dear  all,\r\n\r\n\r\nhello ", *month)
    assert got.code == 0
    assert alerts("issue", "letter", "en", *month).stdout == "Dear all,\n\nhello\n"
    (project / "l.txt").write_bytes("Chers amis,\n".encode("utf-16"))
    assert alerts("issue", "letter", "fr", "--file", "l.txt", *month).code == 0
    assert alerts("issue", "letter", "fr", *month).stdout == "Chers amis,\n"
    assert alerts("issue", "letter", "fr", "--file", "-", *month, stdin="Bonjour").code == 0
    assert alerts("issue", "letter", "fr", *month).stdout == "Bonjour\n"
    assert alerts("issue", "letter", "fr", "--text", "", *month).code == 0
    assert alerts("issue", "letter", "fr", *month).stdout == ""
    bad = (
        (("en", "--text", "x", "--file", "l.txt"), 2, "not both"),
        (("klingon", "--text", "x"), 2, "unknown language"),
        (("", "--text", "x"), 2, "in which language"),
        (("en", "--file", "nowhere.txt"), 1, "nowhere.txt"),
        (("en", "--text", "x" * 10_001), 1, "10,001 characters"),
    )
    for words, code, said in bad:
        got = alerts("issue", "letter", *words, *month)
        assert (got.code, got.stderr.count("\n"), said in got.stderr) == (code, 1, True), got.stderr
