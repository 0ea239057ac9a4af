"""Feeds, lists of feeds and tables lose the part that is broken, and say which it was."""

import json
from pathlib import Path

import pytest

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import feed, opml, page, table
from alerts.sources.document import Fetched
from alerts.sources.dropped import Dropped
from alerts.sources.normalise import Intake, SourceContent

CASES = Path(__file__).parents[1] / "data" / "pages"
HERE = "https://f.example/feed"


def _intake(kind: SourceKind) -> Intake:
    settings = Settings(root=Path(), alert=AlertSettings(languages=("en", "de")))
    return Intake(Source(1, HERE, kind), settings)


def _feed(body: bytes | str, content_type: str = "") -> SourceContent:
    octets = body.encode() if isinstance(body, str) else body
    return feed.read(Fetched(HERE, HERE, octets, content_type), _intake(SourceKind.FEED))


def _table(body: str) -> SourceContent:
    return table.read(Fetched("", "", body.encode()), _intake(SourceKind.TABLE))


def _rss(*items: str, declared: str = "utf-8") -> str:
    inner = "".join(
        f"<item><title>T{n}</title><link>https://f.example/{n}</link>{item}</item>\n"
        for n, item in enumerate(items)
    )
    return f'<?xml version="1.0" encoding="{declared}"?>\n<rss version="2.0"><channel>{inner}</channel></rss>'


def _titles(found: SourceContent) -> list[str]:
    return [article.title for article in found.articles]


@pytest.mark.parametrize(
    "broken",
    [
        "<description>a &nosuch; b</description>", "<description>a & b</description>",
        "<description>a <b> b</description>",
        "<category>unclosed", "<a:b>x</a:b>", "<pubDate>32 Foo 2026</pubDate>",
        "<description>\x00</description>",
        "</category>", "<enclosure url='x' url='y'/>",
    ],
)  # fmt: skip
def test_one_broken_item_does_not_lose_the_feed(broken: str) -> None:
    found = _feed(_rss("", broken, "", ""))
    assert {"T0", "T2", "T3"} <= set(_titles(found))
    for line in (*found.faults, *found.notes):
        assert "mismatched" not in line
        assert "well-formed" not in line


def test_a_date_that_cannot_be_right_is_told_with_its_item() -> None:
    found = _feed(_rss("", "<pubDate>32 Foo 2026</pubDate>"))
    assert _titles(found) == ["T0", "T1"]
    assert found.notes == (
        f"{HERE}, item 2: “32 Foo 2026” is no date that can be right; read without it",
    )


def test_a_feed_that_declares_another_charset_than_its_own_keeps_its_letters() -> None:
    item = "<description>Müller für die Öffnung der Straße</description>"
    for declared in ("iso-8859-1", "windows-1252", "us-ascii"):
        (article,) = _feed(_rss(item, declared=declared).encode()).articles
        assert article.summary == "Müller für die Öffnung der Straße"
    (article,) = _feed(_rss(item).encode("latin-1")).articles
    assert article.summary == "Müller für die Öffnung der Straße"


def test_the_page_that_declares_latin_1_and_is_utf_8_keeps_its_letters() -> None:
    octets = (CASES / "charset.html").read_bytes()
    found = page.read(Fetched(HERE, HERE, octets, "text/html"), _intake(SourceKind.PAGE))
    (article,) = found.articles
    assert article.title == "Müller für Öffnung"
    assert "Prüfung der Gebühren für Häuser in Zürich" in article.summary


def test_the_whole_items_of_broken_json_are_read() -> None:
    items = [{"id": str(n), "url": f"https://f.example/{n}", "title": f"T{n}"} for n in range(4)]
    lines = [json.dumps(item) for item in items]
    lines[1] = lines[1].replace('"title":', '"title"')
    found = _feed('{"version": "x", "items": [\n' + ",\n".join(lines) + "\n]}")
    assert _titles(found) == ["T0", "T2", "T3"]
    assert found.faults == (f"{HERE}, line 3: broken JSON; the item is left out",)
    cut = json.dumps({"version": "x", "items": items})[:-30]
    assert _titles(_feed(cut)) == ["T0", "T1", "T2"]
    odd = json.dumps({"version": "x", "items": [*items, 7]})
    assert _feed(odd).faults == (f"{HERE}, item 5: it is no object",)
    with pytest.raises(InputError, match=r"line 1: broken JSON$"):
        _feed('{"version": 1, "items": [')


def test_a_row_with_too_many_cells_is_told_and_the_others_are_read() -> None:
    found = _table(
        "url,title,summary\nhttps://a.example/1,One,first\nhttps://a.example/2,Two, with a comma,second\n"
        'https://a.example/3,Three\nhttps://a.example/4,"Four,never closed\nhttps://a.example/5,Five,,\n'
        "https://a.example/6,S\0ix,x\n"
    )
    assert _titles(found) == ["One", "Three", "Five"]
    assert [fault.partition(": ")[2][:30] for fault in found.faults] == [
        "4 cells for 3 columns; put tex", "a quotation mark is opened and", "holds a NUL character",
    ]  # fmt: skip
    assert "line 3" in found.faults[0]


def test_a_bad_outline_loses_itself() -> None:
    good = '<outline text="{n}" type="rss" xmlUrl="https://f.example/{n}"/>\n'
    for bad in (
        '<outline text="a & b" xmlUrl="https://f.example/x?a=1&b=2">\n',
        '<outline text="<b>" xmlUrl="https://f.example/x"/>\n',
        '<outline text="&nosuch;" xmlUrl="https://f.example/x"/>\n', "<outline text=>\n", "</body>\n",
        '<outline text="\x01"/>',
        '<outline text="a" text="b" xmlUrl="https://f.example/x"/>\n',
    ):  # fmt: skip
        text = (
            "".join(good.format(n=n) for n in "12") + bad + "".join(good.format(n=n) for n in "34")
        )
        document = f'<?xml version="1.0"?>\n<opml version="2.0"><body>\n{text}</body></opml>'
        found = [one.url for one in opml.outlines(document.encode(), "f.opml")]
        assert {f"https://f.example/{n}" for n in "1234"} <= set(found), bad
    latin = f'<?xml version="1.0" encoding="UTF-8"?><opml><body>{good}{good}</body></opml>'
    octets = (
        latin.replace("{n}", "1", 1).replace('"{n}"', '"é"').replace("{n}", "2").encode("latin-1")
    )
    assert len(list(opml.outlines(octets, "f.opml"))) == 2


def test_what_is_no_list_of_feeds_is_named_in_our_words() -> None:
    for octets in (b"", b"hello", b"<html></html>", b"\x89PNG\0"):
        with pytest.raises(InputError, match=r"^f\.opml: not an OPML file: [A-Za-z ,.<>&;]+$"):
            list(opml.outlines(octets, "f.opml"))


def test_lines_are_told_in_their_order() -> None:
    dropped = Dropped("f")
    for line in (3, 1, 2):
        dropped.line(line, "wrong")
    assert dropped.faults() == ["f, line 1: wrong", "f, line 2: wrong", "f, line 3: wrong"]
