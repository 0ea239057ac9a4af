"""`alerts issue reissue`: queue the next version of a recalled issue."""

import click

from alerts.cli.anyway import known
from alerts.cli.context import Session, anyway_option, next_fields, on_month, print_json
from alerts.text.plural import counted


@click.command()
@anyway_option
@on_month
def reissue(session: Session, month: str | None, anyway: tuple[str, ...], as_json: bool) -> None:
    """Queue the mended version of a recalled issue for those who were not mailed; `alerts send` sends it.

    Whoever was mailed before keeps what they have, and nobody gets both. It approves nothing: with
    alert.review = "required", this version must have been approved as it is.
    """
    chosen = session.month(month)
    queued = session.project.recalls.reissue(chosen, anyway=known(anyway))
    step = session.project.next_step(month)
    if as_json:
        document = {
            "month": str(chosen),
            "version": queued.version,
            "already": queued.already,
            "articles": queued.articles,
            "deliveries": queued.deliveries,
        }
        print_json({**document, **next_fields(step)})
        return
    if queued.empty:
        click.echo(f"{chosen}: no articles, so there is no issue to send")
    elif queued.already:
        click.echo(f"{chosen}: version {queued.version} was queued before; nothing changed")
    else:
        click.echo(
            f"{chosen}: version {queued.version}, {counted(queued.articles, 'article')}, owed to"
            f" {queued.deliveries:,} who were not mailed"
        )
    session.tell_next(step)
