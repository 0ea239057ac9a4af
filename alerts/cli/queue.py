"""`alerts queue`: freeze the month's issue and fill the outbox."""

import click

from alerts.cli.anyway import known
from alerts.cli.context import Session, anyway_option, on_month, print_json
from alerts.cli.steps import tell


@click.command()
@anyway_option
@on_month
def queue(session: Session, month: str | None, anyway: tuple[str, ...], as_json: bool) -> None:
    """Freeze the month's issue and queue it for every active subscriber. Can be repeated."""
    queued = session.project.queue(month, anyway=known(anyway))
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
