"""`alerts delivery`: lists single deliveries, and records an admin's decisions on them."""

import functools
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import click

from alerts.cli.context import (
    Session,
    json_option,
    month_option,
    pass_session,
    print_json,
    print_table,
)
from alerts.cli.lazy import CommandGroup
from alerts.domain.delivery import DeliveryState, Reason
from alerts.domain.month import Month
from alerts.library.deliveries import RETRIED, UNDECIDED, Decided
from alerts.store.deliveries import Delivery

_REPLY = 60  # most characters of a reply in a table
_emails = click.argument("emails", metavar="[EMAIL]...", nargs=-1)
_Command = Callable[..., None]


def _which(states: tuple[DeliveryState, ...], about: str) -> Callable[[_Command], _Command]:
    """The options that select deliveries; the command gets `selection`, as the library asks for it."""

    def decorate(inner: _Command) -> _Command:
        @functools.wraps(inner)
        def command(
            state: str | None, reason: str | None, domain: str | None, **given: Any
        ) -> None:
            selection: dict[str, Any] = {"reason": reason or "", "domain": domain or ""}
            if state:  # what is not given does not restrict
                selection["state"] = DeliveryState(state)
            inner(selection=selection, **given)

        decorated: _Command = command
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
            decorated = option(decorated)
        return decorated

    return decorate


@click.group(cls=CommandGroup)
def delivery() -> None:
    """List the deliveries of a month, and decide on failed ones."""


@delivery.command("list")
@_which(tuple(DeliveryState), "Only those in this state.")
@json_option
@pass_session
def list_(
    session: Session,
    month: str | None,
    selection: dict[str, Any],
    as_json: bool,
) -> None:
    """List the deliveries of the month: recipient, edition, state."""
    deliveries = session.project.deliveries
    found = deliveries.list(month, **selection)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows: list[tuple[str, ...]] = [
        (
            one.email or "(erased)",
            _edition(one),
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


def _edition(one: Delivery) -> str:
    """The language, and the version where it is not the first; or which correction it is."""
    if one.correction:
        return f"{one.language}, correction {one.correction}"
    return one.language if one.version == 1 else f"{one.language}, version {one.version}"


def _short(text: str) -> str:
    return text if len(text) <= _REPLY else f"{text[: _REPLY - 1]}…"


@delivery.command()
@click.argument("email")
@month_option
@click.option("--message", is_flag=True, help="Write the message itself to stdout, byte for byte.")
@json_option
@pass_session
def show(session: Session, email: str, month: str | None, message: bool, as_json: bool) -> None:
    """Show the delivery to EMAIL: edition, envelope, Message-ID, and the outcome of each attempt."""
    deliveries = session.project.deliveries
    found = deliveries.find(email, month)
    made = deliveries.message(found, signed=message)
    if message:
        sys.stdout.buffer.write(made.octets)
        return
    document: dict[str, Any] = {
        **asdict(found),
        "message_id": made.message_id,
        "envelope": asdict(made.envelope),
        "attempts_log": deliveries.attempts(found),
    }
    if as_json:
        print_json(document)
        return
    for name, value in (
        ("to", found.email),
        ("issue", f"{found.month}, edition {_edition(found)}"),
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


@delivery.command()
@_emails
@_which(RETRIED, "Those in this state; default: failed.")
@json_option
@pass_session
def retry(
    session: Session,
    emails: tuple[str, ...],
    month: str | None,
    selection: dict[str, Any],
    as_json: bool,
) -> None:
    """Queue failed copies again: all of them, or only those of EMAIL.

    A copy in doubt may have arrived: it is sent again only with --state in_doubt.
    """
    done = session.project.deliveries.retry(*emails, month=month, **selection)
    _tell(session, done, "queued again", as_json)
    if done.changed:
        session.say(f"next: `alerts send {done.month.option}`")


@delivery.command()
@_emails
@_which(UNDECIDED, "Only those in this state; default: all that are still open.")
@json_option
@pass_session
def cancel(
    session: Session,
    emails: tuple[str, ...],
    month: str | None,
    selection: dict[str, Any],
    as_json: bool,
) -> None:
    """Cancel open deliveries: all of them, or only those of EMAIL."""
    done = session.project.deliveries.cancel(*emails, month=month, **selection)
    _tell(session, done, "cancelled", as_json)


@delivery.command()
@_emails
@month_option
@json_option
@pass_session
def accept(session: Session, emails: tuple[str, ...], month: str | None, as_json: bool) -> None:
    """Mark copies in doubt as arrived: all of them, or only those of EMAIL."""
    done = session.project.deliveries.accept(*emails, month=month)
    _tell(session, done, "marked as arrived", as_json)


def _tell(session: Session, done: Decided, words: str, as_json: bool) -> None:
    """Report the number of deliveries that a decision moved."""
    if as_json:
        print_json({"month": str(done.month), "changed": done.changed})
    else:
        click.echo(f"{done.month}: {done.changed} {words}")
    if done.in_doubt and not done.changed:
        tell_held(session.say, {done.month: done.in_doubt})


def tell_held(say: Callable[[str], None], held: Mapping[Month, int]) -> None:
    """Report how many are in doubt, and the commands that decide on them."""
    for month, number in held.items():
        say(
            f"{month}: {number} {'is' if number == 1 else 'are'} held in doubt:"
            f" `alerts delivery retry {month.option} --state in_doubt` sends,"
            f" `alerts delivery accept {month.option}` marks as arrived"
        )
