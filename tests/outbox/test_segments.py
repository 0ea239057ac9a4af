"""An issue for some of its readers: they get it, nobody else is owed it, and no surprise goes unasked."""

import os
import pty
import shlex
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from alerts.store import outbox_figures
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database

PAGE = Path(__file__).resolve().parents[2] / "docs" / "editing.md"
M = ("--month", "2026-10")
MEMBERS = ("--where", "tag=member")


@pytest.fixture
def filled(project: Path, alerts: Alerts) -> Path:
    """An article, and six readers: 1 to 3 are members, 3 also left, 6 wants events only."""
    db = database(project)
    add_subscribers(db, 6)
    db.execute("UPDATE subscribers SET tags = '[\"member\"]' WHERE id <= 3")
    db.execute("UPDATE subscribers SET sections = '[\"news\"]' WHERE id = 5")
    db.execute("UPDATE subscribers SET sections = '[\"events\"]' WHERE id = 6")
    db.execute("UPDATE subscribers SET status = 'unsubscribed' WHERE id = 3")
    db.close()
    alerts("article", "add", *M, "--url", "https://www.example.org/a", "--title", "One")
    return project


def _mailed(project: Path) -> list[str]:
    folder = project / "outbox" / "new"
    found = folder.iterdir() if folder.exists() else ()
    messages = (message_from_bytes(one.read_bytes(), policy=policy.default) for one in found)
    return sorted(str(one["To"]) for one in messages if "reader" in str(one["To"]))


def test_only_the_readers_who_match_are_owed_it_and_the_books_close(
    filled: Path, alerts: Alerts
) -> None:
    queued = alerts("queue", *M, *MEMBERS, "--json")
    assert (queued.code, queued.json["deliveries"], queued.json["where"]) == (0, 2, "tag=member")
    assert "for readers who match “tag=member”" in queued.stderr
    add_tag = "UPDATE subscribers SET tags = '[\"member\"]' WHERE id = 4"
    db = database(filled)
    db.execute(add_tag)
    db.close()
    assert alerts("send", *M).code == 0
    assert _mailed(filled) == ["reader1@example.org", "reader2@example.org"]
    status = alerts("status", *M, "--json").json
    assert status["recipients"] == sum(status["deliveries"].values()) == 2
    assert status["segment"] == {"where": "tag=member", "people": 2}, "frozen, though 4 is one now"
    assert "for readers who match “tag=member”: 2 readers" in alerts("status", *M).stdout
    assert "for readers who match" in alerts("issue", "show", *M).stdout
    told = alerts("why", "reader5@example.org", *M).stdout
    assert "for readers who match “tag=member”. They are active" in told


def test_another_question_for_a_queued_issue_is_refused(filled: Path, alerts: Alerts) -> None:
    alerts("queue", *M, *MEMBERS)
    other = alerts("queue", *M, "--where", "language=es")
    assert other.code == 2
    assert other.stderr.startswith(
        "alerts: 2026-10: was queued for “tag=member”, and keeps its readers"
    )
    assert "“language=es”" in other.stderr
    assert alerts("queue", *M, "--where", "").code == 2, "everybody is another question, too"
    same = alerts("queue", *M, "--where", 'tag = "member"')
    assert (same.code, "was queued before" in same.stderr) == (0, True)
    assert alerts("queue", *M).code == 0, "who asks nothing changes nothing"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("tag=membr", "nobody who may be mailed matches “tag=membr”"),
        ("language=en", "everybody matches “language=en”, 5 readers"),
        ("not language=es", "everybody matches"),
    ],
    ids=["nobody", "everybody", "everybody-but"],
)
def test_surprising_readers_is_refused_by_name(
    filled: Path, alerts: Alerts, where: str, words: str
) -> None:
    refused = alerts("queue", *M, "--where", where)
    assert (refused.code, words in refused.stderr) == (2, True), refused.stderr
    assert "--anyway recipients" in refused.stderr
    assert alerts("status", *M, "--json").json["state"] == "draft"
    assert alerts("status", *M, "--json").json["segment"] is None, "nothing was changed"
    done = alerts("queue", *M, "--where", where, "--anyway", "recipients", "--json")
    assert done.code == 0


def test_half_as_many_again_as_the_last_issue_is_a_surprise(filled: Path, alerts: Alerts) -> None:
    alerts("queue", *M, *MEMBERS)
    november = ("--month", "2026-11")
    alerts("article", "add", *november, "--url", "https://www.example.org/b", "--title", "Two")
    refused = alerts("queue", *november, "--where", "tag=member or email~reader or section=news")
    assert refused.code == 2
    assert "names nobody by email or name" in refused.stderr
    refused = alerts("queue", *november, "--where", "tag=member or section=news")
    assert refused.code == 2
    assert "4 readers match" in refused.stderr
    assert "the issue of 2026-10 went to 2" in refused.stderr


def test_a_section_means_whoever_gets_it(filled: Path, alerts: Alerts) -> None:
    listed = alerts("subscriber", "list", "--where", "section=news and status=active").stdout
    assert "reader6@" not in listed
    assert "reader5@" in listed
    assert "reader1@" in listed, "who chose none gets all"


def test_a_segment_that_waits_for_approval_is_not_forgotten(
    filled: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "required")
    assert alerts("run", *M, *MEMBERS).code == 75
    assert alerts("status", *M, "--json").json["segment"]["where"] == "tag=member"
    assert alerts("issue", "approve", *M).code == 0
    assert alerts("run", *M).code == 0, "by cron, which does not know of it"
    assert _mailed(filled) == ["reader1@example.org", "reader2@example.org"]
    log = alerts("issue", "log", *M).stdout
    assert "tag=member" in log


def test_run_wants_to_know_which_issue_is_meant(filled: Path, alerts: Alerts) -> None:
    refused = alerts("run", *MEMBERS)
    assert (refused.code, "--where: name the issue too" in refused.stderr) == (2, True)
    wrong = alerts("queue", *M, "--where", "colour=red")
    assert (wrong.code, wrong.stderr.count("\n")) == (2, 1)


def test_a_reissue_keeps_the_readers_and_takes_new_ones_of_the_segment(
    filled: Path, alerts: Alerts
) -> None:
    alerts("queue", *M, *MEMBERS)
    alerts("send", *M, "--limit", "1")
    alerts("issue", "recall", *M)
    db = database(filled)
    db.execute("UPDATE subscribers SET tags = '[]' WHERE id = 2")
    db.execute("UPDATE subscribers SET tags = '[\"member\"]' WHERE id = 4")
    db.close()
    assert alerts("queue", *M, "--where", "language=en").code == 2
    assert alerts("issue", "reissue", *M).code == 0
    db = database(filled)
    assert sum(outbox_figures.counts(db, MONTH).values()) == 3
    db.close()
    assert alerts("send", *M).code == 0
    assert _mailed(filled) == [f"reader{n}@example.org" for n in (1, 2, 4)]


def test_a_correction_for_some_of_those_who_have_it(filled: Path, alerts: Alerts) -> None:
    alerts("queue", *M)
    alerts("send", *M)
    text = ("--text", "en=It is 40, not 4.")
    planned = alerts("issue", "correct", *M, *text, *MEMBERS, "--dry-run", "--json").json
    assert (planned["people"], planned["where"]) == (2, "tag=member")
    done = alerts("issue", "correct", *M, *text, *MEMBERS, "--yes", "--json").json
    assert done["queued"] == 2
    again = alerts("issue", "correct", *M, *text, *MEMBERS, "--yes", "--json").json
    assert (again["already"], again["queued"]) == (True, 0)
    assert "for “tag=member”" in alerts("status", *M).stdout


def test_a_test_mail_in_the_languages_of_the_segment(
    filled: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "en,es")
    tested = alerts("issue", "test", *M, "--to", "me@example.org", *MEMBERS)
    assert (tested.code, "“en”" in tested.stderr, "“es”" in tested.stderr) == (0, True, False)
    refused = alerts("issue", "test", *M, "--to", "me@example.org", "--where", "tag=x")
    assert (refused.code, "nobody who may be mailed" in refused.stderr) == (2, True)


def test_the_story_of_the_document_runs_line_by_line(filled: Path, alerts: Alerts) -> None:
    story = PAGE.read_text(encoding="utf-8").partition("Some of the readers\n")[2]
    url = "https://www.example.org/last"  # for the month that ended last, whichever that is
    alerts("article", "add", "--url", url, "--title", "Of the last month")
    lines = story.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(lines) == 4
    for line in lines:
        done = alerts(*shlex.split(line, comments=True)[1:])
        assert done.code == 0 or (line.startswith("alerts status") and done.code == 75), line
    assert alerts("status", "--json").json["segment"]["people"] == 2


@pytest.mark.parametrize(("answer", "code", "state"), [("y", 0, "queued"), ("n", 2, "draft")])
def test_a_person_at_a_terminal_is_asked(
    filled: Path, alerts: Alerts, answer: str, code: int, state: str
) -> None:
    here, there = pty.openpty()
    os.write(here, f"{answer}\n".encode())
    command = [sys.executable, "-m", "alerts", "queue", *M, "--where", "language=en"]
    done = subprocess.run(command, stdin=there, stderr=there, timeout=120, check=False)
    said = os.read(here, 10_000).decode()
    os.close(here)
    os.close(there)
    assert "everybody matches “language=en”, 5 readers. Send it all the same?" in said
    assert done.returncode == code
    assert alerts("status", *M, "--json").json["state"] == state
