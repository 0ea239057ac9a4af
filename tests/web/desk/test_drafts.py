"""The draft of a month is rendered and checked by a job, once for the same content, and pages wait for
nothing."""

from pathlib import Path

import httpx2

from alerts.domain.job import CUT_OFF, JobRecord
from alerts.store import jobs, transaction
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


def _of_kind(desk: Desk, kind: str) -> list[JobRecord]:
    """The jobs of a kind, the newest first."""
    return [one for one in jobs.latest(desk.served.db) if one.kind == kind]


def _rendered(desk: Desk) -> int:
    """How often editions were rendered."""
    (found,) = desk.served.db.conn.execute("SELECT count(*) FROM rendered_editions").fetchone()
    return int(found)


def _approved(desk: Desk) -> str:
    """An approved issue with one story: its address for acts."""
    project = desk.project()
    added = project.articles.add(URL, month=MONTH, read=False, title="Water law")
    project.approve(MONTH, by="Dana")
    return f"/desk/story/{added.article.article.id}"


def _voided(desk: Desk) -> bool:
    return any(one["kind"] == "issue.voided" for one in desk.project().issues.log(MONTH))


def test_an_edit_of_an_approved_issue_renders_nothing_and_a_job_lets_the_approval_fall(
    project: Path,
) -> None:
    with desk_with(project, {"ALERT__REVIEW": "required"}, drafts=False) as desk:
        story, before = _approved(desk), _rendered(desk)
        with desk.browser("anna@example.org") as anna:
            for _ in range(2):  # twice: one job
                press(anna, f"{story}/feature?month={MONTH}")
            assert (_rendered(desk), len(_of_kind(desk, "recheck"))) == (before, 1)
            assert "whether the approval still holds" in anna.get(f"/desk?month={MONTH}").text
            assert anna.get(f"{PROGRESS}&of=approval").json()["open"] is True
            assert not _voided(desk)
            anna.get(SEND)
            _work(desk)
            assert _voided(desk)
            assert "still holds" not in anna.get(f"/desk?month={MONTH}").text
            press(anna, f"{story}/unfeature?month={MONTH}")
            assert len(_of_kind(desk, "recheck")) == 1  # nobody has approved what it was


def test_of_an_older_draft_nothing_counts_as_approved(project: Path) -> None:
    with desk_with(project, {"ALERT__REVIEW": "required"}, drafts=False) as desk:
        story = _approved(desk)
        with desk.browser("dana@example.org") as dana, desk.browser("anna@example.org") as anna:
            dana.get(SEND)
            _work(desk)
            assert "Approved by Dana" in dana.get(SEND).text
            press(anna, f"{story}/feature?month={MONTH}")
            html = dana.get(SEND).text
            assert "Approved by" not in html
            assert "Whether the approval of Dana still holds" in html


def test_a_change_while_the_approval_is_looked_at_is_looked_at_after_it(project: Path) -> None:
    with desk_with(project, {"ALERT__REVIEW": "required"}, drafts=False) as desk:
        story, db = _approved(desk), desk.served.db
        with desk.browser("anna@example.org") as anna:
            press(anna, f"{story}/feature?month={MONTH}")
            with transaction(db):
                running = jobs.take(db, ["recheck"], desk.served.clock())
            assert running is not None
            for name in ("unfeature", "feature"):
                press(anna, f"{story}/{name}?month={MONTH}")
            assert sorted(one.state.value for one in _of_kind(desk, "recheck")) == [
                "running",
                "waiting",
            ]
            with transaction(db):
                jobs.abandon(db, ["recheck"], CUT_OFF, desk.served.clock())
            _work(desk)
            assert _voided(desk)
            desk.project().approve(MONTH, by="Dana")
            press(anna, f"{story}/unfeature?month={MONTH}")
            with transaction(db):
                assert jobs.take(db, ["recheck"], desk.served.clock()) is not None
                jobs.abandon(db, ["recheck"], CUT_OFF, desk.served.clock())
            anna.get(f"/desk?month={MONTH}")  # a look asks anew for what a dead process left
            assert _of_kind(desk, "recheck")[0].state.value == "waiting"


def test_a_test_mail_is_made_by_a_job_once_and_never_again_by_itself(project: Path) -> None:
    with desk_with(project, {}, drafts=False) as desk, desk.browser("anna@example.org") as anna:
        desk.project().articles.add(URL, month=MONTH, read=False, title="Water law")
        anna.get(VIEW)
        _work(desk)
        box, ask = project / "outbox" / "new", f"/desk/view/test?month={MONTH}"
        for _ in range(2):
            assert press(anna, ask, language="en").status_code == 303
        assert not box.exists() or not list(box.iterdir())
        assert len(_of_kind(desk, "test")) == 1
        assert "being made and sent to you" in anna.get(f"{VIEW}&language=en").text
        assert anna.get(f"{PROGRESS}&of=test&language=en").json()["open"] is True
        with desk.browser("dana@example.org") as dana:
            assert "being made and sent" not in dana.get(f"{VIEW}&language=en").text
            press(dana, ask, language="en")  # theirs is another one
        _work(desk)
        assert len(list(box.iterdir())) == 2
        assert "Sent to you as a test" in anna.get(f"{VIEW}&language=en").text
        press(anna, ask, language="en")
        with transaction(desk.served.db):
            assert jobs.take(desk.served.db, ["test"], desk.served.clock()) is not None
            jobs.abandon(desk.served.db, ["test"], CUT_OFF, desk.served.clock())
        _work(desk)
        assert len(list(box.iterdir())) == 2
        assert "ended before it was done" in anna.get(f"{VIEW}&language=en").text


def test_a_form_that_is_refused_before_the_draft_is_there_says_why(project: Path) -> None:
    with desk_with(project, {}, drafts=False) as desk, desk.browser("anna@example.org") as anna:
        desk.project().articles.add(URL, month=MONTH, read=False, title="Water law")
        for path, values, words in (
            ("/desk/send/stop", {"why": "x"}, "nothing to stop"),
            ("/desk/send/correct", {"text-en": "x"}, "never sent"),
            ("/desk/send/moment", {"day": "2027-12-10"}, "Write a day and an hour"),
            ("/desk/view/test", {"language": "tlh"}, "no edition"),
        ):
            refused = press(anna, f"{path}?month={MONTH}", **values)
            assert (refused.status_code, words in refused.text) == (422, True), path
