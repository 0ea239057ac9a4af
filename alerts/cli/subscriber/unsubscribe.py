"""`alerts subscriber unsubscribe`: unsubscribe one person."""

import click

from alerts.cli.context import Session, pass_session
from alerts.domain.address import Address


@click.command()
@click.argument("email")
@pass_session
def unsubscribe(session: Session, email: str) -> None:
    """Unsubscribe one person; their queued deliveries are skipped."""
    address = Address.parse(email)
    left = session.project.subscribers.unsubscribe(email)
    click.echo(f"{address}: {'unsubscribed' if left else 'unchanged'}")
