"""The guids of a feed's entries as marks, by which a story is known again."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from alerts.domain.article import Article
from alerts.sources.normalise import digest
from alerts.text.plain_text import safe_url, tidy


def marked(
    pairs: Sequence[tuple[Article, str]], of_feed: Collection[str]
) -> list[tuple[Article, str]]:
    """The pairs, each article with its guid as a mark; not with one that several entries have, or that
    is the feed's own: it tells nothing."""
    times = Counter(guid for guid in (guid.strip() for _, guid in pairs))
    return [
        (replace(article, marks=(*article.marks, f"guid:{_told_guid(guid)}")), guid)
        if guid.strip() and times[guid.strip()] == 1 and guid.strip() not in of_feed
        else (article, guid)
        for article, guid in pairs
    ]


def _told_guid(guid: str) -> str:
    """A guid as a mark; one that is neither an address nor a name is only kept as its hash."""
    text = tidy(guid)
    named = re.fullmatch(r"[\w.:-]+|(?:tag|urn):[\w.:,/=#?-]+|\d+ at https?://[\w.:/-]+", text)
    return text if named or safe_url(text) == text else digest(text)
