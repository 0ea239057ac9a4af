"""The fields of a subscriber, read from text that somebody typed or exported.

Promises text on one line without control characters (it will stand in a header), languages that
are known, tags in one order; each within its cap. Addresses are read by `address.py`.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from alerts.errors import InputError
from alerts.model import SubscriberStatus
from alerts.project import known_language

MAX_NAME, MAX_TAG, MAX_TAGS, MAX_CONSENT, MAX_SOURCE = 200, 50, 50, 4000, 500

STATUSES = {
    "": "",
    **dict.fromkeys(("active", "subscribed", "confirmed", "enabled"), SubscriberStatus.ACTIVE),
    **dict.fromkeys(("pending", "unconfirmed"), SubscriberStatus.PENDING),
    **dict.fromkeys(("unsubscribed", "opted out", "opt-out"), SubscriberStatus.UNSUBSCRIBED),
}


def clean(text: str, cap: int, field: str) -> str:
    """Text on one line without controls; raises `InputError` where it is over its cap."""
    if not text.isprintable():
        text = "".join(" " if _harmful(c) else c for c in text)
    if "  " in text or text[:1].isspace() or text[-1:].isspace():
        text = " ".join(text.split())
    if len(text) > cap:
        raise InputError(f"{field} is over {cap:,} characters long")
    return text


def evidence(text: str) -> str:
    """The wording of a consent, verbatim but for control characters; lines are kept."""
    kept = "\n".join(
        "".join(" " if _harmful(c) else c for c in line) for line in re.split(r"\r\n|\r|\n", text)
    ).strip()
    if len(kept) > MAX_CONSENT:
        raise InputError(f"consent is over {MAX_CONSENT:,} characters long")
    return kept


def _harmful(character: str) -> bool:
    """Controls, line separators, surrogates, and marks that reorder the text around them."""
    return (
        unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
        or "\u202a" <= character <= "\u202e"
        or "\u2066" <= character <= "\u2069"
    )


@lru_cache(maxsize=1024)
def language(text: str) -> str:
    """A BCP 47 tag in lower case; raises `InputError` for a language that nobody knows."""
    tag = text.strip().lower().replace("_", "-")
    if tag and not known_language(tag):
        raise InputError(
            f"unknown language “{shown(text.strip())}”; write codes such as en, es, pt-br"
        )
    return tag


@lru_cache(maxsize=1024)
def tags(text: str) -> str:
    """Tags between commas, semicolons or bars as a sorted JSON array; raises `InputError`."""
    return tag_list(re.split(r"[,;|\n]", text))


@lru_cache(maxsize=1024)
def sections(text: str) -> str:
    """Keys of sections, written like tags, as a sorted JSON array; raises `InputError`."""
    return _array(re.split(r"[,;|\n]", text), "section")


@lru_cache(maxsize=1024)
def pause(text: str) -> str:
    """The moment until which somebody wants nothing, as it is kept; a day begins at 0:00 UTC.

    Raises `InputError`."""
    word = text.strip()
    if not word:
        return ""
    try:
        moment = datetime.fromisoformat(word)
        until = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"paused_until “{shown(word)}” is no date; write a day such as 2027-03-01"
        ) from None
    return f"{until.isoformat()[:19]}Z"


def tag_list(words: Iterable[str]) -> str:
    """These tags as a sorted JSON array; raises `InputError` where one is over its cap."""
    return _array(words, "tag")


def _array(words: Iterable[str], what: str) -> str:
    found = sorted({word for text in words if (word := clean(text, MAX_TAG, f"a {what}"))})
    if len(found) > MAX_TAGS:
        raise InputError(f"over {MAX_TAGS} {what}s")
    return json.dumps(found, ensure_ascii=False)


@lru_cache(maxsize=1024)
def status(text: str) -> str:
    """A status under the names that other programs give it; raises `InputError`."""
    word = " ".join(text.split()).lower()
    if word not in STATUSES:
        raise InputError(f"unknown status “{shown(word)}”; write active, pending or unsubscribed")
    return str(STATUSES[word])


def shown(text: str) -> str:
    """Text from a file, safe on one line of a terminal."""
    flat = "".join(c if c.isprintable() else "�" for c in text.strip())
    return flat if len(flat) <= 254 else f"{flat[:253]}…"
