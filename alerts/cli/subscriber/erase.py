"""`alerts subscriber erase`: delete all data of one person."""

import click

from alerts.cli.context import Session, pass_session
from alerts.domain.address import Address


@click.command()
@click.argument("email")
@pass_session
def erase(session: Session, email: str) -> None:
    """Delete all data of one person permanently; imports cannot bring the address back."""
    address = Address.parse(email)
    session.project.subscribers.erase(email)
    click.echo(f"{address}: erased")
