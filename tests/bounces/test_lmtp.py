"""Mail that comes back over LMTP: kept before it is answered, by a server that nobody can hold up."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from alerts.bounces.lmtp import MOST_CONNECTIONS, MOST_OCTETS
from tests.bounces.returned import Bounce, suppressed
from tests.factories import sqlite_connection
from tests.lmtp import SOCKET, client, deliver, receive
from tests.pages import PROCESS_ENVIRONMENT

KILLS = 20
ENVIRONMENT = PROCESS_ENVIRONMENT | {"ALERTS_BOUNCES__LMTP": f"unix:{SOCKET}"}
KEPT, TRY_LATER = b"250 2.0.0 kept", b"451 4.3.0 cannot be kept now, try again later"
pytestmark = pytest.mark.usefixtures("lmtp_setting")


def test_a_bounce_is_known_by_its_envelope_and_on_disk_when_it_is_answered(
    project: Path, came_back: list[Bounce], at: Path
) -> None:
    with client(at) as talk:
        for number, bounce in enumerate(came_back[:3], 1):
            assert deliver(talk, [bounce.path], bounce.message) == [KEPT]
            assert len(suppressed(project)) == number
        assert deliver(talk, [came_back[0].path], came_back[0].message) == [KEPT]
    assert suppressed(project) == {bounce.reader for bounce in came_back[:3]}


def test_each_recipient_has_a_reply_of_its_own(
    project: Path, came_back: list[Bounce], at: Path
) -> None:
    """RFC 2033, 4.2; so when it is refused, and when the next command is refused before DATA."""
    one, two, *_ = came_back
    with client(at) as talk:
        assert deliver(talk, [one.path, two.path, "x@example.org"], one.message) == [KEPT] * 3
        refused = deliver(talk, [one.path, two.path], b"a" * 70 + b"\r\n" + b"b" * MOST_OCTETS)
        assert [reply[:9] for reply in refused] == [b"552 5.0.0"] * 2
        talk.mail("")
        talk.rcpt("a@example.org")
        talk.rcpt("b@example.org")
        assert talk.docmd("DATA", "now")[0] == 501
        assert talk.noop()[0] == 250
    assert suppressed(project) == {one.reader, two.reader}


def test_lines_of_any_length_are_taken_and_what_is_unreadable_is_done_with(at: Path) -> None:
    with client(at) as talk:
        for message in (b"Subject: " + b"long" * 200_000 + b"\r\n\r\n.\r\n", b"\0\xff\r\n", b"x"):
            assert deliver(talk, ["alerts@example.org"], message) == [KEPT]


def test_what_an_lmtp_server_has_to_offer_is_offered(at: Path) -> None:
    with client(at) as talk:
        assert talk.esmtp_features.keys() >= {
            "pipelining",
            "enhancedstatuscodes",
            "8bitmime",
            "size",
        }
        assert talk.docmd("EHLO", "x")[0] == 500


def test_a_locked_database_is_answered_4xx_and_later_the_message_is_taken(
    project: Path, came_back: list[Bounce], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.store.BUSY_TIMEOUT", 0.05)
    warnings: list[str] = []
    with receive(project, warnings) as at, client(at) as talk:
        other = sqlite_connection(project / "subscribers.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert deliver(talk, [came_back[0].path], came_back[0].message) == [TRY_LATER]
        other.close()
        assert suppressed(project) == set()
        assert deliver(talk, [came_back[0].path], came_back[0].message) == [KEPT]
    assert len(warnings) == 1
    assert "another program holds the database" in warnings[0]
    assert suppressed(project) == {came_back[0].reader}


def test_a_damaged_or_missing_database_is_answered_4xx(
    project: Path, came_back: list[Bounce]
) -> None:
    path = project / "subscribers.db"
    whole = path.read_bytes()
    warnings: list[str] = []
    with receive(project, warnings) as at, client(at) as talk:
        path.write_bytes(b"rubbish" * 1000)
        assert deliver(talk, [came_back[0].path], came_back[0].message) == [TRY_LATER]
        path.unlink()
        assert deliver(talk, [came_back[0].path], came_back[0].message) == [TRY_LATER]
        assert not path.exists()
        path.write_bytes(whole)
        assert deliver(talk, [came_back[0].path], came_back[0].message) == [KEPT]
    assert len(warnings) == 2


def test_slow_and_silent_connections_lock_nobody_out(came_back: list[Bounce], at: Path) -> None:
    """More of them than there is room for, in the middle of a command or of a message."""
    with ExitStack() as stack:
        for number in range(2 * MOST_CONNECTIONS):
            silent = stack.enter_context(socket.socket(socket.AF_UNIX))
            silent.connect(str(at))
            silent.sendall(
                b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\nDATA\r\nSub"[: number * 2]
            )
        with client(at) as talk:
            assert deliver(talk, [came_back[0].path], came_back[0].message) == [KEPT]


def test_told_to_stop_it_answers_what_is_under_way(project: Path, came_back: list[Bounce]) -> None:
    """The database is locked for as long as it takes the server to be told."""
    other = sqlite_connection(project / "subscribers.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with ExitStack() as stack:
        server = ExitStack()
        at = server.enter_context(receive(project))
        idle, busy = (stack.enter_context(client(at)) for _ in range(2))
        busy.mail("")
        busy.rcpt(came_back[0].path)
        busy.docmd("DATA")
        busy.send(came_back[0].message + b".\r\n")
        stopping = threading.Thread(target=server.close)
        stopping.start()
        assert idle.getreply()[0] == 421
        other.close()
        assert busy.getreply() == (250, b"2.0.0 kept")
        assert busy.getreply()[0] == 421
        stopping.join()
    assert suppressed(project) == {came_back[0].reader}
    assert not at.exists()


def test_what_was_answered_survives_kill_9_at_any_moment(
    project: Path, came_back: list[Bounce]
) -> None:
    """Killed between DATA and its reply, each time a little later: never 2xx and lost.

    How long an answer takes, the message before it shows.
    """
    line = [sys.executable, "-m", "tests.lmtp", str(project)]
    answered: set[str] = set()
    with subprocess.Popen(
        line, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as servers:
        for number in range(KILLS):
            process = int(_told(servers))
            with client(project / SOCKET) as talk:
                *before, last = came_back[3 * number : 3 * number + 3]
                for bounce in before:
                    began = time.monotonic()
                    assert deliver(talk, [bounce.path], bounce.message) == [KEPT]
                    took = time.monotonic() - began
                    answered.add(bounce.reader)
                if _killed(talk, last, process, took * 2 * number / KILLS):
                    answered.add(last.reader)
    assert answered <= suppressed(project)
    assert 2 * KILLS < len(answered) < 3 * KILLS, (
        "some were killed before the reply, some behind it"
    )
    with receive(project) as at, client(at) as talk:
        for bounce in came_back:
            assert deliver(talk, [bounce.path], bounce.message) == [KEPT]
    assert suppressed(project) == {bounce.reader for bounce in came_back}


def _told(process: "subprocess.Popen[str]") -> str:
    """The answer to an empty line."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline()


def _killed(talk: smtplib.LMTP, bounce: Bounce, process: int, after: float) -> bool:
    """Hand a message over to a process that is killed so many seconds later; whether it was taken."""
    talk.mail("")
    talk.rcpt(bounce.path)
    talk.docmd("DATA")
    talk.send(bounce.message + b".\r\n")
    threading.Event().wait(after)
    os.kill(process, signal.SIGKILL)
    try:
        return talk.getreply()[0] == 250
    except (smtplib.SMTPServerDisconnected, ConnectionError):
        return False
