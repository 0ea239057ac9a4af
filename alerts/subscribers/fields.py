"""Parses the fields of a subscriber from text that somebody typed or exported.

Guarantees: text on one line without control characters (it will be written into a header), known
languages, tags in sorted order; each within its maximum length. Addresses are parsed by
`domain/address.py`.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache, partial

from alerts.config.window_values import known_zone
from alerts.domain.errors import InputError
from alerts.domain.languages import known_language
from alerts.domain.printable import printable
from alerts.domain.subscriber import FIELD
from alerts.domain.subscriber_fields import FieldKind, SubscriberField

MAX_NAME, MAX_SOURCE = FIELD["name"].cap, FIELD["consent_source"].cap
MAX_TAG, MAX_TAGS, MAX_CONSENT = 50, 50, 4000


def clean(text: str, cap: int, field: str) -> str:
    """The text on one line without control characters; raises `InputError` if it is longer than `cap`."""
    if not text.isprintable():
        text = "".join(" " if _harmful(c) else c for c in text)
    if "  " in text or text[:1].isspace() or text[-1:].isspace():
        text = " ".join(text.split())
    if len(text) > cap:
        raise InputError(f"{field} is over {cap:,} characters long")
    return text


def evidence(text: str) -> str:
    """The wording of a consent, verbatim except for control characters; line breaks are kept."""
    kept = "\n".join(
        "".join(" " if _harmful(c) else c for c in line) for line in re.split(r"\r\n|\r|\n", text)
    ).strip()
    if len(kept) > MAX_CONSENT:
        raise InputError(f"consent is over {MAX_CONSENT:,} characters long")
    return kept


def _harmful(character: str) -> bool:
    """True for control characters, line separators, surrogates, and marks that reorder other text."""
    return (
        unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
        or "\u202a" <= character <= "\u202e"
        or "\u2066" <= character <= "\u2069"
    )


@lru_cache(maxsize=1024)
def language(text: str) -> str:
    """A BCP 47 tag in lower case; raises `InputError` for an unknown language."""
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
def tag_words(text: str) -> tuple[str, ...]:
    """The same as words; raises `InputError`."""
    return tuple(json.loads(tags(text)))


def words(text: str, what: str) -> str:
    """Words written like tags as a sorted JSON array; raises `InputError`, which calls one `what`."""
    return _array(re.split(r"[,;|\n]", text), what)


@lru_cache(maxsize=1024)
def zone(text: str) -> str:
    """The IANA name of a time zone; raises `InputError` for an unknown one."""
    name = text.strip()
    if name and not known_zone(name):
        raise InputError(f"unknown time zone “{shown(name)}”; write e.g. America/Bogota")
    return name


@lru_cache(maxsize=1024)
def moment(text: str, field: str) -> str:
    """A moment as it is stored (UTC, ISO 8601); a day begins at 0:00 UTC. Raises `InputError` that
    names `field`."""
    word = text.strip()
    if not word:
        return ""
    try:
        told = datetime.fromisoformat(word)
        at = told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"{field} “{shown(word)}” is not a date; write a day such as 2027-03-01"
        ) from None
    return f"{at.isoformat()[:19]}Z"


def reader(field: SubscriberField) -> Callable[[str], str]:
    """The function that parses such a field from text to its stored form; it raises `InputError`.

    Some fields have a function of their own.
    """
    match field.kind:
        case FieldKind.WORDING:
            return evidence
        case FieldKind.WORDS:
            return lambda text: words(text, field.name.removesuffix("s"))
        case FieldKind.ZONE:
            return zone
        case FieldKind.MOMENT:
            return lambda text: moment(text, field.name)
    return partial(clean, cap=field.cap, field=field.name)


def tag_list(words: Iterable[str]) -> str:
    """These tags as a sorted JSON array; raises `InputError` where one is too long."""
    return _array(words, "tag")


def _array(words: Iterable[str], what: str) -> str:
    found = sorted({word for text in words if (word := clean(text, MAX_TAG, f"a {what}"))})
    if len(found) > MAX_TAGS:
        raise InputError(f"over {MAX_TAGS} {what}s")
    return json.dumps(found, ensure_ascii=False)


def shown(text: str) -> str:
    """Text from a file, safe to print on one line of a terminal."""
    return printable(text.strip(), 254)
