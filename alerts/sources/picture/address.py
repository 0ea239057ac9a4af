"""Where originals are: a web address, a file of the project, or a picture that an editor has given.

Nothing that comes from the network can name a file: cells answer web addresses alone.
"""

import re
from hashlib import sha256
from pathlib import Path

from alerts.text.plain_text import safe_url

FILE, GIVEN = "file:", "picture:"


def file_url(path: Path, root: Path) -> str:
    """A file of the project at `root`, or beside it, as originals are known."""
    place, home = path.resolve(), root.resolve()
    return f"{FILE}{place.relative_to(home).as_posix() if place.is_relative_to(home) else place}"


def is_ours(url: str) -> bool:
    """True for a picture that is no web address: one that was given, or a file within the project."""
    parts = url.removeprefix(FILE).split("/")
    inside = url.startswith(FILE) and all(parts) and not {".", ".."} & set(parts)
    return inside or re.fullmatch(rf"{GIVEN}[0-9a-f]{{64}}", url) is not None


def logo_url(written: str, root: Path) -> str:
    """A logo as the settings name it, a URL or a path within the project; empty for anything else."""
    url = safe_url(written)
    if url or not written.strip() or "://" in written:
        return url
    place = root / written.strip()
    return file_url(place, root) if place.resolve().is_relative_to(root.resolve()) else ""


def given_url(document: bytes) -> str:
    """A picture that an editor has given, which is kept in the database alone."""
    return f"{GIVEN}{sha256(document).hexdigest()}"
