"""`alerts queue`: freeze the month's issue and fill the outbox."""

import click

from alerts.cli.anyway import asking, known
from alerts.cli.context import Session, anyway_option, on_month, print_json, where_option
from alerts.cli.steps import tell
from alerts.outbox.queued import Queued


@click.command()
@anyway_option
@where_option
@on_month
def queue(
    session: Session, month: str | None, where: str | None, anyway: tuple[str, ...], as_json: bool
) -> None:
    """Freeze the month's issue and queue it for every active subscriber. Can be repeated.

    With --where it is queued only for the readers who match, as with `alerts subscriber list --where`. That
    is kept with the issue, also for a later `run`. Where nobody, everybody, or half as many people again as
    got the last issue match, it asks, and refuses where nobody can be asked (--anyway recipients).
    """

    def act(allowed: frozenset[str]) -> Queued:
        return session.project.queue(month, where=where, anyway=allowed)

    queued = asking(act, known(anyway))
    tell(session, queued)
    if as_json:
        print_json(
            {
                "month": str(queued.month),
                "articles": queued.articles,
                "deliveries": queued.deliveries,
                "already": queued.already,
                "held": queued.held,
                "where": queued.where,
            }
        )
