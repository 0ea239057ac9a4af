"""What comes back through a real Postfix, from the send to the next issue, by pipe and by LMTP."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from alerts.domain.month import Month
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue
from tests.pages import PROCESS_ENVIRONMENT
from tests.postfix import MAILBOXES, RETURNS, Postfix, give, installed, open_to_all, postfix, wait
from tests.relay import Relay, Said

GONE, *STAYING = (f"reader{number}@{MAILBOXES}" for number in (2, 1, 3))
SOCKET = "alerts/lmtp"  # in the queue directory, where Debian's lmtp finds it from its chroot


def _mailboxes(stage: str, recipient: str, _: int) -> Said:
    """The readers' mail server: one of them is not there any more."""
    if stage == "rcpt" and recipient == GONE:
        return "550 5.1.1 <reader2>: user unknown"
    return None


@pytest.fixture
def mailboxes() -> Iterator[Relay]:
    with Relay(_mailboxes, offers=()) as relay:
        yield relay


@pytest.fixture
def root() -> Iterator[Path]:
    with open_to_all() as folder:
        yield folder


@pytest.fixture
def project(root: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three readers, whose return path is the list's own domain."""
    folder = root / "project"
    assert alerts("init", str(folder)).code == 0
    folder.chmod(0o700)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ALERTS_SENDER__BOUNCES", f"alerts@{RETURNS}")
    toml = folder / "alerts.toml"
    toml.write_text(toml.read_text().replace('bounces = ""', f'bounces = "alerts@{RETURNS}"', 1))
    db = database(folder)
    add_subscribers(db, 3, domain=MAILBOXES)
    db.close()
    return folder


def _send(
    project: Path, alerts: Alerts, server: Postfix, mailboxes: Relay, month: Month
) -> list[str]:
    """Send the issue of a month; who got it, once it has arrived wherever it can."""
    db = database(project)
    queue_issue(project, db, month)
    db.close()
    before = len(mailboxes.inbox)
    sent = alerts("send", "--month", str(month))
    assert sent.code == 0, sent.stderr
    wait(lambda: len(mailboxes.inbox) >= before + len(STAYING), lambda: server.log)
    return sorted(mailboxes.recipients[before:])


def _suppressed(alerts: Alerts) -> list[tuple[str, str]]:
    rows = alerts("suppression", "list", "--json").json
    return [(row["email"], row["reason"]) for row in rows]


def _comes_back_and_is_skipped(
    project: Path,
    alerts: Alerts,
    server: Postfix,
    mailboxes: Relay,
    mend: Callable[[], object],
) -> None:
    """The bounce is kept by Postfix until `mend` lets it in, and then the next issue skips the reader."""
    assert _send(project, alerts, server, mailboxes, MONTH) == STAYING
    wait(lambda: "dsn=4" in server.log and "status=deferred" in server.log, lambda: server.log)
    assert _suppressed(alerts) == []
    mend()
    server.try_again()
    wait(lambda: _suppressed(alerts) == [(GONE, "hard_bounce")], lambda: server.log)
    assert _send(project, alerts, server, mailboxes, MONTH.plus(1)) == STAYING
    assert server.log.count(f"to=<{GONE}>") == 1


def test_a_bounce_comes_back_by_pipe_under_the_account_that_owns_the_project(
    root: Path, project: Path, alerts: Alerts, mailboxes: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the project is somebody else's, the pipe answers 75 and Postfix keeps the bounce."""
    installed(root)
    with postfix(root, project, "alerts:", mailboxes.port) as server:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"smtp://127.0.0.1:{server.port}")
        _comes_back_and_is_skipped(project, alerts, server, mailboxes, lambda: give(project))


def test_a_bounce_comes_back_by_lmtp_over_a_socket_of_the_mail_servers_group(
    root: Path, project: Path, alerts: Alerts, mailboxes: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as `alerts serve` is not there, Postfix keeps the bounce."""
    with (
        postfix(root, project, f"lmtp:unix:{SOCKET}", mailboxes.port) as server,
        ExitStack() as stack,
    ):
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"smtp://127.0.0.1:{server.port}")
        path = root / "queue" / SOCKET
        path.parent.mkdir()
        shutil.chown(path.parent, group="postfix")
        path.parent.chmod(0o2710)
        _comes_back_and_is_skipped(
            project, alerts, server, mailboxes, lambda: stack.enter_context(_serve(project, path))
        )


@contextmanager
def _serve(project: Path, path: Path) -> Iterator[None]:
    """`alerts serve`, once it listens at that socket."""
    environment = {
        **os.environ,
        **PROCESS_ENVIRONMENT,
        "ALERTS_WEB__PORT": "0",
        "ALERTS_SCHEDULE__SEND": "",
        "ALERTS_BOUNCES__LMTP": f"unix:{path}",
    }
    line = [sys.executable, "-m", "alerts", "--project", str(project), "serve"]
    with subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            assert running.stderr.readline().endswith(f" | bounces: unix:{path}, over LMTP\n")
            yield
        finally:
            running.terminate()
