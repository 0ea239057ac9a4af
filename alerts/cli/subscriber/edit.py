"""`alerts subscriber edit`: change the data of one person."""

from typing import Any

import click

from alerts.cli.context import Session, pass_session
from alerts.cli.subscriber.options import field_options, wanted
from alerts.domain.address import Address


@click.command()
@click.argument("email")
@field_options
@click.option("--untag", "untags", multiple=True, help="Remove a tag; repeat for more.")
@click.option("--all-sections", is_flag=True, help="All sections of the alert.")
@click.option("--pause-until", metavar="DATE", help="No issue before that day (UTC): 2027-03-01.")
@click.option("--resume", is_flag=True, help="End a pause.")
@click.option("--specials/--no-specials", default=None, help="Whether they get special alerts.")
@click.option("--email", "move_to", metavar="NEW", help="Their new address.")
@pass_session
def edit(session: Session, /, email: str, move_to: str | None, **options: Any) -> None:
    """Change the data of one person."""
    address = Address.parse(email)
    people = session.project.subscribers
    outcome = people.edit(email, new_email=move_to or None, **wanted(**options))
    click.echo(f"{address}: {outcome}")
