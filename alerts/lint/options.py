"""Options of the linter: the readers' mail programs, the wanted codes, and the texts that each copy
must show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# The readers' mail programs, by weight: a rough average of newsletters to organisations. A family
# includes all its apps, except those named by themselves (`outlook.windows`).
CLIENTS: Mapping[str, float] = {
    "gmail": 36,
    "apple-mail": 32,
    "outlook": 10,
    "outlook.windows": 8,
    "yahoo": 4,
    "samsung-email": 4,
    "thunderbird": 3,
    "protonmail": 3,
}


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """A picture of ours: the article that it is of, or "" for a logo, and its octets."""

    article: str
    title: str
    size: int


@dataclass(frozen=True, slots=True)
class LostPicture:
    """An article whose picture is not shown, and why; `reached`: it was asked for."""

    article: str
    title: str
    reason: str
    reached: bool


@dataclass(frozen=True, slots=True)
class LintOptions:
    """`clients` are weights by family or app; `address`, `base_url` and `english` may be unknown.

    `address` is the postal address that each part must show, "" if none has been set; URLs below
    `base_url` are specific to a reader or a language; `english` are interface texts that this edition
    should have in another language, `translated` those that may stay as they are. An empty `only`
    means all checks.

    `stories` is the URL that an article is known by, for each URL that an edition may link to instead
    (its page in another language); `origins` is the location of the source that a URL was collected
    from; `accepted` are the (code, cause) of findings that are no longer reported; an empty cause
    means any. `pictures` are ours by the first 40 digits of their names, `lost_pictures` those that are
    not shown, `most_picture_bytes` what they may weigh together; `copies_pictures`: the project shows
    copies of articles' pictures.
    """

    clients: Mapping[str, float] = field(default_factory=lambda: CLIENTS)
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    language: str = ""
    address: str | None = None
    base_url: str = ""
    english: frozenset[str] = frozenset()
    translated: frozenset[str] = frozenset()
    stories: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    accepted: frozenset[tuple[str, str]] = frozenset()
    pictures: Mapping[str, PictureFacts] = field(default_factory=dict)
    lost_pictures: tuple[LostPicture, ...] = ()
    most_picture_bytes: int | None = None
    copies_pictures: bool = False

    def wants(self, code: str) -> bool:
        """True if findings with that code are wanted."""
        return code not in self.skip and (not self.only or code in self.only)

    def accepts(self, code: str, cause: str) -> bool:
        """True where a finding was accepted permanently."""
        return not self.accepted.isdisjoint({(code, ""), (code, cause)})

    def origin(self, url: str) -> str:
        """The origin of a URL: the source of its article, or the host in it where no source has it."""
        found = re.match(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)", url, re.IGNORECASE)
        return self.origins.get(url, "") or (found[1].lower() if found else "")


DEFAULT = LintOptions()
