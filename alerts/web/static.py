"""The archive as files that any web server can serve, and a browser can open from a folder.

The same pages as those of `alerts serve`, with relative links; the search, which needs a server, is left
out. All is below `archive/` but `robots.txt`. Promises that a file is written whole or not at all, and
only where it changes; that nothing is deleted; and that a file which is not ours, one that an export
did not write, is left alone and named. Ours are listed in `archive/export.json`.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from alerts.archive import feeds
from alerts.settings import Settings
from alerts.store import archive
from alerts.web.pages import Pages
from alerts.web.reading import FEED_TYPES, Reading, Way

LIST = "archive/export.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did, in files; `foreign` are in the way and were left alone."""

    written: tuple[str, ...]
    unchanged: int
    foreign: tuple[str, ...]


def export(db: Database, settings: Settings, folder: Path) -> Exported:
    """Write the archive below `folder`, which is made if it is not there."""
    files = dict(_files(db, settings))
    ours = _ours(folder)
    foreign = tuple(
        name
        for name, octets in files.items()
        if name not in ours and (folder / name).exists() and _read(folder / name) != octets
    )
    mine = {name: octets for name, octets in files.items() if name not in foreign}
    listed = json.dumps(sorted(ours | set(mine)), indent=0).encode()
    _write(folder / LIST, listed)  # first: what a kill leaves behind is known to be ours
    written = tuple(name for name, octets in mine.items() if _write(folder / name, octets))
    return Exported(written, len(mine) - len(written), foreign)


def _files(db: Database, settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Every file by its name."""
    pages = Pages(settings)
    reading = Reading(settings, pages)
    pasts = archive.listed(db)
    yield "archive/style.css", pages.style.encode()
    for past in pasts:
        edition = archive.edition(db, past.month, past.language)
        if edition is not None:
            pieces = archive.pieces(db, past.month, past.language)
            way = Way("../../../", files=True, base=reading.base)
            page = reading.letter(edition, past.month, pieces, pasts, way)
            yield f"{past.path}/index.html", page.encode()
            yield from ((past.event_path(piece.id), piece.ics) for piece in pieces if piece.ics)
    way = Way("../", files=True, base=reading.base)
    front = reading.front(pasts, settings.default_language, way)
    yield "archive/index.html", front.encode()
    way = Way("../../", files=True, base=reading.base)
    for language in reading.languages(pasts):
        yield f"archive/{language}/index.html", reading.front(pasts, language, way).encode()
        for form in FEED_TYPES:
            yield f"archive/feed.{language}.{form}", reading.feed(db, language, form)
    yield "archive/sitemap.xml", feeds.site_map(settings.web.base_url, pasts)
    yield "robots.txt", feeds.robots(settings.web.base_url, "archive/sitemap.xml")


def _ours(folder: Path) -> set[str]:
    """The names that exports into this folder have written."""
    try:
        names = json.loads(_read(folder / LIST) or b"[]")
    except ValueError:
        return set()
    return {str(name) for name in names} if isinstance(names, list) else set()


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _write(path: Path, octets: bytes) -> bool:
    """Have a file hold just that, for everybody to read; returns whether it did not before."""
    if path.is_file() and path.read_bytes() == octets:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as out:
            out.write(octets)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return True
