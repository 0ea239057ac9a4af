"""Every public page is valid HTML by the W3C's checker, with nothing that has to be explained.

Of an issue that is what stands around it; the rest is the e-mail (tests/editions/test_valid.py).
"""

from dataclasses import replace
from pathlib import Path

from alerts.mail.tokens import Purpose
from tests import validator
from tests.factories import edition, queue_issue
from tests.pages import Served, serve

PATHS = (
    *("join", "archive/en", "archive/2026-10/en", "archive/2026-10/en/miniature", "widget"),
    *("widget/look", "accessibility", "none", "archive/search?q=water"),
)


ISSUE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>October</title></head>'
    '<body><div role="main"><h1>October</h1><h2 id="s-1">News</h2>'
    '<p>{slot:address}</p><p><a href="{slot:unsubscribe_url}">Unsubscribe</a></p></div></body></html>'
)


def test_every_page_is_valid(served: Served, tmp_path: Path) -> None:
    queue_issue(served.settings.root, served.db, made=replace(edition(), html=ISSUE))
    number = served.subscriber()
    personal = (
        f"preferences/{served.token(Purpose.PREFERENCES, number)}",
        f"unsubscribe/{served.token(Purpose.UNSUBSCRIBE, number)}",
    )
    pages = [served.get(path).text for path in (*PATHS, *personal)]
    with serve(served.settings.root, WINDOWS__OPEN="08:00-18:00") as by_day:
        pages.append(by_day.get(personal[0]).text)  # with all time zones
    assert 'name="timezone"' in pages[-1]
    pages.append(served.post("join", data={"email": "x"}).text)
    assert 'class="archive-side first"' in pages[2]
    files = [tmp_path / f"{place}.html" for place in range(len(pages))]
    for file, page in zip(files, pages, strict=True):
        file.write_text(page, encoding="utf-8")
    assert validator.faults(files, {}) == []
