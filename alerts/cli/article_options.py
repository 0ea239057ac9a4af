"""The options that `alerts article add` and `edit` share, and the fields of the store that they mean."""

from datetime import UTC, date, datetime, time
from typing import Any

import click

from alerts.cli.profile import web_address
from alerts.cli.session import Session
from alerts.cli.source import language_known, section_known
from alerts.errors import UsageError
from alerts.markup import tidy
from alerts.model import Article, day_or_moment
from alerts.store import profiles
from alerts.store.layers import event_fields

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
    click.option("--note", metavar="TEXT", help="For you and your colleagues; never mailed."),
)


def fields(command: Any) -> Any:
    """Give a command these options."""
    for option in reversed(_FIELDS):
        command = option(command)
    return command


def edits_of(session: Session, given: dict[str, Any], old: Article | None) -> dict[str, Any]:
    """The options given, as the fields that the store keeps; raises `UsageError`."""
    edits: dict[str, Any] = {
        name: tidy(given[name])
        for name in ("title", "summary", "author", "note")
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
    before = event_fields(old.event) if old and old.event else {}
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
        moment = day_or_moment(text)
    except ValueError as fault:
        raise UsageError(
            f"{option} “{text}”: write a date such as 2026-10-31 or 2026-10-31T18:00+01:00"
        ) from fault
    if not isinstance(moment, datetime):
        return moment.isoformat()
    aware = moment if moment.tzinfo else moment.replace(tzinfo=session.settings.zone)
    return aware.astimezone(UTC).isoformat()


def _stamp(session: Session, text: str) -> str:
    """A date of publication as the store keeps it; a bare day is its noon."""
    when = _when(session, text, "--published")
    if len(when) == 10:
        noon = datetime.combine(date.fromisoformat(when), time(12), session.settings.zone)
        when = noon.astimezone(UTC).isoformat()
    return datetime.fromisoformat(when).strftime("%Y-%m-%dT%H:%M:%SZ")
