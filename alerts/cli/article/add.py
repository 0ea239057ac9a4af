"""`alerts article add`: add an article that no source has."""

from typing import Any

import click

from alerts.cli.article.fields_shown import document
from alerts.cli.article.options import fields, given_fields
from alerts.cli.context import Session, by_option, on_month, print_json
from alerts.cli.web_address import web_address
from alerts.domain.errors import UsageError


@click.command()
@click.argument("page", metavar="URL", required=False)
@click.option("--url", help="Instead of URL: the page is not read; --title is needed.")
@fields
@by_option
@on_month
def add(
    session: Session,
    /,
    page: str | None,
    url: str | None,
    month: str | None,
    by: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Add the page at URL; options take precedence over what the page says."""
    if (page is None) == (url is None) or (url is not None and not given["title"]):
        raise UsageError("name the page: `alerts article add URL`, or --url URL with --title")
    address = web_address(page or url or "", "URL" if page else "--url")
    if not address:
        raise UsageError("an article needs a URL: `alerts article add URL`")
    edits = given_fields(session, given, None)
    read = page is not None
    new = session.project.articles.add(address, month=month, by=by, read=read, **edits)
    if new.unread:
        session.warn(f"{new.unread}; only the given options are stored")
    if late := session.project.articles.late(new.article):
        session.say(f"{new.article.article.id} {late}")
    for note in (*new.doubts, *new.notes):
        session.warn(note)
    session.warn_voided(new.voided)
    if as_json:
        print_json(document(new.article) | ({"late": late} if late else {}))
    else:
        click.echo(f"{new.article.article.id}  {new.article.month}  {new.article.article.title}")
