"""`alerts subscriber add`: add one person to the list."""

from typing import Any

import click

from alerts.cli.context import Session, pass_session
from alerts.cli.subscriber.options import field_options, wanted
from alerts.domain.address import Address


@click.command()
@click.argument("email")
@field_options
@click.option("--pending", is_flag=True, help="Pending until they confirm; mails nobody.")
@click.option(
    "--confirm",
    is_flag=True,
    help="Pending, and the next `alerts send`, `run` or `serve` mails them a link to confirm.",
)
@click.option(
    "--resubscribe", is_flag=True, help="Subscribe an unsubscribed person again; needs --consent."
)
@click.option("--as-typed", is_flag=True, help="Take a doubtful address as it is written.")
@pass_session
def add(
    session: Session,
    /,
    email: str,
    pending: bool,
    confirm: bool,
    resubscribe: bool,
    as_typed: bool,
    **options: Any,
) -> None:
    """Add one person to the list; existing data that is not named stays.

    No mail is sent but with --confirm. An address that looks mistyped is refused.
    """
    address, people = Address.parse(email), session.project.subscribers
    outcome = people.add(
        email,
        pending=pending or confirm,
        resubscribe=resubscribe,
        as_typed=as_typed,
        **wanted(**options),
    )
    click.echo(f"{address}: {outcome}")
    if why := people.reserved(email):
        session.warn(f"{address}: {why}")
    if confirm:
        _invite(session, address)


def _invite(session: Session, address: Address) -> None:
    """Queue a mail with a confirmation link for a pending person, and report it."""
    invited = session.project.subscribers.invite(str(address))
    if invited is None:
        session.warn(
            f"{address}: pending, with no confirmation mailed: set web.base_url to the URL of the"
            " pages of `alerts serve`, then add them with --confirm again"
        )
        return
    session.say(f"{address}: {invited.value}")
