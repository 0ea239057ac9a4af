"""The outbox is worked: every outcome of a relay, every reader once, whatever breaks."""

import hashlib
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.config.load import load
from alerts.domain.delivery import DeliveryState, RetryPolicy
from alerts.outbox.options import Destination, Orders, SendReport, World
from alerts.outbox.send import dispatch
from alerts.transport.relay import transport
from tests.factories import MONTH, NOW, database, queue_issue
from tests.outbox.owed import Owed
from tests.relay import CUT, TAKE_AND_CUT, Relay, Said, Script, Taken

HOUR = timedelta(hours=1)
RETRY = RetryPolicy(timedelta(minutes=15), 6 * HOUR, timedelta(days=4))


class Sending(Owed):
    """A project with an issue queued for `readers`, and a clock of its own."""

    def __init__(self, root: Path, readers: int = 5) -> None:
        super().__init__(root, readers, NOW)
        assert queue_issue(root, self.db) == readers

    def send(
        self,
        relay: Relay,
        *,
        connections: int = 1,
        resend: bool = True,
        timeout: float = 2.0,
        host: str = "host",
        query: str = "",
        most: int = 0,
    ) -> SendReport:
        """One call of dispatch at the present moment of this clock."""
        settings = load(self.root, {"ALERTS_DELIVERY__RELAY": f"{relay.url}{query}"})
        patience = timedelta(seconds=timeout)  # shorter than the settings can say
        settings = replace(settings, delivery=replace(settings.delivery, timeout=patience))
        orders = Orders(
            [MONTH], connections, RETRY, host, "test", resend_in_doubt=resend, most_connections=most
        )
        return self.dispatch(settings, orders)

    def fatten(self, lines: int) -> None:
        """Let the message be longer by so many lines."""
        octets = self.db.execute("SELECT template FROM editions").fetchone()[0]
        octets = octets.replace(b"Hello", b"Hello\r\n" * lines)
        self.db.execute(
            "UPDATE editions SET template = ?, sha256 = ?",
            (octets, hashlib.sha256(octets).hexdigest()),
        )

    def row(self, email: str) -> dict[str, object]:
        """The delivery of that reader."""
        return next(
            self.db.query(
                """SELECT d.* FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
                    WHERE s.email = ?""",
                (email,),
            )
        )


@pytest.fixture
def sending(project: Path) -> Sending:
    return Sending(project)


def at(stage: str, said: Said, *, only: str = "reader3@example.org", until: int = 99) -> Script:
    """A script that says that at that stage to one recipient, the first `until` times."""

    def script(reached: str, recipient: str, nth: int) -> Said:
        wanted = reached == stage and (recipient == only or only == "*") and nth <= until
        return said if wanted else None

    return script


@pytest.mark.parametrize("connections", [1, 3, 8])
def test_everyone_is_mailed_once_and_a_second_call_sends_nothing(
    sending: Sending, connections: int
) -> None:
    with Relay() as relay:
        report = sending.send(relay, connections=connections)
        assert sorted(relay.recipients) == sorted(sending.emails)
        assert +report.outcomes == {DeliveryState.SENT: 5}
        assert sending.counts == {"sent": 5}
        assert not +sending.send(relay).outcomes
        assert len(relay.inbox) == 5
    assert len({taken.sender for taken in relay.inbox}) == 5  # S16: VERP


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
def test_a_small_message_that_is_with_the_kernel_dot_and_all_is_in_doubt_p2(
    sending: Sending, offers: tuple[str, ...]
) -> None:
    """The relay reads half of it and is gone; we cannot know how much it read."""
    with Relay(script=at("body", CUT), offers=offers) as relay:
        sending.send(relay, resend=False)
    assert sending.counts == {"sent": 4, "in_doubt": 1}


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
def test_a_connection_cut_before_the_dot_leaves_no_doubt_p3(
    project: Path, offers: tuple[str, ...]
) -> None:
    sending = Sending(project, readers=3)
    sending.fatten(1_000_000)  # more than a socket buffers
    with Relay(script=at("body", CUT), offers=offers) as relay:
        sending.send(relay, resend=False)
    assert sending.counts == {"sent": 2, "deferred": 1}
    assert sending.row("reader3@example.org")["reason"] == "disconnected"


def test_greylisting_passes_at_the_second_attempt_t6(sending: Sending) -> None:
    with Relay(script=at("rcpt", "451 4.7.1 greylisted", only="*", until=1)) as relay:
        # each recipient is reached under its own name, so each is greylisted once
        sending.send(relay)
        assert sending.counts == {"deferred": 5}
        sending.send(relay)
        assert sending.counts == {"deferred": 5}, "not due yet"
        sending.now += timedelta(minutes=16)
        sending.send(relay)
    assert sending.counts == {"sent": 5}
    assert len(relay.inbox) == 5


def test_a_deferred_delivery_fails_after_days_of_trying_t6(sending: Sending) -> None:
    tries = 0
    with Relay(script=at("rcpt", "451 4.7.1 later")) as relay:
        while sending.counts.get("failed") is None:
            sending.send(relay)
            sending.now += timedelta(hours=6, minutes=1)
            tries += 1
    row = sending.row("reader3@example.org")
    assert (row["reason"], row["attempts"]) == ("expired", tries)
    assert 10 < tries < 25


def test_a_message_in_doubt_is_sent_again_to_the_octet_or_held(project: Path) -> None:
    sending = Sending(project)
    with Relay(script=at("dot", TAKE_AND_CUT, until=1)) as relay:
        sending.send(relay)
        assert sending.counts == {"sent": 4, "in_doubt": 1}
        sending.now += timedelta(hours=1)
        sending.send(relay, resend=False)
        assert sending.counts == {"sent": 4, "in_doubt": 1}, "held"
        sending.send(relay, resend=True)
    assert sending.counts == {"sent": 5}
    copies = [taken for taken in relay.inbox if taken.recipient == "reader3@example.org"]
    assert len(copies) == 2
    assert copies[0] == copies[1]  # envelope, Message-ID, Date, boundary and all


@pytest.mark.parametrize(
    ("act", "state", "reason"),
    [
        (
            "UPDATE subscribers SET status = 'unsubscribed' WHERE email = ?",
            "skipped",
            "unsubscribed",
        ),
        (
            "INSERT INTO suppressions (email_key, reason, since) VALUES (?, 'complaint', 'x')",
            "skipped",
            "suppressed",
        ),
        (
            "UPDATE subscribers SET status = 'erased', email_key = NULL WHERE email = ?",
            "skipped",
            "erased",
        ),
    ],
)
@pytest.mark.parametrize("when", ["before", "during"])
def test_whoever_left_after_queueing_is_skipped_s7(
    project: Path, act: str, state: str, reason: str, when: str
) -> None:
    sending = Sending(project, readers=8)
    other = database(project, threads=True)

    def leave(taken: Taken) -> None:
        if when == "during" and taken.recipient == "reader2@example.org":
            other.execute(act, ("reader7@example.org",))

    if when == "before":
        other.execute(act, ("reader7@example.org",))
    with Relay(on_taken=leave) as relay:
        report = sending.send(relay)
    assert "reader7@example.org" not in relay.recipients
    assert len(relay.inbox) == 7
    row = next(sending.db.query("SELECT state, reason FROM deliveries WHERE subscriber_id = 7"))
    assert (row["state"], row["reason"]) == (state, reason)
    assert report.outcomes[DeliveryState.SKIPPED] == 1


def test_one_round_trip_a_message_on_a_pipelining_relay(project: Path) -> None:
    sending = Sending(project, readers=40)
    with Relay() as relay:
        sending.send(relay)
    assert relay.connections <= 4  # a claim begins anew, a session does not
    assert relay.reads < 40 * 2.6, "body and next envelope travel together"


def test_stopping_leaves_nothing_in_doubt_t3(project: Path) -> None:
    sending = Sending(project, readers=30)

    def stop(taken: Taken) -> None:
        if len(relay.inbox) == 7:
            sending.stop.set()

    with Relay(on_taken=stop) as relay:
        report = sending.send(relay, connections=2)
        assert report.stopped
        counts = sending.counts
        assert set(counts) == {"sent", "queued"}
        assert counts["sent"] == len(relay.inbox) < 30
        sending.stop.clear()
        sending.send(relay, connections=2)
    assert sending.counts == {"sent": 30}
    assert len(relay.inbox) == 30


def test_an_address_that_the_relay_cannot_carry_fails_alone_s13(sending: Sending) -> None:
    sending.db.execute("UPDATE subscribers SET email = '用户@example.org' WHERE id = 2")
    with Relay(offers=("PIPELINING",)) as relay:
        sending.send(relay)
    assert sending.counts == {"sent": 4, "failed": 1}
    assert sending.row("用户@example.org")["reason"] == "unaddressable"


def test_a_message_over_the_relays_size_is_not_tried(sending: Sending) -> None:
    with Relay(offers=("PIPELINING", "SIZE 100")) as relay:
        sending.send(relay)
    assert not relay.inbox
    assert sending.counts == {"failed": 5}
    assert sending.row("reader1@example.org")["reason"] == "too_large"


def test_addresses_that_would_inject_commands_reach_no_relay_x2(sending: Sending) -> None:
    tried = ["a@b> SIZE=1", "a@b\r\nRCPT TO:<x@evil.example>", "<a@b>", "a b@c", "a@b\0"]
    for number, payload in enumerate(tried, 1):
        sending.db.execute("UPDATE subscribers SET email = ? WHERE id = ?", (payload, number))
    with Relay() as relay:
        sending.send(relay)
    assert not relay.inbox
    assert sending.counts == {"failed": len(tried)}


def test_the_clock_may_jump_back(sending: Sending) -> None:
    sending.now = NOW - timedelta(days=2)
    with Relay() as relay:
        sending.send(relay)
        assert not relay.inbox, "nothing is due before it was queued"
        sending.now = NOW
        sending.send(relay)
    assert sending.counts == {"sent": 5}


class Clock:
    """A steady clock that moves on by `step` once nothing happens any more, so waiting takes no time."""

    def __init__(self, sending: Sending, relay: Relay, step: float) -> None:
        self.now, self._sending, self._relay, self._step = 1000.0, sending, relay, step
        self._seen, self._quiet, self._turns = 0, 0, 0
        self.begin = NOW
        self.until = 10_000  # messages, then stop
        self.stop = threading.Event()
        self.taken: list[tuple[str, float]] = []
        relay.on_taken = lambda one: self.taken.append((one.recipient, self.now))

    def send(self, **orders: Any) -> SendReport:
        """Dispatch by this clock; the wall clock goes with it."""
        environment = {"ALERTS_DELIVERY__RELAY": self._relay.url, "ALERTS_DELIVERY__TIMEOUT": "30d"}
        settings = load(self._sending.root, environment)
        world = World(
            transport(settings, None), self.wall, lambda: self.now, lambda: 0.5, self.stop
        )
        told = Orders([MONTH], 2, RETRY, "host", "test", **orders)
        return dispatch(self._sending.db, told, world, lambda report, due: self._look(report))

    def wall(self) -> datetime:
        """The time of day."""
        return self.begin + timedelta(seconds=self.now - 1000.0)

    def _look(self, report: SendReport) -> None:
        self._turns += 1
        if len(self.taken) >= self.until or self._turns > 2000:
            self.stop.set()
        happened = self._relay.reads + self._relay.connections + report.outcomes.total()
        self._quiet = self._quiet + 1 if happened == self._seen else 0
        self._seen = happened
        if self._quiet == 2:
            self._quiet = 0
            self.now += self._step


def _half_elsewhere(project: Path) -> Sending:
    """Twelve readers, the first six of them at example.net."""
    sending = Sending(project, readers=12)
    sending.db.execute(
        "UPDATE subscribers SET email = replace(email, '.org', '.net'),"
        " email_key = replace(email_key, '.org', '.net') WHERE id <= 6"
    )
    return sending


def test_a_destination_has_a_pace_of_its_own_s17(project: Path) -> None:
    sending = _half_elsewhere(project)
    with Relay() as relay:
        clock = Clock(sending, relay, 1.0)
        clock.send(destinations=[Destination(("example.net",), 1, rate=0.5, retry=RETRY)])
    assert sending.counts == {"sent": 12}
    nets = [at for recipient, at in clock.taken if recipient.endswith("@example.net")]
    assert len(nets) == 6
    assert all(at >= 1000 + 2 * n for n, at in enumerate(nets))


def test_a_slow_destination_holds_up_nobody_else_s17(project: Path) -> None:
    sending = _half_elsewhere(project)
    with Relay() as relay:
        clock = Clock(sending, relay, step=0.0)  # its second message would wait for ever
        clock.until = 7
        clock.send(destinations=[Destination(("example.net",), 1, rate=0.01, retry=RETRY)])
    assert sending.counts == {"sent": 7, "queued": 5}
    assert sum(name.endswith(".org") for name in relay.recipients) == 6


def test_a_quota_is_kept_over_several_calls_s17(project: Path) -> None:
    sending = Sending(project, readers=9)
    with Relay() as relay:
        clock = Clock(sending, relay, 600.0)
        clock.send(limit=3, window=(4, HOUR))
        clock.send(window=(4, HOUR))
    assert sending.counts == {"sent": 9}
    assert all(at >= 1000 + 3600 * (n // 4) for n, (_, at) in enumerate(clock.taken))


@pytest.mark.parametrize("name", ["UTC", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"])
def test_a_warm_up_counts_the_days_of_sending_in_the_alerts_zone_s17(
    project: Path, name: str
) -> None:
    """Two on the first day, three on the second: in one call, and in one after each message."""
    sending, zone = Sending(project, readers=9), ZoneInfo(name)
    begin = datetime(2026, 11, 3, 0, 1, tzinfo=zone)
    days: Counter[date] = Counter()
    with Relay() as relay:
        clock = Clock(sending, relay, 2 * 3600.0)
        clock.begin = begin.astimezone(UTC)
        for limit in (1, 1, 1, 1, None):
            clock.send(warm_up=[2, 3], zone=zone, limit=limit)
    for _, at in clock.taken:
        days[(clock.begin + timedelta(seconds=at - 1000)).astimezone(zone).date()] += 1
    assert sending.counts == {"sent": 9}
    (first, one), (second, two), *_ = sorted(days.items())
    assert (first, one) == (begin.date(), 2)
    assert (second, two) == (first + timedelta(days=1), 3), "as many as it lets, not too early"


@pytest.mark.proof
def test_a_day_of_the_warm_up_is_as_long_as_it_is_s17(project: Path) -> None:
    """A day of 25 hours: what would fit tomorrow by UTC, or 24 hours on, waits for midnight."""
    sending, zone = Sending(project, readers=3), ZoneInfo("Europe/Madrid")
    sending.db.execute("UPDATE deliveries SET due_at = '2026-10-01T00:00:00Z'")
    with Relay() as relay:
        clock = Clock(sending, relay, 600.0)
        clock.begin = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # 0:30 in Madrid
        clock.send(warm_up=[1, 2], zone=zone)
    (_, first), (_, second), _ = clock.taken
    midnight = 1000 + 24.5 * 3600
    assert first < midnight <= second < midnight + 1800


def test_a_relay_that_asks_for_less_is_given_time_s17(project: Path) -> None:
    sending = Sending(project, readers=8)

    def script(stage: str, recipient: str, nth: int) -> str | None:
        busy = stage == "rcpt" and recipient in ("reader1@example.org", "reader2@example.org")
        return "451 4.7.28 too fast" if busy and nth == 1 else None

    with Relay(script=script) as relay:
        clock = Clock(sending, relay, 0.5)
        clock.send()
    assert sending.counts == {"sent": 6, "deferred": 2}
    assert max(at for _, at in clock.taken) >= 1001, "a pause of a second"


def test_greylisting_slows_nobody_down_t6(project: Path) -> None:
    sending = Sending(project, readers=40)
    with Relay(script=at("rcpt", "451 4.7.1 greylisted, come again", only="*")) as relay:
        clock = Clock(sending, relay, step=0.0)  # whoever waits here waits for ever
        clock.send()
    assert sending.counts == {"deferred": 40}


def test_a_destination_may_give_up_sooner_t6(project: Path) -> None:
    sending = Sending(project, readers=2)
    sending.db.execute(
        "UPDATE subscribers SET email = 'a@example.net', email_key = email WHERE id = 1"
    )
    sending.db.execute("UPDATE subscribers SET email_key = 'a@example.net' WHERE id = 1")
    soon = Destination(("example.net",), 1, 0, RetryPolicy(HOUR, HOUR, 2 * HOUR))
    with Relay(script=at("rcpt", "451 4.3.0 later", only="*")) as relay:
        clock = Clock(sending, relay, 1.0)
        for _ in range(4):
            clock.send(destinations=[soon])
            clock.now += 7 * 3600
    states = dict(sending.db.execute("SELECT subscriber_id, state FROM deliveries").fetchall())
    assert states == {1: "failed", 2: "deferred"}


def test_a_session_that_would_idle_is_closed_and_no_attempt_is_lost(project: Path) -> None:
    sending = Sending(project, readers=3)
    with Relay() as relay:
        Clock(sending, relay, 20.0).send(rate=1 / 60)
        assert relay.connections >= 3
    assert sending.counts == {"sent": 3}
    assert sending.row("reader3@example.org")["attempts"] == 1


def test_a_relay_that_hangs_up_on_a_waiting_session_costs_no_attempt(project: Path) -> None:
    sending = Sending(project, readers=4)
    with Relay(script=at("dot", "250 ok\r\n421 4.4.2 idle", only="*")) as relay:
        Clock(sending, relay, 1.0).send(rate=0.2)
    assert sending.counts == {"sent": 4}
    assert len(relay.inbox) == 4
    attempts = sending.db.execute("SELECT DISTINCT attempts FROM deliveries").fetchall()
    assert attempts == [(1,)]


@pytest.mark.parametrize("said", ["421 4.7.0 enough for one session", CUT])
@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
def test_a_relay_that_takes_few_messages_a_session_costs_no_attempt(
    project: Path, said: str, offers: tuple[str, ...]
) -> None:
    sending = Sending(project, readers=20)
    mails = 0

    def script(stage: str, recipient: str, nth: int) -> str | None:
        nonlocal mails
        if stage == "ehlo":
            mails = 0
        mails += stage == "mail"
        return said if stage == "mail" and mails > 3 else None

    with Relay(script=script, offers=offers) as relay:
        report = sending.send(relay)
    assert sending.counts == {"sent": 20}
    assert not report.relay_fault
    assert len(relay.inbox) == 20
    assert relay.connections == 7
