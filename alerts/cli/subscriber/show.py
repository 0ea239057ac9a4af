"""`alerts subscriber show`: the data of one person."""

import json

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.library.lists import document


@click.command()
@click.argument("email")
@json_option
@pass_session
def show(session: Session, email: str, as_json: bool) -> None:
    """Show the data of one person, with their latest events."""
    found = session.project.subscribers.show(email)
    person, suppression, history = found.person, found.suppression, found.events
    if as_json:
        suppressed = suppression.reason if suppression else None
        print_json({**document(person), "suppressed": suppressed, "events": history})
        return
    for field, value in document(person).items():
        text = ", ".join(value) if isinstance(value, list) else value
        click.echo(f"{field:<15} {text}".rstrip())
    if suppression:
        click.echo(f"{'reason':<15} {suppression.reason} since {suppression.since}")
    for event in history:
        detail = json.dumps(event["detail"], ensure_ascii=False) if event["detail"] else ""
        click.echo(f"{event['at']}  {event['kind']}  {detail}".rstrip())
