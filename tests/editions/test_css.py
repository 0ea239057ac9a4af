"""Style sheets are parsed once while the process runs; the result does not depend on what came before."""

import subprocess
import sys

import cssutils
import pytest

from alerts.editions.css import inlined

PAGE = """<html><head><style>
p { color: #123456; margin: 0 } p.far { margin: 4px !important } a:hover { color: red }
@media (max-width: 480px) { p { margin: 8px } a { color: blue !important } }
</style></head><body><p class="far" style="color: red">x</p><p>y <a href="https://a.example">z</a></p></body></html>"""


def test_the_same_document_gives_the_same_bytes_each_time() -> None:
    first = inlined(PAGE)
    assert "@media" in first
    assert [inlined(PAGE) for _ in range(3)] == [first] * 3
    code = (
        "import sys; from alerts.editions.css import inlined; print(end=inlined(sys.stdin.read()))"
    )
    alone = subprocess.run(
        [sys.executable, "-c", code], input=PAGE, capture_output=True, text=True, check=True
    )
    assert alone.stdout == first


def test_a_style_sheet_of_many_editions_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    whole = cssutils.CSSParser.parseString

    def counted(parser: cssutils.CSSParser, css: str) -> cssutils.css.CSSStyleSheet:
        parsed.append(css)
        return whole(parser, css)

    monkeypatch.setattr(cssutils.CSSParser, "parseString", counted)
    rule = "p { color: #654321 }"
    for text in "abc":
        inlined(f"<html><head><style>{rule}</style></head><body><p>{text}</p></body></html>")
    assert [css for css in parsed if rule in css] == [rule]
