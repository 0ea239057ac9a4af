"""What has changed since the approval, word by word."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from alerts.library.project import Project
from tests.factories import MONTH
from tests.web.desk.signed_in import Desk, desk_of, press

PAGE = f"/desk/compare?month={MONTH}"


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk with three stories in October."""
    with desk_of(project, ALERT__LANGUAGES="en,es") as running:
        for name in ("One", "Two", "Three"):
            running.project().articles.add(
                f"https://news.example.net/{name}", month=MONTH, read=False, title=name
            )
        yield running


def _as(desk: Desk, email: str) -> Project:
    project = desk.project()
    project.act_as(next(one for one in project.people.all() if one.email == email))
    return project


def _text(html: str) -> str:
    main = html[html.index("<main") :]
    return " ".join(
        unescape(re.sub(r"<span class=\"unseen\"[^>]*>[^<]*</span>|<[^>]+>", " ", main)).split()
    )


def test_it_says_what_is_not_as_it_was_approved(desk: Desk) -> None:
    project = _as(desk, "anna@example.org")
    first, second, third = project.issues.composed(MONTH).articles
    articles = project.articles
    articles.edit(first.id, summary="Forty <b>wells</b> dried up.")
    with desk.browser("dana@example.org") as dana:
        assert "Nobody has approved" in dana.get(PAGE).text
        assert "/desk/compare" not in dana.get(f"/desk?month={MONTH}").text
        page = dana.get(f"/desk/send?month={MONTH}").text
        content = re.search(r'name="content" value="(\w+)"', page)
        assert content
        path = f"/desk/send/approve?month={MONTH}"
        assert press(dana, path, page="/desk", content=content[1]).status_code == 303
        assert "it is what was approved" in dana.get(PAGE).text
        assert "dana@example.org" in dana.get(PAGE).text
        articles.edit(first.id, summary="Four <b>wells</b> dried up.", layout="line")
        articles.translate(second.id, "es", title="Dos")
        articles.exclude(third.id)
        project.issues.write_face("es", {"subject": "Agua"}, MONTH)
        articles.add("https://news.example.net/4", month=MONTH, read=False, title="Fourth")
        html = dana.get(PAGE).text
        shown = _text(html)
        for words in ("Fourth", "new in the issue", "not in it any more", "Subject (Spanish)"):
            assert words in shown
        assert "Title (Spanish) Dos" in shown
        assert re.search(r"<del>.{0,60}Forty</del><ins>.{0,60}Four</ins> &lt;b&gt;wells", html)
        assert "chosen by its content" in shown
        for path in (
            f"/desk?month={MONTH}",
            "/desk/send?month=" + str(MONTH),
            f"/desk/view?month={MONTH}",
        ):
            assert "/desk/compare" in dana.get(path).text, path


def test_another_template_is_no_other_word(desk: Desk) -> None:
    project = _as(desk, "dana@example.org")
    project.approve(project.draft(MONTH))
    desk.served.db.execute("UPDATE approvals SET voided_at = '2026-11-20T12:00:00Z'")
    with desk.browser("dana@example.org") as dana:
        assert "No word has changed" in dana.get(PAGE).text
