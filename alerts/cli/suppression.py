"""`alerts suppression …`: the addresses that must not be mailed."""

from typing import IO

import click

from alerts import fields, subscribe
from alerts.address import Address
from alerts.cli.importing import blocks, name_of
from alerts.cli.session import Session, json_option, pass_session, print_json
from alerts.model import SuppressionReason
from alerts.roster import Roster
from alerts.store import suppressions

_reason = click.option(
    "--reason",
    type=click.Choice([r.value for r in SuppressionReason if r is not SuppressionReason.ERASED]),
    default=SuppressionReason.MANUAL.value,
    show_default=True,
    help="Why it must not be mailed.",
)
_note = click.option("--note", default="", help="For yourself; gone when the person is erased.")


@click.group()
def suppression() -> None:
    """Keep the addresses that must not be mailed."""


@suppression.command()
@click.argument("email")
@_reason
@_note
@pass_session
def add(session: Session, email: str, reason: str, note: str) -> None:
    """Never mail EMAIL again, subscriber or not."""
    address = Address.parse(email)
    added, _ = subscribe.suppress(
        session.db,
        [address],
        reason=SuppressionReason(reason),
        note=fields.clean(note, 500, "--note"),
        now=session.now,
    )
    click.echo(f"{address}: {'suppressed' if added else 'unchanged'}")


@suppression.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """All of them; of the erased only a hash is kept."""
    found = suppressions.listed(session.db)
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
    """Let EMAIL be mailed again."""
    address = Address.parse(email)
    removed = subscribe.allow(session.db, address, now=session.now)
    click.echo(f"{address}: {'no longer suppressed' if removed else 'was not suppressed'}")


@suppression.command("import")
@click.argument("file", type=click.File("rb"))
@_reason
@_note
@json_option
@pass_session
def import_(session: Session, file: IO[bytes], reason: str, note: str, as_json: bool) -> int:
    """Suppress every address in FILE: one a line, or a CSV with a column of addresses."""
    people = Roster(blocks(file), name_of(file))
    added, unchanged = subscribe.suppress(
        session.db,
        [Address.parse(entry.email) for entry in people],  # read before the database is held
        reason=SuppressionReason(reason),
        note=fields.clean(note, 500, "--note"),
        now=session.now,
    )
    for notice in people.notices:
        session.say(f"note: {notice}")
    rejected = [rejection._asdict() for rejection in people.rejected]
    if as_json:
        print_json({"added": added, "unchanged": unchanged, "rejected": rejected})
    else:
        for r in people.rejected[:20]:
            session.warn(f"{people.file}, {people.unit} {r.line}: {r.email or '—'}: {r.reason}")
        click.echo(f"{added} added, {unchanged} unchanged, {len(rejected)} rejected")
    return 1 if rejected else 0
