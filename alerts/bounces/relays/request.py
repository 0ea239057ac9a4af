"""One request of a relay, and what it reports."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.bounces.report import BounceReport, Kind
from alerts.bounces.verdict import status_of, verdict
from alerts.domain.errors import InputError
from alerts.replies.meaning import About, Action, Meaning, Verdict

MOST_OCTETS = 10_000_000  # of one request; SparkPost and SendGrid send many events at once
MOST_EVENTS = 20_000
_LONGEST = 4000  # characters of one field
_UNTOLD = Meaning(About.AMBIGUOUS, Verdict.SOFT, Action.ASK_PERSON, False, "code")


@dataclass(frozen=True, slots=True)
class RelayRequest:
    """A POST of a relay: `headers` by their names in lower case, `secret` from the path, `network` the
    address it came from, as far as trusted proxies give it."""

    headers: Mapping[str, str]
    body: bytes
    now: datetime
    secret: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class RelayEvent:
    """One event: `id` is the same whenever the relay repeats it; without reports it is about something
    else, and ignored. `kind` is the relay's word for it."""

    id: str
    kind: str
    reports: tuple[BounceReport, ...] = ()


@dataclass(frozen=True, slots=True)
class RelayBatch:
    """The events of a request. `confirm`: an address that must be fetched for the relay to go on."""

    events: tuple[RelayEvent, ...] = ()
    confirm: str = ""


Reader = Callable[[RelayRequest], RelayBatch]
Fields = Mapping[str, Any]


def document(body: bytes) -> Any:
    """The JSON of a body; raises `InputError`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise InputError("the body is no JSON") from fault


def objects(body: bytes) -> Iterator[Fields]:
    """The JSON objects of a body, which is one or a list of them; raises `InputError`."""
    found = document(body)
    listed = found if isinstance(found, list) else [found]
    if len(listed) > MOST_EVENTS:
        raise InputError(f"more than {MOST_EVENTS:,} events in one request")
    yield from (one for one in listed if isinstance(one, dict))


def part(fields: Fields, *names: str) -> Fields:
    """The object that stands within others under these names; empty where there is none."""
    found: Any = fields
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def text(fields: Fields, name: str) -> str:
    """A field as text; empty where it is missing."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:_LONGEST].strip()


def own_id(fields: Fields) -> str:
    """An id for an event of a relay that gives none: a digest of all it says."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def bounce(
    recipient: str,
    words: str,
    *,
    status: str = "",
    permanent: bool | None = None,
    final: bool = True,
    message_id: str = "",
) -> BounceReport:
    """The report of a bounce. The words and codes of the server decide, as everywhere; what the relay
    holds for temporary (`permanent` False) is never hard. Without words nobody is dropped."""
    line = " ".join(words.split())
    code = status_of(status, line)
    kind, meaning = verdict("failed" if final else "delayed", code, line)
    if (not line and not code) or (permanent is False and kind is Kind.HARD):
        kind, meaning = Kind.SOFT, _UNTOLD
    returned = {"message-id": message_id} if message_id else {}
    return BounceReport(kind, recipient, code, line, final, returned, meaning)


def not_sent(recipient: str, words: str, message_id: str = "") -> BounceReport:
    """The report of a message that the relay kept back, because of a list of its own: it says nothing new
    of the address, so a person is asked."""
    returned = {"message-id": message_id} if message_id else {}
    return BounceReport(
        Kind.SOFT, recipient, "", " ".join(words.split()), returned=returned, meaning=_UNTOLD
    )


def complained(recipient: str, words: str = "abuse", message_id: str = "") -> BounceReport:
    """The report of a complaint."""
    returned = {"message-id": message_id} if message_id else {}
    return BounceReport(
        Kind.COMPLAINT, recipient, diagnostic=f"feedback-type: {words}", returned=returned
    )
