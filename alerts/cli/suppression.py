"""`alerts suppression …`: the addresses that must not be mailed."""

from typing import BinaryIO

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.cli.lazy import CommandGroup
from alerts.cli.subscriber.import_ import name_of
from alerts.domain.address import Address
from alerts.domain.subscriber import SuppressionReason

_reason = click.option(
    "--reason",
    type=click.Choice([r.value for r in SuppressionReason if r is not SuppressionReason.ERASED]),
    default=SuppressionReason.MANUAL.value,
    show_default=True,
    help="Why it must not be mailed.",
)
_note = click.option("--note", default="", help="For yourself; deleted when the person is erased.")


@click.group(cls=CommandGroup)
def suppression() -> None:
    """Manage the addresses that must not be mailed."""


@suppression.command()
@click.argument("email")
@_reason
@_note
@pass_session
def add(session: Session, email: str, reason: str, note: str) -> None:
    """Never mail EMAIL again, subscriber or not."""
    address = Address.parse(email)
    suppressions = session.project.suppressions
    added = suppressions.add(email, reason=SuppressionReason(reason), note=note)
    click.echo(f"{address}: {'suppressed' if added else 'unchanged'}")


@suppression.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the suppressions; of erased addresses only a hash is stored."""
    found = session.project.suppressions
    if as_json:
        print_json(
            [
                {"email": s.email or None, "reason": s.reason, "note": s.note, "since": s.since}
                for s in found
            ]
        )
        return
    for s in found:
        click.echo(f"{s.since}  {s.reason:<12}  {s.email or '(hash)'}  {s.note}".rstrip())


@suppression.command()
@click.argument("email")
@pass_session
def remove(session: Session, email: str) -> None:
    """Allow mail to EMAIL again."""
    address = Address.parse(email)
    removed = session.project.suppressions.remove(email)
    click.echo(f"{address}: {'no longer suppressed' if removed else 'was not suppressed'}")


@suppression.command("import")
@click.argument("file", type=click.File("rb"))
@_reason
@_note
@json_option
@pass_session
def import_(session: Session, file: BinaryIO, reason: str, note: str, as_json: bool) -> int:
    """Suppress every address in FILE: one per line, or any list or ZIP of lists; all else is ignored."""
    done = session.project.suppressions.import_file(
        file, name=name_of(file), reason=SuppressionReason(reason), note=note
    )
    for notice in done.notices:
        session.say(f"note: {notice}")
    if as_json:
        rejected = [one._asdict() for one in done.rejected]
        print_json({"added": done.added, "unchanged": done.unchanged, "rejected": rejected})
    else:
        for r in done.rejected[:20]:
            at = f"{done.read.file}, {done.read.unit} {r.line}"
            session.warn(f"{at}: {r.email or '—'}: {r.reason}")
        told = f"{done.added} added, {done.unchanged} unchanged, {len(done.rejected)} rejected"
        click.echo(told)
    return 1 if done.rejected else 0
