"""Rendered editions as they are kept in the database, and read again. Pictures are found again by name."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import replace

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.issue import Edition
from alerts.domain.picture import names_in
from alerts.store import pictures

_TEXTS = ("language", "subject", "preheader", "html", "text", "articles")


def packed(editions: Iterable[Edition]) -> bytes:
    """What is kept of them: their texts, compressed."""
    kept = [{name: getattr(one, name) for name in _TEXTS} for one in editions]
    return zlib.compress(json.dumps(kept).encode())


def unpacked(db: Database, settings: Settings, kept: bytes) -> tuple[Edition, ...]:
    """The same editions again, with their pictures."""
    texts = json.loads(zlib.decompress(kept))
    return tuple(with_pictures(db, settings, Edition(**one)) for one in texts)


def with_pictures(db: Database, settings: Settings, edition: Edition) -> Edition:
    """The edition with the pictures of ours that it shows."""
    found = (pictures.get(db, name) for name in names_in(edition.html))
    inline = settings.pictures.delivery == "cid"
    return replace(edition, pictures=tuple(filter(None, found)), inline=inline)
