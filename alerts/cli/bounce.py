"""`alerts bounce …`: mail that came back. Reads messages; `feedback.py` decides."""

import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from alerts.bounces import Kind, Report, classify
from alerts.cli.passwords import password
from alerts.cli.session import Session, json_option, pass_session, print_json
from alerts.errors import InputError, SettingsError, UsageError
from alerts.settings import Settings

MOST_OCTETS = 50_000_000  # of one message

_SOURCE = click.Path(path_type=Path, allow_dash=True)


@click.group()
def bounce() -> None:
    """Read mail that comes back, and act on it."""


@bounce.command()
@click.argument("files", metavar="FILE|DIR|-…", nargs=-1, required=True, type=_SOURCE)
@json_option
def parse(files: tuple[Path, ...], as_json: bool) -> None:
    """Tell what messages are: hard, soft, complaint, autoresponse, unsubscribe or unrecognised.

    Looks at nothing but the messages, and changes nothing.
    """
    found = [
        (name, report)
        for file in files
        for name, octets in messages(file)
        for report in classify(octets)
    ]
    if as_json:
        print_json([_row(name, report) for name, report in found])
        return
    for name, report in found:
        said = " ".join(filter(None, (report.status, report.diagnostic)))
        click.echo(f"{name}: {report.kind}, {report.recipient or 'nobody named'}: {said or '-'}")


@bounce.command()
@click.argument("source", metavar="FILE|DIR|-", required=False, type=_SOURCE)
@json_option
@pass_session
def process(session: Session, source: Path | None, as_json: bool) -> None:
    """Act on mail that came back: a message, an mbox, a Maildir, a folder, or “-”.

    Without any, the mailbox of bounces.mailbox is read: what is unseen there is marked as seen.

    A hard bounce, or several soft ones in a row, and a complaint suppress the address; who asks to
    leave is unsubscribed. Only what bears our own signature counts. Reads and never removes; a
    message that was acted on before changes nothing.
    """
    from alerts.feedback import Desk  # imports sqlite-utils, which `parse` can save

    desk = Desk(session.db, session.settings.bounces.soft_limit)
    found = [
        (name, feedback)
        for name, octets in (messages(source) if source else _mailbox(session.settings))
        for feedback in desk.process(octets, session.now)
    ]
    if as_json:
        rows = [
            _row(name, each.report) | {"subscriber": each.email, "done": each.done}
            for name, each in found
        ]
        print_json(rows)
        return
    number = Counter(each.report.kind for _, each in found)
    told = ", ".join(f"{number[kind]} {kind}" for kind in Kind if number[kind])
    ours = sum(bool(each.email) for _, each in found)
    new = sum(each.done for _, each in found)
    click.echo(f"{told or 'no message'}; {ours} about our readers, {new} of them new")


def _row(name: str, report: Report) -> dict[str, object]:
    return {
        "file": name,
        "kind": report.kind,
        "recipient": report.recipient,
        "status": report.status,
        "diagnostic": report.diagnostic,
    }


def _mailbox(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """(UID, octets) of what is new in the mailbox of the settings."""
    from alerts.postbox import Postbox  # imports imaplib and ssl

    bounces = settings.bounces
    if not bounces.mailbox:
        raise UsageError(
            "name a FILE, a DIR or -; or set bounces.mailbox to imaps://user@host/INBOX"
        )
    box = Postbox.parse(bounces.mailbox, settings.delivery.timeout.total_seconds())
    secret = password(settings, "bounces")
    if secret is None:
        raise SettingsError(
            "bounces.mailbox: no password; set the variable that bounces.password_env names"
            f" ({bounces.password_env}), or bounces.password_file"
        )
    yield from box.unseen(secret)


def messages(source: Path) -> Iterator[tuple[str, bytes]]:
    """(name, octets) of each message there; raises `InputError`."""
    if str(source) == "-":
        yield "-", _within("-", sys.stdin.buffer.read(MOST_OCTETS + 1))
    elif source.is_dir():
        parts = [source / "new", source / "cur"]
        folders = parts if all(part.is_dir() for part in parts) else [source]
        for path in sorted(path for folder in folders for path in folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                yield str(path), _read(path)
    elif _is_mbox(source):
        box = mailbox.mbox(source, create=False)
        keys = list(box.keys())
        for number, key in enumerate(keys, 1):
            name = f"{source}#{number}" if len(keys) > 1 else str(source)
            yield name, _within(name, box.get_bytes(key))
        box.close()
    else:
        yield str(source), _read(source)


def _is_mbox(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(5) == b"From "
    except OSError as fault:
        raise InputError(f"{path}: {fault.strerror}") from fault


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return _within(str(path), file.read(MOST_OCTETS + 1))


def _within(name: str, octets: bytes) -> bytes:
    if len(octets) > MOST_OCTETS:
        raise InputError(f"{name}: a message over {MOST_OCTETS:,} octets; remove it")
    return octets
