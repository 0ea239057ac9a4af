"""What a sitemap says, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MappedPage:
    """An address in a sitemap, as it is written there: `changed` is its lastmod, `published` and `title`
    are those of the news extension."""

    url: str
    changed: str = ""
    published: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The addresses of a sitemap; of an index, those of other sitemaps."""

    is_index: bool
    pages: tuple[MappedPage, ...]
