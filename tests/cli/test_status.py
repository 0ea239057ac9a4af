"""How far a send is: the books, the causes of failures put together, the rate of another process."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.cli.progress import drawn, duration
from alerts.domain.delivery import Reason
from alerts.outbox.report import delivery_report
from alerts.replies.gist import gist
from alerts.replies.remedies import remedy
from alerts.store import stamp
from alerts.store.progress import progress
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue, sqlite_connection
from tests.relay import SILENCE, Relay

M = ("--month", "2026-10")
SEND = (sys.executable, "-m", "alerts", "send", *M)


@pytest.fixture
def queued(project: Path) -> Path:
    """A project with an issue owed to sixty."""
    db = database(project)
    add_subscribers(db, 60)
    queue_issue(project, db)
    db.close()
    return project


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "550 5.1.1 <ana@one.example>: Recipient address rejected: User unknown",
            "550 5.1.1 <bo@two.example>: Recipient address rejected: User unknown",
        ),
        (
            "421 4.7.0 [192.0.2.7] Too many connections. https://help.example/x?id=77 q12-2002ab.99",
            "421 4.7.0 [198.51.100.20] Too many connections. https://help.example/y m5-901bcd77.1",
        ),
        (
            "451 4.3.0 queued as 4BxY7z1Qm8 failed (in reply to end of DATA)",
            "451 4.3.0 queued as 9CyA2w8Kd3 failed (in reply to end of DATA)",
        ),
        (
            "550 5.7.1 [IPv6:2001:db8::1] listed; session 1764060000",
            "550 5.7.1 [IPv6:2001:db8:1::ff] listed;  session 1764060099",
        ),
        ("452 mail from mx1.out.example refused", "452 mail from mx22.out.example refused"),
    ],
)
def test_replies_that_mean_the_same_are_one_cause(first: str, second: str) -> None:
    assert gist(first) == gist(second)
    assert gist(gist(first)) == gist(first)
    assert gist(first)[:3] == first[:3]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("550 5.1.1 User unknown", "550 5.7.1 User unknown"),
        ("550 5.1.1 User unknown", "450 4.1.1 User unknown"),
        ("552 mailbox full", "552 message too large"),
        ("", "550"),
    ],
)
def test_replies_that_differ_stay_apart(first: str, second: str) -> None:
    assert gist(first) != gist(second)


def test_each_failure_has_a_remedy() -> None:
    seen = {
        remedy(reason, f"5{a}0 5.{a}.{b} words")
        for reason in Reason
        for a in range(10)
        for b in (0, 1, 25)
    }
    assert len(seen) >= 8
    assert all(text.endswith(".") for text in seen)
    assert remedy("rejected", "550 no") != remedy("rejected", "550 5.1.1 no such user")


def test_failures_are_grouped_and_the_books_close(
    queued: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(stage: str, recipient: str, nth: int) -> str | None:
        number = int(re.sub(r"\D", "", recipient) or 0)
        if stage == "rcpt" and number % 10 == 0:
            return f"550 5.1.1 <{recipient}> unknown"
        if stage == "rcpt" and number % 10 == 5:
            return f"450 4.2.0 <{recipient}> greylisted, ticket {recipient.encode().hex()}"
        return "552 5.3.4 too big, says filter7" if stage == "dot" and number == 7 else None

    alerts("subscriber", "unsubscribe", "reader1@example.org")
    with Relay(script=script) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        assert alerts("send", *M).code == 75
    document = alerts("status", *M, "--json").json
    counts = document["deliveries"]
    assert set(counts) == {
        "queued", "sending", "sent", "deferred", "failed", "in_doubt", "skipped",
    }  # fmt: skip
    assert document["recipients"] == sum(counts.values()) == 60
    assert document["missed"] == 7
    assert document["running"] is None
    causes = [(c["state"], c["number"], c["gist"]) for c in document["causes"]]
    assert causes == [
        ("failed", 6, "550 5.1.1 <address> unknown"),
        ("failed", 1, "552 5.3.4 too big, says …"),
        ("deferred", 6, "450 4.2.0 <address> greylisted, ticket …"),
        ("skipped", 1, ""),
    ]
    assert document["reasons"]["failed"] == {"rejected": 6, "too_large": 1}
    assert document["causes"][0]["email"] == "reader10@example.org"
    told = alerts("status", *M).stdout
    assert "recipients: 60 = 46 sent + 6 deferred + 7 failed + 1 skipped" in told
    assert "failed: 6 rejected: 550 5.1.1 <address> unknown, e.g. reader10@example.org" in told
    assert "The address is gone" in told
    assert "missed: 7; `alerts delivery retry --month 2026-10` queues only these again" in told
    alerts("subscriber", "erase", "reader10@example.org")
    assert "reader10@" not in alerts("status", *M).stdout


def test_the_rate_is_that_of_the_last_minute_and_the_time_left_follows(queued: Path) -> None:
    db = database(queued)
    db.conn.execute(
        "UPDATE deliveries SET state = 'sent', changed_at = ? WHERE id <= 20",
        (stamp(NOW - timedelta(hours=1)),),
    )
    db.conn.execute(
        "UPDATE deliveries SET state = 'sent', changed_at = ? WHERE id BETWEEN 21 AND 40",
        (stamp(NOW - timedelta(seconds=9)),),
    )
    assert progress(db, MONTH, NOW).rate == 2.0
    kept = delivery_report(db, MONTH, NOW, resends=True)
    assert kept.left == 10.0
    assert kept.recipients == kept.done + kept.counts["queued"] == 60
    assert progress(db, MONTH, NOW + timedelta(hours=2)).rate == 0.0
    assert delivery_report(db, MONTH, NOW + timedelta(hours=2), resends=True).left is None
    db.close()


def test_status_shows_a_send_that_runs_in_another_process(
    queued: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay falls silent at the fortieth message: the send is alive and in the middle."""
    taken, reached = [], threading.Event()

    def script(stage: str, recipient: str, nth: int) -> str | None:
        if stage == "dot":
            taken.append(recipient)
            if len(taken) >= 40:
                reached.set()
                return SILENCE
        return None

    with Relay(script=script) as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        monkeypatch.setenv("ALERTS_DELIVERY__CONNECTIONS", "1")
        sender = subprocess.Popen(SEND, cwd=queued, stderr=subprocess.DEVNULL)
        assert reached.wait(60)
        document = alerts("status", *M, "--json").json
        while (
            document["running"]["done"] < 30 and sender.poll() is None
        ):  # outcomes are on their way
            document = alerts("status", *M, "--json").json
        running = document["running"]
        told = alerts("status", *M).stdout
        another = alerts("status", "--month", "2026-09").stdout
        sender.kill()
        sender.wait()
        after = alerts("status", *M, "--json").json
    assert document["recipients"] == 60
    assert "sending" not in another
    assert running["holders"][0].startswith(f"process {sender.pid} on ")
    assert running["rate"] > 0
    assert running["seconds_left"] >= 0
    assert 30 <= running["done"] <= 39
    assert re.search(
        r"sending: 3\d of 60 \(\d+%\), \d+ a second, \d+ s left; process \d+ on ", told
    )
    assert after["running"] is None  # killed, though its lease has not expired
    assert after["deliveries"]["sending"] > 0


def test_status_answers_while_another_program_holds_the_database(
    queued: Path, alerts: Alerts
) -> None:
    other = sqlite_connection(
        queued / "subscribers.db", isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(1.0, lambda: other.execute("COMMIT"))
    release.start()
    done = alerts("status", *M, "--json")
    release.join()
    other.close()
    assert done.code == 1, done.stderr  # it was queued long ago, and nobody has sent it
    assert done.json["recipients"] == 60


# --- the bar on a terminal ------------------------------------------------------------------------


def _on_a_terminal(root: Path, *arguments: str, columns: int = 80) -> tuple[int, str, bytes]:
    """Run the command with a terminal as its stderr: exit code, what it drew, its stdout."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "alerts", *arguments]
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=theirs, stdin=theirs, env=environment
    )
    os.close(theirs)
    seen = b""
    while True:
        select.select([ours], [], [])
        try:
            octets = os.read(ours, 65536)
        except OSError:  # the terminal's other end is closed
            break
        if not octets:
            break
        seen += octets
    os.close(ours)
    assert process.stdout
    with process.stdout:
        out = process.stdout.read()
    return process.wait(), seen.decode(), out


def test_a_bar_is_drawn_on_a_terminal_and_taken_away(
    queued: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Relay() as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        monkeypatch.setenv("ALERTS_DELIVERY__RATE", "100")
        code, seen, out = _on_a_terminal(queued, "send", *M, "--json")
    assert code == 0
    drawings = [line for line in re.split(r"\r|\n", seen) if " of 60 " in line]
    assert len(drawings) >= 3
    assert all(re.search(r"\d+ of 60  [━─]{5,40}  [ \d]{2,3}\d?%  ", line) for line in drawings)
    assert all(len(line.replace("\x1b[K", "")) < 80 for line in drawings)
    assert seen.rpartition("\x1b[K")[2].strip() == "2026-10: 60 sent"
    assert out.startswith(b"{")


@pytest.mark.parametrize("flags", [("-q",), ()])
def test_no_bar_where_nobody_looks(
    queued: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    with Relay() as relay:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        if flags:
            code, seen, _ = _on_a_terminal(queued, *flags, "send", *M)
            assert (code, seen) == (0, "")
        else:
            done = alerts("send", *M)
            assert (done.code, done.stderr) == (0, "2026-10: 60 sent\n")


def test_a_bar_fits_any_terminal() -> None:
    tried = 0
    for width in range(0, 200, 7):
        for done, total in ((0, 0), (0, 10), (5, 10), (10, 10), (999_999, 1_000_000)):
            for seconds in (0.0, 0.1, 7200.0):
                assert len(drawn(done, total, seconds, width)) <= max(width - 1, 0)
                tried += 1
    assert tried > 400
    line = drawn(1200, 5000, 4.0, 80)
    assert line == "1,200 of 5,000  ━━━━━━━" + "─" * 25 + "   24%  300 a second, 13 s left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (99.4, "99 s"), (100, "2 min"), (5940, "99 min"), (12000, "3 h 20 min")],
)
def test_a_time_span_is_told_as_one_reads_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words
