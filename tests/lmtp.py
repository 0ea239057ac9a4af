"""The LMTP server of `alerts serve` for tests, in a thread here or in processes that may be killed.

`python -m tests.lmtp PROJECT` has the program loaded once: for each line on stdin it forks a child that
listens at the socket of the settings, and answers with the child's process id.
"""

import os
import signal
import smtplib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alerts.bounces import lmtp as _loaded
from alerts.cli.context import Session
from alerts.cli.serve import receiving

SOCKET = "lmtp.socket"


@contextmanager
def receive(project: Path, warnings: list[str] | None = None) -> Iterator[Path]:
    """Take mail in for a project, whose settings name `unix:lmtp.socket`; what goes wrong is noted."""
    session = Session(project, quiet=True)
    if warnings is not None:
        session.warn = warnings.append  # type: ignore[method-assign, assignment]
    with receiving(session):
        yield project / SOCKET


@contextmanager
def client(path: Path) -> Iterator[smtplib.LMTP]:
    """A connection that has said hello."""
    talk = smtplib.LMTP(str(path))
    try:
        talk.ehlo_or_helo_if_needed()
        yield talk
    finally:
        talk.close()


def deliver(talk: smtplib.LMTP, recipients: Sequence[str], message: bytes) -> list[bytes]:
    """Hand a message over as RFC 2033 says; the reply to each recipient."""
    talk.mail("")
    for recipient in recipients:
        assert talk.rcpt(recipient)[0] == 250
    replies = [talk.data(message)]
    replies += [talk.getreply() for _ in recipients[1:]]
    return [str(code).encode() + b" " + text for code, text in replies]


def main() -> None:
    """Fork servers as told; each lives until it is killed."""
    project = Path(sys.argv[1])
    assert _loaded
    assert Session(project).settings.bounces.lmtp, "and what reading them loads"
    before = 0
    for _ in sys.stdin:
        if before:
            os.waitpid(before, 0)  # killed; until it is gone, it holds the lock
        before = os.fork()
        if not before:
            with receive(project):
                print(os.getpid(), flush=True)  # noqa: T201
                signal.pause()


if __name__ == "__main__":
    main()
