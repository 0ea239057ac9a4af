"""Approve and send at the desk: proved approvals, stopping, reissuing, correcting."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.domain.issue import IssueState
from alerts.store import approvals, issues
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers
from tests.pages import fields
from tests.web.desk.signed_in import Desk, desk_of, press

PAGE = f"/desk/send?month={MONTH}"
URL = "https://news.example.net/a"


@pytest.fixture
def desk(project: Path, alerts: Alerts) -> Iterator[Desk]:
    """A desk with an article in October, and three readers."""
    with desk_of(
        project, ALERT__REVIEW="required", ALERT__APPROVALS="2", ALERT__APPROVAL_BY="sign-in"
    ) as running:
        running.project().articles.add(
            URL, month=MONTH, read=False, title="Water <b>law</b> \u202e changes"
        )
        add_subscribers(running.served.db, 3)
        yield running


def _content(html: str) -> str:
    return fields(html)["content"]


def _state(desk: Desk) -> IssueState:
    stored = issues.get(desk.served.db, MONTH)
    return stored.state if stored else IssueState.DRAFT


def test_two_signed_in_people_approve_and_by_counts_for_none(desk: Desk) -> None:
    project = desk.project()
    assert not project.approve(MONTH, by="somebody").names  # named, and not proved
    with desk.browser("anna@example.org") as anna, desk.browser("dana@example.org") as dana:
        seen = _content(anna.get(PAGE).text)
        for _ in range(2):  # twice is once
            assert press(anna, f"/desk/send/approve?month={MONTH}", content=seen).status_code == 303
        assert _state(desk) is IssueState.DRAFT
        assert "1 of 2 approvals" in anna.get(PAGE).text
        assert "You have approved it already" in anna.get(PAGE).text
        assert press(dana, f"/desk/send/approve?month={MONTH}", content=seen).status_code == 303
    assert _state(desk) is IssueState.APPROVED
    stored = issues.get(desk.served.db, MONTH)
    assert stored is not None
    given = approvals.valid_approvals(desk.served.db, stored.id)
    assert {one.name for one in given if one.person_id} == {"anna@example.org", "dana@example.org"}
    queued = project.queue(MONTH)
    assert queued.deliveries == 3


def test_only_what_was_seen_is_approved(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna:
        seen = _content(anna.get(PAGE).text)
        desk.project().articles.edit("Water", title="Another title")
        late = press(anna, f"/desk/send/approve?month={MONTH}", content=seen)
        assert late.status_code == 422
        assert "has changed" in late.text
        for forged in ("", "x", "0" * 16, "é", seen + "0" * 60):
            answer = press(anna, f"/desk/send/approve?month={MONTH}", content=forged)
            assert answer.status_code == 422, forged
    assert _state(desk) is IssueState.DRAFT


def test_a_title_from_outside_is_text_on_every_page(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna:
        for path in ("/desk", PAGE):
            html = anna.get(f"{path}{'' if '?' in path else f'?month={MONTH}'}").text
            assert "<b>law</b>" not in html
            assert "\u202e" not in html


def test_stop_reissue_and_correct(desk: Desk) -> None:
    project = desk.project()
    with desk.browser("anna@example.org") as anna, desk.browser("dana@example.org") as dana:
        for person in (anna, dana):
            seen = _content(person.get(PAGE).text)
            press(person, f"/desk/send/approve?month={MONTH}", content=seen)
        assert project.queue(MONTH).deliveries == 3
        assert "Stop what has not left" in anna.get(PAGE).text
        stopped = press(anna, f"/desk/send/stop?month={MONTH}", why="a wrong number")
        assert stopped.status_code == 303
        assert press(anna, f"/desk/send/stop?month={MONTH}").status_code in (303, 422)
        html = anna.get(PAGE).text
        assert "Stop what has not left" not in html
        for person in (anna, dana):
            seen = _content(person.get(PAGE).text)
            press(person, f"/desk/send/approve?month={MONTH}", content=seen)
        assert project.queue(MONTH).deliveries == 3
        project.send(MONTH)
        assert _state(desk) is IssueState.SENT
        words = {"text-en": "Six, not five."}
        nobody = press(anna, f"/desk/send/correct?month={MONTH}", **words)
        assert (nobody.status_code, "Nobody got that" in nobody.text) == (200, True)
        asked = press(anna, f"/desk/send/correct?month={MONTH}", **words, version="2")
        assert (asked.status_code, "3 people get it" in asked.text) == (200, True)
        empty = press(anna, f"/desk/send/correct?month={MONTH}")
        assert empty.status_code == 422
        sure = {**words, "version": "2", "people": "3"}
        queued = press(anna, f"/desk/send/correct?month={MONTH}", **sure)
        assert queued.status_code == 303
        assert "correction queued" in anna.get(PAGE).text


def test_send_now_is_a_job_and_done_once(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna, desk.browser("dana@example.org") as dana:
        assert "Send now" not in anna.get(PAGE).text  # not approved
        for person in (anna, dana):
            seen = _content(person.get(PAGE).text)
            press(person, f"/desk/send/approve?month={MONTH}", content=seen)
        assert "Send now" in anna.get(PAGE).text
        for _ in range(3):
            assert press(anna, f"/desk/send/now?month={MONTH}").status_code == 303
        assert "Send now" not in anna.get(PAGE).text
        jobs = desk.project().jobs.latest()
        assert sorted(job.kind for job in jobs if job.kind != "render") == ["queue", "send"]
        assert {job.started_by for job in jobs} == {"anna@example.org"}


def test_a_month_that_nobody_knows_is_the_last_one(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna:
        for odd in ("x", "2026-13", "9999-99", "\u202e", "2026-10'--", "<b>", "0" * 400):
            assert anna.get("/desk/send", params={"month": odd}).status_code == 200, odd
