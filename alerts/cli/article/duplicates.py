"""`alerts article join` and `part`: whether two articles are one story."""

import click

from alerts.cli.article.chosen import tell, where_option, words_argument
from alerts.cli.context import Session, by_option, pass_session
from alerts.domain.languages import same_language


@click.command()
@words_argument
@click.argument("other", metavar="ID|TITLE")
@where_option
@by_option
@pass_session
def join(session: Session, words: str, other: str, month: str | None, by: str) -> None:
    """Mark the first article as the same story as the second.

    In one language it is a duplicate, which the second names as another source. In another language it
    is a translation: its title, summary and address are shown to the readers of that language.
    """
    articles = session.project.articles
    kept, first = articles.find(words, month), articles.find(other, month)
    same = same_language(kept.article.language, first.article.language)
    done = f"a {'duplicate' if same else 'translation'} of “{first.article.title}”"
    tell(session, articles.join(kept, first, by=by), done)


@click.command()
@words_argument
@click.argument("other", metavar="[ID|TITLE]", required=False)
@where_option
@by_option
@pass_session
def part(session: Session, words: str, other: str | None, month: str | None, by: str) -> None:
    """Make a duplicate or a translation a separate article again, for good.

    With a second article: these two are two stories, and no near hit any more.
    """
    articles = session.project.articles
    kept = articles.find(words, month)
    second = articles.find(other, month) if other else None
    done = f"another story than “{second.article.title}”" if second else "stands alone"
    tell(session, articles.part(kept, second, by=by), done)
