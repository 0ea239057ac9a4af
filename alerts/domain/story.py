"""A story's aliases: what it is known by, over all sources, languages and past issues.

An alias of a strong kind names one story; one of a weak kind may be shared, and is evidence only together
with others (docs/adr/0028-stories.md).
"""

from enum import StrEnum
from typing import NamedTuple


class AliasKind(StrEnum):
    """The kinds of aliases, the strong ones first. The address of a page is none of them: pages are in
    the table `addresses`, one article each."""

    HREFLANG = "hreflang"  # a page that the article's page names as its translation
    NODE = "node"  # the number of a page in its system, the same in all languages (Drupal)
    GUID = "guid"  # what a feed calls it, within its site
    DOI = "doi"
    ISBN = "isbn"
    UID = "uid"  # what a calendar calls it
    TEXT = "text"  # fingerprint of title and text together
    TITLE = "title"  # fingerprint of the title
    PICTURE = "picture"
    MOMENT = "moment"  # when it was published, to the second, on its site
    PATH = "path"  # its path on its site, without what names a language
    WHEN = "when"  # begin and end of an event, on its site


STRONG = (
    AliasKind.NODE,
    AliasKind.GUID,
    AliasKind.DOI,
    AliasKind.ISBN,
    AliasKind.UID,
    AliasKind.TEXT,
)
"""Kinds whose alias is kept for one article only, the most telling first."""


class Alias(NamedTuple):
    """One alias; `language`: for `HREFLANG`, that of the other page."""

    kind: AliasKind
    value: str
    language: str = ""
