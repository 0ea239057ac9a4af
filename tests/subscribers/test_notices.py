"""Notices: their own outbox, claimed, frozen, retried and never sent twice for nothing."""

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.domain.errors import RelayUnavailable
from alerts.store import notices
from alerts.transport.connection import Transport
from alerts.transport.smtp_connect import Relay as SmtpRelay
from alerts.transport.smtp_connect import connect
from tests.conftest import Alerts
from tests.pages import PROCESS_ENVIRONMENT, Served, links, serve
from tests.relay import CUT, TAKE_AND_CUT, Relay, Script


def _to(relay: Relay) -> Transport:
    where = SmtpRelay.parse(f"{relay.url}?tls=never", 30.0)
    return lambda: connect(where, None)


def _state(served: Served) -> str:
    row = served.db.conn.execute("SELECT state FROM notices ORDER BY id DESC LIMIT 1").fetchone()
    return str(row[0])


def test_a_notice_is_a_message_of_its_own(served: Served) -> None:
    with Relay() as relay:
        served.sign_up()
        served.post_office(_to(relay))
        (mail,) = relay.inbox
    head = mail.octets.partition(b"\r\n\r\n")[0].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert names == [
        *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version"),
        *("Content-Language", "Auto-Submitted", "Content-Type"),
    ]
    assert "Auto-Submitted: auto-generated" in head  # S11
    assert re.match(r"alerts\+1-[0-9a-f]{8,15}-[0-9a-f]{30}@", mail.sender)  # S16
    assert all(len(line) <= 998 for line in mail.octets.split(b"\r\n"))  # S12
    assert mail.octets.isascii()
    assert links(mail.octets)[0].startswith("https://example.org/alerts/confirm/")


def _fails_first(stage_wanted: str, answer: str) -> Script:
    def script(stage: str, recipient: str, nth: int) -> str | None:
        return answer if stage == stage_wanted and nth == 1 else None

    return script


@pytest.mark.parametrize(
    ("stage", "answer", "state", "copies"),
    [
        ("rcpt", "450 4.2.1 greylisted", "deferred", 1),
        ("dot", "451 4.3.0 later", "deferred", 1),
        ("data", CUT, "deferred", 1),
        ("dot", TAKE_AND_CUT, "in_doubt", 2),
        ("rcpt", "550 5.1.1 nobody", "failed", 0),
    ],
)
def test_an_attempt_that_fails_is_repeated_byte_for_byte(
    served: Served, stage: str, answer: str, state: str, copies: int
) -> None:
    with Relay(_fails_first(stage, answer)) as relay:
        served.sign_up()
        served.post_office(_to(relay))
        assert _state(served) == state
        served.post_office(_to(relay))  # not due yet
        served.clock.go(minutes=16)
        served.post_office(_to(relay))
        assert len(relay.inbox) == copies
        assert len({(t.sender, t.recipient, t.octets) for t in relay.inbox}) == min(copies, 1)
    assert _state(served) == ("sent" if copies else "failed")
    row = served.db.conn.execute("SELECT email, message, reply FROM notices").fetchone()
    assert tuple(row) == ("", None, "")


def test_a_relay_that_is_away_or_refuses_us_burns_nothing(served: Served) -> None:
    def away() -> object:
        raise RelayUnavailable("it is away")

    served.sign_up()
    served.post_office(away)  # type: ignore[arg-type]
    assert _state(served) == "queued"
    with Relay(_fails_first("mail", "550 5.7.1 not you")) as relay:
        served.post_office(_to(relay))
        assert _state(served) == "deferred"
        served.clock.go(minutes=16)
        served.post_office(_to(relay))
        assert len(relay.inbox) == 1


def test_it_gives_up_in_the_end(served: Served) -> None:
    with Relay(lambda stage, _to, _nth: "450 no" if stage == "rcpt" else None) as relay:
        served.sign_up()
        for _ in range(60):
            served.post_office(_to(relay))
            served.clock.go(hours=3)
        assert relay.inbox == []
    assert _state(served) in ("failed", "skipped")


def test_what_a_dead_process_was_sending_is_sent_again_as_it_was(served: Served) -> None:
    served.sign_up()
    first = served.post_office()[0]
    served.db.conn.execute(
        "UPDATE notices SET state = 'sending', email = ?, sender = ?, message = ?",
        (first.recipient, first.sender, first.octets),
    )
    (again,) = served.post_office()
    assert (again.sender, again.octets) == (first.sender, first.octets)


def test_neither_a_new_key_nor_a_new_setting_changes_what_was_frozen(
    served: Served, alerts: Alerts
) -> None:
    """S16, promise 2: an attempt is repeated with the same envelope, too."""
    with Relay(_fails_first("dot", TAKE_AND_CUT)) as relay:
        served.sign_up()
        served.post_office(_to(relay))
        assert _state(served) == "in_doubt"
        assert alerts("key", "rotate").code == 0
        sender = replace(served.settings.sender, address="other@example.com", name="Other")
        served.settings = replace(served.settings, sender=sender)
        served.clock.go(minutes=16)
        served.post_office(_to(relay))
        assert len(relay.inbox) == 2
        assert len({(t.sender, t.recipient, t.octets) for t in relay.inbox}) == 1
        row = served.db.conn.execute("SELECT state, sender, message FROM notices").fetchone()
        assert tuple(row) == ("sent", "", None)
        served.sign_up("bo@example.org")
        served.post_office(_to(relay))
        assert relay.inbox[-1].sender.startswith(
            "other+2-"
        )  # what is frozen later has the new ones


def test_a_template_of_the_project_wins(served: Served) -> None:
    folder = served.settings.root / "templates" / "email" / "confirm"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("{{ _('Unsubscribe') }}? {{ alert.name }}")
    served.sign_up(language="es")
    (mail,) = served.post_office()
    assert b"Subject: Darse de baja? Monthly Alert\r\n" in mail.octets


def test_serve_posts_a_notice_soon_though_an_issue_is_on_its_way(project: Path) -> None:
    """With the lock of sending held by another process, as in the middle of a long issue."""
    from alerts.store.lock import project_lock
    from tests.pages import Clock

    arrived = threading.Event()
    environment = {**PROCESS_ENVIRONMENT}
    with Relay(on_taken=lambda taken: arrived.set()) as relay, serve(project) as helper:
        environment["ALERTS_DELIVERY__RELAY"] = f"{relay.url}?tls=never"
        command = [sys.executable, "-m", "alerts", "--project", str(project), "serve"]
        with (
            project_lock(project / "subscribers.db", "send", Clock()()),
            subprocess.Popen(
                [*command, "--port", "0"], stderr=subprocess.PIPE, text=True, env=environment
            ) as process,
        ):
            assert process.stderr is not None
            helper.clock.moment = helper.clock.moment.now(helper.clock.moment.tzinfo)
            helper.sign_up()  # by another server: found when the post looks on starting
            assert arrived.wait(60)
            process.send_signal(signal.SIGTERM)
            process.stderr.read()
        assert process.returncode == 0
        assert relay.recipients == ["ana@example.org"]


@pytest.mark.proof
def test_kills_lose_no_notice(project: Path) -> None:
    """kill -9 in the middle of sending, again and again: everyone gets theirs."""
    people = 30
    with serve(project, WEB__SIGNUPS_PER_NETWORK="1000") as helper:
        helper.clock.moment = helper.clock.moment.now(helper.clock.moment.tzinfo)
        for number in range(people):
            helper.sign_up(f"reader{number}@d{number}.example")
        command = [sys.executable, "-m", "alerts", "--project", str(project), "send"]
        kills = 0
        process: subprocess.Popen[bytes] | None = None

        def kill(stage: str, recipient: str, nth: int) -> str | None:
            nonlocal kills
            if stage == "dot" and kills < 5 and len(relay.inbox) % 4 == 3 and process:
                kills += 1
                os.kill(process.pid, signal.SIGKILL)
            return None

        with Relay(kill) as relay:
            environment = {**os.environ, "ALERTS_DELIVERY__RELAY": f"{relay.url}?tls=never"}
            while (
                notices.next_due(helper.db)
                or helper.db.conn.execute(
                    "SELECT count(*) FROM confirmations WHERE state = 'asked'"
                ).fetchone()[0]
                or _open(helper)
            ):
                process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
                process.wait()
            got = relay.recipients
        assert set(got) == {f"reader{number}@d{number}.example" for number in range(people)}
        assert len(got) <= people + kills
        assert kills >= 3
        assert len({taken.octets for taken in relay.inbox}) == people


def _open(served: Served) -> int:
    row = served.db.conn.execute("SELECT count(*) FROM notices WHERE state = 'sending'").fetchone()
    return int(row[0])
