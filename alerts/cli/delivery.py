"""`alerts delivery`: the outbox one by one, and an admin's decisions on it."""

from collections.abc import Callable
from dataclasses import asdict

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
from alerts.model import DeliveryState
from alerts.store import deliveries
from alerts.store.lock import project_lock

_MISSED = (DeliveryState.FAILED, DeliveryState.IN_DOUBT)
_UNDECIDED = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)
_emails = click.argument("emails", metavar="[EMAIL]...", nargs=-1)


def _state_option(
    states: tuple[DeliveryState, ...], about: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option("--state", type=click.Choice([s.value for s in states]), help=about)


@click.group()
def delivery() -> None:
    """See the deliveries of a month, and decide on those that went wrong."""


@delivery.command("list")
@month_option
@_state_option(tuple(DeliveryState), "Only those in this state.")
@json_option
@pass_session
def list_(session: Session, month: str | None, state: str | None, as_json: bool) -> None:
    """List the deliveries of the month: who, which edition, what came of it."""
    wanted = DeliveryState(state) if state else None
    found = list(deliveries.listed(session.db, session.month(month), wanted))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    rows: list[tuple[str, ...]] = [
        (one.email, one.language, one.state, one.reason, one.changed_at, one.reply) for one in found
    ]
    print_table(rows, ("EMAIL", "EDITION", "STATE", "REASON", "SINCE", "THE RELAY SAID"))


@delivery.command()
@_emails
@month_option
@_state_option((*_MISSED, DeliveryState.DEFERRED), "Only these; default: failed and in_doubt.")
@json_option
@pass_session
def retry(
    session: Session, emails: tuple[str, ...], month: str | None, state: str | None, as_json: bool
) -> None:
    """Owe the missed ones their copy once more: all that failed or are in doubt, or just EMAIL."""
    states = (DeliveryState(state),) if state else _MISSED
    _decide(session, month, states, emails, DeliveryState.QUEUED, "queued again", as_json)


@delivery.command()
@_emails
@month_option
@_state_option(_UNDECIDED, "Only these; default: all that are still open.")
@json_option
@pass_session
def cancel(
    session: Session, emails: tuple[str, ...], month: str | None, state: str | None, as_json: bool
) -> None:
    """Send no more: everything still open, or just EMAIL."""
    states = (DeliveryState(state),) if state else _UNDECIDED
    _decide(session, month, states, emails, DeliveryState.SKIPPED, "cancelled", as_json)


@delivery.command()
@_emails
@month_option
@json_option
@pass_session
def accept(session: Session, emails: tuple[str, ...], month: str | None, as_json: bool) -> None:
    """Take copies in doubt as arrived: all of them, or just that of EMAIL."""
    states = (DeliveryState.IN_DOUBT,)
    _decide(session, month, states, emails, DeliveryState.SENT, "taken as arrived", as_json)


def _decide(
    session: Session,
    month: str | None,
    states: tuple[DeliveryState, ...],
    emails: tuple[str, ...],
    becomes: DeliveryState,
    words: str,
    as_json: bool,
) -> None:
    """Carry out one decision, with no send under way, and say how many it concerned."""
    chosen = session.month(month)
    keys = [Address.parse(email).key for email in emails]
    with project_lock(session.settings.database_path, "delivery", session.now):
        moved = deliveries.decide(session.db, chosen, states, keys, becomes, session.now)
    if as_json:
        print_json({"month": str(chosen), "changed": moved})
        return
    click.echo(f"{chosen}: {moved} {words}")
    if moved and becomes is DeliveryState.QUEUED:
        session.say(f"next: `alerts send --month {chosen}`")
