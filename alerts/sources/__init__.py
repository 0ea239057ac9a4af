"""Where articles come from: a feed, a web page, a folder of Markdown files.

`read` turns one source into articles, whatever its kind; `detect` finds out the kind. Both reach
the outside world only through `fetch.Fetcher` and, for locations that an admin wrote as a path, the
file system: nothing that comes from the network can name a local file. Knows nothing of the store.
"""

from importlib import import_module
from pathlib import Path

from alerts.errors import FetchError, InputError, UsageError
from alerts.markup import safe_url, tidy
from alerts.model import Source, SourceKind
from alerts.settings import Settings
from alerts.sources.fetch import Fetched, Fetcher, shown
from alerts.sources.intake import Found, Intake

KINDS = (SourceKind.FEED, SourceKind.PAGE, SourceKind.FOLDER)


def read(source: Source, settings: Settings, fetcher: Fetcher) -> Found:
    """Everything that `source` holds now; raises `InputError`, or `FetchError` over the network."""
    intake = Intake(source, settings)
    path = local_path(source.location, settings)
    if source.kind is SourceKind.FOLDER:
        from alerts.sources import folder

        if path is None:
            raise InputError(f"{source.location}: a folder source is a path, not an address")
        return folder.read(path, intake)
    document = _document(source, path, settings, fetcher)
    if document.unchanged:
        return Found(unchanged=True, etag=source.etag, last_modified=source.last_modified)
    found = _read_document(source.kind, document, intake)
    return Found(found.articles, found.faults, found.notes, document.etag, document.last_modified)


def check(source: Source, settings: Settings, fetcher: Fetcher, kind: SourceKind | None) -> Found:
    """The same for a source that is not kept, its kind found out where it is None."""
    if kind is not None:
        return read(source, settings, fetcher)
    path = local_path(source.location, settings)
    if path is not None and path.is_dir():
        from alerts.sources import folder

        return folder.read(path, Intake(source, settings))
    document = _document(source, path, settings, fetcher)
    return _read_document(_kind(document), document, Intake(source, settings))


def detect(location: str, settings: Settings, fetcher: Fetcher) -> SourceKind:
    """What kind of source is at that location; looks at it, so it raises as `read` does."""
    path = local_path(location, settings)
    if path is not None and path.is_dir():
        return SourceKind.FOLDER
    source = Source(0, location, SourceKind.PAGE)
    return _kind(_document(source, path, settings, fetcher))


def normal_location(location: str, settings: Settings) -> str:
    """A location as it is kept: the absolute URL, or the path relative to the project where it can be.

    Raises `UsageError` for an address that is none.
    """
    location = location.strip()
    path = local_path(location, settings)
    if path is None:
        url = safe_url(location)
        if not url:
            raise UsageError(
                f"“{shown(location)}” is no address of a source: "
                "write http(s)://… without a password, or a path"
            )
        return url
    if not path.exists():
        raise UsageError(
            f"{location}: no such file or folder (paths are relative to {settings.root})"
        )
    resolved, root = path.resolve(), settings.root.resolve()
    return str(resolved.relative_to(root)) if resolved.is_relative_to(root) else str(resolved)


def local_path(location: str, settings: Settings) -> Path | None:
    """The path that an admin named, seen from the project's folder; None for a URL."""
    if "://" in location or location.lower().startswith(("data:", "javascript:", "file:")):
        return None
    return settings.root / Path(location).expanduser()


def _document(source: Source, path: Path | None, settings: Settings, fetcher: Fetcher) -> Fetched:
    if path is None:
        return fetcher.fetch(source.location, source.etag, source.last_modified)
    try:
        if path.is_dir():
            raise FetchError(f"{source.location}: is a folder; use --kind folder")
        if path.stat().st_size > settings.sources.max_bytes:
            most = settings.sources.max_bytes
            raise FetchError(f"{source.location}: larger than {most} octets (sources.max_bytes)")
        return Fetched("", "", path.read_bytes())
    except OSError as fault:
        raise FetchError(f"{source.location}: {fault.strerror or fault}") from fault


def _kind(document: Fetched) -> SourceKind:
    """A page begins with the markup of one; whatever else it is, only a feed reader can tell."""
    kind = document.content_type.partition(";")[0].strip().lower()
    start = document.body[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"{", b"[")) or any(f in start for f in (b"<rss", b"<feed", b"<rdf:rdf")):
        return SourceKind.FEED
    html = b"<!doctype html" in start or b"<html" in start
    return (
        SourceKind.PAGE
        if html or kind in ("text/html", "application/xhtml+xml")
        else SourceKind.FEED
    )


def _read_document(kind: SourceKind, document: Fetched, intake: Intake) -> Found:
    if not document.body.strip():
        raise InputError(f"{intake.source.location}: empty")
    reader = import_module(f"alerts.sources.{kind}")  # each costs up to 300 ms to import
    try:
        found: Found = reader.read(document, intake)
    except InputError:
        raise
    except Exception as fault:  # a parser of others, on hostile input: any fault is the source's
        what = tidy(f"{type(fault).__name__}: {fault}")[:200]
        raise InputError(f"{intake.source.location}: cannot be read ({what})") from fault
    return found


__all__ = ["KINDS", "Fetcher", "Found", "check", "detect", "local_path", "normal_location", "read"]
