"""`alerts comment`: what people say to each other about a story or about the issue."""

from typing import TYPE_CHECKING, Any

import click

from alerts.cli.context import (
    Session,
    by_option,
    json_option,
    month_option,
    on_month,
    pass_session,
    print_json,
)
from alerts.cli.lazy import CommandGroup
from alerts.text.plural import counted

if TYPE_CHECKING:
    from alerts.domain.comment import Comment

_article = click.option("--article", metavar="ID|TITLE", help="About that article of the issue.")
_number = click.argument("number", type=click.IntRange(1, 2**53))


@click.group(cls=CommandGroup)
def comment() -> None:
    """Say something about a story or the issue to the people of the desk; readers never see it."""


@comment.command()
@click.argument("text")
@_article
@by_option
@json_option
@month_option
@pass_session
def add(
    session: Session, text: str, article: str | None, by: str, month: str | None, as_json: bool
) -> None:
    """Say TEXT about the issue of the month or one article; the people of the desk get it by mail."""
    kept = session.project.articles.find(article, month) if article else None
    made = session.project.comments.add(text, article=kept, month=month, by=by)
    _tell(session, made, "added", as_json)


@comment.command("list")
@_article
@click.option("--open", "only_open", is_flag=True, help="Only those that nobody has settled.")
@on_month
def list_(
    session: Session, month: str | None, article: str | None, only_open: bool, as_json: bool
) -> None:
    """List the comments on the issue of the month and its articles, the oldest first."""
    chosen, comments = session.month(month), session.project.comments
    if article:
        found = list(comments.of_article(session.project.articles.find(article, chosen)))
    else:
        found = list(comments.of_issue(chosen))
        for article_id in comments.counts(chosen):
            if article_id:
                found += comments.of_article(session.project.articles.find(article_id))
    shown = sorted((one for one in found if not only_open or not one.done), key=_number_of)
    if as_json:
        print_json([_fields(one) for one in shown])
        return
    for one in shown:
        at = one.at.astimezone(session.settings.zone)
        about = f"  {one.article_id}" if one.article_id else ""
        done = f"  done by {one.done_by}" if one.done else ""
        click.echo(f"{one.id}  {at:%Y-%m-%d %H:%M}  {one.by}{about}{done}")
        for line in one.text.splitlines():
            click.echo(f"    {line}")
    session.say(f"{chosen}: {counted(len(shown), 'comment')}")


@comment.command()
@_number
@click.option("--off", is_flag=True, help="Open it again.")
@by_option
@json_option
@pass_session
def done(session: Session, number: int, off: bool, by: str, as_json: bool) -> None:
    """Mark the comment of that number as done."""
    kept = session.project.comments.settle(number, done=not off, by=by)
    _tell(session, kept, "open again" if off else "done", as_json)


@comment.command()
@_number
@by_option
@json_option
@pass_session
def delete(session: Session, number: int, by: str, as_json: bool) -> None:
    """Delete the comment of that number, with its words."""
    _tell(session, session.project.comments.delete(number, by=by), "deleted", as_json)


def _number_of(one: "Comment") -> int:
    return one.id


def _tell(session: Session, one: "Comment", what: str, as_json: bool) -> None:
    if as_json:
        print_json(_fields(one))
        return
    about = f" on {one.article_id}" if one.article_id else ""
    session.say(f"{one.month}: comment {one.id}{about}: {what}")


def _fields(one: "Comment") -> dict[str, Any]:
    return {
        "number": one.id,
        "month": str(one.month),
        "article": one.article_id or None,
        "by": one.by,
        "at": one.at.isoformat(),
        "text": one.text,
        "done": one.done,
        "done_by": one.done_by,
    }
