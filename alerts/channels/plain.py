"""What is posted, as a person sees it: the text, how long it is as the network counts, and the limit."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from alerts.domain.channel import PostContent


@dataclass(frozen=True, slots=True)
class PlainPost:
    """A post to be looked at; `counted`: in what a person would call characters."""

    text: str
    length: int
    limit: int
    counted: bool = True


def plain(content: PostContent, each: Callable[[str], str]) -> PostContent:
    """The content with every text of it treated by `each`."""
    return replace(
        content,
        title=each(content.title),
        summary=each(content.summary),
        stories=tuple(replace(one, title=each(one.title)) for one in content.stories),
    )
