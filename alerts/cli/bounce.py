"""`alerts bounce …`: reads bounces and complaints; `bounces/process.py` acts on them."""

import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from alerts.bounces.report import BounceReport, Kind
from alerts.cli.context import Session, json_option, pass_session, print_json, print_table
from alerts.cli.lazy import CommandGroup
from alerts.domain.errors import InputError
from alerts.replies.remedies import remedy_for

MOST_OCTETS = 50_000_000  # most octets of one message

_SOURCE = click.Path(path_type=Path, allow_dash=True)


@click.group(cls=CommandGroup)
def bounce() -> None:
    """Read and process bounces and complaints."""


@bounce.command()
@click.argument("files", metavar="FILE|DIR|-…", nargs=-1, required=True, type=_SOURCE)
@json_option
def parse(files: tuple[Path, ...], as_json: bool) -> None:
    """Classify messages: hard, soft, ours, complaint, autoresponse, unsubscribe or unrecognised.

    Reads only the messages, and changes nothing.
    """
    from alerts.library.reports import classify

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
    """Process bounces and complaints: a message, an mbox, a Maildir, a folder, or “-”.

    Without an argument, the unseen messages of bounces.mailbox are read and marked as seen.

    A hard bounce, several soft ones in a row that are about the recipient, and a complaint suppress the
    address. A fault of ours counts against nobody. A request to unsubscribe is carried out. Only
    messages with our own signature count. Reads and never deletes; processing a message again changes
    nothing.
    """
    session.begin_log("bounce")
    bounces = session.project.bounces
    found = [
        (name, feedback)
        for name, octets in (messages(source) if source else bounces.mailbox())
        for feedback in bounces.process(octets)
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
    for _, each in found:
        if each.report.diagnostic.startswith("DMARC report"):
            session.show(each.report.diagnostic, "dmarc")
    ours = sum(bool(each.email) for _, each in found)
    new = sum(each.done for _, each in found)
    line = f"{told or 'no message'}; {ours} about subscribers, {new} of them new"
    session.show(line, "processed")


@bounce.command()
@click.option(
    "--since",
    required=True,
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="From that day on, in UTC.",
)
@click.option("--gone-too", is_flag=True, help="Also addresses that the server said do not exist.")
@json_option
@pass_session
def forgive(session: Session, since: datetime, gone_too: bool, as_json: bool) -> None:
    """Lift suppressions that were caused by a fault on our side or of a provider.

    The stored reply of each bounce is judged again: a block listing, a broken PTR record, a refused
    message, a server that was unreachable. Addresses that do not exist stay suppressed unless
    --gone-too is given, for example after an outage in which a provider denied all its users. People
    who left or complained stay off the list.
    """
    done = session.project.bounces.forgive(since.replace(tzinfo=UTC), gone_too=gone_too)
    if as_json:
        print_json({"forgiven": list(done.emails), "kept": done.kept})
        return
    click.echo(f"{len(done.emails)} may be mailed again; {done.kept} stay suppressed")


@bounce.command()
@json_option
@pass_session
def relays(session: Session, as_json: bool) -> None:
    """Show what relays have reported to `alerts serve`: bounces, complaints, what was ignored or repeated."""
    found = session.project.relay_reports.counts()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows: list[tuple[str, ...]] = [
        (one.relay, one.kind, f"{one.number:,}", one.last_at) for one in found
    ]
    if not rows:
        session.say("no relay has reported anything; [[relay_reports]] in alerts.toml names them")
        return
    print_table(rows, ("relay", "kind", "number", "last"))


def _row(name: str, report: BounceReport) -> dict[str, object]:
    meaning = report.meaning
    return {
        "file": name,
        "kind": report.kind,
        "recipient": report.recipient,
        "status": report.status,
        "diagnostic": report.diagnostic,
        "about": meaning.about if meaning else None,
        "sure": meaning.sure if meaning else report.kind is not Kind.UNRECOGNISED,
        "counts": report.counts,
        "remedy": remedy_for(report.diagnostic, meaning) if meaning else "",
    }


def messages(source: Path) -> Iterator[tuple[str, bytes]]:
    """(name, octets) of each message in a file or folder; raises `InputError`."""
    if str(source) == "-":
        yield "-", _piped()
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


def _piped() -> bytes:
    """The message on stdin; of one that is too large only the beginning.

    The rest is read and discarded, because a mail server whose pipe breaks may treat the message as
    lost.
    """
    octets = sys.stdin.buffer.read(MOST_OCTETS)
    over = 0
    while more := sys.stdin.buffer.read(1_000_000):
        over += len(more)
    if over:
        click.echo(
            f"alerts: -: read as far as {MOST_OCTETS:,} octets, {over:,} more left", err=True
        )
    return octets


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
