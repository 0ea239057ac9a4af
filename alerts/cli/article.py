"""`alerts article`: see and shape the articles of the month.

An article is named by its id, the beginning of it, or a part of its title. What an editor writes
lies over what the source says, and stays when the source says something new. Articles of a month
that is queued or sent cannot be changed.
"""

from datetime import UTC, date, datetime, time
from typing import Any

import click

from alerts.canonical import canonical
from alerts.cli.profile import web_address
from alerts.cli.session import (
    Session,
    json_option,
    month_option,
    pass_session,
    print_json,
    print_table,
)
from alerts.cli.source import language_known, section_known
from alerts.errors import UsageError
from alerts.markup import tidy
from alerts.model import Article, Event, Month
from alerts.store import articles, doubles, events, profiles, transaction

_where = click.option("--month", metavar="YYYY-MM", help="Look only among that month's articles.")
_FIELDS = (
    click.option("--title", help="Plain text."),
    click.option("--summary", help="Plain text, a few sentences."),
    click.option("--language", help="The language that the page is written in."),
    click.option("--section", help="One of alert.sections, or your own."),
    click.option("--published", metavar="DATE", help="2026-10-31 or 2026-10-31T18:00+01:00"),
    click.option("--image", metavar="URL", help="A picture, https."),
    click.option("--image-alt", metavar="TEXT", help="What the picture shows."),
    click.option("--author", help="The organisation that published it."),
    click.option("--profile", metavar="SLUG", help="The partner organisation that it belongs to."),
    click.option("--tag", "tags", multiple=True, help="As often as needed."),
    click.option("--event-start", metavar="DATE", help="When it begins: a day or a moment."),
    click.option("--event-end", metavar="DATE", help="When it ends."),
    click.option("--event-place", metavar="TEXT", help="Where it takes place."),
)


def _fields(command: Any) -> Any:
    for option in reversed(_FIELDS):
        command = option(command)
    return command


@click.group()
def article() -> None:
    """See and shape the articles of the month."""


@article.command()
@click.argument("page", metavar="URL", required=False)
@click.option("--url", help="Instead of URL: the page is not looked at; --title is needed.")
@_fields
@month_option
@json_option
@pass_session
def add(
    session: Session,
    /,
    page: str | None,
    url: str | None,
    month: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Add the page at URL; what the options do not say, the page does."""
    if (page is None) == (url is None) or (url is not None and not given["title"]):
        raise UsageError("name the page: `alerts article add URL`, or --url URL with --title")
    address = canonical(web_address(page or url or "", "URL" if page else "--url"))
    if not address:
        raise UsageError("an article needs an address: `alerts article add URL`")
    edits = _edits(session, given, None)
    from alerts.cli.filling import fields_of, read_page  # imports httpx, which editing can save

    if page and (found := read_page(session, address, needed=not given["title"])):
        edits = fields_of(found) | edits
        address = found.url or address
    edits.setdefault("language", session.settings.default_language)
    chosen = _month_for(session, month, edits.get("published"))
    with transaction(session.db):
        _check_open(session, chosen)
        new = articles.add(session.db, address, edits, chosen, session.now)
        if new is not None:
            _record(session, "added", new.id, list(edits))
    if new is None:
        raise UsageError(f"{address}: there already; change it with `alerts article edit`")
    if as_json:
        print_json(_shown(articles.Kept(new, chosen)))
    else:
        click.echo(f"{new.id}  {chosen}  {new.title}")


@article.command("list")
@month_option
@json_option
@pass_session
def list_(session: Session, month: str | None, as_json: bool) -> None:
    """List the articles of the month, excluded ones too."""
    chosen = session.month(month)
    found = articles.of_month(session.db, chosen)
    if as_json:
        print_json([_shown(articles.Kept(a, chosen)) for a in found])
        return
    rows: list[tuple[str, ...]] = [
        (a.id, _flags(a), a.section, a.published.date().isoformat() if a.published else "",
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
    """Show one article."""
    kept = _find(session, words, month)
    if as_json:
        print_json(_shown(kept))
        return
    for name, value in _shown(kept).items():
        if isinstance(value, dict):
            for key, inner in value.items():
                click.echo(f"{name}.{key}: {inner}")
        elif value not in (None, [], "", False):
            click.echo(f"{name}: {_flat(value)}")


@article.command()
@click.argument("words", metavar="ID|TITLE")
@_fields
@_where
@pass_session
def edit(session: Session, /, words: str, month: str | None, **given: Any) -> None:
    """Change what is given; an empty text removes it."""
    kept = _find(session, words, month)
    edits = _edits(session, given, kept.article)
    if not edits:
        raise UsageError("nothing to change: give --title, --summary, … (see --help)")
    if edits.get("title") == "":
        raise UsageError("--title: an article needs a title")
    _change(session, kept, "edited", edits)


@article.command()
@click.argument("words", metavar="ID|TITLE")
@click.argument("language", metavar="LANG")
@click.option("--title", help="Its title in that language.")
@click.option("--summary", help="Its summary in that language.")
@_where
@pass_session
def translate(
    session: Session,
    words: str,
    language: str,
    title: str | None,
    summary: str | None,
    month: str | None,
) -> None:
    """Give title or summary, or both, in LANG; the other stays as it is."""
    given = {
        name: tidy(text)
        for name, text in (("title", title), ("summary", summary))
        if text is not None
    }
    if not given:
        raise UsageError("nothing to translate: give --title, --summary or both")
    kept, tag = _find(session, words, month), language_known(language)
    if not tag or tag == kept.article.language:
        raise UsageError(f"the article itself is in “{tag}”; change it with `alerts article edit`")
    _change(session, kept, "translated", {"translations": {tag: given}})


def _mark(name: str, about: str, changes: dict[str, Any], done: str) -> None:
    """A command that sets a flag."""

    @article.command(name, help=about)
    @click.argument("words", metavar="ID|TITLE")
    @_where
    @pass_session
    def command(session: Session, words: str, month: str | None) -> None:
        _change(session, _find(session, words, month), done, changes)


_mark("exclude", "Leave an article out of the issue.", {"excluded": True}, "excluded")
_mark("include", "Take an excluded article back in.", {"excluded": False}, "included")


@article.command()
@click.argument("words", metavar="ID|TITLE")
@click.option("--off", is_flag=True, help="Feature it no longer.")
@_where
@pass_session
def feature(session: Session, words: str, off: bool, month: str | None) -> None:
    """Put an article at the top of the issue."""
    done = "featured no longer" if off else "featured"
    _change(session, _find(session, words, month), done, {"featured": not off})


@article.command()
@click.argument("words", metavar="ID|TITLE")
@click.option("--section", help="Into that section.")
@click.option("--position", type=click.IntRange(min=1), help="To that place in its section.")
@click.option("--to", "target", metavar="YYYY-MM", help="Into that month.")
@_where
@pass_session
def move(
    session: Session,
    words: str,
    section: str | None,
    position: int | None,
    target: str | None,
    month: str | None,
) -> None:
    """Move an article to another section, place or month."""
    kept = _find(session, words, month)
    if section is None and position is None and target is None:
        raise UsageError("where to? Give --section, --position or --to YYYY-MM")
    section_known(section or "", session.settings)
    changes: dict[str, Any] = {"section": section} if section else {}
    changes |= {"position": position} if position else {}
    _change(session, kept, "moved", changes, Month.parse(target) if target else None)


@article.command()
@click.argument("words", metavar="ID|TITLE")
@click.argument("other", metavar="ID|TITLE")
@_where
@pass_session
def join(session: Session, words: str, other: str, month: str | None) -> None:
    """Let the second article stand for the first, which it then names as another source."""
    kept, first = _find(session, words, month), _find(session, other, month)
    if kept.article.id == first.article.id:
        raise UsageError(f"{kept.article.id}: an article cannot stand for itself")
    with transaction(session.db):
        _check_open(session, kept.month)
        doubles.join(session.db, kept.article.id, first.article.id, session.now, by_editor=True)
        _record(session, "joined", kept.article.id, ["same_as"])
    session.say(f"{kept.article.id}: {first.article.id} stands for it: {first.article.title}")


@article.command()
@click.argument("words", metavar="ID|TITLE")
@_where
@pass_session
def part(session: Session, words: str, month: str | None) -> None:
    """Let an article stand alone that another one stood for; no collection joins it again."""
    kept = _find(session, words, month)
    with transaction(session.db):
        _check_open(session, kept.month)
        doubles.part(session.db, kept.article.id, session.now)
        _record(session, "parted", kept.article.id, ["same_as"])
    session.say(f"{kept.article.id}: stands alone: {kept.article.title}")


# --- what they share ------------------------------------------------------------------------------


def _find(session: Session, words: str, month: str | None) -> articles.Kept:
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
    session: Session,
    kept: articles.Kept,
    done: str,
    changes: dict[str, Any],
    target: Month | None = None,
) -> None:
    """Lay `changes` over an article, or move it, and say so."""
    id_ = kept.article.id
    with transaction(session.db):
        for month in {kept.month, target or kept.month}:
            _check_open(session, month)
        if changes:
            articles.edit(session.db, id_, changes, session.now)
        if target:
            articles.move(session.db, id_, target, session.now)
        _record(session, done.split()[0], id_, list(changes))
    now = articles.get(session.db, id_)
    session.say(f"{id_}  {now.month}  {now.article.title}: {done}")


def _record(session: Session, done: str, article_id: str, fields: list[str]) -> None:
    events.record(
        session.db, session.now, f"article.{done}", detail={"article": article_id, "fields": fields}
    )


def _check_open(session: Session, month: Month) -> None:
    if str(month) in articles.frozen_months(session.db):
        raise UsageError(f"{month} is queued or sent: its articles can no longer be changed")


def _month_for(session: Session, text: str | None, published: str | None) -> Month:
    """The month named, else that of its date, else the default one."""
    if text or not published:
        return session.month(text)
    moment = datetime.strptime(published, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return Month.of(moment, session.settings.zone)


def _edits(session: Session, given: dict[str, Any], old: Article | None) -> dict[str, Any]:
    """The options given, as the fields that the store keeps; raises `UsageError`."""
    edits: dict[str, Any] = {
        name: tidy(given[name])
        for name in ("title", "summary", "author")
        if given[name] is not None
    }
    if given["language"] is not None:
        edits["language"] = language_known(given["language"]) or session.settings.default_language
    if given["section"] is not None:
        section_known(given["section"], session.settings)
        edits["section"] = given["section"] or "news"
    if given["profile"] is not None:
        if given["profile"] and given["profile"] not in profiles.all_profiles(session.db):
            raise UsageError(f"no profile “{given['profile']}”; `alerts profile list` shows them")
        edits["profile"] = given["profile"]
    if given["tags"]:
        edits["tags"] = [tag for tag in map(tidy, given["tags"]) if tag]
    if given["published"] is not None:
        edits["published"] = _stamp(session, given["published"]) if given["published"] else None
    return edits | _image(given, old) | _event(session, given, old)


def _image(given: dict[str, Any], old: Article | None) -> dict[str, Any]:
    if given["image"] is None and given["image_alt"] is None:
        return {}
    before = old.image if old else None
    url = (
        before.url
        if given["image"] is None and before
        else web_address(given["image"] or "", "--image")
    )
    alt = before.alt if given["image_alt"] is None and before else tidy(given["image_alt"] or "")
    if given["image_alt"] and not url:
        raise UsageError("--image-alt: the article has no image; give --image too")
    return {"image": {"url": url, "alt": alt} if url else None}


def _event(session: Session, given: dict[str, Any], old: Article | None) -> dict[str, Any]:
    names = ("event_start", "event_end", "event_place")
    if all(given[name] is None for name in names):
        return {}
    before = articles.event_fields(old.event) if old and old.event else {}
    start, end, place = (given[name] for name in names)
    if start == "":
        return {"event": None}
    event = {
        "start": _when(session, start, "--event-start") if start else before.get("start", ""),
        "end": before.get("end", "") if end is None else end and _when(session, end, "--event-end"),
        "place": before.get("place", "") if place is None else tidy(place),
    }
    if not event["start"]:
        raise UsageError("an event needs --event-start")
    return {"event": event}


def _when(session: Session, text: str, option: str) -> str:
    """A day as it is, a moment in UTC; raises `UsageError`."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise UsageError(
            f"{option} “{text}”: write a date such as 2026-10-31 or 2026-10-31T18:00+01:00"
        ) from fault
    aware = moment if moment.tzinfo else moment.replace(tzinfo=session.settings.zone)
    return aware.astimezone(UTC).isoformat()


def _stamp(session: Session, text: str) -> str:
    """A date of publication as the store keeps it; a bare day is its noon."""
    when = _when(session, text, "--published")
    if len(when) == 10:
        noon = datetime.combine(date.fromisoformat(when), time(12), session.settings.zone)
        when = noon.astimezone(UTC).isoformat()
    return datetime.fromisoformat(when).strftime("%Y-%m-%dT%H:%M:%SZ")


def _flat(value: Any) -> str:
    """A value on one line."""
    if not isinstance(value, list):
        return str(value)
    return ", ".join(" ".join(part.values()) if isinstance(part, dict) else part for part in value)


def _flags(article: Article) -> str:
    marks = {"★": article.featured, "✗": article.excluded, "=": bool(article.same_as)}
    return "".join(mark for mark, on in marks.items() if on)


def _shown(kept: articles.Kept) -> dict[str, Any]:
    """An article as `--json` prints it."""
    a = kept.article
    return {
        "id": a.id,
        "month": str(kept.month),
        "url": a.url,
        "title": a.title,
        "summary": a.summary,
        "language": a.language,
        "section": a.section,
        "published": a.published.isoformat() if a.published else None,
        "image": {"url": a.image.url, "alt": a.image.alt} if a.image else None,
        "author": a.author,
        "tags": list(a.tags),
        "profile": a.profile,
        "event": articles.event_fields(a.event) if isinstance(a.event, Event) else None,
        "translations": {
            language: {"title": t.title, "summary": t.summary} | ({"url": t.url} if t.url else {})
            for language, t in a.translations.items()
        },
        "same_as": a.same_as,
        "reports": [
            {"id": report.id, "url": report.url, "name": report.name} for report in a.reports
        ],
        "language_guessed": a.guessed,
        "featured": a.featured,
        "excluded": a.excluded,
        "position": a.position,
    }
