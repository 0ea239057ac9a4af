"""The archive as values: past editions and their articles.

`store/archive.py` reads them, `archive/` makes pages, feeds and calendar files of them, `web/` serves
these.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.domain.month import Month


@dataclass(frozen=True, slots=True)
class Past:
    """An edition that was sent, as listed in the archive, of a month or a special alert. `at` is when it was
    frozen; `key` that of an imported issue, empty for one of ours."""

    month: Month
    language: str
    subject: str
    preheader: str
    at: datetime
    key: str = ""

    @property
    def path(self) -> str:
        """The path of its page, below `web.base_url`."""
        return edition_path(self.key or str(self.month), self.language)

    def event_path(self, article_id: str) -> str:
        """The path of the calendar file of one of its events."""
        return event_path(self.month, self.language, article_id)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the list of issues shows of an edition: its headline and the name of its first picture, where
    they are known, and how many stories it has."""

    headline: str = ""
    picture: str = ""
    stories: int = 0


@dataclass(frozen=True, slots=True)
class ArchivedArticle:
    """An article in the language of an edition; `url` and `image` are absolute, or empty.

    `ics` is the calendar file of an event, as made when the issue was frozen; `section` the key of its
    section then.
    """

    id: str
    url: str
    image: str
    title: str
    title_language: str
    summary: str
    summary_language: str
    ics: bytes = b""
    section: str = ""


Marked = tuple[tuple[str, bool], ...]
"""A text in parts, each with True if it matches the search."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that a search found, and its edition; or (`key`) an imported issue."""

    month: Month
    language: str
    id: str
    title: Marked
    title_language: str
    summary: Marked
    summary_language: str
    key: str = ""

    @property
    def path(self) -> str:
        """The path of where it stands, below `web.base_url`."""
        if self.key:
            return f"archive/{self.key}/{self.language}"
        return f"archive/{self.month}/{self.language}#a-{self.id}"


def edition_path(key: str, language: str) -> str:
    """The path of the page of an edition, below `web.base_url`."""
    return f"archive/{key}/{language}"


def event_path(month: Month, language: str, article_id: str) -> str:
    """The path of an event's calendar file, below `web.base_url`."""
    return f"archive/{month}/{language}/{article_id}.ics"


NO_FILES: Mapping[str, bytes] = {}


def hashes(
    subject: str, preheader: str, html: str, text: str, files: Mapping[str, bytes] = NO_FILES
) -> str:
    """The SHA-256 of an edition's parts, and of its calendar files by article, as a JSON object."""
    parts = {"subject": subject, "preheader": preheader, "html": html, "text": text}
    octets = {name: part.encode() for name, part in parts.items()}
    octets |= {f"{article_id}.ics": file for article_id, file in files.items()}
    return json.dumps({name: hashlib.sha256(part).hexdigest() for name, part in octets.items()})
