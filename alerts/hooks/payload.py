"""The JSON that an endpoint or a command is given: `id`, `type`, `timestamp`, and `data`.

A reader is named by a number, which stays the same; by their address only for who asks for addresses.
It is made when it is sent, so nothing of a person who was erased meanwhile is in it. A kind of event
may get further fields; what is there keeps its meaning.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from alerts.domain.hook import HookKind
from alerts.store.hooks import OwedHook

_ADDRESS = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")
_OF_BOUNCE = ("kind", "status", "about", "cause")


def payload(owed: OwedHook, counts: Mapping[str, int], *, addresses: bool) -> bytes:
    """The JSON of an event; `counts` are the deliveries of its issue by state, if it was queued."""
    return body(owed.name, owed.kind, owed.at, _data(owed, counts, addresses=addresses))


def body(name: str, kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """The JSON of what happened at that moment (aware)."""
    told = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    document = {"id": name, "type": kind, "timestamp": told, "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _data(owed: OwedHook, counts: Mapping[str, int], *, addresses: bool) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if owed.issue:
        data |= {"issue": owed.issue, "version": owed.version}
    if owed.subscriber_id is not None:
        data |= {"subscriber": owed.subscriber_id, "language": owed.language}
        if addresses:
            data["email"] = owed.email
    if owed.kind in (HookKind.QUEUED, HookKind.SENT):
        data["recipients"] = sum(counts.values())
        data["deliveries"] = dict(counts)
    if owed.kind == HookKind.BOUNCED:
        data |= {name: owed.detail[name] for name in _OF_BOUNCE if owed.detail.get(name)}
    if owed.kind in (HookKind.WAITING, HookKind.PAUSED):
        data["reason"] = _ADDRESS.sub("…", str(owed.detail.get("reason", "")))
    return data
