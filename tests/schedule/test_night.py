"""Nights of faults: what admins are mailed, and what cron is told, is exactly what they need to know."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import Project
from alerts.cli.context import Session
from alerts.domain.errors import LockHeld
from alerts.store import incidents
from alerts.store.incidents import Trouble
from alerts.store.lock import project_lock
from tests.conftest import Alerts, Result
from tests.factories import database_at
from tests.relay import Relay, Taken

ADMIN = "admin@example.org"


@dataclass
class Night:
    """A project whose issue of October is due on 1 November at 09:00, and its two relays."""

    root: Path
    alerts: Alerts
    environ: pytest.MonkeyPatch
    now: datetime = datetime(2026, 10, 20, 9, tzinfo=UTC)
    dead: bool = False
    main: list[Taken] = field(default_factory=list)
    admin: list[Taken] = field(default_factory=list)

    def at(self, text: str) -> None:
        """Set the clock."""
        self.now = datetime.fromisoformat(f"2026-{text}:00+00:00")

    def call(self, *arguments: str) -> Result:
        """A command as cron calls it."""
        return self.alerts("--project", str(self.root), *arguments)

    def told(self) -> list[str]:
        """The subjects of the mails to the admin since the last call."""
        found, self.admin[:] = list(self.admin), []
        return [
            str(email.message_from_bytes(one.octets, policy=email.policy.default)["Subject"])
            for one in found
        ]


@pytest.fixture
def night(tmp_path: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    """The project on 20 October, with three readers and one article."""
    one = Night(tmp_path / "n", alerts, monkeypatch)
    monkeypatch.setattr(Session, "clock", staticmethod(lambda: one.now))

    def script(stage: str, recipient: str, nth: int) -> str | None:
        return "421 4.3.2 closed" if one.dead and stage == "banner" else None

    with Relay(script, inbox=one.main) as main, Relay(inbox=one.admin) as admin:
        for key, value in {
            "ALERT__REVIEW": "required",
            "ALERT__ADMINS": f'["{ADMIN}"]',
            "ALERT__EDITORS": '["editor@example.org"]',
            "ALERT__LANGUAGES": '["en"]',
            "DELIVERY__RELAY": f"{main.url}?tls=never",
            "WATCH__ADMIN_RELAY": f"{admin.url}?tls=never",
            "WATCH__LEAST_FREE": "0",
            "WATCH__OLDEST_BACKUP": "60d",
        }.items():
            monkeypatch.setenv(f"ALERTS_{key}", value)
        Project.create(one.root, clock=lambda: one.now).close()
        for name in ("a", "b", "c"):
            one.call("subscriber", "add", f"{name}@example.org")
        link = ("--url", "https://n.example/1", "--title", "The river")
        assert one.call("article", "add", *link, "--month", "2026-10").code == 0
        yield one


def test_a_night_of_faults_mails_exactly_what_is_named(night: Night) -> None:
    name = "Monthly Alert"
    night.at("10-30T09:00")
    night.call("run")
    assert night.told() == []

    for hour in range(10, 14):  # nobody approves
        night.at(f"10-31T{hour}:00")
        night.call("run")
    assert night.told() == [f"[alert] {name}: nobody has approved the issue: 2026-10"]
    night.at("11-01T08:00")
    assert night.call("issue", "approve", "--month", "2026-10", "--by", "Ana").code == 0
    night.call("run")
    assert night.told() == [f"[healed] {name}: nobody has approved the issue: 2026-10"]

    night.dead = True  # the relay dies
    night.at("11-01T09:00")
    first = night.call("run")
    assert first.code == 75
    assert night.told() == [f"[alert] {name}: the relay refuses our mail"]
    said = []
    for quarter in range(12):
        night.now += timedelta(minutes=15)
        said.append(night.call("send"))
        if quarter % 4 == 3:
            said.append(night.call("run"))
    assert {one.code for one in said} == {75}
    assert sum(bool(one.stdout + one.stderr) for one in said) == 1  # `send` says it once
    assert night.told() == []
    night.dead = False
    night.now += timedelta(minutes=15)
    night.call("send")
    assert sorted(one.recipient[0] for one in night.main if "editor" not in one.recipient) == [
        "a",
        "b",
        "c",
    ]
    assert night.told() == [f"[healed] {name}: the relay refuses our mail"]

    night.environ.setenv("ALERTS_WATCH__LEAST_FREE", str(10**18))  # the disk fills
    for _ in range(3):
        night.now += timedelta(minutes=15)
        night.call("send")
    assert night.told() == [f"[alert] {name}: the disk is nearly full"]
    night.environ.setenv("ALERTS_WATCH__LEAST_FREE", "0")
    night.call("send")
    assert night.told() == [f"[healed] {name}: the disk is nearly full"]

    right, night.now = night.now, datetime(2026, 10, 25, tzinfo=UTC)  # the clock is set back
    for _ in range(3):
        night.call("run")
    assert night.told() == [f"[alert] {name}: the clock may be wrong"]
    night.now = right + timedelta(hours=1)
    night.call("run")
    assert night.told() == [f"[healed] {name}: the clock may be wrong"]


def test_a_backup_that_is_too_old_is_told_and_made_good(night: Night, tmp_path: Path) -> None:
    night.environ.setenv("ALERTS_WATCH__OLDEST_BACKUP", "2d")
    night.at("10-22T10:00")
    assert night.call("watch").code == 1
    assert night.call("watch", "--json").json["open"][0]["kind"] == "backup"
    night.call("backup", str(tmp_path / "b.db"))
    assert night.call("watch").code == 0
    subject = "Monthly Alert: the last backup is too old"
    assert night.told() == [f"[alert] {subject}", f"[healed] {subject}"]


def test_a_mail_waits_until_a_relay_takes_it_and_is_not_repeated(night: Night) -> None:
    """The relay is what broke, and there is no other: the mail is sent when it is back."""
    night.environ.delenv("ALERTS_WATCH__ADMIN_RELAY")
    night.environ.setenv("ALERTS_WATCH__OLDEST_BACKUP", "1d")
    night.dead = True
    night.at("10-23T10:00")
    assert night.call("watch").code == 75
    night.dead = False
    assert night.call("watch").code == 1
    assert night.call("watch").code == 1
    assert [one.recipient for one in night.main] == [ADMIN]


def test_one_killed_before_the_reply_is_on_disk_sends_the_same_bytes(night: Night) -> None:
    night.environ.setenv("ALERTS_WATCH__OLDEST_BACKUP", "1d")
    night.at("10-23T10:00")
    night.call("watch")
    db = database_at(night.root / "subscribers.db")
    db.conn.execute("UPDATE incident_mails SET state = 'queued'")
    db.close()
    night.now += timedelta(hours=1)
    night.call("watch")
    first, second = night.admin
    assert first.octets == second.octets


def test_an_incident_is_open_once_and_who_did_not_hear_of_it_hears_of_no_end(night: Night) -> None:
    db = database_at(night.root / "subscribers.db")
    trouble = Trouble("disk", "", "full")
    assert incidents.update(db, [trouble], [ADMIN], night.now) == (1, 0)
    assert incidents.update(db, [trouble], [ADMIN], night.now) == (0, 0)
    assert incidents.update(db, [], [ADMIN], night.now) == (0, 1)
    assert incidents.owed_mails(db) == []
    incidents.update(db, [trouble], [ADMIN], night.now)
    (mail,) = incidents.owed_mails(db)
    incidents.settle(db, mail, "sent", "250 ok", night.now)
    incidents.update(db, [], [ADMIN], night.now)
    assert [one.turn for one in incidents.owed_mails(db)] == ["healed"]
    db.close()


def test_two_do_not_look_at_once(night: Night) -> None:
    with project_lock(night.root / "subscribers.db", "watch", night.now, "watch"):
        assert night.call("watch").code == LockHeld.exit_code


def test_the_mail_says_what_to_do_and_how_long(night: Night) -> None:
    night.environ.setenv("ALERTS_WATCH__OLDEST_BACKUP", "1d")
    night.at("10-23T10:00")
    night.call("watch")
    message = email.message_from_bytes(night.admin[0].octets, policy=email.policy.default)
    assert message["To"] == ADMIN
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "alerts backup FILE" in text
    assert "Since 2026-10-23 10:00 (UTC)" in text
