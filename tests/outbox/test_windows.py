"""Send windows: readers are mailed by day where they are, whenever `send` is called, and each once."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.config.load import load
from alerts.config.windows import SendWindows
from alerts.domain.delivery import RetryPolicy
from alerts.outbox.options import Orders, SendReport
from tests.factories import MONTH, queue_issue
from tests.outbox.owed import Owed
from tests.relay import Relay, Script

HOUR = timedelta(hours=1)
RETRY = RetryPolicy(timedelta(minutes=15), 6 * HOUR, timedelta(days=4))
ZONES = ("Europe/Madrid", "America/Bogota", "Asia/Tokyo", "")
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
OFFICE = {"ALERTS_WINDOWS__OPEN": "08:00-18:00"}


class Sending(Owed):
    """A project with eight readers in four places, one of them unknown, and a clock of its own."""

    def __init__(self, root: Path, at: datetime) -> None:
        super().__init__(root, 8, at)
        for number, email in enumerate(self.emails):
            self.db.execute(
                "UPDATE subscribers SET timezone = ? WHERE email = ?", (ZONES[number % 4], email)
            )
        queue_issue(root, self.db, now=at)
        self.taken: list[tuple[str, datetime]] = []  # by whom, and when

    def send(
        self,
        relay: Relay,
        said: Mapping[str, str] | None = None,
        *,
        rate: float = 0.0,
        connections: int = 2,
    ) -> SendReport:
        """One call of dispatch at the present moment of this clock."""
        environ = {"ALERTS_DELIVERY__RELAY": relay.url} | dict(OFFICE if said is None else said)
        settings = load(self.root, environ)
        orders = Orders([MONTH], connections, RETRY, "host", "test")
        orders = replace(orders, windows=SendWindows.of(settings), rate=rate)
        return self.dispatch(settings, orders)

    def takes(self, also: timedelta = timedelta()) -> Script:
        """A relay that takes everything; with each message its clock goes on by `also`."""

        def script(stage: str, recipient: str, nth: int) -> str | None:
            if stage == "dot":
                self.taken.append((recipient, self.now))
                self.now += also
            return None

        return script

    def zone(self, email: str) -> str:
        """Where that reader is; those whose zone is unknown are in UTC, as the alert."""
        return ZONES[self.emails.index(email) % 4] or "UTC"

    def went(self) -> dict[str, int]:
        """How many messages the readers of each place got."""
        zones = [self.zone(email) for email, _ in self.taken]
        return {zone: zones.count(zone) for zone in dict.fromkeys(zones)}

    def due(self) -> dict[str, str]:
        """When the open deliveries of each place are due."""
        rows = self.db.query(
            """SELECT s.email, d.due_at FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
                WHERE d.state IN ('queued', 'deferred') ORDER BY d.due_at, d.id"""
        )
        return {self.zone(row["email"]): row["due_at"][:16].replace("T", " ") for row in rows}


@pytest.fixture
def sending(project: Path) -> Iterator[Sending]:
    """Queued on a Monday at 09:30 UTC: day in Madrid and by the alert's clock, evening in Tokyo."""
    found = Sending(project, MONDAY + 9.5 * HOUR)
    yield found
    found.db.close()


def test_each_reader_is_mailed_by_day_where_they_are_and_once(sending: Sending) -> None:
    with Relay(script=sending.takes()) as relay:
        sending.send(relay)
        assert sending.went() == {"Europe/Madrid": 2, "UTC": 2}
        assert sending.due() == {
            "America/Bogota": "2026-11-02 13:00",
            "Asia/Tokyo": "2026-11-02 23:00",
        }
        for _ in range(40):  # cron, each hour
            sending.now += HOUR
            sending.send(relay)
    assert sending.counts == {"sent": 8}
    assert len(set(relay.recipients)) == len(relay.recipients) == 8
    for email, at in sending.taken:
        assert 8 <= at.astimezone(ZoneInfo(sending.zone(email))).hour < 18


def test_without_windows_all_go_at_once(sending: Sending) -> None:
    with Relay(script=sending.takes()) as relay:
        sending.send(relay, {})
    assert sending.counts == {"sent": 8}


def test_a_window_that_closes_during_a_send_keeps_what_was_not_begun(sending: Sending) -> None:
    sending.now = MONDAY + 16.5 * HOUR  # 17:30 in Madrid, 16:30 in UTC, 11:30 in Bogotá
    with Relay(script=sending.takes(also=HOUR / 2)) as relay:
        sending.send(relay, connections=1)
        # Madrid's closes first, and after one message; UTC's after two more
        assert sending.went() == {"Europe/Madrid": 1, "UTC": 2, "America/Bogota": 2}
        assert sending.due() == {
            "Asia/Tokyo": "2026-11-02 23:00",
            "Europe/Madrid": "2026-11-03 07:00",
        }
    assert sending.counts == {"sent": 5, "queued": 3}


def test_a_throttled_message_does_not_wait_past_the_closing(sending: Sending) -> None:
    sending.db.execute("UPDATE subscribers SET timezone = ''")
    sending.now = MONDAY + 16.99 * HOUR
    with Relay(script=sending.takes(also=HOUR / 60)) as relay:
        began = time.monotonic()
        sending.send(relay, {"ALERTS_WINDOWS__OPEN": "08:00-17:00"}, rate=0.02)
        assert time.monotonic() - began < 45, "the second message would have to wait 50 s"
    assert sending.counts == {"sent": 1, "queued": 7}


def test_what_was_deferred_waits_for_the_window_too(sending: Sending) -> None:
    def greylisted(stage: str, recipient: str, nth: int) -> str | None:
        return "451 4.7.1 later" if stage == "rcpt" and nth == 1 else None

    sending.now = MONDAY + 17.9 * HOUR  # open in UTC and Bogotá alone
    with Relay(script=greylisted) as relay:
        sending.send(relay)
        assert sending.counts == {"deferred": 4, "queued": 4}
        sending.now += HOUR / 3
        sending.send(relay)
        assert sending.counts == {"deferred": 2, "queued": 4, "sent": 2}, "Bogotá, by day"
        assert sending.due()["UTC"] == "2026-11-03 08:00"


def test_a_change_of_the_settings_or_of_a_zone_holds_from_the_next_send_on(
    sending: Sending,
) -> None:
    sending.now = MONDAY + 3 * HOUR  # 04:00 in Madrid, 12:00 in Tokyo
    with Relay(script=sending.takes()) as relay:
        sending.send(relay)
        assert sending.went() == {"Asia/Tokyo": 2}
        sending.send(relay, {"ALERTS_WINDOWS__OPEN": "04:00-18:00"})
        assert sending.went() == {"Asia/Tokyo": 2, "Europe/Madrid": 2}
        sending.db.execute("UPDATE subscribers SET timezone = 'Asia/Tokyo' WHERE timezone = ''")
        sending.send(relay)
        assert sending.counts == {"sent": 6, "queued": 2}


def test_the_readers_of_a_language_have_days_and_a_zone_of_their_own(sending: Sending) -> None:
    (sending.root / "holidays.txt").write_text("2026-11-01 CO\n")
    sending.db.execute(
        "UPDATE subscribers SET language = 'ar', timezone = '' WHERE timezone <> 'Asia/Tokyo'"
    )
    said = OFFICE | {
        "ALERTS_WINDOWS__ZONES": '{ ar = "Africa/Cairo" }',
        "ALERTS_WINDOWS__LANGUAGES": '{ ar = { days = "sun-thu" } }',
        "ALERTS_WINDOWS__HOLIDAYS": "holidays.txt",
    }
    sending.now = MONDAY - 18 * HOUR  # Sunday, 06:00
    with Relay(script=sending.takes()) as relay:
        sending.send(relay, said)
    assert sending.counts == {"sent": 6, "queued": 2}
    assert sending.due() == {"Asia/Tokyo": "2026-11-01 23:00"}
