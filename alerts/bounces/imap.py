"""Reads the mailbox of bounces over IMAP (RFC 3501): `bounces.mailbox`.

Yields the unseen messages one by one, and marks each as seen once it is processed, so that an
interrupted one is read again. Deletes and moves nothing. Uses TLS with a verified certificate, unless
the server is this machine.
"""

import imaplib
import re
import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote

from alerts.config.server_url import is_loopback, refuse_password, taken_apart
from alerts.domain.errors import MailboxRefused, MailboxUnavailable, SettingsError
from alerts.domain.open_transaction import outside
from alerts.text.network_faults import certificate_words, in_words
from alerts.transport import oauth

_MOST_OCTETS = 2_000_000  # octets of one message that are read; reports come first in it
_URL = "imaps://user@host/INBOX, imap://user@host/INBOX for STARTTLS"


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """A folder on an IMAP server. `tls`: implicit, required, or opportunistic (this machine only)."""

    host: str
    port: int
    user: str
    folder: str
    tls: str
    timeout: float
    oauth: bool = False  # the password is an OAuth 2 access token

    @classmethod
    def parse(cls, url: str, timeout: float, *, oauth: bool = False) -> Self:
        """Parse `imaps://user@host:993/INBOX`; `timeout` in seconds. Raises `SettingsError`."""
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
                f"bounces.mailbox: {parts.path}: the name of the folder must be ASCII"
            )
        if parts.scheme == "imaps":
            port, tls = parts.port or 993, "implicit"
        else:
            port = parts.port or 143
        return cls(parts.hostname, port, user, folder, tls, timeout, oauth)

    def unseen(self, password: str) -> Generator[tuple[str, bytes]]:
        """Yield (UID, octets) of each unseen message; it is marked as seen when the next one is
        requested.

        Raises `MailboxUnavailable`.
        """
        with self._opened(password) as server:
            for uid in _unseen(server):
                yield uid, _fetched(server, uid)
                _ok(server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"), f"marking {uid}")

    def waiting(self, password: str) -> int:
        """The number of unseen messages; changes nothing. Raises `MailboxUnavailable`."""
        with self._opened(password) as server:
            return len(_unseen(server))

    @contextmanager
    def _opened(self, password: str) -> Iterator[imaplib.IMAP4]:
        try:
            server = self._connect()
            try:
                self._log_in(server, password)
                _ok(server.select(f'"{self.folder}"'), f"the folder {self.folder}")
                yield server
            finally:
                server.shutdown()
        except ssl.SSLCertVerificationError as fault:
            raise MailboxRefused(
                f"bounces.mailbox, {self.host}:{self.port}: its certificate is refused:"
                f" {certificate_words(fault.verify_message)}; have it renewed, or name the host as it does"
            ) from fault
        except (imaplib.IMAP4.error, OSError, UnicodeEncodeError) as fault:
            words = in_words(fault) or str(fault.args[0] if fault.args else fault)
            told = (
                re.sub(r"^b'|'$|[\x00-\x1f]", "", words)[:200] or "it does not answer as IMAP does"
            )
            raise MailboxUnavailable(f"bounces.mailbox, {self.host}:{self.port}: {told}") from fault

    def _log_in(self, server: imaplib.IMAP4, password: str) -> None:
        """Log in; raises `MailboxRefused` where the server refuses for good, not only for now (RFC
        5530)."""
        where = f"bounces.mailbox, {self.host}:{self.port}"
        offered = [each.removeprefix("AUTH=") for each in server.capabilities]
        mechanism = oauth.chosen(offered) if self.oauth else "PLAIN"
        if mechanism is None:
            raise MailboxRefused(f"{where}: it takes no OAuth 2 token; set a password instead")
        try:
            if self.oauth:
                answer = oauth.Answers(mechanism, self.user, self.host, self.port, password)
                server.authenticate(mechanism, lambda challenge: answer(challenge).encode())
            elif "PLAIN" in offered:  # RFC 4616: UTF-8; LOGIN allows only ASCII
                said = f"\0{self.user}\0{password}".encode()
                server.authenticate("PLAIN", lambda _: said)
            else:
                server.login(self.user, password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as fault:
            if re.search(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", str(fault)):
                raise
            raise MailboxRefused(
                f"{where}: refuses the login of {self.user}; check user and password, or set"
                " bounces.token_command where it wants OAuth 2"
            ) from fault

    def _connect(self) -> imaplib.IMAP4:
        outside("a mailbox is connected to")
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
    """The first octets of a message, without marking it as seen (BODY.PEEK)."""
    answer = _ok(server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{_MOST_OCTETS}>)"), f"message {uid}")
    return next((bytes(part[1]) for part in answer if isinstance(part, tuple)), b"")


def _ok(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    """The lines of a response; raises for NO, which imaplib does not."""
    status, lines = answer
    if status != "OK":
        told = lines[0].decode(errors="replace") if lines and lines[0] else ""
        raise imaplib.IMAP4.error(f"{what}: {told or status}")
    return lines
