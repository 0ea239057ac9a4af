"""`alerts source`: the sources from which articles are collected."""

import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from alerts.cli.context import Session, json_option, pass_session, print_json, print_table
from alerts.cli.lazy import CommandGroup
from alerts.cli.source_move import move
from alerts.config import load
from alerts.config.settings import Settings
from alerts.domain.article import SAID_AS_TEXT, Article, SourceKind
from alerts.domain.errors import SettingsError, UsageError
from alerts.domain.month import Month
from alerts.library.sources import known_kind, look
from alerts.store.article_fields import shown_fields
from alerts.store.sources import StoredSource
from alerts.text.plural import counted


class KindName(click.ParamType[str]):
    """A kind of source: one of ours, or that of a plug-in."""

    name = "kind"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if it is known."""
        try:
            return known_kind(value)
        except UsageError as fault:
            self.fail(str(fault), param, ctx)


_kind_option = click.option(
    "--kind",
    type=KindName(),
    metavar="|".join(SourceKind),
    help="Default: detected. Plug-ins add more.",
)


_WITHOUT_ARTICLE = (SourceKind.REFERENCES, SourceKind.WORDPRESS)


@click.group(cls=CommandGroup)
def source() -> None:
    """Add, list, check, import and remove sources."""


@source.command()
@click.argument("location")
@_kind_option
@click.option("--section", default="", help="The section of its articles; default: news.")
@click.option("--language", default="", help="The language of articles that do not name one.")
@click.option("--profile", default="", help="The partner organisation of its articles.")
@click.option("--tag", "tags", multiple=True, help="A tag for all its articles; may be repeated.")
@pass_session
def add(
    session: Session,
    location: str,
    kind: str | None,
    section: str,
    language: str,
    profile: str,
    tags: tuple[str, ...],
) -> None:
    """Add LOCATION: a URL, or a path relative to the project's folder."""
    done = session.project.sources.add(
        location,
        kind=kind or "",
        section=section,
        language=language,
        profile=profile,
        tags=tags,
    )
    if done.unknown_profile:
        session.warn(f"no profile “{profile}” yet; add it with `alerts profile add {profile}`")
    kind = done.source.kind
    kind = kind if kind in _WITHOUT_ARTICLE else f"a {kind}"
    told = f"added as {kind}" if done.new else "exists already"
    session.say(f"{done.source.location}: {told}")


@source.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the sources, with the result of the last collection."""
    kept = session.project.sources.kept()
    if as_json:
        print_json([_listed(k) for k in kept])
        return
    rows: list[tuple[str, ...]] = [
        (str(k.source.id), k.source.kind, k.source.section or "news", str(k.articles),
         k.source.location, _last_time(k))
        for k in kept
    ]  # fmt: skip
    print_table(rows, ("ID", "KIND", "SECTION", "ARTICLES", "LOCATION", "LAST TIME"))


def _last_time(kept: StoredSource) -> str:
    """How the last collection went, and where the source has moved."""
    if not kept.collected_at:
        return "not collected yet"
    if kept.source.moved_to and not kept.fault:
        return f"moved to {kept.source.moved_to}: `alerts source move {kept.source.id}`"
    return kept.fault or "ok"


def _listed(kept: StoredSource) -> dict[str, Any]:
    names = ("id", "location", "kind", "section", "language", "profile")
    fields = {name: getattr(kept.source, name) for name in names}
    return {
        **fields,
        "tags": list(kept.source.tags),
        "articles": kept.articles,
        "collected_at": kept.collected_at,
        "fault": kept.fault,
        "moved_to": kept.source.moved_to,
        "gone": kept.gone,
    }


@source.command()
@click.argument("location", metavar="LOCATION|ID")
@pass_session
def remove(session: Session, location: str) -> None:
    """Remove a source; its articles stay."""
    gone = session.project.sources.remove(location)
    if gone is None:
        raise UsageError(f"no source “{location}”; `alerts source list` shows them")
    session.say(f"{gone.location}: removed; its articles stay")


@source.command("import")
@click.argument("file", metavar="FILE.opml", type=click.File("rb"))
@click.option("--section", default="", help="The section of the articles of these feeds.")
@click.option("--language", default="", help="The language of articles that do not name one.")
@json_option
@pass_session
def import_(session: Session, file: Any, section: str, language: str, as_json: bool) -> int:
    """Add every feed of an OPML file that a feed reader exported.

    Feeds in a folder with the name of a section go into that section; any other folder becomes a tag.
    """
    document = file.read(session.settings.sources.max_bytes + 1)
    done = session.project.sources.import_opml(
        document, file.name, section=section, language=language
    )
    for bad in done.rejected:
        session.warn(f"{file.name}, line {bad.line}: “{bad.location}”: {bad.reason}")
    if as_json:
        rejected = [asdict(bad) for bad in done.rejected]
        print_json({"added": done.added, "known": done.known, "rejected": rejected})
    else:
        click.echo(f"{done.added} added, {done.known} known before, {len(done.rejected)} rejected")
    return 1 if done.rejected else 0


@source.command()
@click.argument("location")
@_kind_option
@click.option("--month", metavar="YYYY-MM", help="For calendars: the events after that month.")
@json_option
@pass_session
def check(
    session: Session, location: str, kind: str | None, month: str | None, as_json: bool
) -> int:
    """Show the articles that LOCATION would give, storing nothing; needs no project."""
    settings = _settings(session)
    now, zone = session.now, settings.zone
    last = Month.named(month, now, zone) if month else Month.last_ended(now, zone)
    looked = look(settings, location, kind, last, os.environ)
    location, found = looked.location, looked.content
    for line in (*found.notes, *found.faults):
        session.warn(line)
    guessed = sum(article.guessed for article in found.articles)
    if guessed:
        session.warn(
            f"{location}: the language of {guessed} of {counted(len(found.articles), 'article')} is"
            f" unknown, “{settings.default_language}” is assumed; give --language when you add it"
        )
    if as_json:
        print_json([_checked(article) for article in found.articles])
    else:
        for article in found.articles:
            click.echo(_line(article, settings))
        session.say(counted(len(found.articles), "article"))
    return 1 if found.faults else 0


def _line(article: Article, settings: Settings) -> str:
    """An article on two lines: its day, its language (“?” if assumed), title, URL."""
    when = article.event.start if article.event else article.published
    if isinstance(when, datetime):
        when = when.astimezone(settings.zone).date()
    day = f"{when.isoformat()}{'?' * article.month_guessed}" if when else "no date   "
    language = f"{article.language}{'?' if article.guessed else ' '}"
    place = f" ({article.event.place})" if article.event and article.event.place else ""
    place += f" (PDF, {counted(article.pages, 'page')})" if article.pages else ""
    return f"{day}  {language} {article.title}{place}\n    {article.url or 'no link'}"


def _settings(session: Session) -> Settings:
    """The project's settings; outside a project, the defaults and the environment."""
    try:
        return session.settings
    except SettingsError:
        raise
    except UsageError:
        if session.folder is not None:
            raise
    here = Path.cwd()
    return load.SettingsReader(here, here / load.FILE_NAME, "", {}, os.environ).settings()


_SHOWN = ("url", "title", "summary", "language", "published", "image", "tags")
_WHERE_THERE = ("event", "translations", *(one.name for one in SAID_AS_TEXT))


def _checked(article: Article) -> dict[str, Any]:
    """An article as a source gives it, for `--json`."""
    fields = shown_fields(article)
    shown = {name: fields[name] for name in _SHOWN}
    shown["image"] = article.image.url if article.image else None
    if article.text:
        shown["text"] = article.text
    if article.confidence:
        shown["confidence"] = fields["confidence"]
    if article.pages:
        shown["pages"] = article.pages
    return shown | {name: fields[name] for name in _WHERE_THERE if fields[name]}


source.add_command(move)
