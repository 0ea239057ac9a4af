"""`project.comments`: what people say to each other about a story or an issue; it is never sent to readers.

A comment changes no issue, so no approval falls. It can be made, settled and deleted at any time, also
once the issue is sent.
"""

from collections.abc import Mapping

from alerts.domain.comment import Comment, CommentCount
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.people import comments as people_comments
from alerts.store import comments, issues
from alerts.store.articles import StoredArticle


class Comments(ProjectPart):
    """The comments on stories and issues."""

    @call
    def of_article(self, article: StoredArticle) -> tuple[Comment, ...]:
        """The comments on an article, the oldest first."""
        return comments.of_article(self._opened.db, article.article.id)

    @call
    def of_issue(self, month: AMonth = None) -> tuple[Comment, ...]:
        """The comments on the issue itself, the oldest first."""
        stored = issues.get(self._opened.db, self._opened.month(month))
        return comments.of_issue(self._opened.db, stored.id) if stored else ()

    @call
    def counts(self, month: AMonth = None) -> Mapping[str, CommentCount]:
        """How many comments there are, by the id of the article, or "" for the issue itself."""
        return comments.counts(self._opened.db, self._opened.month(month))

    @call
    def add(
        self,
        text: str,
        *,
        article: StoredArticle | None = None,
        month: AMonth = None,
        by: str = "",
    ) -> Comment:
        """Comment on an article, or else on the issue of a month; the people of the desk are mailed, but for
        who wrote it. Lines of plain text. Raises `InputError` for an empty or too long one."""
        opened = self._opened
        chosen = article.month if article else opened.month(month)
        about = article.article.id if article else ""
        actor, settings = opened.actor(by), opened.settings
        return people_comments.add(opened.db, settings, chosen, about, text, actor, opened.now)

    @call
    def settle(self, number: int, *, done: bool = True, by: str = "") -> Comment:
        """Mark a comment as done, or as open again; raises `UsageError` where there is none."""
        opened = self._opened
        return people_comments.settle(opened.db, number, opened.actor(by), opened.now, done=done)

    @call
    def delete(self, number: int, *, by: str = "") -> Comment:
        """Delete a comment with its words; raises `UsageError` where somebody else wrote it."""
        opened = self._opened
        return people_comments.delete(opened.db, number, opened.actor(by), opened.now)
