"""The networks by their kinds."""

from collections.abc import Callable, Mapping
from typing import Protocol

from alerts.channels import bluesky, mastodon, matrix, telegram
from alerts.channels.answer import PostAnswer
from alerts.channels.channel import Channel
from alerts.channels.plain import PlainPost
from alerts.domain.channel import ChannelKind, PostContent, PostKey


class Network(Protocol):
    """Where posts go. `post` never raises: what went wrong is in its answer."""

    def post(self, key: PostKey, content: PostContent) -> PostAnswer:
        """Post it."""
        ...

    def check(self) -> PostAnswer:
        """Whether it would take a post."""
        ...


_SHOWN: Mapping[ChannelKind, Callable[[PostContent], PlainPost]] = {
    ChannelKind.MASTODON: mastodon.made,
    ChannelKind.BLUESKY: bluesky.made,
    ChannelKind.TELEGRAM: telegram.made,
    ChannelKind.MATRIX: matrix.made,
}


def network_of(channel: Channel, token: str) -> Network:
    """The network of a channel, with its token or app password."""
    match channel.kind:
        case ChannelKind.MASTODON:
            return mastodon.Mastodon(channel.server, token)
        case ChannelKind.BLUESKY:
            return bluesky.Bluesky(channel.server, channel.to, token)
        case ChannelKind.TELEGRAM:
            return telegram.Telegram(channel.server, channel.to, token)
        case ChannelKind.MATRIX:
            return matrix.Matrix(channel.server, channel.to, token)


def shown(kind: ChannelKind, content: PostContent) -> PlainPost:
    """The post as a person sees it there."""
    return _SHOWN[kind](content)
