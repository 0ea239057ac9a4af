"""A real IMAP server on loopback, Dovecot, with one mailbox: Maildir on disk, one password."""

import contextlib
import getpass
import grp
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "canary-of-the-mailbox"

_CONF = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{root}/Maildir
default_login_user = {login}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {user}
mail_gid = {group}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True)
class Imap:
    """The server, and the Maildir that it serves as INBOX."""

    port: int
    maildir: Path

    @property
    def url(self) -> str:
        """For `bounces.mailbox`."""
        return f"imap://bounces@127.0.0.1:{self.port}/INBOX"

    def deliver(self, name: str, octets: bytes) -> None:
        """Put a message into it as a mail server does: complete, or not at all."""
        path = self.maildir / "tmp" / name
        path.write_bytes(octets)
        path.chmod(0o666)
        path.rename(self.maildir / "new" / name)


@contextlib.contextmanager
def imap_server() -> Iterator[Imap]:
    """Serve a fresh mailbox. Dovecot does not serve root, so with root it has users of its own."""
    own = getpass.getuser()
    who, login = ("dovecot", "dovenull") if own == "root" else (own, own)
    with tempfile.TemporaryDirectory(prefix="imap") as folder:
        root = Path(folder)
        root.chmod(0o755)
        for name in ("new", "cur", "tmp"):
            (root / "Maildir" / name).mkdir(parents=True)
        for path in (root / "Maildir", *(root / "Maildir").iterdir()):
            shutil.chown(path, who)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        group = grp.getgrgid(pwd.getpwnam(who).pw_gid).gr_name
        conf = root / "dovecot.conf"
        values = {"user": who, "login": login, "group": group, "port": port, "password": PASSWORD}
        conf.write_text(_CONF.format(root=root, **values))
        server = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(conf)])
        try:
            _answers(port, root / "log")
            yield Imap(port, root / "Maildir")
        finally:
            server.terminate()
            server.wait()


def _answers(port: int, log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as one:
            one.settimeout(5)
            if one.recv(100).startswith(b"* OK"):
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text() if log.exists() else "Dovecot does not start")


@contextlib.contextmanager
def mailbox_of_bounces(monkeypatch: pytest.MonkeyPatch) -> Iterator[Imap]:
    """A fresh mailbox, which the settings name as that of bounces."""
    with imap_server() as server:
        monkeypatch.setenv("ALERTS_BOUNCES__MAILBOX", server.url)
        monkeypatch.setenv("ALERTS_MAILBOX_PASSWORD", PASSWORD)
        yield server
