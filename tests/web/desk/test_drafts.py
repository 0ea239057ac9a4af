"""The draft of a month is rendered and checked by a job, once for the same content, and pages wait for
nothing."""

from pathlib import Path

import httpx2

from alerts.store import jobs
from tests.factories import MONTH
from tests.pages import fields, make_drafts
from tests.web.desk.signed_in import Desk, desk_of, desk_with, press

URL = "https://news.example.net/a"
SEND, VIEW = f"/desk/send?month={MONTH}", f"/desk/view?month={MONTH}"
PROGRESS = f"/desk/view/progress?month={MONTH}"


def _work(desk: Desk) -> int:
    """Have the jobs done that wait; how many there were in all."""
    warned: list[str] = []
    make_drafts(desk.served.settings, warned.append, desk.served.clock)
    assert not warned
    return len([one for one in jobs.latest(desk.served.db) if one.kind == "render"])


def _titled(browser: httpx2.Client, title: str) -> bool:
    return title in browser.get(f"/desk/view/edition?month={MONTH}&language=en").text


def test_a_view_asks_for_the_draft_once_and_shows_it_when_it_is_there(project: Path) -> None:
    with desk_with(project, {}, drafts=False) as desk, desk.browser("anna@example.org") as anna:
        desk.project().articles.add(URL, month=MONTH, read=False, title="Water law")
        for path in (VIEW, SEND, VIEW):
            waiting = anna.get(path)
            assert (waiting.status_code, "is being made" in waiting.text) == (202, True)
        assert anna.get(PROGRESS).json() == {"open": True, "done": 0, "total": 0}
        assert _work(desk) == 1
        assert anna.get(PROGRESS).json()["open"] is False
        assert anna.get(VIEW).status_code == anna.get(SEND).status_code == 200
        assert _titled(anna, "Water law")
        assert _work(desk) == 1
    with desk_with(project, {}, drafts=False) as anew, anew.browser("anna@example.org") as anna:
        anna.get(VIEW)  # served from another address, so its links are other ones
        assert _work(anew) == 2
        assert anna.get(VIEW).status_code == 200


def test_while_a_new_draft_is_made_the_last_one_is_shown_as_such_and_not_approved(
    project: Path,
) -> None:
    with desk_with(project, {"ALERT__REVIEW": "required"}, drafts=False) as desk:
        articles = desk.project().articles
        articles.add(URL, month=MONTH, read=False, title="Water law")
        with desk.browser("anna@example.org") as anna:
            anna.get(VIEW)
            _work(desk)
            seen = fields(anna.get(SEND).text)["content"]
            articles.edit("Water law", title="River law")
            html = anna.get(SEND).text
            assert "As of" in html
            assert "Approve this version" not in html
            assert "As of" in anna.get(VIEW).text
            assert _titled(anna, "Water law")
            late = press(anna, f"/desk/send/approve?month={MONTH}", content=seen)
            assert (late.status_code, "has changed" in late.text) == (422, True)
            assert _work(desk) == 2
            assert "As of" not in anna.get(SEND).text
            assert _titled(anna, "River law")
            articles.edit("River law", title="Sea law")
            articles.edit("Sea law", title="River law")  # the same content again
            assert "As of" not in anna.get(SEND).text
            assert _work(desk) == 2


def test_a_draft_that_cannot_be_made_says_why_and_is_not_asked_for_again_and_again(
    project: Path,
) -> None:
    templates = project / "templates" / "email" / "issue"
    templates.mkdir(parents=True)
    with desk_of(project) as desk, desk.browser("anna@example.org") as anna:
        desk.project().articles.add(URL, month=MONTH, read=False, title="Water law")
        (templates / "body.html").write_text("{% broken")
        for _ in range(2):
            broken = anna.get(VIEW)
            assert (broken.status_code, "body.html" in broken.text) == (500, True)
        assert _work(desk) == 1
        (templates / "body.html").unlink()
        assert anna.get(VIEW).status_code == 200
