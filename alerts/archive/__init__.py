"""The archive as values: past editions and their articles, and how each becomes public.

    letter.py   an edition, frozen as sent, becomes a public page with nothing personal in it
    event.py    an event becomes a file for the reader's calendar
    feeds.py    issues as Atom, JSON Feed and a site map

Pure: values in, values out. Where they come from is `store/archive.py`; who shows them, `web/`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.model import Month


@dataclass(frozen=True, slots=True)
class Past:
    """An edition that was sent, as a list of the archive names it. `at` is when it was frozen."""

    month: Month
    language: str
    subject: str
    preheader: str
    at: datetime

    @property
    def path(self) -> str:
        """Where its page is, below the public address."""
        return f"archive/{self.month}/{self.language}"

    def event_path(self, article_id: str) -> str:
        """Where the file of one of its events is."""
        return event_path(self.month, self.language, article_id)


@dataclass(frozen=True, slots=True)
class Piece:
    """An article in the words of an edition; `url` and `image` are absolute, or empty.

    `ics` is the file of an event, as it was made when the issue was frozen.
    """

    id: str
    url: str
    image: str
    title: str
    title_language: str
    summary: str
    summary_language: str
    ics: bytes = b""


Marked = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is what was looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found, and the edition that told it."""

    month: Month
    language: str
    id: str
    title: Marked
    title_language: str
    summary: Marked
    summary_language: str


def event_path(month: Month, language: str, article_id: str) -> str:
    """Where the file of an event lies, below the public address."""
    return f"archive/{month}/{language}/{article_id}.ics"


NO_FILES: Mapping[str, bytes] = {}


def hashes(
    subject: str, preheader: str, html: str, text: str, files: Mapping[str, bytes] = NO_FILES
) -> str:
    """The SHA-256 of an edition's parts, and of the files of its events by article, as a JSON object."""
    parts = {"subject": subject, "preheader": preheader, "html": html, "text": text}
    octets = {name: part.encode() for name, part in parts.items()}
    octets |= {f"{article_id}.ics": file for article_id, file in files.items()}
    return json.dumps({name: hashlib.sha256(part).hexdigest() for name, part in octets.items()})
