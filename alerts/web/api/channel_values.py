"""The values of the API about channels."""

import msgspec

from alerts.library.channels import ChannelStanding


class ApiPost(msgspec.Struct):
    """A post that is not there yet; `number` names it where a held one is settled."""

    number: int
    month: str
    article: str
    state: str
    answer: str


class ApiChannel(msgspec.Struct):
    """A channel that issues are posted to, without its account or server."""

    name: str
    kind: str
    language: str
    per: str
    posted: int
    waiting: int
    held: int
    given_up: int
    next_due: str
    answer: str
    answered_at: str
    open: list[ApiPost]

    @classmethod
    def of(cls, one: ChannelStanding) -> "ApiChannel":
        """The value of a channel."""
        channel, figures = one.channel, one.figures
        return cls(
            channel.name,
            channel.kind,
            channel.language,
            "story" if channel.stories else "issue",
            figures.posted,
            figures.waiting,
            figures.held,
            figures.given_up,
            figures.next_due,
            figures.answer,
            figures.answered_at,
            [
                ApiPost(post.id, post.month, post.article, post.state, post.answer)
                for post in one.open
            ],
        )
