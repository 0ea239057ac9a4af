"""Whether a source has moved for good, by what its server and its document say. Pure.

A server says so by a permanent redirect (301, 308; RFC 9110 §15.4), where every step of the way is one;
a feed by the address that it gives as its own (`<link rel="self">`, RFC 4287 §4.2.7.2; `feed_url`), which
is believed of the site of the feed alone, and only once a reading has shown that the same articles are
there (`reader.py`). A temporary redirect says that the address stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from alerts.domain.article import Article, Source
from alerts.domain.errors import FetchError, InputError
from alerts.sources.document import Fetched
from alerts.text.aliases import is_front, site_of
from alerts.text.plain_text import safe_url
from alerts.text.urls import canonical, page_of

_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class SourceMoved:
    """A source as it is kept now, and where it was; `former` is "" where it has not moved."""

    source: Source
    former: str = ""


def redirected(location: str, document: Fetched) -> str:
    """Where the source has moved by its server's word; "" where it has not.

    A redirect to the front page of a site is no move: servers answer so for what they do not find.
    """
    if not document.hops or any(status not in _PERMANENT for status, _ in document.hops):
        return ""
    there = safe_url(document.url).partition("#")[0]
    if not there or there == location.partition("#")[0]:
        return ""
    return "" if is_front(there) and not is_front(location) else there


def claimed(location: str, document: Fetched, own: str) -> str:
    """Where the source may have moved by its own word, which is still to be checked; "" if nowhere.

    Not believed: another organisation's address, an unencrypted one of an encrypted source, one that
    differs in the last slash alone, and one to which the server redirects for the time being.
    """
    there = safe_url(own).partition("#")[0]
    if not there or "://" not in location or canonical(there) == canonical(location):
        return ""
    secured = there.startswith("https:") and location.startswith("http:")
    if site_of(there) != site_of(location) or (
        location.startswith("https:") and there.startswith("http:")
    ):
        return ""
    if page_of(canonical(there)) == page_of(canonical(location)) and not secured:
        return ""
    for_now = {url for status, url in document.hops if status not in _PERMANENT}
    return "" if there in for_now else there


def agree(some: Sequence[Article], others: Sequence[Article]) -> bool:
    """Whether two readings have most of their articles in common; the feed of a whole site has more
    than that of one subject, and is not the same."""
    mine, theirs = ({page_of(a.url) for a in found if a.url} for found in (some, others))
    return 2 * len(mine & theirs) > max(len(mine), len(theirs))


def told(name: str, to: str, known: int | None, remedy: str) -> str:
    """A line about a source that has moved; `known` is the number of another source that is there
    already, and `remedy` a command in words for where there is none."""
    if known is None:
        return f"{name}: has moved permanently to {to}; {remedy}"
    return (
        f"{name}: has moved permanently to {to}, which is source {known} already;"
        f" `alerts source remove {name}` leaves that one"
    )


def is_gone(fault: InputError) -> bool:
    """Whether a server has said that the document is gone for good (RFC 9110 §15.5.11)."""
    return isinstance(fault, FetchError) and fault.status == HTTPStatus.GONE
