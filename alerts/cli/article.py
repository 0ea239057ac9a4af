"""`alerts article`: see and shape the articles of the month.

An article is named by its id, the beginning of it, or a part of its title. What an editor writes
lies over what the source says, and stays when the source says something new. Articles of a month
that is queued or sent cannot be changed.
"""

from datetime import UTC, datetime
from typing import Any

import click

from alerts import editing, joining
from alerts.canonical import canonical
from alerts.cli.article_options import edits_of, fields
from alerts.cli.article_shown import document, flags, lines, told
from alerts.cli.profile import web_address
from alerts.cli.session import (
    Session,
    by_option,
    json_option,
    month_option,
    pass_session,
    print_json,
    print_table,
)
from alerts.cli.source import language_known, section_known
from alerts.errors import UsageError
from alerts.markup import tidy
from alerts.model import Month
from alerts.store import articles

_where = click.option("--month", metavar="YYYY-MM", help="Look only among that month's articles.")


@click.group()
def article() -> None:
    """See and shape the articles of the month."""


@article.command()
@click.argument("page", metavar="URL", required=False)
@click.option("--url", help="Instead of URL: the page is not looked at; --title is needed.")
@fields
@month_option
@by_option
@json_option
@pass_session
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
    """Add the page at URL; what the options do not say, the page does."""
    if (page is None) == (url is None) or (url is not None and not given["title"]):
        raise UsageError("name the page: `alerts article add URL`, or --url URL with --title")
    address = canonical(web_address(page or url or "", "URL" if page else "--url"))
    if not address:
        raise UsageError("an article needs an address: `alerts article add URL`")
    edits = edits_of(session, given, None)
    from alerts.cli.filling import fields_of, read_page  # imports httpx, which editing can save

    if page and (found := read_page(session, address, needed=not given["title"])):
        edits = fields_of(found) | edits
        address = found.url or address
    edits.setdefault("language", session.settings.default_language)
    chosen = _month_for(session, month, edits.get("published"))
    new = editing.add(session.db, address, edits, chosen, session.actor(by), session.now)
    if new is None:
        raise UsageError(f"{address}: there already; change it with `alerts article edit`")
    session.recheck(chosen, by)
    if as_json:
        print_json(document(articles.Kept(new, chosen)))
    else:
        click.echo(f"{new.id}  {chosen}  {new.title}")


@article.command("list")
@month_option
@json_option
@pass_session
def list_(session: Session, month: str | None, as_json: bool) -> None:
    """List the articles of the month, excluded ones too."""
    chosen = session.month(month)
    kept = articles.kept_of_month(session.db, chosen)
    if as_json:
        print_json(list(map(document, kept)))
        return
    found = [k.article for k in kept]
    rows: list[tuple[str, ...]] = [
        (a.id, flags(a), a.section, a.published.date().isoformat() if a.published else "",
         ",".join((a.language + "?" * a.guessed, *a.translations)), a.title)
        for a in found
    ]  # fmt: skip
    print_table(rows, ("ID", "", "SECTION", "PUBLISHED", "LANGUAGES", "TITLE"))
    session.say(f"{chosen}: {len(found)} articles, {sum(a.excluded for a in found)} excluded")


@article.command()
@click.argument("words", metavar="ID|TITLE")
@_where
@json_option
@pass_session
def show(session: Session, words: str, month: str | None, as_json: bool) -> None:
    """Show one article, and beside an editor's words what its source says."""
    kept = find(session, words, month)
    if as_json:
        print_json(document(kept))
        return
    said = {d.name: d for d in kept.differences}
    for name, value in lines(document(kept)):
        click.echo(f"{name}: {value}")
        if difference := said.pop(name, None):
            click.echo(f"  {told(difference)}")
    for name, difference in said.items():
        click.echo(f"{name}: removed by an editor\n  {told(difference)}")
    if kept.changed_at_source:
        session.say(
            f"its source has changed since it was edited: `alerts article edit {kept.article.id}"
            " --take-source` takes the new version, --keep-edits stays with yours"
        )


@article.command()
@click.argument("words", metavar="ID|TITLE")
@fields
@click.option("--take-source", is_flag=True, help="First let the source's own version hold again.")
@click.option("--keep-edits", is_flag=True, help="Keep what you wrote, knowing the new version.")
@_where
@by_option
@pass_session
def edit(
    session: Session,
    /,
    words: str,
    take_source: bool,
    keep_edits: bool,
    month: str | None,
    by: str,
    **given: Any,
) -> None:
    """Change what is given; an empty text removes it."""
    if take_source and keep_edits:
        raise UsageError("--take-source or --keep-edits, not both")
    kept = find(session, words, month)
    edits = edits_of(session, given, kept.article)
    if not edits and not take_source and not keep_edits:
        raise UsageError("nothing to change: give --title, --summary, … (see --help)")
    if edits.get("title") == "":
        raise UsageError("--title: an article needs a title")
    id_, actor = kept.article.id, session.actor(by)
    if take_source or keep_edits:
        names = editing.take_source(session.db, id_, actor, session.now, keep=keep_edits)
        done = "kept" if keep_edits else "taken from the source"
        session.say(f"{id_}  {', '.join(names) or 'nothing'}: {done}")
    if edits:
        editing.change(session.db, id_, "edited", edits, actor, session.now)
    _tell(session, kept, "edited", by)


@article.command()
@click.argument("words", metavar="ID|TITLE")
@click.argument("language", metavar="LANG")
@click.option("--title", help="Its title in that language.")
@click.option("--summary", help="Its summary in that language.")
@_where
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
    given = {
        name: tidy(text)
        for name, text in (("title", title), ("summary", summary))
        if text is not None
    }
    if not given:
        raise UsageError("nothing to translate: give --title, --summary or both")
    kept, tag = find(session, words, month), language_known(language)
    if not tag or tag == kept.article.language:
        raise UsageError(f"the article itself is in “{tag}”; change it with `alerts article edit`")
    changes = {"translations": {tag: given}}
    _change(session, kept, "translated", changes, by)


def _mark(name: str, about: str, changes: dict[str, Any], done: str) -> None:
    """A command that sets a flag."""

    @article.command(name, help=about)
    @click.argument("words", metavar="ID|TITLE")
    @_where
    @by_option
    @pass_session
    def command(session: Session, words: str, month: str | None, by: str) -> None:
        _change(session, find(session, words, month), done, changes, by)


_mark("exclude", "Leave an article out of the issue.", {"excluded": True}, "excluded")
_mark("include", "Take an excluded article back in.", {"excluded": False}, "included")


@article.command()
@click.argument("words", metavar="ID|TITLE")
@click.option("--off", is_flag=True, help="Feature it no longer.")
@_where
@by_option
@pass_session
def feature(session: Session, words: str, off: bool, month: str | None, by: str) -> None:
    """Put an article at the top of the issue."""
    done = "featured no longer" if off else "featured"
    _change(session, find(session, words, month), done, {"featured": not off}, by)


@article.command()
@click.argument("words", metavar="ID|TITLE")
@click.option("--section", help="Into that section.")
@click.option("--position", type=click.IntRange(min=1), help="To that place in its section.")
@click.option("--to", "target", metavar="YYYY-MM", help="Into that month.")
@_where
@by_option
@pass_session
def move(
    session: Session,
    words: str,
    section: str | None,
    position: int | None,
    target: str | None,
    month: str | None,
    by: str,
) -> None:
    """Move an article to another section, place or month."""
    kept = find(session, words, month)
    if section is None and position is None and target is None:
        raise UsageError("where to? Give --section, --position or --to YYYY-MM")
    section_known(section or "", session.settings)
    editing.move(
        session.db,
        session.settings,
        kept.article.id,
        session.actor(by),
        session.now,
        section=section,
        position=position,
        to=Month.parse(target) if target else None,
    )
    _tell(session, kept, "moved", by)


@article.command()
@click.argument("words", metavar="ID|TITLE")
@click.argument("other", metavar="ID|TITLE")
@_where
@by_option
@pass_session
def join(session: Session, words: str, other: str, month: str | None, by: str) -> None:
    """Let the second article stand for the first, which it then names as another source."""
    kept, first = find(session, words, month), find(session, other, month)
    joining.join(session.db, kept.article.id, first.article.id, session.actor(by), session.now)
    _tell(session, kept, f"“{first.article.title}” stands for it", by)


@article.command()
@click.argument("words", metavar="ID|TITLE")
@_where
@by_option
@pass_session
def part(session: Session, words: str, month: str | None, by: str) -> None:
    """Let an article stand alone that another one stood for; no collection joins it again."""
    kept = find(session, words, month)
    joining.part(session.db, kept.article.id, session.actor(by), session.now)
    _tell(session, kept, "stands alone", by)


# --- what they share ------------------------------------------------------------------------------


def find(session: Session, words: str, month: str | None) -> articles.Kept:
    """The one article meant; raises `UsageError` that lists the candidates."""
    words = tidy(words)
    found = articles.matching(session.db, words, Month.parse(month) if month else None)
    if not words or not found:
        raise UsageError(f"no article “{words}”; `alerts article list` shows them")
    if len(found) > 1:
        some = "; ".join(f"{k.article.id} “{k.article.title}” ({k.month})" for k in found[:6])
        more = f"; and {len(found) - 6} more" if len(found) > 6 else ""
        raise UsageError(f"“{words}” could be {some}{more}: name one by its id")
    return found[0]


def _change(
    session: Session, kept: articles.Kept, done: str, changes: dict[str, Any], by: str
) -> None:
    """Lay `changes` over an article, and say so."""
    id_, word, actor = kept.article.id, done.split()[0], session.actor(by)
    editing.change(session.db, id_, word, changes, actor, session.now)
    _tell(session, kept, done, by)


def _tell(session: Session, before: articles.Kept, done: str, by: str) -> None:
    """Say what an article is now, and whether an approval is void with it."""
    now = articles.get(session.db, before.article.id)
    session.say(f"{now.article.id}  {now.month}  {now.article.title}: {done}")
    for month in sorted({before.month, now.month}):
        session.recheck(month, by)


def _month_for(session: Session, text: str | None, published: str | None) -> Month:
    """The month named, else that of its date, else the default one."""
    if text or not published:
        return session.month(text)
    moment = datetime.strptime(published, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return Month.of(moment, session.settings.zone)
