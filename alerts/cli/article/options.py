"""The options that `alerts article add` and `edit` share, and the values of fields that they mean.

Which there are follows from the table in `domain/article.py`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from alerts.cli.context import Session
from alerts.cli.web_address import web_address
from alerts.domain.article import EDITED, Article, Event, Image, day_or_moment
from alerts.domain.article_fields import ArticleField
from alerts.domain.article_fields import ArticleFieldKind as Kind
from alerts.domain.errors import InputError, UsageError
from alerts.domain.picture import Focus, focus_of

Command = Callable[..., Any]

# The options of fields that take more than one, or are written otherwise.
_OPTIONS: Mapping[Kind, tuple[Callable[[Command], Command], ...]] = {
    Kind.IMAGE: (
        click.option("--image", metavar="FILE|URL", help="A picture; a file is copied."),
        click.option("--image-alt", metavar="TEXT", help="What the picture shows."),
        click.option(
            "--image-focus",
            metavar="X,Y",
            help="What must stay in view, in % from left and top: 50,30",
        ),
    ),
    Kind.WORDS: (click.option("--tag", "tags", multiple=True, help="As often as needed."),),
    Kind.EVENT: (
        click.option("--event-start", metavar="DATE", help="When it begins: a day or a moment."),
        click.option("--event-end", metavar="DATE", help="When it ends."),
        click.option("--event-place", metavar="TEXT", help="Where it takes place."),
    ),
}
_METAVARS = {"published": "DATE", "profile": "SLUG", "note": "TEXT", "layout": "FORM"}


def fields(command: Command) -> Command:
    """Give a command these options."""
    for option in reversed([one for field in EDITED for one in _options_of(field)]):
        command = option(command)
    return command


def _options_of(field: ArticleField) -> Iterable[Callable[[Command], Command]]:
    """The options by which a field is written."""
    if field.kind in _OPTIONS:
        return _OPTIONS[field.kind]
    name = f"--{field.name.replace('_', '-')}"
    return (click.option(name, metavar=_METAVARS.get(field.name), help=field.help),)


def given_fields(session: Session, given: Mapping[str, Any], old: Article | None) -> dict[str, Any]:
    """The fields that were given, for the library; raises `UsageError`. `old` is the article that they
    change."""
    found: dict[str, Any] = {}
    for field in EDITED:
        value = given.get(field.name)
        if field.kind is Kind.IMAGE:
            found |= _image(session, given, old)
        elif field.kind is Kind.EVENT:
            found |= _event(given, old)
        elif field.kind is Kind.MOMENT and value is not None:
            found[field.name] = _when(value, f"--{field.name}") if value else None
        elif value is not None and value != ():
            found[field.name] = value
    return found


def _image(
    session: Session, given: Mapping[str, Any], old: Article | None
) -> dict[str, Image | None]:
    written, alt, focus = (given[name] for name in ("image", "image_alt", "image_focus"))
    if written is None and alt is None and focus is None:
        return {}
    before = old.image if old and old.image else Image("")
    point = before.focus if focus is None and written is None else _focus(focus or "")
    url = before.url if written is None else _picture(session, written, point)
    if (alt or focus) and not url:
        option = "--image-alt" if alt else "--image-focus"
        raise UsageError(f"{option}: the article has no image; give --image too")
    return {"image": Image(url, before.alt if alt is None else alt, point) if url else None}


def _focus(text: str) -> Focus | None:
    try:
        return focus_of(text)
    except ValueError as fault:
        raise UsageError(
            f"--image-focus “{text}”: write two numbers from 0 to 100, from the left and the top: 50,30"
        ) from fault


def _picture(session: Session, written: str, focus: Focus | None) -> str:
    """The address of a picture that is given as a URL, or as a file, which is copied."""
    if not written or "://" in written:
        return web_address(written, "--image")
    path, most = Path(written), session.settings.sources.max_bytes
    if not path.is_file():
        raise UsageError(f"--image “{written}”: no such file; write its path, or a full URL")
    if path.stat().st_size > most:
        raise InputError(f"{written}: larger than {most} octets (sources.max_bytes)")
    return session.project.articles.give_picture(path.read_bytes(), written, focus)


def _event(given: Mapping[str, Any], old: Article | None) -> dict[str, Event | None]:
    start, end, place = (given[name] for name in ("event_start", "event_end", "event_place"))
    if start is None and end is None and place is None:
        return {}
    if start == "":
        return {"event": None}
    before = old.event if old else None
    if start:
        begins = _when(start, "--event-start")
    elif before:
        begins = before.start
    else:
        raise UsageError("an event needs --event-start")
    ends, where = (before.end, before.place) if before else (None, "")
    if end is not None:
        ends = _when(end, "--event-end") if end else None
    return {"event": Event(begins, ends, where if place is None else place)}


def _when(text: str, option: str) -> date:
    """A day, or a moment; raises `UsageError`."""
    try:
        return day_or_moment(text)
    except ValueError as fault:
        raise UsageError(
            f"{option} “{text}”: write a date such as 2026-10-31 or 2026-10-31T18:00+01:00"
        ) from fault
