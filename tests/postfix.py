"""A real Postfix on loopback, an instance of its own at stock limits, that delivers to us as documented.

Run as root, as Postfix must be. Mail for `MAILBOXES` goes to a mail server of the test's, mail for
`RETURNS` by the transport that the test names: the lines of docs/bounces.md.
"""

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import alerts

MAILBOXES = "readers.example"
RETURNS = "lists.example"
ACCOUNT = "nobody"  # stands for the documents' account `alerts`: one that is not root

_MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/log
maillog_file_prefixes = {root}
myhostname = mx.example.org
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
relay_domains = {mailboxes} {returns}
transport_maps = inline:{{ {{ {mailboxes} = smtp:[127.0.0.1]:{port} }}, {{ {returns} = {transport} }} }}
recipient_delimiter = +
alerts_destination_recipient_limit = 1
"""
# As Debian ships it, lmtp in its chroot and all, but for the port and the pipe to us.
_MASTER = """
127.0.0.1:{port} inet n - y - - smtpd
pickup unix n - y 60 1 pickup
cleanup unix n - y - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - y - - trivial-rewrite
bounce unix - - y - 0 bounce
defer unix - - y - 0 bounce
trace unix - - y - 0 bounce
flush unix n - y 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - y - - smtp
error unix - - y - - error
retry unix - - y - - error
lmtp unix - - y - - lmtp
anvil unix - - y - 1 anvil
postlog unix-dgram n - n - 1 postlogd
{pipe}
"""


@dataclass(frozen=True)
class Postfix:
    """The server: `port` takes mail, `root` may be entered by every account of this machine."""

    root: Path
    port: int

    @property
    def log(self) -> str:
        """What it did so far."""
        path = self.root / "log"
        return path.read_text() if path.exists() else ""

    def try_again(self) -> None:
        """Deliver now what was deferred."""
        _run("/usr/sbin/postqueue", "-c", str(self.root / "conf"), "-f")


@contextlib.contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that every account may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="alerts-postfix-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        yield root


@contextlib.contextmanager
def postfix(
    root: Path, project: Path, transport: str, mailboxes: int, more: str = ""
) -> Iterator[Postfix]:
    """Postfix in the folder `root`; `mailboxes` is the port of the readers' mail server, `more` are
    further lines of main.cf."""
    program = shutil.which("postfix", path="/usr/sbin:/usr/bin")
    if program is None or os.geteuid():
        raise AssertionError("this test needs root, and the Debian package postfix")
    port = _free_port()
    values = {
        "root": root,
        "mailboxes": MAILBOXES,
        "returns": RETURNS,
        "transport": transport,
        "pipe": _documented_pipe(root / "bin" / "alerts", project),
    }
    for name in ("conf", "queue", "data"):
        (root / name).mkdir()
    shutil.chown(root / "data", "postfix")
    (root / "conf" / "main.cf").write_text(_MAIN.format(port=mailboxes, **values) + more)
    (root / "conf" / "master.cf").write_text(_MASTER.format(port=port, **values))
    conf = str(root / "conf")
    _run(program, "-c", conf, "check")
    master = f"{_run('/usr/sbin/postconf', '-c', conf, '-h', 'daemon_directory')}/master"
    with subprocess.Popen([master, "-c", conf, "-d"], start_new_session=True) as running:
        try:
            server = Postfix(root, port)
            wait(lambda: _answers(port), lambda: server.log)
            yield server
        finally:
            running.terminate()


def installed(root: Path) -> None:
    """Install the command as `bin/alerts` in `root`, with a Python that every account may run.

    The interpreter that the tests run under may lie in the home of an account that lets nobody in.
    """
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    left_out = shutil.ignore_patterns(
        "test", "idlelib", "site-packages", "dist-packages", "config-*"
    )
    shutil.copytree(sysconfig.get_path("stdlib"), root / "lib" / name, ignore=left_out)
    (root / "bin").mkdir()
    shutil.copy(Path(sys.executable).resolve(), root / "bin" / name)
    for library in Path(sys.base_prefix, "lib").glob("libpython*.so.*"):
        shutil.copy(library, root / "lib")
    packages = root / "packages"
    shutil.copytree(Path(alerts.__file__).parent, packages / "alerts")
    for each in ("babel", "click", "dateutil", "pluggy", "sqlite_fts4", "sqlite_utils"):
        shutil.copytree(Path(sysconfig.get_path("purelib"), each), packages / each)
    shutil.copy(Path(sysconfig.get_path("purelib"), "six.py"), packages)
    command = root / "bin" / "alerts"
    command.write_text(
        f"#!/bin/sh\nexport PYTHONPATH={packages} LD_LIBRARY_PATH={root}/lib\n"
        f'exec {root}/bin/{name} -m alerts "$@"\n'
    )
    command.chmod(0o755)


def give(folder: Path) -> None:
    """Make a project the account's own, as docs/bounces.md says; nobody else may look in."""
    account = pwd.getpwnam(ACCOUNT)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def wait(until: Callable[[], bool], explain: Callable[[], str], seconds: float = 30.0) -> None:
    """Return once something is so; it fails with an explanation when that takes too long."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if until():
            return
        pause.wait(0.05)
    raise AssertionError(explain())


def _documented_pipe(command: Path, project: Path) -> str:
    """The lines of docs/bounces.md for master.cf, with the paths and the account of the test."""
    document = Path(__file__).resolve().parents[1] / "docs" / "bounces.md"
    found = re.search(r"```\n(alerts unix .*?)\n```", document.read_text(), re.DOTALL)
    assert found is not None
    lines = found[1]
    for theirs, ours in (
        ("user=alerts", f"user={ACCOUNT}"),
        ("argv=/opt/alerts/bin/alerts ", f"argv={command} "),
        ("/srv/alert", str(project)),
    ):
        assert theirs in lines
        lines = lines.replace(theirs, ours)
    return lines


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as client:
        return client.recv(3) == b"220"
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _run(*line: str) -> str:
    ran = subprocess.run(line, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()
