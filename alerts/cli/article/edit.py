"""`alerts article edit`: change an article; an editor's text overrules the source."""

from typing import Any

import click

from alerts.cli.article.chosen import on_article, tell
from alerts.cli.article.options import fields, given_fields
from alerts.cli.context import Session
from alerts.domain.errors import UsageError
from alerts.store.articles import StoredArticle


@click.command()
@fields
@click.option("--take-source", is_flag=True, help="First return to the source's own version.")
@click.option(
    "--keep-edits", is_flag=True, help="Keep your version, although the source has changed."
)
@on_article
def edit(
    session: Session,
    kept: StoredArticle,
    by: str,
    take_source: bool,
    keep_edits: bool,
    **given: Any,
) -> None:
    """Change what is given; an empty text removes it."""
    if take_source and keep_edits:
        raise UsageError("--take-source or --keep-edits, not both")
    edits = given_fields(session, given, kept.article)
    if not edits and not take_source and not keep_edits:
        raise UsageError("nothing to change: give --title, --summary, … (see --help)")
    if take_source or keep_edits:
        changed = session.project.articles.take_source(kept, keep=keep_edits, by=by)
        done = "kept" if keep_edits else "taken from the source"
        session.say(f"{kept.article.id}  {', '.join(changed.fields) or 'nothing'}: {done}")
        if not edits:
            tell(session, changed, "edited")
            return
        session.warn_voided(changed.voided)
    tell(session, session.project.articles.edit(kept, by=by, **edits), "edited")
