"""The tools of the tests find what they are there to find; else what they pass would prove nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import validator
from tests.browser import axe, screenshot

if TYPE_CHECKING:
    from playwright.sync_api import Page

GOOD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title></head>
<body><main><h1>A page</h1><p>Words that can be read.</p></main></body></html>"""


def test_axe_passes_a_good_page(page: "Page") -> None:
    page.set_content(GOOD)
    assert axe(page) == []


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ('<html lang="en">', "<html>", "html-has-lang"),
        ("<title>A page</title>", "", "document-title"),
        ("<p>", '<p style="color: #999; background: #fff">', "color-contrast"),
        ("<p>", '<img src="data:,"><p>', "image-alt"),
        ("<p>", "<h4>Too deep</h4><p>", "heading-order"),
        ("<p>", "<a href='#'></a><p>", "link-name"),
    ],
)
def test_axe_names_each_planted_fault(page: "Page", before: str, after: str, rule: str) -> None:
    page.set_content(GOOD.replace(before, after))
    found = axe(page)
    assert [line for line in found if line.startswith(f"{rule} (")], found


def test_axe_works_under_a_strict_policy(page: "Page") -> None:
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    page.set_content(GOOD.replace("<title>", f"{policy}<title>"))
    assert axe(page) == []


def test_the_browser_reaches_nobody(page: "Page") -> None:
    from playwright.sync_api import Error

    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.org/")


def test_a_screenshot_is_a_picture(page: "Page", tmp_path: Path) -> None:
    page.set_content(GOOD)
    assert screenshot(page, tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_the_validator_names_each_fault_but_those_explained(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text(GOOD)
    bad.write_text(GOOD.replace("<p>", '<p id="x" id="y"><center>').replace("lang", "xlang"))
    found = validator.faults([good, bad], {"center": "an example of what is explained"})
    assert {line.partition(",")[0] for line in found} == {"bad.html"}
    assert any("Duplicate attribute" in line for line in found), found
    assert any("xlang" in line for line in found), found
    assert not any("center" in line for line in found), found
