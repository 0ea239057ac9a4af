"""The archive as values: past editions and their articles, and how each becomes public.

    letter.py   an edition, frozen as sent, becomes a public page with nothing personal in it
    feeds.py    issues as Atom, JSON Feed and a site map

Pure: values in, values out. Where they come from is `store/archive.py`; who shows them, `web/`.
"""

import hashlib
import json
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


@dataclass(frozen=True, slots=True)
class Piece:
    """An article in the words of an edition; `url` and `image` are absolute, or empty."""

    id: str
    url: str
    image: str
    title: str
    title_language: str
    summary: str
    summary_language: str


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


def hashes(subject: str, preheader: str, html: str, text: str) -> str:
    """The SHA-256 of an edition's parts, as a JSON object."""
    parts = {"subject": subject, "preheader": preheader, "html": html, "text": text}
    return json.dumps(
        {name: hashlib.sha256(part.encode()).hexdigest() for name, part in parts.items()}
    )
