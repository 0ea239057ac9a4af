"""`alerts delivery`: the outbox one by one, and an admin's decisions on it."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import click

from alerts.address import Address
from alerts.cli.session import (
    Session,
    json_option,
    month_option,
    pass_session,
    print_json,
    print_table,
)
from alerts.errors import InputError
from alerts.keyring import Keyring
from alerts.model import DeliveryState, Month, Reason
from alerts.remake import remake
from alerts.store import deliveries, outbox, subscribers
from alerts.store.deliveries import Delivery, Which
from alerts.store.lock import project_lock

_MISSED = (DeliveryState.FAILED,)
_DOUBTFUL = (DeliveryState.IN_DOUBT,)
_UNDECIDED = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)
_REPLY = 60  # letters of a reply in a table
_emails = click.argument("emails", metavar="[EMAIL]...", nargs=-1)
_Command = Callable[..., None]


def _which(states: tuple[DeliveryState, ...], about: str) -> Callable[[_Command], _Command]:
    """The options that say which deliveries are meant."""

    def decorate(command: _Command) -> _Command:
        for option in (
            click.option("--domain", metavar="DOMAIN", help="Only addresses at this domain."),
            click.option(
                "--reason",
                type=click.Choice([r.value for r in Reason if r]),
                help="Only those with this reason.",
            ),
            click.option("--state", type=click.Choice([s.value for s in states]), help=about),
            month_option,
        ):
            command = option(command)
        return command

    return decorate


def _meant(
    session: Session,
    month: str | None,
    states: tuple[DeliveryState, ...],
    *,
    state: str | None = None,
    reason: str | None = None,
    domain: str | None = None,
    emails: tuple[str, ...] = (),
) -> Which:
    """What the options say; raises `InputError` for what is no address or domain."""
    return Which(
        session.month(month),
        (DeliveryState(state),) if state else states,
        reason or "",
        Address.parse(f"x@{domain.removeprefix('@')}").domain if domain else "",
        [Address.parse(email).key for email in emails],
    )


@click.group()
def delivery() -> None:
    """See the deliveries of a month, and decide on those that went wrong."""


@delivery.command("list")
@_which(tuple(DeliveryState), "Only those in this state.")
@json_option
@pass_session
def list_(
    session: Session,
    month: str | None,
    state: str | None,
    reason: str | None,
    domain: str | None,
    as_json: bool,
) -> None:
    """List the deliveries of the month: who, which edition, what came of it."""
    which = _meant(session, month, (), state=state, reason=reason, domain=domain)
    found = deliveries.listed(session.db, which)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows: list[tuple[str, ...]] = [
        (
            one.email or "(erased)",
            one.language,
            one.state,
            one.reason,
            str(one.attempts),
            one.changed_at,
            one.due_at if one.state == DeliveryState.DEFERRED else "",
            _short(one.reply),
        )
        for one in found
    ]
    print_table(
        rows,
        ("EMAIL", "EDITION", "STATE", "REASON", "TRIES", "SINCE", "NEXT TRY", "THE RELAY SAID"),
    )


def _short(text: str) -> str:
    return text if len(text) <= _REPLY else f"{text[: _REPLY - 1]}…"


@delivery.command()
@click.argument("email")
@month_option
@click.option(
    "--message", is_flag=True, help="Write the message itself to stdout, octet for octet."
)
@json_option
@pass_session
def show(session: Session, email: str, month: str | None, message: bool, as_json: bool) -> None:
    """Show the delivery to EMAIL: its edition, envelope and Message-ID, and what came of each attempt."""
    found = _found(session, email, month)
    made = remake(session.db, found.id, Keyring.load(session.settings) if message else None)
    if message:
        sys.stdout.buffer.write(made.octets)
        return
    document: dict[str, Any] = {
        **asdict(found),
        "message_id": made.message_id,
        "envelope": asdict(made.envelope),
        "attempts_log": deliveries.attempts(session.db, found.id),
    }
    if as_json:
        print_json(document)
        return
    for name, value in (
        ("to", found.email),
        ("issue", f"{found.month}, edition {found.language}"),
        ("state", f"{found.state}{f' ({found.reason})' if found.reason else ''}"),
        ("since", found.changed_at),
        ("tries", str(found.attempts)),
        ("next try", found.due_at if found.state == DeliveryState.DEFERRED else ""),
        ("relay said", found.reply),
        ("message-id", made.message_id),
        ("return path", made.envelope.sender),
    ):
        if value:
            click.echo(f"{name + ':':<13}{value}")
    for fact in document["attempts_log"]:
        words = " ".join(str(fact[key]) for key in ("reason", "reply", "by") if fact.get(key))
        click.echo(f"  {fact['at']}  {fact['became']}  {words}".rstrip())


def _found(session: Session, email: str, month: str | None) -> Delivery:
    """That person's delivery; raises `InputError` where there is none."""
    address, chosen = Address.parse(email), session.month(month)
    person = subscribers.find(session.db, address)
    found = deliveries.of_subscriber(session.db, person.id, chosen) if person else None
    if found is None:
        raise InputError(
            f"{address}: there is no delivery of {chosen} to them; `alerts why {address}` says why"
        )
    return found


@delivery.command()
@_emails
@_which((*_MISSED, *_DOUBTFUL, DeliveryState.DEFERRED), "Those in this state; default: failed.")
@json_option
@pass_session
def retry(
    session: Session,
    emails: tuple[str, ...],
    month: str | None,
    state: str | None,
    reason: str | None,
    domain: str | None,
    as_json: bool,
) -> None:
    """Owe the missed ones their copy once more: all that failed, or just EMAIL.

    A copy in doubt may have arrived: it is sent again only with --state in_doubt.
    """
    which = _meant(
        session, month, _MISSED, state=state, reason=reason, domain=domain, emails=emails
    )
    _decide(session, which, DeliveryState.QUEUED, "queued again", as_json)


@delivery.command()
@_emails
@_which(_UNDECIDED, "Only those in this state; default: all that are still open.")
@json_option
@pass_session
def cancel(
    session: Session,
    emails: tuple[str, ...],
    month: str | None,
    state: str | None,
    reason: str | None,
    domain: str | None,
    as_json: bool,
) -> None:
    """Send no more: everything still open, or just EMAIL."""
    which = _meant(
        session, month, _UNDECIDED, state=state, reason=reason, domain=domain, emails=emails
    )
    _decide(session, which, DeliveryState.SKIPPED, "cancelled", as_json)


@delivery.command()
@_emails
@month_option
@json_option
@pass_session
def accept(session: Session, emails: tuple[str, ...], month: str | None, as_json: bool) -> None:
    """Take copies in doubt as arrived: all of them, or just that of EMAIL."""
    which = _meant(session, month, _DOUBTFUL, emails=emails)
    _decide(session, which, DeliveryState.SENT, "taken as arrived", as_json)


def _decide(
    session: Session, which: Which, becomes: DeliveryState, words: str, as_json: bool
) -> None:
    """Carry out one decision, with no send under way, and say how many it concerned."""
    with project_lock(session.settings.database_path, "delivery", session.now):
        moved = deliveries.decide(session.db, which, becomes, session.now)
    if as_json:
        print_json({"month": str(which.month), "changed": moved})
    else:
        click.echo(f"{which.month}: {moved} {words}")
    if moved and becomes is DeliveryState.QUEUED:
        session.say(f"next: `alerts send --month {which.month}`")
    doubtful = outbox.counts(session.db, which.month)[DeliveryState.IN_DOUBT]
    if doubtful and not moved:
        tell_held(session.say, {which.month: doubtful})


def tell_held(say: Callable[[str], None], held: Mapping[Month, int]) -> None:
    """Say how many are in doubt, and the commands that decide on them."""
    for month, number in held.items():
        say(
            f"{month}: {number} {'is' if number == 1 else 'are'} held in doubt:"
            f" `alerts delivery retry --month {month} --state in_doubt` sends,"
            f" `alerts delivery accept --month {month}` takes as arrived"
        )
