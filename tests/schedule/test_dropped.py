"""A month is dropped on purpose: nothing is owed of it any more, all commands say so, it can be undone."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts import Project, UsageError
from alerts.domain.errors import LockHeld
from alerts.library import steps
from alerts.library.standing import Needs, Stand
from alerts.schedule.due_issues import Due
from alerts.schedule.owed import turns
from alerts.store.lock import project_lock
from tests.conftest import Alerts
from tests.factories import add_subscribers, database
from tests.schedule.test_owed import DUE, OCTOBER, Alert

DAY = timedelta(days=1)
LATE = DUE + 25 * DAY
M = ("--month", "2026-10")


@pytest.fixture
def alert(project: Path) -> Iterator[Alert]:
    """An issue of October with one article, and one reader."""
    made = Alert(project)
    made.article(OCTOBER)
    made.project.sources.add("news", kind="folder", language="en")
    made.project.collect(OCTOBER)
    yield made
    made.project.close()


def _sent(root: Path) -> int:
    return len(list((root / "outbox" / "new").iterdir())) if (root / "outbox").exists() else 0


def test_an_overdue_month_is_settled_by_one_command_and_owed_again_by_its_undoing(
    alert: Alert,
) -> None:
    alert.now = LATE
    alert.project.mend_clock()
    alert.run(LATE)
    assert alert.ran.overdue
    assert alert.project.check().needs is Needs.PERSON
    done = alert.project.issues.drop(OCTOBER, "nobody  wants it\nany more", by="Ana")
    assert (done.already, done.skipped) == (False, 0)
    assert alert.project.issues.drop(OCTOBER, "again", by="Bo").already
    (told,) = alert.run(LATE + DAY)
    assert isinstance(told, steps.SkippedMonth)
    assert [alert.ran.overdue, alert.ran.queued] == [None, None]
    assert _sent(alert.root) == 0
    checked = alert.project.check()
    assert checked.needs is Needs.NOBODY
    (one,) = checked.dropped
    assert (one.stand, one.month, one.missing) == (Stand.DROPPED, OCTOBER, 0)
    assert "by Ana (nobody wants it any more)" in one.why
    assert alert.project.next(checked=checked).before is None

    assert not alert.project.issues.undo_drop(OCTOBER).already
    assert alert.project.issues.undo_drop(OCTOBER).already
    alert.run(LATE + DAY)
    assert alert.ran.overdue
    log = [event["kind"] for event in alert.project.issues.log(OCTOBER)]
    assert log[-2:] == ["issue.dropped", "issue.drop_undone"]


@pytest.mark.parametrize("act", ["queue", "run", "approve"])
def test_a_dropped_month_is_not_sent_by_name_either_until_it_is_undone(
    alert: Alert, act: str
) -> None:
    alert.now = LATE
    alert.project.issues.drop(OCTOBER, "late")
    with pytest.raises(UsageError, match="issue drop --month 2026-10 --undo"):
        getattr(alert.project, act)(OCTOBER)
    assert alert.project.issues.show(OCTOBER).state == "draft"
    alert.project.issues.undo_drop(OCTOBER)
    alert.project.run(OCTOBER)
    assert _sent(alert.root) == 1


def test_the_daemon_does_nothing_about_a_dropped_month(alert: Alert) -> None:
    for moment, before in ((DUE, Due.OWED), (LATE, Due.OVERDUE)):
        alert.now = moment
        for dropped in (False, True):
            if dropped:
                alert.project.issues.drop(OCTOBER, "late")
            last = turns(alert.project.db, alert.project.settings, moment)[-1]
            assert last.due is (Due.DROPPED if dropped else before)
        alert.project.issues.undo_drop(OCTOBER)


def test_articles_stay_with_a_dropped_month_and_what_is_found_later_joins_the_next(
    alert: Alert,
) -> None:
    alert.now = DUE + DAY
    alert.project.issues.drop(OCTOBER, "a short month")
    folder = alert.root / "news"
    (folder / "late.md").write_text(
        "---\ntitle: Late\nurl: https://n.waters.org/late\ndate: 2026-10-30\n---\nA text.\n"
    )
    alert.project.collect("this")
    titles = {
        str(month): [one.title for section in shown.issue.sections for one in section.articles]
        for month in (OCTOBER, OCTOBER.plus(1))
        for shown in [alert.project.issues.show(month)]
    }
    assert titles == {"2026-10": ["N"], "2026-11": ["Late"]}
    moved = alert.project.articles.find("N", OCTOBER)
    alert.project.articles.move(moved, to=OCTOBER.plus(1))
    assert len(alert.project.issues.show(OCTOBER.plus(1)).articles) == 2


def test_a_month_to_come_is_dropped_in_advance_and_the_one_after_it_comes_next(
    alert: Alert,
) -> None:
    alert.run(DUE)
    assert _sent(alert.root) == 1
    november = OCTOBER.plus(1)
    assert alert.project.next().month == november
    alert.project.issues.drop(november, "a holiday")
    checked = alert.project.check()
    assert [one.month for one in checked.dropped] == [november]
    assert alert.project.next(checked=checked).month == OCTOBER.plus(2)
    coming = alert.project.upcoming(checked=checked)
    assert [one.month for one in coming if one.kind == "issue"] == [OCTOBER.plus(2)]
    alert.article(november)
    alert.run(DUE + 31 * DAY)
    assert _sent(alert.root) == 1


def test_an_approved_month_of_long_ago_is_dropped_and_named_by_nobody(alert: Alert) -> None:
    alert.now = LATE
    alert.project.approve(OCTOBER, by="Ana")
    alert.now = LATE + 200 * DAY
    assert alert.project.check().needs is Needs.PERSON
    alert.project.issues.drop(OCTOBER, "long ago")
    assert OCTOBER not in [one.month for one in alert.project.check().open]
    alert.project.issues.undo_drop(OCTOBER)
    assert alert.project.check().needs is Needs.PERSON


def test_nothing_is_dropped_while_a_run_goes_on(alert: Alert) -> None:
    with (
        project_lock(alert.project.settings.database_path, "run", DUE),
        pytest.raises(LockHeld),
    ):
        alert.project.issues.drop(OCTOBER, "late")


def test_the_database_itself_holds_no_issue_that_is_both_dropped_and_queued(alert: Alert) -> None:
    alert.now = LATE
    alert.project.issues.drop(OCTOBER, "late")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        alert.project.db.execute("UPDATE issues SET state = 'queued'")


# --- with mails out: only after a recall ------------------------------------------------------------


@pytest.fixture
def half_sent(project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two of four have it."""
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "en")
    db = database(project)
    add_subscribers(db, 4)
    db.close()
    url = "https://www.example.org/1"
    assert alerts("article", "add", *M, "--url", url, "--title", "Wrong claim").code == 0
    assert alerts("queue", *M).code == 0
    assert alerts("send", *M, "--limit", "2").code == 0
    return project


def _drop(alerts: Alerts, *more: str) -> tuple[int, str]:
    done = alerts("issue", "drop", *M, *more)
    return done.code, done.stdout + done.stderr


def test_what_was_mailed_is_recalled_first_and_then_the_rest_is_dropped(
    half_sent: Path, alerts: Alerts
) -> None:
    code, words = _drop(alerts, "--why", "wrong", "--yes")
    assert (code, "is queued, so it can't be dropped: `alerts issue recall" in words) == (2, True)
    before = alerts("status", *M, "--json").json["deliveries"]
    assert alerts("issue", "recall", *M).code == 0
    code, words = _drop(alerts, "--why", "wrong", "--yes")
    assert (code, "2 copies that had not left" in words) == (0, True)

    status = alerts("status", *M, "--json").json
    assert status["deliveries"] == before | {"queued": 0, "skipped": 2}, "the books close"
    assert status["dropped"]["why"] == "wrong"
    why = alerts("why", "reader4@example.org", *M).stdout
    assert "recalled before it left, and then dropped" in why
    refused = alerts("issue", "reissue", *M)
    assert (refused.code, "--undo" in refused.stderr) == (2, True)
    refused = alerts("delivery", "retry", *M)
    assert (refused.code, "--undo" in refused.stderr) == (2, True)
    assert alerts("send", *M).code == 0
    assert _sent(half_sent) == 2
    assert alerts("issue", "correct", *M, "--text", "en=It is 4.", "--yes").code == 0
    assert alerts("send", *M).code == 0
    assert _sent(half_sent) == 4, "those who have it can still be told what is right"

    assert _drop(alerts, "--undo")[0] == 0
    assert alerts("status", *M, "--json").json["deliveries"] == before
    assert alerts("issue", "reissue", *M).code == 0
    assert alerts("send", *M).code == 0
    assert _sent(half_sent) == 6


def test_copies_in_doubt_are_decided_before_the_rest_is_dropped(
    half_sent: Path, alerts: Alerts
) -> None:
    assert alerts("issue", "recall", *M).code == 0
    db = database(half_sent)
    with db.conn:
        db.execute(
            "UPDATE deliveries SET state = 'in_doubt', reason = 'unanswered', doubted = 1"
            " WHERE id = (SELECT max(id) FROM deliveries)"
        )
    db.close()
    code, words = _drop(alerts, "--why", "wrong", "--yes")
    assert (code, "1 copy in doubt: `alerts delivery accept" in words) == (2, True)
    assert alerts("delivery", "cancel", *M, "--state", "in_doubt").code == 0
    assert _drop(alerts, "--why", "wrong", "--yes")[0] == 0


# --- what the commands say --------------------------------------------------------------------------


def test_every_command_says_that_a_month_is_dropped_and_none_fails_for_it(
    project: Path, alerts: Alerts
) -> None:
    with Project(project) as opened:
        last = opened.month()
    month = ("--month", str(last))
    alerts("subscriber", "add", "ana@example.org")
    alerts("article", "add", *month, "--url", "https://n.example/1", "--title", "T")
    alerts("issue", "approve", *month)
    refused = alerts("issue", "drop", *month)
    assert (refused.code, "--why TEXT" in refused.stderr) == (2, True)
    asked = alerts("issue", "drop", *month, "--why", "too late")
    assert (asked.code, "(1 article, 1 reader) would not be sent: --yes" in asked.stderr) == (
        2,
        True,
    )
    done = alerts("issue", "drop", *month, "--why", "too late", "--yes")
    assert (done.code, done.stdout.startswith(f"{last}: dropped;")) == (0, True)
    assert "article move" in done.stderr
    assert "nothing changed" in alerts("issue", "drop", *month).stdout

    for command, code, words in (
        (("check",), 0, f"{last}: dropped"),
        (("status", *month), 0, "dropped"),
        (("doctor", "--offline"), None, f"{last} is not sent: it was dropped"),
        (("-v", "run"), 0, f"{last}: is dropped"),
        (("next",), 0, f"{last}: dropped"),
        (("schedule", "next"), 0, f"{last}: dropped"),
        (("why", "ana@example.org", *month), 0, "was dropped on"),
        (("issue", "log", *month), 0, "why: too late"),
        (("run", *month), 2, "--undo"),
    ):
        told = alerts(*command)
        assert words in told.stdout + told.stderr, command
        assert code is None or told.code == code, command
    assert alerts("run").stderr.count("dropped") == 0, "cron is told nothing"
    checked = alerts("check", "--json").json
    assert [m["month"] for m in checked["months"] if m["state"] == "dropped"] == [str(last)]
    assert alerts("next", "--json").json["dropped"] == [str(last)]
    assert alerts("issue", "drop", *month, "--undo").code == 0
    assert "nothing changed" in alerts("issue", "drop", *month, "--undo").stdout
    assert "dropped" not in alerts("check").stdout
