"""One line of a log: when, how serious, what happened, about which month or process; never an address.

Plain lines are `2026-11-01T09:00:00Z info run.queued month=2026-10 | 2026-10: 14 articles …`; JSON lines
have the same fields. Addresses are taken out here, whoever wrote the message: a relay's reply may quote one.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from alerts.domain.printable import printable

FORMATS = ("plain", "json")
HIDDEN = "[address]"
_ADDRESS = re.compile(
    r"""(?:"[^"\s]*"|[^\s<>()\[\]"'“”‘’,;:/=]+)(?:@|%40)[^\s<>()"'“”‘’,;/?&]+""", re.IGNORECASE
)


def without_addresses(text: str) -> str:
    """The text with each e-mail address replaced."""
    return _ADDRESS.sub(HIDDEN, text)


def log_line(
    kind: str, at: datetime, level: str, event: str, message: str, ids: Mapping[str, object]
) -> str:
    """The line without its end, in the format `kind`."""
    when = f"{at.astimezone(UTC).isoformat()[:19]}Z"
    words = without_addresses(printable(" ".join(message.split())))
    named = {name: without_addresses(str(value)) for name, value in ids.items()}
    if kind == "json":
        fields = {"time": when, "level": level, "event": event, **named, "message": words}
        return json.dumps(fields, ensure_ascii=False)
    told = "".join(f" {name}={value}" for name, value in named.items())
    return f"{when} {level} {event}{told} | {words}"
