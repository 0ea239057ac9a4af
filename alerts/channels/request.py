"""One request to a network: JSON there, JSON back; no redirect is followed and no proxy used.

The address is one that an admin wrote into the settings, so it may be on a private network; nothing that it
answers leads anywhere else. Says whether the request may have been carried out. Of the answer at most 64 KB
are read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx2

from alerts import __version__
from alerts.channels.answer import PostAnswer, PostOutcome
from alerts.domain.open_transaction import outside
from alerts.domain.printable import printable
from alerts.text.network_faults import root_cause

PATIENCE = timedelta(seconds=20)
_MOST = 65_536
_LONGEST_WORDS = 120
_LONGEST_WAIT = timedelta(days=1)
_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
)
_NOBODY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class ChannelReply:
    """The answer of a network: `status` 0 is none, with `fault` in words; `sent` is whether the request may
    have been carried out all the same."""

    status: int
    data: Mapping[str, Any] = field(default_factory=dict)
    retry_after: str = ""
    fault: str = ""
    sent: bool = True

    @property
    def good(self) -> bool:
        """Whether it was carried out."""
        return 200 <= self.status < 300


def ask(
    method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
) -> ChannelReply:
    """Send one request."""
    outside("a post is sent")
    sent = {"User-Agent": f"alerts/{__version__}", "Accept": "application/json", **headers}
    try:
        with (
            httpx2.Client(
                timeout=PATIENCE.total_seconds(), follow_redirects=False, trust_env=False
            ) as client,
            client.stream(method, url, headers=sent, json=body) as answer,
        ):
            octets = b""
            for piece in answer.iter_bytes():
                octets += piece
                if len(octets) > _MOST:
                    break
            after = answer.headers.get("retry-after", "")
            return ChannelReply(answer.status_code, _read(octets), after)
    except _NOT_SENT as fault:
        return ChannelReply(0, fault=root_cause(fault) or "no connection", sent=False)
    except httpx2.TimeoutException:
        return ChannelReply(0, fault="no answer in time")
    except (httpx2.HTTPError, OSError) as fault:
        return ChannelReply(0, fault=root_cause(fault) or "the connection was lost")


def _read(octets: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(octets)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def judged(reply: ChannelReply, why: str, *, wait: float = 0, url: str = "") -> PostAnswer:
    """What a reply means for the post; `why` is what the network says of it, `wait` in seconds."""
    if not reply.status:
        outcome = PostOutcome.DOUBT if reply.sent else PostOutcome.LATER
        return PostAnswer(outcome, reply.fault, silent=True)
    words = _words(reply.status, why)
    if reply.good:
        return PostAnswer(PostOutcome.POSTED, words, url)
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return PostAnswer(
            PostOutcome.LATER, words, silent=True, wait=_wait(reply.retry_after, wait)
        )
    if reply.status >= 500 or reply.status == HTTPStatus.REQUEST_TIMEOUT:
        return PostAnswer(PostOutcome.DOUBT, words, silent=True)
    if reply.status < 400:
        told = f"{words}; a redirect is not followed: write the address it leads to"
        return PostAnswer(PostOutcome.LATER, told, silent=True)
    if reply.status in _NOBODY:
        return PostAnswer(PostOutcome.LATER, words, silent=True)
    return PostAnswer(PostOutcome.REFUSED, words)


def _words(status: int, why: str) -> str:
    try:
        words = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = str(status)
    return f"{words}: {printable(' '.join(why.split()), _LONGEST_WORDS)}" if why else words


def _wait(retry_after: str, seconds: float) -> timedelta:
    if retry_after.isascii() and retry_after.isdigit():
        seconds = max(seconds, int(retry_after[:7]))
    return min(timedelta(seconds=min(seconds, 1e6)), _LONGEST_WAIT)


def text_of(data: Mapping[str, Any], key: str) -> str:
    """A text of an answer, or nothing."""
    found = data.get(key)
    return found if isinstance(found, str) else ""


def number_of(data: Mapping[str, Any], key: str) -> float:
    """A number of an answer from 0, or 0."""
    found = data.get(key)
    return max(0.0, float(found)) if isinstance(found, int | float) else 0.0
