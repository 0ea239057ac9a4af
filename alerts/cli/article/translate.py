"""`alerts article translate`: title and summary in another language."""

import click

from alerts.cli.article.chosen import tell, where_option, words_argument
from alerts.cli.context import Session, by_option, pass_session


@click.command()
@words_argument
@click.argument("language", metavar="LANG")
@click.option("--title", help="Its title in that language.")
@click.option("--summary", help="Its summary in that language.")
@where_option
@by_option
@pass_session
def translate(
    session: Session,
    words: str,
    language: str,
    title: str | None,
    summary: str | None,
    month: str | None,
    by: str,
) -> None:
    """Give title or summary, or both, in LANG; the other stays as it is, an empty text removes it."""
    articles = session.project.articles
    kept = articles.find(words, month)
    changed = articles.translate(kept, language, title=title, summary=summary, by=by)
    tell(session, changed, "translated")
