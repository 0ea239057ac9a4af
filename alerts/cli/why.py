"""`alerts why`: what happened to one person's copy, and why."""

from dataclasses import asdict

import click

from alerts.address import Address
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.why import why as explain


@click.command()
@click.argument("email")
@month_option
@json_option
@pass_session
def why(session: Session, email: str, month: str | None, as_json: bool) -> None:
    """Tell what happened to the copy of EMAIL, and why."""
    chosen = session.month(month)
    answer = explain(session.db, session.settings, Address.parse(email), chosen)
    if as_json:
        delivery = asdict(answer.delivery) if answer.delivery else None
        print_json({"email": email, "month": str(chosen), "why": answer.text, "delivery": delivery})
    else:
        click.echo(answer.text)
