"""Comments at the desk: under a proved name, mailed once to the others, settled, deleted."""

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.domain.article import Article
from alerts.domain.comment import Comment
from alerts.library.readiness import LintedDraft
from tests.conftest import Alerts
from tests.factories import MONTH
from tests.relay import Taken
from tests.web.desk.signed_in import PEOPLE, Desk, desk_of, press

PAGE = f"/desk?month={MONTH}"
HOSTILE = "<script>alert(1)</script> \u202egnol\u202c \x07 {{ 7*11111 }} {slot:address} \" ' &"


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk with one story in October."""
    with desk_of(project, ALERT__LANGUAGES="en,es") as running:
        running.project().articles.add(
            "https://news.example.net/a", month=MONTH, read=False, title="Rivers"
        )
        yield running


def _story(desk: Desk) -> Article:
    return desk.project().articles.find("Rivers", MONTH).article


def _said(desk: Desk) -> tuple[Comment, ...]:
    return desk.project().comments.of_article(desk.project().articles.find("Rivers"))


def _approved(desk: Desk) -> tuple[str, ...]:
    project = desk.project()
    draft = project.draft(MONTH)
    return project.desk.readiness(LintedDraft(draft, ())).approval.names


def _say(desk: Desk, who: str, text: str) -> int:
    path = f"/desk/story/{_story(desk).id}"
    with desk.browser(who) as browser:
        return press(browser, f"{path}/comment", path, text=text).status_code


def _text(mail: Taken) -> str:
    message = email.message_from_bytes(mail.octets, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_everybody_may_say_something_and_the_others_get_one_mail_with_all_of_it(desk: Desk) -> None:
    assert _say(desk, "lucia@example.org", "Is 40 right?\r\nI read 4.") == 303
    assert _say(desk, "lucia@example.org", "Is 40 right?\r\nI read 4.") == 303  # pressed twice
    assert _say(desk, "dana@example.org", "It is 4.") == 303
    assert desk.served.post_office() == []  # more may be said
    desk.served.clock.go(minutes=11)
    mails = {mail.recipient: _text(mail) for mail in desk.served.post_office()}
    assert mails.keys() == PEOPLE.keys()
    for who, told in (
        ("anna@example.org", (True, True)),
        ("lucia@example.org", (False, True)),
        ("dana@example.org", (True, False)),
    ):
        assert ("I read 4." in mails[who], "It is 4." in mails[who]) == told, who
    assert f"/desk/story/{_story(desk).id}#comments" in mails["anna@example.org"]
    desk.served.clock.go(days=1)
    assert desk.served.post_office() == []
    assert [(one.by, one.text) for one in _said(desk)] == [
        ("lucia@example.org", "Is 40 right?\nI read 4."),
        ("dana@example.org", "It is 4."),
    ]


def test_a_story_shows_how_much_is_open_and_who_settled_it(desk: Desk) -> None:
    _say(desk, "lucia@example.org", "Is 40 right?")
    number = _said(desk)[0].id
    with desk.browser("anna@example.org") as anna:
        assert "1 comment</a> <span" in anna.get(PAGE).text
        assert "1 comment is open" in anna.get(f"/desk/send?month={MONTH}").text
        assert press(anna, f"/desk/comment/{number}/delete", PAGE).status_code == 422  # not hers
        for _ in range(2):
            assert press(anna, f"/desk/comment/{number}/done", PAGE).status_code == 303
        assert "is open" not in anna.get(f"/desk/send?month={MONTH}").text
        (kept,) = _said(desk)
        assert (kept.done, kept.done_by) == (True, "anna@example.org")
        assert press(anna, f"/desk/comment/{number}/reopen", PAGE).status_code == 303
        assert not _said(desk)[0].done
        for odd in ("0", "x", "9" * 30, "%00"):
            assert press(anna, f"/desk/comment/{odd}/done", PAGE).status_code in (404, 422), odd
        assert press(anna, f"/desk/comment/{number}/explode", PAGE).status_code == 404
    with desk.browser("lucia@example.org") as lucia:
        assert lucia.post(f"/desk/comment/{number}/delete", data={"form": "x"}).status_code == 403
        assert press(lucia, f"/desk/comment/{number}/delete", PAGE).status_code == 303
    assert _said(desk) == ()
    desk.served.clock.go(hours=1)
    assert desk.served.post_office() == []  # nothing is left to tell
    log = desk.project().issues.log(MONTH)
    kinds = [one["kind"] for one in log if one["kind"].startswith("comment")]
    assert kinds == ["comment.added", "comment.done", "comment.reopened", "comment.deleted"]
    assert "40" not in str(log)


def test_hostile_words_are_words_on_the_page_and_in_the_mail(desk: Desk) -> None:
    assert _say(desk, "lucia@example.org", HOSTILE) == 303
    with desk.browser("anna@example.org") as anna:
        html = anna.get(f"/desk/story/{_story(desk).id}").text
        for odd in ("", " \n ", "x" * 4_001):
            page = press(anna, "/desk/comment?month=2026-10", PAGE, text=odd)
            assert page.status_code == 422
        assert "x" * 4_001 in page.text  # nothing typed is lost
    desk.served.clock.go(minutes=11)
    mail = next(one for one in desk.served.post_office() if one.recipient == "anna@example.org")
    message = email.message_from_bytes(mail.octets, policy=email.policy.default)
    part = message.get_body(("html",))
    assert part is not None
    for shown in (html, part.get_content()):
        assert "<script>alert" not in shown
        assert "77777" not in shown
        assert not set(shown) & {"\u202e", "\x07"}
    assert "lucia@example.org" in _text(mail)


def test_the_issue_has_a_thread_also_once_it_is_sent_and_no_approval_falls(desk: Desk) -> None:
    project = desk.project()
    project.act_as(next(one for one in project.people.all() if one.email == "anna@example.org"))
    project.approve(project.draft(MONTH))
    with desk.browser("dana@example.org") as dana:
        assert (
            press(dana, f"/desk/comment?month={MONTH}", PAGE, text="Looks good.").status_code == 303
        )
        assert "Looks good." in dana.get(PAGE).text
    assert _approved(desk) == ("anna@example.org",)
    desk.project().queue(MONTH)
    with desk.browser("dana@example.org") as dana:
        assert (
            press(dana, f"/desk/comment?month={MONTH}", PAGE, text="Well done.").status_code == 303
        )
    assert len(desk.project().comments.of_issue(MONTH)) == 2


def test_who_is_removed_is_mailed_nothing_and_who_is_erased_has_no_name(
    desk: Desk, alerts: Alerts
) -> None:
    _say(desk, "lucia@example.org", "Is 40 right?")
    assert alerts("person", "remove", "dana@example.org").code == 0
    assert alerts("person", "remove", "lucia@example.org", "--erase").code == 0
    desk.served.clock.go(minutes=11)
    mails = desk.served.post_office()
    assert {one.recipient for one in mails} == {"anna@example.org", "admin@example.org"}
    assert "Someone who has left" in _text(mails[0])
    assert _said(desk)[0].by == ""
    (rows,) = desk.served.db.conn.execute(
        "SELECT count(*) FROM people WHERE instr(email || name || address, 'lucia')"
    ).fetchone()
    assert rows == 0
    assert alerts("person", "remove", "dana@example.org", "--erase").code == 0  # removed before
