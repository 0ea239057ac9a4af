"""`alerts article exclude`, `include` and `feature`: whether and where an article stands in the issue."""

import click

from alerts.cli.article.chosen import on_article, tell
from alerts.cli.context import Session
from alerts.store.articles import StoredArticle


@click.command()
@on_article
def exclude(session: Session, kept: StoredArticle, by: str) -> None:
    """Leave an article out of the issue."""
    tell(session, session.project.articles.exclude(kept, by=by), "excluded")


@click.command()
@on_article
def include(session: Session, kept: StoredArticle, by: str) -> None:
    """Include an excluded article again."""
    tell(session, session.project.articles.include(kept, by=by), "included")


@click.command()
@click.option("--off", is_flag=True, help="Stop featuring it.")
@on_article
def feature(session: Session, kept: StoredArticle, by: str, off: bool) -> None:
    """Put an article at the top of the issue."""
    done = "no longer featured" if off else "featured"
    tell(session, session.project.articles.feature(kept, on=not off, by=by), done)
