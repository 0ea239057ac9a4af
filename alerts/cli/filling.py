"""What `alerts article add URL` finds out by itself: the page is read as a source of kind `page`."""

from typing import Any

from alerts import sources
from alerts.cli.session import Session
from alerts.errors import InputError
from alerts.model import Article, SourceKind
from alerts.store import stamp


def read_page(session: Session, url: str, *, needed: bool) -> Article | None:
    """What the page at `url` says; where it cannot be read, None and a warning.

    Raises `InputError` where it is `needed`.
    """
    settings = session.settings
    reader = sources.Reader(settings, sources.Fetcher(settings), sources.Occasion())
    try:
        (found,) = reader.check(url, SourceKind.PAGE).articles
    except InputError as fault:
        if needed:
            raise InputError(f"{fault}; to write it by hand, give --title") from fault
        session.warn(f"{fault}; only what was given is kept")
        return None
    return found


def fields_of(article: Article) -> dict[str, Any]:
    """What a page says, as the fields that an editor can write."""
    fields: dict[str, Any] = {
        "title": article.title,
        "summary": article.summary,
        "language": article.language,
        "published": stamp(article.published) if article.published else None,
        "image": {"url": article.image.url, "alt": article.image.alt} if article.image else None,
        "author": article.author,
        "tags": list(article.tags),
    }
    return {name: value for name, value in fields.items() if value}
