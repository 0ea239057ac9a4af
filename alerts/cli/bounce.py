"""`alerts bounce …`: mail that came back. Reads messages; `feedback.py` decides."""

import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from alerts import feedback
from alerts.cli.session import Session, json_option, pass_session, print_json
from alerts.errors import InputError

MOST_OCTETS = 50_000_000  # of one message


@click.group()
def bounce() -> None:
    """Act on mail that comes back."""


@bounce.command()
@click.argument("source", metavar="FILE|DIR|-", type=click.Path(path_type=Path, allow_dash=True))
@json_option
@pass_session
def process(session: Session, source: Path, as_json: bool) -> None:
    """Unsubscribe those who asked for it by mail: a message, an mbox, a Maildir, a folder, or “-”.

    Reads and never removes; a message that was acted on before changes nothing. So far mail that asks
    to unsubscribe is acted on, and all other mail is left alone.
    """
    found = []
    for name, octets in messages(source):
        result = feedback.process(session.db, octets, session.now)
        found.append(
            {
                "file": name,
                "kind": result.kind,
                "recipient": result.recipient,
                "status": "",
                "diagnostic": "",
            }
        )
    if as_json:
        print_json(found)
        return
    asked = sum(each["kind"] == feedback.UNSUBSCRIBE for each in found)
    click.echo(f"{len(found)} read, {asked} asked to unsubscribe, {len(found) - asked} left alone")


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
        for number, key in enumerate(box.keys(), 1):
            yield f"{source}#{number}", _within(str(source), box.get_bytes(key))
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
