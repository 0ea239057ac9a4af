"""Writes the archive as files that any web server can serve, and a browser can open from a folder.

The same pages as those of `alerts serve`, with relative links; the search, which needs a server, is
left out. All files are below `archive/`, except `robots.txt` and pictures (`pictures/`). Guarantees: a
file is written completely or not at all, and only where it changes; nothing is deleted but what was
withdrawn; a file that no export has written is not changed, and is reported. The list of our files is
`archive/export.json`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from alerts.archive import feeds
from alerts.archive.section_feeds import section_feed_path
from alerts.domain.open_transaction import outside
from alerts.domain.picture import picture_path
from alerts.library.archive import Archive
from alerts.library.project import Project
from alerts.text.atomic_file import atomic_file
from alerts.web.archive_pages import FEED_TYPES, ArchivePages, Extras, PageLinks
from alerts.web.imported_pages import all_pasts, imported_page
from alerts.web.logo import all_logos, logos
from alerts.web.templates import Pages

LIST = "archive/export.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export, in files; `foreign` are files that no export has written and that were
    not changed, `removed` those that an earlier one wrote and that were withdrawn since."""

    written: tuple[str, ...]
    unchanged: int
    foreign: tuple[str, ...]
    removed: tuple[str, ...] = ()


def export(project: Project, folder: Path) -> Exported:
    """Write the archive below `folder`, which is created if it is missing."""
    files = dict(_files(project))
    ours = _ours(folder)
    foreign = tuple(
        name
        for name, octets in files.items()
        if name not in ours and (folder / name).exists() and _read(folder / name) != octets
    )
    mine = {name: octets for name, octets in files.items() if name not in foreign}
    listed = json.dumps(sorted(ours | set(mine)), indent=0).encode()
    _write(folder / LIST, listed)  # first, so that files of a killed export are known to be ours
    written = tuple(name for name, octets in mine.items() if _write(folder / name, octets))
    gone = [name for name in sorted(ours - files.keys()) if _withdrawn(project, name)]
    removed = tuple(name for name in gone if _remove(folder / name))
    return Exported(written, len(mine) - len(written), foreign, removed)


def _withdrawn(project: Project, name: str) -> bool:
    """True for a file of ours that belongs to what was withdrawn: a picture, or what hangs on a page."""
    path = PurePosixPath(name)
    if path.parent == PurePosixPath("pictures"):
        return project.pictures.withdrawn(path.name)
    months = {str(one.month) for one in project.archive.withdrawn()}
    return path.suffix in (".ics", ".pdf") and len(path.parts) == 4 and path.parts[1] in months


def _remove(path: Path) -> bool:
    there = path.is_file()
    path.unlink(missing_ok=True)
    return there


def _files(project: Project) -> Iterator[tuple[str, bytes]]:
    """Every file by its name."""
    archive, settings = project.archive, project.settings
    pages = Pages(settings)
    reading = ArchivePages(settings, pages, archive.facts(), partial(logos, project))
    names = {project.pictures.logo(written) for written in all_logos(settings.alert) if written} - {
        ""
    }
    pasts = archive.listed()
    yield "archive/style.css", pages.style.encode()
    for past in pasts:
        edition = archive.edition(past.month, past.language)
        if edition is not None:
            pieces = archive.pieces(past.month, past.language)
            way = PageLinks("../../../", files=True, base=reading.base)
            shown = project.pictures.names_of_issue(past.month)
            pdf = archive.pdf(past.month, past.language)
            names |= set(shown)
            share = archive.share_picture(past.month, past.language)
            corrections = archive.corrections(past.month, past.language)
            extras = Extras(shown, share, bool(pdf), corrections)
            page = reading.edition(edition, past.month, pieces, pasts, way, extras)
            yield f"{past.path}/index.html", page.encode()
            if pdf:
                yield f"{past.path}/issue.pdf", pdf
            yield from ((past.event_path(piece.id), piece.ics) for piece in pieces if piece.ics)
    for name in sorted(names):
        if picture := project.pictures.get(name):
            yield picture_path(name), picture.octets
    pasts = all_pasts(archive)
    way = PageLinks("../../../", files=True, base=reading.base)
    for past in pasts:
        if past.key:
            page = imported_page(archive, reading, past.key, past.language, way)
            yield f"{past.path}/index.html", page.encode()
    way = PageLinks("../", files=True, base=reading.base)

    def front(language: str, way: PageLinks) -> bytes:
        latest = reading.latest(pasts, language)
        share = archive.share_picture(latest.month, latest.language) if latest else ""
        return reading.front(pasts, language, way, share).encode()

    yield "archive/index.html", front(settings.default_language, way)
    way = PageLinks("../../", files=True, base=reading.base)
    for language in reading.languages(pasts):
        yield f"archive/{language}/index.html", front(language, way)
        for feed_format in FEED_TYPES:
            yield (
                f"archive/feed.{language}.{feed_format}",
                reading.feed(archive, language, feed_format),
            )
        yield from _further_feeds(reading, archive, language)
    yield "archive/sitemap.xml", feeds.site_map(settings.web.base_url, pasts)
    yield "robots.txt", feeds.robots(settings.web.base_url, "archive/sitemap.xml")


def _further_feeds(
    reading: ArchivePages, archive: Archive, language: str
) -> Iterator[tuple[str, bytes]]:
    """The feeds of sections, and of events, where the settings offer them."""
    for section in reading.sections_fed:
        for feed_format in FEED_TYPES:
            path = section_feed_path(section, language, feed_format)
            yield path, reading.section_feed(archive, section, language, feed_format)
    if reading.settings.web.events_feed:
        yield f"archive/events.{language}.ics", reading.events_feed(archive, language)


def _ours(folder: Path) -> set[str]:
    """The names of files that exports into this folder have written."""
    try:
        names = json.loads(_read(folder / LIST) or b"[]")
    except ValueError:
        return set()
    return {str(name) for name in names} if isinstance(names, list) else set()


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _write(path: Path, octets: bytes) -> bool:
    """Write a file that everybody may read; returns whether that changed it."""
    if path.is_file() and path.read_bytes() == octets:
        return False
    outside("a file is written")
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path, 0o644) as out:
        out.write(octets)
    return True
