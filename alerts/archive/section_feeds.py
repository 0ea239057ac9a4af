"""The stories of one section in one language, as Atom (RFC 4287) and JSON Feed 1.1.

An entry is a story: its title, its summary and its link, as the issue had them. Its id is where it stands in
the archive, so a story that comes in two issues is two entries. The same issues give the same bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from alerts.archive.xml_parts import ATOM, LANG, child, document, written
from alerts.config.settings import Settings
from alerts.domain.archived import ArchivedArticle, Past

Stories = Sequence[tuple[Past, ArchivedArticle]]


@dataclass(frozen=True, slots=True)
class SectionFeed:
    """The metadata of the feed of a section, with the title of the section in that language."""

    settings: Settings
    section: str
    title: str
    language: str

    @property
    def name(self) -> str:
        """What a feed reader shows."""
        return f"{self.settings.alert.name}: {self.title}"

    @property
    def home(self) -> str:
        """The URL of the archive in the feed's language."""
        return f"{self.settings.web.public_url}/archive/{self.language}"

    def at(self, feed_format: str) -> str:
        """The URL of the feed in that format, `atom` or `json`."""
        path = section_feed_path(self.section, self.language, feed_format)
        return f"{self.settings.web.public_url}/{path}"

    def place(self, past: Past, story: ArchivedArticle) -> str:
        """The URL of a story in the archive."""
        return f"{self.settings.web.public_url}/{past.path}#a-{story.id}"


def section_feed_path(section: str, language: str, feed_format: str) -> str:
    """The path of the feed of a section, below `web.base_url`."""
    return f"archive/sections/{section}/feed.{language}.{feed_format}"


def section_atom(feed: SectionFeed, stories: Stories) -> bytes:
    """The feed as Atom."""
    root = Xml.Element("feed", {"xmlns": ATOM, LANG: feed.language})
    child(root, "id", feed.at("atom"))
    child(root, "title", feed.name)
    newest = max((past.at for past, _ in stories), default=datetime(1970, 1, 1, tzinfo=UTC))
    child(root, "updated", written(newest))
    child(child(root, "author"), "name", feed.settings.alert.organisation)
    child(root, "link", rel="self", type="application/atom+xml", href=feed.at("atom"))
    child(root, "link", rel="alternate", type="text/html", href=feed.home)
    for past, story in stories:
        entry = child(root, "entry")
        child(entry, "id", feed.place(past, story))
        title = child(entry, "title", story.title)
        title.set(LANG, story.title_language)
        child(entry, "updated", written(past.at))
        child(entry, "published", written(past.at))
        link = story.url or feed.place(past, story)
        child(entry, "link", rel="alternate", type="text/html", href=link)
        if story.summary:
            child(entry, "summary", story.summary).set(LANG, story.summary_language)
    return document(root)


def section_json(feed: SectionFeed, stories: Stories) -> bytes:
    """The feed as JSON Feed 1.1."""
    items = [
        {
            "id": feed.place(past, story),
            "url": story.url or feed.place(past, story),
            "title": story.title,
            "content_text": story.summary or story.title,
            "date_published": written(past.at),
            "language": story.title_language,
        }
        for past, story in stories
    ]
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.name,
        "home_page_url": feed.home,
        "feed_url": feed.at("json"),
        "language": feed.language,
        "authors": [{"name": feed.settings.alert.organisation}],
        "items": items,
    }
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()
