"""Calls a webhook: one POST, signed; no redirect is followed, no proxy used, and its answer is not read.

The address is one that an admin wrote into the settings, so it may be on this machine or a private
network; nothing that an endpoint answers leads anywhere else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx2

from alerts import __version__
from alerts.domain.open_transaction import outside
from alerts.hooks.answer import HookAnswer
from alerts.hooks.signature import signature
from alerts.text.network_faults import root_cause

_LONGEST_WAIT = timedelta(days=1)
_BUSY = (429, 502, 503, 504)


def call(
    url: str,
    name: str,
    body: bytes,
    secrets: Sequence[bytes],
    now: datetime,
    patience: timedelta,
) -> HookAnswer:
    """POST an event to an endpoint; `name` is its webhook-id, the same each time it is tried."""
    outside("a webhook is called")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"alerts/{__version__}",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(secrets, name, now, body),
    }
    try:
        with (
            httpx2.Client(
                timeout=patience.total_seconds(), follow_redirects=False, trust_env=False
            ) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            return _of(answer.status_code, answer.headers.get("retry-after", ""))
    except httpx2.TimeoutException:
        return HookAnswer(False, "no answer in time", silent=True)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as fault:
        return HookAnswer(False, root_cause(fault) or "no answer", silent=True)


def _of(status: int, retry_after: str) -> HookAnswer:
    try:
        words = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = str(status)
    if 300 <= status < 400:
        words += "; a redirect is not followed: write the address it leads to"
    seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0
    return HookAnswer(
        200 <= status < 300,
        words,
        silent=status in _BUSY,
        gone=status == HTTPStatus.GONE,
        wait=min(timedelta(seconds=min(seconds, 1_000_000)), _LONGEST_WAIT),
    )
