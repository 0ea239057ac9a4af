"""Reads a mailbox over IMAP (RFC 3501): that of bounces, and those that are sources.

That of bounces gives its unseen messages one by one, and marks each as seen once it is processed, so that
an interrupted one is read again. One that is a source is opened to be read only: what is new is known by
the numbers that the server gives (UIDVALIDITY, UID). Deletes and moves nothing. Uses TLS with a verified
certificate, unless the server is this machine. Words of `imaplib` reach nobody; those of a server are
quoted.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from urllib.parse import unquote

from alerts.config.server_url import is_loopback, refuse_password, taken_apart
from alerts.domain.errors import MailboxRefused, MailboxUnavailable, SettingsError
from alerts.domain.open_transaction import outside
from alerts.domain.printable import printable
from alerts.mailbox import oauth
from alerts.mailbox.mime import MOST_OCTETS
from alerts.text.network_faults import certificate_words, root_cause

_URL = "imaps://user@host/INBOX, imap://user@host/INBOX for STARTTLS"


# RFC 3501 §9: in no locale
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _SaidNo(Exception):
    """The server refuses a command; its words."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """New messages of a mailbox, as (UID, octets). `mark`: how far it has been read, for the next time;
    `left`: so many more are new."""

    messages: tuple[tuple[str, bytes], ...]
    mark: str
    left: int = 0


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """A folder on an IMAP server. `tls`: implicit, required, or opportunistic (this machine only);
    `section` has the settings of its password, and `place` names it in messages."""

    host: str
    port: int
    user: str
    folder: str
    tls: str
    timeout: float
    oauth: bool = False  # the password is an OAuth 2 access token
    section: str = "bounces"
    place: str = "bounces.mailbox"

    @classmethod
    def parse(
        cls,
        url: str,
        timeout: float,
        *,
        oauth: bool = False,
        section: str = "bounces",
        place: str = "bounces.mailbox",
    ) -> Self:
        """Parse `imaps://user@host:993/INBOX`; `timeout` in seconds. Raises `SettingsError`."""
        parts = taken_apart(url, place)
        refuse_password(parts, place, section)
        known = parts.scheme in ("imap", "imaps") and not parts.query
        if not known or not parts.hostname or not parts.username:
            raise SettingsError(f"{place}: “{printable(url, 200)}”: write {_URL}")
        tls = "opportunistic" if is_loopback(parts.hostname) else "required"
        folder = unquote(parts.path.lstrip("/")) or "INBOX"
        user = unquote(parts.username)
        if not re.fullmatch(r"[ !#-\[\]-~]+", folder):
            raise SettingsError(
                f"{place}: {printable(parts.path, 200)}: the name of the folder must be ASCII"
            )
        if parts.scheme == "imaps":
            port, tls = parts.port or 993, "implicit"
        else:
            port = parts.port or 143
        return cls(parts.hostname, port, user, folder, tls, timeout, oauth, section, place)

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

    def named(self, password: str, message_id: str) -> bytes | None:
        """The message with that Message-ID, without its brackets; None where it is not there (yet).
        Changes nothing. Raises `MailboxUnavailable`."""
        with self._opened(password, readonly=True) as server:
            found = _found(server, "HEADER", "Message-ID", f'"{message_id}"')
            return _fetched(server, found[-1]) if found else None

    def arrived(
        self, password: str, mark: str, since: date, most: int, more: Callable[[int], bool]
    ) -> Arrived:
        """The messages that are new since `mark`, the oldest first and at most so many; without a mark, or
        where the server has numbered anew, those that came on the day `since` or later.

        `more` is asked before each whether it is to be read, with the octets that were read so far.
        Changes nothing. Raises `MailboxUnavailable`.
        """
        with self._opened(password, readonly=True) as server:
            validity, following = _told(server, "UIDVALIDITY"), _told(server, "UIDNEXT")
            before, _, number = mark.partition(" ")
            last = int(number) if validity and before == str(validity) and number.isdecimal() else 0
            day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
            asked = (f"UID {last + 1}:*",) if last else ("SINCE", day)
            uids = sorted(uid for uid in map(int, _found(server, *asked)) if uid > last)
            read: list[tuple[str, bytes]] = []
            octets = 0
            for uid in uids[:most]:
                if not more(octets):
                    break
                message = _fetched(server, str(uid))
                octets += len(message)
                read.append((str(uid), message))
            if left := len(uids) - len(read):
                last = int(read[-1][0]) if read else last
            else:
                last = max(last, following - 1, *uids)
            return Arrived(tuple(read), f"{validity} {last}", left)

    @property
    def _where(self) -> str:
        return f"{self.place}, {self.host}:{self.port}"

    @contextmanager
    def _opened(self, password: str, *, readonly: bool = False) -> Iterator[imaplib.IMAP4]:
        try:
            server = self._connect()
            try:
                self._log_in(server, password)
                _ok(server.select(f'"{self.folder}"', readonly), f"the folder {self.folder}")
                yield server
            finally:
                server.shutdown()
        except ssl.SSLCertVerificationError as fault:
            raise MailboxRefused(
                f"{self._where}: its certificate is refused:"
                f" {certificate_words(fault.verify_message)}; have it renewed, or name the host as it does"
            ) from fault
        except _SaidNo as fault:
            raise MailboxUnavailable(f"{self._where}: {fault}") from fault
        except (imaplib.IMAP4.error, OSError, UnicodeEncodeError, ValueError) as fault:
            told = root_cause(fault) or "it does not answer as IMAP does"
            raise MailboxUnavailable(f"{self._where}: {told}") from fault

    def _log_in(self, server: imaplib.IMAP4, password: str) -> None:
        """Log in; raises `MailboxRefused` where the server refuses for good, not only for now (RFC
        5530)."""
        offered = [each.removeprefix("AUTH=") for each in server.capabilities]
        mechanism = oauth.chosen(offered) if self.oauth else "PLAIN"
        if mechanism is None:
            raise MailboxRefused(
                f"{self._where}: it takes no OAuth 2 token; set a password instead"
            )
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
                raise _SaidNo(f"it cannot take the login of {self.user} now") from fault
            raise MailboxRefused(
                f"{self._where}: refuses the login of {self.user}; check user and password, or set"
                f" {self.section}.token_command where it wants OAuth 2"
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
    return _found(server, "UNSEEN")


def _found(server: imaplib.IMAP4, *criteria: str) -> list[str]:
    """The UIDs of the messages that these criteria name."""
    found = _ok(server.uid("SEARCH", *criteria), "the search")[0] or b""
    return [uid.decode() for uid in found.split()]


def _told(server: imaplib.IMAP4, code: str) -> int:
    """The number that the server gave with a response code as it opened the folder; 0 for none."""
    values = server.response(code)[1]
    said = values[-1] if values else None
    return int(said) if isinstance(said, bytes) and said.isdigit() else 0


def _fetched(server: imaplib.IMAP4, uid: str) -> bytes:
    """The first octets of a message, without marking it as seen (BODY.PEEK)."""
    answer = _ok(server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_OCTETS}>)"), f"message {uid}")
    return next((bytes(part[1]) for part in answer if isinstance(part, tuple)), b"")


def _ok(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    """The lines of a response; raises `_SaidNo` for NO, as imaplib does not."""
    status, lines = answer
    if status != "OK":
        told = lines[0].decode(errors="replace") if lines and isinstance(lines[0], bytes) else ""
        raise _SaidNo(f"{what}: {printable(told, 200) or 'it says no'}")
    return lines
