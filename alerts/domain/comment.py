"""Comments: what the people of the desk say to each other about a story, or about the whole issue."""

from dataclasses import dataclass
from datetime import datetime

from alerts.domain.month import Month


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on an article, or (`article_id` empty) on the issue of `month`.

    `by` is the name of who wrote it: a person's (`person_id`), which a sign-in has proved, or what the
    command line was told; empty where the person was erased. `done_at`: when it was settled.
    """

    id: int
    month: Month
    article_id: str
    person_id: int | None
    by: str
    text: str
    at: datetime
    done_at: datetime | None
    done_by: str

    @property
    def done(self) -> bool:
        """Whether it is settled."""
        return self.done_at is not None


@dataclass(frozen=True, slots=True)
class CommentCount:
    """How many comments a story has, and how many of them are open."""

    total: int = 0
    open: int = 0
