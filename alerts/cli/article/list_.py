"""`alerts article list`: the articles of a month, and pairs that may be one story."""

from typing import TYPE_CHECKING

import click

from alerts.cli.article.fields_shown import day_of, document, flags, near_document
from alerts.cli.context import Session, on_month, print_json, print_table
from alerts.text.plural import counted
from alerts.text.sentences import shorten

if TYPE_CHECKING:
    from alerts.sources.near import NearHit


@click.command("list")
@click.option("--near", is_flag=True, help="Pairs that may be one story, and why, instead.")
@on_month
def list_(session: Session, month: str | None, as_json: bool, near: bool) -> None:
    """List the articles of the month, excluded ones too."""
    chosen = session.month(month)
    if near:
        _print_near(session, session.project.articles.near(chosen), as_json)
        return
    kept = session.project.articles.list(chosen)
    if as_json:
        print_json(list(map(document, kept)))
        return
    found = [k.article for k in kept]
    rows: list[tuple[str, ...]] = [
        (a.id, flags(a), a.section, day_of(k),
         ",".join((a.language + "?" * a.guessed, *a.translations)), a.title)
        for k in kept for a in (k.article,)
    ]  # fmt: skip
    print_table(rows, ("ID", "", "SECTION", "PUBLISHED", "LANGUAGES", "TITLE"))
    session.say(
        f"{chosen}: {counted(len(found), 'article')}, {sum(a.excluded for a in found)} excluded"
    )


def _print_near(session: Session, hits: "tuple[NearHit, ...]", as_json: bool) -> None:
    """Each pair with both texts, the reason, and the commands that settle it."""
    if as_json:
        print_json([near_document(hit) for hit in hits])
        return
    for hit in hits:
        click.echo(hit.reason)
        for member in (hit.one, hit.other):
            article = member.article
            click.echo(f"  {member.id}  {member.month}  {article.language}  {article.title}")
            click.echo(
                f"    {shorten(article.summary, 200)}" if article.summary else "    (no text)"
            )
            click.echo(f"    {article.url}")
        later, first = (hit.one, hit.other) if hit.other.closed else (hit.other, hit.one)
        click.echo(f"  one story: `alerts article join {later.id} {first.id}`")
        click.echo(f"  two:       `alerts article part {later.id} {first.id}`")
    session.say(f"{counted(len(hits), 'pair')} that may be one story")
