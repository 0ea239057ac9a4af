"""Posts to Bluesky, and to other servers of the AT Protocol (docs.bsky.app, atproto.com/specs).

A post is a record of at most 300 graphemes and 3,000 bytes. Its key is made here, from the row of the outbox,
and it is written by putRecord: again with the same key, it replaces itself. A link is a facet, which names
its bytes; so the text shows a short form of it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from alerts.channels.answer import PostAnswer, PostOutcome
from alerts.channels.fit import bluesky_length, words_before_link
from alerts.channels.plain import PlainPost
from alerts.channels.request import ask, judged, text_of
from alerts.domain.channel import PostContent, PostKey

LIMIT = 300
_LONGEST_LINK = 32
_POST, _LINK = "app.bsky.feed.post", "app.bsky.richtext.facet#link"
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"  # base32-sortable
_TID_LENGTH = 13
_EXPIRED = ("ExpiredToken", "InvalidToken")


def made(content: PostContent) -> PlainPost:
    """What is posted."""
    link = shown_link(content.url)
    room = LIMIT - bluesky_length(link) - len("\n\n") - 1  # the halves are rounded apart
    text = f"{words_before_link(content, room, bluesky_length)}\n\n{link}"
    return PlainPost(text, bluesky_length(text), LIMIT)


def shown_link(url: str) -> str:
    """The address as the text shows it."""
    parts = urlsplit(url)
    text = (parts.netloc + parts.path).rstrip("/")
    return text if len(text) <= _LONGEST_LINK else f"{text[: _LONGEST_LINK - 1]}…"


def record(content: PostContent, key: PostKey) -> dict[str, Any]:
    """The record of a post; of the same content and key, the same."""
    text, link = made(content).text, shown_link(content.url)
    end = len(text.encode())
    at = datetime.fromtimestamp(key.second, UTC)
    return {
        "$type": _POST,
        "text": text,
        "createdAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "langs": [content.language],
        "facets": [
            {
                "index": {"byteStart": end - len(link.encode()), "byteEnd": end},
                "features": [{"$type": _LINK, "uri": content.url}],
            }
        ],
        "embed": {
            "$type": "app.bsky.embed.external",
            "external": {
                "uri": content.url,
                "title": content.title,
                "description": content.summary,
            },
        },
    }


def record_key(key: PostKey) -> str:
    """The key of the record: a TID, microseconds and ten bits, in 13 characters (atproto.com/specs/tid)."""
    micros = key.second * 1_000_000 + key.number % 1_000_000
    number = micros << 10 | int(key.name[:8], 16) % 1024
    return "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(_TID_LENGTH)))


@dataclass(slots=True)
class Bluesky:
    """An account, by its server, handle and app password; signs in once, with its first post."""

    server: str
    handle: str
    password: str
    _session: tuple[str, str] | None = field(default=None, init=False)

    def post(self, key: PostKey, content: PostContent) -> PostAnswer:
        """Post it; again with the same key, it is there once."""
        if fault := self._sign_in():
            return fault
        assert self._session is not None  # noqa: S101
        account, token = self._session
        body = {
            "repo": account,
            "collection": _POST,
            "rkey": record_key(key),
            "record": record(content, key),
        }
        reply = ask("POST", self._at("repo.putRecord"), {"Authorization": f"Bearer {token}"}, body)
        if text_of(reply.data, "error") in _EXPIRED:
            self._session = None
            return PostAnswer(PostOutcome.LATER, "the session has expired", silent=True)
        url = f"https://bsky.app/profile/{account}/post/{record_key(key)}"
        return judged(reply, text_of(reply.data, "message"), url=url if reply.good else "")

    def check(self) -> PostAnswer:
        """Whether the server lets the account in; posts nothing."""
        return self._sign_in() or PostAnswer(PostOutcome.POSTED, self.handle)

    def _sign_in(self) -> PostAnswer | None:
        """What hinders it; nothing is posted by signing in, so nothing is in doubt."""
        if self._session is not None:
            return None
        body = {"identifier": self.handle, "password": self.password}
        reply = ask("POST", self._at("server.createSession"), {}, body)
        account, token = text_of(reply.data, "did"), text_of(reply.data, "accessJwt")
        if reply.good and account and token:
            self._session = account, token
            return None
        told = judged(reply, text_of(reply.data, "message"))
        return PostAnswer(PostOutcome.LATER, f"sign-in: {told.words}", silent=True, wait=told.wait)

    def _at(self, method: str) -> str:
        return f"{self.server}/xrpc/com.atproto.{method}"
