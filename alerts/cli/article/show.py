"""`alerts article show`: one article, with an editor's text and its source's."""

import click

from alerts.cli.article.chosen import where_option, words_argument
from alerts.cli.article.fields_shown import document, lines, member_document, member_line, told
from alerts.cli.context import Session, json_option, pass_session, print_json


@click.command()
@words_argument
@where_option
@json_option
@pass_session
def show(session: Session, words: str, month: str | None, as_json: bool) -> None:
    """Show one article, with an editor's text and its source's."""
    kept = session.project.articles.find(words, month)
    story = session.project.articles.story(kept)
    late = session.project.articles.late(kept)
    if as_json:
        more = {"story": list(map(member_document, story))} if story else {}
        print_json(document(kept) | ({"late": late} if late else {}) | more)
        return
    said = {d.name: d for d in kept.differences}
    doubts = {one.field: one.words for one in kept.article.confidence}
    for name, value in lines(document(kept)):
        click.echo(f"{name}: {value}")
        if difference := said.pop(name, None):
            click.echo(f"  {told(difference)}")
        if doubt := doubts.pop(name, ""):
            click.echo(f"  {doubt}")
    for name, doubt in doubts.items():
        click.echo(f"{name}: {doubt}")
    for name, difference in said.items():
        click.echo(f"{name}: removed by an editor\n  {told(difference)}")
    if late:
        click.echo(f"late: {late}")
    for member in story:
        click.echo(member_line(member))
    if kept.changed_at_source:
        session.say(
            f"its source has changed since it was edited: `alerts article edit {kept.article.id}"
            " --take-source` uses the new version, --keep-edits keeps yours"
        )
