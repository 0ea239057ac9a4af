"""Welcomes: to who has just confirmed, with the latest issue; nobody gets two (docs/adr/0039)."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.month import Month
from alerts.domain.subscriber import SubscriberStatus, SuppressionReason
from alerts.mail.tokens import Purpose
from alerts.store import notices, settled_counts, subscribers, suppressions
from alerts.store.migrations import MIGRATIONS
from alerts.store.notices import NoticeKind
from alerts.subscribers import confirmation
from alerts.transport.connection import Transport
from alerts.transport.smtp_connect import Relay as SmtpRelay
from alerts.transport.smtp_connect import connect
from tests.conftest import Alerts
from tests.factories import database_at, edition, queue_issue, sqlite_connection
from tests.pages import Served, fields, links, path_of, serve
from tests.relay import CUT, TAKE_AND_CUT, Relay, Script, Taken

ANA = "ana@example.org"
SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


def _to(relay: Relay) -> Transport:
    where = SmtpRelay.parse(f"{relay.url}?tls=never", 30.0)
    return lambda: connect(where, None)


def _issue(served: Served, month: Month = OCTOBER, subject: str = "Rivers get rights") -> None:
    """An issue that was sent: to nobody, unless somebody is active."""
    made = replace(
        edition(),
        subject=subject,
        preheader="A ruling, and what follows.",
        html=f"<html><body><h1>{subject}</h1><p>{{slot:address}} {{slot:unsubscribe_url}}</p></body></html>",
        text=f"{subject}\n{{slot:address}} {{slot:unsubscribe_url}}\n",
    )
    queue_issue(served.settings.root, served.db, month, served.clock(), made)
    served.db.execute("UPDATE deliveries SET state = 'sent'")
    assert list(settled_counts.close_finished(served.db, served.clock())) == [month]


def _confirm(served: Served, address: str = ANA) -> str:
    """Sign up and confirm; returns the path of the link."""
    served.sign_up(address)
    (mail,) = served.post_office()
    path = path_of(links(mail.octets)[0], served)
    assert served.post(path, data=fields(served.get(path).text)).status_code == 200
    assert served.status(address) == "active"
    return path


def _welcome(served: Served) -> tuple[str, str]:
    """State and reason of the latest welcome."""
    row = served.db.conn.execute(
        "SELECT state, reason FROM notices WHERE kind = 'welcome' ORDER BY rowid DESC LIMIT 1"
    ).fetchone()
    return (row[0], row[1]) if row else ("", "")


def _text(mail: Taken) -> str:
    from email import message_from_bytes, policy

    part = message_from_bytes(mail.octets, policy=policy.default).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_who_confirms_gets_a_welcome_with_the_latest_issue_once(served: Served) -> None:
    _issue(served, SEPTEMBER, "An older one")
    _issue(served)
    path = _confirm(served)
    with Relay() as relay:
        served.post_office(_to(relay))
        served.post_office(_to(relay))
        served.post(path, data={"form": "again"})
        served.post_office(_to(relay))
        (mail,) = relay.inbox
    head = mail.octets.partition(b"\r\n\r\n")[0].decode()
    assert "Subject: Welcome to Monthly Alert\r\n" in head
    number = subscribers.find(served.db, Address.parse(ANA))
    assert number is not None
    leave = served.token(Purpose.UNSUBSCRIBE, number.id)
    assert f"List-Unsubscribe: <https://example.org/alerts/unsubscribe/{leave}>," in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head
    assert "List-Id: " in head
    text = _text(mail)
    assert "Rivers get rights\nA ruling, and what follows.\n" in text
    assert "An older one" not in text
    assert "https://example.org/alerts/archive/2026-10/en" in text
    assert served.get("/archive/2026-10/en").status_code == 200
    assert "Sent to ana@example.org." in text
    served.post(f"/unsubscribe/{leave}", data={"List-Unsubscribe": "One-Click"})
    assert served.status() == "unsubscribed"


def test_it_goes_without_an_issue_where_there_is_none(served: Served) -> None:
    _confirm(served)
    (mail,) = served.post_office()
    assert "The latest issue" not in _text(mail)
    assert "Read" not in _text(mail)
    assert "/preferences/" in _text(mail)


@pytest.mark.parametrize("state", ["recalled", "withdrawn", "being sent", "a draft"])
def test_only_an_issue_that_the_archive_shows_is_named(served: Served, state: str) -> None:
    _issue(served, SEPTEMBER, "An older one")
    _issue(served)
    changes = {
        "recalled": "UPDATE issues SET recalled_at = '2026-11-01T00:00:00Z' WHERE month = '2026-10'",
        "withdrawn": """INSERT INTO withdrawals (issue_id, article_id, why, withdrawn_by, withdrawn_at)
                        SELECT id, '', 'x', 'x', '2026-11-01T00:00:00Z' FROM issues
                         WHERE month = '2026-10'""",
        "being sent": "UPDATE issues SET state = 'queued' WHERE month = '2026-10'",
        "a draft": "UPDATE issues SET state = 'draft' WHERE month = '2026-10'",
    }
    served.db.execute(changes[state])
    _confirm(served)
    (mail,) = served.post_office()
    assert "An older one" in _text(mail)
    assert "Rivers" not in _text(mail)


def test_the_issue_itself_as_it_was_sent_with_the_links_of_its_reader(project: Path) -> None:
    with serve(project, WEB__WELCOME_MAIL="issue") as served:
        _issue(served)
        _confirm(served)
        (mail,) = served.post_office()
        person = subscribers.find(served.db, Address.parse(ANA))
        assert person is not None
        leave = served.token(Purpose.UNSUBSCRIBE, person.id)
        assert b"Subject: Rivers get rights\r\n" in mail.octets
        assert _text(mail).split() == [
            *("Rivers", "get", "rights", ANA),
            f"https://example.org/alerts/unsubscribe/{leave}",
        ]
        assert served.post_office() == []


@pytest.mark.parametrize("kind", ["link", "issue"])
def test_a_story_that_was_withdrawn_is_in_no_welcome(
    project: Path, alerts: Alerts, kind: str
) -> None:
    assert alerts("subscriber", "add", "bo@example.org").code == 0
    for title in ("Buckets of gold", "Wells of silver"):
        url = f"https://a.example/{title[0]}"
        words = ("--title", title, "--section", "news", "--summary", f"{title}, told in full.")
        assert alerts("article", "add", "--url", url, *words, "--month", "2026-10").code == 0
    for command in ("queue", "send"):
        assert alerts(command, "--month", "2026-10").code == 0
    with serve(project, WEB__WELCOME_MAIL=kind) as served:
        _confirm(served)
        withdrawn = alerts(
            *("archive", "withdraw", "--month", "2026-10", "Buckets of gold"),
            *("--why", "It was wrong."),
        )
        assert withdrawn.code == 0, withdrawn.stderr
        (mail,) = served.post_office()
    assert "Buckets" not in mail.octets.decode().replace("=\r\n", "")
    assert b"Subject: Welcome to" in mail.octets
    assert "Wells of silver" in _text(mail)


def test_it_is_in_the_readers_language_and_names_an_issue_that_they_understand(
    served: Served,
) -> None:
    _issue(served)
    served.sign_up(language="es")
    (mail,) = served.post_office()
    path = path_of(links(mail.octets)[0], served)
    served.post(path, data=fields(served.get(path).text))
    (mail,) = served.post_office()
    assert b"Content-Language: es\r\n" in mail.octets
    assert "A partir de ahora recibirá una vez al mes" in _text(mail)
    assert "/archive/2026-10/en" in _text(mail)


def test_who_has_the_issue_already_gets_the_link_to_it(project: Path) -> None:
    with serve(project, WEB__WELCOME_MAIL="issue") as served:
        number = served.subscriber()
        _issue(served)
        assert served.db.execute("SELECT count(*) FROM deliveries").fetchone() == (1,)
        served.post(f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, number)}")
        _confirm(served)
        (mail,) = served.post_office()
        assert b"Subject: Welcome to" in mail.octets


def test_the_setting_none_holds_also_for_what_is_queued(project: Path) -> None:
    with serve(project, WEB__WELCOME_MAIL="none") as served:
        _confirm(served)
        assert served.post_office() == []
        assert _welcome(served) == ("", "")
    with serve(project) as served:
        _confirm(served, "bo@example.org")
        served.settings = replace(
            served.settings, web=replace(served.settings.web, welcome_mail="none")
        )
        assert served.post_office() == []
        assert _welcome(served) == ("skipped", "cancelled")


def test_who_was_added_gets_none(served: Served, alerts: Alerts, project: Path) -> None:
    (project / "list.csv").write_text("email\nbo@example.org\n")
    assert alerts("subscriber", "add", ANA).code == 0
    assert alerts("subscriber", "import", str(project / "list.csv")).code == 0
    assert served.post_office() == []
    assert _welcome(served) == ("", "")


def test_who_was_active_when_they_confirm_gets_none(served: Served) -> None:
    served.sign_up()
    (mail,) = served.post_office()
    served.becomes(SubscriberStatus.ACTIVE)
    path = path_of(links(mail.octets)[0], served)
    served.post(path, data=fields(served.get(path).text))
    assert _welcome(served) == ("", "")


@pytest.mark.parametrize(("days", "welcomes"), [(2, 1), (100, 2)])
def test_who_comes_back_gets_another_one_after_a_season(
    served: Served, days: int, welcomes: int
) -> None:
    for _ in range(2):
        _confirm(served)
        served.post_office()
        served.becomes(SubscriberStatus.UNSUBSCRIBED)
        served.clock.go(days=days)
    counted = served.db.execute("SELECT count(*) FROM notices WHERE kind = 'welcome'").fetchone()
    assert counted == (welcomes,)


@pytest.mark.parametrize("act", ["leaves", "is suppressed", "is erased", "moves"])
def test_whoever_is_gone_before_it_goes_gets_none(served: Served, act: str) -> None:
    _confirm(served)
    person = subscribers.find(served.db, Address.parse(ANA))
    assert person is not None
    match act:
        case "leaves":
            served.post(f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, person.id)}")
        case "is suppressed":
            suppressions.add(
                served.db, Address.parse(ANA), SuppressionReason.COMPLAINT, "", served.clock()
            )
        case "is erased":
            from alerts.subscribers import self_service

            self_service.forget(served.db, person.id, served.clock())
        case "moves":
            subscribers.change(served.db, replace(person, email="o@example.org"), served.clock())
    assert served.post_office() == []
    assert _welcome(served)[0] == "skipped"


def _answers(first: str, second: str) -> Script:
    """A relay whose attempts at one recipient go these ways, and then well."""
    ways = {
        "later": ("rcpt", "450 4.2.1 later"),
        "dot later": ("dot", "451 4.3.0 later"),
        "cut": ("data", CUT),
        "taken and cut": ("dot", TAKE_AND_CUT),
        "no": ("rcpt", "550 5.1.1 nobody"),
    }
    left = [ways[first], ways[second]]

    def script(stage: str, _recipient: str, _nth: int) -> str | None:
        if left and stage == left[0][0]:
            return left.pop(0)[1]
        return None

    return script


WAYS = ("later", "dot later", "cut", "taken and cut", "no")


@pytest.mark.parametrize(("first", "second"), list(product(WAYS, WAYS)))
def test_whatever_the_relay_answers_nobody_gets_two(
    served: Served, first: str, second: str
) -> None:
    _confirm(served)
    with Relay(_answers(first, second)) as relay:
        for _ in range(5):
            served.post_office(_to(relay))
            served.clock.go(hours=3)
        copies = len(relay.inbox)
    decided = first if first in ("taken and cut", "no") else second  # what settles it, if anything
    assert copies == (0 if decided == "no" else 1)
    assert _welcome(served)[0] in ("sent", "failed")


def test_what_a_dead_process_was_sending_is_not_sent_again(served: Served, alerts: Alerts) -> None:
    _confirm(served)
    served.db.execute("UPDATE notices SET state = 'sending' WHERE kind = 'welcome'")
    assert served.post_office() == []
    assert _welcome(served) == ("failed", "unanswered")
    told = alerts("why", ANA, "--month", "2026-10").stdout
    assert "Their welcome may have arrived on 2026-11-20" in told


@pytest.mark.proof
def test_kills_give_nobody_a_second_welcome(project: Path) -> None:
    """kill -9 in the middle of sending, again and again."""
    people = 16
    with serve(project, WEB__SIGNUPS_PER_NETWORK="1000") as served:
        served.clock.moment = served.clock.moment.now(served.clock.moment.tzinfo)
        served.clock.go(hours=-1)  # signing up moves it on
        for number in range(people):
            _confirm_without_mail(served, f"reader{number}@d{number}.example")
        command = [sys.executable, "-m", "alerts", "--project", str(project), "send"]
        kills = 0
        process: subprocess.Popen[bytes] | None = None

        def kill(stage: str, _recipient: str, _nth: int) -> str | None:
            nonlocal kills
            if stage == "dot" and kills < 3 and len(relay.inbox) % 4 == 3 and process:
                kills += 1
                os.kill(process.pid, signal.SIGKILL)
            return None

        with Relay(kill) as relay:
            environment = {**os.environ, "ALERTS_DELIVERY__RELAY": f"{relay.url}?tls=never"}
            for _ in range(6):
                process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
                process.wait()
            got = relay.recipients
        assert len(got) == len(set(got))
        assert len(got) >= people - kills
        assert kills >= 2
        open_ = served.db.execute(
            "SELECT count(*) FROM notices WHERE state NOT IN ('sent', 'failed', 'skipped')"
        ).fetchone()
        assert open_ == (0,)


def _confirm_without_mail(served: Served, address: str) -> None:
    """Sign up and confirm by the number of the request."""
    served.sign_up(address)
    confirmation.admit(served.db, served.clock())
    (number,) = served.db.execute(
        "SELECT id FROM confirmations WHERE email = ?", [address]
    ).fetchone()
    served.db.execute("DELETE FROM notices WHERE kind = 'confirm'")
    within = served.settings.web.confirm_within
    confirmation.confirm(served.db, number, served.clock(), within=within, welcome=True)


def test_a_constraint_allows_one_for_a_request(served: Served) -> None:
    _confirm(served)
    ((person, request),) = served.db.execute(
        "SELECT subscriber_id, confirmation_id FROM notices WHERE kind = 'welcome'"
    ).fetchall()
    with pytest.raises(sqlite3.IntegrityError):
        notices.add(
            served.db,
            NoticeKind.WELCOME,
            Address.parse(ANA),
            "en",
            served.clock(),
            subscriber_id=person,
            confirmation_id=request,
        )


def test_a_restored_backup_welcomes_nobody_again(
    served: Served, alerts: Alerts, project: Path
) -> None:
    served.sign_up("bo@example.org")
    (mail,) = served.post_office()  # Bo confirms after the backup, and then again
    _confirm(served)
    assert alerts("backup", "night.db").code == 0
    assert [one.recipient for one in served.post_office()] == [ANA]
    served.db.close()
    assert alerts("restore", "night.db").code == 0
    assert alerts("adopt").code == 0
    with serve(project) as again:
        assert again.post_office() == []
        assert _welcome(again) == ("skipped", "held")
        again.clock.go(hours=1)
        path = path_of(links(mail.octets)[0], again)
        assert again.post(path, data=fields(again.get(path).text)).status_code == 200
        assert again.status("bo@example.org") == "active"
        assert again.post_office() == []


@pytest.mark.parametrize("name", ["subject.txt", "body.html", "body.txt"])
def test_a_broken_template_breaks_no_confirmation_and_holds_up_nobody(
    served: Served, name: str
) -> None:
    path = served.settings.root / "templates" / "email" / "welcome" / name
    path.parent.mkdir(parents=True)
    path.write_text("line one\n{{ goodbye }}\n")
    _confirm(served)
    served.sign_up("bo@example.org")
    assert [mail.recipient for mail in served.post_office()] == ["bo@example.org"]
    assert _welcome(served) == ("deferred", "")
    path.unlink()
    served.clock.go(hours=1)
    assert [mail.recipient for mail in served.post_office()] == [ANA]
    assert served.post_office() == []


def test_a_send_says_that_a_welcome_waits_and_why(served: Served, alerts: Alerts) -> None:
    path = served.settings.root / "templates" / "email" / "welcome" / "body.html"
    path.parent.mkdir(parents=True)
    path.write_text("line one\n{{ goodbye }}\n")
    _confirm(served)
    assert f"notices: a welcome waits: {path}, line 2" in alerts("send").stderr


def test_no_send_window_holds_it_back(project: Path) -> None:
    with serve(project, WINDOWS__OPEN="03:00-04:00") as served:
        _confirm(served)
        assert len(served.post_office()) == 1


def test_the_linter_finds_nothing_in_it(served: Served, alerts: Alerts, project: Path) -> None:
    _issue(served, subject="Rivers get rights, and who speaks for them")
    _confirm(served)
    (mail,) = served.post_office()
    (project / "mail.eml").write_bytes(mail.octets)
    linted = alerts("issue", "lint", "--no-spam", "--level", "warning", str(project / "mail.eml"))
    assert (linted.code, "nothing found" in linted.stdout) == (0, True), linted.stdout


def test_an_earlier_database_keeps_its_notices(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    path.touch()
    connection = sqlite_connection(path, isolation_level=None)
    MIGRATIONS.apply(Database(connection), stop_before="m046_welcomes")
    connection.execute(
        """INSERT INTO notices (kind, email, language, mailbox, message, sender, due_at, created_at,
                                changed_at)
           VALUES ('left', 'ana@example.org', 'en', x'01', x'0d0a', 'a@example.org', 'd', 'c', 'e')"""
    )
    before = connection.execute("SELECT * FROM notices").fetchall()
    indexes = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'notices' AND sql <> ''"
    )
    made = set(connection.execute(indexes))
    connection.close()
    db = database_at(path)
    kept = db.execute("SELECT * FROM notices").fetchall()  # later migrations add columns at the end
    assert [row[: len(before[0])] for row in kept] == before
    assert made < set(db.execute(indexes))
    db.close()
