"""A document from outside, as it was fetched or read from a file; nothing in it has been parsed yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document: `url` after redirects, `base` for its relative links, `body` without
    Content-Encoding.

    `unchanged` means that the server answered 304: the body is empty, and the one read before is still
    valid. `told_at` is the time in the server's Date; `hops` are the redirects that led here, each with
    its status and where it led. `headers`: the fields of the answer that readers may need, by their names
    in lower case.
    """

    url: str
    base: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    unchanged: bool = False
    told_at: datetime | None = None
    hops: tuple[tuple[int, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)

    @property
    def digest(self) -> str:
        """A hash of the body, by which an unchanged document is recognised."""
        return sha256(self.body).hexdigest()
