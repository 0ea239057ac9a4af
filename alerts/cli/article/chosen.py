"""Finds the article that a command names, and reports its change.

An article is named by its id, the beginning of it, or a part of its title.
"""

import functools
from collections.abc import Callable
from typing import Any

import click

from alerts.cli.context import Session, by_option, issue_options, pass_session
from alerts.library.article_results import ArticleChanged

where_option = issue_options("Look only among that month's articles.")
words_argument = click.argument("words", metavar="ID|TITLE")
Verb = Callable[..., Any]


def on_article(verb: Verb) -> Verb:
    """A command that names one article: `verb` gets the session, the article, and `by`."""

    @words_argument
    @where_option
    @by_option
    @pass_session
    @functools.wraps(verb)
    def command(session: Session, /, words: str, month: str | None, by: str, **given: Any) -> Any:
        return verb(session, session.project.articles.find(words, month), by=by, **given)

    return command


def tell(session: Session, changed: ArticleChanged, done: str) -> None:
    """Report the change of an article, and approvals that it voids."""
    kept = changed.article
    session.say(f"{kept.article.id}  {kept.month}  {kept.article.title}: {done}")
    for note in changed.notes:
        session.warn(note)
    session.warn_voided(changed.voided)
