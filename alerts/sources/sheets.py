"""Google Sheets by the address that a browser shows: read as the CSV file that it is exported as.

A sheet that is not shared answers with a page to sign in at, which is told with what to do about it.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from alerts.domain.errors import FetchError
from alerts.sources.deadline import Deadline
from alerts.sources.document import Fetched
from alerts.sources.fetch import Fetcher

_HOST = "docs.google.com"
_SIGN_IN = "accounts.google.com"
_PATH = re.compile(
    r"/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/(?P<id>(?:e/)?[\w-]{10,})(?:/(?P<how>\w+))?/?"
)
_REFUSED = frozenset({401, 403, 404, 410})


def export_of(location: str) -> str:
    """The address of the sheet as CSV; any other location as it is.

    The sheet of several is the one that the address names (`gid`), else the first.
    """
    parts = urlsplit(location)
    found = _PATH.fullmatch(parts.path) if (parts.hostname or "") == _HOST else None
    if not found:
        return location
    asked = dict(parse_qsl(parts.query)) | {
        name: value for name, value in parse_qsl(parts.fragment) if name in ("gid", "range")
    }
    sheet = {"gid": asked["gid"]} if re.fullmatch(r"\d{1,12}", asked.get("gid", "")) else {}
    if found["id"].startswith("e/"):  # published
        single = {"single": "true"} if sheet else {}
        path, query = f"/spreadsheets/d/{found['id']}/pub", {"output": "csv", **sheet, **single}
    else:
        path, query = f"/spreadsheets/d/{found['id']}/export", {"format": "csv", **sheet}
        if key := asked.get("resourcekey"):
            query["resourcekey"] = key
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))


def is_sheet(location: str) -> bool:
    """True for the address of a sheet."""
    parts = urlsplit(location)
    return (parts.hostname or "") == _HOST and _PATH.fullmatch(parts.path) is not None


def fetched_sheet(
    location: str, fetcher: Fetcher, deadline: Deadline, etag: str = "", modified: str = ""
) -> Fetched:
    """The sheet at a location as a CSV file; raises `FetchError`, also for a page in its place."""
    try:
        document = fetcher.fetch(export_of(location), etag, modified, deadline)
    except FetchError as fault:
        raise (_fault(location) if fault.status in _REFUSED else fault) from fault
    ways = [document.url, *(url for _, url in document.hops)]
    signs_in = any((urlsplit(url).hostname or "") == _SIGN_IN for url in ways)
    is_page = document.content_type.partition(";")[0].strip().lower() == "text/html"
    if signs_in or is_page:
        raise _fault(location)
    return document


def _fault(location: str) -> FetchError:
    return FetchError(
        f"{location}: this sheet is not shared; in Google Sheets: Share, General access, “Anyone with"
        " the link”; or File, Share, Publish to web, as comma-separated values"
    )
