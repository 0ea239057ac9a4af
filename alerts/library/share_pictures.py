"""Draws the pictures that other sites show of an issue, once it is frozen, from what was frozen.

An issue that cannot have one goes without: its first picture stands for it then. Nothing waits for it and
nothing fails by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.archive.public_page import headline_of
from alerts.config.settings import Settings
from alerts.config.themes import palette
from alerts.domain.errors import AlertsError
from alerts.domain.month import Month
from alerts.domain.picture import names_in
from alerts.editions.catalogue import Catalogue, direction
from alerts.editions.template_files import template_folders
from alerts.sources.cell.pool import Cells
from alerts.sources.picture.address import logo_url
from alerts.sources.picture.share_card import Card, ask
from alerts.store import archive, picture_originals, pictures, share_pictures, transaction
from alerts.store.documents import Lacking

_LONGEST = 160  # characters of a headline


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many pictures were drawn, and notes on editions that go without."""

    pictures: int
    notes: tuple[str, ...] = ()


def draw(db: Database, settings: Settings, month: Month | None = None) -> Drawn:
    """Draw what is missing of that month, or of all that were sent."""
    lacking = share_pictures.lacking(db, month)
    if not lacking:
        return Drawn(0)
    made, notes = 0, []
    with Cells(1) as cells:
        for one in lacking:
            place = f"{one.month}, {one.language}"
            card = _card(db, settings, one)
            try:
                picture = ask(cells, card, place)
            except AlertsError as fault:
                notes.append(f"no picture for other sites: {fault}")
                continue
            with transaction(db):
                share_pictures.keep(db, one, picture, card.headline)
            made += 1
    return Drawn(made, tuple(notes))


def _card(db: Database, settings: Settings, one: Lacking) -> Card:
    """What is drawn of an edition."""
    alert, theme = settings.alert.in_language(one.language), settings.theme
    roles = palette(theme)
    quiet = theme.name == "quiet"
    edition = archive.edition(db, one.month, one.language)
    headline = (headline_of(edition.html) or edition.subject) if edition else alert.name
    catalogue = Catalogue(one.language, template_folders(settings.root))
    return Card(
        headline[:_LONGEST],
        alert.name,
        catalogue.month(one.month),
        direction(one.language),
        quiet,
        roles["page" if quiet else "hero"].light,
        roles["ink" if quiet else "herot"].light,
        roles["soft" if quiet else "heros"].light,
        roles["acc" if quiet else "btn"].light,
        next(_first_pictures(db, one), b""),
        _logo(db, settings, alert.logo),
    )


def _first_pictures(db: Database, one: Lacking) -> Iterator[bytes]:
    """Those of its stories that are ours, in reading order."""
    for piece in archive.pieces(db, one.month, one.language):
        for name in names_in(piece.image):
            if picture := pictures.get(db, name):
                yield picture.octets


def _logo(db: Database, settings: Settings, written: str) -> bytes:
    url = logo_url(written, settings.root)
    name = picture_originals.logo(db, url) if url else ""
    picture = pictures.get(db, name) if name else None
    return picture.octets if picture else b""
