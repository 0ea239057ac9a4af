"""Makes the PDF files of issues, where web.pdf asks for them; after sending, as each takes seconds."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlite_utils import Database

from alerts.archive.pdf import PdfFailed, available, pdf
from alerts.archive.public_page import public, without_reader
from alerts.config.settings import Settings
from alerts.domain.month import Month
from alerts.store import archive, documents, pictures, transaction
from alerts.store.documents import Lacking

MISSING = (
    "web.pdf is on, but WeasyPrint or the library Pango is missing: pip install "
    "'monthly-alerts[pdf]'"
)


@dataclass(frozen=True, slots=True)
class Made:
    """How many files were made, and notes on editions that go without."""

    files: int = 0
    notes: tuple[str, ...] = ()


def make(db: Database, settings: Settings, months: Collection[Month] | None = None) -> Made:
    """Make what is missing of these months, or of all and what had failed before."""
    if not settings.web.pdf:
        return Made()
    if not available():
        return Made(notes=(MISSING,))
    if months is None:
        with transaction(db):
            documents.forget_failures(db)
    lacking = [one for one in documents.lacking(db) if months is None or one.month in months]
    files, notes = 0, []
    for one in lacking:
        try:
            octets = _pdf(db, settings, one)
            files += 1
        except PdfFailed as fault:
            octets = b""
            notes.append(f"{one.month}, {one.language}: {fault}")
        with transaction(db):
            documents.keep(db, one, octets)
    return Made(files, tuple(notes))


def _pdf(db: Database, settings: Settings, one: Lacking) -> bytes:
    edition = archive.edition(db, one.month, one.language)
    if edition is None:
        raise PdfFailed("its edition is gone")
    join = f"{settings.web.public_url}/join"
    document = public(edition.html, join=join, more=False, anchors={})
    return pdf(without_reader(document), lambda name: pictures.get(db, name))
