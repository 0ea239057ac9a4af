"""Fits words into what a network allows. Pure.

Graphemes are counted from above, so no text is ever too long: a mark, a joiner or a variation selector
belongs to the character before it, and everything else counts as one.
"""

import re
import unicodedata
from collections.abc import Callable

from alerts.domain.channel import PostContent
from alerts.text.sentences import shorten

Measure = Callable[[str], int]
_JOINER, _MARKS = "\u200d", ("Mn", "Me")
_URL = re.compile(r"https?://\S+")
_MENTION = re.compile(r"(?<![\w/])@(?=\w)")
_UNMENTIONED = "@\u200b"
URL_LENGTH = 23  # what Mastodon counts a link as, however long it is
_BYTES_PER_GRAPHEME = 10  # a post of Bluesky has at most 300 graphemes, and 3,000 bytes


def graphemes(text: str) -> int:
    """At least as many as there are (Unicode annex 29)."""
    return sum(1 for c in text if c != _JOINER and unicodedata.category(c) not in _MARKS)


def bluesky_length(text: str) -> int:
    """As Bluesky limits it, in graphemes and bytes."""
    return max(graphemes(text), -(-len(text.encode()) // _BYTES_PER_GRAPHEME))


def mastodon_length(text: str) -> int:
    """As Mastodon counts it: every link as 23 characters."""
    links = _URL.findall(text)
    return graphemes(_URL.sub("", text)) + URL_LENGTH * len(links)


def units(text: str) -> int:
    """In UTF-16, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def unmentioned(text: str) -> str:
    """The text, in which no word that begins with @ calls anybody."""
    return _MENTION.sub(_UNMENTIONED, text)


def cut(text: str, most: int, measure: Measure) -> str:
    """The text, shortened to at most that much; empty where nothing of it fits."""
    length = len(text) if measure(text) <= most else min(most, len(text))
    while length > 0:
        short = shorten(text, length).strip()
        over = measure(short) - most
        if over <= 0:
            return short
        length = min(length, len(short)) - max(1, over // 2)
    return ""


def words_before_link(content: PostContent, most: int, measure: Measure) -> str:
    """Title, and below it the titles of the stories or the summary, as much as fits."""
    title = cut(content.title, most, measure)
    room = most - measure(title) - len("\n\n")
    below = _titles(content, room, measure) or cut(content.summary, room, measure)
    return f"{title}\n\n{below}" if below else title


def _titles(content: PostContent, room: int, measure: Measure) -> str:
    """The titles of the first stories, a line each: whole ones only."""
    lines: list[str] = []
    for story in content.stories:
        line = f"• {story.title}"
        if measure("\n".join([*lines, line])) > room:
            break
        lines.append(line)
    return "\n".join(lines)
