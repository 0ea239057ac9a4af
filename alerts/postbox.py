"""The mailbox where mail comes back, read over IMAP (RFC 3501): `bounces.mailbox`.

Gives what is unseen, message by message, and marks each as seen once its reader is done with it, so that
one interrupted midway is read again; deletes and moves nothing. Over TLS with the server's certificate
checked, unless the server is this machine. Knows nothing of what messages mean.
"""

import imaplib
import re
import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote

from alerts.errors import MailboxUnavailable, SettingsError
from alerts.server_url import is_loopback, refuse_password, taken_apart

_MOST_OCTETS = 2_000_000  # of one message: reports come first in it
_URL = "imaps://user@host/INBOX, imap://user@host/INBOX for STARTTLS"


@dataclass(frozen=True, slots=True)
class Postbox:
    """A folder of an IMAP server. `tls`: implicit, required, or opportunistic on this machine."""

    host: str
    port: int
    user: str
    folder: str
    tls: str
    timeout: float

    @classmethod
    def parse(cls, url: str, timeout: float) -> Self:
        """Read `imaps://user@host:993/INBOX`; raises `SettingsError`."""
        parts = taken_apart(url, "bounces.mailbox")
        refuse_password(parts, "bounces.mailbox")
        known = parts.scheme in ("imap", "imaps") and not parts.query
        if not known or not parts.hostname or not parts.username:
            raise SettingsError(f"bounces.mailbox: “{url}”: write {_URL}")
        tls = "opportunistic" if is_loopback(parts.hostname) else "required"
        folder = unquote(parts.path.lstrip("/")) or "INBOX"
        user = unquote(parts.username)
        if not re.fullmatch(r"[ !#-\[\]-~]+", folder):
            raise SettingsError(
                f"bounces.mailbox: {parts.path}: the name of the folder must be of ASCII letters"
            )
        if parts.scheme == "imaps":
            return cls(parts.hostname, parts.port or 993, user, folder, "implicit", timeout)
        return cls(parts.hostname, parts.port or 143, user, folder, tls, timeout)

    def unseen(self, password: str) -> Generator[tuple[str, bytes]]:
        """(UID, octets) of each message that is not seen; it is, once the next one is asked for.

        Raises `MailboxUnavailable`.
        """
        with self._opened(password) as server:
            for uid in _unseen(server):
                yield uid, _fetched(server, uid)
                _ok(server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"), f"marking {uid}")

    def waiting(self, password: str) -> int:
        """How many messages are not seen; changes nothing. Raises `MailboxUnavailable`."""
        with self._opened(password) as server:
            return len(_unseen(server))

    @contextmanager
    def _opened(self, password: str) -> Iterator[imaplib.IMAP4]:
        try:
            server = self._connect()
            try:
                if "AUTH=PLAIN" in server.capabilities:  # RFC 4616: in UTF-8, where LOGIN has ASCII
                    said = f"\0{self.user}\0{password}".encode()
                    server.authenticate("PLAIN", lambda _: said)
                else:
                    server.login(self.user, password)
                _ok(server.select(f'"{self.folder}"'), f"the folder {self.folder}")
                yield server
            finally:
                server.shutdown()
        except (imaplib.IMAP4.error, OSError, UnicodeEncodeError) as fault:
            words = str(fault.args[0] if fault.args else fault)
            told = re.sub(r"^b'|'$|[\x00-\x1f]", "", words)[:200] or type(fault).__name__
            raise MailboxUnavailable(f"bounces.mailbox, {self.host}:{self.port}: {told}") from fault

    def _connect(self) -> imaplib.IMAP4:
        context = ssl.create_default_context()
        if self.tls == "implicit":
            return imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=context, timeout=self.timeout
            )
        server = imaplib.IMAP4(self.host, self.port, timeout=self.timeout)
        if self.tls == "required":
            server.starttls(context)
        return server


def _unseen(server: imaplib.IMAP4) -> list[str]:
    found = _ok(server.uid("SEARCH", "UNSEEN"), "the search")[0] or b""
    return [uid.decode() for uid in found.split()]


def _fetched(server: imaplib.IMAP4, uid: str) -> bytes:
    """The first octets of a message, which stays unseen (BODY.PEEK)."""
    answer = _ok(server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{_MOST_OCTETS}>)"), f"message {uid}")
    return next((bytes(part[1]) for part in answer if isinstance(part, tuple)), b"")


def _ok(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    """The lines of an answer; imaplib raises for BAD alone, not for NO."""
    status, lines = answer
    if status != "OK":
        told = lines[0].decode(errors="replace") if lines and lines[0] else ""
        raise imaplib.IMAP4.error(f"{what}: {told or status}")
    return lines
