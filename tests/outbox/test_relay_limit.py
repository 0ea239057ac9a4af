"""A limit that the relay shows by refusing is learned: the send goes on when it may, and stops before it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.config.load import load
from alerts.domain.delivery import RetryPolicy
from alerts.outbox.options import Orders, SendReport
from alerts.outbox.relay_limit import is_limit, period_of
from alerts.store import relay_limits
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, queue_issue
from tests.outbox.owed import Owed
from tests.relay import Relay

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RETRY = RetryPolicy(timedelta(minutes=15), 6 * HOUR, timedelta(days=4))
QUOTA = "550 5.4.5 Daily user sending limit exceeded."
READERS = 25
M = ("--month", str(MONTH))


class Account(Owed):
    """A relay that takes `most` messages in any day of its own clock, and refuses with `reply`."""

    def __init__(self, root: Path, most: int, reply: str = QUOTA, stage: str = "rcpt") -> None:
        super().__init__(root, READERS, NOW)
        self.most, self.reply, self.stage = most, reply, stage
        self.taken: list[tuple[datetime, str]] = []
        self.refused = 0
        queue_issue(root, self.db)

    def script(self, stage: str, recipient: str, nth: int) -> str | None:
        """Refuse once the day is full."""
        today = sum(at > self.now - DAY for at, _ in self.taken)
        if stage == self.stage and today >= self.most:
            self.refused += 1
            return self.reply
        if stage == "dot":
            self.taken.append((self.now, recipient))
        return None

    def send(self, relay: Relay) -> SendReport:
        """One call at this moment."""
        settings = load(self.root, {"ALERTS_DELIVERY__RELAY": relay.url})
        orders = Orders([MONTH], 1, RETRY, "host", "test", relay=relay.url)
        return self.dispatch(settings, orders)

    @property
    def sent(self) -> int:
        """How many are settled as sent."""
        return self.counts.get("sent", 0)


@pytest.fixture
def account(project: Path) -> Iterator[Account]:
    """Ten messages a day."""
    account = Account(project, 10)
    yield account
    account.db.close()


@pytest.mark.parametrize("stage", ["rcpt", "dot", "mail"])
def test_the_next_day_goes_on_and_stops_before_the_relay_refuses(
    account: Account, stage: str
) -> None:
    account.stage = stage
    with Relay(script=account.script) as relay:
        first = account.send(relay)
        assert "sending goes on after 2026-11-03 09:00 UTC" in first.relay_fault
        assert (account.sent, account.refused) == (10, 1)
        for _ in range(5):  # nothing is tried while the day lasts
            account.now += 4 * HOUR
            assert "10 messages in 24 hours" in account.send(relay).relay_fault
        assert (account.sent, account.refused) == (10, 1)
        account.now = NOW + DAY + HOUR / 2
        second = account.send(relay)
        assert (account.sent, account.refused) == (20, 1)
        assert "goes on after 2026-11-04 09:30 UTC" in second.relay_fault
        account.now += DAY + HOUR
        assert not account.send(relay).relay_fault
        assert (account.sent, account.refused) == (READERS, 1)
        assert sorted(r for _, r in account.taken) == sorted(set(relay.recipients))


def test_a_limit_without_a_period_is_tried_again_after_an_hour(account: Account) -> None:
    account.reply = "554 5.7.0 The limit on the number of allowed outgoing messages was exceeded."
    with Relay(script=account.script) as relay:
        account.send(relay)
        account.now += HOUR / 2
        account.send(relay)
        assert account.refused == 1
        account.now += HOUR
        account.send(relay)
        assert (account.sent, account.refused) == (10, 2)
        account.now += DAY
        account.send(relay)
        assert account.sent == 20


def test_a_limit_of_the_rate_is_no_limit_of_a_day(account: Account) -> None:
    account.reply = "454 Throttling failure: Maximum sending rate exceeded."
    with Relay(script=account.script) as relay:
        account.send(relay)
        assert relay_limits.find(account.db, relay.url) is None


def test_a_limit_that_is_a_month_old_is_believed_no_longer(account: Account) -> None:
    with Relay(script=account.script) as relay:
        account.send(relay)
        account.most, account.now = 100, NOW + 31 * DAY
        assert not account.send(relay).relay_fault
        assert account.sent == READERS


@pytest.mark.parametrize(
    ("reply", "limit", "period"),
    [
        (QUOTA, True, DAY),
        (
            "550 5.1.90 Your message can't be sent because you've reached your daily limit",
            True,
            DAY,
        ),
        (
            "550 Domain example.net has exceeded the max emails per hour (100/100) allowed.",
            True,
            HOUR,
        ),
        ("554 5.7.1 Versandlimit pro Tag erreicht", True, DAY),
        ("554 5.7.0 Submission quota exceeded", True, None),
        ("550 5.1.8 Access denied, bad outbound sender", False, None),
        ("552 5.2.2 mailbox quota exceeded", False, None),
        ("550 5.7.1 Client host blocked using zen.spamhaus.org", False, None),
    ],
)
def test_which_replies_are_limits_of_what_time(
    reply: str, limit: bool, period: timedelta | None
) -> None:
    assert is_limit(reply) == limit
    if limit:
        assert period_of(reply) == period


def test_status_why_and_doctor_tell_the_limit_until_it_is_forgotten(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(project, 10)
    account.db.close()
    account.now = datetime.now(tz=NOW.tzinfo)
    with Relay(script=account.script) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        first = alerts("send", *M)
        refused = account.refused  # each connection may have had one message on its way
        again = alerts("send", *M)
        assert first.code == again.code == 75
        assert account.refused == refused <= 4
        waiting = next(email for email in account.emails if email not in relay.recipients)
        for told in (
            first.stderr,
            again.stderr,
            alerts("status", *M).stdout,
            alerts("why", waiting, *M).stdout,
            alerts("doctor", "--offline").stdout,
        ):
            assert "Daily user sending limit exceeded" in told
            assert "sending goes on after" in " ".join(told.split())
        assert alerts("status", *M, "--json").json["deliveries"]["failed"] == 0
        account.most = 100
        assert alerts("send", *M, "--forget-limit").code == 0
        assert len(relay.recipients) == READERS
    assert "limits us" not in alerts("status", *M).stdout
