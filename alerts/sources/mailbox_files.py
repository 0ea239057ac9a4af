"""The mails of a mailbox as one document: from an IMAP server, or from a Maildir.

Changes nothing in a mailbox: no mail is marked, moved or deleted. Of an IMAP folder only what is new is
read, by the mark of the last reading, which the source keeps in the place of an ETag; of a Maildir what
was delivered since a moment. Reads octets without parsing them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from alerts.config.secret_files import password
from alerts.config.settings import Settings
from alerts.config.token_command import printed_token
from alerts.domain.article import Source
from alerts.domain.errors import FetchError, MailboxUnavailable, SettingsError
from alerts.mailbox.mime import MOST_OCTETS
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched
from alerts.sources.local_files import PackedFile, packed
from alerts.sources.locations import is_imap
from alerts.text.plural import counted

MOST = 200  # mails of one reading
_MOST_OCTETS = 32_000_000  # of all of them together
_SECTION = "mailbox"


def is_maildir(path: Path) -> bool:
    """True for a folder that holds mail as Maildir does."""
    return (path / "new").is_dir() and (path / "cur").is_dir()


def mails(
    source: Source,
    path: Path | None,
    settings: Settings,
    environ: Mapping[str, str],
    since: datetime,
    deadline: Deadline,
) -> Fetched:
    """The mails of a source, packed (`local_files.packed`); `since` is for what was never read before.

    Raises `FetchError`.
    """
    if path is not None:
        return _maildir(source.location, path, since)
    if not is_imap(source.location):
        raise FetchError(
            f"{source.location}: no mailbox; write imaps://user@host/FOLDER, or a Maildir"
        )
    try:
        return _imap(source, settings, environ, since, deadline)
    except (MailboxUnavailable, SettingsError) as fault:
        raise FetchError(str(fault)) from fault


def _imap(
    source: Source,
    settings: Settings,
    environ: Mapping[str, str],
    since: datetime,
    deadline: Deadline,
) -> Fetched:
    from alerts.mailbox.imap import ImapMailbox  # imports imaplib and ssl

    limit = max(deadline.left(), 0.1)
    box = ImapMailbox.parse(source.location, limit, section=_SECTION, place=source.location)
    login = f"{box.user}@{box.host}"
    own = settings.mailbox.password_envs.get(login, "")
    command = settings.mailbox.token_commands.get(login, "")
    if command:
        secret: str | None = printed_token(settings, command, f"mailbox.token_commands “{login}”")
    else:
        secret = environ.get(own) if own else password(settings, _SECTION, environ)
    if not secret:
        named = (
            f"mailbox.password_envs names ({own})"
            if own
            else f"mailbox.password_env names ({settings.mailbox.password_env}), or mailbox.password_file"
        )
        raise FetchError(f"{source.location}: no password; set the variable that {named}")
    if command or (settings.mailbox.token_command and not own):
        box = replace(box, oauth=True)

    def more(octets: int) -> bool:
        return octets < _MOST_OCTETS and deadline.left() > deadline.seconds / 2

    found = box.arrived(secret, source.etag, since.date(), MOST, more)
    if found.left and not found.messages:
        raise FetchError(f"{source.location}: no mail was read in time (sources.timeout)")
    notes = [f"{source.location}: {counted(found.left, 'mail')} more wait for the next collection"]
    files = [
        PackedFile(f"{source.location}, mail {uid}", uid, octets, "")
        for uid, octets in found.messages
        if octets
    ]
    body = packed(files, notes=notes if found.left else ())
    return Fetched("", "", body, etag=found.mark, unchanged=not files)


def _maildir(location: str, folder: Path, since: datetime) -> Fetched:
    if not is_maildir(folder):
        raise FetchError(f"{location}: no Maildir; it has no folders “new” and “cur”")
    found = sorted(_delivered(folder, since), reverse=True)
    files: list[PackedFile] = []
    octets = 0
    for _, path in found[:MOST]:
        if octets >= _MOST_OCTETS:
            break
        files.append(_file(path))
        octets += len(files[-1].octets)
    notes = [f"{location}: of {len(found)} mails of these weeks, the newest {len(files)} are read"]
    body = packed(files[::-1], notes=notes if len(found) > len(files) else ())
    return Fetched("", "", body)


def _delivered(folder: Path, since: datetime) -> Iterator[tuple[float, Path]]:
    """(time, path) of each mail that came since then and is not thrown away."""
    root = folder.resolve()
    for name in ("new", "cur"):
        for path in islice((folder / name).iterdir(), 100 * MOST):
            thrown = "T" in path.name.partition(":2,")[2]
            if path.name.startswith(".") or thrown or not path.is_file():
                continue
            if path.resolve().is_relative_to(root) and path.stat().st_mtime >= since.timestamp():
                yield path.stat().st_mtime, path


def _file(path: Path) -> PackedFile:
    try:
        with path.open("rb") as file:
            return PackedFile(str(path), path.name, file.read(MOST_OCTETS), "")
    except OSError as fault:
        return PackedFile(str(path), path.name, b"", f"{path}: {fault.strerror or 'unreadable'}")
