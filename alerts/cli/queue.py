"""`alerts queue`: freeze the month's issue and fill the outbox."""

import click

from alerts import publish
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.model import Month
from alerts.store.lock import project_lock


@click.command()
@month_option
@json_option
@pass_session
def queue(session: Session, month: str | None, as_json: bool) -> None:
    """Freeze the month's issue and owe it to every active subscriber. Twice changes nothing."""
    settings, db = session.settings, session.db
    with project_lock(settings.database_path, "queue", session.now):
        session.settle_home()
        queued = publish.queue(db, settings, session.month(month), session.now, session.actor())
    tell(session, queued)
    if as_json:
        print_json(
            {
                "month": str(queued.month),
                "articles": queued.articles,
                "deliveries": queued.deliveries,
                "already": queued.already,
                "held": queued.held,
            }
        )


def tell(session: Session, queued: publish.Queued) -> None:
    """Say what queueing did."""
    if not queued.articles:
        session.say(empty(queued.month))
    elif queued.already:
        session.say(
            f"{queued.month}: was queued before, {queued.deliveries} deliveries; nothing changed"
        )
    else:
        session.say(
            f"{queued.month}: {queued.articles} articles, {queued.deliveries} deliveries queued"
        )
    if queued.held:
        session.warn(
            f"{queued.month} had ended when this copy of the database was adopted or restored, so"
            f" another copy may have sent it: {queued.held} deliveries are held"
        )


def empty(month: Month) -> str:
    """What is said of a month without articles."""
    return f"{month}: no articles, so there is no issue to send"
