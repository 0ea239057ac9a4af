"""Files that were tried and may be imported next: kept without a name, in this process alone.

A file ends with the process, after an hour, or when newer ones take its place.
"""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

KEPT = timedelta(hours=1)
MOST = 4


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent with a form, on disk where it is large; closed once it is answered, unless it
    is kept."""

    name: str
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """A file, whose it is, and until when."""

    upload: Upload
    person_id: int
    until: datetime


class Uploads:
    """The files of all people; each gets back only their own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, KeptUpload] = {}

    def keep(self, upload: Upload, person_id: int, now: datetime) -> str:
        """Keep a file; returns what it is asked for by."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            over = [key for key, one in self._kept.items() if one.until <= now]
            spare = list(self._kept)[: max(0, len(self._kept) - len(over) - MOST + 1)]
            for key in {*over, *spare}:
                self._kept.pop(key).upload.file.close()
            self._kept[name] = KeptUpload(upload, person_id, now + KEPT)
        return name

    def take(self, name: str, person_id: int, now: datetime) -> Upload | None:
        """Give a file back, once; None where it is not theirs or not kept any more."""
        with self._lock:
            found = self._kept.get(name)
            if found is None or found.person_id != person_id or found.until <= now:
                return None
            return self._kept.pop(name).upload

    def holds(self, upload: Upload) -> bool:
        """Whether a file is kept."""
        with self._lock:
            return any(one.upload is upload for one in self._kept.values())

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            for one in self._kept.values():
                one.upload.file.close()
            self._kept.clear()
