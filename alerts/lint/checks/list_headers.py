"""The headers of a mailing list: List-Unsubscribe, List-Id and similar (RFC 2369, 2919, 8058)."""

import re
from collections.abc import Iterator

from alerts.lint.document import Header
from alerts.lint.each import at, each_header
from alerts.lint.page import shortened
from alerts.lint.place import Found, Level
from alerts.lint.register import check

_URIS = re.compile(rb"\s*<[!-;=?-~]+>(?:\s*\([^()]*\))?(?:,\s*<[!-;=?-~]+>(?:\s*\([^()]*\))?)*\s*")
_LIST_ID = re.compile(r"(?:.*\s)?<[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9_-]+)+>")


@check(
    "list-unsubscribe", Level.ERROR, "S2, RFC 2369 §3.2, RFC 8058",
    why="Gmail, Yahoo and Microsoft refuse bulk mail without one-click unsubscribe.",
    remedy="Write List-Unsubscribe: <https://…>, <mailto:…> with a token for each recipient.",
)  # fmt: skip
@each_header("List-Unsubscribe", needed=True)
def _unsubscribe(header: Header) -> Iterator[Found]:
    targets = re.findall(rb"<([^<>]*)>", header.raw)
    if not any(target.lower().startswith(b"https://") for target in targets):
        yield Found(at(header), "List-Unsubscribe has no <https://…>.")
    elif not any(target.lower().startswith(b"mailto:") for target in targets):
        yield Found(
            at(header), "List-Unsubscribe has no <mailto:…> beside the address.", Level.HINT
        )


@check(
    "list-unsubscribe-post", Level.ERROR, "S3, RFC 8058 §3.1",
    why="Without it the URL in List-Unsubscribe is not one-click.",
    remedy="Write exactly List-Unsubscribe-Post: List-Unsubscribe=One-Click.",
)  # fmt: skip
@each_header("List-Unsubscribe-Post", needed=True)
def _post(header: Header) -> Iterator[Found]:
    if header.raw.strip() != b"List-Unsubscribe=One-Click":
        yield Found(at(header), f"List-Unsubscribe-Post says “{shortened(header.value, 60)}”.")


@check(
    "list-header", Level.ERROR, "RFC 2369 §2, trap B",
    why="Receivers ignore a List- field whose URLs are not between < and >.",
    remedy="Write each URL between < and > in ASCII, unfolded, separated by commas.",
)  # fmt: skip
@each_header("List-Unsubscribe", "List-Archive", "List-Help", "List-Owner", "List-Subscribe")
def _list_header(header: Header) -> Iterator[Found]:
    if not _URIS.fullmatch(header.raw):
        yield Found(at(header), f"{header.name} is not <address>, <address>…")


@check(
    "list-id", Level.WARNING, "S8, RFC 2919",
    why="Readers filter by it, and receivers track the list's reputation by it.",
    remedy="Write List-Id: Name <label.your-domain>, the same for every issue and language.",
)  # fmt: skip
@each_header("List-Id", needed=True)
def _list_id(header: Header) -> Iterator[Found]:
    if not _LIST_ID.fullmatch(header.value):
        yield Found(at(header), "List-Id is not “Name <label.domain>”.", Level.ERROR)
    elif len(header.raw) > 255:
        yield Found(at(header), f"List-Id has {len(header.raw)} octets, more than 255.")


@check(
    "feedback-id", Level.WARNING, "S9",
    why="Gmail reports complaint rates by its fields.",
    remedy="Write a:b:c:SenderId, at most four fields, the last of 5 to 15 characters.",
)  # fmt: skip
@each_header("Feedback-ID")
def _feedback_id(header: Header) -> Iterator[Found]:
    fields = header.value.split(":")
    if "@" in header.value:
        yield Found(at(header), "Feedback-ID holds an address.", Level.ERROR)
    elif len(fields) > 4 or not 5 <= len(fields[-1].strip()) <= 15:
        yield Found(at(header), "Feedback-ID is not a:b:c:SenderId.")
