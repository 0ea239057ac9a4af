"""`alerts status`: how far the month's issue is."""

from typing import Any

import click

from alerts import approval, publish
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.store import deliveries, outbox


@click.command()
@month_option
@json_option
@pass_session
def status(session: Session, month: str | None, as_json: bool) -> None:
    """Show the month's articles, editions and deliveries."""
    db, settings, chosen = session.db, session.settings, session.month(month)
    editions = publish.editions(db, settings, chosen)
    document: dict[str, Any] = {
        "month": str(chosen),
        "state": approval.state(db, settings, chosen).value,
        "articles": max((edition.articles for edition in editions), default=0),
        "editions": [
            {
                "language": edition.language,
                "subject": edition.subject,
                "articles": edition.articles,
                "html_bytes": len(edition.html.encode()),
                "text_bytes": len(edition.text.encode()),
            }
            for edition in editions
        ],
        "deliveries": outbox.counts(db, chosen),
        "reasons": deliveries.reasons(db, chosen),
        "next_due": outbox.next_due(db, [chosen]),
    }
    if as_json:
        print_json(document)
        return
    click.echo(f"{chosen}: {document['state']}, {document['articles']} articles")
    for edition in editions:
        click.echo(f"  {edition.language}: {edition.subject}")
    _tell_deliveries(document)


def _tell_deliveries(document: dict[str, Any]) -> None:
    """The books: recipients = sent + failed + skipped + what is still open, and why."""
    counts = document["deliveries"]
    told = " + ".join(f"{number} {state}" for state, number in counts.items() if number)
    click.echo(f"recipients: {sum(counts.values())}" + (f" = {told}" if told else ""))
    for state, reasons in document["reasons"].items():
        why = ", ".join(f"{number} {reason}" for reason, number in reasons.items())
        click.echo(f"  {state}: {why}")
    if document["next_due"]:
        click.echo(f"  next attempt: {document['next_due']}")
