"""Lists in pages: a cursor names the last one that was seen, so that nothing is shown twice or left out
while others add or remove. The next page is named in the body and, as rel=next, in the header Link."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec

from alerts.web.api.operation import ApiCall, ApiReply

PAGE = 100
MOST = 1000
T = TypeVar("T")
V = TypeVar("V")

Cursor = Annotated[
    str,
    msgspec.Meta(pattern="^(a[1-9][0-9]{0,14})?$", description="From `next` of the page before."),
]
Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST, description="How many at most.")]


class PageQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which part of a list."""

    after: Cursor = ""
    limit: Limit = PAGE


class ListPage(msgspec.Struct, Generic[V]):
    """A part of a list. `next` is the path of the next part, or null at the end."""

    items: list[V]
    next: str | None


def cursor(number: int) -> str:
    """The cursor after the row of that number."""
    return f"a{number}"


def number_of(text: str) -> int:
    """The inverse; 0 for an empty text."""
    return int(text[1:] or 0)


def paged(
    call: ApiCall[Any, Any],
    found: Iterable[T],
    show: Callable[[T], V],
    number: Callable[[T], int],
) -> ApiReply:
    """A page of `found`, which begins after the cursor of the call."""
    limit = call.query.limit
    rows = list(islice(found, limit + 1))
    if len(rows) <= limit:
        return ApiReply(ListPage([show(row) for row in rows], None))
    rows = rows[:limit]
    given = {
        name: value
        for name, value in msgspec.to_builtins(call.query).items()
        if value not in ("", None) and name != "after"
    }
    following = f"{call.at(call.here)}?{urlencode({**given, 'after': cursor(number(rows[-1]))})}"
    return ApiReply(
        ListPage([show(row) for row in rows], following),
        headers={"Link": f'<{following}>; rel="next"'},
    )
