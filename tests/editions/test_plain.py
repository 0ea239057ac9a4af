"""The text part: lines that fit a terminal, footnotes that close, punctuation on its own side."""

import itertools
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.editions.render import render_edition
from alerts.editions.text_part import Footnotes, columns, directed, wrapped
from tests.issues import ARTICLES, LANGUAGES, SITE, issue, settings

NOWHERE = Path("/nonexistent")
RLM, LRM = "\N{RIGHT-TO-LEFT MARK}", "\N{LEFT-TO-RIGHT MARK}"
CHINESE = "城市如何学习：十个城市、十年记录，以及它们告诉我们的事情。" * 4

each_language = pytest.mark.parametrize("language", LANGUAGES)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "M"]), max_size=300),
    st.integers(8, 80),
)
def test_h15_wrapping_keeps_every_word_and_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    gaps = re.compile(r"[ \t\n\r\f\v]+")
    assert gaps.sub("", "".join(lines)) == gaps.sub("", text)
    for line in lines:
        assert line == line.strip(" ")
        assert columns(line) <= width or " " not in line


def test_wrapping_breaks_where_a_reader_expects_it() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("4:00\N{NO-BREAK SPACE}pm or so", 6) == ["4:00\N{NO-BREAK SPACE}pm", "or so"]
    assert wrapped("{slot:name|dear reader} hello", 12) == ["{slot:name|dear reader}", "hello"]
    assert wrapped("", 10) == wrapped("  ", 10) == []


def test_languages_without_spaces_wrap_too_and_no_line_begins_with_a_full_stop() -> None:
    lines = wrapped(CHINESE, 40)
    assert len(lines) > 4
    assert all(30 <= columns(line) <= 42 for line in lines[:-1])
    assert not [line for line in lines if line[0] in "。，、："]


@pytest.mark.parametrize(
    ("line", "direction", "base", "made"),
    [
        ("A line.", "ltr", "ltr", "A line."),
        ("A line.", "ltr", "rtl", f"A line.{LRM}"),
        ("A line", "ltr", "rtl", "A line"),
        ("سطر.", "rtl", "rtl", f"سطر.{RLM}"),
        ("سطر", "rtl", "ltr", "سطر"),
        ("«سطر»", "rtl", "ltr", f"«سطر»{RLM}"),
        ("alerts سطر", "rtl", "rtl", f"{RLM}alerts سطر"),
        ("---", "rtl", "rtl", f"{RLM}---{RLM}"),
    ],
)
def test_h10_a_line_is_held_at_both_ends(line: str, direction: str, base: str, made: str) -> None:
    assert directed(line, direction, base) == made


def _strong(text: str) -> list[str]:
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    return ["rtl" if kind in ("R", "AL") else "ltr" for kind in kinds if kind in ("L", "R", "AL")]


def test_h10_every_line_of_an_arabic_edition_begins_and_ends_as_it_is_read() -> None:
    """So a full stop stands at the end of its line in a client of either direction."""
    tried = 0
    for line in render_edition(issue(), "ar", settings(NOWHERE)).text.splitlines():
        held = _strong(line)
        if not line.strip() or "://" in line or line.startswith("{slot:"):
            continue
        tried += 1
        assert held, line
        assert _strong(line[-1:]) == held[:1], line
    assert tried > 40


@each_language
def test_only_what_right_to_left_text_needs_is_invisible(language: str) -> None:
    english_only = [replace(ARTICLES[1], translations={})]
    text = render_edition(issue(*english_only), language, settings(NOWHERE)).text
    assert bool(re.search(f"[{RLM}{LRM}]", text)) is (language == "ar")


@each_language
def test_every_footnote_is_listed_once_in_its_own_section(language: str) -> None:
    text = render_edition(issue(), language, settings(NOWHERE)).text
    text = re.sub(f"[{RLM}{LRM}]", "", text)
    sections = re.split(r"\n\n\n", text)
    numbers: list[str] = []
    for section in sections:
        used = re.findall(r"\S \[(\d+)\]", section)
        listed = re.findall(r"^\[(\d+)\] \S+$", section, re.MULTILINE)
        assert used == listed
        numbers += listed
    files = sum(article.event is not None for article in ARTICLES)
    assert numbers == [str(n) for n in range(1, len(ARTICLES) + files + 3)]  # a partner, a funder


def test_a_link_used_twice_in_a_section_has_one_number() -> None:
    note = Footnotes()
    assert [note("a"), note("b"), note("a"), note("")] == [" [1]", " [2]", " [1]", ""]
    assert note.listed() == [(1, "a"), (2, "b")]
    assert note.listed() == []
    assert note("a") == " [3]"


@each_language
def test_titles_are_underlined_as_wide_as_they_are(language: str) -> None:
    text = render_edition(issue(), language, settings(NOWHERE)).text
    lines = text.splitlines()
    rules = [
        (above, line)
        for above, line in itertools.pairwise(lines)
        if re.fullmatch(f"{RLM}?[-=]+{RLM}?", line) and above
    ]
    assert len(rules) == 7
    assert [columns(above) == columns(line) for above, line in rules] == [True] * 7


def test_a_compact_section_has_no_summaries_in_either_part() -> None:
    given = settings(NOWHERE)
    given = replace(given, alert=replace(given.alert, layouts={"news": "compact"}))
    edition = render_edition(issue(), "en", given)
    for part in (edition.html, edition.text):
        assert "Commission votes" in part
        assert "The first since 1950." not in part
        assert f"{SITE}/vote" in part
        assert "A guide." in part
