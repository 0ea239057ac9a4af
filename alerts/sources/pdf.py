"""PDF reports: one file is one article, by what its first pages say.

The metadata of PDF files is often that of a template, of another file or of the secretary who printed
it, so title and authors of it are believed only where the first pages have them, too; the title is else
the biggest text of the first page. The summary is the abstract or executive summary. Read by pypdf,
which is plain Python; like every document, in a cell.
"""

import io
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, WrongPasswordError

from alerts.domain.confidence import likely
from alerts.domain.errors import InputError
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake, SourceContent
from alerts.sources.pdf_pages import Line, first_pages
from alerts.sources.pdf_words import (
    abstract,
    cover_dates,
    marks,
    people,
    prose,
    title_of,
)
from alerts.text.plain_text import safe_url, tidy

_MOST_PAGES = 50_000  # a count beyond that is a mistake
_LOCKED = (DependencyError, FileNotDecryptedError, WrongPasswordError)
_END = b"\nstartxref\n0\n%%EOF\n"
_FEWEST = 40  # characters on the first pages; fewer are a stamp on a scan

_LOOKS = likely("summary", "the order of its words is that of the page as it looks")

T = TypeVar("T")


def read(document: Fetched, intake: Intake) -> SourceContent:
    """The one article of a PDF file; raises `InputError` where it cannot be read, or has no text."""
    place = intake.source.location
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of what it mends
    reader, count = _opened(document.body, place)
    first = first_pages(reader, intake.settings.sources.timeout.total_seconds() / 4)
    cover, pages, text = first.cover, first.pages, first.lines
    if not text and first.slow:
        raise InputError(f"{place}: a PDF whose pages take too long to read (sources.timeout)")
    if sum(character.isalpha() for character in "".join(text)) < _FEWEST:
        raise InputError(
            f"{place}: a PDF without text, such as a scan; add it by hand:"
            " `alerts article add --url … --title …`"
        )
    url = safe_url(document.url)
    told = _Told(reader)
    summary, body = tidy(abstract(pages)), list(prose(pages))
    notes = [] if url else [f"{place}: a file without a web address; it is shown, not collected"]
    shown = (summary, *body[:3])
    if any(line in paragraph for line in first.unordered for paragraph in shown):
        summary, body = "", []
        notes.append(f"{place}: the order of words in this PDF cannot be told; write its summary")
    article = intake.article(
        url=url,
        title=title_of(told.all("title"), cover, text),
        summary=summary,
        text="\n".join(body),
        fallback_language=told.language(),
        published=_published(told, cover, intake),
        author="; ".join(people(told.all("author"), text)),
        marks=marks(text),
        doubts=(_LOOKS,) if first.turned and (summary or body) else (),
        pages=count,
    )
    return SourceContent((article,), notes=tuple(notes))


def _opened(body: bytes, place: str) -> tuple[PdfReader, int]:
    """The file, and the number of its pages; raises `InputError`.

    A file whose end is torn off is read by its objects, which pypdf looks for where the end names none.
    """
    for octets in (body, body + _END):
        try:
            reader = PdfReader(io.BytesIO(octets))
            if reader.is_encrypted and not reader.decrypt(""):
                raise WrongPasswordError
            count = len(reader.pages)
        except _LOCKED as fault:
            raise InputError(f"{place}: a PDF that is locked with a password") from fault
        except MemoryError:
            raise
        except Exception:  # noqa: S112 - of a broken file it raises what comes
            continue
        if 0 < count <= _MOST_PAGES:
            return reader, count
    raise InputError(f"{place}: a broken PDF, which cannot be read")


class _Told:
    """What the metadata of a file say: its table of information, and XMP. Any of it may be broken."""

    def __init__(self, reader: PdfReader) -> None:
        self._info: Any = _tried(lambda: reader.metadata, None) or {}
        self._xmp: Any = _tried(lambda: reader.xmp_metadata, None)
        self._root = reader

    def all(self, name: str) -> list[str]:
        """The title, or the authors, in every form that there is."""
        of_xmp = {"title": "dc_title", "author": "dc_creator"}[name]
        values = _tried(lambda: getattr(self._xmp, of_xmp), None) or []
        many = list(values.values()) if isinstance(values, dict) else list(values)
        one = _tried(lambda: str(self._info.get(f"/{name.title()}") or ""), "")
        return [text for value in (*many, one) if isinstance(value, str) and (text := tidy(value))]

    def language(self) -> str:
        """The language that the file declares; "" for none."""
        own = _tried(lambda: str(self._root.root_object.get("/Lang") or ""), "")
        of_xmp = _tried(lambda: next(iter(self._xmp.dc_language)), "") if self._xmp else ""
        return own or str(of_xmp or "")

    def made(self) -> datetime | None:
        """When the file was made."""
        of_xmp = _tried(lambda: self._xmp.xmp_create_date, None) if self._xmp else None
        return _tried(lambda: self._info.creation_date, None) or (
            of_xmp if isinstance(of_xmp, datetime) else None
        )


def _tried(ask: Callable[[], T], otherwise: T) -> T:
    with suppress(Exception):
        return ask()
    return otherwise


def _published(told: _Told, cover: list[Line], intake: Intake) -> datetime | None:
    """The day on the cover, where it is near that on which the file was made; else that day."""
    made = told.made()
    made = intake.aware(made) if made else None
    for text in cover_dates(cover):
        day = intake.moment(text)
        if day and (made is None or abs((day - made).days) <= 366):
            return day
    return made
