"""The outbox is worked: every outcome of a relay, every reader once, whatever breaks."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.dispatch import Orders, Report, World, dispatch
from alerts.model import DeliveryState, RetryPolicy
from alerts.project import load
from alerts.store import outbox
from alerts.transport import transport
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue
from tests.relay import CUT, SILENCE, TAKE_AND_CUT, TAKE_AND_SILENCE, Relay, Script, Taken


class Sending:
    """A project with an issue queued for `readers`, and a clock of its own."""

    def __init__(self, root: Path, readers: int = 5) -> None:
        self.root, self.now = root, NOW
        self.db = database(root)
        self.emails = add_subscribers(self.db, readers)
        assert queue_issue(root, self.db) == readers
        self.stop = threading.Event()

    def send(
        self,
        relay: Relay,
        *,
        connections: int = 1,
        resend: bool = True,
        timeout: str = "2s",
        host: str = "host",
    ) -> Report:
        """One call of dispatch at the present moment of this clock."""
        settings = load(
            self.root, {"ALERTS_DELIVERY__RELAY": relay.url, "ALERTS_DELIVERY__TIMEOUT": timeout}
        )
        retry = RetryPolicy(timedelta(minutes=15), timedelta(hours=6), timedelta(days=4))
        orders = Orders([MONTH], connections, retry, host, "test", resend_in_doubt=resend)
        world = World(
            transport(settings, None), lambda: self.now, time.monotonic, lambda: 0.5, self.stop
        )
        return dispatch(self.db, orders, world, lambda report, due: None)

    def row(self, email: str) -> dict[str, object]:
        """The delivery of that reader."""
        return next(
            self.db.query(
                """SELECT d.* FROM deliveries AS d JOIN subscribers AS s ON s.id = d.subscriber_id
                    WHERE s.email = ?""",
                (email,),
            )
        )

    @property
    def counts(self) -> dict[str, int]:
        """States that occur, with their numbers; their sum is always all."""
        counts = outbox.counts(self.db, MONTH)
        assert sum(counts.values()) == len(self.emails)
        return {state: number for state, number in counts.items() if number}


@pytest.fixture
def sending(project: Path) -> Sending:
    return Sending(project)


def at(stage: str, said: str, *, only: str = "reader3@example.org", until: int = 99) -> Script:
    """A script that says that at that stage to one recipient, the first `until` times."""

    def script(reached: str, recipient: str, nth: int) -> str | None:
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


@pytest.mark.parametrize(
    ("stage", "said", "state", "reason"),
    [
        ("rcpt", "450 4.7.1 greylisted", "deferred", "temporary"),
        ("rcpt", "451 4.3.0 later", "deferred", "temporary"),
        ("rcpt", "452 4.2.2 full", "deferred", "temporary"),
        ("rcpt", "550 5.1.1 unknown", "failed", "rejected"),
        ("rcpt", "550-5.1.1 no\r\n550 5.1.1 such user", "failed", "rejected"),
        ("rcpt", "552 5.2.2 full", "failed", "rejected"),
        ("rcpt", "999 what", "deferred", "disconnected"),
        ("rcpt", "hello", "deferred", "disconnected"),
        ("rcpt", CUT, "deferred", "disconnected"),
        ("rcpt", "421 4.3.2 going down", "deferred", "temporary"),
        ("data", "451 4.3.0 later", "deferred", "temporary"),
        ("data", "554 5.7.1 no", "failed", "rejected"),
        ("data", CUT, "deferred", "disconnected"),
        ("data", "250 what", "deferred", "disconnected"),
        # A small message is with the kernel, dot and all, before the relay reads half of it.
        ("body", CUT, "in_doubt", "unanswered"),
        ("dot", "451 4.3.0 later", "deferred", "temporary"),
        ("dot", "452 4.3.1 no room", "deferred", "temporary"),
        ("dot", "550 5.7.1 spam", "failed", "rejected"),
        ("dot", "552 5.3.4 too big", "failed", "too_large"),
        ("dot", "421 4.3.2 going down", "deferred", "temporary"),
        ("dot", CUT, "in_doubt", "unanswered"),
        ("dot", TAKE_AND_CUT, "in_doubt", "unanswered"),
        ("dot", TAKE_AND_SILENCE, "in_doubt", "unanswered"),
        ("dot", "garbage", "in_doubt", "unanswered"),
        ("dot", "250-never ended\r\nx", "in_doubt", "unanswered"),
    ],
)
@pytest.mark.parametrize(
    "offers", [("PIPELINING", "SMTPUTF8"), ("8BITMIME",)], ids=["pipelined", "plain"]
)
def test_what_a_relay_says_concerns_one_reader_alone_t4(
    sending: Sending, stage: str, said: str, state: str, reason: str, offers: tuple[str, ...]
) -> None:
    with Relay(script=at(stage, said), offers=offers) as relay:
        sending.send(relay, timeout="1s", resend=False)
    row = sending.row("reader3@example.org")
    assert (row["state"], row["reason"]) == (state, reason), row["reply"]
    assert sending.counts == {"sent": 4, state: 1}
    others = [x for x in relay.recipients if x != "reader3@example.org"]
    assert sorted(others) == sorted(set(sending.emails) - {"reader3@example.org"})


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
def test_a_connection_cut_before_the_dot_leaves_no_doubt_p3(
    project: Path, offers: tuple[str, ...]
) -> None:
    sending = Sending(project)
    octets = next(sending.db.query("SELECT template FROM editions"))["template"]
    octets = octets.replace(b"Hello", b"Hello\r\n" * 2_000_000)  # more than a socket buffers
    sending.db.execute("UPDATE editions SET template = ?", (octets,))
    with Relay(script=at("body", CUT), offers=offers) as relay:
        sending.send(relay, resend=False)
    assert sending.counts == {"sent": 4, "deferred": 1}
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


@pytest.mark.parametrize("stage", ["banner", "ehlo", "mail"])
@pytest.mark.parametrize("said", ["550 5.7.1 not you", CUT, SILENCE])
def test_a_relay_that_refuses_us_costs_no_reader_an_attempt(
    sending: Sending, stage: str, said: str
) -> None:
    with Relay(script=at(stage, said, only="*")) as relay:
        report = sending.send(relay, timeout="1s")
    assert report.relay_fault
    assert not relay.inbox
    if stage != "mail" or said.startswith("5"):
        assert sending.counts == {"queued": 5}
        assert sending.row("reader1@example.org")["attempts"] == 0
    else:
        assert set(sending.counts) <= {"queued", "deferred"}


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
