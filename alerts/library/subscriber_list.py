"""`project.subscriber_list`: the people on the list page by page, and counted; never all at once."""

from collections.abc import Mapping

from alerts.domain.errors import InputError
from alerts.domain.subscriber import Subscriber, SubscriberStatus
from alerts.library.opened import ProjectPart, call
from alerts.store import subscriber_pages, subscriber_query, subscribers
from alerts.store.subscriber_pages import SubscriberPage
from alerts.text.plain_text import tidy


class SubscriberList(ProjectPart):
    """The list of subscribers, for looking through."""

    @call
    def page(
        self, text: str = "", *, where: str = "", language: str = "", after: int = 0, size: int = 50
    ) -> SubscriberPage:
        """The people behind the id `after` in whose address or name `text` is, and of whom `where` (as in
        `alerts subscriber list --where`) is true, else `UsageError`."""
        query = subscriber_query.parse(where) if where else None
        return subscriber_pages.page(
            self._opened.db, tidy(text)[:200], query, after, size, language
        )

    @call
    def count(self, where: str) -> int:
        """Of how many people `where` is true; raises `UsageError`."""
        return subscriber_pages.count(self._opened.db, subscriber_query.parse(where))

    @call
    def standings(self) -> Mapping[str, Mapping[str, int]]:
        """The number of people by language and status."""
        return subscriber_pages.standings(self._opened.db)

    @call
    def person(self, number: int) -> Subscriber:
        """The person with that id; raises `InputError` where there is none, or they were erased."""
        found = subscribers.by_id(self._opened.db, number)
        if found is None or found.status is SubscriberStatus.ERASED:
            raise InputError("there is no such subscriber; they may have been erased meanwhile")
        return found
