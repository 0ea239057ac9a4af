"""Channels: where an issue is posted besides being mailed, and what a post says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

PER = ("issue", "story")


class ChannelKind(StrEnum):
    """The networks that can be posted to."""

    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    TELEGRAM = "telegram"
    MATRIX = "matrix"


SERVERS: Mapping[ChannelKind, str] = {
    ChannelKind.BLUESKY: "https://bsky.social",
    ChannelKind.TELEGRAM: "https://api.telegram.org",
}
"""The servers of networks that have one that most accounts are at."""

REPEATABLE: Mapping[ChannelKind, timedelta] = {
    # Mastodon keeps an Idempotency-Key for an hour.
    ChannelKind.MASTODON: timedelta(minutes=50),
    # A record of the same key is written over: never two.
    ChannelKind.BLUESKY: timedelta.max,
    # Synapse keeps transaction ids for a day, other servers for half an hour.
    ChannelKind.MATRIX: timedelta(minutes=25),
    ChannelKind.TELEGRAM: timedelta(),
}
"""How long after an attempt in doubt the same post can be sent again, and is certainly not there twice."""


@dataclass(frozen=True, slots=True)
class PostedStory:
    """A story that a post names."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class PostContent:
    """What a post says, without marks of any network: an issue with the titles of its stories, or one
    story. Its words are in `language`."""

    title: str
    summary: str
    url: str
    language: str
    stories: tuple[PostedStory, ...] = ()


@dataclass(frozen=True, slots=True)
class PostKey:
    """What names a post to its network each time it is sent: `name` is random, `number` and `second` are
    those of its making."""

    name: str
    number: int
    second: int
