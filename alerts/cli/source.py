"""`alerts source`: where articles are collected."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from alerts import project, sources
from alerts.cli.session import Session, json_option, pass_session, print_json, print_table
from alerts.errors import InputError, SettingsError, UsageError
from alerts.markup import tidy
from alerts.model import Article, Month, Source, SourceKind
from alerts.settings import Settings
from alerts.sources import opml
from alerts.store import profiles, transaction
from alerts.store import sources as store
from alerts.store.layers import event_fields

_KINDS = click.Choice([kind.value for kind in SourceKind])


@click.group()
def source() -> None:
    """Add, list, check, import and remove sources."""


@source.command()
@click.argument("location")
@click.option("--kind", type=_KINDS, help="Default: found out by looking at it.")
@click.option("--section", default="", help="Where its articles stand; default: news.")
@click.option("--language", default="", help="The language of its articles where they name none.")
@click.option("--profile", default="", help="The partner organisation that they belong to.")
@click.option("--tag", "tags", multiple=True, help="A tag for all of them; as often as needed.")
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
    """Add LOCATION: a URL, or a path seen from the project's folder."""
    settings = session.settings
    section_known(section, settings)
    language = language_known(language)
    if profile and profile not in profiles.all_profiles(session.db):
        session.warn(f"no profile “{profile}” yet; add it with `alerts profile add {profile}`")
    location = sources.normal_location(location, settings)
    if kind is None:
        try:
            found = _reader(settings).detect(location)
        except InputError as fault:
            raise InputError(f"{fault} (or say what it is with --kind)") from fault
    else:
        found = SourceKind(kind)
    tags = tuple(filter(None, map(tidy, tags)))
    wanted = Source(0, location, found, section, language, profile, tags=tags)
    new = store.add(session.db, wanted, session.now)
    session.say(f"{location}: added as a {found}" if new else f"{location}: there already")


@source.command("list")
@json_option
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """List the sources, with how the last collection went."""
    kept = store.kept(session.db)
    if as_json:
        print_json([_listed(k) for k in kept])
        return
    rows: list[tuple[str, ...]] = [
        (str(k.source.id), k.source.kind.value, k.source.section or "news", str(k.articles),
         k.source.location, k.fault or "ok" if k.collected_at else "not collected yet")
        for k in kept
    ]  # fmt: skip
    print_table(rows, ("ID", "KIND", "SECTION", "ARTICLES", "LOCATION", "LAST TIME"))


def _listed(kept: store.Kept) -> dict[str, Any]:
    names = ("id", "location", "kind", "section", "language", "profile")
    fields = {name: getattr(kept.source, name) for name in names}
    return {
        **fields,
        "tags": list(kept.source.tags),
        "articles": kept.articles,
        "collected_at": kept.collected_at,
        "fault": kept.fault,
    }


@source.command()
@click.argument("location", metavar="LOCATION|ID")
@pass_session
def remove(session: Session, location: str) -> None:
    """Forget a source; what was collected from it stays."""
    wanted = {location, location.rstrip("/")}
    for known in store.all_sources(session.db):
        if known.location in wanted or str(known.id) == location:
            store.remove(session.db, known.id)
            session.say(f"{known.location}: removed; its articles stay")
            return
    raise UsageError(f"no source “{location}”; `alerts source list` shows them")


@source.command("import")
@click.argument("file", metavar="FILE.opml", type=click.File("rb"))
@click.option("--section", default="", help="Where the articles of these feeds stand.")
@click.option("--language", default="", help="Their language where they name none.")
@json_option
@pass_session
def import_(session: Session, file: Any, section: str, language: str, as_json: bool) -> int:
    """Add every feed of an OPML file, as a feed reader exports it.

    A folder of the list that is named like a section puts its feeds there, any other becomes a tag.
    """
    settings = session.settings
    section_known(section, settings)
    language = language_known(language)
    limit = settings.sources.max_bytes
    document = file.read(limit + 1)
    if len(document) > limit:
        raise InputError(f"{file.name}: larger than {limit} octets (sources.max_bytes)")
    added, known, rejected = 0, 0, []
    outlines = list(opml.outlines(document, file.name))
    with transaction(session.db):
        for outline in outlines:
            if not outline.url:
                reason = "not an http or https address"
                rejected.append(
                    {"line": outline.line, "location": outline.written, "reason": reason}
                )
            elif store.add(
                session.db, _from_outline(outline, section, language, settings), session.now
            ):
                added += 1
            else:
                known += 1
    for bad in rejected:
        session.warn(f"{file.name}, line {bad['line']}: “{bad['location']}”: {bad['reason']}")
    if as_json:
        print_json({"added": added, "known": known, "rejected": rejected})
    else:
        click.echo(f"{added} added, {known} there already, {len(rejected)} rejected")
    return 1 if rejected else 0


def _from_outline(outline: opml.Outline, section: str, language: str, settings: Settings) -> Source:
    """A feed of the list; what was said on the command line comes before what the list says."""
    named = {title.casefold(): key for key in settings.alert.sections for title in (key, *(
        settings.alert.section_titles.get(key, {}).values()))}  # fmt: skip
    places = [named[folder.casefold()] for folder in outline.folders if folder.casefold() in named]
    tags = tuple(folder for folder in outline.folders if folder.casefold() not in named)
    if not language and project.known_language(outline.language):
        language = outline.language
    chosen = section or (places[-1] if places else "")
    return Source(0, outline.url, SourceKind.FEED, chosen, language, tags=tags)


@source.command()
@click.argument("location")
@click.option("--kind", type=_KINDS, help="Default: found out by looking at it.")
@click.option("--month", metavar="YYYY-MM", help="For calendars: the events after that month.")
@json_option
@pass_session
def check(
    session: Session, location: str, kind: str | None, month: str | None, as_json: bool
) -> int:
    """Show what LOCATION would give, storing nothing; needs no project."""
    settings = _settings(session)
    location = sources.normal_location(location, settings)
    ended = Month.parse(month) if month else Month.last_ended(session.now, settings.zone)
    reader = _reader(settings, ended.plus(1).start(settings.zone))
    found = reader.check(location, SourceKind(kind) if kind else None)
    for line in (*found.notes, *found.faults):
        session.warn(line)
    guessed = sum(article.guessed for article in found.articles)
    if guessed:
        session.warn(
            f"{location}: nothing says the language of {guessed} of {len(found.articles)} articles, "
            f"“{settings.default_language}” is a guess; name it with --language when you add it"
        )
    if as_json:
        print_json([_checked(article) for article in found.articles])
    else:
        for article in found.articles:
            click.echo(_line(article, settings))
        session.say(f"{len(found.articles)} articles")
    return 1 if found.faults else 0


def _line(article: Article, settings: Settings) -> str:
    """An article on two lines: its day, its language (“?” where it is guessed), title, address."""
    when = article.event.start if article.event else article.published
    if isinstance(when, datetime):
        when = when.astimezone(settings.zone).date()
    day = when.isoformat() if when else "no date   "
    language = f"{article.language}{'?' if article.guessed else ' '}"
    place = f" ({article.event.place})" if article.event and article.event.place else ""
    return f"{day}  {language} {article.title}{place}\n    {article.url or 'no link'}"


def _reader(settings: Settings, since: datetime | None = None) -> sources.Reader:
    occasion = sources.Occasion(since) if since else sources.Occasion()
    return sources.Reader(settings, sources.Fetcher(settings), occasion)


def _settings(session: Session) -> Settings:
    """The project's settings, or outside any project the defaults and the environment."""
    try:
        return session.settings
    except SettingsError:
        raise
    except UsageError:
        if session.folder is not None:
            raise
    here = Path.cwd()
    return project.Reader(here, here / project.FILE_NAME, "", {}, os.environ).settings()


def _checked(article: Article) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "language": article.language,
        "published": article.published.isoformat() if article.published else None,
        "image": article.image.url if article.image else None,
        "tags": list(article.tags),
    }
    if article.text:
        fields["text"] = article.text
    if article.event:
        fields["event"] = event_fields(article.event)
    if article.translations:
        fields["translations"] = {
            language: {"title": words.title, "summary": words.summary}
            for language, words in article.translations.items()
        }
    return fields


def section_known(section: str, settings: Settings) -> None:
    """Raises `UsageError` for a section that the alert does not have."""
    sections = ("featured", *settings.alert.sections)
    if section and section not in sections:
        raise UsageError(
            f"no section “{section}”; there are {', '.join(sections)} (alert.sections)"
        )


def language_known(tag: str) -> str:
    """A language tag as we write it; raises `UsageError`."""
    tag = tag.strip().lower().replace("_", "-")
    if tag and not project.known_language(tag):
        raise UsageError(f"unknown language “{tag}”; use codes such as en, es, pt-br")
    return tag
