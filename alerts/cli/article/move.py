"""`alerts article move`: move an article to another section, place or month."""

import click

from alerts.cli.article.chosen import on_article, tell
from alerts.cli.context import Session
from alerts.domain.errors import UsageError
from alerts.store.articles import StoredArticle


@click.command()
@click.option("--section", help="Move it to that section.")
@click.option(
    "--position", type=click.IntRange(min=1), help="Move it to that place in its section."
)
@click.option("--to", "target", metavar="KEY", help="Into that month, or special alert.")
@on_article
def move(
    session: Session,
    kept: StoredArticle,
    by: str,
    section: str | None,
    position: int | None,
    target: str | None,
) -> None:
    """Move an article to another section, place, month or special alert."""
    if section is None and position is None and target is None:
        raise UsageError("where to? Give --section, --position or --to KEY")
    moved = session.project.articles.move(
        kept, section=section, position=position, to=target, by=by
    )
    tell(session, moved, "moved")
